"""Bath temperature, superheat, excess AlF3, ledge and heat loss of each cell between two measurements of the laboratory.

An extended Kalman filter on the heat balance of the cell model (``cell/slow.py``): the cell's power and what production,
cold alumina and cold anodes take are known, the loss of heat is learnt. The Jacobian is taken by differences.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..bath import liquidus_2014, liquidus_solheim
from ..cell.state import WALL_M2K_W
from ..constants import AL2O3_KG_PER_KAH, AL_KG_PER_KAH, EMF_PRODUCTION_V
from ..parameters import Parameters

TEMP, ALF3, LEDGE, LOSS = range(4)
SIZE = 4
DAY_S = 86_400.0
SUBSTEP_S = 60.0
MOST_STEP_S = 3600.0
DIFFERENCES = (0.5, 0.05, 20.0, 0.005)  # of the Jacobian: K, %, kg, share
LOW, HIGH = (850.0, 0.0, 50.0, 0.5), (1100.0, 25.0, 20_000.0, 2.0)
REACTION_V_PER_CE = 1.604  # without the heating of alumina, which is counted by what was fed
Array = np.ndarray[Any, Any]


@dataclass
class Inputs:
    """A stretch of up to an hour, a value a cell. NaN in ``volt``: nothing was heard, the usual voltage is taken.

    volt      mean voltage that heats, V (of an anode effect only what reaches the bath)
    amp       line current, A
    al2o3     alumina, %
    fed_kg    alumina fed; alf3_kg: fluoride dosed; anodes: changed since the last step
    ce        current efficiency, share
    """

    volt: Array
    amp: Array
    al2o3: Array
    fed_kg: Array
    alf3_kg: Array
    anodes: Array
    ce: Array


@dataclass
class Heat:
    """The filter's state. ``x``: (cells, 4) temperature degC, excess AlF3 %, ledge kg, loss factor; ``cov`` its covariance;
    ``cold_j``: heat that changed anodes still take, J."""

    x: Array
    cov: Array
    cold_j: Array
    usual_c: float = field(default=960.0)


def liquidus(p: Parameters, alf3: Any, al2o3: Any) -> Array:
    """Liquidus, degC, of the cell type's bath at excess AlF3 and alumina, %."""
    caf2, lif, mgf2, kf = p["caf2_pct"], p["lif_pct"], p["mgf2_pct"], p["kf_pct"]
    if p["liquidus_2014"]:
        return np.asarray(liquidus_2014.py_func(alf3, al2o3, caf2, lif, kf))
    return np.asarray(liquidus_solheim.py_func(alf3, al2o3, caf2, lif, mgf2, kf))


def usual_temperature(p: Parameters) -> float:
    """Temperature at which the cell type sheds ``shed_kw``: liquidus of its usual bath and 9 degC."""
    return float(liquidus(p, p["alf3_pct"], p["start_pct"])) + 9.0


def begin(p: Parameters, e: Parameters, cells: int) -> Heat:
    """Cells of which nothing has been measured yet."""
    usual = usual_temperature(p)
    x = np.empty((cells, SIZE))
    x[:] = (usual, p["alf3_pct"], p["ledge_m"] * p["side_m2"] * p["ledge_kg_m3"], 1.0)
    spread = np.array(
        [e["temp_start_c"], e["alf3_start_pct"], e["ledge_start"] * x[0, LEDGE], e["loss_start"]]
    )
    return Heat(x, np.tile(np.diag(spread**2), (cells, 1, 1)), np.zeros(cells), usual)


def side_kw(p: Parameters, x: Array, al2o3: Any) -> Array:
    """Heat from bath to ledge, kW."""
    return np.asarray(p["side_kw_k"] * (x[..., TEMP] - liquidus(p, x[..., ALF3], al2o3)))


def wall_kw(p: Parameters, ledge_kg: Any, liquidus_c: Any) -> Array:
    """Heat through ledge and side wall to the air, kW."""
    thick = ledge_kg / (p["side_m2"] * p["ledge_kg_m3"])
    return np.asarray(
        p["side_m2"] * (liquidus_c - p["ambient_c"]) / (thick / p["ledge_w_mk"] + WALL_M2K_W) / 1e3
    )


def _slopes(p: Parameters, usual_c: float, x: Array, u: Inputs, power_w: Array, a_rate: Array) -> Array:
    """dx/dt, a second."""
    t, alf3, ledge, loss = (x[..., k] for k in range(SIZE))
    liquidus_c = liquidus(p, alf3, u.al2o3)
    side = p["side_kw_k"] * 1e3 * (t - liquidus_c)
    wall = wall_kw(p, ledge, liquidus_c) * 1e3
    around = (p["top_share"] + p["bottom_share"]) * p["shed_kw"] * 1e3 * loss
    around = around * (t - p["ambient_c"]) / (usual_c - p["ambient_c"])
    freezes = (wall - side) / (p["fusion_kj_kg"] * 1e3)
    freezes = np.where((ledge <= LOW[LEDGE]) & (freezes < 0), 0.0, freezes)
    bath = p["bath_kg"]
    capacity = bath * p["bath_kj_kgk"] * 1e3 + p["metal_coupled_kg"] * p["metal_kj_kgk"] * 1e3
    made = np.empty_like(x)
    made[..., TEMP] = (power_w - around - wall + freezes * p["fusion_kj_kg"] * 1e3) / capacity
    made[..., ALF3] = a_rate * 100.0 / bath + alf3 * freezes / bath
    made[..., ALF3] -= _evolved_kg_s(p, u, t, alf3) * 100.0 / bath
    made[..., LEDGE] = freezes
    made[..., LOSS] = 0.0
    return made


