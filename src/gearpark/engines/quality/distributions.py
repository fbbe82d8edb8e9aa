"""Distributions of characteristics that are not normal by nature: form and position deviations, run-out, roughness.

Fitted by maximum likelihood, the Johnson family by quantiles (Slifker and Shapiro 1980), Box-Cox by profile likelihood.
The fit is judged by Anderson-Darling against the fitted curve.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import Floats, numbers, spread

LEAST = 8
FITS_A2 = 0.757  # 5 % point of A^2 with two parameters estimated (Weibull; 0.752 for the normal)
_JOHNSON_Z = tuple(0.25 + 0.05 * step for step in range(21))  # as far out as the sample still has quantiles


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted distribution. ``a2``: Anderson-Darling distance of the sample from it; the smaller the better."""

    name: str
    parameters: tuple[float, ...]
    a2: float

    @property
    def fits(self) -> bool:
        return self.a2 <= FITS_A2

    def cdf(self, x: Any) -> Any:
        return special.ndtr(self.score(x))

    def score(self, x: Any) -> Any:
        """The normal score that belongs to x: monotone, -inf and inf outside the distribution's range."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return _FAMILIES[self.name].score(np.asarray(x, dtype=np.float64), *self.parameters)

    def ppf(self, share: float) -> float:
        """The value below which this share of pieces lies."""
        return float(_FAMILIES[self.name].value(float(special.ndtri(share)), *self.parameters))


@dataclass(frozen=True, slots=True)
class _Family:
    fit: Callable[[Floats], tuple[float, ...] | None]
    score: Callable[..., Any]
    value: Callable[..., Any]


def _positive(
    fit: Callable[[Floats], tuple[float, ...] | None],
) -> Callable[[Floats], tuple[float, ...] | None]:
    return lambda x: fit(x) if x.min() > 0 else None


def _fit_normal(x: Floats) -> tuple[float, ...]:
    return float(x.mean()), float(x.std(ddof=1))


def _fit_lognormal(x: Floats) -> tuple[float, ...]:
    return _fit_normal(np.log(x))


def _fit_weibull(x: Floats) -> tuple[float, ...] | None:
    """Shape from sum x^k ln x / sum x^k - 1/k = mean ln x, by bisection in the logarithm of k."""
    logs = np.log(x / x.max())
    middle = logs.mean()

    def slope(shape: float) -> float:
        weight = np.exp(shape * logs)
        return float((weight * logs).sum() / weight.sum() - 1.0 / shape - middle)

    shape = _root(slope)
    if shape is None:
        return None
    return shape, float(x.max() * np.exp(shape * logs).mean() ** (1.0 / shape))


def _fit_gamma(x: Floats) -> tuple[float, ...] | None:
    gap = math.log(x.mean()) - float(np.log(x).mean())
    shape = _root(lambda k: float(gap - math.log(k) + special.digamma(k)))
    return None if shape is None else (shape, float(x.mean()) / shape)


def _root(slope: Callable[[float], float]) -> float | None:
    """Root of an increasing function of a positive parameter, between 1e-4 and 1e6."""
    low, high = math.log(1e-4), math.log(1e6)
    if slope(math.exp(low)) > 0 or slope(math.exp(high)) < 0:
        return None
    for _ in range(200):
        middle = (low + high) / 2.0
        if slope(math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2.0)


def _fit_boxcox(x: Floats) -> tuple[float, ...] | None:
    from scipy import optimize

    logs = np.log(x)

    def loss(power: float) -> float:
        changed = special.boxcox(x, power)
        return x.size / 2.0 * math.log(max(float(changed.var()), 1e-300)) - (power - 1.0) * float(logs.sum())

    power = float(optimize.minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x)
    changed = special.boxcox(x, power)
    sigma = float(changed.std(ddof=1))
    return (power, float(changed.mean()), sigma) if sigma > 0 else None


def _boxcox_value(z: float, power: float, mean: float, sigma: float) -> float:
    changed = mean + z * sigma
    if power * changed + 1.0 <= 0:  # beyond the range the transformation can reach
        return 0.0 if power > 0 else math.inf
    return float(special.inv_boxcox(changed, power))


def _boxcox_score(x: Any, power: float, mean: float, sigma: float) -> Any:
    return np.where(x > 0, (special.boxcox(np.maximum(x, 1e-300), power) - mean) / sigma, -math.inf)


def _fit_halfnormal(x: Floats) -> tuple[float, ...] | None:
    return (math.sqrt(float((x * x).mean())),) if x.min() >= 0 else None


def _fit_rayleigh(x: Floats) -> tuple[float, ...] | None:
    return (math.sqrt(float((x * x).mean()) / 2.0),) if x.min() >= 0 else None


def _johnson(x: Floats, want_bounded: bool) -> tuple[float, ...] | None:
    """Best of several quantile distances, by Anderson-Darling of the scores."""
    best, best_a2 = None, math.inf
    for z in _JOHNSON_Z:
        q = np.quantile(x, special.ndtr(np.array([-3.0, -1.0, 1.0, 3.0]) * z), method="hazen")
        found = _slifker_shapiro(q.tolist(), z, want_bounded)
        if found is None:
            continue
        score = _sb_score if want_bounded else _su_score
        with np.errstate(divide="ignore", invalid="ignore"):
            a2 = _a2(score(x, *found))
        if a2 < best_a2:
            best, best_a2 = found, a2
    return best


def _slifker_shapiro(q: list[float], z: float, bounded: bool) -> tuple[float, ...] | None:
    m, n, p = q[3] - q[2], q[1] - q[0], q[2] - q[1]
    if min(m, n, p) <= 0:
        return None
    middle = (q[2] + q[1]) / 2.0
    if bounded:
        a, b, c = p / m, p / n, p * p / (m * n) - 1.0
        if c <= 1e-6:
            return None
        inner = (1.0 + a) * (1.0 + b)
        eta = z / math.acosh(0.5 * math.sqrt(inner))
        gamma = eta * math.asinh((b - a) * math.sqrt(inner - 4.0) / (2.0 * c))
        width = p * math.sqrt((inner - 2.0) ** 2 - 4.0) / c
        return gamma, eta, middle - width / 2.0 + p * (b - a) / (2.0 * c), width
    a, b, c = m / p, n / p, m * n / (p * p) - 1.0
    if c <= 1e-6:
        return None
    eta = 2.0 * z / math.acosh(0.5 * (a + b))
    gamma = eta * math.asinh((b - a) / (2.0 * math.sqrt(c)))
    width = 2.0 * p * math.sqrt(c) / ((a + b - 2.0) * math.sqrt(a + b + 2.0))
    return gamma, eta, middle + p * (b - a) / (2.0 * (a + b - 2.0)), width


def _su_score(x: Any, gamma: float, eta: float, start: float, width: float) -> Any:
    return gamma + eta * np.arcsinh((x - start) / width)


def _sb_score(x: Any, gamma: float, eta: float, start: float, width: float) -> Any:
    share = np.clip((x - start) / width, 0.0, 1.0)
    return gamma + eta * (np.log(share) - np.log1p(-share))


def _half_score(x: Any, scale: float) -> Any:
    return special.ndtri(np.clip(special.erf(np.maximum(x, 0.0) / scale / math.sqrt(2.0)), 0.0, 1.0))


_FAMILIES: dict[str, _Family] = {
    "normal": _Family(_fit_normal, lambda x, m, s: (x - m) / s, lambda z, m, s: m + z * s),
    "lognormal": _Family(
        _positive(_fit_lognormal),
        lambda x, m, s: (np.log(np.maximum(x, 0.0)) - m) / s,
        lambda z, m, s: math.exp(m + z * s),
    ),
    "weibull": _Family(
        _positive(_fit_weibull),
        lambda x, k, b: special.ndtri(-np.expm1(-((np.maximum(x, 0.0) / b) ** k))),
        lambda z, k, b: b * (-float(special.log_ndtr(-z))) ** (1.0 / k),
    ),
    "gamma": _Family(
        _positive(_fit_gamma),
        lambda x, k, b: special.ndtri(special.gammainc(k, np.maximum(x, 0.0) / b)),
        lambda z, k, b: b * float(special.gammaincinv(k, special.ndtr(z))),
    ),
    "half-normal": _Family(
        _fit_halfnormal, _half_score, lambda z, s: s * math.sqrt(2.0) * float(special.erfinv(special.ndtr(z)))
    ),
    "rayleigh": _Family(
        _fit_rayleigh,
        lambda x, s: special.ndtri(-np.expm1(-((np.maximum(x, 0.0) / s) ** 2) / 2.0)),
        lambda z, s: s * math.sqrt(-2.0 * float(special.log_ndtr(-z))),
    ),
    "box-cox": _Family(_positive(_fit_boxcox), _boxcox_score, _boxcox_value),
    "johnson-su": _Family(
        lambda x: _johnson(x, False), _su_score, lambda z, g, e, a, w: a + w * math.sinh((z - g) / e)
    ),
    "johnson-sb": _Family(
        lambda x: _johnson(x, True),
        _sb_score,
        lambda z, g, e, a, w: a + w * float(special.expit((z - g) / e)),
    ),
}
DISTRIBUTIONS = tuple(_FAMILIES)


def _a2(scores: Any) -> float:
    z = np.sort(scores)
    n = z.size
    if not np.isfinite(z).all():
        return math.inf
    index = 2.0 * np.arange(1, n + 1) - 1.0
    return -n - float((index * (special.log_ndtr(z) + special.log_ndtr(-z[::-1]))).mean())


def fit(values: Any, name: str) -> Fitted | None:
    """One distribution fitted; None when the values cannot come from it."""
    if name not in _FAMILIES:
        raise Problem(
            "quality.distribution_unknown",
            f"No distribution {name!r}; there are: {', '.join(DISTRIBUTIONS)}.",
            known=", ".join(DISTRIBUTIONS),
        )
    points = numbers(values, least=LEAST)
    spread(float(points.std()))
    parameters = _FAMILIES[name].fit(points)
    if parameters is None or not all(math.isfinite(value) for value in parameters):
        return None
    trial = Fitted(name, parameters, 0.0)
    return Fitted(name, parameters, _a2(trial.score(points)))


def best_fit(values: Any, names: Iterable[str] = DISTRIBUTIONS) -> Fitted:
    """The distribution nearest to the sample; earlier (simpler) ones win while they fit about as well."""
    found = [one for one in (fit(values, name) for name in names) if one is not None]
    if not found:
        raise Problem("quality.no_distribution", "None of the distributions can hold these values.")
    least = min(one.a2 for one in found)
    return next(one for one in found if one.a2 <= max(least * 1.1, min(least + 0.05, FITS_A2)))
