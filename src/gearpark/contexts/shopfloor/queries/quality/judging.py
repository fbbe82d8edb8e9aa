"""Samples into points, points judged by the limits of their time. Pure: nothing here reads or writes.

Each approved version judges the points from its moment on until the next one takes over; run rules begin anew with it.
So a change of limits or rules leaves what was judged before as it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines import quality as engine
from gearpark.engines.quality import Limits

from ...types.quality import ChartInfo, ChartKind, LimitsInfo, Point, SampleRow

MIN_TRIAL = 20  # points before trial limits are drawn
MEMORY = (ChartKind.EWMA, ChartKind.CUSUM)
ESTIMATORS = {
    ChartKind.I_MR: "mr_bar/d2",
    ChartKind.EWMA: "mr_bar/d2",
    ChartKind.CUSUM: "mr_bar/d2",
    ChartKind.XBAR_R: "r_bar/d2",
    ChartKind.XBAR_S: "s_bar/c4",
}
CHOICES = ("mr_bar/d2", "r_bar/d2", "s_bar/c4", "sd")
DEFAULT_OPTIONS: dict[ChartKind, dict[str, float]] = {
    ChartKind.EWMA: {"lam": 0.2, "width": 2.86},  # in-control run length 370 (Lucas and Saccucci 1990)
    ChartKind.CUSUM: {"k": 0.5, "h": 4.77},  # in standard deviations; in-control run length 370
}
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Raw:
    """A point before it is judged."""

    at: datetime
    value: float
    spread: float | None
    samples: tuple[SampleRow, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that signals at a point."""

    rule: str
    point: Point


def points_of(chart: ChartInfo, samples: Sequence[SampleRow]) -> list[Raw]:
    """Points by time. Subgroups are filled anew each day (UTC), so that late values move only their own day's."""
    counted = [row for row in samples if not row.left_out]
    if chart.size == 1:
        gaps = np.abs(np.diff([row.value for row in counted])) if counted else np.empty(0)
        spreads = [None, *gaps.tolist()]
        return [Raw(row.at, row.value, spread, (row,)) for row, spread in zip(counted, spreads, strict=False)]
    found = []
    for _day, rows in groupby(counted, key=lambda row: row.at.date()):
        held = list(rows)
        for start in range(0, len(held) - chart.size + 1, chart.size):
            group = tuple(held[start : start + chart.size])
            values = np.array([row.value for row in group])
            spread = float(np.ptp(values) if chart.kind is ChartKind.XBAR_R else values.std(ddof=1))
            found.append(Raw(group[-1].at, float(values.mean()), spread, group))
    return found


def subgroups(chart: ChartInfo, points: Sequence[Raw]) -> engine.Subgroups:
    """The points' values as the engine takes them."""
    return engine.Subgroups.of([[row.value for row in point.samples] for point in points])


def trial_limits(
    chart: ChartInfo, points: Sequence[Raw], estimator: str = ""
) -> tuple[Limits, Limits | None]:
    """Limits of location and of spread from these very points (phase 1).

    estimator  of sigma, one of ``CHOICES``; "" the chart's usual one, from within the points. ``sd`` takes all that the
               points vary, for processes whose drift (tool wear) is meant to be. Problems ``quality.*``.
    """
    if len(points) < MIN_TRIAL:
        raise Problem(
            "quality.too_few",
            f"Limits need at least {MIN_TRIAL} points; there are {len(points)}.",
            least=MIN_TRIAL,
            have=len(points),
        )
    if estimator and estimator not in CHOICES:
        raise Problem(
            "quality.parameter",
            f"Sigma is estimated by: {', '.join(CHOICES)}.",
            name="estimator",
            value=estimator,
        )
    usual = ESTIMATORS[chart.kind]
    chosen = estimator or usual
    if chart.size == 1:
        values = [point.value for point in points]
        where = engine.individuals_chart(values, estimator=chosen).limits
        how = engine.moving_range_chart(values, estimator=usual).limits
        return where, None if chart.kind in MEMORY else how
    groups = subgroups(chart, points)
    where = engine.xbar_chart(groups, estimator=chosen).limits
    return where, engine.spread_chart(groups, estimator=usual).limits


