"""Mean, standard deviation and first autocorrelation without losing digits.

Decimal input is shifted by its first value in decimal arithmetic, so that numbers like 1000000000000.4 keep what they
differ by; sums are exact (``math.fsum``).
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .guards import MAX_VALUES, Floats, numbers

DIGITS = 60


def shifted(values: Any) -> tuple[Decimal, Floats]:
    """The first value, and every value less it: exactly for ``Decimal`` and text, in floating point for the rest."""
    if not len(values):
        raise Problem("quality.too_few", "There are no values.", least=1, have=0)
    if not isinstance(values[0], (Decimal, str)):
        points = numbers(values)
        return Decimal(float(points[0])), points - points[0]
    if len(values) > MAX_VALUES:
        raise Problem("quality.too_many", f"At most {MAX_VALUES} values.", most=MAX_VALUES, have=len(values))
    with decimal.localcontext(prec=DIGITS):
        try:
            exact = [Decimal(value) for value in values]
        except decimal.InvalidOperation as error:
            raise Problem("quality.not_a_number", "The values hold something that is no number.") from error
        rest = [float(value - exact[0]) for value in exact]
    return exact[0], numbers(rest)


@dataclass(frozen=True, slots=True)
class Summary:
    """n, mean, sd (divisor n - 1; None for one value), lag1: first autocorrelation (None when nothing varies)."""

    n: int
    mean: float
    sd: float | None
    lag1: float | None
    minimum: float
    maximum: float


def exact_mean(rest: Floats) -> float:
    return math.fsum(rest) / rest.size


def summary(values: Any) -> Summary:
    """Summary figures of a series in its order."""
    first, rest = shifted(values)
    middle = exact_mean(rest)
    gaps = rest - middle
    middle += math.fsum(gaps) / rest.size  # what the first pass lost by rounding
    gaps = rest - middle
    squares = math.fsum(gaps * gaps)
    n = rest.size
    lag1 = math.fsum(gaps[1:] * gaps[:-1]) / squares if squares > 0 else None
    with decimal.localcontext(prec=DIGITS):
        mean = float(first + Decimal(middle))
        low, high = float(first + Decimal(float(rest.min()))), float(first + Decimal(float(rest.max())))
    return Summary(int(n), mean, math.sqrt(squares / (n - 1)) if n > 1 else None, lag1, low, high)


def grouped(values: Sequence[Any], keys: Sequence[Any]) -> tuple[Decimal, dict[Any, Floats]]:
    """Shifted values by key, keys in the order of their first appearance."""
    if len(values) != len(keys):
        raise Problem("quality.parameter", "Each value needs its group.", name="group")
    first, rest = shifted(values)
    found: dict[Any, list[float]] = {}
    for value, key in zip(rest.tolist(), keys, strict=True):
        found.setdefault(key, []).append(value)
    return first, {key: np.array(group) for key, group in found.items()}
