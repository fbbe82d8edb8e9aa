"""Laws of random durations: how each is described, its mean and spread, and what the kernel needs of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from .kernel import layout as at

GAMMA_HIGH = 8.0  # the gamma table reaches this far in normal scores on both sides


@dataclass(frozen=True, slots=True)
class Law:
    """A law of a duration in seconds. ``shape`` holds the parameters of ``name`` in the order of its maker below."""

    name: str
    shape: tuple[float, ...]

    @property
    def mean(self) -> float:
        return _MEAN[self.name](*self.shape)

    @property
    def cv(self) -> float:
        """Standard deviation over mean."""
        mean = self.mean
        return math.sqrt(max(0.0, _VARIANCE[self.name](*self.shape))) / mean if mean else 0.0

    def scaled(self, factor: float) -> Law:
        """The same law, every duration times ``factor``."""
        if factor == 1.0:
            return self
        keep = _UNSCALED.get(self.name, ())
        if self.name == "lognormal":
            return Law(self.name, (self.shape[0] + math.log(factor), self.shape[1]))
        return Law(self.name, tuple(x if k in keep else x * factor for k, x in enumerate(self.shape)))


def const(value: float) -> Law:
    return Law("const", (float(value),))


def exponential(mean: float) -> Law:
    return Law("exp", (float(mean),))


def uniform(low: float, high: float) -> Law:
    return const(low) if low == high else Law("uniform", (float(low), float(high)))


def triangular(low: float, mode: float, high: float) -> Law:
    return const(low) if low == high else Law("triangular", (float(low), float(mode), float(high)))


def normal(mean: float, sd: float) -> Law:
    """Normal, cut at zero."""
    return Law("normal", (float(mean), float(sd))) if sd > 0 else const(mean)


def lognormal(mean: float, cv: float) -> Law:
    """Lognormal by its own mean and coefficient of variation; kept as mean and sd of the logarithm."""
    if cv <= 0:
        return const(mean)
    variance = math.log(1.0 + cv * cv)
    return Law("lognormal", (math.log(mean) - 0.5 * variance, math.sqrt(variance)))


def gamma(mean: float, cv: float) -> Law:
    """Gamma; kept as scale and shape."""
    return Law("gamma", (mean * cv * cv, 1.0 / (cv * cv))) if cv > 0 else const(mean)


def erlang(mean: float, stages: int) -> Law:
    return Law("gamma", (mean / stages, float(stages)))


def weibull(scale: float, shape: float) -> Law:
    return Law("weibull", (float(scale), float(shape)))


def geometric(unit: float, share: float) -> Law:
    """Whole multiples of ``unit``, 1 at least: each further one with chance 1 - share."""
    return Law("geometric", (float(unit), float(share))) if share < 1 else const(unit)


def empirical(values: Sequence[float]) -> Law:
    """Values as seen, with straight lines between their quantiles."""
    kept = sorted(float(v) for v in values)
    return const(kept[0]) if kept[0] == kept[-1] else Law("empirical", tuple(kept))


def _normal_cut(mean: float, sd: float) -> tuple[float, float]:
    """Mean and variance of a normal law cut at zero."""
    a = -mean / sd
    density = math.exp(-0.5 * a * a) / math.sqrt(2 * math.pi)
    ratio = density / (0.5 * math.erfc(a / math.sqrt(2)))
    return mean + sd * ratio, sd * sd * (1 + a * ratio - ratio * ratio)


def _table_moments(values: Sequence[float]) -> tuple[float, float]:
    """Mean and variance of the law drawn as straight lines between quantiles."""
    pairs = list(pairwise(values))
    mean = sum(a + b for a, b in pairs) / (2 * len(pairs))
    square = sum(a * a + a * b + b * b for a, b in pairs) / (3 * len(pairs))
    return mean, square - mean * mean


_MEAN: dict[str, Any] = {
    "const": lambda a: a,
    "exp": lambda a: a,
    "uniform": lambda a, b: (a + b) / 2,
    "triangular": lambda a, b, c: (a + b + c) / 3,
    "normal": lambda m, s: _normal_cut(m, s)[0],
    "lognormal": lambda m, s: math.exp(m + s * s / 2),
    "gamma": lambda scale, shape: scale * shape,
    "weibull": lambda scale, shape: scale * math.gamma(1 + 1 / shape),
    "geometric": lambda unit, p: unit / p,
    "empirical": lambda *v: _table_moments(v)[0],
}
_VARIANCE: dict[str, Any] = {
    "const": lambda a: 0.0,
    "exp": lambda a: a * a,
    "uniform": lambda a, b: (b - a) ** 2 / 12,
    "triangular": lambda a, b, c: (a * a + b * b + c * c - a * b - a * c - b * c) / 18,
    "normal": lambda m, s: _normal_cut(m, s)[1],
    "lognormal": lambda m, s: (math.exp(s * s) - 1) * math.exp(2 * m + s * s),
    "gamma": lambda scale, shape: scale * scale * shape,
    "weibull": lambda scale, shape: scale**2 * (math.gamma(1 + 2 / shape) - math.gamma(1 + 1 / shape) ** 2),
    "geometric": lambda unit, p: unit * unit * (1 - p) / (p * p),
    "empirical": lambda *v: _table_moments(v)[1],
}
_UNSCALED = {"gamma": (1,), "weibull": (1,), "geometric": (1,)}


@cache
def gamma_table(shape: float) -> tuple[float, ...]:
    """Cube roots of gamma quantiles (scale 1) on an even grid of normal scores."""
    from scipy.special import gammainccinv, gammaincinv, ndtr

    steps = round((GAMMA_HIGH - at.GAMMA_LOW) * at.GAMMA_STEPS_PER_UNIT)
    scores = [at.GAMMA_LOW + k / at.GAMMA_STEPS_PER_UNIT for k in range(steps + 1)]
    low = [
        float(gammaincinv(shape, ndtr(z))) if z <= 0 else float(gammainccinv(shape, ndtr(-z))) for z in scores
    ]
    return tuple(x ** (1 / 3) for x in low)


def record(law: Law) -> tuple[int, list[float], tuple[float, ...]]:
    """(kind, numbers, table) of the kernel's record of a law."""
    shape = law.shape
    if law.name == "triangular":
        low, mode, high = shape
        span = high - low
        return at.TRIANGULAR, [low, (mode - low) / span, (mode - low) * span, (high - mode) * span, high], ()
    if law.name == "weibull":
        return at.WEIBULL, [shape[0], 1.0 / shape[1]], ()
    if law.name == "normal":
        below = 0.5 * math.erfc(shape[0] / shape[1] / math.sqrt(2))
        return at.NORMAL, [*shape, below], ()
    if law.name == "geometric":
        return at.GEOMETRIC, [shape[0], math.log1p(-shape[1])], ()
    if law.name == "gamma":
        return at.GAMMA, [shape[0]], gamma_table(shape[1])
    if law.name == "empirical":
        return at.EMPIRICAL, [], shape
    kind = {"const": at.CONST, "exp": at.EXP, "uniform": at.UNIFORM, "lognormal": at.LOGNORMAL}[law.name]
    return kind, list(shape), ()
