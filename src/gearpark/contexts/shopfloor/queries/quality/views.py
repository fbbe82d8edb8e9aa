"""What a chart's page shows: points judged, signals as they were given, capability of the stretch."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines import quality as engine
from gearpark.kit.tenant import acting

from ...types.quality import DEFAULT_HOLD, DEFAULT_RULES, ChartInfo, ChartKind, ChartView, LimitsInfo, Point
from .charts import chart, limits_of, samples_of, signals
from .judging import DEFAULT_OPTIONS, MEMORY, MIN_TRIAL, judged, points_of, trial_limits

SHOWN_SAMPLES = 400  # newest of a chart, when no stretch is asked for
MAX_SHOWN = 20_000
REASONS = ("quality.too_few", "quality.no_spread")  # why a chart has no limits yet


def chart_view(
    scope: Scope,
    key: int,
    *,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    last: int = SHOWN_SAMPLES,
) -> ChartView:
    """One chart over a stretch, or over its newest samples. NotFound ``quality.chart_missing``."""
    with acting(scope):
        found = chart(scope, key)
        history = limits_of(scope, [key])[key]
        stretch = since_at is not None or until_at is not None
        most = MAX_SHOWN if stretch else max(1, min(last, MAX_SHOWN))
        rows = samples_of(scope, found, since_at=since_at, until_at=until_at, last=most)
        given = signals(scope, chart_key=key)
    return _view(found, history, rows, given)


def _view(found: ChartInfo, history: list[LimitsInfo], rows, given) -> ChartView:  # type: ignore[no-untyped-def]
    raw = points_of(found, rows)
    newest = history[-1] if history else None
    rules = newest.rules if newest else (("limits",) if found.kind in MEMORY else DEFAULT_RULES)
    holds = newest.holds if newest else (("limits",) if found.kind in MEMORY else DEFAULT_HOLD)
    options = dict(newest.options) if newest else dict(DEFAULT_OPTIONS.get(found.kind, {}))
    trial, reason = None, ""
    first = history[0].effective_at if history else None
    before = [point for point in raw if first is None or point.at < first]
    if before and (not history or len(before) > 1):
        try:
            trial = trial_limits(found, before)[0]
        except Problem as problem:
            if problem.code not in REASONS:
                raise
            reason = problem.code if not history else ""
    elif not raw:
        reason = "quality.too_few"
    points = judged(found, raw, history, trial, rules, options)
    return ChartView(
        chart=found,
        limits=newest,
        history=tuple(history),
        points=tuple(points),
        left_out=tuple(row for row in rows if row.left_out),
        signals=tuple(given),
        judged=bool(history),
        reason=reason,
        rules=tuple(rules),
        holds=tuple(holds),
        options=options,
        trial=trial,
    )


def capability_of(view: ChartView) -> engine.Capability | None:
    """Capability of the points judged by the newest limits, or of all shown while those are few; None: too few."""
    spec = view.chart.characteristic
    if spec.lsl is None and spec.usl is None:
        return None
    rows = _newest_phase(view)
    if len(rows) < 2:
        return None
    groups = engine.Subgroups.of([[sample.value for sample in point.samples] for point in rows])
    try:
        return engine.capability(
            groups, engine.Spec(spec.lsl, spec.usl), estimator=_estimator(view.chart, groups)
        )
    except Problem as problem:
        if problem.code.startswith("quality."):
            return None
        raise


def _newest_phase(view: ChartView) -> list[Point]:
    version = view.limits.version if view.limits else 0
    rows = [point for point in view.points if point.version == version]
    return rows if len(rows) >= MIN_TRIAL else list(view.points)


def _estimator(found: ChartInfo, groups: engine.Subgroups) -> str | None:
    if int(groups.sizes.max()) == 1:
        return None
    return "r_bar/d2" if found.kind is ChartKind.XBAR_R else "s_bar/c4"
