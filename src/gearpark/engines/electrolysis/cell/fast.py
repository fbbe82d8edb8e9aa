"""The second's step of one cell: shots fall, alumina dissolves and is used, the beam moves, the voltage follows.

``c`` is a cell's record, ``p`` the parameters' record, ``amp`` the line current in A, ``t`` the second since the start.
"""

from __future__ import annotations

import math
from typing import Any

from ..compiled import hot
from ..constants import AL2O3_KG_PER_KAH, AL_KG_PER_KAH, EMF_PRODUCTION_V
from ..voltage import bubble_cover, bubble_layer
from .random import BUBBLE, FILM, GLITCH, MOVE, ROLL, SENSE, SHOT, STROKE, normal, unit

LIVE_SHARE = 0.05  # below this share of the nominal current the cell makes nothing
WET_S = 60.0  # a film that was broken does not close again for this long
FILM_COVER = 0.9  # bubble cover under a gas film, whose own voltage is counted apart
SATURATION_BAND_PCT = 1.0  # dissolution slows down over this much below saturation


@hot
def shots_fall(c: Any, p: Any, shots: Any, t: Any) -> Any:
    """Feeders carry out what the counters ask for, at most one shot a feeder and second; a mask of contact signals."""
    seen = 0
    done = c.shots_done
    for k in range(6):
        if done[k] >= shots[k]:
            continue
        done[k] += 1
        c.strikes[k] += 1
        closed = c.closed_until[k] > t
        touched = unit(c.key, t * 6 + k, SENSE) >= p.contact_miss
        if closed:
            touched = unit(c.key, t * 6 + k, SENSE) < p.contact_false
        if touched:
            c.contacts[k] += 1
            seen |= 1 << k
        mass = p.shot_kg * c.shot_factor * c.feeder_factor[k] + p.shot_sd_kg * normal(c.key, t * 6 + k, SHOT)
        mass = min(max(mass, 0.0), c.hopper[k])
        if c.stuck_until[k] > t:
            mass = 0.0
        c.hopper[k] -= mass
        if closed:
            c.on_crust[k] += mass
            c.b_crust += mass
            continue
        if c.on_crust[k] > 0.0:
            _crust_breaks(c, p, k)
        _into_bath(c, p, mass, p.undissolved_share)
    return seen


@hot
def _into_bath(c: Any, p: Any, mass: Any, late: Any) -> None:
    pure = mass * (1.0 - p.secondary_alf3 - p.soda - p.lime - p.inert)
    if p.saturates > 0.0:
        room = min(max((c.csat - c.al2o3_pct) / SATURATION_BAND_PCT, 0.0), 1.0)
        late = 1.0 - (1.0 - late) * room
    c.alumina += pure * (1.0 - late)
    c.undissolved += pure * late
    c.a_dissolved += pure * (1.0 - late)
    c.a_fed += mass
    c.b_alumina_in += pure


@hot
def _crust_breaks(c: Any, p: Any, k: Any) -> None:
    """What lay on a closed hole falls in when it opens, the rest stays as cover."""
    falls = c.on_crust[k] * p.crust_return
    c.b_lost_crust += c.on_crust[k] - falls
    c.on_crust[k] = 0.0
    _into_bath(c, p, falls, 1.0)


@hot
def alumina_step(c: Any, p: Any, amp: Any) -> None:
    """Dissolution, settling, use in the reaction."""
    faster = p.stir_factor if c.film_v > 0.0 else 1.0
    room = 1.0
    if p.saturates > 0.0:
        room = min(max((c.csat - c.al2o3_pct) / SATURATION_BAND_PCT, 0.0), 1.0)
    dissolves = min(p.dissolve_s * faster * room * c.undissolved, c.undissolved)
    rises = min(p.sludge_s * faster * room * c.sludge, c.sludge)
    settles = min(c.settle * c.undissolved, c.undissolved - dissolves)
    charge = amp * (1.0 / 3.6e6)  # kA h in this second
    efficiency = 0.0 if c.film_v > 0.0 or amp < LIVE_SHARE * p.current_ka * 1e3 else c.ce
    used = min(AL2O3_KG_PER_KAH * charge * efficiency, 0.5 * c.alumina)
    c.undissolved -= dissolves + settles
    c.sludge += settles - rises
    c.alumina += dissolves + rises - used
    c.al2o3_pct = 100.0 * c.alumina / c.bath
    c.a_dissolved += dissolves + rises
    c.a_consumed += used
    made = used * (AL_KG_PER_KAH / AL2O3_KG_PER_KAH)
    c.a_produced += made
    c.a_charge += charge
    c.metal += made
    c.vrx = EMF_PRODUCTION_V + 1.604 * efficiency


@hot
def beam_step(c: Any, p: Any, target: Any, t: Any) -> None:
    """The beam travels towards its target; a move is a little longer or shorter than asked."""
    gap = target - c.beam_done_mm
    if gap != 0.0:
        step = min(max(gap, -p.beam_mm_s), p.beam_mm_s)
        real = step * (1.0 + p.beam_error * normal(c.key, t, MOVE))
        c.beam_done_mm += step
        c.beam_mm += real
        c.acd_mm += real


