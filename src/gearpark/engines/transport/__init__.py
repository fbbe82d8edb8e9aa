"""Moving things about a shop: which vehicle takes which job, when an order is taken back, which way it drives.

Pure functions over plain facts. Nothing here knows messages or tables: ``decide`` is asked again and again with the
facts as they stand and answers with what to do now, so that a process that was killed goes on where the facts are.
"""

from .decide import decide
from .layout import Slot, cross_aisles, parking, slot_of
from .routes import length_m, route
from .types import (
    Assign,
    Decision,
    GiveUp,
    Job,
    JobState,
    Limits,
    MarkLost,
    Park,
    Point,
    TakeBack,
    Truck,
)

__all__ = [
    "Assign",
    "Decision",
    "GiveUp",
    "Job",
    "JobState",
    "Limits",
    "MarkLost",
    "Park",
    "Point",
    "Slot",
    "TakeBack",
    "Truck",
    "cross_aisles",
    "decide",
    "length_m",
    "parking",
    "route",
    "slot_of",
]
