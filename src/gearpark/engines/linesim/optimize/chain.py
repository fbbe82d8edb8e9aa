"""Output of serial lines by the parts that pass them: see ``judge`` and ``kernel.screen``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from ..arrays import build
from ..engine import JIT, screen
from ..kernel import layout as at
from ..kernel import screen as pass_through
from ..kernel import serial as rec
from ..kernel.random import base_of, mix
from ..laws import Law, exponential
from ..model import Line
from ..plan import UNLIMITED, Machine, Mode, Place, Plan, Source, Way, serial
from ..serial import chain_of
from .judge import HOUR_S, Spent, hands
from .space import Design, Space

LANES = pass_through.LANES
BLOCK = 1024  # parts drawn at a time
MAX_STATE = 4_000_000  # numbers that the designs looked at together keep
MAX_COLUMNS = 2_000
WARM_PARTS, MAX_WARM_PARTS = 512, 65_536  # parts left out
# Operations passed through designs, a draw counting as so many; some five seconds of one core.
MAX_WORK, DRAW_WORK = 5_000_000_000, 20
MOST_DESIGNS = 100_000  # looked at one and all

Drawn = tuple[str, tuple[Law, ...], tuple[Mode, ...]]


def _drawn(machine: Machine) -> Drawn:
    """What a machine's times at work depend on."""
    return machine.name, machine.work, machine.modes


def _base(key: Drawn) -> tuple[Drawn, float]:
    """What to draw for it, and how many times that it is: exponential times without failures are drawn once."""
    name, (law, *_), modes = key
    if law.name == "exp" and not modes:
        return (name, (exponential(1.0),), ()), law.mean
    return key, 1.0


class Column:
    """Times at work, repairs included, of one machine; drawn on from block to block."""

    def __init__(self, machine: Machine) -> None:
        alone = replace(machine, takes=(("in", 1),), ways=((Way("exit"),),))
        places = [Place("in", "supply"), Place("exit", "exit")]
        self.made = build(Plan([alone], places, [Source("supply", "in")]))
        self.handle = self.made.machines[machine.name]
        self.law = int(self.made.Z[self.handle + at.DISTS + at.BUSY])
        self.modes = max(1, len(machine.modes))
        self.arrays: list[Any] = []
        self.begin = 1

    def start(self, seed: int, first: int) -> None:
        """Go back to where replications ``first`` ... begin."""
        made, where, keys = self.made, self.made.where.tolist(), self.made.keys.tolist()
        u = np.zeros((LANES, made.streams), np.uint64)
        for lane in range(LANES):
            base = base_of(seed, first + lane)
            for place, key in zip(where, keys, strict=True):
                u[lane, place] = mix(base ^ key)
        arrays: list[Any] = [
            made.Z, made.R, u.reshape(-1), np.zeros(rec.XF * LANES), np.zeros(rec.LF * LANES),
            np.zeros(self.modes * LANES), np.array([self.handle, 0, 0, self.law, 0], np.int64),
        ]  # fmt: skip
        self.arrays = arrays if JIT else [a.tolist() for a in arrays]
        self.begin = 1

    def draw(self, c: Any, wanted: Sequence[tuple[int, float]]) -> None:
        """The next ``BLOCK`` parts, into ``c`` wherever they are wanted, there so many times as long."""
        (first, times), *others = wanted
        screen().draw(*self.arrays, c, first, BLOCK, self.law, self.made.streams, self.begin)
        self.begin, size = 0, BLOCK * LANES
        for start, more in [*others, (first, times)]:
            if start != first or more != 1.0:
                row = c[first : first + size]
                c[start : start + size] = row * more if JIT else [x * more for x in row]


@dataclass(frozen=True)
class Effect:
    """What one value changes: the machine at ``station`` of the chain, or the room before it."""

    station: int
    machine: Machine | None = None
    room: int | None = None


