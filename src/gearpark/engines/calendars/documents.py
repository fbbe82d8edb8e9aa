"""Shift calendars as plain documents (TOML or JSON): what forms, the API and the database hold.

{"name": "...", "zone": "Asia/Shanghai",
 "shifts": [{"code": "early", "start": "06:30", "end": "14:30", "breaks": [["10:00", "10:30"]],
             "weekdays": [0, 1, 2, 3, 4], "day_offset": 0, "title_en": "Early", "title_zh": "早班"}],
 "exceptions": [{"on": "2026-10-01", "note": "National Day"}, {"on": "2026-10-10", "shifts": [...]}]}
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

from gearpark.base.problems import Problem

from .calendar import ShiftCalendar
from .types import MINUTES_A_DAY, DayException, ShiftPattern

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def calendar_from(document: Mapping[str, Any]) -> ShiftCalendar:
    """Document -> checked calendar; Problem ``calendars.*`` names what is wrong."""
    try:
        return ShiftCalendar(
            name=str(document["name"]),
            zone_name=str(document["zone"]),
            patterns=tuple(_pattern(item) for item in document.get("shifts", ())),
            exceptions=tuple(_exception(item) for item in document.get("exceptions", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Problem(
            "calendars.document",
            f"The calendar document cannot be read ({error}); see docs/reference/oee.md.",
        ) from error


def document_of(calendar: ShiftCalendar) -> dict[str, Any]:
    """Calendar -> document; ``calendar_from(document_of(c)) == c``."""
    return {
        "name": calendar.name,
        "zone": calendar.zone_name,
        "shifts": [_pattern_document(item) for item in calendar.patterns],
        "exceptions": [
            {
                "on": item.on.isoformat(),
                "note": item.note,
                "shifts": [_pattern_document(p) for p in item.shifts],
            }
            for item in calendar.exceptions
        ],
    }


def shipped(name: str) -> dict[str, Any]:
    """A calendar document that comes with Gearpark: ``three-shift``, ``two-shift-0630``."""
    path = resources.files(__package__) / "data" / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]{1,60}", name) or not path.is_file():
        raise Problem("calendars.unknown", f"There is no calendar named {name!r}.", status=404)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _minutes(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if not match or text > "24:00":
        raise Problem("calendars.clock", f"{text!r} is not a time of day; write HH:MM, for example 06:30.")
    return int(match[1]) * 60 + int(match[2])


def _after(minute: int, start: int) -> int:
    """Wall minutes counted on from ``start``: 02:00 in a shift from 22:00 is 26:00."""
    return minute + MINUTES_A_DAY if minute < start else minute


def _pattern(item: Mapping[str, Any]) -> ShiftPattern:
    start = _minutes(item["start"])
    end = _after(_minutes(item["end"]), start + 1)
    breaks = []
    for opens, closes in item.get("breaks", ()):
        first = _after(_minutes(opens), start)
        breaks.append(
            (first, _after(_minutes(closes), first % MINUTES_A_DAY) + first // MINUTES_A_DAY * MINUTES_A_DAY)
        )
    return ShiftPattern(
        code=str(item["code"]),
        start=start,
        end=end,
        breaks=tuple(breaks),
        weekdays=frozenset(int(day) for day in item.get("weekdays", range(7))),
        day_offset=int(item.get("day_offset", 0)),
        title_en=str(item.get("title_en", "")),
        title_zh=str(item.get("title_zh", "")),
    )


def _exception(item: Mapping[str, Any]) -> DayException:
    on = item["on"]
    return DayException(
        on=on if isinstance(on, date) else date.fromisoformat(on),
        shifts=tuple(_pattern(shift) for shift in item.get("shifts", ())),
        note=str(item.get("note", "")),
    )


def _pattern_document(pattern: ShiftPattern) -> dict[str, Any]:
    return {
        "code": pattern.code,
        "start": _clock(pattern.start),
        "end": _clock(pattern.end),
        "breaks": [[_clock(a), _clock(b)] for a, b in pattern.breaks],
        "weekdays": sorted(pattern.weekdays),
        "day_offset": pattern.day_offset,
        "title_en": pattern.title_en,
        "title_zh": pattern.title_zh,
    }


def _clock(minute: int) -> str:
    return f"{minute % MINUTES_A_DAY // 60:02d}:{minute % 60:02d}"
