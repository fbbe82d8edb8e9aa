"""Shift calendars: which stretches of time are planned for production.

A calendar is data: shifts by local wall-clock time with breaks inside. All periods are half-open [start, end).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from gearpark.base.problems import NotFound

DAYS_SCANNED_BACK = 1  # a night shift may begin on the day before


@dataclass(frozen=True, slots=True)
class Period:
    """[start_at, end_at), aware UTC. ``kind``: ``work`` or ``break``."""

    start_at: datetime
    end_at: datetime
    kind: str

    @property
    def seconds(self) -> float:
        return (self.end_at - self.start_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one day: code of the pattern, its bounds and the stretches inside, which tile it."""

    code: str
    on: date
    title_en: str
    title_zh: str
    start_at: datetime
    end_at: datetime
    periods: tuple[Period, ...]

    @property
    def planned_s(self) -> float:
        """Planned busy time: the shift less its breaks."""
        return sum(p.seconds for p in self.periods if p.kind == "work")


@dataclass(frozen=True, slots=True)
class Break:
    """A break by minutes after the shift's start."""

    after_min: int
    minutes: int
    title_en: str
    title_zh: str


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    code: str
    title_en: str
    title_zh: str
    start: time
    hours: float
    breaks: tuple[Break, ...]
    weekdays: frozenset[int]  # Monday is 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named set of shift patterns in one time zone."""

    code: str
    title_en: str
    title_zh: str
    note: str
    zone: str
    patterns: tuple[ShiftPattern, ...]

    def shifts(self, start_at: datetime, end_at: datetime) -> list[Shift]:
        """Every shift that touches [start_at, end_at), in order of time."""
        zone = ZoneInfo(self.zone)
        day = start_at.astimezone(zone).date() - timedelta(days=DAYS_SCANNED_BACK)
        last = end_at.astimezone(zone).date()
        found = []
        while day <= last:
            found += [self._shift(p, day, zone) for p in self.patterns if day.weekday() in p.weekdays]
            day += timedelta(days=1)
        touching = [s for s in found if s.start_at < end_at and s.end_at > start_at]
        return sorted(touching, key=lambda s: s.start_at)

    def shift_at(self, at: datetime) -> Shift | None:
        """The shift running at ``at``, if any."""
        return next(iter(self.shifts(at, at + timedelta(microseconds=1))), None)

    def periods(self, start_at: datetime, end_at: datetime) -> Iterator[Period]:
        """Periods that tile [start_at, end_at): ``work``, ``break`` and ``off`` (no shift)."""
        at = start_at
        for shift in self.shifts(start_at, end_at):
            for period in shift.periods:
                begin, end = max(period.start_at, at), min(period.end_at, end_at)
                if begin >= end:
                    continue
                if begin > at:
                    yield Period(at, begin, "off")
                yield Period(begin, end, period.kind)
                at = end
        if at < end_at:
            yield Period(at, end_at, "off")

    def _shift(self, pattern: ShiftPattern, day: date, zone: ZoneInfo) -> Shift:
        begin = datetime.combine(day, pattern.start, zone).astimezone(UTC)
        end = begin + timedelta(hours=pattern.hours)
        periods, at = [], begin
        for pause in pattern.breaks:
            stop = begin + timedelta(minutes=pause.after_min)
            resume = stop + timedelta(minutes=pause.minutes)
            periods += [Period(at, stop, "work"), Period(stop, resume, "break")]
            at = resume
        periods.append(Period(at, end, "work"))
        return Shift(pattern.code, day, pattern.title_en, pattern.title_zh, begin, end, tuple(periods))


@cache
def calendar(code: str) -> Calendar:
    """The packaged calendar ``code``, or Problem ``lines.calendar_unknown``."""
    source = files(__package__) / "data" / f"calendar-{code}.toml"
    if not source.is_file():
        raise NotFound("lines.calendar_unknown", f"There is no shift calendar {code!r}.")
    return read_calendar(tomllib.loads(source.read_text("utf-8")))


def read_calendar(raw: dict[str, Any]) -> Calendar:
    """Parsed TOML -> calendar."""
    return Calendar(
        code=raw["code"],
        title_en=raw["title_en"],
        title_zh=raw["title_zh"],
        note=raw["note"],
        zone=raw["zone"],
        patterns=tuple(
            ShiftPattern(
                code=s["code"],
                title_en=s["title_en"],
                title_zh=s["title_zh"],
                start=time.fromisoformat(s["start"]),
                hours=float(s["hours"]),
                breaks=tuple(Break(**b) for b in s["breaks"]),
                weekdays=frozenset(s["weekdays"]),
            )
            for s in raw["shifts"]
        ),
    )
