"""State of a cell as one record of float64, and cells as they stand at the start of a run.

Masses in kg, temperatures in degC, distances in mm, energies in J. Fields from ``bath`` on are derived and refreshed by
the steps; ``b_*`` are books (running sums since the start), ``a_*`` sums since the last slow step, ``s_*`` statistics.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters
from .random import key_of

FEEDERS, ANODES = 6, 48
DAY_S = 86_400

_OWN = ("shot_factor", "shed_factor", "loss_factor", "ohm_factor", "roll_own_v", "roll_w", "effect_own")
_MASS = (
    "cryolite",
    "alf3",
    "caf2",
    "lif",
    "mgf2",
    "kf",
    "alumina",
    "undissolved",
    "sludge",
    "ledge",
    "metal",
    "fe",
    "si",
)
_MOVING = (
    "t_c", "acd_mm", "beam_mm", "cover", "cold_j", "rolled_1", "rolled_2", "attack", "spiked", "spike_until", "change_at",
)  # fmt: skip
_EFFECT = ("film_v", "effect_at", "effect_event", "stroke_top", "stroked", "wet_until", "pole_at")
_CREW = ("tap_left", "tap_rate")
_DONE = ("beam_done_mm", "alf3_done_kg")
_DERIVED = (
    "bath", "al2o3_pct", "alf3_pct", "liquidus_c", "superheat_c", "ledge_m", "ce", "area_share", "ampere",
    "volt", "volt_seen", "amp_seen", "roll_sd_v", "roll_cos", "roll_factor", "imbalance",
    "e_base", "e_nernst", "csat", "critical_0", "k_conc", "k_surf", "k_cath", "ln_area", "area", "acid", "kb", "kb_slope",
    "kb_at", "ohm", "vrx", "settle", "level_effect",
)  # fmt: skip
_SINCE = (
    "a_elec",
    "a_film",
    "a_vrx",
    "a_fed",
    "a_dissolved",
    "a_consumed",
    "a_produced",
    "a_charge",
    "a_amp2",
    "a_dose",
    "bath_heat",
)
_BOOKS = (
    "b_fed", "b_alumina_in", "b_alumina_made", "b_consumed", "b_produced", "b_faraday", "b_tapped", "b_crust", "b_lost_crust",
    "b_alf3_in", "b_alf3_evolved", "b_alf3_bound", "b_alf3_lining", "b_cryolite_made", "b_caf2_made", "b_bled", "b_inert",
    "b_alf3_bled", "b_alumina_bled", "b_caf2_bled", "b_cryolite_bled",
    "b_elec", "b_external", "b_production", "b_alumina_heat", "b_top", "b_bottom", "b_wall", "b_anodes", "b_film_lost",
    "b_mass_heat", "b_fluoride_heat", "b_effects", "b_effect_s", "b_fe_in", "b_si_in", "b_fe_tapped", "b_si_tapped",
    "b_carbon", "b_missed_s",
)  # fmt: skip
_STATS = ("s_n", "s_c", "s_c2", "s_t", "s_t2", "s_v", "s_vn", "s_sh")

CELL = np.dtype(
    [("key", "u8")]
    + [(name, "f8") for name in (*_OWN, *_MASS, *_MOVING, *_EFFECT, *_CREW, *_DONE, *_DERIVED)]
    + [(name, "f8") for name in (*_SINCE, *_BOOKS, *_STATS)]
    + [
        (name, "f8", (FEEDERS,))
        for name in ("feeder_factor", "closed_until", "stuck_until", "on_crust", "hopper")
    ]
    + [("shots_done", "i8", (FEEDERS,)), ("strikes", "i8", (FEEDERS,)), ("contacts", "i8", (FEEDERS,))]
    + [(name, "f8", (ANODES,)) for name in ("anode_set_at", "anode_own", "anode_share", "anode_mm")]
)
WALL_M2K_W = 0.0554  # 0.1 m of lining at 6.5 W/mK and 25 W/m2K to the air
ANODE_NEW_MM = 600.0
HOPPER_KG = 2000.0


def state_names() -> tuple[str, ...]:
    """Names of all fields."""
    return tuple(CELL.names or ())


def _weights(p: Parameters, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Masses of the bath at the start."""
    bath = p["bath_kg"] * (1.0 + p["bath_spread"] * rng.standard_normal(n))
    alumina = np.clip(p["start_pct"] + p["start_sd_pct"] * rng.standard_normal(n), 1.9, 8.0)
    alf3 = p["alf3_pct"] + 0.3 * rng.standard_normal(n) * (p["thermal"] > 0)
    share: dict[str, Any] = {
        "alf3": alf3,
        "caf2": p["caf2_pct"],
        "lif": p["lif_pct"],
        "mgf2": p["mgf2_pct"],
        "kf": p["kf_pct"],
    }
    share["alumina"] = alumina
    made = {name: bath * pct / 100.0 for name, pct in share.items()}
    made["cryolite"] = bath - np.sum(list(made.values()), axis=0)
    return made


