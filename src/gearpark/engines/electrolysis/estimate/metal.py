"""Current efficiency of each cell from weighed taps, measured metal levels and Faraday's law, with its uncertainty.

A Kalman filter on metal in the cell and efficiency. Metal made is Faraday's mass times the efficiency; a tap takes out
what the scale says; a level tells the metal that is in the cell, a few millimetres off. As a millimetre of 58 m2 is
133 kg, levels of a week tell little of one cell: what Dewing's formula says of its bath is the prior, and the deviation
says how much of the estimate was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..constants import AL_KG_PER_KAH
from ..efficiency import loss_pct
from ..parameters import Parameters

METAL, OWN = range(2)
LOW_CE, HIGH_CE = 0.7, 0.99
Array = np.ndarray[Any, Any]


@dataclass
class Metal:
    """``x``: (cells, 2) metal in the cell, kg, and how far its efficiency is from ``prior``, as a share; ``cov`` its
    covariance; ``prior``: efficiency by its bath; ``levels``: measured so far; ``made_kg`` since the begin."""

    x: Array
    cov: Array
    prior: Array
    levels: Array
    made_kg: Array

    @property
    def ce(self) -> Array:
        """Current efficiency, as a share."""
        return np.clip(self.prior + self.x[:, OWN], LOW_CE, HIGH_CE)


def dewing(p: Parameters, superheat_c: Array, alf3_pct: Array) -> Array:
    """Efficiency by Dewing's loss, as a share."""
    loss = [
        loss_pct.py_func(float(s), float(a), p["lif_pct"], p["loss_log"])
        for s, a in zip(superheat_c, alf3_pct, strict=True)
    ]
    return 1.0 - np.array(loss) / 100.0


def kg_mm(p: Parameters) -> float:
    """Metal of a millimetre of pad, kg."""
    return p["metal_kg_m3"] * p["metal_m2"] * 1e-3


def begin(p: Parameters, e: Parameters, cells: int) -> Metal:
    """Cells of which no level has been measured yet."""
    x = np.tile([p["metal_kg"], 0.0], (cells, 1))
    cov = np.tile(np.diag([e["metal_start_kg"] ** 2, e["prior_sd"] ** 2]), (cells, 1, 1))
    return Metal(x, cov, np.full(cells, p["efficiency"]), np.zeros(cells), np.zeros(cells))


def forward(m: Metal, e: Parameters, prior: Array, charge_kah: Array, days: float) -> None:
    """``days`` in which ``charge_kah`` went through, with the efficiency that the bath lets expect."""
    full = AL_KG_PER_KAH * charge_kah
    keep = float(np.exp(-days * e["ce_walk"] ** 2 / (2.0 * e["prior_sd"] ** 2)))
    m.prior = np.array(prior)
    m.made_kg += full * m.ce
    m.x[:, METAL] += full * m.ce
    m.x[:, OWN] *= keep
    f = np.zeros_like(m.cov)
    f[:, METAL, METAL], f[:, METAL, OWN], f[:, OWN, OWN] = 1.0, full, keep
    m.cov = f @ m.cov @ f.transpose(0, 2, 1)
    m.cov[:, OWN, OWN] += e["prior_sd"] ** 2 * (1.0 - keep * keep)


def tapped(m: Metal, e: Parameters, kg: Array) -> None:
    """Metal weighed in the ladle, a value a cell, 0: none."""
    m.x[:, METAL] -= kg
    m.cov[:, METAL, METAL] += (e["tap_sd"] * kg) ** 2


def levelled(m: Metal, p: Parameters, e: Parameters, level_mm: Array) -> None:
    """Measured metal levels; NaN: none of that cell."""
    scale = kg_mm(p)
    rows = np.flatnonzero(~np.isnan(level_mm))
    noise = (e["level_sd_mm"] * scale) ** 2
    variance = m.cov[rows, METAL, METAL] + noise
    gain = m.cov[rows, :, METAL] / variance[:, None]
    off = level_mm[rows] * scale - m.x[rows, METAL]
    m.x[rows] += gain * off[:, None]
    m.cov[rows] -= gain[:, :, None] * m.cov[rows, METAL, None, :]
    m.levels[rows] += 1


def deviation(m: Metal) -> Array:
    """Standard deviation of the efficiency, as a share."""
    return np.sqrt(m.cov[:, OWN, OWN])


def told_by_metal(m: Metal, e: Parameters) -> Array:
    """Share of the estimate that was measured, the rest being the prior's: 0 nothing, 1 all."""
    return np.clip(1.0 - m.cov[:, OWN, OWN] / e["prior_sd"] ** 2, 0.0, 1.0)
