"""Tests without failure (Weibayes) and how many parts must fail to show a multiple of life."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import chi2, norm

from gearpark.base.problems import Problem

from .lives import Life, checked, failures
from .weibull import one_sided, quantile

MAX_UNITS = 10_000_000
# variances and covariance of the fitted location and scale of ln t, complete samples (Lawless 2003, section 5.1; sigma = 1)
VAR_U, COV_US, VAR_S = 1.10867, -0.25702, 0.60793


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What survivors show, with a shape from experience: B-life and characteristic life are at least these."""

    beta: float
    confidence: float
    share: float
    life_at_least: float
    eta_at_least: float
    failures: int


def demonstrated(
    lives: Iterable[Life], beta: float, *, share: float = 0.1, confidence: float = 0.95
) -> Demonstration:
    """Weibayes: lower bound of life from a test without failures (one, where ``lives`` holds some, as Abernethy)."""
    listed = checked(lives)
    _shape(beta)
    failed = failures(listed)
    total = sum(life.count * life.time**beta for life in listed)
    if not total:
        raise Problem("reliability.life", "No life was lived.")
    if failed:
        needed = float(chi2.ppf(one_sided(confidence), 2 * failed + 2)) / 2
    else:
        needed = -math.log1p(-one_sided(confidence))
    eta = (total / needed) ** (1 / beta)
    return Demonstration(beta, confidence, share, eta * math.exp(quantile(share) / beta), eta, failed)


def units_needed(
    life: float, test_time: float, beta: float, *, share: float = 0.1, confidence: float = 0.95
) -> int:
    """Parts that must survive ``test_time`` so that no more than ``share`` fails by ``life``, without a failure."""
    _shape(beta)
    if not (life > 0 and test_time > 0):
        raise Problem("reliability.life", "Life and test time are numbers above 0.")
    if not 0 < share < 1:
        raise Problem("reliability.share", "The share of failed parts lies between 0 and 1.")
    exact = math.log1p(-one_sided(confidence)) / (math.log1p(-share) * (test_time / life) ** beta)
    if exact > MAX_UNITS:
        raise Problem(
            "reliability.too_many", "That would need more than ten million parts; test them longer."
        )
    return max(1, math.ceil(exact - 1e-9))


def ratio_sample_size(
    expected: float,
    wanted: float,
    beta: float,
    *,
    share: float = 0.1,
    confidence: float = 0.95,
    power: float = 0.8,
) -> int:
    """Failures of each design so that, if life is ``expected`` times as long, ``wanted`` times is shown with ``power``.

    From the variance of ln B in big complete samples; a plan, not a bound.
    """
    _shape(beta)
    if not expected > wanted > 0:
        raise Problem("reliability.ratio", "The expected multiple must be greater than the one to be shown.")
    w = quantile(share)
    variance = (VAR_U + 2 * w * COV_US + w * w * VAR_S) / beta**2
    z = float(norm.ppf(one_sided(confidence)) + norm.ppf(power))
    return max(2, math.ceil(2 * variance * (z / math.log(expected / wanted)) ** 2))


def _shape(beta: float) -> None:
    if not 0.1 <= beta <= 50:
        raise Problem("reliability.shape", "A shape lies between 0.1 and 50.")
