"""Words of shift calendars: pattern (how a week looks), shift (one that really happens), exception (a dated change)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .spans import Span, Spans

MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """A shift as it returns every week, in wall-clock minutes after local midnight.

    code         short stable name, unique among the shifts of one day: ``early``
    start, end   minutes; ``end`` is above ``start`` and may run past 1440 (night shift 22:00-06:00 is 1320, 1800)
    breaks       (start, end) pairs inside the shift, same counting
    weekdays     0 Monday .. 6 Sunday: local days on which it *starts*
    day_offset   production day = local start date + this many days (-1 for a 00:00 shift booked on the evening before)
    """

    code: str
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset(range(7))
    day_offset: int = 0
    title_en: str = ""
    title_zh: str = ""


@dataclass(frozen=True, slots=True)
class DayException:
    """What happens on one local date instead of the weekly pattern: nothing (holiday) or other shifts."""

    on: date
    shifts: tuple[ShiftPattern, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift that takes place.

    start_us, end_us  half-open, microseconds UTC
    day               production day (local date) it is booked on
    planned           span list: the shift without its breaks
    """

    code: str
    day: date
    start_us: int
    end_us: int
    planned: Spans
    breaks: Spans = ()
    title_en: str = ""
    title_zh: str = ""

    @property
    def key(self) -> str:
        """Stable name of this shift: ``2026-11-23:early``."""
        return f"{self.day.isoformat()}:{self.code}"

    @property
    def span(self) -> Span:
        return (self.start_us, self.end_us)

    @property
    def planned_us(self) -> int:
        return sum(end - start for start, end in self.planned)
