"""The two-parameter Weibull distribution fitted by maximum likelihood and by ranks; B-lives with bounds.

F(t) = 1 - exp(-(t / eta)^beta). Computed in u = ln eta and s = ln(1 / beta), where the likelihood is well shaped.
Sources: Lawless, Statistical Models and Methods for Lifetime Data (2003); Meeker and Escobar (1998); Abernethy, The New
Weibull Handbook (2006).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import chi2, norm

from gearpark.base.problems import Problem

from .lives import Life, checked, failures, plot_points

Floats = NDArray[np.float64]
MAX_STEPS = 200  # of a search
SPREAD = math.log(1e6)  # bounds are looked for within this factor
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted distribution.

    beta  shape; eta  characteristic life (63.2 % failed)
    covariance  of (ln eta, ln beta), None for rank regression
    fit_r2      of rank regression, None for maximum likelihood
    """

    beta: float
    eta: float
    method: str
    lives: int
    failures: int
    log_likelihood: float | None = None
    covariance: tuple[tuple[float, float], tuple[float, float]] | None = None
    fit_r2: float | None = None

    @property
    def mean(self) -> float:
        """Mean life."""
        return self.eta * math.gamma(1 + 1 / self.beta)

    def share_failed(self, time: float) -> float:
        return -math.expm1(-((time / self.eta) ** self.beta)) if time > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A life with its bounds; each bound alone holds with ``confidence`` (one-sided)."""

    life: float
    lower: float
    upper: float
    confidence: float
    method: str


class Likelihood:
    """Log-likelihood of (u, s) for exact, right-censored and interval lives."""

    def __init__(self, lives: Sequence[Life]) -> None:
        exact = [life for life in lives if life.failed and life.upper is None]
        alive = [life for life in lives if not life.failed]
        between = [(life, life.upper) for life in lives if life.upper is not None]
        self.exact, self.n_exact = _columns(exact)
        self.alive, self.n_alive = _columns(alive)
        self.low = (
            np.log(np.maximum([life.time for life, _upper in between], TINY)) if between else np.empty(0)
        )
        self.high = np.log([upper for _life, upper in between]) if between else np.empty(0)
        self.n_between = np.array([life.count for life, _upper in between], float)

    def __call__(self, u: float, s: float) -> float:
        with np.errstate(over="ignore", under="ignore"):
            sigma = math.exp(s)
            z = (self.exact - u) / sigma
            total = float(self.n_exact @ (z - np.exp(z) - s - self.exact))
            total -= float(self.n_alive @ np.exp((self.alive - u) / sigma))
            if len(self.low):
                a, b = np.exp((self.low - u) / sigma), np.exp((self.high - u) / sigma)
                total += float(self.n_between @ (-a + np.log(np.maximum(-np.expm1(a - b), TINY))))
        return total if math.isfinite(total) else -1e300


def _columns(lives: Sequence[Life]) -> tuple[Floats, Floats]:
    return np.log(np.array([life.time for life in lives], float)), np.array(
        [life.count for life in lives], float
    )


def fit_mle(lives: Iterable[Life]) -> Fit:
    """Maximum likelihood. Problem ``reliability.too_few_failures``: two different failure times are the least."""
    listed = fittable(lives)
    likelihood = Likelihood(listed)
    u, s, best = maximum(likelihood, listed)
    covariance = _covariance(likelihood, u, s)
    return Fit(
        beta=math.exp(-s), eta=math.exp(u), method="mle", lives=sum(life.count for life in listed),
        failures=failures(listed), log_likelihood=best, covariance=covariance,
    )  # fmt: skip


def fittable(lives: Iterable[Life]) -> list[Life]:
    listed = checked(lives)
    different = {(life.time, life.upper) for life in listed if life.failed}
    if len(different) < 2:
        raise Problem(
            "reliability.too_few_failures",
            "A Weibull fit needs failures at two different times at least. With fewer, use the demonstration "
            "without failures and a shape from experience.",
            status=422,
        )
    return listed


def maximum(likelihood: Likelihood, lives: Sequence[Life]) -> tuple[float, float, float]:
    """(u, s, log-likelihood) at the maximum, from a start by ranks."""
    start = _start(lives)
    found = minimize(
        lambda p: -likelihood(p[0], p[1]), start, method="Nelder-Mead",
        options={"maxiter": MAX_STEPS * 10, "xatol": 1e-10, "fatol": 1e-12},
    )  # fmt: skip
    return float(found.x[0]), float(found.x[1]), -float(found.fun)


def _start(lives: Sequence[Life]) -> tuple[float, float]:
    points = plot_points(lives)
    x = np.log([max(point.time, TINY) for point in points])
    spread = max(float(np.std(x)), 0.05)
    return float(np.mean(x)) + 0.4, math.log(spread)


def _covariance(
    likelihood: Likelihood, u: float, s: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Inverse of the observed information, as of (ln eta, ln beta)."""
    h = 1e-4

    def at(i: float, j: float) -> float:
        return likelihood(u + i * h, s + j * h)

    uu = (at(1, 0) - 2 * at(0, 0) + at(-1, 0)) / h**2
    ss = (at(0, 1) - 2 * at(0, 0) + at(0, -1)) / h**2
    us = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h**2)
    inverse = np.linalg.inv(np.array([[-uu, -us], [-us, -ss]]))
    return (float(inverse[0, 0]), -float(inverse[0, 1])), (-float(inverse[1, 0]), float(inverse[1, 1]))


