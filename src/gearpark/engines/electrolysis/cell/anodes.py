"""Forty-eight anodes: load-up after a change, shares of the current, heights, a spike (every 5 min)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiled import hot
from .state import ANODE_NEW_MM, ANODES, DAY_S

ANODES_S = 300
SPIKE_SHARE = 2.5
MIN_AREA = 0.5


@hot
def anodes_step(c: Any, p: Any, t: Any) -> None:
    """Shares of the current, area that works, consumption of each anode over ``ANODES_S``."""
    tau = p.loadup_h * 3600.0
    total, works, squares = 0.0, 0.0, 0.0
    for k in range(ANODES):
        takes = 1.0 - math.exp(-max(t - c.anode_set_at[k], 0.0) / tau)
        g = c.anode_own[k] * takes
        works += takes
        if c.spiked == k:
            g *= SPIKE_SHARE
        c.anode_share[k] = g
        total += g
    for k in range(ANODES):
        share = c.anode_share[k] / total
        c.anode_share[k] = share
        c.anode_mm[k] -= p.anode_mm_d * ANODES_S / DAY_S * share * ANODES
        squares += (share * ANODES - 1.0) * (share * ANODES - 1.0)
    c.area_share = max(works / ANODES, MIN_AREA)
    c.imbalance = math.sqrt(squares / ANODES)
    if c.spiked >= 0.0 and t >= c.spike_until:
        c.spiked = -1.0


def change(c: np.ndarray[Any, Any], cells: Any, place: Any, p: Any, t: float) -> None:
    """New, cold anodes at ``place`` of some cells."""
    c["anode_set_at"][cells, place] = t
    c["anode_mm"][cells, place] = ANODE_NEW_MM
    c["cold_j"][cells] += p["cold_gj"] * 1e9
    c["change_at"][cells] = t