def fresh(p: Parameters, cells: int, seed: int) -> np.ndarray[Any, Any]:
    """``cells`` cells near their usual state, each a little different."""
    rng = np.random.default_rng([seed, 101])
    c = np.zeros(cells, CELL)
    c["key"] = key_of(seed, cells)
    for name, value in _weights(p, rng, cells).items():
        c[name] = value
    c["shot_factor"] = np.clip(1.0 + p["feed_bias"] * rng.standard_normal(cells), 0.7, 1.3)
    c["feeder_factor"] = 1.0 + p["feeder_bias"] * rng.standard_normal((cells, FEEDERS))
    c["shed_factor"] = 1.0 + p["heat_spread"] * rng.standard_normal(cells)
    c["loss_factor"] = np.exp(p["loss_spread"] * rng.standard_normal(cells))
    c["ohm_factor"] = 1.0 + p["ohm_spread"] * rng.standard_normal(cells)
    c["effect_own"] = p["effect_spread_pct"] * rng.standard_normal(cells)
    c["roll_own_v"] = p["roll_mv"] * 1e-3 * np.exp(p["roll_spread"] * rng.standard_normal(cells))
    c["roll_w"] = 2.0 * np.pi / rng.uniform(p["roll_fast_s"], max(p["roll_slow_s"], p["roll_fast_s"]), cells)
    c["roll_cos"] = np.cos(c["roll_w"])
    c["undissolved"] = p["undissolved_share"] / p["dissolve_s"] * 0.0692 * p["current_ka"] / 420.0
    c["ledge"] = _ledge_m(p, c["shed_factor"]) * p["side_m2"] * p["ledge_kg_m3"]
    c["metal"] = p["metal_kg"] * (1.0 + 0.02 * rng.standard_normal(cells))
    c["fe"], c["si"] = 0.0010 * c["metal"], 0.0004 * c["metal"]
    c["acd_mm"] = p["acd_mm"]
    c["cover"], c["ce"], c["area_share"], c["hopper"] = 1.0, p["efficiency"], 1.0, HOPPER_KG
    c["t_c"] = _start_temperature(p, c) + 1.5 * rng.standard_normal(cells) * (p["thermal"] > 0)
    c["change_at"], c["spiked"] = -1e9, -1.0
    _anodes(p, c, rng)
    return c


def _ledge_m(p: Parameters, shed_factor: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ledge that lets through what top and bottom of each cell leave: a line that has run for long."""
    around = p["top_share"] + p["bottom_share"]
    side = np.clip((1.0 - around * shed_factor) / (1.0 - around), 0.5, 2.0)
    conducts = p["ledge_w_mk"]
    return np.asarray(
        np.maximum(conducts * ((p["ledge_m"] / conducts + WALL_M2K_W) / side - WALL_M2K_W), 0.01)
    )


def _start_temperature(p: Parameters, c: np.ndarray[Any, Any]) -> float:
    from ..bath import liquidus_2014, liquidus_solheim

    if p["thermal"] == 0:
        return 960.0
    alumina = p["start_pct"]
    if p["liquidus_2014"]:
        return float(liquidus_2014(p["alf3_pct"], alumina, p["caf2_pct"], p["lif_pct"], p["kf_pct"])) + 9.0
    at = liquidus_solheim(p["alf3_pct"], alumina, p["caf2_pct"], p["lif_pct"], p["mgf2_pct"], p["kf_pct"])
    return float(at) + 9.0


def _anodes(p: Parameters, c: np.ndarray[Any, Any], rng: np.random.Generator) -> None:
    """Ages spread over a life; every fifth place is next, so that neighbours are never new together."""
    cells, life = len(c), p["anode_life_d"] * DAY_S
    order = (np.arange(ANODES) * 7) % ANODES
    age = (order[None, :] + rng.uniform(0, 1, (cells, 1))) / ANODES * life
    c["anode_set_at"] = -age
    own = 1.0 + p["contact_sd"] * rng.standard_normal((cells, ANODES))
    c["anode_own"] = np.clip(own, 0.6, 1.4)
    c["anode_own"] /= c["anode_own"].mean(axis=1, keepdims=True)
    c["anode_mm"] = ANODE_NEW_MM - age / DAY_S * p["anode_mm_d"]
    c["anode_share"] = 1.0 / ANODES


def bath_kg(c: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Liquid bath with dissolved alumina."""
    return np.asarray(c["cryolite"] + c["alf3"] + c["caf2"] + c["lif"] + c["mgf2"] + c["kf"] + c["alumina"])


def enthalpy_j(c: np.ndarray[Any, Any], p: Parameters) -> np.ndarray[Any, Any]:
    """Heat held above 25 degC by bath and coupled metal, less what freezing the ledge has given."""
    capacity = bath_kg(c) * p["bath_kj_kgk"] * 1e3 + p["metal_coupled_kg"] * p["metal_kj_kgk"] * 1e3
    return np.asarray(capacity * (c["t_c"] - 25.0) - c["ledge"] * p["fusion_kj_kg"] * 1e3)