def fit_ranks(lives: Iterable[Life], *, on: str = "x") -> Fit:
    """Median rank regression on adjusted ranks: of time on rank (``on="x"``, the trade's usual) or of rank on time ("y")."""
    listed = fittable(lives)
    points = plot_points(listed)
    x = np.log([point.time for point in points])
    y = np.log(-np.log1p(-np.array([point.share for point in points])))
    dx, dy = x - x.mean(), y - y.mean()
    if on == "x":
        slope = float(dx @ dy / (dy @ dy))  # of x on y
        beta, u = 1 / slope, float(x.mean() - slope * y.mean())
    else:
        beta = float(dx @ dy / (dx @ dx))
        u = float(x.mean() - y.mean() / beta)
    r2 = float((dx @ dy) ** 2 / ((dx @ dx) * (dy @ dy)))
    total = sum(life.count for life in listed)
    return Fit(beta, math.exp(u), f"rank-{on}", total, failures(listed), fit_r2=r2)


# -- lives at a share failed ------------------------------------------------------------------------------------------
def quantile(share: float) -> float:
    """ln(-ln(1 - share)): the standard quantile of ln t."""
    if not 0 < share < 1:
        raise Problem("reliability.share", "The share of failed parts lies between 0 and 1.")
    return math.log(-math.log1p(-share))


def b_life(fit: Fit, share: float = 0.1) -> float:
    """Time at which ``share`` has failed: B10 for 0.1."""
    return fit.eta * math.exp(quantile(share) / fit.beta)


def reliability_at(fit: Fit, time: float) -> float:
    """Share still alive at ``time``."""
    return 1 - fit.share_failed(time)


def fisher_bounds(fit: Fit, share: float = 0.1, confidence: float = 0.95) -> Bounds:
    """Bounds from the normal approximation of ln B: quick, too narrow with few failures."""
    if fit.covariance is None:
        raise Problem("reliability.no_covariance", "Bounds need a fit by maximum likelihood.")
    w = quantile(share)
    # ln B = u + w / beta; its derivative by ln beta is -w / beta
    (vu, cuv), (_cvu, vb) = fit.covariance
    slope = -w / fit.beta
    deviation = math.sqrt(max(vu + 2 * slope * cuv + slope**2 * vb, 0.0))
    z = float(norm.ppf(one_sided(confidence)))
    life = b_life(fit, share)
    return Bounds(life, life * math.exp(-z * deviation), life * math.exp(z * deviation), confidence, "fisher")


def likelihood_bounds(lives: Iterable[Life], share: float = 0.1, confidence: float = 0.95) -> Bounds:
    """Bounds from the profile of the likelihood: right also where the normal approximation is not."""
    listed = fittable(lives)
    likelihood = Likelihood(listed)
    u, s, best = maximum(likelihood, listed)
    w = quantile(share)
    top = u + w * math.exp(s)
    drop = float(chi2.ppf(2 * one_sided(confidence) - 1, 1)) / 2

    def lacking(log_life: float) -> float:
        return best - profile(likelihood, log_life, w, s) - drop

    lower, upper = crossing(lacking, top, -1), crossing(lacking, top, 1)
    return Bounds(math.exp(top), math.exp(lower), math.exp(upper), confidence, "likelihood")


def one_sided(confidence: float) -> float:
    if not 0.5 < confidence < 1:
        raise Problem("reliability.confidence", "A confidence lies between 0.5 and 1.")
    return confidence


def profile(likelihood: Likelihood, log_life: float, w: float, s: float) -> float:
    """Greatest likelihood with B fixed: over the shape alone."""
    found = minimize_scalar(
        lambda t: -likelihood(log_life - w * math.exp(t), t), bounds=(s - 4, s + 4), method="bounded",
        options={"xatol": 1e-9, "maxiter": MAX_STEPS},
    )  # fmt: skip
    return -float(found.fun)


def crossing(lacking: Callable[[float], float], top: float, side: int) -> float:
    """Where ``lacking`` becomes positive on one side of the maximum; infinite when it never does."""
    step = 0.05
    while lacking(top + side * step) < 0:
        step *= 2
        if step > SPREAD:
            return side * math.inf
    a, b = sorted((top + side * step / 2 if step > 0.05 else top, top + side * step))
    return float(brentq(lacking, a, b, xtol=1e-10, maxiter=MAX_STEPS))
