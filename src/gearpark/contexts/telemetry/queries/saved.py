"""Charts people kept."""

from __future__ import annotations

from django.db.models import Q

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import SavedChart
from ..types import SavedView


def _view(row: SavedChart, scope: Scope) -> SavedView:
    mine = row.person_id == scope.person_id
    return SavedView(row.pk, row.name, row.query, row.shared, mine, row.created_at)


def saved_charts(scope: Scope) -> list[SavedView]:
    """A person's own charts and those shared in the organisation, by name."""
    rows = (
        SavedChart.objects.of(scope)
        .filter(org=scope.org)
        .filter(Q(shared=True) | Q(person_id=scope.person_id))
    )
    return [_view(row, scope) for row in rows.order_by("name", "pk")]


def saved_chart(scope: Scope, pk: int) -> SavedView:
    """One of them, or a Problem (404)."""
    for view in saved_charts(scope):
        if view.id == pk:
            return view
    raise NotFound("telemetry.chart_unknown", "There is no such chart, or it is not shared with you.")
