"""Flank tolerances after ISO 1328-1:2013 (class A 1 to 11). A class without its standard and year means nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from gearpark.base.problems import Problem

from .geometry import geometry
from .types import Gear

STANDARD = "ISO 1328-1:2013"
CLASSES = range(1, 12)
_SCOPE = (  # name, low, high: outside the standard gives no value, and we do not extrapolate
    ("teeth", 5, 1000),
    ("reference_mm", 5.0, 15_000.0),
    ("module_mm", 0.5, 70.0),
    ("width_mm", 4.0, 1200.0),
    ("helix_deg", 0.0, 45.0),
)


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Micrometres, rounded as the standard says: single pitch, cumulative pitch, profile slope, form and total,
    helix slope, form and total, run-out."""

    standard: str
    flank_class: int
    f_pt_um: float
    f_p_total_um: float
    f_h_alpha_um: float
    f_f_alpha_um: float
    f_alpha_um: float
    f_h_beta_um: float
    f_f_beta_um: float
    f_beta_um: float
    f_r_um: float


def rounded(value_um: float) -> float:
    """Above 10 to whole micrometres, 5 to 10 to halves, below 5 to tenths; halves go up."""
    step = Decimal(1) if value_um > 10 else Decimal("0.5") if value_um >= 5 else Decimal("0.1")
    exact = Decimal(repr(round(value_um, 9)))
    return float((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def tolerances(gear: Gear, flank_class: int) -> Tolerances:
    """The tolerance row of one gear. Problems ``gears.tolerance_class``, ``gears.tolerance_scope``."""
    if flank_class not in CLASSES:
        raise Problem("gears.tolerance_class", f"{STANDARD} has classes 1 to 11, not {flank_class}.")
    d, m, b = geometry(gear).reference_mm, gear.module_mm, gear.width_mm
    values = {
        "teeth": gear.teeth,
        "reference_mm": d,
        "module_mm": m,
        "width_mm": b,
        "helix_deg": gear.helix_deg,
    }
    for name, low, high in _SCOPE:
        if not low <= values[name] <= high:
            raise Problem(
                "gears.tolerance_scope",
                f"{STANDARD} ends at {name} {low:g} to {high:g}; this gear has {values[name]:g}.",
                name=name,
            )
    q = math.sqrt(2) ** (flank_class - 5)
    f_h_alpha, f_f_alpha = (0.4 * m + 0.001 * d + 4) * q, (0.55 * m + 5) * q
    f_h_beta = (0.05 * math.sqrt(d) + 0.35 * math.sqrt(b) + 4) * q
    f_f_beta = (0.07 * math.sqrt(d) + 0.45 * math.sqrt(b) + 4) * q
    f_p = (0.002 * d + 0.55 * math.sqrt(d) + 0.7 * m + 12) * q
    return Tolerances(
        standard=STANDARD,
        flank_class=flank_class,
        f_pt_um=rounded((0.001 * d + 0.4 * m + 5) * q),
        f_p_total_um=rounded(f_p),
        f_h_alpha_um=rounded(f_h_alpha),
        f_f_alpha_um=rounded(f_f_alpha),
        f_alpha_um=rounded(math.hypot(f_h_alpha, f_f_alpha)),
        f_h_beta_um=rounded(f_h_beta),
        f_f_beta_um=rounded(f_f_beta),
        f_beta_um=rounded(math.hypot(f_h_beta, f_f_beta)),
        f_r_um=rounded(0.9 * f_p),
    )
