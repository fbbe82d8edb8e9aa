"""Reads about organisations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Cluster, LifecycleStep, Organisation
from ..types import ABOVE_SIZE_STATES, PRODUCING_STATES, FirmCounts, FirmInfo, FirmState, Kind

FIELDS = tuple(name for name in FirmInfo.__dataclass_fields__ if name not in ("kind", "state", "uscc"))


def firm_info(row: Organisation) -> FirmInfo:
    """A stored row as a plain type."""
    values: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    return FirmInfo(kind=Kind(row.kind), state=FirmState(row.state), uscc=row.uscc or "", **values)


def organisation(scope: Scope, slug: str) -> FirmInfo:
    """One organisation; NotFound ``registry.organisation_unknown`` when it does not exist in this scope."""
    row = Organisation.objects.of(scope).filter(slug=slug).first()
    if row is None:
        raise NotFound(
            "registry.organisation_unknown", f"There is no organisation {slug!r} that you may see."
        )
    return firm_info(row)


def organisations(
    scope: Scope,
    *,
    kind: Kind | None = None,
    group: str | None = None,
    cluster: str | None = None,
    states: tuple[FirmState, ...] = (),
    slugs: tuple[str, ...] | None = None,
) -> list[FirmInfo]:
    """Organisations of the scope by slug, narrowed by what is given. One SQL query."""
    rows = Organisation.objects.of(scope).order_by("slug")
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if group is not None:
        rows = rows.filter(group=group)
    if cluster is not None:
        rows = rows.filter(cluster=cluster)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    if slugs is not None:
        rows = rows.filter(slug__in=slugs)
    return [firm_info(row) for row in rows]


def all_organisation_rows(scope: Scope) -> QuerySet[Organisation]:
    """Every organisation of the scope, unordered."""
    return Organisation.objects.of(scope)


def organisation_rows(scope: Scope) -> QuerySet[Organisation]:
    """The firm list's rows (every kind but the park itself)."""
    return Organisation.objects.of(scope).exclude(kind=Kind.PARK.value)


def firm_counts(scope: Scope) -> FirmCounts:
    """Firms by life-cycle state. One SQL query; ``signed`` counts every firm that has not left."""
    live = ~Q(state=FirmState.LEFT.value)
    counts = Organisation.objects.of(scope).filter(kind=Kind.FIRM.value)
    totals = counts.aggregate(
        signed=Count("id", filter=live),
        producing=Count("id", filter=Q(state__in=[state.value for state in PRODUCING_STATES])),
        above_size=Count("id", filter=Q(state__in=[state.value for state in ABOVE_SIZE_STATES])),
        building=Count("id", filter=Q(state=FirmState.BUILDING.value)),
        high_tech=Count("id", filter=Q(high_tech=True) & live),
        left=Count("id", filter=Q(state=FirmState.LEFT.value)),
    )
    return FirmCounts(
        **totals,
        by_state={
            FirmState.SIGNED.value: totals["signed"] - totals["building"] - totals["producing"],
            FirmState.BUILDING.value: totals["building"],
            FirmState.PRODUCING.value: totals["producing"] - totals["above_size"],
            FirmState.ABOVE_SIZE.value: totals["above_size"],
            FirmState.LEFT.value: totals["left"],
        },
    )


def lifecycle(scope: Scope, slug: str) -> list[tuple[FirmState, date | None, date | None, str]]:
    """A firm's history: (state, from, until or None, note), oldest first."""
    steps = LifecycleStep.objects.of(scope).filter(organisation__slug=slug).order_by("period")
    return [(FirmState(step.state), step.period.lower, step.period.upper, step.note) for step in steps]


def clusters(scope: Scope) -> list[dict[str, Any]]:
    """The "4+1" clusters with the number of firms and producing firms that the scope sees. Two SQL queries."""
    tally = {
        row["cluster"]: row
        for row in Organisation.objects.of(scope)
        .filter(kind=Kind.FIRM.value)
        .exclude(state=FirmState.LEFT.value)
        .values("cluster")
        .annotate(
            firms=Count("id"),
            producing=Count("id", filter=Q(state__in=[state.value for state in PRODUCING_STATES])),
            high_tech=Count("id", filter=Q(high_tech=True)),
        )
        .order_by()
    }
    rows = []
    for cluster in Cluster.objects.of(scope).order_by("position"):
        held: Any = tally.get(cluster.code, {})
        rows.append(
            {
                "code": cluster.code,
                "name_zh": cluster.name_zh,
                "name_en": cluster.name_en,
                "firms": held.get("firms", 0),
                "producing": held.get("producing", 0),
                "high_tech": held.get("high_tech", 0),
            }
        )
    return rows
