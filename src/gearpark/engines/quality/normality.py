"""Is a sample normal? Anderson-Darling with its p-value, Shapiro-Wilk, shape figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from .guards import Floats, numbers, spread

LEAST = 8  # below this no test says anything
MOST_SHAPIRO = 5000  # Shapiro-Wilk's p-value is calibrated up to here


@dataclass(frozen=True, slots=True)
class Normality:
    """``normal`` is the verdict at ``alpha`` by Anderson-Darling; None: too few values to say."""

    n: int
    anderson_darling: float | None
    p_value: float | None
    shapiro_w: float | None
    shapiro_p: float | None
    skewness: float
    excess_kurtosis: float
    alpha: float
    normal: bool | None


def anderson_darling(values: Any) -> tuple[float, float]:
    """A^2 adjusted for an estimated mean and sigma, and its p-value (D'Agostino and Stephens 1986)."""
    points = np.sort(numbers(values, least=LEAST))
    sigma = spread(float(points.std(ddof=1)))
    z = (points - points.mean()) / sigma
    n = points.size
    index = 2.0 * np.arange(1, n + 1) - 1.0
    plain = -n - float((index * (special.log_ndtr(z) + special.log_ndtr(-z[::-1]))).mean())
    adjusted = plain * (1.0 + 0.75 / n + 2.25 / n**2)
    return adjusted, _ad_p(adjusted)


def _ad_p(a: float) -> float:
    if a >= 0.6:
        return min(1.0, math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)) if a < 13 else 0.0
    if a >= 0.34:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    if a >= 0.2:
        return 1.0 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    return 1.0 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)


def shapes(points: Floats) -> tuple[float, float]:
    """Sample skewness and excess kurtosis (adjusted G1, G2; 0 for the normal distribution)."""
    n = points.size
    gaps = points - points.mean()
    m2 = float((gaps**2).mean())
    if n < 4 or m2 == 0:
        return 0.0, 0.0
    g1 = float((gaps**3).mean()) / m2**1.5
    g2 = float((gaps**4).mean()) / m2**2 - 3.0
    skew = g1 * math.sqrt(n * (n - 1.0)) / (n - 2.0)
    return skew, ((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))


def normality(values: Any, *, alpha: float = 0.05) -> Normality:
    """Both tests and the verdict. Values that do not differ raise ``quality.no_spread``."""
    points = numbers(values)
    skew, kurtosis = shapes(points)
    if points.size < LEAST:
        return Normality(points.size, None, None, None, None, skew, kurtosis, alpha, None)
    statistic, p = anderson_darling(points)
    w = w_p = None
    if points.size <= MOST_SHAPIRO:
        from scipy import stats

        found = stats.shapiro(points)
        w, w_p = float(found.statistic), float(found.pvalue)
    return Normality(points.size, statistic, p, w, w_p, skew, kurtosis, alpha, p >= alpha)