class Chain:
    """Judges serial lines by the parts that pass them; a replication is as long as the effort says."""

    growth = 2
    engine = "recursion"

    def __init__(self, space: Space, seed: int, workers: int, chain: list[Machine], rooms: list[int]) -> None:
        self.space, self.seed, self.workers = space, seed, workers
        self.machines, self.rooms = chain, rooms
        self.spent = Spent()
        self.most_designs = MOST_DESIGNS
        self._effects: dict[tuple[int, int], tuple[Effect, ...]] = {}
        self._columns: dict[Drawn, Column] = {}
        self._working: list[set[int]] = []  # stations whose machine a variable makes
        self.warm = 0  # blocks left out

    @classmethod
    def of(cls, space: Space, seed: int, workers: int) -> Chain | None:
        """The judge, where every value leaves a plain serial line and no two things that are varied meet."""
        found = _laid(space.line)
        if found is None:
            return None
        judge = cls(space, seed, workers, *found)
        taken: set[tuple[int, bool]] = set()
        widest = max(judge.rooms)
        for k, variable in enumerate(space.variables):
            touched: set[tuple[int, bool]] = set()
            for choice in {0, len(variable.values) - 1}:
                effects = judge.effects(k, choice)
                if effects is None:
                    return None
                touched |= {(e.station, e.machine is None) for e in effects}
                widest = max(widest, *(e.room or 0 for e in effects), 0)
            if touched & taken:
                return None
            taken |= touched
            judge._working.append({station for station, is_room in touched if not is_room})
        inside = sum(judge.laid(space.begin())[1]) + len(judge.machines)
        judge.warm = _blocks(min(MAX_WARM_PARTS, WARM_PARTS + 4 * inside + widest**2 // 8))
        return judge

    def effects(self, k: int, choice: int) -> tuple[Effect, ...] | None:
        """What one value of one variable changes; None when the line is no plain serial one then."""
        key = (k, choice)
        if key not in self._effects:
            found = _laid(self.space.with_value(self.space.variables[k], choice))
            if found is None or [m.name for m in found[0]] != [m.name for m in self.machines]:
                return None
            changed = []
            for j, (machine, room) in enumerate(zip(*found, strict=True)):
                if machine != self.machines[j]:
                    changed.append(Effect(j, machine=machine))
                if room != self.rooms[j]:
                    changed.append(Effect(j, room=room))
            self._effects[key] = tuple(changed)
        return self._effects[key]

    def laid(self, design: Design) -> tuple[list[Machine], list[int]]:
        """Machines and the room before each, of a design."""
        machines, rooms = list(self.machines), list(self.rooms)
        for k, choice in enumerate(design):
            effects = self.effects(k, choice)
            if effects is None:
                raise Problem("twin.engine", "A value leaves no plain serial line. Vary it alone.")
            for effect in effects:
                if effect.machine is not None:
                    machines[effect.station] = effect.machine
                if effect.room is not None:
                    rooms[effect.station] = effect.room
        return machines, rooms

    def ceiling(self, k: int, choice: int) -> float:
        """The least rate of the machines that the variable makes, each alone."""
        machines = dict.fromkeys(self._working[k])
        made = {e.station: e.machine for e in self.effects(k, choice) or () if e.machine is not None}
        return min((alone_per_h(made.get(j) or self.machines[j]) for j in machines), default=math.inf)

    def used(self, effort: int) -> int:
        return LANES

    def spent_with(self, designs: int, effort: int) -> float:
        parts, work = self._asked(designs, effort) if designs else (0, 0)
        most = self.space.task.parts or math.inf
        return max((self.spent.parts + parts) / most, (self.spent.work + work) / MAX_WORK)

    def _asked(self, designs: int, effort: int) -> tuple[int, int]:
        """Parts and work of a sample."""
        parts = LANES * BLOCK * (self.warm + (1 << effort))
        return designs * parts, parts * len(self.machines) * (designs + DRAW_WORK)

    def sample(self, designs: Sequence[Design], effort: int, first: int) -> Any:
        laid = [self.laid(design) for design in designs]
        state = max(sum(rooms[1:]) + 2 * len(rooms) for _, rooms in laid) * LANES
        size = max(1, MAX_STATE // state)
        rows = [self._together(laid[k : k + size], 1 << effort, first) for k in range(0, len(laid), size)]
        self.spent.runs += len(designs) * LANES
        parts, work = self._asked(len(designs), effort)
        self.spent.parts += parts
        self.spent.tell(self.spent_with(0, 0))
        self.spent.work += work
        return np.concatenate(rows)

    def _together(self, laid: Sequence[tuple[list[Machine], list[int]]], blocks: int, first: int) -> Any:
        stations, count = len(self.machines), len(laid)
        machines = {_drawn(machine): machine for row, _ in laid for machine in row}
        columns = {key: k for k, key in enumerate(machines)}
        drawn: dict[Drawn, list[tuple[int, float]]] = {}  # what is drawn -> columns, each so many times it
        for key, k in columns.items():
            base, times = _base(key)
            drawn.setdefault(base, []).append((k * BLOCK * LANES, times))
        sources = {base: self._column(base, machines, first) for base in drawn}
        table, ring = _table(laid, columns)
        given: list[Any] = [
            np.array(table, np.int64), np.zeros(len(columns) * BLOCK * LANES), np.zeros(count * stations * LANES),
            np.zeros(ring),
        ]  # fmt: skip
        if not JIT:
            given = [a.tolist() for a in given]
        size = -(-count // self.workers)
        spans = [(low, min(count, low + size)) for low in range(0, count, size)]

        def draw(base: Drawn) -> None:
            sources[base].draw(given[1], drawn[base])

        def flow(span: tuple[int, int]) -> None:
            screen().flow(*given, *span, stations, BLOCK)

        marks = []
        with hands(self.workers, max(len(drawn), count)) as spread:
            for many in (self.warm, blocks):
                for _ in range(many):
                    list(spread(draw, drawn))
                    list(spread(flow, spans))
                marks.append(np.array(given[2]).reshape(count, stations, LANES)[:, -1, :])
        return blocks * BLOCK * HOUR_S / (marks[1] - marks[0])

    def _column(self, base: Drawn, machines: dict[Drawn, Machine], first: int) -> Column:
        if base not in self._columns:
            if len(self._columns) >= MAX_COLUMNS:
                self._columns.clear()
            like = next(machine for machine in machines.values() if machine.name == base[0])
            self._columns[base] = Column(replace(like, work=base[1], modes=base[2]))
        column = self._columns[base]
        column.start(self.seed, first)
        return column


def _blocks(parts: int) -> int:
    return -(-parts // BLOCK)


def _table(
    laid: Sequence[tuple[list[Machine], list[int]]], columns: dict[Drawn, int]
) -> tuple[list[int], int]:
    """Rows of ``flow`` by design and station, and the length of all rings."""
    table: list[int] = []
    ring = 2 * LANES  # zeros for the exit, values nobody reads for the first station
    for machines, rooms in laid:
        for j, (machine, room) in enumerate(zip(machines, rooms, strict=True)):
            times = columns[_drawn(machine)] * BLOCK * LANES
            table += [times, room + 1, ring, 0] if j else [times, 1, LANES, 0]
            ring += (room + 1) * LANES if j else 0
        table += [0, 1, 0, 0]
    return table, ring


def _laid(line: Line) -> tuple[list[Machine], list[int]] | None:
    """Machines in order of flow and the room before each, of a plain serial line that is never short of parts."""
    chain = chain_of(line.plan)
    if chain is None or line.plan.sources[0].rule != "saturated":
        return None
    room = {place.name: place.capacity for place in line.plan.places}
    rooms = [0, *(room[m.takes[0][0]] for m in chain[1:])]
    return None if UNLIMITED in rooms[1:] else (chain, rooms)


def alone_per_h(machine: Machine) -> float:
    """Output of a machine that is never starved or blocked, its failures included."""
    lost = sum(mode.ttr.mean / mode.ttf.mean for mode in machine.modes)
    return HOUR_S / (machine.work[0].mean * (1.0 + lost))


def prepare() -> None:
    """Compile what ``Chain`` runs, or load it from the disk."""
    chain = serial([exponential(1.0)] * 2, [1]).machines
    column = Column(chain[0])
    column.start(1, 0)
    c: Any = np.zeros(BLOCK * LANES)
    table, ring = _table([(list(chain[:1]), [0])], {_drawn(chain[0]): 0})
    given: list[Any] = [np.array(table, np.int64), c, np.zeros(LANES), np.zeros(ring)]
    given = given if JIT else [a.tolist() for a in given]
    column.draw(given[1], [(0, 1.0)])
    screen().flow(*given, 0, 1, 1, BLOCK)
