"""Charts with memory: tabular CUSUM and EWMA. They see a shift of one standard deviation long before Shewhart does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .guards import Floats, inside, numbers, spread


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """Tabular CUSUM in the data's units.

    high, low    sums above target + k and below target - k
    since_high   points since ``high`` last was 0 (N+), likewise ``since_low``: they date the start of a shift
    """

    target: float
    k: float
    h: float
    high: Floats
    low: Floats
    since_high: Any
    since_low: Any

    @property
    def signals(self) -> tuple[int, ...]:
        """Points (from 1) at which a sum exceeds h."""
        return tuple(int(i) + 1 for i in np.flatnonzero((self.high > self.h) | (self.low > self.h)))

    @property
    def first_signal(self) -> int | None:
        return self.signals[0] if self.signals else None

    @property
    def shift_began(self) -> int | None:
        """First point of the shift behind the first signal."""
        at = self.first_signal
        if at is None:
            return None
        since = self.since_high if self.high[at - 1] > self.h else self.since_low
        return at - int(since[at - 1]) + 1

    @property
    def new_mean(self) -> float | None:
        """Estimated mean since the shift began, at the first signal (Montgomery)."""
        at = self.first_signal
        if at is None:
            return None
        if self.high[at - 1] > self.h:
            return self.target + self.k + float(self.high[at - 1]) / int(self.since_high[at - 1])
        return self.target - self.k - float(self.low[at - 1]) / int(self.since_low[at - 1])


def cusum(values: Any, *, target: float, k: float, h: float, headstart: float = 0.0) -> Cusum:
    """Tabular CUSUM. target, k (allowance), h (decision interval), headstart (fast initial response) in data units."""
    points = numbers(values)
    if k < 0 or h <= 0 or not 0 <= headstart < h:
        raise Problem(
            "quality.parameter",
            "A CUSUM needs k >= 0, h > 0 and a head start below h.",
            name="k, h, headstart",
            value=h,
        )
    sums, runs = np.zeros((2, points.size)), np.zeros((2, points.size), dtype=np.int64)
    for side, sign in enumerate((1.0, -1.0)):
        total, run = headstart, 0
        for i, value in enumerate(points.tolist()):
            total = max(0.0, total + sign * (value - target) - k)
            run = run + 1 if total > 0 else 0
            sums[side, i], runs[side, i] = total, run
    return Cusum(float(target), float(k), float(h), sums[0], sums[1], runs[0], runs[1])


@dataclass(frozen=True, slots=True, eq=False)
class Ewma:
    """Exponentially weighted moving average with its limits; asymptotic limits are constant."""

    target: float
    sigma: float
    lam: float
    width: float
    z: Floats
    lcl: Floats
    ucl: Floats

    @property
    def beyond(self) -> tuple[int, ...]:
        slack = 1e-9 * self.sigma
        return tuple(
            int(i) + 1 for i in np.flatnonzero((self.z > self.ucl + slack) | (self.z < self.lcl - slack))
        )


def ewma(
    values: Any,
    *,
    target: float,
    sigma: float,
    lam: float = 0.2,
    width: float = 3.0,
    asymptotic: bool = False,
) -> Ewma:
    """EWMA of single values (or of means, with sigma that of the means).

    Exact limits start narrow: variance lam / (2 - lam) x (1 - (1 - lam)^(2 i)).
    """
    points = numbers(values)
    inside(lam, 0.0, 1.0, "lambda", closed=True)
    if lam == 0:
        raise Problem("quality.parameter", "lambda must be greater than 0.", name="lambda", value=lam)
    spread(sigma)
    z, level = np.empty(points.size), float(target)
    for i, value in enumerate(points.tolist()):
        level += lam * (value - level)
        z[i] = level
    grown = 1.0 if asymptotic else -np.expm1(2.0 * np.arange(1, points.size + 1) * _log_rest(lam))
    reach = width * sigma * np.sqrt(lam / (2.0 - lam) * grown) * np.ones(points.size)
    return Ewma(float(target), float(sigma), lam, width, z, target - reach, target + reach)


def _log_rest(lam: float) -> float:
    return math.log1p(-lam) if lam < 1 else -math.inf
