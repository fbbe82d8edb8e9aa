"""Writes of the zone, its plots and the clusters."""

from __future__ import annotations

from collections.abc import Sequence

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit
from gearpark.kit.tenant import acting, require

from ..models import Cluster, Organisation, Plot, Zone, ZoneGroup
from ..types import PlotStatus, ZoneMap

MIN_CORNERS = 3
MAX_CORNERS = 500


def draw_zone(scope: Scope, drawn: ZoneMap, code: str = "qijiang") -> bool:
    """Store a zone with groups and plots unless ``code`` exists already. The park's right."""
    _park_only(scope)
    for plot in drawn.plots:
        _check_polygon(plot.code, plot.polygon)
    with acting(scope):
        if Zone.objects.of(scope).filter(code=code).exists():
            return False
        zone = Zone(
            org=scope.org,
            code=code,
            name_zh=drawn.name_zh,
            name_en=drawn.name_en,
            area_m2=drawn.area_m2,
            features=list(drawn.features),
            source_note=drawn.source_note,
        )
        zone.save(force_insert=True)
        groups = {
            group.code: ZoneGroup(
                org=scope.org,
                zone=zone,
                code=group.code,
                name_zh=group.name_zh,
                name_en=group.name_en,
                area_m2=group.area_m2,
                polygon=group.polygon,
                position=position,
            )
            for position, group in enumerate(drawn.groups)
        }
        ZoneGroup.objects.of(scope).bulk_create(groups.values())
        Plot.objects.of(scope).bulk_create(
            Plot(
                org=scope.org,
                code=plot.code,
                group=groups[plot.group],
                status=plot.status.value,
                area_m2=plot.area_m2,
                polygon=plot.polygon,
                occupant=plot.occupant,
                invented=plot.invented,
            )
            for plot in drawn.plots
        )
        audit.record(
            scope, "zone.draw", "zone", code, after={"plots": len(drawn.plots), "area_m2": drawn.area_m2}
        )
    return True


def assign_plot(scope: Scope, code: str, status: PlotStatus, occupant: str = "") -> None:
    """Give a plot to an organisation, reserve it, or free it. The park's right."""
    _park_only(scope)
    if (status is PlotStatus.OCCUPIED) != bool(occupant) and status is not PlotStatus.RESERVED:
        raise Problem(
            "registry.plot_status", "An occupied plot names its firm; a free or public one names none."
        )
    with acting(scope):
        plot = Plot.objects.of(scope).select_for_update().filter(code=code).first()
        if plot is None:
            raise Problem("registry.plot_unknown", f"There is no plot {code!r}.", status=404)
        if occupant and not Organisation.objects.of(scope).filter(slug=occupant).exists():
            raise Problem(
                "registry.organisation_unknown", f"There is no organisation {occupant!r}.", status=404
            )
        before = {"status": plot.status, "occupant": plot.occupant}
        plot.status, plot.occupant = status.value, occupant
        plot.save(update_fields=["status", "occupant"])
        audit.record(
            scope, "plot.assign", "plot", code, before, {"status": status.value, "occupant": occupant}
        )


def set_clusters(scope: Scope, wanted: Sequence[tuple[str, str, str]]) -> None:
    """Store clusters (code, Chinese, English) that are missing, in this order. The park's right."""
    _park_only(scope)
    with acting(scope):
        for position, (code, name_zh, name_en) in enumerate(wanted):
            Cluster.objects.of(scope).get_or_create(
                code=code,
                defaults={"org": scope.org, "name_zh": name_zh, "name_en": name_en, "position": position},
            )


def _park_only(scope: Scope) -> None:
    require(scope, "registry.edit")
    if not scope.park_wide:
        raise Problem(
            "registry.park_decides",
            "Land, plots and clusters are kept by the park administration.",
            status=403,
        )


def _check_polygon(code: str, polygon: Sequence[tuple[float, float]]) -> None:
    if not MIN_CORNERS <= len(polygon) <= MAX_CORNERS:
        raise Problem(
            "registry.polygon",
            f"Plot {code} needs {MIN_CORNERS} to {MAX_CORNERS} corners, has {len(polygon)}.",
        )
