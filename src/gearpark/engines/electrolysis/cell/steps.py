"""All steps of a cell in order."""

from __future__ import annotations

import math
from typing import Any

from ..compiled import entry, hot
from .anodes import ANODES_S, anodes_step
from .random import SLOW, normal
from .slow import books, compose, dose, efficiency, fluoride, heat, impurities, roll

SAMPLE_S = 60  # statistics are taken once a minute


@hot
def slow_step(c: Any, p: Any, alf3_total: Any, ambient: Any, start_c: Any, t: Any) -> None:
    """Everything that is done every ``SLOW_S``."""
    if p.thermal > 0.0:
        if alf3_total > c.alf3_done_kg:
            dose(c, p, alf3_total - c.alf3_done_kg)
        fluoride(c, p)
        impurities(c, p)
        heat(c, p, ambient, start_c)
        drift = c.a_produced / (p.metal_kg_m3 * p.metal_m2) * 1e3
        used = p.anode_mm_d * c.a_charge / (p.current_ka * 24.0) / c.area_share
        if p.drift > 0.0:
            c.acd_mm += used - drift
        if t % 600 == 0:
            tau = p.cover_tau_h * 3600.0
            step = p.cover_sd * math.sqrt(2.0 * 600.0 / tau) * normal(c.key, t, SLOW)
            c.cover += (1.0 - c.cover) * 600.0 / tau + step
        efficiency_now = True
    else:
        efficiency_now = False
    books(c)
    compose(c, p)
    roll(c, p, t)
    if efficiency_now:
        efficiency(c, p)
    if t % ANODES_S == 0 and p.thermal > 0.0:
        anodes_step(c, p, t)


@hot
def sample(c: Any) -> None:
    """A minute's value into the statistics."""
    c.s_n += 1.0
    c.s_c += c.al2o3_pct
    c.s_c2 += c.al2o3_pct * c.al2o3_pct
    c.s_t += c.t_c
    c.s_t2 += c.t_c * c.t_c
    c.s_sh += c.superheat_c
    if c.film_v <= 0.0:
        c.s_v += c.volt
        c.s_vn += 1.0


@hot
def begin(c: Any, p: Any) -> None:
    """Derived values of a cell that was just made or read."""
    c.csat = 9.0
    compose(c, p)
    compose(c, p)
    c.bath_heat = c.bath * p.bath_kj_kgk * 1e3 + p.metal_coupled_kg * p.metal_kj_kgk * 1e3
    if p.thermal > 0.0:
        anodes_step(c, p, 0)
        compose(c, p)
    roll(c, p, 0)
    if p.thermal > 0.0:
        efficiency(c, p)


@entry
def begin_all(cells: Any, parameters: Any) -> None:
    """Derived values of all cells."""
    for k in range(cells.shape[0]):
        begin(cells[k], parameters[0])
