"""Charts for processes with a few failures a million: cumulative count of conforming pieces, Bernoulli CUSUM.

A CCC-r chart plots how many pieces were inspected up to and including the r-th failure since the last point. A count at
or below the lower limit says that failures come faster than at p0; one at or above the upper limit, that they became
rarer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import Floats, counts, inside
from .highyield import MAX_PIECES

MAX_STATES = 200_000  # states of a Bernoulli CUSUM whose run length is computed exactly
LARGEST_ANOS = 1e14  # beyond it the linear system has no digits left: practically never


def _at_most(pieces: int, p: float, r: int) -> float:
    """P(the r-th failure comes within this many pieces)."""
    return 0.0 if pieces < r else float(special.betainc(r, pieces - r + 1, p))


def count_quantile(share: float, p: float, r: int) -> int:
    """Smallest number of pieces within which the r-th failure comes with at least this probability."""
    inside(share, 0.0, 1.0, "probability")
    inside(p, 0.0, 1.0, "share of failures")
    low, high = r - 1, r
    while _at_most(high, p, r) < share:  # doubles: ends after log2(MAX_PIECES) steps
        low, high = high, high * 2
        if high > 4 * MAX_PIECES:
            raise Problem(
                "quality.too_many", "The share of failures is too small.", most=MAX_PIECES, have=high
            )
    while high - low > 1:
        middle = (low + high) // 2
        if _at_most(middle, p, r) >= share:
            high = middle
        else:
            low = middle
    return high


@dataclass(frozen=True, slots=True)
class CccLimits:
    """Limits of a CCC-r chart: two-sided at alpha / 2 each side, and the lower limit alone at alpha."""

    p0: float
    alpha: float
    r: int
    lcl: int
    centre: int
    ucl: int
    lower_only: int


def ccc_limits(p0: float, *, alpha: float = 0.0027, r: int = 1) -> CccLimits:
    """Probability limits of the count up to the r-th failure when failures have share p0."""
    if int(r) != r or r < 1:
        raise Problem("quality.parameter", "r must be a whole number from 1 on.", name="r", value=r)
    inside(alpha, 0.0, 1.0, "alpha")
    return CccLimits(
        p0=inside(p0, 0.0, 1.0, "share of failures"),
        alpha=alpha,
        r=int(r),
        lcl=count_quantile(alpha / 2.0, p0, r),
        centre=count_quantile(0.5, p0, r),
        ucl=count_quantile(1.0 - alpha / 2.0, p0, r),
        lower_only=count_quantile(alpha, p0, r),
    )


def ccc_closed_form(p0: float, alpha: float = 0.0027) -> tuple[float, float, float]:
    """Limits of the CCC-1 chart as real numbers: lower, centre, upper = ln(1 - share) / ln(1 - p0)."""
    inside(p0, 0.0, 1.0, "share of failures")
    base = math.log1p(-p0)
    return math.log1p(-alpha / 2.0) / base, math.log(0.5) / base, math.log(alpha / 2.0) / base


def ccc_anos(p: float, lower: int, r: int) -> float:
    """Average number of pieces until a count at or below ``lower`` signals, with failures of share p."""
    inside(p, 0.0, 1.0, "share of failures")
    return r / p / _at_most(lower, p, r)


@dataclass(frozen=True, slots=True, eq=False)
class CccChart:
    """Counts up to each r-th failure. signals: deterioration; improvements: at or above the upper limit (from 1)."""

    limits: CccLimits
    values: Floats
    signals: tuple[int, ...]
    improvements: tuple[int, ...]


def ccc_chart(gaps: Any, limits: CccLimits, *, lower_only: bool = False) -> CccChart:
    """From gaps: pieces up to and including each failure since the one before; r of them make a point."""
    found = counts(gaps, what="gaps between failures")
    if (found < 1).any():
        raise Problem(
            "quality.counts", "A failure needs at least one piece: gaps are whole numbers from 1 on."
        )
    r = limits.r
    points = found[: found.size // r * r].reshape(-1, r).sum(axis=1)
    low = limits.lower_only if lower_only else limits.lcl
    high = np.zeros(points.shape, dtype=bool) if lower_only else points >= limits.ucl
    return CccChart(limits, points, _places(points <= low), _places(high))


def _places(mask: Any) -> tuple[int, ...]:
    return tuple(int(i) + 1 for i in np.flatnonzero(mask))


@dataclass(frozen=True, slots=True)
class BernoulliCusum:
    """Likelihood-ratio CUSUM of single pieces, in whole steps: a good piece -1, a failure m - 1; signal at h or above.

    m is the rounded slope r2 / r1 of the test of p0 against p1 (Reynolds and Stoumbos 1999).
    """

    p0: float
    p1: float
    m: int
    h: int

    def run(self, failures_at: Iterable[int], pieces: int, start: int = 0) -> tuple[int | None, int]:
        """First piece (from 1) at which it signals, or None, and the sum after the last piece (or at the signal).

        failures_at  numbers of the failed pieces, ascending, from 1; pieces: how many were judged
        """
        level, last = start, 0
        for at in failures_at:
            level = max(0, level - (at - last - 1)) + self.m - 1
            last = at
            if level >= self.h:
                return at, level
        return None, max(0, level - (pieces - last))

    def anos(self, p: float) -> float:
        """Average number of pieces until a signal, from a fresh start, with failures of share p (exact)."""
        return _anos(inside(p, 0.0, 1.0, "share of failures"), self.m, self.h)


def bernoulli_slope(p0: float, p1: float) -> int:
    """m of the Bernoulli CUSUM that tests p0 against the worse p1."""
    inside(p0, 0.0, 1.0, "p0")
    inside(p1, p0, 1.0, "p1")
    r1 = -math.log1p(-(p1 - p0) / (1.0 - p0))
    r2 = math.log(p1 * (1.0 - p0) / (p0 * (1.0 - p1)))
    return max(2, round(r2 / r1))


def bernoulli_cusum(p0: float, p1: float, *, anos0: float) -> BernoulliCusum:
    """The CUSUM with the smallest h whose average number of pieces to a false alarm is at least ``anos0``."""
    m = bernoulli_slope(p0, p1)
    if anos0 <= 1.0 / p0:
        raise Problem(
            "quality.parameter",
            "The average number to a false alarm must exceed 1 / p0.",
            name="anos0",
            value=anos0,
        )
    low, high = 1, m
    while _anos(p0, m, high) < anos0:  # doubles: MAX_STATES ends it
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _anos(p0, m, middle) >= anos0:
            high = middle
        else:
            low = middle
    return BernoulliCusum(p0, p1, m, high)


def _anos(p: float, m: int, h: int) -> float:
    """Expected pieces to a signal from state 0: E(s) = 1 + (1 - p) E(max(s - 1, 0)) + p E(s + m - 1), E = 0 from h on."""
    if h > MAX_STATES:
        raise Problem("quality.too_many", f"At most {MAX_STATES} states.", most=MAX_STATES, have=h)
    if m - 1 >= h:
        return 1.0 / p
    from scipy import sparse
    from scipy.sparse.linalg import spsolve

    main, down = np.ones(h), np.full(h - 1, p - 1.0)
    main[0] = p
    steps = sparse.diags([main, down, np.full(h - m + 1, -p)], [0, -1, m - 1], format="csc")
    found = float(spsolve(steps, np.ones(h))[0])
    return found if 0 < found < LARGEST_ANOS else math.inf
