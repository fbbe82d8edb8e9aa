"""The live state of a line: what every machine is at and for how long, what lies in the buffers, what was made.

A state is laid into the arrays of a built model; the kernel then draws what is left of every running time given how long
it has lasted (``kernel.dists.residual``). What a state does not tell is taken as fresh: work and repairs just begun,
failure clocks at zero, tools new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from .arrays import Arrays, build
from .kernel import layout as at
from .model import Document, Line
from .model.clock import BadClock, moment_s
from .model.document import refusal
from .model.fields import ANY, COUNT, COUNT0, NAMES, TEXT, TIME, Field, pick, schema
from .model.reading import Table, read_model
from .plan import Flow

SPARE_PARTS = 256  # part records beside those the state holds
WORKING = ("busy", "setup", "tools", "loading", "waiting")
STATES = ("starved", "blocked", "down", *WORKING)
_GOALS = {"busy": at.BUSY, "waiting": at.BUSY, "setup": at.SETUP, "tools": at.TOOL, "loading": at.LOAD}

TABLES: dict[str, dict[str, Field]] = {
    "state": {
        "schema": Field("version of this format: 1", COUNT, required=True),
        "at": Field("moment of the state, for people", TEXT),
        "clock": Field("where in the week that is (Thu 10:30); needed by models with calendars", TEXT),
        "left": Field("time from then to the end of the shift", TIME, required=True),
        "good": Field("good parts made in the shift so far", COUNT0),
        "target": Field("good parts wanted by the end of the shift", COUNT),
        "stations": Field("every machine by name; a station with one machine by its own", table="machine", many=True, required=True),
        "buffers": Field("part types in each buffer (or before each station), oldest first, or how many parts", ANY),
    },
    "machine": {
        "state": Field("what it is at", pick(*STATES), required=True),
        "for": Field("how long it has been at it: work so far on this part, repair so far", TIME),
        "left": Field("how long it still takes, where that is known", TIME),
        "part": Field("part type in hand (starved: the last one)", TEXT),
        "parts": Field("parts in hand, of a batch", COUNT),
        "before": Field("part type before a change-over", TEXT),
        "failure": Field("way it failed, where the model has several", TEXT),
        "since_repair": Field("time on the failure clocks since the last repair", TIME),
        "tools": Field("cycles left on the tool that is due first", COUNT0),
        "carries": Field("of a transport: from and to", NAMES),
    },
}  # fmt: skip


@dataclass(frozen=True)
class MachineState:
    """One machine now. Times in seconds; ``left_s`` None: not known, it is drawn given ``elapsed_s``."""

    state: str = "starved"
    elapsed_s: float = 0.0
    left_s: float | None = None
    part: str = ""
    parts: int = 1
    before: str = ""
    failure: str = ""
    since_repair_s: float = 0.0
    tools: int | None = None
    carries: tuple[str, str] | None = None


@dataclass(frozen=True)
class LiveState:
    """A line at a moment. ``start_s``: seconds into the week; ``buffers``: part types by buffer, oldest first."""

    left_s: float
    machines: Mapping[str, MachineState]
    buffers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    good: int = 0
    target: int | None = None
    start_s: float | None = None
    moment: str = ""


def state_schema() -> dict[str, Any]:
    """JSON Schema of a state file."""
    return schema("state", TABLES, "Gearpark live state of a line")


def read_state(document: Document, line: Line) -> LiveState:
    """A state file for ``line``. Problems ``twin.value``, ``twin.field_missing``, ``twin.state``, with their line."""
    t = read_model(document, "state", TABLES)
    if t["left"] <= 0:
        raise refusal("twin.value", document, t.at("left"), "it must be above zero")
    start = None
    if t["clock"]:
        try:
            start = moment_s(t["clock"])
        except BadClock as error:
            raise refusal("twin.value", document, t.at("clock"), str(error)) from None
    elif line.plan.calendars:
        raise refusal(
            "twin.field_missing",
            document,
            t.path,
            "the model has shift calendars: tell the clock (Thu 10:30)",
        )
    named = {m.name: m for m in line.plan.machines}
    given = t["stations"]
    for name in given:
        if name not in named:
            known = ", ".join(named)
            raise refusal(
                "twin.state", document, ("stations", name), f"there is no machine {name!r}; there are {known}"
            )
    for name, machine in named.items():
        if name not in given and not machine.carrier:
            raise refusal("twin.state", document, t.at("stations"), f"machine {name} is not told")
    return LiveState(
        left_s=t["left"],
        machines={name: _machine(document, one, line) for name, one in given.items()},
        buffers=_buffers(document, t, line),
        good=t.get("good", 0),
        target=t["target"],
        start_s=start,
        moment=t.get("at", ""),
    )


def _machine(document: Document, t: Table, line: Line) -> MachineState:
    types = line.plan.types
    for name in ("part", "before"):
        if t[name] and t[name] not in types:
            raise refusal(
                "twin.state",
                document,
                t.at(name),
                f"{t[name]!r} is no part type; types are {', '.join(types)}",
            )
    carries = t["carries"]
    if carries is not None and len(carries) != 2:
        raise refusal("twin.state", document, t.at("carries"), "write [from, to]")
    return MachineState(
        state=t["state"],
        elapsed_s=t.get("for", 0.0),
        left_s=t["left"],
        part=t.get("part", ""),
        parts=t.get("parts", 1),
        before=t.get("before", ""),
        failure=t.get("failure", ""),
        since_repair_s=t.get("since_repair", 0.0),
        tools=t["tools"],
        carries=None if carries is None else (carries[0], carries[1]),
    )


def _buffers(document: Document, t: Table, line: Line) -> dict[str, tuple[str, ...]]:
    given = t["buffers"] or {}
    if not isinstance(given, Mapping):
        raise refusal("twin.value", document, t.at("buffers"), "a mapping of buffers is expected")
    rooms = {p.name: p.capacity for p in line.plan.places if p.kind == "buffer"}
    made = {}
    for name, content in given.items():
        path = ("buffers", name)
        place = name if name in rooms else f"before {name}"
        if place not in rooms:
            raise refusal(
                "twin.state", document, path, f"there is no buffer {name!r}; there are {', '.join(rooms)}"
            )
        parts = [line.plan.types[0]] * content if isinstance(content, int) and content >= 0 else content
        if not isinstance(parts, list) or any(part not in line.plan.types for part in parts):
            raise refusal(
                "twin.state", document, path, "a number of parts or a list of part types is expected"
            )
        if 0 <= rooms[place] < len(parts):
            raise refusal(
                "twin.state", document, path, f"{len(parts)} parts are told where {rooms[place]} have room"
            )
        made[place] = tuple(parts)
    return made


def laid(line: Line, state: LiveState, *, bins: int = 0, bin_s: float = 1.0) -> Arrays:
    """The model of ``line`` with ``state`` laid into it. Problem ``twin.state`` where the two do not fit."""
    plan = line.plan if state.start_s is None else replace(line.plan, start_s=state.start_s)
    inside = sum(map(len, state.buffers.values())) + sum(m.parts for m in state.machines.values())
    made = build(plan, bins=bins, bin_s=bin_s)
    if made.parts < inside + SPARE_PARTS:
        made = build(plan, parts=inside + made.parts + SPARE_PARTS, bins=bins, bin_s=bin_s)
    writer = _Writer(line, made)
    for name, parts in state.buffers.items():
        writer.fill(made.places[name], parts)
    for name, one in state.machines.items():
        writer.set(name, one)
    return made


def _carries(flow: Flow, source: str, target: str) -> bool:
    """A carrier's way as people name it: by station, or by buffer."""
    return flow.source in {source, f"{source} to {target}"} and flow.target in {target, f"before {target}"}


