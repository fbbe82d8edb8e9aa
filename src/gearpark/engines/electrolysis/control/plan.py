"""Tapping plan: the day's make, corrected by the metal level, rounded to what a ladle is weighed in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constants import AL_KG_PER_KAH
from ..parameters import Parameters
from .codes import A_UNSTABLE


def tap_kg(q: Parameters, level_mm: Any, metal_kg_mm: float, efficiency: Any = None) -> np.ndarray[Any, Any]:
    """Metal to tap from each cell, kg, by its measured ``level_mm``; ``metal_kg_mm``: metal of a mm of pad; ``efficiency``: current
    efficiency of each cell as a share, where more is known than ``tap_efficiency``."""
    make = AL_KG_PER_KAH * q["line_ka"] * 24.0 * (q["tap_efficiency"] if efficiency is None else efficiency)
    extra = q["tap_level_share"] * (np.asarray(level_mm) - q["level_target_mm"]) * metal_kg_mm
    limit = q["tap_limit"] * make
    step = q["tap_round_kg"]
    return np.asarray(np.round((make + np.clip(extra, -limit, limit)) / step) * step)


def tap_allowed(q: Parameters, k: np.ndarray[Any, Any], t: float) -> np.ndarray[Any, Any]:
    """Cells that may be tapped: no anode effect now or lately, metal not rolling."""
    calm = (k["alarms"] & (1 << A_UNSTABLE)) == 0
    return np.asarray((k["effect"] == 0) & (t - k["effect_end"] >= q["tap_after_effect_h"] * 3600.0) & calm)
