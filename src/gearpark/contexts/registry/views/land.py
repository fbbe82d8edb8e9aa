"""The zone as a map, its plots as a list, the clusters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..forms.words import PLOT_STATES, STATES, name_of, word
from ..types import PlotShape, ZoneMap

WIDTH, MARGIN = 1000.0, 30.0
SCALE_M = 500.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of the map in drawing units."""

    path: str
    kind: str
    title: str
    url: str = ""
    x: float = 0.0
    y: float = 0.0


class _Frame:
    """Metres (y north) to drawing units (y down)."""

    def __init__(self, zone: ZoneMap) -> None:
        self.min_x, min_y, max_x, self.max_y = zone.box
        self.scale = (WIDTH - 2 * MARGIN) / max(max_x - self.min_x, 1.0)
        self.height = (self.max_y - min_y) * self.scale + 2 * MARGIN

    def at(self, x: float, y: float) -> tuple[float, float]:
        return round(MARGIN + (x - self.min_x) * self.scale, 1), round(
            MARGIN + (self.max_y - y) * self.scale, 1
        )

    def path(self, points: Iterable[Any], closed: bool = True) -> str:
        steps = ["{} {}".format(*self.at(float(x), float(y))) for x, y in points]
        return "M" + "L".join(steps) + ("Z" if closed else "")


def _plot(frame: _Frame, plot: PlotShape) -> Drawn:
    firm = name_of({"name_zh": plot.occupant_name_zh, "name_en": plot.occupant_name_en})
    kind = plot.occupant_state if plot.occupant_state and plot.status == "occupied" else plot.status.value
    what = word(STATES, plot.occupant_state) if firm else word(PLOT_STATES, plot.status.value)
    title = " · ".join(part for part in (plot.code, firm, what, f"{plot.area_m2 / 10_000:.1f} ha") if part)
    x, y = frame.at(*plot.centre)
    return Drawn(frame.path(plot.polygon), kind, title, f"/firms/{plot.occupant}/" if firm else "", x, y)


@needs("registry.view")
def zone_page(request: HttpRequest) -> HttpResponse:
    """The zone drawn from its plots; a plot opens its firm. ``?firm=slug`` marks one firm's plots."""
    scope = scope_of(request)
    try:
        zone = queries.zone_map(scope)
    except Problem as problem:
        if problem.code != "registry.no_zone":
            raise
        return render(request, "registry/zone.html", {"zone": None})
    frame = _Frame(zone)
    marked = request.GET.get("firm", "")
    groups = [
        {
            "drawn": Drawn(frame.path(group.polygon), "group", name_of(group)),
            "name": name_of(group),
            "km2": group.area_m2 / 1e6,
            "x": frame.at(sum(x for x, _y in group.polygon) / len(group.polygon), 0)[0],
            "y": frame.at(0, max(y for _x, y in group.polygon))[1] - 8,
            "plots": sum(plot.group == group.code for plot in zone.plots),
            "free": sum(plot.group == group.code and plot.status == "free" for plot in zone.plots),
            "free_ha": sum(
                plot.area_m2 for plot in zone.plots if plot.group == group.code and plot.status == "free"
            )
            / 1e4,
        }
        for group in zone.groups
    ]
    context = {
        "zone": zone,
        "name": name_of(zone),
        "km2": zone.area_m2 / 1e6,
        "width": WIDTH,
        "height": round(frame.height + 12, 1),
        "groups": groups,
        "plots": [_plot(frame, plot) for plot in zone.plots],
        "marked": [_plot(frame, plot) for plot in zone.plots if marked and plot.occupant == marked],
        "features": [
            Drawn(frame.path(item["line"], closed=False), str(item.get("kind", "road")), name_of(item))  # type: ignore[arg-type]
            for item in zone.features
            if item.get("line")
        ],
        "bar": round(SCALE_M * frame.scale, 1),
        "states": list(STATES.items())[:4],
        "invented": any(plot.invented for plot in zone.plots),
    }
    return render(request, "registry/zone.html", context)


def _plots(scope: Scope) -> lists.ListSpec:
    groups = {
        code: name_of({"name_zh": zh, "name_en": en}) for code, (zh, en) in queries.group_names(scope).items()
    }
    column = lists.Column
    return lists.ListSpec(
        key="plots",
        columns=(
            column("code", _("Plot"), sort="code"),
            column("group", _("Group"), lambda row: groups.get(row.group.code, ""), sort="group__position", export=lambda row: row.group.code),
            column("status", _("State"), lambda row: word(PLOT_STATES, row.status), sort="status", export=lambda row: row.status),
            column("area_ha", _("Area"), lambda row: round(row.area_m2 / 10_000, 2), numeric=True, unit="ha", sort="area_m2"),
            column("firm", _("Firm"), _occupant, url=lambda row: f"/firms/{row.occupant}/" if row.firm_zh else "", export=lambda row: row.occupant),
            column("firm_state", _("Firm's state"), lambda row: word(STATES, row.firm_state or ""), state=lambda row: row.firm_state or ""),
            column("invented", _("Data"), lambda row: _("drawn for the demo") if row.invented else _("surveyed"), shown=False, export=lambda row: "yes" if row.invented else "no"),
        ),
        filters=(
            lists.Filter("status", _("State"), tuple(PLOT_STATES.items()), "status"),
            lists.Filter("group", _("Group"), tuple(groups.items()), "group__code"),
        ),
        search=("code__icontains", "occupant__icontains", "firm_zh__icontains", "firm_en__icontains"),
        default_sort="code",
        empty_title=_("No plot yet"),
        empty_text=_("Plots come with the drawing of the zone."),
    )  # fmt: skip


def _occupant(row: Any) -> str:
    return name_of({"name_zh": row.firm_zh, "name_en": row.firm_en})


@needs("registry.view")
def plot_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    return lists.answer(request, _plots(scope), queries.plot_rows(scope), "ui/list.html", title=_("Plots"))


@needs("registry.view")
def cluster_page(request: HttpRequest) -> HttpResponse:
    """The "4+1" clusters and how many firms stand in each."""
    rows = queries.clusters(scope_of(request))
    most = max((row["firms"] for row in rows), default=0) or 1
    clusters = [row | {"name": name_of(row), "share": row["firms"] / most} for row in rows]
    context = {"clusters": clusters, "total": sum(row["firms"] for row in rows)}
    return render(request, "registry/clusters.html", context)
