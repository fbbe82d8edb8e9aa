"""Cylindrical gears: geometry (ISO 21771), pairs, flank tolerances (ISO 1328-1), and what is wrong with an offer."""

from .checks import gear_findings, pair_findings
from .documents import GearPair, gear_from, pair_from_row, pairs_from_rexs
from .geometry import geometry, outline, span, span_teeth
from .mesh import Planetary, mesh, planetary
from .tolerances import Tolerances, tolerances
from .types import Finding, Gear, Geometry, Grade, Hand, Mesh

__all__ = [
    "Finding",
    "Gear",
    "GearPair",
    "Geometry",
    "Grade",
    "Hand",
    "Mesh",
    "Planetary",
    "Tolerances",
    "gear_findings",
    "gear_from",
    "geometry",
    "mesh",
    "outline",
    "pair_findings",
    "pair_from_row",
    "pairs_from_rexs",
    "planetary",
    "span",
    "span_teeth",
    "tolerances",
]
