"""Shift calendars: weekly patterns with breaks, dated exceptions, a site time zone; planned time as exact spans."""

from .calendar import ShiftCalendar, slots
from .documents import calendar_from, document_of, shipped
from .spans import Span, Spans, clipped, covers, intersection, merged, subtracted, total
from .types import DayException, Shift, ShiftPattern
from .zones import instant_us, local_day, zone_of

__all__ = [
    "DayException",
    "Shift",
    "ShiftCalendar",
    "ShiftPattern",
    "Span",
    "Spans",
    "calendar_from",
    "clipped",
    "covers",
    "document_of",
    "instant_us",
    "intersection",
    "local_day",
    "merged",
    "shipped",
    "slots",
    "subtracted",
    "total",
    "zone_of",
]
