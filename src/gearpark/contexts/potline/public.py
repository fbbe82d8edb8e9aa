"""The door: what higher rooms and the roof may use of the potline."""

from __future__ import annotations

from .queries.lines import potline, potlines
from .queries.plans import tapping_plan
from .queries.report import line_report
from .services.lines import ensure_line
from .services.stock import ensure_silo
from .services.work import LOOPS
from .types import (
    LineReport,
    Material,
    ModeOrdered,
    PotlineInfo,
    SetPointsOrdered,
    TapLadle,
    TappingPlan,
    TappingPlanReleased,
)

__all__ = [
    "LOOPS",
    "LineReport",
    "Material",
    "ModeOrdered",
    "PotlineInfo",
    "SetPointsOrdered",
    "TapLadle",
    "TappingPlan",
    "TappingPlanReleased",
    "ensure_line",
    "ensure_silo",
    "line_report",
    "potline",
    "potlines",
    "tapping_plan",
]
