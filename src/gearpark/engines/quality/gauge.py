"""Studies of one gauge: type 1 (Cg, Cgk), bias, linearity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import Floats, inside, numbers, spread

TARGET = 1.33
FINEST = 0.05  # resolution at most this share of the tolerance
FEW = 25


@dataclass(frozen=True, slots=True)
class Bias:
    """Mean deviation from the reference, its t-test and two-sided interval."""

    n: int
    mean: float
    sd: float
    bias: float
    t: float
    p_value: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Does the interval leave 0 out?"""
        return self.low > 0 or self.high < 0


def t_quantile(df: float, share: float) -> float:
    return float(special.stdtrit(df, share))


def _two_tails(t: float, df: float) -> float:
    return 2.0 * float(special.stdtr(df, -abs(t)))


def bias(values: Any, reference: float, *, confidence: float = 0.95) -> Bias:
    """Bias of repeated measurements of one piece against its reference value."""
    points = numbers(values, least=2)
    inside(confidence, 0.0, 1.0, "confidence")
    gaps = points - reference
    off, sd = float(gaps.mean()), spread(float(gaps.std(ddof=1)))
    error = sd / math.sqrt(gaps.size)
    reach = t_quantile(gaps.size - 1, (1.0 + confidence) / 2.0) * error
    t = off / error
    return Bias(
        int(gaps.size), reference + off, sd, off, t, _two_tails(t, gaps.size - 1), off - reach, off + reach
    )


@dataclass(frozen=True, slots=True)
class Type1:
    """Type 1 study. resolution_ok None: resolution not given; cautions: ``small_sample`` below 25 values.

    least_tolerance  the narrowest tolerance the gauge is fit for (Cg and Cgk at the target)
    """

    bias: Bias
    cg: float
    cgk: float
    capable: bool
    resolution_ok: bool | None
    least_tolerance: float
    cautions: tuple[str, ...]


def type1(
    values: Any,
    reference: float,
    tolerance: float,
    *,
    share: float = 0.2,
    sigmas: float = 6.0,
    resolution: float | None = None,
    target: float = TARGET,
) -> Type1:
    """Cg = share x T / (sigmas x s), Cgk = (share / 2 x T - |bias|) / (sigmas / 2 x s); usually 0.2 and 6 (or 4)."""
    inside(tolerance, 0.0, math.inf, "tolerance")
    inside(share, 0.0, 1.0, "share of tolerance")
    inside(sigmas, 0.0, 20.0, "spread in standard deviations")
    found = bias(values, reference)
    cg = share * tolerance / (sigmas * found.sd)
    cgk = (share / 2.0 * tolerance - abs(found.bias)) / (sigmas / 2.0 * found.sd)
    fine = None if resolution is None else resolution <= FINEST * tolerance * (1.0 + 1e-12)
    least = (target * sigmas * found.sd + 2.0 * abs(found.bias)) / share
    return Type1(
        bias=found,
        cg=cg,
        cgk=cgk,
        capable=min(cg, cgk) >= target and fine is not False,
        resolution_ok=fine,
        least_tolerance=least,
        cautions=("small_sample",) if found.n < FEW else (),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Linearity:
    """Bias over the working range: bias = slope x reference + intercept, with the band of the line.

    references, biases  per reference value: its mean bias;  p_values: of each against 0
    low, high           band of the line at the references
    fits                0 lies within the band everywhere: no bias was shown anywhere
    """

    n: int
    slope: float
    intercept: float
    s: float
    r_squared: float
    slope_t: float
    slope_p: float
    intercept_t: float
    intercept_p: float
    references: Floats
    biases: Floats
    p_values: Floats
    low: Floats
    high: Floats
    fits: bool


def linearity(references: Sequence[float], values: Sequence[float], *, confidence: float = 0.95) -> Linearity:
    """Regression of bias on reference (AIAG). One reference a value, at least two different ones (five are usual)."""
    x, y = numbers(references, what="references", least=3), numbers(values, least=3)
    if x.size != y.size:
        raise Problem("quality.layout", "Each value needs its reference.")
    inside(confidence, 0.0, 1.0, "confidence")
    gaps = y - x
    centre = x.mean()
    sxx = float(((x - centre) ** 2).sum())
    if sxx == 0:
        raise Problem("quality.too_few", "Linearity needs at least 2 different references.", least=2, have=1)
    n, df = x.size, x.size - 2
    slope = float(((x - centre) * (gaps - gaps.mean())).sum()) / sxx
    intercept = float(gaps.mean()) - slope * float(centre)
    rest = gaps - intercept - slope * x
    s = spread(math.sqrt(float(rest @ rest) / df), "scatter about the line")
    total = float(((gaps - gaps.mean()) ** 2).sum())
    slope_error, zero_error = s / math.sqrt(sxx), s * math.sqrt(1.0 / n + centre**2 / sxx)
    levels = np.unique(x)
    biases = np.array([gaps[x == level].mean() for level in levels])
    reach = t_quantile(df, (1.0 + confidence) / 2.0) * s * np.sqrt(1.0 / n + (levels - centre) ** 2 / sxx)
    line = intercept + slope * levels
    return Linearity(
        n=int(n),
        slope=slope,
        intercept=intercept,
        s=s,
        r_squared=1.0 - float(rest @ rest) / total if total > 0 else 0.0,
        slope_t=slope / slope_error,
        slope_p=_two_tails(slope / slope_error, df),
        intercept_t=intercept / zero_error,
        intercept_p=_two_tails(intercept / zero_error, df),
        references=levels,
        biases=biases,
        p_values=np.array([_level_p(gaps[x == level]) for level in levels]),
        low=line - reach,
        high=line + reach,
        fits=bool(((line - reach <= 0) & (line + reach >= 0)).all()),
    )


def _level_p(gaps: Floats) -> float:
    if gaps.size < 2 or gaps.std(ddof=1) == 0:
        return math.nan
    return _two_tails(float(gaps.mean() / (gaps.std(ddof=1) / math.sqrt(gaps.size))), gaps.size - 1)
