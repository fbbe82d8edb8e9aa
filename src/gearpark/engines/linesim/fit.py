"""Laws fitted to durations of which some were cut off: maximum likelihood, choice by AIC, goodness of fit.

Likelihood with right-censored values (Lawless, Statistical Models and Methods for Lifetime Data, ch. 5). Goodness of
fit: distance of Kolmogorov and Smirnov of the ended durations, its p-value by parametric bootstrap with the parameters
fitted anew to every sample, because the tabled values hold for known parameters only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import minimize
from scipy.special import digamma, polygamma

MIN_SAMPLE = 10  # ended durations below which nothing is fitted
MAX_SAMPLE = 1_000  # durations taken; more only cost time
SAME = 0.01  # coefficient of variation below which a duration is constant
SIMPLER = 2.0  # AIC by which a law with more parameters must be better
POOR = 0.01  # p-value below which the durations themselves are taken instead of a law
BOOTSTRAP = 99
CONFIDENCE = 0.95
QUANTILES = 41  # of an empirical law
SEED = 20270101
STEPS = 12  # of Newton
TINY = 1e-9


@dataclass(frozen=True)
class Fit:
    """A fitted law. Times in seconds.

    text     as a model file writes it
    low, high  interval of the mean
    aic      of every family that was tried
    distance, p  Kolmogorov-Smirnov, None for a constant
    curve    rows (duration, share of the durations up to it, share by the law); cut-off ones by Kaplan and Meier
    """

    law: str
    text: str
    mean_s: float
    low_s: float
    high_s: float
    count: int
    cut: int
    aic: dict[str, float]
    distance: float | None
    p: float | None
    curve: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class _Family:
    name: str
    make: Callable[[Any], Any]  # parameters (logarithms) -> frozen scipy distribution
    start: Callable[[float, float], tuple[float, ...]]  # mean, cv -> parameters
    text: Callable[[Any], str]


def _seconds(value: float) -> str:
    return f"{value:.5g} s"


def _weibull_shape(_mean: float, cv: float) -> tuple[float, ...]:
    shape = max(0.3, cv**-1.086)
    return float(np.log(_mean)), float(np.log(shape))


FAMILIES = (
    _Family(
        "exp",
        lambda t: stats.expon(scale=np.exp(t[0])),
        lambda mean, _cv: (float(np.log(mean)),),
        lambda t: f"exp({_seconds(float(np.exp(t[0])))})",
    ),
    _Family(
        "gamma",  # logarithms of mean and shape
        lambda t: stats.gamma(np.exp(t[1]), scale=np.exp(t[0] - t[1])),
        lambda mean, cv: (float(np.log(mean)), float(-2.0 * np.log(cv))),
        lambda t: f"gamma({_seconds(float(np.exp(t[0])))}, {100 * float(np.exp(-t[1] / 2)):.4g} %)",
    ),
    _Family(
        "lognormal",  # mean and logarithm of the sd of the logarithm
        lambda t: stats.lognorm(np.exp(t[1]), scale=np.exp(t[0])),
        lambda mean, cv: (
            float(np.log(mean) - 0.5 * np.log1p(cv * cv)),
            float(0.5 * np.log(np.log1p(cv * cv))),
        ),
        lambda t: (
            f"lognormal({_seconds(float(np.exp(t[0] + 0.5 * np.exp(2 * t[1]))))},"
            f" {100 * float(np.sqrt(np.expm1(np.exp(2 * t[1])))):.4g} %)"
        ),
    ),
    _Family(
        "weibull",  # logarithms of scale and shape
        lambda t: stats.weibull_min(np.exp(t[1]), scale=np.exp(t[0])),
        _weibull_shape,
        lambda t: f"weibull({_seconds(float(np.exp(t[0])))}, {float(np.exp(t[1])):.4g})",
    ),
)


def fit(ended: Any, cut: Any, *, memoryless: bool = False) -> Fit | None:
    """The law of durations; None below ``MIN_SAMPLE``. ``memoryless``: exponential only (few failures)."""
    x, c = (np.asarray(values, dtype=float) for values in (ended, cut))
    if len(x) < MIN_SAMPLE:
        return None
    mean, cv = float(x.mean()), float(x.std(ddof=1) / x.mean())
    if cv < SAME:
        half = float(x.std(ddof=1) / np.sqrt(len(x)) * stats.t.ppf(0.5 + CONFIDENCE / 2, len(x) - 1))
        return Fit("const", _seconds(mean), mean, mean - half, mean + half, len(x), len(c), {}, None, None)
    rng = np.random.default_rng(SEED)
    if len(x) > MAX_SAMPLE:
        x = rng.choice(x, MAX_SAMPLE, replace=False)
    tried = {
        f.name: (f, *_likeliest(f, x, c, f.start(mean, cv)))
        for f in (FAMILIES[:1] if memoryless else FAMILIES)
    }
    aic = {name: 2.0 * len(t) - 2.0 * value for name, (_, t, value) in tried.items()}
    best = min(aic, key=lambda name: aic[name])
    if aic["exp"] < aic[best] + SIMPLER:
        best = "exp"
    family, theta, _ = tried[best]
    law = family.make(theta)
    distance = float(stats.kstest(x, law.cdf).statistic)
    means, further = [], 0
    for _ in range(BOOTSTRAP):
        drawn = law.rvs(len(x), random_state=rng)
        again, _ = _likeliest(family, drawn, np.empty(0), tuple(theta))
        refitted = family.make(again)
        means.append(float(refitted.mean()))
        further += float(stats.kstest(drawn, refitted.cdf).statistic) >= distance
    p = (1 + further) / (1 + BOOTSTRAP)
    low, high = np.quantile(means, (0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2))
    text, name = family.text(theta), best
    if p <= POOR and not len(c):
        points = np.quantile(x, np.linspace(0.0, 1.0, QUANTILES))
        name, text = "empirical", f"empirical({', '.join(_seconds(v) for v in points)})"
    return Fit(
        name, text, float(law.mean()), float(low), float(high), len(x), len(c), aic, distance, p, _curve(x, c, law)
    )  # fmt: skip


def _curve(x: Any, c: Any, law: Any) -> tuple[tuple[float, float, float], ...]:
    """Observed and fitted share at ``QUANTILES`` durations, spread evenly over those that ended."""
    seen = stats.ecdf(stats.CensoredData(uncensored=x, right=c)).cdf
    at = np.quantile(x, np.linspace(0.0, 1.0, QUANTILES))
    return tuple(zip(at.tolist(), seen.evaluate(at).tolist(), law.cdf(at).tolist(), strict=True))


def _lognormal(_x: Any, logs: Any) -> Any:
    return np.array([logs.mean(), np.log(max(float(logs.std()), TINY))])


def _gamma(x: Any, logs: Any) -> Any:
    """Newton's steps on the shape from Minka's start (Estimating a Gamma distribution, 2002)."""
    mean = float(x.mean())
    s = max(float(np.log(mean) - logs.mean()), TINY)
    shape = (3.0 - s + np.sqrt((s - 3.0) ** 2 + 24.0 * s)) / (12.0 * s)
    for _ in range(STEPS):
        inverse = 1.0 / shape + (np.log(shape) - digamma(shape) - s) / (
            shape - shape**2 * polygamma(1, shape)
        )
        shape = 1.0 / max(float(inverse), TINY)
    return np.array([np.log(mean), np.log(shape)])


def _weibull(x: Any, logs: Any) -> Any:
    """Newton's steps on the shape of the likelihood equation; durations over their largest, against overflow."""
    low = logs - logs.max()
    shape = 1.28 / max(float(logs.std()), TINY)
    for _ in range(STEPS):
        power = np.exp(shape * low)
        total, first, second = power.sum(), (power * low).sum(), (power * low * low).sum()
        value = first / total - 1.0 / shape - low.mean()
        slope = second / total - (first / total) ** 2 + 1.0 / shape**2
        shape = min(max(shape - value / slope, shape / 2.0), shape * 2.0)
    scale = logs.max() + np.log(np.exp(shape * low).mean()) / shape
    return np.array([scale, np.log(shape)])


_SOLVED: dict[str, Callable[[Any, Any], Any]] = {
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
}


def _likeliest(family: _Family, x: Any, c: Any, start: tuple[float, ...]) -> tuple[Any, float]:
    """Parameters of greatest likelihood, and its logarithm."""
    if family.name == "exp":
        theta = np.array([np.log((x.sum() + c.sum()) / len(x))])
        return theta, _loglikelihood(family, theta, x, c)
    if not len(c):
        theta = _SOLVED[family.name](x, np.log(x))
        return theta, _loglikelihood(family, theta, x, c)
    found = minimize(
        lambda t: -_loglikelihood(family, t, x, c), start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4, "maxiter": 400}
    )  # fmt: skip
    return found.x, -float(found.fun)


def _loglikelihood(family: _Family, theta: Any, x: Any, c: Any) -> float:
    law = family.make(theta)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = float(law.logpdf(x).sum() + (law.logsf(c).sum() if len(c) else 0.0))
    return value if np.isfinite(value) else -1e300
