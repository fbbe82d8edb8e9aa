"""Hotelling's T2: several correlated characteristics judged by one point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import MAX_VALUES, Floats, inside

MAX_CHARACTERISTICS = 100


@dataclass(frozen=True, slots=True, eq=False)
class T2:
    """Points, their upper limit, and what each characteristic adds: T2 less T2 without it."""

    values: Floats
    ucl: float
    phase: int
    alpha: float
    mean: Floats
    covariance: Floats
    contributions: Floats

    @property
    def beyond(self) -> tuple[int, ...]:
        return tuple(int(i) + 1 for i in np.flatnonzero(self.values > self.ucl))


def _matrix(values: Any, least: int) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 2 or found.size > MAX_VALUES or found.shape[1] > MAX_CHARACTERISTICS:
        raise Problem(
            "quality.layout",
            f"One row a piece, one column a characteristic, at most {MAX_CHARACTERISTICS} columns.",
        )
    if not np.isfinite(found).all():
        raise Problem("quality.not_a_number", "A row holds something that is no finite number.")
    if found.shape[0] < least:
        raise Problem(
            "quality.too_few", f"At least {least} rows are needed.", least=least, have=found.shape[0]
        )
    return found


def _inverse(covariance: Floats) -> Floats:
    if np.linalg.matrix_rank(covariance) < covariance.shape[0]:
        raise Problem(
            "quality.no_spread",
            "One of the characteristics follows from the others (or does not vary); leave it out.",
        )
    inverse: Floats = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    return inverse


def _points(rows: Floats, mean: Floats, covariance: Floats, weight: float) -> tuple[Floats, Floats]:
    gaps = rows - mean
    whole: Floats = weight * np.einsum("ij,jk,ik->i", gaps, _inverse(covariance), gaps)
    p = rows.shape[1]
    parts = np.zeros(rows.shape)
    for j in range(p):
        keep = [i for i in range(p) if i != j]
        if keep:
            inner = _inverse(covariance[np.ix_(keep, keep)])
            parts[:, j] = whole - weight * np.einsum("ij,jk,ik->i", gaps[:, keep], inner, gaps[:, keep])
        else:
            parts[:, j] = whole
    return whole, parts


def t2_individuals(
    values: Any, *, later: Any | None = None, alpha: float = 0.0027, successive: bool = False
) -> T2:
    """T2 of single pieces. ``values`` give mean and covariance; ``later`` pieces, when given, are judged (phase II).

    successive  covariance from differences of neighbours (Holmes and Mergen), deaf to a shift within the data; its
                phase I limit is that of the sample covariance
    """
    base = _matrix(values, 3)
    m, p = base.shape
    if m <= p + 1:
        raise Problem("quality.too_few", f"At least {p + 2} rows are needed.", least=p + 2, have=m)
    inside(alpha, 0.0, 1.0, "alpha")
    mean = base.mean(axis=0)
    steps = np.diff(base, axis=0)
    covariance = steps.T @ steps / (2.0 * (m - 1)) if successive else np.cov(base, rowvar=False).reshape(p, p)
    if later is None:
        rows, phase = base, 1
        ucl = (m - 1.0) ** 2 / m * float(special.betaincinv(p / 2.0, (m - p - 1.0) / 2.0, 1.0 - alpha))
    else:
        rows, phase = _matrix(later, 1), 2
        ucl = p * (m + 1.0) * (m - 1.0) / (m * (m - p)) * float(special.fdtri(p, m - p, 1.0 - alpha))
    points, parts = _points(rows, mean, covariance, 1.0)
    return T2(points, ucl, phase, alpha, mean, covariance, parts)


def t2_subgroups(values: Any, *, later: Any | None = None, alpha: float = 0.0027) -> T2:
    """T2 of subgroup means. values: array (subgroup, piece, characteristic); covariance pooled within subgroups."""
    base = np.asarray(values, dtype=np.float64)
    if base.ndim != 3 or base.shape[1] < 2:
        raise Problem("quality.layout", "Subgroups of at least 2 pieces: (subgroup, piece, characteristic).")
    m, n, p = base.shape
    _matrix(base.reshape(m * n, p), 3)
    free = m * n - m - p + 1
    if free < 1 or n < 2:
        raise Problem(
            "quality.too_few", "Too few subgroups for so many characteristics.", least=p + 1, have=m
        )
    inside(alpha, 0.0, 1.0, "alpha")
    means = base.mean(axis=1)
    gaps = (base - means[:, None, :]).reshape(m * n, p)
    covariance = gaps.T @ gaps / (m * (n - 1.0))
    grand = means.mean(axis=0)
    quantile = float(special.fdtri(p, free, 1.0 - alpha))
    if later is None:
        rows, phase = means, 1
        ucl = p * (m - 1.0) * (n - 1.0) / free * quantile
    else:
        fresh = np.asarray(later, dtype=np.float64)
        if fresh.ndim != 3 or fresh.shape[1:] != (n, p):
            raise Problem("quality.layout", "Later subgroups must be of the same shape.")
        rows, phase = fresh.mean(axis=1), 2
        ucl = p * (m + 1.0) * (n - 1.0) / free * quantile
    points, parts = _points(rows, grand, covariance, float(n))
    return T2(points, ucl, phase, alpha, grand, covariance, parts)


def chi2_limit(p: int, alpha: float = 0.0027) -> float:
    """Limit for a known mean and covariance."""
    return float(special.chdtri(p, inside(alpha, 0.0, 1.0, "alpha"))) if p > 0 else math.nan
