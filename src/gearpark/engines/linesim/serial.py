"""The recursion for serial lines: which models qualify, and replications of them in rows like the event kernel's."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Arrays
from .engine import JIT, recursion
from .kernel import layout as at
from .kernel import serial as rec
from .kernel.random import base_of, mix
from .plan import UNLIMITED, Machine, Plan

LANES = 8  # replications abreast


def chain_of(plan: Plan) -> list[Machine] | None:
    """Stations in order of flow when the plan is a plain serial line, else None.

    Plain: single machines in a row, parts of one type, failures only at work and repaired at once, no people, setups,
    tools, loading, scrap or calendars; fed without end or by single arrivals into a place without limit.
    """
    if (
        plan.people
        or plan.calendars
        or len(plan.types) > 1
        or plan.limit != UNLIMITED
        or len(plan.sources) != 1
    ):
        return None
    source, places = plan.sources[0], {place.name: place for place in plan.places}
    if source.rule == "orders" or source.batch != 1:
        return None
    if source.rule == "arrivals" and places[source.place].capacity != UNLIMITED:
        return None
    takers: dict[str, list[Machine]] = {}
    for machine in plan.machines:
        if not _plain(machine):
            return None
        takers.setdefault(machine.takes[0][0], []).append(machine)
    chain: list[Any] = []
    here = source.place
    while places[here].kind != "exit":
        if len(takers.get(here, [])) != 1 or len(chain) > len(plan.machines):
            return None
        chain.append(takers[here][0])
        here = chain[-1].ways[0][0].place
    return chain if len(chain) == len(plan.machines) else None


def _plain(m: Machine) -> bool:
    single = (
        not m.carrier
        and not m.also
        and len(m.takes) == 1
        and m.takes[0][1] == 1
        and m.batch == (1, 1)
        and not m.gives
    )
    quiet = not (m.load or m.setup or m.tools or m.skills or m.calendar)
    straight = len(m.ways) == 1 and len(m.ways[0]) == 1 and not m.ways[0][0].rework and len(m.work) == 1
    return (
        single
        and quiet
        and straight
        and all(mode.clock == "busy" and not mode.restart and not mode.crew for mode in m.modes)
    )


class Recursion:
    """A laid-out serial line, ready to run by recursion."""

    def __init__(self, made: Arrays, chain: list[Machine]) -> None:
        self.made, self.chain = made, chain
        places = {place.name: place for place in made.plan.places}
        self.rows: list[int] = []
        ring_at = modes_at = 0
        for k, machine in enumerate(chain):
            handle, place = made.machines[machine.name], places[machine.takes[0][0]]
            slots = 0 if k == 0 or place.capacity == UNLIMITED else place.capacity + 1
            law = int(made.Z[handle + at.DISTS + at.BUSY])
            self.rows += [handle, slots, ring_at, law, modes_at]
            ring_at += slots
            modes_at += len(machine.modes)
        self.rings, self.modes = ring_at, modes_at
        source = made.plan.sources[0]
        self.source = (
            int(made.Z[made.places[source.place] + at.P_FEEDER]) if source.rule == "arrivals" else at.NONE
        )

    def replicate(self, seed: int, first: int, count: int, warm_s: float, until_s: float) -> Any:
        """Rows of results as ``runner.replicate`` gives them."""
        rows = np.zeros((count, self.made.width))
        for start in range(0, count, LANES):
            lanes = min(LANES, count - start)
            rows[start : start + lanes] = self._abreast(seed, first + start, lanes, warm_s, until_s)
        return rows

    def _abreast(self, seed: int, first: int, lanes: int, warm_s: float, until_s: float) -> Any:
        made, stations = self.made, len(self.chain)
        u = np.zeros((lanes, made.streams), np.uint64)
        where = made.where.tolist()
        for lane in range(lanes):
            base = base_of(seed, first + lane)
            for place, key in zip(where, made.keys.tolist(), strict=True):
                u[lane, place] = mix(base ^ key)
        sizes = [
            stations * rec.XF * lanes,
            rec.LF * lanes,
            max(1, self.modes * lanes),
            max(1, self.rings * lanes),
        ]
        arrays = [np.zeros(size) for size in sizes]
        saved, words = np.zeros(sum(sizes)), np.zeros(u.size, np.uint64)
        z, r, chain = made.Z, made.R, np.array(self.rows, np.int64)
        given: list[Any] = [z, r, u.reshape(-1), *arrays[:4], chain, saved, words]
        if not JIT:
            given = [a.tolist() for a in given]
        recursion().serial(*given, stations, self.source, lanes, made.streams, float(warm_s), float(until_s))
        x = np.asarray(given[3]).reshape(stations, rec.XF, lanes)
        y = np.asarray(given[4]).reshape(rec.LF, lanes)
        return self._rows(x, y, lanes, until_s)

    def _rows(self, x: Any, y: Any, lanes: int, until_s: float) -> Any:
        made = self.made
        rows = np.zeros((lanes, made.width))
        rows[:, at.X_GOOD], rows[:, at.X_WIP], rows[:, at.X_LEAD] = y[rec.L_OUT], y[rec.L_WIP], y[rec.L_LEAD]
        rows[:, at.X_EVENTS], rows[:, at.X_NOW] = x[:, rec.X_DONE].sum(axis=0), until_s  # operations done
        slots = list(made.machines)
        places = list(made.places)
        for k, machine in enumerate(self.chain):
            column = made.columns["machines"] + slots.index(machine.name) * at.XM
            rows[:, column + at.XM_MADE] = x[k, rec.X_DONE]
            rows[:, column + at.XM_FAILURES] = x[k, rec.X_FAILED]
            for phase, kept in (
                (at.IDLE, rec.X_IDLE),
                (at.BUSY, rec.X_BUSY),
                (at.BLOCKED, rec.X_BLOCKED),
                (at.DOWN, rec.X_DOWN),
            ):
                rows[:, column + 4 + phase] = x[k, kept]
            rows[:, made.columns["places"] + places.index(machine.takes[0][0])] = x[k, rec.X_WAITED]
        rows[:, made.columns["types"]] = y[rec.L_OUT]
        return rows
