"""Anode effect: declared by voltage, fed and quenched by strokes of the beam, ended, or handed to people."""

from __future__ import annotations

from typing import Any

from ..compiled import hot
from .average import clear_window, raise_alarm
from .beam import lock, move
from .codes import (
    A_EFFECT,
    A_LONG,
    A_MANUAL_QUENCH,
    A_PREDICTED,
    A_REPEAT,
    AFTER_EFFECT,
    EFFECT,
    FIXED,
    HOLD,
    IN_EFFECT,
    LOCKED_EFFECT,
    QUENCH,
)
from .feeding import go

WAIT, DOWN, HELD, UP = range(4)
REPEAT_S = 86_400.0


@hot
def watch(k: Any, q: Any, m: Any) -> None:
    """Declare, act each second, end."""
    k.high_s = k.high_s + 1.0 if m.volt > q.effect_v else 0.0
    if k.effect == 0.0:
        if k.high_s >= q.effect_s:
            _declare(k, q)
        elif k.t - k.effect_end > REPEAT_S:
            raise_alarm(k, A_REPEAT, False)
        return
    k.low_s = k.low_s + 1.0 if m.volt < q.over_v else 0.0
    raise_alarm(k, A_LONG, k.t - k.effect_at > q.long_s)
    _stroke(k, q, m)
    if k.low_s >= q.over_s and k.stage == WAIT:
        _end(k, q)


@hot
def _declare(k: Any, q: Any) -> None:
    k.effect = 1.0
    k.effect_at = k.t
    k.effects += 1.0
    k.low_s = k.tries = k.stage_s = 0.0
    k.stage = WAIT
    k.beam_0 = k.beam_target_mm
    raise_alarm(k, A_EFFECT, True)
    raise_alarm(k, A_REPEAT, k.t - k.effect_end < REPEAT_S)
    k.predicted = 0.0
    raise_alarm(k, A_PREDICTED, False)
    go(k, EFFECT, q.rate_boost, IN_EFFECT)
    clear_window(k)


@hot
def _stroke(k: Any, q: Any, m: Any) -> None:
    """Down in steps, hold, up again; a wait before each try."""
    k.stage_s += 1.0
    arrived = abs(m.beam_mm - k.beam_target_mm) < 0.05
    if k.stage == WAIT:
        burning = k.low_s == 0.0
        if burning and k.stage_s >= q.stroke_wait_s:
            if k.tries < q.strokes:
                k.tries += 1.0
                k.stage = DOWN
                k.stage_s = 0.0
            else:
                raise_alarm(k, A_MANUAL_QUENCH, True)
    elif k.stage == DOWN:
        left = k.beam_target_mm - (k.beam_0 - q.stroke_mm_down)
        if arrived and left > 0.01:
            move(k, -min(left, q.stroke_step_mm), QUENCH)
        elif arrived:
            k.stage = HELD
            k.stage_s = 0.0
    elif k.stage == HELD:
        if k.stage_s >= q.stroke_hold_s:
            k.stage = UP
            move(k, k.beam_0 - k.beam_target_mm, QUENCH)
    elif arrived:
        k.stage = WAIT
        k.stage_s = 0.0


@hot
def _end(k: Any, q: Any) -> None:
    k.effect = 0.0
    k.effect_end = k.t
    for code in (A_EFFECT, A_LONG, A_MANUAL_QUENCH):
        raise_alarm(k, code, False)
    lock(k, q, q.lock_effect_min, LOCKED_EFFECT)
    clear_window(k)
    if q.feed_mode > 0.0:
        go(k, FIXED, 1.0, AFTER_EFFECT)
    else:
        go(k, HOLD, q.rate_over, AFTER_EFFECT)
