"""State estimate of a cell once a minute: an extended Kalman filter on resistance, and how long until an anode effect.

State: dissolved alumina %, undissolved % of bath, delivered share of what is fed, resistance that is not alumina's
(distance, nOhm). ``curve`` is the resistance over alumina of the cell type, from ``CURVE_LOW`` in steps of
``CURVE_STEP``.
"""

from __future__ import annotations

import math
from typing import Any

from ..compiled import hot
from ..constants import AL2O3_KG_PER_KAH
from .average import raise_alarm, slope_of
from .codes import A_PREDICTED, EFFECT

CURVE_LOW, CURVE_STEP, CURVE_N = 1.70, 0.02, 330
GATE = 4.0  # standard deviations that one minute may move the estimate
UNSURE = 1600.0  # nOhm2: the distance's variance while people work at the cell
MOVED = 0.25  # share of a move whose effect is not known
FRESH_NOHM = 1e-9
RISE_N, RISE_LEAST_N = 60, 24  # samples of the rise that a prediction needs
FRESH_PCT = 2.3
FRESH_COV = (0.09, 0.0225, 0.0064, 22500.0)


@hot
def curve_at(curve: Any, al2o3: Any) -> Any:
    """Resistance and its derivative at an alumina content."""
    place = min(max((al2o3 - CURVE_LOW) / CURVE_STEP, 0.0), CURVE_N - 2.0)
    low = int(place)
    step = curve[low + 1] - curve[low]
    return curve[low] + (place - low) * step, step / CURVE_STEP


@hot
def _forward(k: Any, q: Any, amp: Any, fed_pct: Any) -> None:
    """One minute of the model and its covariance."""
    x, cov = k.x, k.cov
    soon, kd = 1.0 - q.late_share, q.late_s * 60.0
    used = AL2O3_KG_PER_KAH * amp * q.need * q.pure / 6e4 / q.bath_mass_kg * 100.0
    late = x[1]
    x[0] += soon * x[2] * fed_pct + kd * late - used
    x[1] += q.late_share * x[2] * fed_pct - kd * late
    back = 1.0 / (q.delivery_h * 60.0)
    x[2] += (1.0 - x[2]) * back
    # F: rows of the Jacobian that differ from the identity
    for j in range(4):
        c_0, c_1, c_2 = cov[0, j], cov[1, j], cov[2, j]
        cov[0, j] = c_0 + kd * c_1 + soon * fed_pct * c_2
        cov[1, j] = (1.0 - kd) * c_1 + q.late_share * fed_pct * c_2
        cov[2, j] = (1.0 - back) * c_2
    for i in range(4):
        c_0, c_1, c_2 = cov[i, 0], cov[i, 1], cov[i, 2]
        cov[i, 0] = c_0 + kd * c_1 + soon * fed_pct * c_2
        cov[i, 1] = (1.0 - kd) * c_1 + q.late_share * fed_pct * c_2
        cov[i, 2] = (1.0 - back) * c_2
    cov[0, 0] += q.walk_pct * q.walk_pct
    cov[1, 1] += q.walk_pct * q.walk_pct
    cov[2, 2] += q.walk_delivery * q.walk_delivery
    cov[3, 3] += q.walk_ohm * q.walk_ohm


@hot
def _correct(k: Any, q: Any, curve: Any, seen: Any) -> None:
    """Take one minute's resistance."""
    x, cov = k.x, k.cov
    at, h = curve_at(curve, x[0])
    g_0 = cov[0, 0] * h + cov[0, 3]
    g_1 = cov[1, 0] * h + cov[1, 3]
    g_2 = cov[2, 0] * h + cov[2, 3]
    g_3 = cov[3, 0] * h + cov[3, 3]
    noise = q.noise_ohm * q.noise_ohm + 0.05 * (k.swing_mv * 1e6 / (q.line_ka * 1e3)) ** 2
    s = g_0 * h + g_3 + noise
    limit = GATE * math.sqrt(s)
    off = min(max(seen - at - x[3], -limit), limit)
    x[0] += g_0 / s * off
    x[1] += g_1 / s * off
    x[2] += g_2 / s * off
    x[3] += g_3 / s * off
    x[0] = min(max(x[0], 1.6), 8.0)
    x[1] = min(max(x[1], 0.0), 5.0)
    x[2] = min(max(x[2], 0.0), 1.6)
    gains = (g_0, g_1, g_2, g_3)
    for i in range(4):
        for j in range(4):
            cov[i, j] -= gains[i] * gains[j] / s
    for i in range(4):
        cov[i, i] = max(cov[i, i], 1e-8)