@hot
def voltage_step(c: Any, p: Any, amp: Any, ln_amp: Any) -> Any:
    """Voltage without noise and gas film, from factors that the slow step keeps; returns the bubble cover, too."""
    i = amp / c.area
    ln_i = ln_amp - c.ln_area
    if amp < LIVE_SHARE * p.current_ka * 1e3:
        i = LIVE_SHARE * p.current_ka * 1e3 / c.area
        ln_i = math.log(i)
    al2o3 = c.al2o3_pct
    x = min(max(al2o3 / c.csat, 0.05), 1.6)
    act = x * (-0.03791 + x * (2.364 + x * (-2.194 + x * 0.8686)))
    critical = c.critical_0 * (math.sqrt(al2o3) - 0.4)
    cover = 1.0
    if al2o3 > c.level_effect - 0.1:
        cover = bubble_cover(i, c.acid, al2o3 - c.level_effect, p.bubble_factor)
    over = c.e_base - c.e_nernst * math.log(act)
    if critical > i * 1.02:
        over += c.k_conc * math.log(critical / (critical - i))
    else:
        over += c.k_conc * 4.0
        cover = 1.0
    over += c.k_surf * (ln_i + 5.843044541989 - 0.56 * math.log(al2o3))  # -ln 0.0029
    over += c.k_cath * (ln_i + c.ln_area)
    layer = bubble_layer(i)
    kb = c.kb * (1.0 + c.kb_slope * (al2o3 - c.kb_at)) * c.area
    shut = min(cover, FILM_COVER if c.film_v > 0.0 else p.cover_limit)
    gap = max(c.acd_mm * 0.1 - p.subtract_bubble * layer, 0.5)
    volt = over + amp * (gap / kb + layer * shut / (kb * (1.0 - shut)) + c.ohm)
    return volt, cover


@hot
def effect_step(c: Any, p: Any, cover: Any, amp: Any, t: Any) -> None:
    """The gas film closes when bubbles cover the anodes, and breaks by strokes of the beam, alumina or a pole."""
    if c.film_v <= 0.0:
        live = amp > 0.3 * p.current_ka * 1e3
        if cover >= p.cover_limit and live and t >= c.wet_until:
            c.film_v = p.film_low_v + (p.film_high_v - p.film_low_v) * unit(c.key, t, FILM)
            c.effect_at = t
            c.b_effects += 1.0
            c.stroke_top = c.beam_mm
            c.stroked = 0.0
            c.pole_at = 0.0
        return
    c.b_effect_s += 1.0
    breaks = c.al2o3_pct > c.level_effect + p.recover_pct
    c.stroke_top = max(c.stroke_top, c.beam_mm)
    if c.stroked == 0.0 and c.beam_mm <= c.stroke_top - p.stroke_mm:
        c.stroked = 1.0
        breaks = breaks or unit(c.key, t, STROKE) < p.stroke_chance
    elif c.stroked > 0.0 and c.beam_mm >= c.stroke_top - 1.0:
        c.stroked = 0.0
    if breaks or (c.pole_at > 0.0 and t >= c.pole_at) or amp < 0.3 * p.current_ka * 1e3:
        c.film_v = 0.0
        c.wet_until = t + WET_S
        c.effect_event = p.effect_sd_pct * normal(c.key, t, FILM)
        c.level_effect = p.effect_pct + c.effect_own + c.effect_event


@hot
def noise_step(c: Any, p: Any, t: Any) -> Any:
    """Noise on the voltage, V: metal roll (an AR(2)), bubbles, now and then a wrong sample."""
    rho = p.roll_damping
    a_1, a_2 = 2.0 * rho * c.roll_cos, -rho * rho
    rolled = a_1 * c.rolled_1 + a_2 * c.rolled_2 + normal(c.key, t, ROLL)
    c.rolled_2 = c.rolled_1
    c.rolled_1 = rolled
    volt = rolled * c.roll_sd_v + 1e-3 * p.bubble_mv * normal(c.key, t, BUBBLE)
    if c.spiked >= 0.0:
        volt += 1e-3 * p.spike_mv * normal(c.key, t, SENSE)
    if unit(c.key, t, GLITCH) * 86400.0 < p.glitch_d:
        volt += 1e-3 * p.glitch_mv * (1.0 if unit(c.key, t, SENSE) < 0.5 else -1.0)
    return volt


@hot
def second(c: Any, p: Any, amp: Any, ln_amp: Any, shots: Any, beam_target: Any, t: Any) -> Any:
    """One second of one cell; returns the mask of contact signals. ``volt_seen`` is what its meter shows."""
    seen = shots_fall(c, p, shots, t)
    alumina_step(c, p, amp)
    beam_step(c, p, beam_target, t)
    volt, cover = voltage_step(c, p, amp, ln_amp)
    effect_step(c, p, cover, amp, t)
    c.volt = volt + c.film_v
    c.a_elec += c.volt * amp
    c.a_film += c.film_v * amp
    c.a_amp2 += amp * amp
    c.a_vrx += c.vrx * amp
    tap = min(c.tap_rate, c.tap_left)
    if tap > 0.0:
        _tap(c, p, tap)
    c.volt_seen = c.volt + noise_step(c, p, t)
    return seen


@hot
def _tap(c: Any, p: Any, tap: Any) -> None:
    share = tap / c.metal
    c.b_fe_tapped += c.fe * share
    c.b_si_tapped += c.si * share
    c.fe -= c.fe * share
    c.si -= c.si * share
    c.metal -= tap
    c.tap_left -= tap
    c.b_tapped += tap
    if p.drift > 0.0:
        c.acd_mm += 1e3 * tap / (p.metal_kg_m3 * p.metal_m2)
