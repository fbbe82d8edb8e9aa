"""Shop floor's tables. What the machines said is in the lake and is never copied here."""

from . import calls, care, exchange, figures, life, moves, quality, recall, trace
from .instructions import Instruction, InstructionStep, Picture, StepCheck
from .lines import MAX_CODE, MAX_NAME, MAX_PATH, MAX_PLAN, Calendar, Line, LineType, ShiftPlan
from .people import Badge, PersonSkill, SignOn, Skill
from .programs import Program
from .reports import Override, PartHold, Reservation, WorkReport
from .work import Operation, OperationRun, Product, Routing, Serial, SerialCounter, StationHold, WorkOrder

__all__ = [
    "MAX_CODE",
    "MAX_NAME",
    "MAX_PATH",
    "MAX_PLAN",
    "Badge",
    "Calendar",
    "Instruction",
    "InstructionStep",
    "Line",
    "LineType",
    "Operation",
    "OperationRun",
    "Override",
    "PartHold",
    "PersonSkill",
    "Picture",
    "Product",
    "Program",
    "Reservation",
    "Routing",
    "Serial",
    "SerialCounter",
    "ShiftPlan",
    "SignOn",
    "Skill",
    "StationHold",
    "StepCheck",
    "WorkOrder",
    "WorkReport",
    "calls",
    "care",
    "exchange",
    "figures",
    "life",
    "moves",
    "quality",
    "recall",
    "trace",
]
