"""Shop floor's tables. What the machines said is in the lake and is never copied here."""

from . import calls, care, figures, moves, quality, trace
from .lines import MAX_CODE, MAX_NAME, MAX_PATH, MAX_PLAN, Calendar, Line, ShiftPlan
from .work import Operation, Product, Routing, Serial, WorkOrder

__all__ = [
    "MAX_CODE",
    "MAX_NAME",
    "MAX_PATH",
    "MAX_PLAN",
    "Calendar",
    "Line",
    "Operation",
    "Product",
    "Routing",
    "Serial",
    "ShiftPlan",
    "WorkOrder",
    "calls",
    "care",
    "figures",
    "moves",
    "quality",
    "trace",
]
