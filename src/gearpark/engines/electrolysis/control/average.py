"""Filter and slope: seconds -> 5 s means of pseudo-resistance with the beam taken out -> ring of ten minutes."""

from __future__ import annotations

from typing import Any

from ..compiled import hot
from ..constants import EMF_V
from .codes import A_SWING, A_UNSTABLE, A_VOLT_HIGH, A_VOLT_LOW
from .state import RING, SAMPLE_S

SLOW_MIX = SAMPLE_S / 60.0
VIBRATION_MIX = 1.0 / 300.0
SWING_N = 24  # samples of one look at the swing: 2 min
SWING_MIX = 0.1
QUIET_SHARE = 0.8  # of the swing that adds voltage: below it the addition goes
GLITCH_V = 0.15  # a second further than this from both neighbours is a wrong sample
MEAN_START_N = 60.0  # minutes


@hot
def ring_at(k: Any, back: Any) -> Any:
    """The sample ``back`` places before the newest."""
    return k.ring[(int(k.head) - 1 - back) % RING]


@hot
def slope_of(k: Any, n: Any) -> Any:
    """Straight line through the last ``n`` samples, nOhm/min; positive: the resistance rises."""
    last = int(k.head) - 1
    middle = 0.5 * (n - 1)
    total = 0.0
    for back in range(n):
        total += k.ring[(last - back) % RING] * (middle - back)
    return total * 12.0 / (n * (n * n - 1.0)) * (60.0 / SAMPLE_S)


@hot
def mean_of(k: Any, n: Any) -> Any:
    """Mean of the last ``n`` samples."""
    total = 0.0
    for back in range(n):
        total += ring_at(k, back)
    return total / n


@hot
def clear_window(k: Any) -> None:
    """Samples so far no longer count for a slope."""
    k.ring_n = 0.0
    k.phase_n = 0.0


@hot
def raise_alarm(k: Any, code: Any, on: Any) -> None:
    """Set or clear an alarm; each setting counts once."""
    bit = 1 << code
    if on and not k.alarms & bit:
        k.alarms |= bit
        k.raised += 1
        k.raised_of[code] += 1
    elif not on and k.alarms & bit:
        k.alarms &= ~bit


@hot
def sample(k: Any, q: Any, m: Any, amp: Any) -> Any:
    """Take a second; True when a 5 s mean was completed."""
    volt = m.volt
    if k.volt_1 > 0.0 and k.effect == 0.0 and volt < q.over_v:
        jump = volt - k.volt_1
        if abs(jump) > GLITCH_V and k.sum_n > 0.0:
            volt = k.volt_1  # replaced once; a real step shows in the next second
        k.vibration_mv += VIBRATION_MIX * (min(abs(jump), GLITCH_V) * 1e3 - k.vibration_mv)
    k.volt_1 = m.volt
    k.sum_v += volt
    k.sum_r += (volt - EMF_V) / amp * 1e9
    k.sum_n += 1.0
    if k.sum_n < SAMPLE_S:
        return False
    r, v = k.sum_r / k.sum_n, k.sum_v / k.sum_n
    k.sum_r = k.sum_v = k.sum_n = 0.0
    k.r = r
    if k.r_slow == 0.0:
        k.r_slow, k.v_slow = r, v
    k.r_slow += SLOW_MIX * (r - k.r_slow)
    k.v_slow += SLOW_MIX * (v - k.v_slow)
    k.minute_r += r - q.ohm_mm * m.beam_mm
    k.minute_v += v
    k.minute_n += 1.0
    k.ring[int(k.head)] = r - q.ohm_mm * m.beam_mm
    k.head = (k.head + 1.0) % RING
    k.ring_n = min(k.ring_n + 1.0, float(RING))
    k.phase_n += 1.0
    return True


@hot
def swing(k: Any, amp: Any) -> None:
    """Peak to peak of the last two minutes about their line, mV, smoothed."""
    if k.ring_n < SWING_N:
        return
    slope = slope_of(k, SWING_N) * SAMPLE_S / 60.0
    low, high = 1e18, -1e18
    for back in range(SWING_N):
        value = ring_at(k, back) + slope * back
        low, high = min(low, value), max(high, value)
    seen = (high - low) * amp * 1e-6
    k.swing_mv = seen if k.swing_mv == 0.0 else k.swing_mv + SWING_MIX * (seen - k.swing_mv)


@hot
def instability(k: Any, q: Any) -> None:
    """Voltage for a rolling cell, taken off again when it is quiet (once a minute)."""
    raise_alarm(k, A_SWING, k.swing_mv > q.swing_warn_mv * (0.8 if k.alarms & (1 << A_SWING) else 1.0))
    unstable = k.swing_mv > q.swing_act_mv
    if unstable and not k.alarms & (1 << A_UNSTABLE):
        k.swing_v = min(k.swing_v + q.swing_add_v, q.swing_max_v)
    elif k.swing_mv < QUIET_SHARE * q.swing_act_mv:
        k.swing_v = max(k.swing_v - q.swing_off_v_h / 60.0, 0.0)
    raise_alarm(k, A_UNSTABLE, k.swing_mv > q.swing_act_mv * (0.8 if k.alarms & (1 << A_UNSTABLE) else 1.0))


@hot
def minute(k: Any, q: Any, amp: Any) -> None:
    """Means of the last minute: voltage alarms, long mean, swing."""
    v = k.minute_v / k.minute_n
    if k.effect == 0.0:
        raise_alarm(k, A_VOLT_HIGH, v > q.volt_high)
        raise_alarm(k, A_VOLT_LOW, v < q.volt_low)
        if v < q.over_v:
            k.mean_n = min(k.mean_n + 1.0, q.mean_h * 60.0)
            k.mean_v += (v - k.mean_v) / max(k.mean_n, MEAN_START_N)
    if k.was_tapping == 0.0 and k.was_changing == 0.0:
        swing(k, amp)
        instability(k, q)
