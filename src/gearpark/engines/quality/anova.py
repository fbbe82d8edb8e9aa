"""Analysis of variance: one way, nested; equality of variances (Bartlett, Brown and Forsythe). Accurate by shifting."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import Floats
from .univariate import exact_mean, grouped, shifted


@dataclass(frozen=True, slots=True)
class OneWay:
    """Between and within groups. ``p_value`` of F; ``residual_sd`` is the root of the mean square within."""

    between_df: int
    between_ss: float
    between_ms: float
    within_df: int
    within_ss: float
    within_ms: float
    f: float
    p_value: float
    r_squared: float
    residual_sd: float


def _groups(values: Sequence[Any], keys: Sequence[Hashable]) -> list[Floats]:
    _, found = grouped(values, keys)
    groups = list(found.values())
    if len(groups) < 2 or sum(group.size for group in groups) <= len(groups):
        raise Problem(
            "quality.too_few",
            "This needs at least 2 groups and more values than groups.",
            least=2,
            have=len(groups),
        )
    return groups


def _f_tail(f: float, between: float, within: float) -> float:
    return float(special.fdtrc(between, within, f)) if math.isfinite(f) else 0.0


def _one_way(groups: list[Floats]) -> OneWay:
    total = sum(group.size for group in groups)
    grand = math.fsum(value for group in groups for value in group) / total
    means = [exact_mean(group) for group in groups]
    means = [mean + exact_mean(group - mean) for mean, group in zip(means, groups, strict=True)]
    between = math.fsum(group.size * (mean - grand) ** 2 for mean, group in zip(means, groups, strict=True))
    within = math.fsum(
        gap * gap for mean, group in zip(means, groups, strict=True) for gap in (group - mean).tolist()
    )
    df, rest = len(groups) - 1, total - len(groups)
    f = between / df / (within / rest) if within > 0 else math.inf
    whole = between + within
    return OneWay(
        between_df=df,
        between_ss=between,
        between_ms=between / df,
        within_df=rest,
        within_ss=within,
        within_ms=within / rest,
        f=f,
        p_value=_f_tail(f, df, rest),
        r_squared=between / whole if whole > 0 else 0.0,
        residual_sd=math.sqrt(within / rest),
    )


def one_way(values: Sequence[Any], keys: Sequence[Hashable]) -> OneWay:
    """One-way analysis of variance of values by group."""
    return _one_way(_groups(values, keys))


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """A test of equal variances: its statistic, degrees of freedom, p-value."""

    statistic: float
    df: tuple[int, ...]
    p_value: float


def brown_forsythe(values: Sequence[Any], keys: Sequence[Hashable], *, centre: str = "median") -> Homogeneity:
    """Levene's test about the median (robust), or about the mean with ``centre="mean"`` (Levene 1960)."""
    middle: Any = {"median": np.median, "mean": np.mean}[centre]
    found = _one_way([np.abs(group - middle(group)) for group in _groups(values, keys)])
    return Homogeneity(found.f, (found.between_df, found.within_df), found.p_value)


def bartlett(values: Sequence[Any], keys: Sequence[Hashable]) -> Homogeneity:
    """Bartlett's test: sensitive to differing variances, and to values that are not normal."""
    groups = _groups(values, keys)
    if min(group.size for group in groups) < 2:
        raise Problem("quality.too_few", "Bartlett's test needs at least 2 values a group.", least=2, have=1)
    free = np.array([group.size - 1.0 for group in groups])
    variances = np.array([group.var(ddof=1) for group in groups])
    if not (variances > 0).all():
        raise Problem("quality.no_spread", "In one of the groups all values are alike.")
    pooled = float(free @ variances / free.sum())
    df = len(groups) - 1
    raw = free.sum() * math.log(pooled) - float(free @ np.log(variances))
    correction = 1.0 + (float((1.0 / free).sum()) - 1.0 / free.sum()) / (3.0 * df)
    statistic = raw / correction
    return Homogeneity(statistic, (df,), float(special.chdtrc(df, statistic)))


@dataclass(frozen=True, slots=True)
class Level:
    """One factor of a nested design. ``raw`` is its variance component as computed, possibly negative."""

    factor: str
    df: int
    ss: float
    ms: float
    raw: float

    @property
    def variance(self) -> float:
        """The component; a negative estimate means none was seen."""
        return max(0.0, self.raw)


def nested(values: Sequence[Any], factors: Sequence[tuple[str, Sequence[Hashable]]]) -> tuple[Level, ...]:
    """Nested analysis of variance, factors from the outermost in; designs need not be balanced.

    Values that repeat within the innermost factor give a further level ``error``; without repetitions the innermost
    factor is itself the error. Components by equating mean squares to their expectations.
    """
    _, rest = shifted(values)
    for name, labels in factors:
        if len(labels) != rest.size:
            raise Problem("quality.parameter", f"Each value needs its {name}.", name=name)
    levels = [np.zeros(rest.size, dtype=int)]
    for _, labels in factors:
        _, own = np.unique(np.array([str(label) for label in labels]), return_inverse=True)
        pair = levels[-1].astype(np.int64) * (int(own.max()) + 1) + own
        levels.append(np.unique(pair, return_inverse=True)[1])
    names = [name for name, _ in factors]
    if int(levels[-1].max()) + 1 < rest.size:
        levels.append(np.arange(rest.size))
        names.append("error")
    counts = [np.bincount(level) for level in levels]
    means = [np.bincount(level, rest) / count for level, count in zip(levels, counts, strict=True)]
    rows, table = [], np.zeros((len(names), len(names)))
    for i, name in enumerate(names, start=1):
        inner, outer = means[i][levels[i]], means[i - 1][levels[i - 1]]
        ss, df = math.fsum((inner - outer) ** 2), counts[i].size - counts[i - 1].size
        if df < 1:
            raise Problem(
                "quality.too_few",
                f"The factor {name} has only one level in each of its groups.",
                least=2,
                have=1,
            )
        rows.append((name, df, ss, ss / df))
        for j in range(i, len(names) + 1):
            table[i - 1, j - 1] = _coefficient(levels, counts, i, j) / df
    raw = np.linalg.solve(table, np.array([row[3] for row in rows]))
    return tuple(Level(*row, float(component)) for row, component in zip(rows, raw, strict=True))


def _coefficient(levels: list[Any], counts: list[Any], i: int, j: int) -> float:
    """What the variance of level j contributes to the sum of squares of level i."""
    share = counts[j][levels[j]].astype(float)
    return float((share * (1.0 / counts[i][levels[i]] - 1.0 / counts[i - 1][levels[i - 1]])).sum())


def pooled_sd(sds: Sequence[float], sizes: Sequence[int] | int) -> tuple[float, int]:
    """Pooled standard deviation of several, each of so many values, and its degrees of freedom."""
    each = np.asarray(sds, dtype=float)
    free = np.broadcast_to(np.asarray(sizes, dtype=float) - 1.0, each.shape)
    if not each.size or (free < 1).any():
        raise Problem(
            "quality.too_few", "Each standard deviation needs at least 2 values behind it.", least=2, have=1
        )
    return math.sqrt(float(free @ (each * each) / free.sum())), int(free.sum())