def judged(
    chart: ChartInfo,
    points: Sequence[Raw],
    history: Sequence[LimitsInfo],
    trial: Limits | None,
    rules: Sequence[str],
    options: dict[str, float],
) -> list[Point]:
    """Points with limits and signals. ``trial`` judges those before the first approved version (None: nobody does)."""
    made: list[Point] = []
    number = 0
    for limits, part in segments(points, history):
        if limits is None and trial is None:
            made += [_unjudged(point, number + i) for i, point in enumerate(part, start=1)]
        else:
            where = limits.location if limits is not None else trial
            assert where is not None
            made += _segment(
                chart,
                part,
                number,
                where,
                limits.version if limits else 0,
                limits.rules if limits else tuple(rules),
                limits.options if limits else options,
            )
        number += len(part)
    return made


def segments(
    points: Sequence[Raw], history: Sequence[LimitsInfo]
) -> Iterator[tuple[LimitsInfo | None, Sequence[Raw]]]:
    """Points by the version that judges them, in order of time."""
    ordered = sorted(history, key=lambda item: item.effective_at)
    times = [point.at for point in points]
    edges = [bisect_left(times, item.effective_at) for item in ordered]
    edges.append(len(points))
    before = points[: edges[0]]
    if before:
        yield None, before
    for item, begin, end in zip(ordered, edges[:-1], edges[1:], strict=True):
        if begin < end:
            yield item, points[begin:end]


def _unjudged(point: Raw, number: int) -> Point:
    nan = float("nan")
    return Point(
        number, point.at, point.value, point.spread, len(point.samples), nan, nan, nan, nan, 0, label(point), point.samples
    )  # fmt: skip


def label(point: Raw) -> str:
    """What a point is called: its part, or its first and last."""
    first, last = point.samples[0].serial, point.samples[-1].serial
    return first if first == last else f"{first} – {last}"


def _segment(
    chart: ChartInfo,
    part: Sequence[Raw],
    number: int,
    where: Limits,
    version: int,
    rules: Sequence[str],
    options: dict[str, float],
) -> list[Point]:
    values = np.array([point.value for point in part])
    sizes = np.array([len(point.samples) for point in part], dtype=float)
    if chart.kind in MEMORY:
        shown, low, middle, high, z = _with_memory(chart.kind, values, where, options)
        found = {int(i) + 1: ("limits",) for i in np.flatnonzero(np.abs(z) > 3.0 + 1e-9)}
    else:
        seen = engine.judged(where, values, sizes)
        shown, low, middle, high, z = values, seen.lcl, seen.centre, seen.ucl, seen.z
        found = {}
        for signal in seen.signals(rules):
            found[signal.at] = (*found.get(signal.at, ()), signal.rule)
    return [
        Point(
            number=number + i,
            at=point.at,
            value=float(shown[i - 1]),
            spread=point.spread,
            size=len(point.samples),
            z=float(z[i - 1]),
            lcl=float(low[i - 1]),
            centre=float(middle[i - 1]),
            ucl=float(high[i - 1]),
            version=version,
            label=label(point),
            samples=point.samples,
            signals=found.get(i, ()),
        )
        for i, point in enumerate(part, start=1)
    ]


def _with_memory(kind: ChartKind, values: engine.limits.Floats, where: Limits, options: dict[str, float]):  # type: ignore[no-untyped-def]
    """Shown statistic, limits and distance of an EWMA or CUSUM that begins with the first of these values."""
    sigma, aim = where.sigma, where.centre
    if kind is ChartKind.EWMA:
        seen = engine.ewma(values, target=aim, sigma=sigma, lam=options["lam"], width=options["width"])
        centre = np.full(values.shape, aim)
        return seen.z, seen.lcl, centre, seen.ucl, 3.0 * (seen.z - aim) / (seen.ucl - aim)
    h = options["h"] * sigma
    sums = engine.cusum(values, target=aim, k=options["k"] * sigma, h=h)
    shown = np.where(sums.high >= sums.low, sums.high, -sums.low)
    edge = np.full(values.shape, h)
    return shown, -edge, np.zeros(values.shape), edge, 3.0 * shown / h
