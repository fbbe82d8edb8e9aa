"""Two designs: does one live longer, and by which factor? Likelihood ratio tests and the profile of the ratio of B-lives."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scipy.optimize import minimize
from scipy.stats import chi2

from gearpark.base.problems import Problem

from .lives import Life
from .weibull import (
    MAX_STEPS,
    Fit,
    Likelihood,
    b_life,
    crossing,
    fit_mle,
    fittable,
    maximum,
    one_sided,
    quantile,
)


class Verdict(StrEnum):
    """Is the new design's life at least the wanted multiple of the old one's?"""

    SHOWN = "shown"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Comparison:
    """New against old design.

    ratio            B-life of the new one over that of the old one; bounds each hold with ``confidence`` alone
    p_same_shape     probability of a difference in shape this big by chance; p_same: of any difference
    """

    old: Fit
    new: Fit
    share: float
    ratio: float
    lower: float
    upper: float
    confidence: float
    p_same_shape: float
    p_same: float
    wanted: float
    verdict: Verdict


def compare(
    old: Iterable[Life],
    new: Iterable[Life],
    *,
    share: float = 0.1,
    confidence: float = 0.95,
    wanted: float = 1.0,
) -> Comparison:
    """Compare two designs at a share failed (0.1: B10). ``wanted``: the multiple of life that was promised."""
    if not wanted > 0:
        raise Problem("reliability.ratio", "The wanted multiple of life is a number above 0.")
    before, after = fittable(old), fittable(new)
    first, second = Likelihood(before), Likelihood(after)
    (u1, s1, best1), (u2, s2, best2) = maximum(first, before), maximum(second, after)
    best = best1 + best2
    w = quantile(share)
    top = (u2 + w * math.exp(s2)) - (u1 + w * math.exp(s1))
    drop = float(chi2.ppf(2 * one_sided(confidence) - 1, 1)) / 2

    def lacking(log_ratio: float) -> float:
        return best - _profile(first, second, log_ratio, w, (u1 + w * math.exp(s1), s1, s2)) - drop

    lower, upper = math.exp(crossing(lacking, top, -1)), math.exp(crossing(lacking, top, 1))
    shape = _shape_shared(first, second, (u1, u2, (s1 + s2) / 2))
    both = fittable([*before, *after])
    same = maximum(Likelihood(both), both)[2]
    verdict = Verdict.SHOWN if lower >= wanted else Verdict.REFUTED if upper < wanted else Verdict.OPEN
    one, two = fit_mle(before), fit_mle(after)
    return Comparison(
        old=one, new=two, share=share, ratio=b_life(two, share) / b_life(one, share), lower=lower, upper=upper,
        confidence=confidence, p_same_shape=_p(best - shape, 1), p_same=_p(best - same, 2), wanted=wanted,
        verdict=verdict,
    )  # fmt: skip


def _p(lacking: float, freedom: int) -> float:
    return float(chi2.sf(max(2 * lacking, 0.0), freedom))


def _profile(
    first: Likelihood, second: Likelihood, log_ratio: float, w: float, start: tuple[float, float, float]
) -> float:
    """Greatest joint likelihood with the ratio fixed."""

    def lost(p: tuple[float, float, float]) -> float:
        life, s1, s2 = p
        return -(first(life - w * math.exp(s1), s1) + second(life + log_ratio - w * math.exp(s2), s2))

    found = minimize(
        lost, start, method="Nelder-Mead", options={"maxiter": MAX_STEPS * 10, "xatol": 1e-7, "fatol": 1e-9}
    )
    return -float(found.fun)


def _shape_shared(first: Likelihood, second: Likelihood, start: tuple[float, float, float]) -> float:
    found = minimize(
        lambda p: -(first(p[0], p[2]) + second(p[1], p[2])), start, method="Nelder-Mead",
        options={"maxiter": MAX_STEPS * 10, "xatol": 1e-8, "fatol": 1e-10},
    )  # fmt: skip
    return -float(found.fun)
