"""Bath: the day's AlF3 dose and a small correction of the voltage, from measured temperature, acidity and superheat."""

from __future__ import annotations

import math
from typing import Any

from ..compiled import hot
from ..constants import AL_KG_PER_KAH
from .average import raise_alarm
from .codes import A_ACID, A_COLD, A_HOT, A_SUPERHEAT_HIGH, A_SUPERHEAT_LOW, BASE, LAB

ACID_BAND_PCT = 2.0
DOSE_STEP_KG = 1.0
FADE = 0.7  # of the voltage correction that is left by a measurement in its band
SMOOTH = 0.7  # weight of a new measurement
MOST_STEPS = 2.0  # of the voltage by one measurement


@hot
def _mixed(old: Any, new: Any) -> Any:
    return new if math.isnan(old) else old + SMOOTH * (new - old)


@hot
def laboratory(k: Any, q: Any, m: Any) -> None:
    """New values of the laboratory or a probe: alarms always, the dose unless an anode effect or change was near."""
    if math.isnan(m.temp_c) and math.isnan(m.alf3_pct):
        return
    k.lab_at = k.t
    if not math.isnan(m.superheat_c):
        k.lab_superheat_c = _mixed(k.lab_superheat_c, m.superheat_c)
        raise_alarm(k, A_SUPERHEAT_LOW, k.lab_superheat_c < q.superheat_low_c)
        raise_alarm(k, A_SUPERHEAT_HIGH, k.lab_superheat_c > q.superheat_high_c)
    if not math.isnan(m.temp_c):
        k.lab_temp_c = _mixed(k.lab_temp_c, m.temp_c)
        raise_alarm(k, A_HOT, k.lab_temp_c > q.temp_high_c)
        raise_alarm(k, A_COLD, k.lab_temp_c < q.temp_low_c)
    if not math.isnan(m.alf3_pct):
        k.lab_alf3_pct = _mixed(k.lab_alf3_pct, m.alf3_pct)
        raise_alarm(k, A_ACID, abs(k.lab_alf3_pct - q.alf3_target_pct) > ACID_BAND_PCT)
    effect = k.t - k.effect_end < q.lab_after_effect_h * 3600.0
    change = k.t - k.ramp_at < q.lab_after_change_h * 3600.0
    if q.bath_on > 0.0 and not effect and not change:
        _dose(k, q)
        _heat(k, q)


@hot
def _dose(k: Any, q: Any) -> None:
    """Proportional and summed: what the line's alumina brings or binds shows in the sum, cell by cell."""
    error = 0.0
    if not math.isnan(k.lab_temp_c):
        error += q.temp_weight * (k.lab_temp_c - q.temp_target_c)
    if not math.isnan(k.lab_alf3_pct):
        error += q.alf3_target_pct - k.lab_alf3_pct
    limit = q.dose_limit * q.base_kg_t
    k.dose_sum = min(max(k.dose_sum + q.gain_sum * error, -limit), limit)
    k.dose_kg_t = q.base_kg_t + min(max(q.gain_alf3 * error + k.dose_sum, -limit), limit)
    k.dose_why = LAB


@hot
def _heat(k: Any, q: Any) -> None:
    """High superheat in a hot cell: less voltage; low in a cold one: more. Otherwise the correction fades."""
    if math.isnan(k.lab_superheat_c) or math.isnan(k.lab_temp_c):
        return
    high = k.lab_superheat_c - q.superheat_target_c
    warm = k.lab_temp_c - q.temp_target_c
    step = q.heat_step_v * min(abs(high) / q.superheat_band_c, MOST_STEPS)
    if high > q.superheat_band_c and warm > -q.temp_band_c:
        k.heat_v = max(k.heat_v - step, -q.heat_limit_v)
    elif high < -q.superheat_band_c and warm < q.temp_band_c:
        k.heat_v = min(k.heat_v + step, q.heat_limit_v)
    else:
        k.heat_v *= FADE


@hot
def dosing(k: Any, q: Any, amp: Any) -> None:
    """AlF3 in doses of a kilogram, as a running total."""
    k.dose_kg += k.dose_kg_t * 1e-3 * AL_KG_PER_KAH * amp * 0.935 / 3.6e6
    if k.dose_kg >= DOSE_STEP_KG:
        k.dose_kg -= DOSE_STEP_KG
        k.alf3_total_kg += DOSE_STEP_KG
        if k.dose_why == 0.0:
            k.dose_why = BASE
