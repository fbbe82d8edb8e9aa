"""The resistance a cell type shows over its alumina content, as the controller's estimate reads it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..bath import liquidus_solheim
from ..parameters import Parameters
from ..voltage import Bath, Geometry, pseudo_resistance, terms
from .observe import CURVE_LOW, CURVE_N, CURVE_STEP

SUPERHEAT_C = 9.0


def geometry_of(p: Parameters) -> Geometry:
    """What the voltage set needs of a cell type's file."""
    return Geometry(
        anodes=int(p["anodes"]),
        anode_cm2=p["anode_cm2"],
        edge_factor=p["edge_factor"],
        cathode_cm2=p["cathode_ratio"] * p["anodes"] * p["anode_cm2"],
        anode_ohm=p["anode_uohm"] * 1e-6,
        lining_ohm=p["lining_uohm"] * 1e-6,
        external_ohm=p["external_uohm"] * 1e-6,
        subtract_bubble=p["subtract_bubble"] > 0,
        bubble_factor=p["bubble_factor"],
        effect_pct=p["effect_pct"],
    )


def resistance_curve(p: Parameters) -> np.ndarray[Any, Any]:
    """Pseudo-resistance, nOhm, from ``CURVE_LOW`` in steps of ``CURVE_STEP``, at the type's usual bath and distance."""
    a, c, m = p["alf3_pct"], p["caf2_pct"], p["mgf2_pct"]
    t_c = liquidus_solheim(a, p["start_pct"], c, p["lif_pct"], m, p["kf_pct"]) + SUPERHEAT_C
    amp, g = p["current_ka"] * 1e3, geometry_of(p)
    made = np.empty(CURVE_N)
    for place in range(CURVE_N):
        bath = Bath(CURVE_LOW + CURVE_STEP * place, t_c, a, c, m, p["lif_pct"], p["kf_pct"])
        made[place] = pseudo_resistance(terms(amp, p["acd_mm"] / 10.0, bath, g).total, amp) * 1e9
    return made
