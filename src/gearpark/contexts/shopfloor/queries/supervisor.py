"""What somebody who answers for lines must know on a phone: state, plan, calls, holds, stops without a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from gearpark.base.scope import Scope
from gearpark.engines.oee import mapping_table

from ..models import Serial
from ..types import LineFigures, LineSummary
from ..types.calls import CallInfo
from ..types.figures import ReasonInfo, StopRow
from ..types.work import SerialStatus, StationHoldInfo
from .calls import standing_calls
from .figures import bottleneck_codes
from .reasons import reasons
from .stops import stop_rows
from .summary import shift_figures, summary_of
from .work.holds import station_holds

MAX_SHOWN_STOPS = 5


@dataclass(frozen=True, slots=True)
class SupervisedLine:
    """One line. ``stops``: newest stops of the bottleneck without a reason, longer than a minor stop; ``unbooked`` all."""

    figures: LineFigures
    summary: LineSummary
    calls: Sequence[CallInfo]
    holds: Sequence[StationHoldInfo]
    held_parts: int
    stops: Sequence[StopRow]
    unbooked: int
    tree: Sequence[ReasonInfo]


def supervised(scope: Scope, now: datetime) -> list[SupervisedLine]:
    """Every line of the scope, those that need somebody first."""
    calls, holds = standing_calls(scope), station_holds(scope)
    held = Counter(
        dict(
            Serial.objects.of(scope)
            .filter(status=SerialStatus.HELD.value, order__isnull=False)
            .values_list("order__line__asset")
            .annotate(n=Count("pk"))
        )
    )
    found = []
    for figures in shift_figures(scope, now):
        line = figures.line
        tree = reasons(scope, line)
        waiting = _unbooked(figures, tree)
        found.append(
            SupervisedLine(
                figures=figures,
                summary=summary_of(figures),
                calls=[call for call in calls if call.line == line.asset],
                holds=[hold for hold in holds if hold.line_asset == line.asset],
                held_parts=held[line.asset],
                stops=waiting[:MAX_SHOWN_STOPS],
                unbooked=len(waiting),
                tree=tree,
            )
        )
    return sorted(
        found, key=lambda item: (-len(item.calls), item.summary.state == "running", item.summary.asset)
    )


def _unbooked(figures: LineFigures, tree: Sequence[ReasonInfo]) -> list[StopRow]:
    slow = set(bottleneck_codes(figures.line))
    least = mapping_table(figures.line.oee_mapping).minor_stop_us
    return [
        row
        for row in stop_rows(figures, tree)
        if row.station in slow and row.booking is None and row.planned_us >= least
    ]