class _Writer:
    """Writes a state into arrays as built."""

    def __init__(self, line: Line, made: Arrays) -> None:
        self.line, self.made, self.Z, self.R = line, made, made.Z, made.R
        self.types = {name: k for k, name in enumerate(made.plan.types)}
        self.machines = {m.name: m for m in made.plan.machines}

    def part(self, kind: str) -> int:
        """A record of a part that is in the line already."""
        Z = self.Z
        q = int(Z[at.H_FREE])
        Z[at.H_FREE] = Z[q + at.Q_NEXT]
        Z[at.H_FREE_COUNT] -= 1
        Z[at.H_WIP] += 1
        Z[at.H_INSIDE] += 1
        Z[q + at.Q_COUNTS] = 1
        Z[q + at.Q_NEXT] = Z[q + at.Q_ORDER] = Z[q + at.Q_DEST] = at.NONE
        Z[q + at.Q_TYPE], Z[q + at.Q_LOOPS] = self.types.get(kind, 0), 0
        return q

    def chain(self, kinds: Sequence[str]) -> tuple[int, int]:
        """Parts one behind the other: the first and the last."""
        rows = [self.part(kind) for kind in kinds]
        for before, after in pairwise(rows):
            self.Z[before + at.Q_NEXT] = after
        return rows[0], rows[-1]

    def fill(self, place: int, kinds: Sequence[str]) -> None:
        if kinds:
            self.Z[place + at.P_HEAD], self.Z[place + at.P_TAIL] = self.chain(kinds)
            self.Z[place + at.P_LEVEL] = len(kinds)

    def set(self, name: str, one: MachineState) -> None:
        Z, R, m, machine = self.Z, self.R, self.made.machines[name], self.machines[name]
        if one.part:
            Z[m + at.LAST_TYPE] = self.types[one.part]
        if one.tools is not None and machine.tools:
            self._tools(m, one.tools)
        for mode in machine.modes:
            R[self.made.modes[f"{name}/{mode.name}"] + at.FF_AGE0] = one.since_repair_s
        R[m + at.F_LIVE_ELAPSED] = one.elapsed_s
        R[m + at.F_LIVE_LEFT] = -1.0 if one.left_s is None else one.left_s
        if machine.carrier:
            self._carrier(name, m, one)
        elif one.state == "down":
            self._down(name, m, one)
        elif one.state != "starved":
            self._hold(m, one)
            goal = at.BLOCKED if one.state == "blocked" else _GOALS[one.state]
            if goal != at.BLOCKED and Z[m + at.DISTS + goal] < 0 and goal != at.TOOL:
                raise self._unfit(name, f"it has no {one.state}")
            if goal == at.TOOL and not machine.tools:
                raise self._unfit(name, "it has no tools to change")
            Z[m + at.LIVE_PHASE] = goal
            if one.before:
                Z[m + at.LAST_TYPE] = self.types[one.before]

    def _hold(self, m: int, one: MachineState) -> None:
        self.Z[m + at.HOLD], _ = self.chain([one.part] * one.parts)
        self.Z[m + at.HELD_COUNT] = one.parts
        self.Z[m + at.TYPE] = self.types.get(one.part, 0)

    def _down(self, name: str, m: int, one: MachineState) -> None:
        modes = {mode.name: self.made.modes[f"{name}/{mode.name}"] for mode in self.machines[name].modes}
        if not modes or (one.failure and one.failure not in modes):
            raise self._unfit(name, f"the model knows no such failure ({', '.join(modes) or 'none'})")
        self.Z[m + at.FAIL_MODE] = modes[one.failure] if one.failure else next(iter(modes.values()))
        self.Z[m + at.LIVE_PHASE] = at.DOWN
        if one.part:  # the work on it begins anew after the repair: how far it was is not told
            self._hold(m, one)

    def _carrier(self, name: str, m: int, one: MachineState) -> None:
        Z = self.Z
        if one.state == "down":
            self._down(name, m, replace(one, part=""))
        elif one.state in {"busy", "blocked"}:
            flows = self.machines[name].flows
            found = [k for k, flow in enumerate(flows) if one.carries and _carries(flow, *one.carries)]
            if not found:
                known = "; ".join(f"{flow.source} > {flow.target}" for flow in flows)
                raise self._unfit(name, f"it carries nothing of that kind; its ways are {known}")
            row = int(Z[m + at.FLOWS]) + found[0] * at.FLR
            self._hold(m, one)
            Z[m + at.FLOW], Z[m + at.DEST] = row, Z[row + at.FL_TARGET]
            Z[m + at.LAST_PLACE] = Z[row + at.FL_TARGET]
            Z[m + at.DISTS + at.BUSY] = Z[row + at.FL_DIST]
            if Z[Z[m + at.DEST] + at.P_KIND] < at.EXIT:
                Z[Z[m + at.DEST] + at.P_RESERVED] += 1
            Z[m + at.LIVE_PHASE] = at.BUSY
            if one.state == "blocked":
                self.R[m + at.F_LIVE_LEFT] = 0.0

    def _tools(self, m: int, left: int) -> None:
        """Set the tool that is due first; the others keep their distance."""
        Z = self.Z
        rows = [int(Z[m + at.TOOLS]) + k * at.TR for k in range(int(Z[m + at.TOOL_COUNT]))]
        soonest = min(rows, key=lambda row: int(Z[row + at.TL_LEFT]))
        Z[soonest + at.TL_LEFT] = max(left, 0)
        Z[m + at.TOOL_LEFT] = min(int(Z[row + at.TL_LEFT]) for row in rows)

    def _unfit(self, name: str, why: str) -> Exception:
        from gearpark.base.problems import Problem

        return Problem(
            "twin.state", f"The state of {name} does not fit the model: {why}.", machine=name, line=0
        )
