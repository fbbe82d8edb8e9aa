"""A trend of wear against use that a few wild readings cannot bend (Theil 1950, Sen 1968)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

MIN_POINTS = 4
MAX_POINTS = 400  # newest ones kept; all pairs of them are looked at
NEWEST = 6  # measured wear: what lies further back belongs to another regime of wear
SHAPES = (
    1.0,
    1.25,
    2.0,
)  # wear grows as use to this power: slowest, likely, fastest. Chosen on the NASA milling data


@dataclass(frozen=True, slots=True)
class Trend:
    """wear = level + slope * use. ``low`` and ``high`` bound the slope, ``scatter`` is the robust standard deviation
    of the readings about the line."""

    slope: float
    level: float
    low: float
    high: float
    scatter: float
    points: int

    def at(self, used: float) -> float:
        return self.level + self.slope * used


def trend_of(used: Sequence[float], wear: Sequence[float], share: float = 0.8) -> Trend | None:
    """Median of the slopes of all pairs, with Sen's interval that holds the slope with probability ``share``.

    None with fewer than ``MIN_POINTS`` distinct uses.
    """
    x = np.asarray(used, float)[-MAX_POINTS:]
    y = np.asarray(wear, float)[-MAX_POINTS:]
    good = np.isfinite(x) & np.isfinite(y)
    x, y = x[good], y[good]
    if len(np.unique(x)) < MIN_POINTS:
        return None
    first, second = np.triu_indices(len(x), k=1)
    apart = x[second] - x[first]
    pairs = apart != 0
    slopes = np.sort((y[second] - y[first])[pairs] / apart[pairs])
    slope = float(np.median(slopes))
    level = float(np.median(y - slope * x))
    off = y - (level + slope * x)
    scatter = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    low, high = _bounds(slopes, len(x), share)
    return Trend(slope, level, low, high, scatter, len(x))


def _bounds(slopes: np.ndarray, points: int, share: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.5 + share / 2)
    width = z * math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    middle = len(slopes) / 2
    low = max(0, math.floor(middle - width / 2))
    high = min(len(slopes) - 1, math.ceil(middle + width / 2))
    return float(slopes[low]), float(slopes[high])


def uses_to(trend: Trend, limit: float, used: float, share: float = 0.8) -> tuple[float, float, float] | None:
    """Use left until the wear reaches ``limit``: (low, middle, high), high may be infinite. None when it does not grow."""
    if trend.slope <= 0:
        return None
    room = limit - trend.at(used)
    z = NormalDist().inv_cdf(0.5 + share / 2)
    off = z * trend.scatter
    middle = max(room / trend.slope, 0.0)
    low = max((room - off) / max(trend.high, trend.slope), 0.0)
    slow = min(trend.low, trend.slope)
    high = math.inf if slow <= 0 else max((room + off) / slow, 0.0)
    return min(low, middle), middle, max(high, middle)


def wear_left(
    used: Sequence[float], wear: Sequence[float], limit: float, now: float, share: float = 0.8
) -> tuple[float, float, float] | None:
    """Use left until measured flank wear reaches ``limit``: (low, middle, high), high may be infinite.

    Flank wear speeds up towards its end, so a straight line comes too late: the middle follows a gently bent curve, the
    interval spans from a strongly bent one to the straight line. None while the points say nothing.
    """
    found = []
    for shape in SHAPES:
        bent = [value**shape for value in used[-NEWEST:]]
        trend = trend_of(bent, wear[-NEWEST:], share)
        left = uses_to(trend, limit, now**shape, share) if trend is not None else None
        if left is None:
            return None
        found.append([(now**shape + value) ** (1 / shape) - now for value in left])
    return min(low for low, _, _ in found), found[1][1], max(high for _, _, high in found)
