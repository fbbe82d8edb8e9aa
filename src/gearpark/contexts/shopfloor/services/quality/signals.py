"""Closing a signal: what was the cause, what was done. The last one closed frees the station."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import StationHold
from ...models.quality import ChartSignal
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...types.work import QUALITY
from ..work.holds import clear_station
from .judge import hold_source


def close_signal(scope: Scope, key: int, cause: str, action: str, now: datetime) -> int:
    """Close a signal with its cause and the action taken; returns how many station holds that freed.

    Problems ``quality.signal_missing``, ``quality.signal_closed``, ``quality.cause_missing``.
    """
    require(scope, QUALITY)
    if not cause.strip() or not action.strip():
        raise Problem(
            "quality.cause_missing", "Say what the cause was and what was done; nothing was changed."
        )
    with acting(scope):
        row = (
            ChartSignal.objects.of(scope)
            .select_related("chart__line")
            .select_for_update(of=("self",))
            .filter(pk=key)
            .first()
        )
        if row is None:
            raise NotFound("quality.signal_missing", "There is no such signal that you may see.")
        if row.closed_at is not None:
            raise Problem("quality.signal_closed", "This signal was closed already.", status=409)
        row.cause, row.action = cause.strip()[:MAX_NOTE], action.strip()[:MAX_NOTE]
        row.closed_by, row.closed_at = scope.actor[:MAX_ACTOR], now
        row.save(update_fields=["cause", "action", "closed_by", "closed_at"])
        after = {"cause": row.cause, "action": row.action, "rule": row.rule}
        name = f"{row.chart.line.asset}/{row.chart.characteristic}"
        record(scope, "quality.signal_closed", "signal", name, None, after, org=row.org)
        left = ChartSignal.objects.of(scope).filter(chart=row.chart, closed_at=None, held=True).exists()
        if left:
            return 0
        return _free(scope, row, now)


def _free(scope: Scope, row: ChartSignal, now: datetime) -> int:
    source = hold_source(row.chart_id)
    held = StationHold.objects.of(scope).filter(line=row.chart.line, source=source, cleared_at=None)
    return sum(
        clear_station(scope, row.chart.line.asset, station, row.action, source, now)
        for station in sorted(set(held.values_list("station", flat=True)))
    )
