"""The slow step of one cell (10 s): heat, ledge, fluoride, impurities, and the factors the second's step reads."""

from __future__ import annotations

import math
from typing import Any

from ..bath import conductivity, liquidus_2014, liquidus_solheim, ratio, saturation
from ..compiled import hot
from ..constants import (
    KELVIN,
    LIME_AL2O3,
    LIME_ALF3,
    LIME_CAF2,
    SODA_AL2O3,
    SODA_ALF3,
    SODA_CRYOLITE,
)
from ..efficiency import loss_pct
from ..voltage import NERNST, bubble_acid
from .state import WALL_M2K_W

SLOW_S = 10
COLD_REF_C = 25.0
MIN_LEDGE_KG = 50.0


@hot
def compose(c: Any, p: Any) -> None:
    """Composition, liquidus and everything of the voltage that changes slowly."""
    c.bath = c.cryolite + c.alf3 + c.caf2 + c.lif + c.mgf2 + c.kf + c.alumina
    pct = 100.0 / c.bath
    al2o3, alf3 = c.alumina * pct, c.alf3 * pct
    caf2, lif, mgf2, kf = c.caf2 * pct, c.lif * pct, c.mgf2 * pct, c.kf * pct
    c.al2o3_pct, c.alf3_pct = al2o3, alf3
    seen = min(al2o3, c.csat) if c.csat > 0.0 else al2o3
    if p.liquidus_2014 > 0.0:
        c.liquidus_c = liquidus_2014(alf3, seen, caf2, lif, kf)
    else:
        c.liquidus_c = liquidus_solheim(alf3, seen, caf2, lif, mgf2, kf)
    c.superheat_c = c.t_c - c.liquidus_c
    t_k = c.t_c + KELVIN
    br = ratio(alf3, al2o3, caf2, lif, mgf2)
    c.csat = saturation(c.t_c, alf3, caf2, lif, mgf2)
    c.e_base = 1.896 - 0.000572 * t_k
    c.e_nernst = 2.0 * NERNST * t_k
    c.critical_0 = (5.5 + 0.018 * (t_k - 1323.0)) * p.anode_cm2**-0.1
    c.k_conc, c.k_surf = t_k / 23209.0, t_k / 12533.0
    cathode_cm2 = p.cathode_ratio * p.anodes * p.anode_cm2
    c.area = p.edge_factor * p.anodes * p.anode_cm2 * c.area_share
    c.ln_area = math.log(c.area)
    c.k_cath = 5.7448e-5 * t_k * (1.375 - 0.25 * br)
    c.e_base += c.k_cath * math.log(3.891 / cathode_cm2)
    c.acid = bubble_acid(br)
    c.kb = conductivity(t_k, alf3, al2o3, caf2, lif, mgf2)
    c.kb_slope = (conductivity(t_k, alf3, al2o3 + 0.1, caf2, lif, mgf2) / c.kb - 1.0) * 10.0
    c.kb_at = al2o3
    own = (p.anode_uohm + p.lining_uohm * (1.0 + p.sludge_ohm * c.sludge)) * c.ohm_factor
    c.ohm = 1e-6 * (own + p.external_uohm)
    c.level_effect = p.effect_pct + c.effect_own + c.effect_event
    short = max(p.settle_superheat_c - c.superheat_c, 0.0) / 5.0 if p.thermal > 0.0 else 0.0
    c.settle = p.settle_s * (min(short, 2.0) + max(al2o3 - p.settle_pct, 0.0))


@hot
def efficiency(c: Any, p: Any) -> None:
    """Current efficiency: Dewing's loss, more when the anodes are near, the metal rolls or an anode is spiked."""
    lif = 100.0 * c.lif / c.bath
    near = max(p.near_cm - 0.1 * c.acd_mm, 0.0)
    roll_mv = 1e3 * c.roll_own_v * c.roll_factor
    loss = loss_pct(c.superheat_c, c.alf3_pct, lif, p.loss_log) * c.loss_factor + p.near_pct_cm2 * near * near
    loss += p.noise_pct_mv * max(roll_mv - p.noise_usual_mv, 0.0)
    if c.spiked >= 0.0:
        loss += p.spike_pct
    c.ce = 1.0 - min(max(loss, 1.0), 60.0) / 100.0


@hot
def roll(c: Any, p: Any, t: Any) -> None:
    """How much the metal rolls: more when the anodes are near, on sludge, after an anode change, with a spike."""
    factor = 1.0 + p.near_roll * max(10.0 * p.near_cm - c.acd_mm, 0.0) + p.sludge_roll * c.sludge
    since_h = (t - c.change_at) / 3600.0
    factor += p.change_roll * math.exp(-max(since_h, 0.0) / p.change_roll_h)
    if c.spiked >= 0.0:
        factor += 0.5
    c.roll_factor = factor
    r2 = p.roll_damping * p.roll_damping
    spread = (1.0 + r2) / ((1.0 - r2) * (1.0 + r2 * r2 - 2.0 * r2 * (2.0 * c.roll_cos * c.roll_cos - 1.0)))
    c.roll_sd_v = c.roll_own_v * factor / math.sqrt(spread)


