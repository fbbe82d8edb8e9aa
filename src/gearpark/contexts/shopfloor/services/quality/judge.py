"""Judging what has come in by the limits in force, and stopping the station where a rule says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.engines.quality import reach, rules_of
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting

from ...models.quality import ChartSignal, ControlChart, ControlLimits
from ...queries.quality.charts import chart, limits_of, samples_of
from ...queries.quality.judging import MEMORY, judged, points_of
from ...types.quality import HOLD_SOURCE, ChartInfo, LimitsInfo, Point, SpcSignal
from ..work.holds import hold_station

HOLD_WITHIN = timedelta(
    minutes=30
)  # older values come from a back-fill: they are signalled, nothing is stopped
WINDOW = timedelta(days=3)  # how far before the new values runs are looked for
RULE_WORDS = {
    "nelson1": "beyond 3 sigma",
    "we1": "beyond 3 sigma",
    "limits": "beyond the limits",
}


def judge_chart(scope: Scope, key: int, from_at: datetime, now: datetime) -> int:
    """Judge the points at or after ``from_at`` that approved limits speak of; returns how many signals were new.

    Signals given before stay as they were. A value older than one already judged is marked late and stops nothing.
    """
    with acting(scope):
        row = ControlChart.objects.of(scope).select_for_update().filter(pk=key, active=True).first()
        if row is None:
            return 0
        info = chart(scope, key)
        history = limits_of(scope, [key])[key]
        if not history or now < history[0].effective_at:
            return 0
        begin = max(history[0].effective_at, _window_start(info, history, from_at))
        points = judged(info, points_of(info, samples_of(scope, info, since_at=begin)), history, None, (), {})
        seen = row.judged_until
        made = 0
        for point in points:
            if point.at >= from_at and point.version:
                made += _signals(scope, row, info, history, point, seen, now)
        newest = points[-1].at if points else None
        if newest is not None and (seen is None or newest > seen):
            row.judged_until = newest
            row.save(update_fields=["judged_until", "changed_at"])
        return made


def _window_start(info: ChartInfo, history: list[LimitsInfo], from_at: datetime) -> datetime:
    """From where points are needed so that every run that ends at or after ``from_at`` is whole."""
    if info.kind in MEMORY:  # sums begin with the version in force
        return max((item.effective_at for item in history if item.effective_at <= from_at), default=from_at)
    needed = max((reach(rules_of(item.rules)) for item in history), default=1)
    return from_at - WINDOW if needed > 1 else from_at


def _signals(
    scope: Scope,
    row: ControlChart,
    info: ChartInfo,
    history: list[LimitsInfo],
    point: Point,
    seen: datetime | None,
    now: datetime,
) -> int:
    version = next(item for item in history if item.version == point.version)
    late = seen is not None and point.at <= seen
    made = 0
    for rule in point.signals:
        stops = rule in version.holds and not late and now - point.at <= HOLD_WITHIN
        signal, new = ChartSignal.objects.of(scope).get_or_create(
            org=row.org,
            chart=row,
            limits=ControlLimits.objects.of(scope).get(pk=version.id),
            rule=rule,
            at=point.at,
            defaults={
                "serial": point.samples[-1].serial,
                "value": point.value,
                "z": point.z,
                "found_at": now,
                "late": late,
                "held": False,
            },
        )
        if not new:
            continue
        made += 1
        station = info.maker or point.samples[-1].station
        if stops and station:
            reason = f"{info.characteristic.code} {point.value:.6g}: {RULE_WORDS.get(rule, rule)}"
            hold_station(scope, info.line_asset, station, reason, hold_source(info.id), now)
            signal.held = True
            signal.save(update_fields=["held"])
        tell(
            SpcSignal(
                row.org, info.id, info.line_asset, station, info.characteristic.code, rule, point.at,
                point.samples[-1].serial, signal.held,
            )
        )  # fmt: skip
    return made


def hold_source(key: int) -> str:
    """Source of the station holds that a chart sets."""
    return f"{HOLD_SOURCE}:{key}"