def _evolved_kg_s(p: Parameters, u: Inputs, t: Any, alf3: Any) -> Any:
    metal = AL_KG_PER_KAH * u.amp / 3.6e6 * u.ce
    return p["evolution_kg_t"] * 1e-3 * metal * (1.0 + p["evolution_c"] * (t - 960.0)) * alf3 / 11.0


def _moved(p: Parameters, usual_c: float, x: Array, u: Inputs, seconds: float, cold_w: Array) -> Array:
    """The state after ``seconds`` of the model alone."""
    used = AL2O3_KG_PER_KAH * u.amp / 3.6e6 * u.ce
    pure = 1.0 - p["secondary_alf3"] - p["soda"] - p["lime"] - p["inert"]
    fed = u.fed_kg / seconds
    power = u.amp * (u.volt - 1e-6 * p["external_uohm"] * u.amp - EMF_PRODUCTION_V - REACTION_V_PER_CE * u.ce)
    power = power - p["alumina_mj_kg"] * 1e6 * (fed - used) - p["dissolve_mj_kg"] * 1e6 * (fed * pure - used)
    power = power - p["fluoride_mj_kg"] * 1e6 * u.alf3_kg / seconds - cold_w
    bound = fed * (1.807 * p["soda"] + 0.998 * p["lime"]) + p["lining_kg_d"] / DAY_S
    a_rate = u.alf3_kg / seconds * p["alf3_purity"] + fed * p["secondary_alf3"] - bound
    parts = max(1, int(np.ceil(seconds / SUBSTEP_S)))
    for _ in range(parts):
        x = np.clip(x + _slopes(p, usual_c, x, u, power, a_rate) * seconds / parts, LOW, HIGH)
    return x


def forward(h: Heat, p: Parameters, e: Parameters, u: Inputs, seconds: float) -> None:
    """``seconds`` (at most ``MOST_STEP_S``) of the model and its growing uncertainty."""
    if not 0 < seconds <= MOST_STEP_S:
        raise ValueError(f"a step lasts up to {MOST_STEP_S:g} s, not {seconds:g}")
    h.cold_j += u.anodes * p["cold_gj"] * 1e9
    spent = h.cold_j * (1.0 - np.exp(-seconds / (p["cold_tau_h"] * 3600.0)))
    h.cold_j -= spent
    cold_w = spent / seconds
    after = _moved(p, h.usual_c, h.x, u, seconds, cold_w)
    jacobian = np.empty_like(h.cov)
    for k, step in enumerate(DIFFERENCES):
        pushed = h.x.copy()
        pushed[:, k] += step
        jacobian[:, :, k] = (_moved(p, h.usual_c, pushed, u, seconds, cold_w) - after) / step
    keep = float(np.exp(-seconds / (e["loss_tau_h"] * 3600.0)))
    after[:, LOSS] = 1.0 + (after[:, LOSS] - 1.0) * keep
    jacobian[:, LOSS, :] *= keep
    walk = np.array([e["temp_walk_c"], e["alf3_walk_pct"], e["ledge_walk_kg"], 0.0]) ** 2 * seconds / DAY_S
    walk[LOSS] = e["loss_start"] ** 2 * (1.0 - keep * keep)
    h.x = after
    h.cov = jacobian @ h.cov @ jacobian.transpose(0, 2, 1) + np.diag(walk)


def correct(h: Heat, e: Parameters, temp_c: Array, alf3_pct: Array) -> Array:
    """Take measurements; NaN: none of that cell. Returns which cells' temperatures were too far off to be believed."""
    wrong = _one(h, TEMP, temp_c, e["temp_sd_c"], e["gate"])
    _one(h, ALF3, alf3_pct, e["alf3_sd_pct"], e["gate"])
    return wrong


def _one(h: Heat, place: int, seen: Array, sd: float, gate: float) -> Array:
    off = seen - h.x[:, place]
    variance = h.cov[:, place, place] + sd * sd
    wrong = np.abs(off) > gate * np.sqrt(variance)
    rows = np.flatnonzero(~np.isnan(seen) & ~wrong)
    gain = h.cov[rows, :, place] / variance[rows, None]
    h.x[rows] = np.clip(h.x[rows] + gain * off[rows, None], LOW, HIGH)
    h.cov[rows] -= gain[:, :, None] * h.cov[rows, place, None, :]
    # a wrong value twice is a cell that changed: it is believed more the next time
    h.cov[wrong, place, place] += (gate * sd) ** 2
    return wrong


def superheat(h: Heat, p: Parameters, al2o3: Array, al2o3_sd: Array) -> tuple[Array, Array]:
    """Superheat of each cell and its standard deviation, K; alumina and its own deviation in %."""
    at = liquidus(p, h.x[:, ALF3], al2o3)
    by_alf3 = (liquidus(p, h.x[:, ALF3] + 0.05, al2o3) - at) / 0.05
    by_al2o3 = (liquidus(p, h.x[:, ALF3], al2o3 + 0.05) - at) / 0.05
    cov = h.cov
    variance = cov[:, TEMP, TEMP] + by_alf3**2 * cov[:, ALF3, ALF3] - 2.0 * by_alf3 * cov[:, TEMP, ALF3]
    variance = np.maximum(variance, 0.0) + (by_al2o3 * al2o3_sd) ** 2
    return h.x[:, TEMP] - at, np.sqrt(variance)


def ledge_mm(h: Heat, p: Parameters) -> tuple[Array, Array]:
    """Thickness of the ledge and its standard deviation, mm."""
    scale = 1e3 / (p["side_m2"] * p["ledge_kg_m3"])
    return h.x[:, LEDGE] * scale, np.sqrt(h.cov[:, LEDGE, LEDGE]) * scale
