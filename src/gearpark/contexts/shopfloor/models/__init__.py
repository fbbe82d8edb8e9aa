"""Shop floor's tables. What the machines said is in the lake and is never copied here."""

from . import calls, care, figures, moves, quality, trace
from .lines import MAX_CODE, MAX_NAME, MAX_PATH, MAX_PLAN, Calendar, Line, ShiftPlan
from .reports import Override, PartHold, Reservation, WorkReport
from .work import Operation, OperationRun, Product, Routing, Serial, SerialCounter, StationHold, WorkOrder

__all__ = [
    "MAX_CODE",
    "MAX_NAME",
    "MAX_PATH",
    "MAX_PLAN",
    "Calendar",
    "Line",
    "Operation",
    "OperationRun",
    "Override",
    "PartHold",
    "Product",
    "Reservation",
    "Routing",
    "Serial",
    "SerialCounter",
    "ShiftPlan",
    "StationHold",
    "WorkOrder",
    "WorkReport",
    "calls",
    "care",
    "figures",
    "moves",
    "quality",
    "trace",
]
