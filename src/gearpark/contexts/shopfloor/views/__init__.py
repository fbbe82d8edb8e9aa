"""Pages of the shop floor: parse, one call, render."""

from .board import board, board_parts, live, wall
from .listing import lines
from .setup import calendar_edit, calendars, line_edit, line_new, plan
from .unit import intervals_csv, raw, unit

__all__ = [
    "board",
    "board_parts",
    "calendar_edit",
    "calendars",
    "intervals_csv",
    "line_edit",
    "line_new",
    "lines",
    "live",
    "plan",
    "raw",
    "unit",
    "wall",
]
