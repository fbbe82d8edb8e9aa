"""Limits between controller and wire: a second look at every command, apart from the rules that made it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constants import AL2O3_KG_PER_KAH
from ..parameters import Parameters

SET_POINTS = ("shots", "beam_target_mm", "alf3_total_kg")
SPARE_SHOTS = 2.0  # feeding saved up before
SPARE_MM = 0.5
FLUORIDE_KG_S = 0.05  # more than twice what the dearest dose asks
SPARE_KG = 1.0
LIMITS = ("", "not_a_number", "feed_backwards", "feed_too_much", "beam_too_far", "beam_travel", "beam_too_low", "fluoride")  # fmt: skip
_ON, _NAN, _BACK, _MUCH, _FAR, _TRAVEL, _LOW, _DOSE = range(8)


def refused(
    q: Parameters,
    before: np.ndarray[Any, Any],
    after: np.ndarray[Any, Any],
    m: np.ndarray[Any, Any],
    seconds: int,
) -> np.ndarray[Any, Any]:
    """A place in ``LIMITS`` a cell, 0 where ``after`` may be sent; ``seconds``: how long ``before`` has stood."""
    why = np.zeros(len(after), "i8")
    shots = after["shots"] - before["shots"]
    moved = after["beam_target_mm"] - before["beam_target_mm"]
    dosed = after["alf3_total_kg"] - before["alf3_total_kg"]
    base = AL2O3_KG_PER_KAH * q["line_ka"] * q["need"] / 3600.0
    most = q["rate_boost"] * q["factor_high"] * base * seconds / q["dose_kg"] + SPARE_SHOTS
    stroke = max(q["stroke_mm_down"], q["step_mm"]) + SPARE_MM
    calm = (after["effect"] == 0) & (m["tapping"] == 0)
    near = calm & (moved < 0) & ~(m["volt"] >= q["volt_low"])
    for mask, code in (
        ((dosed < 0) | (dosed > FLUORIDE_KG_S * seconds + SPARE_KG), _DOSE),
        (near, _LOW),
        (np.abs(after["beam_target_mm"]) > q["travel_mm"], _TRAVEL),
        (np.abs(moved) > stroke, _FAR),
        (shots.sum(axis=1) > most, _MUCH),
        ((shots < 0).any(axis=1), _BACK),
        (~np.isfinite(after["beam_target_mm"]) | ~np.isfinite(after["alf3_total_kg"]), _NAN),
    ):
        why[mask] = code
    return why


def put_back(k: np.ndarray[Any, Any], before: np.ndarray[Any, Any], cells: Any) -> None:
    """Set-points of some cells as they were."""
    for name in SET_POINTS:
        k[name][cells] = before[name][cells]
