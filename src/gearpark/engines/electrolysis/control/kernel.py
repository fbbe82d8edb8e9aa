"""One cycle of one cell, and of the whole line."""

from __future__ import annotations

import math
from typing import Any

from ..compiled import entry, hot
from .average import clear_window, minute, raise_alarm, sample
from .beam import changing, regulate, response, tapping
from .codes import (
    A_CURRENT,
    A_MANUAL_LONG,
    A_SIGNAL,
    BY_HAND,
    CURRENT_LOW,
    EFFECT,
    FIXED,
    HANDS,
    MANUAL,
    OFF,
    SAFE,
    SIGNAL_BACK,
    SIGNAL_LOST,
    UNDER,
)
from .feeding import contacts, decide, feed, go
from .fluoride import dosing, laboratory
from .observe import moved, observe
from .quench import watch
from .state import FEEDERS

MANUAL_LONG_S = 1800.0
MINUTE_S = 60.0


@hot
def _follow_hands(k: Any, m: Any) -> None:
    """People feed and move: the set-points follow, so that taking over moves nothing."""
    k.manual_s += 1.0
    raise_alarm(k, A_MANUAL_LONG, k.manual_s > MANUAL_LONG_S)
    k.beam_target_mm = m.beam_mm
    for f in range(FEEDERS):
        k.shots[f] = m.strikes[f]
    k.demand_kg = k.effect = k.high_s = 0.0
    if k.phase != HANDS:
        go(k, HANDS, 0.0, BY_HAND)
        clear_window(k)


@hot
def resume(k: Any, q: Any, why: Any) -> None:
    """Back to normal feeding."""
    clear_window(k)
    if q.feed_mode > 0.0:
        go(k, FIXED, 1.0, why)
    else:
        go(k, UNDER, q.rate_under, why)


@hot
def _lost(k: Any, q: Any, amp: Any) -> None:
    """Signals are gone: wait, then feed the safe base rate, move nothing, say so."""
    k.lost_s += 1.0
    if k.lost_s >= q.lost_s and k.phase != SAFE:
        go(k, SAFE, 1.0, SIGNAL_LOST)
        clear_window(k)
        k.effect = 0.0
        raise_alarm(k, A_SIGNAL, True)
    feed(k, q, amp)
    k.minute_n = k.minute_r = k.minute_v = 0.0


@hot
def _signals_back(k: Any, q: Any) -> None:
    k.lost_s = 0.0
    if k.phase == SAFE:
        resume(k, q, SIGNAL_BACK)
        raise_alarm(k, A_SIGNAL, False)


@hot
def _current_low(k: Any, q: Any) -> Any:
    """A dip stops feeding and deciding until the current is back."""
    if k.phase != OFF:
        k.effect = 0.0
        k.high_s = 0.0
        go(k, OFF, 0.0, CURRENT_LOW)
        clear_window(k)
        raise_alarm(k, A_CURRENT, True)


@hot
def control(k: Any, q: Any, curve: Any, m: Any, amp: Any, t: Any) -> None:
    """One second of one cell's controller."""
    k.t = t
    nominal = q.line_ka * 1e3
    sound = m.valid > 0.0 and not math.isnan(m.volt) and not math.isnan(amp)
    if k.mode == MANUAL:
        _follow_hands(k, m)
        return
    if k.phase == HANDS:
        k.manual_s = 0.0
        raise_alarm(k, A_MANUAL_LONG, False)
        resume(k, q, BY_HAND)
    if not sound:
        _lost(k, q, nominal if math.isnan(amp) else amp)
        return
    _signals_back(k, q)
    if amp < q.off_share * nominal:
        _current_low(k, q)
        return
    if k.phase == OFF:
        resume(k, q, CURRENT_LOW)
        raise_alarm(k, A_CURRENT, False)
    if not math.isnan(k.beam_seen) and m.beam_mm != k.beam_seen:
        moved(k, q, m.beam_mm - k.beam_seen)
    k.beam_seen = m.beam_mm
    contacts(k, q, m)
    laboratory(k, q, m)
    watch(k, q, m)
    tapping(k, q, m)
    changing(k, q, m)
    if sample(k, q, m, amp):
        working = m.tapping > 0.0 or m.changing > 0.0
        if not working:
            decide(k, q)
            if k.phase != EFFECT:
                k.cyc_sum += k.r - q.ohm_mm * m.beam_mm
                k.cyc_n += 1.0
                regulate(k, q, amp, m.beam_mm)
        if k.minute_n >= MINUTE_S / 5.0:
            minute(k, q, amp)
            observe(k, q, curve, amp, working or k.effect > 0.0)
            k.minute_n = k.minute_r = k.minute_v = 0.0
    response(k, m.beam_mm)
    dosing(k, q, amp)
    feed(k, q, amp)


@entry
def control_all(ks: Any, qs: Any, curve: Any, ms: Any, amp: Any, t: Any) -> None:
    """One second of all controllers, in place."""
    for i in range(ks.shape[0]):
        control(ks[i], qs[0], curve, ms[i], amp, t)
