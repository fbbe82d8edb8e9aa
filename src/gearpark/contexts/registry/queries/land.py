"""Reads about the zone: groups, plots and who stands on them."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Organisation, Plot, Zone, ZoneGroup
from ..types import GroupShape, PlotShape, PlotStatus, ZoneMap

Polygon = tuple[tuple[float, float], ...]


def _polygon(raw: Any) -> Polygon:
    return tuple((float(x), float(y)) for x, y in raw)


def centre_of(polygon: Polygon) -> tuple[float, float]:
    """Centroid of a simple polygon in its own units; the mean of the corners when it has no area."""
    doubled = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        doubled += cross
        cx += (x0 + x1) * cross
        cy += (y0 + y1) * cross
    if abs(doubled) < 1e-9:
        return (sum(x for x, _ in polygon) / len(polygon), sum(y for _, y in polygon) / len(polygon))
    return (cx / (3 * doubled), cy / (3 * doubled))


def plot_rows(scope: Scope) -> QuerySet[Plot]:
    """Plots with group and, where the scope sees the occupant, its names and state."""
    firm = Organisation.objects.of(scope).filter(slug=OuterRef("occupant"))
    return (
        Plot.objects.of(scope)
        .select_related("group")
        .annotate(
            firm_zh=Subquery(firm.values("name_zh")[:1]),
            firm_en=Subquery(firm.values("name_en")[:1]),
            firm_state=Subquery(firm.values("state")[:1]),
        )
    )


def plots(scope: Scope, *, occupant: str | None = None) -> list[PlotShape]:
    """Plots by code. Names and states of occupants are filled for organisations the scope sees. Two SQL queries."""
    rows = Plot.objects.of(scope).select_related("group").order_by("code")
    if occupant is not None:
        rows = rows.filter(occupant=occupant)
    held = {
        row["slug"]: row
        for row in Organisation.objects.of(scope).values(
            "slug", "name_zh", "name_en", "state", "yearly_output_cny"
        )
    }
    shapes = []
    for row in rows:
        polygon = _polygon(row.polygon)
        firm: Any = held.get(row.occupant, {})
        shapes.append(
            PlotShape(
                code=row.code,
                group=row.group.code,
                status=PlotStatus(row.status),
                area_m2=row.area_m2,
                polygon=polygon,
                occupant=row.occupant,
                occupant_name_zh=firm.get("name_zh", ""),
                occupant_name_en=firm.get("name_en", ""),
                occupant_state=firm.get("state", ""),
                occupant_output_cny=firm.get("yearly_output_cny"),
                centre=centre_of(polygon),
                invented=row.invented,
            )
        )
    return shapes


def zone_map(scope: Scope) -> ZoneMap:
    """The zone as shapes in metres; NotFound ``registry.no_zone`` before one is drawn. Four SQL queries."""
    zone = Zone.objects.of(scope).order_by("id").first()
    if zone is None:
        raise NotFound("registry.no_zone", "No zone is drawn yet. The park administration imports one.")
    groups = tuple(
        GroupShape(row.code, row.name_zh, row.name_en, row.area_m2, _polygon(row.polygon))
        for row in ZoneGroup.objects.of(scope).filter(zone=zone).order_by("position")
    )
    shapes = tuple(plots(scope))
    points = [point for group in groups for point in group.polygon] or [(0.0, 0.0), (1.0, 1.0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return ZoneMap(
        name_zh=zone.name_zh,
        name_en=zone.name_en,
        area_m2=zone.area_m2,
        groups=groups,
        plots=shapes,
        box=(min(xs), min(ys), max(xs), max(ys)),
        source_note=zone.source_note,
        features=tuple(zone.features),
    )


def group_names(scope: Scope) -> dict[str, tuple[str, str]]:
    """Group code -> (Chinese, English) name."""
    rows = ZoneGroup.objects.of(scope).order_by("position")
    return {row.code: (row.name_zh, row.name_en) for row in rows}
