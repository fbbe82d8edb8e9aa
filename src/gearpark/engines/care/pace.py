"""How fast something is used: counts of planned hours -> time until so many uses, with its spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

MIN_HOURS = 3
POISSON = 1.0  # a count varies at least like pure chance when only a few hours were seen
FEW_HOURS = 8


@dataclass(frozen=True, slots=True)
class Pace:
    """Uses a planned hour: mean, variance from hour to hour, hours seen."""

    mean: float
    variance: float
    hours: int


def pace_of(counts: Sequence[float]) -> Pace | None:
    """Counts of planned hours, in any order. None with fewer than ``MIN_HOURS`` or when nothing was used."""
    hours = len(counts)
    mean = math.fsum(counts) / hours if hours else 0.0
    if hours < MIN_HOURS or mean <= 0:
        return None
    variance = math.fsum((count - mean) ** 2 for count in counts) / (hours - 1)
    if hours < FEW_HOURS:
        variance = max(variance, POISSON * mean)
    return Pace(mean, variance, hours)


def hours_for(uses: float, pace: Pace, share: float = 0.8) -> tuple[float, float, float]:
    """Planned hours until ``uses`` more uses: (low, middle, high) with probability ``share`` inside.

    First passage of a renewal process: mean n/m, variance n v/m^3, plus what is not known of the pace itself.
    """
    n, m, v = max(uses, 0.0), pace.mean, pace.variance
    if n == 0 or math.isinf(n):
        return n, n, n
    middle = n / m
    deviation = math.sqrt(n * v / m**3 + n * n * v / (pace.hours * m**4))
    z = NormalDist().inv_cdf(0.5 + share / 2)
    return max(middle - z * deviation, 0.0), middle, middle + z * deviation