@hot
def _look_ahead(k: Any, q: Any, amp: Any) -> Any:
    """Minutes until the estimate, with caution, reaches the anode effect although the cell is overfed; nan: not soon."""
    soon, kd = 1.0 - q.late_share, q.late_s * 60.0
    used = AL2O3_KG_PER_KAH * amp * q.need * q.pure / 6e4 / q.bath_mass_kg * 100.0
    fed = q.rate_over * k.factor * used / q.pure * q.pure * k.x[2]
    al2o3 = k.x[0] - q.predict_z * math.sqrt(k.cov[0, 0])
    late = k.x[1]
    for minute in range(int(q.horizon_min)):
        if al2o3 < q.predict_pct:
            return float(minute)
        al2o3 += soon * fed + kd * late - used
        late += q.late_share * fed - kd * late
    return math.nan


@hot
def _anchor(k: Any, curve: Any) -> None:
    """Alumina as the model has it; what the resistance differs by is the distance's."""
    if k.effect == 0.0 and k.minute_n > 0.0:
        k.x[3] = k.minute_r / k.minute_n - curve_at(curve, k.x[0])[0] + FRESH_NOHM
        for j in range(3):
            k.cov[3, j] = k.cov[j, 3] = 0.0
        k.cov[3, 3] = UNSURE
    else:
        k.cov[3, 3] += UNSURE


@hot
def _refute(k: Any, q: Any) -> None:
    """An anode effect that stays away proves the estimate wrong: begin again from the middle."""
    low = k.x[0] < q.predict_pct and k.phase != EFFECT
    k.low_min = k.low_min + 1.0 if low else 0.0
    if k.low_min < q.refute_min:
        return
    k.low_min = 0.0
    k.x[0], k.x[2] = FRESH_PCT, 1.0
    k.x[3] = 0.0
    for i in range(4):
        for j in range(4):
            k.cov[i, j] = 0.0
    k.cov[0, 0], k.cov[1, 1], k.cov[2, 2], k.cov[3, 3] = FRESH_COV


@hot
def _rises(k: Any, q: Any) -> Any:
    """Resistance goes up: what tells a cell that runs lean from an estimate that was thrown off."""
    n = min(int(k.ring_n), RISE_N)
    return n >= RISE_LEAST_N and slope_of(k, n) > q.predict_rise


@hot
def observe(k: Any, q: Any, curve: Any, amp: Any, working: Any) -> None:
    """A minute's estimate and prediction. ``working``: people are at the cell, its resistance tells the distance only."""
    fed_pct = k.minute_kg * q.pure / q.bath_mass_kg * 100.0
    k.minute_kg = 0.0
    _forward(k, q, amp, fed_pct)
    if working:
        _anchor(k, curve)
    elif k.minute_n > 0.0:
        seen = k.minute_r / k.minute_n
        if k.x[3] == 0.0:
            k.x[3] = seen - curve_at(curve, k.x[0])[0] + FRESH_NOHM
        _correct(k, q, curve, seen)
    _refute(k, q)
    k.predict_min = math.nan if k.phase == EFFECT else _look_ahead(k, q, amp)
    if not math.isnan(k.predict_min) and (k.predicted > 0.0 or _rises(k, q)):
        k.predicted = 1.0
        k.predicted_at = k.t
    elif k.t - k.predicted_at > q.predict_hold_min * 60.0:
        k.predicted = 0.0
    raise_alarm(k, A_PREDICTED, k.predicted > 0.0)


@hot
def moved(k: Any, q: Any, mm: Any) -> None:
    """The beam went ``mm``: its effect on the resistance is known to a part only."""
    k.cov[3, 3] += (MOVED * q.ohm_mm * mm) ** 2
