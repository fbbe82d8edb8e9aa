"""Beam: resistance control with lock-outs, following the metal while tapping, limits of every move."""

from __future__ import annotations

import math
from typing import Any

from ..compiled import hot
from ..constants import EMF_V
from .average import clear_window, raise_alarm, ring_at
from .codes import (
    A_MOVES,
    A_NO_RESPONSE,
    DEAD_BAND,
    FOLLOW_TAP,
    LOCKED_CHANGE,
    LOCKED_CURRENT,
    LOCKED_FLOOR,
    LOCKED_GAP,
    LOCKED_SHIFT,
    LOCKED_TAP,
    LOCKED_TRAVEL,
    NO_REASON,
    OVER,
    TOO_HIGH,
    TOO_LOW,
)

PLAIN_N = 120
PLAIN_EVERY_S = 1800.0
TAP_EVERY_S = 10.0
RESPONSE_S = 60.0
RESPONSE_MM = 0.3
MEAN_MIN_N = 180.0  # minutes before the mean voltage corrects the target


@hot
def target_v(k: Any, q: Any) -> Any:
    """Voltage the cell is held at now: target, instability, heat, the ramp after an anode change, the mean so far."""
    ramp = 0.0
    if q.lock_on > 0.0:
        ramp = q.ramp_v * max(1.0 - (k.t - k.ramp_at) / (q.ramp_h * 3600.0), 0.0)
    wanted = q.volt + k.swing_v + k.heat_v
    mean = 0.0
    if k.mean_n >= MEAN_MIN_N:
        mean = min(max(q.mean_gain * (wanted - k.mean_v), -q.mean_limit_v), q.mean_limit_v)
    return wanted + ramp + mean


@hot
def target_r(k: Any, q: Any) -> Any:
    """The same as pseudo-resistance, nOhm."""
    return (target_v(k, q) - EMF_V) / (q.line_ka * 1e3) * 1e9


@hot
def lock(k: Any, q: Any, minutes: Any, why: Any) -> None:
    """No resistance move for some minutes."""
    until = k.t + minutes * 60.0
    if q.lock_on > 0.0 and until > k.lock_until:
        k.lock_until = until
        k.lock_why = why


@hot
def refuse(k: Any, why: Any) -> Any:
    k.refused_why = why
    return False


@hot
def allowed(k: Any, q: Any, amp: Any, mm: Any) -> Any:
    """Whether a resistance move of ``mm`` may be made now; the reason of a refusal is kept."""
    if k.t < k.lock_until:
        return refuse(k, k.lock_why)
    if q.lock_on > 0.0 and abs(amp / (q.line_ka * 1e3) - 1.0) > q.lock_amp:
        return refuse(k, LOCKED_CURRENT)
    if k.t - k.move_at < q.move_gap_min * 60.0:
        return refuse(k, LOCKED_GAP)
    shift = math.floor(k.t / (q.shift_h * 3600.0))
    if shift != k.shift_no:
        k.shift_no = shift
        k.moves = 0.0
        raise_alarm(k, A_MOVES, False)
    if k.moves >= q.moves_shift:
        raise_alarm(k, A_MOVES, True)
        return refuse(k, LOCKED_SHIFT)
    if abs(k.beam_target_mm + mm) > q.travel_mm:
        return refuse(k, LOCKED_TRAVEL)
    if mm < 0.0 and k.r_slow < target_r(k, q) - q.floor_ohm:
        return refuse(k, LOCKED_FLOOR)
    return True


@hot
def move(k: Any, mm: Any, why: Any) -> None:
    """Set the beam's new position."""
    k.beam_target_mm += mm
    k.beam_why = why
    k.move_at = k.t
    k.all_moves += 1.0


@hot
def regulate(k: Any, q: Any, amp: Any, beam_mm: Any) -> None:
    """Hold the resistance: once a feed cycle, in mid-overfeed, by the mean of the last whole cycle."""
    if q.beam_on == 0.0:
        return
    if q.beam_on == 2.0:
        if k.t - k.move_at < PLAIN_EVERY_S or k.ring_n < PLAIN_N:
            return
        mean = 0.0
        for back in range(PLAIN_N):
            mean += ring_at(k, back)
        mean /= PLAIN_N
    else:
        if k.phase != OVER or k.judged > 0.0 or k.phase_s < q.decide_min * 60.0 or math.isnan(k.cyc_mean):
            return
        k.judged = 1.0
        mean = k.cyc_mean
    error = mean + q.ohm_mm * beam_mm - target_r(k, q)
    if abs(error) <= q.dead_ohm:
        k.refused_why = DEAD_BAND
        return
    mm = min(max(-error / q.ohm_mm, -q.step_mm), q.step_mm)
    if allowed(k, q, amp, mm):
        move(k, mm, TOO_HIGH if error > 0.0 else TOO_LOW)
        k.moves += 1.0
        k.refused_why = NO_REASON
        k.ring_n = 0.0  # the phase's own clock goes on


@hot
def tapping(k: Any, q: Any, m: Any) -> None:
    """Follow the metal down while it is tapped; nothing else moves then, nor for a while after."""
    if m.tapping > 0.0:
        if k.was_tapping == 0.0:
            k.was_tapping = 1.0
            k.tap_r = k.tap_down_mm = 0.0
        if k.tap_r == 0.0:
            k.tap_r = k.r_slow
        clear_window(k)
        lock(k, q, q.lock_tap_min, LOCKED_TAP)
        due = k.t - k.move_at >= TAP_EVERY_S
        if due and k.tap_r > 0.0 and k.r > k.tap_r + q.tap_ohm and k.tap_down_mm < q.tap_follow_mm:
            k.tap_down_mm += 1.0
            move(k, -1.0, FOLLOW_TAP)
    elif k.was_tapping > 0.0:
        k.was_tapping = 0.0
        clear_window(k)
        # the metal went down with the beam: levels with the beam taken out mean nothing any more
        k.r_lean = k.r_trigger = k.cyc_mean = math.nan
        k.cyc_sum = k.cyc_n = 0.0


@hot
def changing(k: Any, q: Any, m: Any) -> None:
    """An anode change locks the beam and allows the cell more voltage for a day."""
    if m.changing > 0.0:
        k.was_changing = 1.0
        lock(k, q, q.lock_change_min, LOCKED_CHANGE)
        k.ramp_at = k.t
        clear_window(k)
    elif k.was_changing > 0.0:
        k.was_changing = 0.0
        clear_window(k)


@hot
def response(k: Any, beam_mm: Any) -> None:
    """The beam must be where it was sent."""
    if abs(beam_mm - k.beam_target_mm) > RESPONSE_MM:
        k.beam_wait_s += 1.0
    else:
        k.beam_wait_s = 0.0
    raise_alarm(k, A_NO_RESPONSE, k.beam_wait_s > RESPONSE_S)
