"""Writes the demo park into the registry (and the first shop's lines, when that room is built)."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo
from gearpark.contexts.registry import public as registry
from gearpark.kit.tenant import acting
from gearpark.plants.lines import housing_lines

from . import DEMO_PASSWORD, PARK, PEOPLE, zone
from .lines import assets_of

DATA = Path(__file__).parent / "data"
SEED = 798
LINE_ORG = "qichi"
RESERVED_SHARE = 0.8  # signed firms that have a plot waiting for them
CLUSTERS = (
    ("smart-equipment", "智能装备制造", "Smart equipment manufacturing"),
    ("new-materials", "新材料", "New materials"),
    ("construction-modernisation", "建筑现代化", "Construction modernisation"),
    ("green-food", "绿色食品加工", "Green food processing"),
    ("modern-services", "现代服务业", "Modern services"),
)


def park_scope() -> Scope:
    """The scope the demo is written under."""
    return Scope(
        org=PARK,
        orgs=frozenset((PARK,)),
        park_wide=True,
        rights=registry.rights_of("park-admin"),
        actor="process:demo",
    )


def load_park(now: datetime) -> dict[str, Any]:
    """One transaction; what is stored already stays as it is."""
    scope = park_scope()
    with acting(scope):
        firms = organisations()
        made = registry.add_organisations(scope, firms, now)
        land = draw(firms)
        registry.draw_zone(scope, land)
        registry.set_clusters(scope, CLUSTERS)
        people = [
            registry.ensure_person(
                scope, name, shown, role, now, org=org, password=DEMO_PASSWORD, invented=True
            )
            for name, shown, org, role in PEOPLE
        ]
        lines = _lines(scope)
    return {"organisations": made, "plots": len(land.plots), "people": sum(people), "lines": lines}


def organisations() -> list[registry.FirmInfo]:
    """The rows of ``organisations.csv`` with the park administration before them."""
    administration = registry.FirmInfo(
        slug=PARK,
        kind=registry.Kind.PARK,
        name_zh="綦江工业园区管委会",
        name_en="Qijiang industrial park administration",
        state=registry.FirmState.PRODUCING,
        source_note="Source case 2020.",
    )
    with (DATA / "organisations.csv").open(encoding="utf-8", newline="") as handle:
        return [administration, *(registry.firm_from_words(row) for row in csv.DictReader(handle))]


def draw(firms: list[registry.FirmInfo]) -> registry.ZoneMap:
    """The zone with every plot's occupant: the larger a firm's output, the larger its plot."""
    raw = json.loads((DATA / "zone.json").read_text(encoding="utf-8"))
    groups, shapes = [], []
    for number, group in enumerate(raw["groups"]):
        outline = zone.outline(group)
        groups.append(
            registry.GroupShape(
                group["code"], group["name_zh"], group["name_en"], float(group["area_m2"]), outline
            )
        )
        shapes += _plots(group, raw["placed"], firms, SEED + number)
    points = [point for group in groups for point in group.polygon]
    return registry.ZoneMap(
        name_zh=raw["name_zh"],
        name_en=raw["name_en"],
        area_m2=float(raw["area_m2"]),
        groups=tuple(groups),
        plots=tuple(shapes),
        box=(
            min(x for x, _ in points),
            min(y for _, y in points),
            max(x for x, _ in points),
            max(y for _, y in points),
        ),
        features=tuple(raw["features"]),
        source_note=raw["source_note"],
    )


def _plots(
    group: dict[str, Any], placed: dict[str, Any], firms: list[registry.FirmInfo], seed: int
) -> list[registry.PlotShape]:
    code = group["code"]
    invented = [firm for firm in firms if firm.group == code]
    signed = [firm for firm in invented if firm.state is registry.FirmState.SIGNED]
    standing = [firm for firm in invented if firm.state is not registry.FirmState.SIGNED]
    named = {slug: rank for slug, (where, rank) in placed.items() if where == code}
    waiting = signed[: round(len(signed) * RESERVED_SHARE)]
    count = len(standing) + len(named) + len(waiting) + group["free"] + group["public"]
    drawn = zone.plots(group, count, seed)  # largest first

    occupant: dict[int, tuple[str, str]] = {rank: (slug, "occupied") for slug, rank in named.items()}
    open_places = [index for index in range(count) if index not in occupant]
    step = max(1, len(open_places) // (group["free"] + group["public"] + len(waiting)))
    others = ["free"] * group["free"] + ["public"] * group["public"] + [firm.slug for firm in waiting]
    spread = open_places[step // 2 :: step][: len(others)]
    for place, what in zip(spread, others[::2] + others[1::2], strict=True):
        occupant[place] = ("", what) if what in ("free", "public") else (what, "reserved")
    standing.sort(key=lambda firm: (-(firm.yearly_output_cny or 0), firm.slug))
    for place, firm in zip((index for index in open_places if index not in occupant), standing, strict=True):
        occupant[place] = (firm.slug, "occupied")
    return [
        registry.PlotShape(
            code=plot.code,
            group=code,
            status=registry.PlotStatus(occupant[index][1]),
            area_m2=plot.area_m2,
            polygon=plot.polygon,
            occupant=occupant[index][0],
            invented=True,
        )
        for index, plot in enumerate(drawn)
    ]


def line_assets() -> list[AssetInfo]:
    """The first shop's lines and devices as assets: ``qc-l1`` and ``qc-l1-<station>``, seven times the template's."""
    return [asset for line in housing_lines() for asset in assets_of(line)]


def _lines(scope: Scope) -> int:
    """The first shop's seven lines; the shop floor's own rows when that room is built."""
    registry.upsert_assets(scope, line_assets(), org=LINE_ORG)
    if "gearpark.contexts.shopfloor" not in settings.CONTEXTS:
        return len(housing_lines())
    from gearpark.contexts.shopfloor import public as shopfloor

    return len(shopfloor.ensure_demo_lines(scope))
