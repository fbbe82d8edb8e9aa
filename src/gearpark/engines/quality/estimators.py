"""Standard deviation of a process, by named estimator. No limit and no index without the name of the one behind it.

``r_bar/d2``      mean range                        ``s_bar/c4``  mean standard deviation of subgroups
``pooled/c4``     pooled, made unbiased by c4(df+1) ``pooled``    root of the pooled variance
``mr_bar/d2``     mean moving range of two          ``mr_median/d4``  median moving range, deaf to single jumps
``sd``            overall, divisor n - 1            ``sd/c4``     overall, unbiased
``given``         known beforehand

With unequal subgroups ranges and standard deviations are weighted by what each knows (inverse variance); with equal
ones this is the plain mean of the textbooks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gearpark.base.problems import Problem

from . import constants as k
from .guards import Floats
from .subgroups import Subgroups

MOVING_RANGE_DF = 0.62  # degrees of freedom per moving range of two (ranges overlap)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A standard deviation: value, estimator's name, equivalent degrees of freedom, values it was made of."""

    sigma: float
    estimator: str
    df: float
    n: int


def _need(groups: Subgroups, least_size: int) -> None:
    if int(groups.sizes.max()) < least_size:
        raise Problem(
            "quality.subgroup_size",
            f"This estimator needs subgroups of at least {least_size} values.",
            least=least_size,
            most=k.MAX_RANGE_SIZE,
            have=int(groups.sizes.max()),
        )


def _weighted(
    found: Floats, sizes: Floats, mean: Callable[[int], float], variance: Callable[[int], float]
) -> tuple[float, float]:
    """Mean of found / mean(n), each weighted by its precision mean(n)^2 / variance(n); equivalent degrees of freedom."""
    use = sizes >= 2
    unique, back = np.unique(sizes[use].astype(int), return_inverse=True)
    divisors = np.array([mean(n) for n in unique.tolist()])
    weights = divisors**2 / np.array([variance(n) for n in unique.tolist()])
    weight = weights[back]
    sigma = float((weight * found[use] / divisors[back]).sum() / weight.sum())
    return sigma, float(weight.sum()) / 2.0


def _r_bar(groups: Subgroups, printed: bool) -> tuple[float, float]:
    _need(groups, 2)
    mean = (lambda n: k.constants(n, printed=True).d2) if printed else k.d2
    return _weighted(groups.ranges, groups.sizes, mean, lambda n: k.d3(n) ** 2)


def _s_bar(groups: Subgroups, printed: bool) -> tuple[float, float]:
    _need(groups, 2)
    return _weighted(np.nan_to_num(groups.sds), groups.sizes, k.c4, lambda n: 1.0 - k.c4(n) ** 2)


def _pooled(groups: Subgroups, printed: bool) -> tuple[float, float]:
    _need(groups, 2)
    df = int(groups.values.size - len(groups))
    return math.sqrt(float(groups.squares.sum()) / df), float(df)


def _pooled_c4(groups: Subgroups, printed: bool) -> tuple[float, float]:
    sigma, df = _pooled(groups, printed)
    return sigma / k.c4(int(df) + 1), df


def _moving(values: Floats) -> Floats:
    if values.size < 2:
        raise Problem(
            "quality.too_few", "Moving ranges need at least 2 values.", least=2, have=int(values.size)
        )
    return np.abs(np.diff(values))


def from_moving_ranges(ranges: Floats, estimator: str, printed: bool = False) -> float:
    """Sigma from moving ranges of two."""
    if estimator == "mr_median/d4":
        return float(np.median(ranges)) / k.D4_MEDIAN
    return float(ranges.mean()) / k.constants(2, printed=printed).d2


def _moving_range(groups: Subgroups, estimator: str, printed: bool) -> tuple[float, float]:
    found = _moving(groups.means)
    root = math.sqrt(float(groups.sizes.mean()))  # of subgroup means: back to single values
    return from_moving_ranges(found, estimator, printed) * root, MOVING_RANGE_DF * found.size


def _mr_bar(groups: Subgroups, printed: bool) -> tuple[float, float]:
    return _moving_range(groups, "mr_bar/d2", printed)


def _mr_median(groups: Subgroups, printed: bool) -> tuple[float, float]:
    return _moving_range(groups, "mr_median/d4", printed)


def _sd(groups: Subgroups, printed: bool) -> tuple[float, float]:
    if groups.values.size < 2:
        raise Problem("quality.too_few", "A standard deviation needs at least 2 values.", least=2, have=1)
    gaps = groups.values - groups.grand_mean
    return math.sqrt(float(gaps @ gaps) / (gaps.size - 1)), float(gaps.size - 1)


def _sd_c4(groups: Subgroups, printed: bool) -> tuple[float, float]:
    sigma, df = _sd(groups, printed)
    return sigma / k.c4(int(df) + 1), df


ESTIMATORS: dict[str, Callable[[Subgroups, bool], tuple[float, float]]] = {
    "r_bar/d2": _r_bar,
    "s_bar/c4": _s_bar,
    "pooled/c4": _pooled_c4,
    "pooled": _pooled,
    "mr_bar/d2": _mr_bar,
    "mr_median/d4": _mr_median,
    "sd": _sd,
    "sd/c4": _sd_c4,
}


def estimate(groups: Subgroups, estimator: str, *, printed: bool = False) -> Estimate:
    """The process's standard deviation by the estimator of this name; ``printed``: d2 as tables round it."""
    if estimator not in ESTIMATORS:
        raise Problem(
            "quality.estimator_unknown",
            f"No estimator {estimator!r}; there are: {', '.join(ESTIMATORS)}.",
            known=", ".join(ESTIMATORS),
        )
    sigma, df = ESTIMATORS[estimator](groups, printed)
    return Estimate(sigma, estimator, df, int(groups.values.size))
