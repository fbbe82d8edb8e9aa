"""Lines in one row each: lists, the overview, the wall screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.engines.calendars import Shift

from ..types import Alarm, LineFigures, LineInfo, LineSummary
from . import setup, source
from .figures import bottleneck_codes
from .said import said_of
from .shifts import chosen_shift

SPARK_POINTS = 24
MAX_RECENT_ALARMS = 200
MOST_UNKNOWN = 0.1  # share of a shift that may be unknown in what is held against it
WORST_FIRST = ("down", "blocked", "setup", "starved", "idle", "planned_stop", "no_data", "running")


def summaries(scope: Scope, now: datetime, orgs: Sequence[str] = ()) -> list[LineSummary]:
    """All lines of the scope with the shift that runs now (or ran last)."""
    return [summary_of(found) for found in shift_figures(scope, now, orgs)]


def shift_figures(scope: Scope, now: datetime, orgs: Sequence[str] = ()) -> list[LineFigures]:
    """Figures of the running shift of every line of the scope."""
    now_us = to_us(now)
    pairs = [(line, chosen_shift(line, now_us)) for line in setup.lines(scope, orgs)]
    plans = setup.plans(scope, pairs)
    said = said_of(scope, pairs, now_us)
    return [source.figures(line, shift, plans[line.asset], now_us, said[line.asset]) for line, shift in pairs]


def summary_of(found: LineFigures) -> LineSummary:
    """One line's figures in one row."""
    line, values = found.line, found.account.figures
    return LineSummary(
        org=line.org,
        asset=line.asset,
        name_en=line.name_en,
        name_zh=line.name_zh,
        path=line.path,
        template=line.template.code,
        state=line_state(found) if found.open else "planned_stop",
        states=dict(Counter(unit.state for unit in found.units.values())),
        shift_code=found.shift.code,
        shift_day=found.shift.day,
        made=found.made,
        scrap=found.scrap,
        plan=found.plan,
        plan_now=found.plan_now,
        expected=found.projection.expected if found.projection else None,
        oee=found.oee,
        availability=_share(values.availability),
        effectiveness=_share(values.effectiveness),
        quality=_share(values.quality),
        unknown_share=_unknown_share(found),
        alarms=sum(1 for alarm in found.alarms if alarm.end_us is None),
        spark=spark(found),
        revision=found.revision,
        mapping=found.account.mapping,
        devices=len(found.units),
        phase=line.phase,
        open=found.open,
    )


def line_state(found: LineFigures) -> str:
    """The line's state is its bottleneck's: running when any of its machines runs, else its worst state."""
    states = {found.units[code].state for code in bottleneck_codes(found.line)}
    if "running" in states:
        return "running"
    return next((state for state in WORST_FIRST if state in states), "no_data")


def spark(found: LineFigures) -> tuple[float | None, ...]:
    """Good pieces in equal slices of the shift; slices not begun, or without data, are gaps."""
    width = max(1, (found.shift.end_us - found.shift.start_us) // SPARK_POINTS)
    bottleneck = [found.units[code].segments for code in bottleneck_codes(found.line)]
    made: list[float | None] = []
    for slot in range(SPARK_POINTS):
        start = found.shift.start_us + slot * width
        end = start + width
        if end > found.until_us or not any(_known(segments, start, end) for segments in bottleneck):
            made.append(None)
        else:
            made.append(float(sum(step.pieces for step in found.steps if start <= step.at_us < end)))
    return tuple(made)


def recent_alarms(scope: Scope, now: datetime, limit: int = 20, orgs: Sequence[str] = ()) -> list[Alarm]:
    """Alarms of the running shift of every line: standing ones first, newest first."""
    found = [alarm for figures in shift_figures(scope, now, orgs) for alarm in figures.alarms]
    found.sort(key=lambda alarm: (alarm.end_us is not None, -alarm.start_us, alarm.asset, alarm.code))
    return found[: min(limit, MAX_RECENT_ALARMS)]


def board(scope: Scope, asset: str, now: datetime, day: str = "", code: str = "") -> LineFigures:
    """One line's shift, chosen by day and code (empty: the running one)."""
    now_us = to_us(now)
    line: LineInfo = setup.line(scope, asset)
    return of_shift(scope, line, chosen_shift(line, now_us, day, code), now_us)


def shift_made(scope: Scope, asset: str, now: datetime, day: str, code: str) -> int | None:
    """Good pieces of one shift; None when too much of it is unknown to tell (``MOST_UNKNOWN`` of the planned time)."""
    found = board(scope, asset, now, day, code)
    return None if _unknown_share(found) > MOST_UNKNOWN else found.made


def of_shift(scope: Scope, line: LineInfo, shift: Shift, now_us: int) -> LineFigures:
    """Figures of one shift of one line."""
    pair = [(line, shift)]
    plan = setup.plans(scope, pair)[line.asset]
    return source.figures(line, shift, plan, now_us, said_of(scope, pair, now_us)[line.asset])


def _known(segments: Sequence[object], start: int, end: int) -> bool:
    return any(
        s.state != "no_data" and s.start_us < end and s.end_us > start  # type: ignore[attr-defined]
        for s in segments
    )


def _unknown_share(found: LineFigures) -> float:
    planned = found.account.planned_us
    return found.account.unknown_us / planned if planned else 0.0


def _share(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
