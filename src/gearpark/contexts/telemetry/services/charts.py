"""Charts people keep."""

from __future__ import annotations

from typing import Any

from gearpark.base.limits import MAX_CHART_TAGS
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit

from ..models import MAX_NAME, SavedChart

MAX_SAVED = 200
QUERY_KEYS = ("tags", "last", "start", "end")


def save_chart(scope: Scope, name: str, query: dict[str, Any], *, shared: bool) -> int:
    """Keep a chart under a name; the same name replaces the person's earlier one. Returns its id."""
    title = " ".join(name.split())[:MAX_NAME]
    tags = [str(tag) for tag in query.get("tags", [])][:MAX_CHART_TAGS]
    if not title or not tags:
        raise Problem("telemetry.chart_name", "Give the chart a name and at least one tag.")
    rows = SavedChart.objects.of(scope).filter(org=scope.org, person_id=scope.person_id)
    kept = {key: query[key] for key in QUERY_KEYS if query.get(key)} | {"tags": tags}
    row = rows.filter(name=title).first()
    if row is None:
        if rows.count() >= MAX_SAVED:
            raise Problem(
                "telemetry.too_many_charts", f"You keep {MAX_SAVED} charts already; remove one first."
            )
        row = SavedChart(org=scope.org, person_id=scope.person_id, name=title)
    row.query, row.shared = kept, shared
    row.save()
    audit.record(
        scope, "telemetry.chart_saved", "telemetry.chart", str(row.pk), {}, {"name": title, "shared": shared}
    )
    return int(row.pk)


def delete_chart(scope: Scope, pk: int) -> None:
    """Remove one's own chart."""
    row = SavedChart.objects.of(scope).filter(pk=pk, person_id=scope.person_id).first()
    if row is None:
        raise NotFound("telemetry.chart_unknown", "There is no such chart of yours.")
    audit.record(scope, "telemetry.chart_removed", "telemetry.chart", str(pk), {"name": row.name}, {})
    row.delete()
