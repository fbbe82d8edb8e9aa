"""When things wear out: survival of past lives, trends of wear, pace of use, limits with hysteresis. Pure numbers."""

from .condition import Exceedance, Watch, exceedances, zone_of
from .forecast import Due, Remaining, at_planned, due_at, planned_between, remaining_uses
from .lives import Life, LifeFigures, Survival, life_figures, remaining, survival
from .pace import Pace, hours_for, pace_of
from .uses import Use, uses_of
from .wear import Trend, trend_of, uses_to, wear_left

__all__ = [
    "Due",
    "Exceedance",
    "Life",
    "LifeFigures",
    "Pace",
    "Remaining",
    "Survival",
    "Trend",
    "Use",
    "Watch",
    "at_planned",
    "due_at",
    "exceedances",
    "hours_for",
    "life_figures",
    "pace_of",
    "planned_between",
    "remaining",
    "remaining_uses",
    "survival",
    "trend_of",
    "uses_of",
    "uses_to",
    "wear_left",
    "zone_of",
]
