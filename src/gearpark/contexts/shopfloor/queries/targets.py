"""KPI targets of lines, and KPI sets over shifts and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.engines.oee import Elements, added

from ..models.figures import KpiTarget
from ..types import LineFigures, LineInfo
from ..types.figures import ShiftKpis
from .revisions import published, running

TREND_DAYS = 14
MAX_TREND_DAYS = 92


def targets(scope: Scope, lines: Sequence[LineInfo]) -> dict[str, dict[str, float]]:
    """Line asset -> KPI code -> target."""
    assets = {line.id: line.asset for line in lines}
    found: dict[str, dict[str, float]] = {line.asset: {} for line in lines}
    for row in KpiTarget.objects.of(scope).filter(line_id__in=assets):
        found[assets[row.line_id]][row.kpi] = row.value
    return found


def trend(
    scope: Scope,
    lines: Sequence[LineInfo],
    now: datetime,
    days: int = TREND_DAYS,
    live: Sequence[LineFigures] = (),
) -> dict[str, list[ShiftKpis]]:
    """Line asset -> shifts of the last days as published; the running shift, when given, stands at the end."""
    since = now - timedelta(days=min(max(1, days), MAX_TREND_DAYS))
    found = published(scope, lines, since, now)
    for figures in live:
        items = found.get(figures.line.asset)
        if items is None:
            continue
        mine = running(figures)
        kept = [item for item in items if (item.on, item.shift) != (mine.on, mine.shift)]
        found[figures.line.asset] = sorted([*kept, mine], key=lambda item: item.start_us)
    return found


def by_day(shifts: Sequence[ShiftKpis]) -> list[tuple[date, Elements]]:
    """Elements of whole production days, by date: sums, so that every KPI of a day is exact."""
    days: dict[date, list[Elements]] = {}
    for item in shifts:
        days.setdefault(item.on, []).append(item.elements)
    return [(on, added(many)) for on, many in sorted(days.items())]
