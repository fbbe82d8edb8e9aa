"""Constants of control charts for any subgroup size, from their defining integrals.

d2, d3: mean and standard deviation of the range of n standard normal values; c4: mean of their standard deviation.
Printed tables round them, and compute with what they rounded; ``printed`` gives d2 and D4 as tables have them, for
reproducing published limits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

MAX_RANGE_SIZE = 1000  # subgroup sizes d2 and d3 are computed for; a range of more values is a poor estimator
D4_MEDIAN = math.sqrt(2.0) * float(special.ndtri(0.75))  # median of the range of two standard normal values
_PRINTED_DECIMALS = 3
_SERIES_FROM = 500
_NODES, _STEP, _REACH, _WIDEST = 160, 0.02, 9.5, 20.0


def _size(n: int, least: int, most: int) -> int:
    if int(n) != n or not least <= n <= most:
        raise Problem(
            "quality.subgroup_size",
            f"A subgroup size between {least} and {most} is needed; it is {n}.",
            least=least,
            most=most,
            have=n,
        )
    return int(n)


@lru_cache(maxsize=2048)
def _range_moments(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range of n standard normal values.

    E[W] = int 1 - F(w) dw and E[W^2] = 2 int w (1 - F(w)) dw with F(w) = n int phi(x) (Phi(x + w) - Phi(x))^(n-1) dx:
    trapezoid rule over x (exponentially exact for such integrands), Gauss-Legendre over w.
    """
    x = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    w = (nodes + 1.0) * (_WIDEST / 2.0)
    share = special.ndtr(x[None, :] + w[:, None]) - special.ndtr(x)[None, :]
    density = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    above = 1.0 - n * _STEP * (share ** (n - 1) @ density)
    weights = weights * (_WIDEST / 2.0)
    mean = float(weights @ above)
    square = 2.0 * float(weights @ (w * above))
    return mean, math.sqrt(square - mean * mean)


def d2(n: int) -> float:
    """Mean of the range of n values, in standard deviations."""
    return _range_moments(_size(n, 2, MAX_RANGE_SIZE))[0]


def d3(n: int) -> float:
    """Standard deviation of the range of n values, in standard deviations."""
    return _range_moments(_size(n, 2, MAX_RANGE_SIZE))[1]


def c4(n: int) -> float:
    """Mean of the standard deviation (divisor n - 1) of n values, in standard deviations."""
    free = _size(n, 2, 10**9) - 1.0
    if free > _SERIES_FROM:  # Gamma(x + 1/2) / Gamma(x) by its asymptotic series
        return (
            1.0
            - 1.0 / (4.0 * free)
            + 1.0 / (32.0 * free**2)
            + 5.0 / (128.0 * free**3)
            - 21.0 / (2048.0 * free**4)
        )
    half = free / 2.0
    return math.sqrt(math.pi / half) / float(special.beta(half, 0.5))


def d2_star(n: int, groups: int) -> float:
    """Divisor of the mean of ``groups`` ranges of n that makes its square unbiased for the variance (Duncan)."""
    return math.sqrt(d2(n) ** 2 + d3(n) ** 2 / _size(groups, 1, 10**9))


@dataclass(frozen=True, slots=True)
class Constants:
    """Constants of one subgroup size; capital letters are the factors of limits as tables name them."""

    n: int
    d2: float
    d3: float
    c4: float
    A: float
    A2: float
    A3: float
    B3: float
    B4: float
    B5: float
    B6: float
    D1: float
    D2: float
    D3: float
    D4: float
    E2: float


def constants(n: int, *, printed: bool = False) -> Constants:
    """All constants of subgroup size n; ``printed``: d2 and D4 rounded to three decimals as tables print them."""
    mean, sd, root, unbiased = d2(n), d3(n), math.sqrt(n), c4(n)
    if printed:
        d4 = round(1.0 + 3.0 * sd / mean, _PRINTED_DECIMALS)
        mean = round(mean, _PRINTED_DECIMALS)
        sd = (d4 - 1.0) * mean / 3.0  # so that limits of ranges come out as D4 x R-bar
    wobble = math.sqrt(1.0 - unbiased**2)
    return Constants(
        n=n,
        d2=mean,
        d3=sd,
        c4=unbiased,
        A=3.0 / root,
        A2=3.0 / (mean * root),
        A3=3.0 / (unbiased * root),
        B3=max(0.0, 1.0 - 3.0 * wobble / unbiased),
        B4=1.0 + 3.0 * wobble / unbiased,
        B5=max(0.0, unbiased - 3.0 * wobble),
        B6=unbiased + 3.0 * wobble,
        D1=max(0.0, mean - 3.0 * sd),
        D2=mean + 3.0 * sd,
        D3=max(0.0, 1.0 - 3.0 * sd / mean),
        D4=1.0 + 3.0 * sd / mean,
        E2=3.0 / mean,
    )
