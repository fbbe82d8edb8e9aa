"""Reads of the shop floor. Everything is computed on reading; nothing here writes."""

from .detail import raw_rows, segments, unit
from .live import BoardView, board_view, live_units
from .setup import calendar, calendars, dated_plans, line, lines
from .shifts import chosen_shift, neighbours
from .source import forget
from .summary import board, line_state, recent_alarms, spark, summaries, summary_of

__all__ = [
    "BoardView",
    "board",
    "board_view",
    "calendar",
    "calendars",
    "chosen_shift",
    "dated_plans",
    "forget",
    "line",
    "line_state",
    "lines",
    "live_units",
    "neighbours",
    "raw_rows",
    "recent_alarms",
    "segments",
    "spark",
    "summaries",
    "summary_of",
    "unit",
]
