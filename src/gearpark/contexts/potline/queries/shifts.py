"""The potroom's shifts: three of eight hours, every day."""

from __future__ import annotations

from datetime import date, datetime

from gearpark.base.time import from_us, to_us
from gearpark.engines.calendars import ShiftCalendar, calendar_from, shipped

SHIFTS = 3


def calendar() -> ShiftCalendar:
    """Three shifts of eight hours, every day."""
    return calendar_from(shipped("three-shift"))


def shift_times(day: date) -> list[tuple[datetime, datetime]]:
    """Begin and end of the day's shifts."""
    return [(from_us(one.start_us), from_us(one.end_us)) for one in calendar().shifts_of_day(day)]


def day_of(at: datetime) -> date:
    """Production day of a moment."""
    return calendar().production_day(to_us(at))


def shift_of(at: datetime) -> tuple[date, int]:
    """Production day and shift (0 to 2) of a moment."""
    day = day_of(at)
    for place, (begin, end) in enumerate(shift_times(day)):
        if begin <= at < end:
            return day, place
    return day, SHIFTS - 1
