"""Shewhart charts of measured values: X-bar with R or S, individuals with moving ranges.

``phase1`` is how many points, from the first, the limits are computed from (None: all); ``left_out`` names points of
them (from 1) that do not count because their cause was found. The limits then judge every point. ``sigma`` and
``centre`` take known values instead of estimates.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .estimators import MOVING_RANGE_DF, Estimate, estimate, from_moving_ranges
from .guards import Floats, numbers
from .limits import Limits, checked
from .rules import Signal, rules_of, signals
from .subgroups import Subgroups

SPREAD_OF = {"r_bar/d2": "range", "s_bar/c4": "sd", "pooled/c4": "sd", "pooled": "sd"}


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """Points with the limits that judge them. ``z`` is scaled so that the limits lie at 3."""

    limits: Limits
    values: Floats
    sizes: Floats
    labels: tuple[Hashable, ...]
    lcl: Floats
    centre: Floats
    ucl: Floats
    z: Floats

    @property
    def beyond(self) -> tuple[int, ...]:
        """Points beyond the limits, counted from 1. A point on a limit is not beyond it."""
        return tuple(signal.at for signal in self.signals("limits"))

    def signals(self, rules: str | Iterable[str]) -> tuple[Signal, ...]:
        """Signals of the run rules named."""
        return signals(self.z, rules_of(rules))


def judged(limits: Limits, values: Any, sizes: Any = 1.0, labels: Sequence[Hashable] | None = None) -> Chart:
    """Points judged by given (frozen) limits. ``sizes``: values behind each point, one number or one a point."""
    points = np.asarray(values, dtype=np.float64)
    n = np.broadcast_to(np.asarray(sizes, dtype=np.float64), points.shape)
    checked(limits)
    low, middle, high = limits.bounds(n)
    names = tuple(labels) if labels is not None else tuple(range(1, points.size + 1))
    return Chart(limits, points, n, names, low, middle, high, limits.z(points, n))


def basis(total: int, phase1: int | None, left_out: Iterable[int]) -> tuple[Any, tuple[int, ...]]:
    """Mask of the points limits are computed from, and the points left out of them."""
    most = total if phase1 is None else phase1
    if not 1 <= most <= total:
        raise Problem(
            "quality.parameter",
            f"Phase 1 must have between 1 and {total} points; it has {most}.",
            name="phase1",
            value=most,
        )
    mask = np.arange(1, total + 1) <= most
    out = tuple(sorted(set(left_out)))
    for point in out:
        if not 1 <= point <= most:
            raise Problem(
                "quality.parameter", f"There is no point {point} to leave out.", name="left_out", value=point
            )
        mask[point - 1] = False
    if not mask.any():
        raise Problem("quality.too_few", "No point is left to compute limits from.", least=1, have=0)
    return mask, out


def sigma_of(groups: Subgroups, estimator: str, sigma: float | None, printed: bool = False) -> Estimate:
    """The sigma to build limits on: a known one, or the estimate by name."""
    if sigma is not None:
        return Estimate(float(sigma), "given", float("inf"), int(groups.values.size))
    return estimate(groups, estimator, printed=printed)


def limits_of(
    groups: Subgroups,
    plotted: str,
    found: Estimate,
    *,
    centre: float | None = None,
    left_out: tuple[int, ...] = (),
    width: float = 3.0,
    printed: bool = False,
) -> Limits:
    """Limits for a statistic of these subgroups; all of them count."""
    return checked(
        Limits(
            plotted=plotted,
            centre=groups.grand_mean if centre is None else float(centre),
            sigma=found.sigma,
            estimator=found.estimator,
            size=float(groups.sizes.mean()),
            n=found.n,
            points=len(groups),
            data_hash=groups.hash(),
            left_out=left_out,
            width=width,
            printed=printed,
        )
    )


def _chart(
    groups: Subgroups,
    plotted: str,
    estimator: str,
    phase1: int | None,
    left_out: Iterable[int],
    sigma: float | None,
    **given: Any,
) -> Chart:
    mask, out = basis(len(groups), phase1, left_out)
    used = groups.only(mask)
    found = sigma_of(used, estimator, sigma, given["printed"])
    limits = limits_of(used, plotted, found, left_out=out, **given)
    points = {"mean": lambda: groups.means, "range": lambda: groups.ranges, "sd": lambda: groups.sds}[
        plotted
    ]()
    return judged(limits, points, groups.sizes, groups.labels)


def xbar_chart(
    groups: Subgroups,
    *,
    estimator: str = "r_bar/d2",
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    sigma: float | None = None,
    centre: float | None = None,
    width: float = 3.0,
    printed: bool = False,
) -> Chart:
    """Means of subgroups against centre +- width x sigma / root n."""
    return _chart(
        groups, "mean", estimator, phase1, left_out, sigma, centre=centre, width=width, printed=printed
    )


def spread_chart(
    groups: Subgroups,
    *,
    estimator: str = "r_bar/d2",
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    sigma: float | None = None,
    width: float = 3.0,
    printed: bool = False,
) -> Chart:
    """Ranges (estimator r_bar/d2) or standard deviations (the others) of subgroups."""
    plotted = SPREAD_OF.get(estimator, "range")
    return _chart(groups, plotted, estimator, phase1, left_out, sigma, width=width, printed=printed)


def individuals_chart(
    values: Sequence[float],
    *,
    estimator: str = "mr_bar/d2",
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    sigma: float | None = None,
    centre: float | None = None,
    width: float = 3.0,
    printed: bool = False,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Single values against centre +- width x sigma."""
    limits, points = _single(
        values, "individual", estimator, phase1, left_out, sigma, centre=centre, width=width, printed=printed
    )
    return judged(limits, points, 1.0, labels)


def moving_range_chart(
    values: Sequence[float],
    *,
    estimator: str = "mr_bar/d2",
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    sigma: float | None = None,
    width: float = 3.0,
    printed: bool = False,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Moving ranges of two. The first point has none and is missing (nan)."""
    limits, points = _single(
        values, "moving_range", estimator, phase1, left_out, sigma, width=width, printed=printed
    )
    return judged(limits, np.concatenate(([np.nan], np.abs(np.diff(points)))), 1.0, labels)


def _single(
    values: Sequence[float],
    plotted: str,
    estimator: str,
    phase1: int | None,
    left_out: Iterable[int],
    sigma: float | None,
    **given: Any,
) -> tuple[Limits, Floats]:
    points = numbers(values, least=2)
    mask, out = basis(points.size, phase1, left_out)
    used = Subgroups.of(points[mask].reshape(-1, 1))
    if sigma is None and out and estimator.startswith("mr_"):
        found = _around_gaps(points, mask, estimator, given["printed"])
    else:
        found = sigma_of(used, estimator, sigma, given["printed"])
    return limits_of(used, plotted, found, left_out=out, **given), points


def _around_gaps(points: Floats, mask: Any, estimator: str, printed: bool) -> Estimate:
    """Sigma from moving ranges between true neighbours only: a point left out takes both its ranges with it."""
    pairs = mask[1:] & mask[:-1]
    if not pairs.any():
        raise Problem(
            "quality.too_few", "No two neighbouring points are left to compute from.", least=2, have=1
        )
    ranges = np.abs(np.diff(points))[pairs]
    return Estimate(
        from_moving_ranges(ranges, estimator, printed),
        estimator,
        MOVING_RANGE_DF * ranges.size,
        int(mask.sum()),
    )