@hot
def fluoride(c: Any, p: Any) -> Any:
    """AlF3, soda, lime and inert stuff that came with the alumina; evolution; returns the bath's mass change."""
    fed = c.a_fed
    got = fed * p.secondary_alf3
    soda, lime = fed * p.soda, fed * p.lime
    bound = SODA_ALF3 * soda + LIME_ALF3 * lime
    rate = (
        p.evolution_kg_t * 1e-3 * c.a_produced * (1.0 + p.evolution_c * (c.t_c - 960.0)) * c.alf3_pct / 11.0
    )
    gone = min(max(rate, 0.0), 0.5 * c.alf3)
    lining = p.lining_kg_d * SLOW_S / 86400.0
    c.alf3 += got - bound - gone - lining
    c.cryolite += SODA_CRYOLITE * soda
    c.caf2 += LIME_CAF2 * lime
    made = SODA_AL2O3 * soda + LIME_AL2O3 * lime
    c.alumina += made
    c.b_alumina_made += made
    c.b_alf3_in += got
    c.b_alf3_evolved += gone
    c.b_alf3_bound += bound
    c.b_alf3_lining += lining
    c.b_cryolite_made += SODA_CRYOLITE * soda
    c.b_caf2_made += LIME_CAF2 * lime
    c.b_inert += fed * p.inert


@hot
def dose(c: Any, p: Any, kg: Any) -> None:
    """Fluoride is fed: AlF3 and the alumina in it."""
    c.alf3_done_kg += kg
    c.alf3 += kg * p.alf3_purity
    c.b_alf3_in += kg * p.alf3_purity
    rest = kg * (1.0 - p.alf3_purity)
    c.undissolved += rest
    c.b_alumina_in += rest
    c.b_fluoride_heat += kg * p.fluoride_mj_kg * 1e6
    c.a_dose += kg * p.fluoride_mj_kg * 1e6


@hot
def impurities(c: Any, p: Any) -> None:
    """Iron and silicon from alumina, carbon and, under attack, from stub or bar."""
    carbon = p.carbon_net * c.a_produced
    iron = p.fe_alumina * c.a_fed + p.fe_carbon * carbon + c.attack * p.attack_fe_kg_h * SLOW_S / 3600.0
    silicon = p.si_alumina * c.a_fed + p.si_carbon * carbon
    c.fe += iron
    c.si += silicon
    c.b_fe_in += iron
    c.b_si_in += silicon
    c.b_carbon += carbon


@hot
def _through_wall(c: Any, p: Any, ambient: Any) -> Any:
    c.ledge_m = c.ledge / (p.side_m2 * p.ledge_kg_m3)
    return p.side_m2 * (c.liquidus_c - ambient) / (c.ledge_m / p.ledge_w_mk + WALL_M2K_W)


@hot
def heat(c: Any, p: Any, ambient: Any, start_c: Any) -> None:
    """Bath temperature and ledge over ``SLOW_S``; every stream is booked."""
    external = 1e-6 * p.external_uohm * c.a_amp2
    film_lost = (1.0 - p.film_heat_share) * c.a_film
    alumina = p.alumina_mj_kg * 1e6 * (c.a_fed - c.a_consumed)
    alumina += p.dissolve_mj_kg * 1e6 * (c.a_dissolved - c.a_consumed)
    shed = p.shed_kw * 1e3 * c.shed_factor * c.cover * SLOW_S / (start_c - p.ambient_c)
    top = shed * p.top_share * (c.t_c - ambient)
    bottom = shed * p.bottom_share * (c.t_c - ambient) / c.cover
    anodes = c.cold_j * min(SLOW_S / (p.cold_tau_h * 3600.0), 1.0)
    c.cold_j -= anodes
    wall = _through_wall(c, p, ambient) * SLOW_S
    side = p.side_kw_k * 1e3 * c.superheat_c * SLOW_S
    frozen = (wall - side) / (p.fusion_kj_kg * 1e3)
    frozen = min(max(frozen, MIN_LEDGE_KG - c.ledge), 0.2 * c.cryolite)
    side = wall - frozen * p.fusion_kj_kg * 1e3
    before = c.bath_heat
    c.ledge += frozen
    c.cryolite -= frozen
    bath = c.cryolite + c.alf3 + c.caf2 + c.lif + c.mgf2 + c.kf + c.alumina
    after = bath * p.bath_kj_kgk * 1e3 + p.metal_coupled_kg * p.metal_kj_kgk * 1e3
    brought = (after - before) * (c.t_c - COLD_REF_C)
    gain = c.a_elec - external - film_lost - c.a_vrx - alumina - top - bottom - side - anodes - c.a_dose
    c.t_c += gain / after
    c.bath_heat = after
    c.b_external += external
    c.b_production += c.a_vrx
    c.b_film_lost += film_lost
    c.b_alumina_heat += alumina
    c.b_top += top
    c.b_bottom += bottom
    c.b_wall += wall
    c.b_anodes += anodes
    c.b_mass_heat += brought


@hot
def books(c: Any) -> None:
    """Sums of the last ten seconds go into the books."""
    c.b_elec += c.a_elec
    c.b_fed += c.a_fed
    c.b_consumed += c.a_consumed
    c.b_produced += c.a_produced
    c.b_faraday += c.a_charge
    c.a_elec = c.a_film = c.a_vrx = c.a_fed = c.a_dissolved = c.a_consumed = 0.0
    c.a_produced = c.a_charge = c.a_amp2 = c.a_dose = 0.0
