"""State of the controller, what it measures, and new controllers.

``CONTROL`` is one record a cell; the set-points in it (``shots``, ``beam_target_mm``, ``alf3_total_kg``) are running
totals and absolute positions: sending one twice, or again after a restart, moves nothing twice.
Resistances in nOhm, beam in mm, times in s since the start of the clock the caller keeps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters
from .codes import AUTO, FIXED, UNDER

RING = 120
SAMPLE_S = 5
FEEDERS = 6

MEASURED = np.dtype(
    [
        ("volt", "f8"),  # mean of the last second, V
        ("valid", "f8"),  # 1 when volt is fresh
        ("beam_mm", "f8"),  # position feedback
        ("tapping", "f8"),  # the crew's switch
        ("changing", "f8"),  # anode change under way
        ("temp_c", "f8"),  # measured bath temperature when new, else nan
        ("alf3_pct", "f8"),  # measured excess AlF3 when new, else nan
        ("superheat_c", "f8"),  # measured superheat when new, else nan
        ("strikes", "i8", (FEEDERS,)),  # running count of breaker strikes
        ("contacts", "i8", (FEEDERS,)),  # of those with a contact signal
    ]
)

_FLOATS = (
    "t", "mode", "lost_s", "manual_s", "sum_r", "sum_v", "sum_n", "minute_r", "minute_v", "minute_n",
    "r", "r_slow", "v_slow", "ring_n", "head", "phase", "phase_s", "phase_n", "cycle_s", "cycle_feed", "cycle_bad", "factor",
    "rate", "demand_kg", "next_feeder", "minute_kg", "slope", "slope_at", "r_lean", "degraded_until",
    "beam_target_mm", "moves", "move_at", "shift_no", "judged", "cyc_sum", "cyc_n", "cyc_mean", "lock_until", "lock_why",
    "ramp_at", "ramp_v", "swing_v", "swing_mv", "vibration_mv", "mean_v", "mean_n", "heat_v", "tap_r", "tap_down_mm", "was_tapping",
    "was_changing", "volt_1", "effect", "effect_at", "effect_end", "high_s", "low_s", "stage", "stage_s", "tries", "beam_0",
    "lab_temp_c", "lab_alf3_pct", "lab_superheat_c", "lab_at", "dose_kg_t", "dose_kg", "alf3_total_kg", "hold_s",
    "feed_why", "beam_why", "refused_why", "dose_why", "predicted", "predicted_at", "predict_min", "beam_seen", "beam_wait_s",
    "r_trigger", "doubt", "boost_at", "cycles", "effects", "all_moves", "boosts", "tracks", "dose_sum", "low_min",
)  # fmt: skip
CONTROL = np.dtype(
    [(name, "f8") for name in _FLOATS]
    + [("alarms", "i8"), ("raised", "i8"), ("ring", "f8", (RING,))]
    + [("shots", "i8", (FEEDERS,)), ("strikes_seen", "i8", (FEEDERS,)), ("contacts_seen", "i8", (FEEDERS,))]
    + [("contact", "f8", (FEEDERS,)), ("fed_at", "f8", (FEEDERS,)), ("x", "f8", (4,)), ("cov", "f8", (4, 4))]
    + [("raised_of", "i8", (24,))]
)


def control_names() -> tuple[str, ...]:
    """Names of all fields."""
    return tuple(CONTROL.names or ())


def fresh_control(q: Parameters, cells: int, *, mode: int = AUTO) -> np.ndarray[Any, Any]:
    """Controllers at rest: base feeding factor 1, no lock, nothing estimated yet. Cells begin out of step."""
    k = np.zeros(cells, CONTROL)
    fixed = q["feed_mode"] > 0
    k["mode"], k["factor"], k["rate"] = mode, 1.0, 1.0 if fixed else q["rate_under"]
    k["phase"] = FIXED if fixed else UNDER
    k["phase_s"] = 0.0 if fixed else (np.arange(cells) * 37 % 40) * 60.0
    k["r_lean"], k["contact"], k["lock_until"] = np.nan, 1.0, -1e9
    k["fed_at"], k["ramp_at"], k["effect_end"], k["move_at"], k["lab_at"] = -1e9, -1e9, -1e9, -1e9, -1e9
    k["degraded_until"], k["predicted_at"], k["predict_min"] = -1e9, -1e9, np.nan
    k["lab_temp_c"] = k["lab_alf3_pct"] = k["lab_superheat_c"] = np.nan
    k["mean_v"], k["dose_kg_t"] = q["volt"], q["base_kg_t"]
    k["next_feeder"] = np.arange(cells) % FEEDERS
    k["beam_seen"] = k["r_trigger"] = np.nan
    k["boost_at"] = -1e9
    k["cyc_mean"] = np.nan
    k["x"][:, 0], k["x"][:, 1], k["x"][:, 2] = 2.5, 0.3, 1.0
    for place, spread in enumerate((0.4, 0.15, 0.08, 150.0)):
        k["cov"][:, place, place] = spread**2
    return k


def measured(cells: int) -> np.ndarray[Any, Any]:
    """Measurements with nothing new in them."""
    m = np.zeros(cells, MEASURED)
    m["valid"] = 1.0
    m["temp_c"] = m["alf3_pct"] = m["superheat_c"] = np.nan
    return m
