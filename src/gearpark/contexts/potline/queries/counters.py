"""Running totals in the lake: what they grew by, and where they jumped."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from gearpark.base.time import from_us, to_us
from gearpark.lake.series import Series

TAP_JUMP_KG = 300.0  # a weighed total that grew by so much at once: metal was tapped


def growth(series: Series) -> float | None:
    """What a counter grew by; one that fell began anew. None without a value."""
    value = series.num[~np.isnan(series.num)]
    if not len(value):
        return None
    steps = np.diff(value)
    return float(np.where(steps >= 0, steps, value[1:]).sum())


def heard_s(series: Series, start: datetime) -> float:
    """Seconds between the first value in force from ``start`` on and the last."""
    at = series.at_us[~np.isnan(series.num)]
    return (int(at[-1]) - max(int(at[0]), to_us(start))) / 1e6 if len(at) > 1 else 0.0


def taps(series: Series) -> list[tuple[datetime, float]]:
    """When a weighed total grew by a tap, and by how much, kg; the earliest first."""
    good = ~np.isnan(series.num)
    at, steps = series.at_us[good], np.diff(series.num[good])
    return [(from_us(int(at[k + 1])), float(steps[k])) for k in np.flatnonzero(steps > TAP_JUMP_KG)]
