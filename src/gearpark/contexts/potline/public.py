"""The door: what higher rooms and the roof may use of the potline."""

from __future__ import annotations

from .queries.lines import potline, potlines
from .queries.report import line_report
from .services.lines import ensure_line
from .types import LineReport, ModeOrdered, PotlineInfo, SetPointsOrdered

__all__ = [
    "LineReport",
    "ModeOrdered",
    "PotlineInfo",
    "SetPointsOrdered",
    "ensure_line",
    "line_report",
    "potline",
    "potlines",
]
