"""Distributions by inverse: one uniform a draw, monotone, so that common random numbers stay in step."""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, hot
from .layout import *
from .random import uniform

SURE = 1.0 - 1e-13
ROOT_HALF = math.sqrt(0.5)


@cold
def normal_score(p: float) -> float:
    """Inverse of the normal distribution (Acklam, one Halley step), p inside (0, 1)."""
    if p < 0.02425 or p > 0.97575:
        q = math.sqrt(-2.0 * math.log(p if p < 0.5 else 1.0 - p))
        x = (
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
              - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
             + 3.754408661907416) * q + 1.0
        )  # fmt: skip
        if p > 0.5:
            x = -x
    else:
        q = p - 0.5
        r = q * q
        x = q * (
            ((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
              + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239
        ) / (
            ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
              + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
        )  # fmt: skip
    error = 0.5 * math.erfc(-x * ROOT_HALF) - p
    step = error * 2.5066282746310002 * math.exp(0.5 * x * x)
    return x - step / (1.0 + 0.5 * x * step)


@cold
def normal_share(x: float) -> float:
    """Distribution function of the normal law."""
    return 0.5 * math.erfc(-x * ROOT_HALF)


@hot
def tabled(Z: Any, R: Any, d: int, u: float) -> float:
    """Quantile of an empirical or gamma law from its table."""
    lo, size = Z[d + D_TABLE], Z[d + D_SIZE]
    if Z[d + D_KIND] == GAMMA:
        place = (normal_score(u) - GAMMA_LOW) * GAMMA_STEPS_PER_UNIT
    else:
        place = u * (size - 1)
    if place <= 0.0:
        k, part = 0, 0.0
    elif place >= size - 1:
        k, part = size - 2, 1.0
    else:
        k = int(place)
        part = place - k
    x = R[lo + k] + (R[lo + k + 1] - R[lo + k]) * part
    if Z[d + D_KIND] == GAMMA:  # cube roots are tabled: nearly straight in the normal score
        return R[d + FD_A] * x * x * x
    return x


@cold
def rarely(Z: Any, R: Any, d: int, u: float) -> float:
    """Quantile of the laws that cost a call."""
    kind = Z[d + D_KIND]
    if kind == UNIFORM:
        return R[d + FD_A] + (R[d + FD_B] - R[d + FD_A]) * u
    if kind == WEIBULL:
        return R[d + FD_A] * (-math.log(1.0 - u)) ** R[d + FD_B]
    if kind == LOGNORMAL:
        return math.exp(R[d + FD_A] + R[d + FD_B] * normal_score(u))
    if kind == NORMAL:  # cut at zero; FD_C: share below zero
        return R[d + FD_A] + R[d + FD_B] * normal_score(R[d + FD_C] + u * (1.0 - R[d + FD_C]))
    if kind == GEOMETRIC:  # 1, 2, 3 ... units of FD_A; FD_B: log(1 - p)
        return R[d + FD_A] * max(1.0, math.ceil(math.log(1.0 - u) / R[d + FD_B]))
    return tabled(Z, R, d, u)


@hot
def quantile(Z: Any, R: Any, d: int, u: float) -> float:
    """Quantile ``u`` of distribution ``d``."""
    kind = Z[d + D_KIND]
    if kind == EXP:
        return -R[d + FD_A] * math.log(1.0 - u)
    if kind == TRIANGULAR:  # low, share below the mode, (mode-low)*span, (high-mode)*span, high
        if u < R[d + FD_B]:
            return R[d + FD_A] + math.sqrt(u * R[d + FD_C])
        return R[d + FD_E] - math.sqrt((1.0 - u) * R[d + FD_D])
    if kind == CONST:
        return R[d + FD_A]
    return rarely(Z, R, d, u)


@hot
def sample(Z: Any, R: Any, U: Any, d: int, stream: int) -> float:
    """A draw of distribution ``d``; a constant takes no number from the stream."""
    if Z[d + D_KIND] == CONST:
        return R[d + FD_A]
    u = uniform(U, stream)
    return quantile(Z, R, d, u)


@hot
def found_share(Z: Any, R: Any, d: int, x: float) -> float:
    """Distribution function of a tabled law at ``x``."""
    lo, size = Z[d + D_TABLE], Z[d + D_SIZE]
    value = (x / R[d + FD_A]) ** (1.0 / 3.0) if Z[d + D_KIND] == GAMMA else x
    value = min(max(value, R[lo]), R[lo + size - 1])
    low, high = 0, size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if R[lo + middle] <= value:
            low = middle
        else:
            high = middle
    part = (value - R[lo + low]) / (R[lo + high] - R[lo + low])
    if Z[d + D_KIND] == GAMMA:
        return normal_share(GAMMA_LOW + (low + part) / GAMMA_STEPS_PER_UNIT)
    return (low + part) / (size - 1)


@hot
def share_below(Z: Any, R: Any, d: int, x: float) -> float:
    """Distribution function of ``d`` (neither constant nor exponential) at ``x`` > 0."""
    kind = Z[d + D_KIND]
    a, b = R[d + FD_A], R[d + FD_B]
    if kind == UNIFORM:
        return min(1.0, max(0.0, (x - a) / (b - a)))
    if kind == TRIANGULAR:
        high = R[d + FD_E]
        x = min(max(x, a), high)
        if b > 0.0 and (x - a) * (x - a) <= b * R[d + FD_C]:
            return (x - a) * (x - a) / R[d + FD_C]
        return 1.0 - (high - x) * (high - x) / R[d + FD_D]
    if kind == WEIBULL:
        return 1.0 - math.exp(-((x / a) ** (1.0 / b)))
    if kind == LOGNORMAL:
        return normal_share((math.log(x) - a) / b)
    if kind == NORMAL:
        below = R[d + FD_C]
        return (normal_share((x - a) / b) - below) / (1.0 - below)
    if kind == GEOMETRIC:
        return 1.0 - math.exp(b * math.floor(x / a))
    return found_share(Z, R, d, x)


@cold
def residual(Z: Any, R: Any, U: Any, d: int, stream: int, elapsed: float) -> float:
    """What is left of a duration that has lasted ``elapsed`` already; a fresh draw when that is zero."""
    if elapsed <= 0.0:
        return sample(Z, R, U, d, stream)
    if Z[d + D_KIND] == CONST:
        return max(0.0, R[d + FD_A] - elapsed)
    u = uniform(U, stream)
    past = 0.0
    if Z[d + D_KIND] == EXP:
        elapsed = 0.0
    else:
        past = share_below(Z, R, d, elapsed)
    if past >= SURE:
        return 0.0  # longer than the law allows: it ends now
    whole = quantile(Z, R, d, past + u * (1.0 - past))
    return max(0.0, whole - elapsed)
