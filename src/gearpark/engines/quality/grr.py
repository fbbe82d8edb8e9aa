"""Gauge repeatability and reproducibility, crossed study: every appraiser measures every part equally often.

Two methods, both of AIAG's manual, and they may differ by a step of ndc: analysis of variance (sees the interaction of
part and appraiser), average and range (by hand). Shares are of total variation, 0..1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from . import constants as k
from .guards import Floats, inside
from .univariate import shifted

GOOD, BAD = 0.10, 0.30  # share of GRR in total variation: below good, above unfit, between conditional
LEAST_NDC = 5
NDC_FACTOR = 1.41
POOLING_ALPHA = 0.25  # AIAG practice: an interaction with p above this is pooled into repeatability
STUDY_SIGMAS = 6.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. f and p_value against the interaction (random effects); f_equipment against repeatability."""

    source: str
    df: int
    ss: float
    ms: float
    f: float | None = None
    p_value: float | None = None
    f_equipment: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A component of variation: variance, standard deviation, shares of total variance and of total variation."""

    name: str
    variance: float
    sd: float
    of_variance: float
    of_variation: float
    of_tolerance: float | None


@dataclass(frozen=True, slots=True)
class Grr:
    """A study's result.

    parts    repeatability, reproducibility, appraiser, interaction (ANOVA), grr, part, total
    verdict  ``good`` ``conditional`` ``unfit`` by the share of GRR (of the tolerance when one is given, else of total)
    pooled   True: the interaction was pooled into repeatability (ANOVA)
    """

    method: str
    parts: dict[str, Part]
    ndc: int
    verdict: str
    pooled: bool | None
    table: tuple[Row, ...]
    r_bar: float | None
    x_diff: float | None
    part_range: float | None
    appraisers: int
    pieces: int
    trials: int

    @property
    def ev(self) -> float:
        return self.parts["repeatability"].sd

    @property
    def av(self) -> float:
        return self.parts["reproducibility"].sd

    @property
    def grr(self) -> float:
        return self.parts["grr"].sd

    @property
    def pv(self) -> float:
        return self.parts["part"].sd

    @property
    def tv(self) -> float:
        return self.parts["total"].sd


def crossed(values: Sequence[Any], parts: Sequence[Hashable], appraisers: Sequence[Hashable]) -> Floats:
    """Long form -> array (part, appraiser, trial), shifted; trials in the order given. The study must be complete."""
    _, rest = shifted(values)
    if not len(parts) == len(appraisers) == rest.size:
        raise Problem("quality.layout", "Each value needs its part and its appraiser.")
    cells: dict[tuple[Hashable, Hashable], list[float]] = {}
    for value, part, who in zip(rest.tolist(), parts, appraisers, strict=True):
        cells.setdefault((part, who), []).append(value)
    rows, columns = list(dict.fromkeys(parts)), list(dict.fromkeys(appraisers))
    sizes = {len(cells.get((row, column), ())) for row in rows for column in columns}
    if len(sizes) != 1 or 0 in sizes:
        raise Problem(
            "quality.layout",
            "The study is not complete: every appraiser must measure every part equally often. "
            f"There are cells with {', '.join(str(size) for size in sorted(sizes))} values.",
        )
    if len(rows) < 2:
        raise Problem("quality.too_few", "A gauge study needs at least 2 parts.", least=2, have=len(rows))
    return np.array([[cells[row, column] for column in columns] for row in rows])


def _result(method: str, variances: dict[str, float], y: Floats, tolerance: float | None, **more: Any) -> Grr:
    variances["grr"] = variances["repeatability"] + variances["reproducibility"]
    variances["total"] = variances["grr"] + variances["part"]
    total = variances["total"]
    if total <= 0:
        raise Problem(
            "quality.no_spread", "All values of the study are alike: the gauge does not resolve the parts."
        )
    if tolerance is not None:
        inside(tolerance, 0.0, math.inf, "tolerance")
    parts = {
        name: Part(
            name,
            variance,
            math.sqrt(variance),
            variance / total,
            math.sqrt(variance / total),
            None if tolerance is None else STUDY_SIGMAS * math.sqrt(variance) / tolerance,
        )
        for name, variance in variances.items()
    }
    grr = parts["grr"]
    share = grr.of_variation if grr.of_tolerance is None else grr.of_tolerance
    ndc = math.floor(NDC_FACTOR * parts["part"].sd / grr.sd) if grr.sd > 0 else 10**6
    verdict = "good" if share <= GOOD else "conditional" if share <= BAD else "unfit"
    pieces, appraisers, trials = y.shape
    return Grr(
        method=method,
        parts=parts,
        ndc=max(1, ndc),
        verdict=verdict,
        appraisers=appraisers,
        pieces=pieces,
        trials=trials,
        **more,
    )


def average_and_range(
    values: Sequence[Any],
    parts: Sequence[Hashable],
    appraisers: Sequence[Hashable],
    *,
    tolerance: float | None = None,
) -> Grr:
    """AIAG's data sheet: EV = R-bar K1, AV = root((X_diff K2)^2 - EV^2 / n r), PV = R_p K3; K = 1 / d2*."""
    y = crossed(values, parts, appraisers)
    n, who, r = y.shape
    if r < 2:
        raise Problem("quality.too_few", "Ranges need at least 2 trials.", least=2, have=r)
    r_bar = float((y.max(axis=2) - y.min(axis=2)).mean())
    ev = r_bar / k.d2(r)
    means = y.mean(axis=(0, 2))
    x_diff = float(means.max() - means.min())
    av2 = (x_diff / k.d2_star(who, 1)) ** 2 - ev * ev / (n * r) if who > 1 else 0.0
    pieces = y.mean(axis=(1, 2))
    part_range = float(pieces.max() - pieces.min())
    pv = part_range / k.d2_star(n, 1)
    variances = {"repeatability": ev * ev, "reproducibility": max(0.0, av2), "part": pv * pv}
    return _result(
        "average_and_range",
        variances,
        y,
        tolerance,
        pooled=None,
        table=(),
        r_bar=r_bar,
        x_diff=x_diff,
        part_range=part_range,
    )


