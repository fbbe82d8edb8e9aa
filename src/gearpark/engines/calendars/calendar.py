"""ShiftCalendar: weekly patterns plus dated exceptions in a site's time zone -> shifts that take place.

Checked when made: shifts never overlap, breaks lie inside their shift. Spans are half-open microseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gearpark.base.problems import Problem

from .spans import Spans, clipped, merged, subtracted
from .types import MINUTES_A_DAY, DayException, Shift, ShiftPattern
from .zones import instant_us, local_day, zone_of

MAX_PATTERNS = 40
MAX_EXCEPTIONS = 4000
MAX_SPAN_DAYS = 4000  # one question may cover at most this many days
_DAY_US = MINUTES_A_DAY * 60 * 1_000_000


@dataclass(frozen=True)
class ShiftCalendar:
    """Shifts of one site.

    name        printed beside every figure that uses it
    zone_name   IANA time zone
    patterns    the weekly shifts
    exceptions  dated days that replace the weekly pattern (a holiday has no shifts)
    """

    name: str
    zone_name: str
    patterns: tuple[ShiftPattern, ...]
    exceptions: tuple[DayException, ...] = ()
    zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _by_day: dict[date, DayException] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", zone_of(self.zone_name))
        object.__setattr__(self, "_by_day", {item.on: item for item in self.exceptions})
        _check(self)

    def patterns_on(self, day: date) -> tuple[ShiftPattern, ...]:
        """Patterns that start on a local date, by start time."""
        changed = self._by_day.get(day)
        found = changed.shifts if changed else tuple(p for p in self.patterns if day.weekday() in p.weekdays)
        return tuple(sorted(found, key=lambda p: (p.start, p.code)))

    def shifts(self, start_us: int, end_us: int) -> list[Shift]:
        """Shifts that share at least one microsecond with [start, end), in order of time."""
        if end_us <= start_us:
            return []
        if end_us - start_us > MAX_SPAN_DAYS * _DAY_US:
            raise Problem(
                "calendars.span_too_long", f"Ask for at most {MAX_SPAN_DAYS} days of shifts at once."
            )
        # a shift may start up to two local days before it ends; one more for the widest zone offset
        day = local_day(self.zone, start_us) - timedelta(days=3)
        last = local_day(self.zone, end_us) + timedelta(days=1)
        found = []
        while day <= last:
            for pattern in self.patterns_on(day):
                made = self._made(pattern, day)
                if made.start_us < end_us and made.end_us > start_us:
                    found.append(made)
            day += timedelta(days=1)
        return sorted(found, key=lambda shift: shift.start_us)

    def shift_at(self, at_us: int) -> Shift | None:
        """The shift that runs at an instant, or None between shifts."""
        return next((s for s in self.shifts(at_us, at_us + 1)), None)

    def last_shift(self, at_us: int, *, back_days: int = 14) -> Shift | None:
        """The shift that runs now, else the newest one that ended before; None when there was none."""
        found = self.shifts(at_us - back_days * _DAY_US, at_us + 1)
        return found[-1] if found else None

    def shifts_of_day(self, day: date) -> list[Shift]:
        """Shifts booked on one production day, in order of time."""
        low = instant_us(self.zone, day - timedelta(days=3), 0)
        high = instant_us(self.zone, day + timedelta(days=3), 0)
        return [shift for shift in self.shifts(low, high) if shift.day == day]

    def shift_of(self, day: date, code: str) -> Shift | None:
        """The shift with this code booked on a production day."""
        return next((shift for shift in self.shifts_of_day(day) if shift.code == code), None)

    def production_day(self, at_us: int) -> date:
        """Day an instant is booked on: that of its shift, outside shifts the local date."""
        shift = self.shift_at(at_us)
        return shift.day if shift else local_day(self.zone, at_us)

    def planned(self, start_us: int, end_us: int) -> Spans:
        """Planned time (shifts without breaks) inside [start, end)."""
        spans = [span for shift in self.shifts(start_us, end_us) for span in shift.planned]
        return clipped(merged(spans), start_us, end_us)

    def _made(self, pattern: ShiftPattern, day: date) -> Shift:
        start = instant_us(self.zone, day, pattern.start)
        end = instant_us(self.zone, day, pattern.end)
        breaks = merged(
            (instant_us(self.zone, day, a), instant_us(self.zone, day, b)) for a, b in pattern.breaks
        )
        return Shift(
            code=pattern.code,
            day=day + timedelta(days=pattern.day_offset),
            start_us=start,
            end_us=end,
            planned=subtracted(((start, end),), breaks) if end > start else (),
            breaks=breaks,
            title_en=pattern.title_en,
            title_zh=pattern.title_zh,
        )


def slots(shift: Shift, length_s: int = 3600) -> Spans:
    """A shift cut into rows of ``length_s`` from its own start (06:30, 07:30 ...); the last may be shorter."""
    step = length_s * 1_000_000
    return tuple((at, min(at + step, shift.end_us)) for at in range(shift.start_us, shift.end_us, step))


def _check(calendar: ShiftCalendar) -> None:
    if len(calendar.patterns) > MAX_PATTERNS or len(calendar.exceptions) > MAX_EXCEPTIONS:
        raise Problem(
            "calendars.too_many",
            f"A calendar holds at most {MAX_PATTERNS} shifts and {MAX_EXCEPTIONS} dated days.",
        )
    if len(calendar._by_day) != len(calendar.exceptions):
        raise Problem("calendars.day_twice", "One date is given twice among the dated exceptions.")
    for pattern in [*calendar.patterns, *(p for item in calendar.exceptions for p in item.shifts)]:
        _check_pattern(pattern)
    monday = date(2026, 1, 5)  # any week stands for all; from the Sunday before to the Monday after
    days = [monday + timedelta(days=offset) for offset in range(-1, 8)]
    _check_days(calendar, [day for day in days if day not in calendar._by_day], weekly=True)
    for changed in calendar._by_day:
        _check_days(calendar, [changed + timedelta(days=offset) for offset in (-1, 0, 1)], weekly=False)


def _check_pattern(pattern: ShiftPattern) -> None:
    name = pattern.code or "?"
    if not pattern.code or not 0 <= pattern.start < MINUTES_A_DAY:
        raise Problem(
            "calendars.shift_invalid", f"Shift {name!r} needs a code and a start between 00:00 and 23:59."
        )
    if not pattern.start < pattern.end <= pattern.start + MINUTES_A_DAY:
        raise Problem(
            "calendars.shift_invalid", f"Shift {name!r} must last more than nothing and at most 24 hours."
        )
    if not pattern.weekdays <= frozenset(range(7)):
        raise Problem("calendars.shift_invalid", f"Shift {name!r}: weekdays are 0 (Monday) to 6 (Sunday).")
    for start, end in pattern.breaks:
        if not pattern.start <= start < end <= pattern.end:
            raise Problem(
                "calendars.break_outside", f"Shift {name!r}: a break lies outside the shift or is empty."
            )


def _check_days(calendar: ShiftCalendar, days: list[date], *, weekly: bool) -> None:
    last_end, last_code = None, ""
    codes: dict[date, set[str]] = {}
    for day in sorted(days):
        for pattern in calendar.patterns_on(day):
            start = day.toordinal() * MINUTES_A_DAY + pattern.start
            booked = codes.setdefault(day + timedelta(days=pattern.day_offset), set())
            if pattern.code in booked:
                raise Problem(
                    "calendars.shift_twice", f"Shift {pattern.code!r} is booked twice on one production day."
                )
            booked.add(pattern.code)
            if last_end is not None and start < last_end:
                where = "in the weekly pattern" if weekly else f"around {day.isoformat()}"
                raise Problem(
                    "calendars.shifts_overlap", f"Shifts {last_code!r} and {pattern.code!r} overlap {where}."
                )
            last_end = day.toordinal() * MINUTES_A_DAY + pattern.end
            last_code = pattern.code
