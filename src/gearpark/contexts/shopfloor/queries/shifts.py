"""Which shift a page is about."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from gearpark.base.problems import NotFound, Problem
from gearpark.engines.calendars import Shift, local_day

from ..types import LineInfo

DAY_CHOICES = 14


def chosen_shift(line: LineInfo, now_us: int, day: str = "", code: str = "") -> Shift:
    """The shift asked for, else the running one, else the last one.

    Problems: ``shopfloor.day_unreadable``, ``shopfloor.shift_unknown``.
    """
    if not day:
        found = line.calendar.last_shift(now_us)
        if found is None:
            raise NotFound(
                "shopfloor.shift_unknown", "This line's calendar had no shift in the last two weeks."
            )
        return found
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Problem(
            "shopfloor.day_unreadable", f"{day[:40]!r} is not a date such as 2026-11-23."
        ) from error
    of_day = line.calendar.shifts_of_day(on)
    chosen = next((shift for shift in of_day if shift.code == code), None) if code else _begun(of_day, now_us)
    if chosen is None:
        raise NotFound(
            "shopfloor.shift_unknown", f"There is no shift {code!r} on {on.isoformat()} in this calendar."
        )
    return chosen


def _begun(shifts: list[Shift], now_us: int) -> Shift | None:
    begun = [shift for shift in shifts if shift.start_us <= now_us]
    return begun[-1] if begun else next(iter(shifts), None)


def neighbours(line: LineInfo, shift: Shift) -> tuple[Shift | None, Shift | None]:
    """The shifts before and after one."""
    week = 7 * 86_400_000_000
    before = line.calendar.shifts(shift.start_us - week, shift.start_us)
    after = [s for s in line.calendar.shifts(shift.end_us, shift.end_us + week) if s.start_us >= shift.end_us]
    return (before[-1] if before else None), (after[0] if after else None)


def zone(line: LineInfo) -> ZoneInfo:
    return line.calendar.zone


def today(line: LineInfo, now_us: int) -> date:
    return local_day(line.calendar.zone, now_us)
