"""Tolerance factors of the normal distribution: mean +- k s holds a share ``coverage`` of pieces with ``confidence``."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from .guards import inside

_NODES = 60


def _checked(n: int, coverage: float, confidence: float) -> None:
    inside(n, 1, 1e9, "n")
    inside(coverage, 0.0, 1.0, "coverage")
    inside(confidence, 0.0, 1.0, "confidence")


def howe(n: int, coverage: float, confidence: float) -> float:
    """Two-sided factor after Howe (1969), the approximation handbooks print."""
    _checked(n, coverage, confidence)
    z = float(special.ndtri((1.0 + coverage) / 2.0))
    chi2 = float(special.chdtri(n - 1, confidence))  # exceeded with probability ``confidence``
    return z * math.sqrt((n - 1.0) * (1.0 + 1.0 / n) / chi2)


def guenther(n: int, coverage: float, confidence: float) -> float:
    """Howe's factor with Guenther's correction."""
    chi2 = float(special.chdtri(n - 1, confidence))
    weight = math.sqrt(1.0 + (n - 3.0 - chi2) / (2.0 * (n + 1.0) ** 2))
    return howe(n, coverage, confidence) * weight


def two_sided(n: int, coverage: float, confidence: float) -> float:
    """Exact two-sided factor, by the defining integral over the error of the mean."""
    _checked(n, coverage, confidence)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x = (nodes + 1.0) * (4.0 / math.sqrt(n))  # up to 8 standard errors of the mean
    reach = _reach(x, coverage)
    density = np.exp(-n * x * x / 2.0) * weights * (4.0 / math.sqrt(n))
    density /= density.sum()

    def covered(k: float) -> float:
        return float(density @ special.chdtrc(n - 1, (n - 1.0) * (reach / k) ** 2))

    low, high = 1e-6, 2.0 * howe(n, coverage, confidence)
    for _ in range(200):
        middle = (low + high) / 2.0
        if covered(middle) < confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _reach(x: np.ndarray, coverage: float) -> np.ndarray:
    """R with Phi(x + R) - Phi(x - R) = coverage, by bisection."""
    low, high = np.zeros_like(x), np.full_like(x, 10.0) + x
    for _ in range(100):
        middle = (low + high) / 2.0
        less = special.ndtr(x + middle) - special.ndtr(x - middle) < coverage
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return (low + high) / 2.0


def one_sided(n: int, coverage: float, confidence: float) -> float:
    """Exact one-sided factor: noncentral t quantile / root n."""
    _checked(n, coverage, confidence)
    root = math.sqrt(n)
    return float(special.nctdtrit(n - 1, float(special.ndtri(coverage)) * root, confidence)) / root


def one_sided_natrella(n: int, coverage: float, confidence: float) -> float:
    """One-sided factor by the approximation of Natrella (1963)."""
    _checked(n, coverage, confidence)
    zp, zc = float(special.ndtri(coverage)), float(special.ndtri(confidence))
    a = 1.0 - zc * zc / (2.0 * (n - 1.0))
    b = zp * zp - zc * zc / n
    return (zp + math.sqrt(zp * zp - a * b)) / a
