"""What a line did: intervals of state by machine, and the durations that a model needs out of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gearpark.base.problems import Problem

from .model import Line

MAX_ROWS = 2_000_000
PREPARING = "preparing"  # set up or given a new tool: not told which
STATES = ("busy", "setup", "tools", "loading", PREPARING, "down", "starved", "blocked", "waiting", "off")
PAUSES = ("down", "off", "waiting")  # after these the work on a part goes on
COLUMNS = ("station", "state", "from", "to")


@dataclass(frozen=True, slots=True)
class Interval:
    """One machine in one state, seconds since the file's first moment. ``open``: still so when the file ends."""

    state: str
    start_s: float
    end_s: float
    open: bool = False
    part: str = ""
    serial: str = ""
    failure: str = ""

    @property
    def lasted_s(self) -> float:
        return self.end_s - self.start_s


@dataclass
class Spells:
    """Durations in seconds: those that ended, and those cut off, which lasted at least that long."""

    ended: list[float] = field(default_factory=list)
    cut: list[float] = field(default_factory=list)

    def add(self, lasted_s: float, *, cut: bool = False) -> None:
        if lasted_s > 0:
            (self.cut if cut else self.ended).append(lasted_s)


@dataclass(frozen=True)
class History:
    """Intervals by machine, in order, over ``until_s`` seconds from ``begin``.

    good_s  when good parts came out, where the line counts them; None: the work of its last machines tells
    """

    machines: dict[str, list[Interval]]
    until_s: float
    begin: str
    hash: str
    good_s: tuple[float, ...] | None = None

    def parted(self, share: float) -> tuple[History, History]:
        """The first ``share`` and the rest; intervals that cross the border are cut there and count as open."""
        at = self.until_s * share
        first: dict[str, list[Interval]] = {}
        rest: dict[str, list[Interval]] = {}
        for name, rows in self.machines.items():
            first[name] = [
                r if r.end_s <= at else replace(r, end_s=at, open=True) for r in rows if r.start_s < at
            ]
            rest[name] = [
                replace(
                    r, start_s=max(r.start_s - at, 0.0), end_s=r.end_s - at, open=r.open or r.start_s < at
                )
                for r in rows
                if r.end_s > at
            ]
        before = after = None
        if self.good_s is not None:
            before = tuple(g for g in self.good_s if g <= at)
            after = tuple(g - at for g in self.good_s if g > at)
        return (
            replace(self, machines=first, until_s=at, good_s=before),
            replace(self, machines=rest, until_s=self.until_s - at, good_s=after),
        )


def read_history(text: str, line: Line, name: str = "history") -> History:
    """CSV with a header line and the columns station, state, from, to; part, serial and failure where known.

    Times are ISO 8601 or seconds; an empty ``to`` is a state that lasts. Problem ``twin.history`` names the row.
    """
    import hashlib

    rows = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise Problem("twin.history", f"{name}: the column {missing[0]} is missing.", line=1)
    known = {m.name for m in line.plan.machines}
    raw: list[tuple[int, dict[str, str], float, float | None]] = []
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS:
            raise Problem("twin.history", f"{name} has more than {MAX_ROWS:,} rows.", line=number)
        if row["station"] not in known:
            raise _refused(name, number, f"the model has no machine {row['station']!r}")
        if row["state"] not in STATES:
            raise _refused(name, number, f"{row['state']!r} is not one of {', '.join(STATES)}")
        start, end = (_moment(name, number, row[column]) for column in ("from", "to"))
        if start is None or (end is not None and end < start):
            raise _refused(name, number, "it begins after it ends" if start is not None else "from is empty")
        raw.append((number, row, start, end))
    if not raw:
        raise Problem("twin.history", f"{name} holds no rows.", line=1)
    first = min(start for _, _, start, _ in raw)
    last = max(end if end is not None else start for _, _, start, end in raw)
    machines: dict[str, list[Interval]] = {}
    for number, row, start, end in sorted(raw, key=lambda one: (one[1]["station"], one[2])):
        listed = machines.setdefault(row["station"], [])
        if listed and start < first + listed[-1].end_s - 1e-6:
            raise _refused(name, number, f"{row['station']} is in two states at once")
        told = {column: row.get(column) or "" for column in ("part", "serial", "failure")}
        until = last if end is None else end
        listed.append(Interval(row["state"], start - first, until - first, end is None, **told))
    digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    begin = min(raw, key=lambda one: one[2])[1]["from"]
    return History(machines, last - first, begin, digest)


def _refused(name: str, number: int, why: str) -> Problem:
    return Problem("twin.history", f"{name}, line {number}: {why}.", line=number)


def _moment(name: str, number: int, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise _refused(name, number, f"{text!r} is no moment") from None


@dataclass(frozen=True, slots=True)
class Cycle:
    """The work on one part, interruptions left out."""

    work_s: float
    end_s: float
    cut: bool
    part: str


def cycles(intervals: Sequence[Interval]) -> Iterator[Cycle]:
    """Work by part: spells of work of one serial are one cycle; without serials work goes on after a pause."""
    work, part, serial, running, end, cut = 0.0, "", "", False, 0.0, False
    paused = False
    for one in intervals:
        if one.state == "busy":
            same = running and (one.serial == serial if one.serial else paused)
            if running and not same:
                yield Cycle(work, end, cut, part)
                work = 0.0
            work += one.lasted_s
            cut = one.open or (cut and same)
            part, serial, running, end, paused = one.part, one.serial, True, one.end_s, False
        elif one.state in PAUSES and one.state != "waiting":
            paused = (running and one.start_s <= end + 1e-6) or paused
        elif running and not serial:
            yield Cycle(work, end, cut, part)
            work, running, paused = 0.0, False, False
    if running:
        yield Cycle(work, end, cut or paused, part)


def to_failure(intervals: Sequence[Interval], failure: str = "") -> Spells:
    """Working time between repairs; what ran before the first failure began before the file and is left out unless
    there is nothing else."""
    made, age, first = Spells(), 0.0, True
    before = 0.0
    for one in intervals:
        if one.state == "busy":
            age += one.lasted_s
        elif one.state == "down" and (not failure or one.failure == failure):
            if first:
                before = age
            else:
                made.add(age)
            age, first = 0.0, False
    made.add(age, cut=True)
    if not made.ended and before:
        made.add(before)
    return made


def durations(intervals: Sequence[Interval], state: str, failure: str = "") -> Spells:
    """Lengths of the spells of one state."""
    made = Spells()
    for one in intervals:
        if one.state == state and (not failure or one.failure == failure):
            made.add(one.lasted_s, cut=one.open)
    return made
