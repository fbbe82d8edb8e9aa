"""Reads about the asset tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.db.models import Count, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Asset
from ..types import AssetNode, Level


def asset_node(row: Asset) -> AssetNode:
    """A stored row as a plain type, without children."""
    return AssetNode(
        id=row.id,
        org=row.org,
        type=row.type,
        level=Level(row.level),
        name=row.name,
        path=row.path,
        parent=row.parent_id or "",
        code=row.code,
        manufacturer=row.manufacturer,
        model=row.model,
        serial_number=row.serial_number,
        active=row.active,
    )


def asset_rows(scope: Scope) -> QuerySet[Asset]:
    return Asset.objects.of(scope)


def asset(scope: Scope, asset_id: str) -> AssetNode:
    """One asset; NotFound ``registry.asset_unknown`` when it does not exist in this scope."""
    row = Asset.objects.of(scope).filter(pk=asset_id).first()
    if row is None:
        raise NotFound("registry.asset_unknown", f"There is no asset {asset_id!r} that you may see.")
    return asset_node(row)


def assets(
    scope: Scope,
    *,
    type: str | None = None,
    level: Level | None = None,
    parent: str | None = None,
    org: str | None = None,
    ids: tuple[str, ...] | None = None,
    include_inactive: bool = False,
) -> list[AssetNode]:
    """Assets of the scope by path, narrowed by what is given (``parent`` = direct children). One SQL query."""
    rows = Asset.objects.of(scope).order_by("path")
    if not include_inactive:
        rows = rows.filter(active=True)
    if type is not None:
        rows = rows.filter(type=type)
    if level is not None:
        rows = rows.filter(level=level.value)
    if parent is not None:
        rows = rows.filter(parent_id=parent)
    if org is not None:
        rows = rows.filter(org=org)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return [asset_node(row) for row in rows]


def asset_tree(scope: Scope, *, org: str | None = None) -> tuple[AssetNode, ...]:
    """The forest of active assets with ``children`` filled, by path. One SQL query."""
    below: dict[str, list[AssetNode]] = defaultdict(list)
    nodes = assets(scope, org=org)
    known = {node.id for node in nodes}
    for node in nodes:
        below[node.parent if node.parent in known else ""].append(node)

    def grown(node: AssetNode) -> AssetNode:
        return replace(node, children=tuple(grown(child) for child in below.get(node.id, ())))

    return tuple(grown(node) for node in below[""])


def asset_counts(scope: Scope) -> dict[str, int]:
    """Active assets by organisation. One SQL query."""
    rows = Asset.objects.of(scope).filter(active=True).values("org").annotate(n=Count("id")).order_by()
    return {row["org"]: row["n"] for row in rows}


def asset_types(scope: Scope) -> list[str]:
    """Type codes in use, sorted. One SQL query."""
    return sorted(Asset.objects.of(scope).order_by().values_list("type", flat=True).distinct())
