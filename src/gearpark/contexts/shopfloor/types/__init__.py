"""Shop floor's words: plain data, no Django. Lines here; other slices are imported from their own module."""

from __future__ import annotations

from .lines import (
    DEFAULT_OEE,
    DEFAULT_STATES,
    EDIT,
    VIEW,
    Alarm,
    CalendarInfo,
    HourRow,
    LineChanged,
    LineFigures,
    LineInfo,
    LineSpells,
    LineSummary,
    LineWanted,
    LiveUnit,
    RawRow,
    Spell,
    StateSegment,
    UnitFigures,
)

__all__ = [
    "DEFAULT_OEE",
    "DEFAULT_STATES",
    "EDIT",
    "VIEW",
    "Alarm",
    "CalendarInfo",
    "HourRow",
    "LineChanged",
    "LineFigures",
    "LineInfo",
    "LineSpells",
    "LineSummary",
    "LineWanted",
    "LiveUnit",
    "RawRow",
    "Spell",
    "StateSegment",
    "UnitFigures",
]