def _tail(f: float, df: int, rest: int) -> float:
    return float(special.fdtrc(df, rest, f)) if math.isfinite(f) else 0.0


def _over(ms: float, base: float) -> float:
    return ms / base if base > 0 else math.inf


def anova(
    values: Sequence[Any],
    parts: Sequence[Hashable],
    appraisers: Sequence[Hashable],
    *,
    pooling_alpha: float = POOLING_ALPHA,
    pooled: bool | None = None,
    tolerance: float | None = None,
) -> Grr:
    """Random-effects analysis of variance. The interaction is pooled into repeatability when its p-value exceeds
    ``pooling_alpha``; ``pooled`` decides it by hand. Negative components count as 0."""
    y = crossed(values, parts, appraisers)
    n, who, r = y.shape
    inside(pooling_alpha, 0.0, 1.0, "alpha of pooling", closed=True)
    sums = _squares(y)
    both_df, error_df = (n - 1) * (who - 1), n * who * (r - 1)
    if error_df == 0:
        if both_df == 0:
            raise Problem("quality.too_few", "Repeated measurements are needed.", least=2, have=1)
        pooled = True  # one trial: the interaction is all there is to tell repeatability by
    equipment = sums["equipment"] / error_df if error_df else sums["interaction"] / both_df
    both_ms = sums["interaction"] / both_df if both_df else equipment
    f_both = _over(both_ms, equipment) if both_df and error_df else None
    p_both = _tail(f_both, both_df, error_df) if f_both is not None else None
    if pooled is None:
        pooled = p_both is None or p_both > pooling_alpha
    repeat = (sums["interaction"] + sums["equipment"]) / (both_df + error_df) if pooled else equipment
    base, base_df = (repeat, both_df + error_df) if pooled else (both_ms, both_df)
    interaction = 0.0 if pooled else max(0.0, (both_ms - equipment) / r)
    appraiser = max(0.0, (sums["appraiser"] / (who - 1) - base) / (n * r)) if who > 1 else 0.0
    variances = {
        "repeatability": repeat,
        "appraiser": appraiser,
        "interaction": interaction,
        "reproducibility": appraiser + interaction,
        "part": max(0.0, (sums["part"] / (n - 1) - base) / (who * r)),
    }

    def row(source: str, df: int) -> Row:
        ms = sums[source] / df if df else 0.0
        f = _over(ms, base) if df else None
        tail = None if f is None else _tail(f, df, base_df)
        return Row(source, df, sums[source], ms, f, tail, None if f is None else _over(ms, equipment))

    table = (
        row("appraiser", who - 1),
        row("part", n - 1),
        Row("interaction", both_df, sums["interaction"], both_ms if both_df else 0.0, f_both, p_both, f_both),
        Row("equipment", error_df, sums["equipment"], equipment if error_df else 0.0),
        Row("total", n * who * r - 1, math.fsum(sums.values()), 0.0),
    )
    return _result(
        "anova", variances, y, tolerance, pooled=pooled, table=table, r_bar=None, x_diff=None, part_range=None
    )


def _squares(y: Floats) -> dict[str, float]:
    """Sums of squares of a crossed study."""
    n, who, r = y.shape
    grand = float(y.mean())
    cell, piece, person = y.mean(axis=2), y.mean(axis=(1, 2)), y.mean(axis=(0, 2))
    between = cell - piece[:, None] - person[None, :] + grand
    return {
        "appraiser": n * r * float(((person - grand) ** 2).sum()) if who > 1 else 0.0,
        "part": who * r * float(((piece - grand) ** 2).sum()),
        "interaction": r * float((between**2).sum()) if who > 1 else 0.0,
        "equipment": float(((y - cell[:, :, None]) ** 2).sum()),
    }
