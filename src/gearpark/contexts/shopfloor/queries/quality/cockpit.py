"""The cockpit: every line's charts at a glance, what signals, and whether its pass rate is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines import quality as engine
from gearpark.kit.tenant import acting

from ...types.quality import (
    ChartInfo,
    LimitsInfo,
    PassCount,
    PassTargetInfo,
    Point,
    Population,
    SampleRow,
    SignalInfo,
)
from .charts import charts, limits_of, newest_samples, signals
from .judging import MEMORY, judged, points_of
from .passrate import pass_counts, rate_of, targets_of, year_start

CELL_POINTS = 60  # newest points drawn in a cell
MAX_CELLS = 400
MIN_SHOWN = 25  # values below which no capability is shown at a glance


@dataclass(frozen=True, slots=True)
class Cell:
    """One chart in the cockpit. ppk with its one-sided 95 % lower bound; None where it has no right to exist."""

    chart: ChartInfo
    points: tuple[Point, ...]
    open_signals: int
    ppk: float | None
    ppk_at_least: float | None
    last_at: datetime | None
    bounds: tuple[float, float, float] | None  # limits and centre line in force


@dataclass(frozen=True, slots=True)
class LineQuality:
    """One line: its cells and what its pieces show of the promised pass rate."""

    asset: str
    name_en: str
    name_zh: str
    cells: tuple[Cell, ...]
    count: PassCount
    target: PassTargetInfo
    rate: engine.PassRate | None

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.asset


def cockpit(scope: Scope, now: datetime) -> tuple[list[LineQuality], list[SignalInfo]]:
    """Every line that has a chart, and the open signals."""
    with acting(scope):
        found = charts(scope, active=True)[:MAX_CELLS]
        history = limits_of(scope, [item.id for item in found])
        given = signals(scope, open_only=True)
        promises = targets_of(scope)
        newest = newest_samples(scope, found, CELL_POINTS)
        by_line: dict[str, list[Cell]] = {}
        for item in found:
            standing = sum(signal.chart_id == item.id for signal in given)
            cell = _cell(item, newest[item.id], history[item.id], standing)
            by_line.setdefault(item.line_asset, []).append(cell)
        lines = []
        for asset, cells in by_line.items():
            target = promises[asset]
            since = target.since_at or year_start(now)
            count = pass_counts(scope, Population.FIRST, since, now, line=asset)
            first = cells[0].chart
            lines.append(
                LineQuality(
                    asset, first.line_en, first.line_zh, tuple(cells), count, target, rate_of(count, target)
                )
            )
    return lines, given


def _cell(item: ChartInfo, rows: list[SampleRow], history: list[LimitsInfo], standing: int) -> Cell:
    raw = points_of(item, rows)
    newest = history[-1] if history else None
    points = judged(item, raw, history, None, (), dict(newest.options) if newest else {})
    ppk, least = _ppk(item, [sample.value for point in raw for sample in point.samples])
    last_at = raw[-1].at if raw else None
    return Cell(item, tuple(points), standing, ppk, least, last_at, _bounds(item, newest))


def _ppk(item: ChartInfo, values: list[float]) -> tuple[float | None, float | None]:
    spec = item.characteristic
    if (spec.lsl is None and spec.usl is None) or len(values) < MIN_SHOWN:
        return None, None
    try:
        groups = engine.Subgroups.of([[value] for value in values])
        found = engine.capability(groups, engine.Spec(spec.lsl, spec.usl)).overall.get("cpk")
    except Problem as problem:
        if problem.code.startswith("quality."):
            return None, None
        raise
    return (found.value, found.at_least) if found else (None, None)


def _bounds(item: ChartInfo, newest: LimitsInfo | None) -> tuple[float, float, float] | None:
    """Limits as drawn; charts with memory draw others, point by point."""
    return newest.bounds if newest and item.kind not in MEMORY else None
