"""The door: what higher rooms and the overview may use of the shop floor."""

from __future__ import annotations

from .queries import lines, recent_alarms
from .queries import summaries as line_summaries
from .queries.document import shift_document, shift_kpis
from .services import ensure_demo_lines, ensure_line, save_calendar, save_line, set_plan
from .services.follow import LOOPS as FOLLOW_LOOPS
from .types import Alarm, LineChanged, LineInfo, LineSummary, LineWanted
from .types.figures import FiguresPublished

LOOPS = (*FOLLOW_LOOPS,)

__all__ = [
    "LOOPS",
    "Alarm",
    "FiguresPublished",
    "LineChanged",
    "LineInfo",
    "LineSummary",
    "LineWanted",
    "ensure_demo_lines",
    "ensure_line",
    "line_summaries",
    "lines",
    "recent_alarms",
    "save_calendar",
    "save_line",
    "set_plan",
    "shift_document",
    "shift_kpis",
]
