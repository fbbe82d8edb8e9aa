"""The shop as it stands: places, what is on them, vehicles and tasks, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import latest_of, live_signal

from ...models import Line
from ...models.moves import Carrier, Site, Stock
from ...types.moves import CarrierInfo, PlaceInfo, PlaceKind, TaskInfo, VehicleInfo
from .fleet import fleet
from .places import SiteInfo, carrier_info, places, site_of
from .tasks import active_tasks

MAX_STANDING = 3000


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything the drawing needs.

    lines     asset -> (English name, Chinese name)
    standing  place id -> carriers there, longest first
    stock     place id -> parts that lie there outside carriers
    levels    place code of a buffer -> parts in it as its machine says; missing: nothing is known
    """

    site: SiteInfo
    places: list[PlaceInfo]
    lines: dict[str, tuple[str, str]]
    standing: dict[int, list[CarrierInfo]]
    stock: dict[int, int]
    levels: dict[str, float]
    vehicles: list[VehicleInfo]
    tasks: list[TaskInfo]


def shop(scope: Scope, now: datetime, org: str = "") -> Shop:
    """The shop of one organisation: the one the scope acts for, else the first that has places."""
    found = places(scope, org=org or scope.org)
    if not found and not org:
        every = places(scope)
        found = [place for place in every if place.org == every[0].org] if every else []
    owner = found[0].org if found else scope.org
    return Shop(
        site=site_of(scope, owner),
        places=found,
        lines=_lines(scope, owner),
        standing=_standing(scope, owner),
        stock=_stock(scope, owner),
        levels=levels_of(scope, found, now),
        vehicles=[one for one in fleet(scope) if one.org == owner],
        tasks=[one for one in active_tasks(scope) if one.org == owner],
    )


def shop_orgs(scope: Scope) -> list[str]:
    """Organisations of the scope that have set logistics up."""
    return list(Site.objects.of(scope).order_by("org").values_list("org", flat=True))


def _lines(scope: Scope, org: str) -> dict[str, tuple[str, str]]:
    rows = Line.objects.of(scope).filter(org=org).order_by("pk").values_list("asset", "name_en", "name_zh")
    return {asset: (name_en, name_zh) for asset, name_en, name_zh in rows}


def _standing(scope: Scope, org: str) -> dict[int, list[CarrierInfo]]:
    rows = (
        Carrier.objects.of(scope)
        .filter(org=org, active=True, place__isnull=False)
        .select_related("place", "vehicle")
        .annotate(parts=Count("items", distinct=True))
        .order_by("arrived_at", "pk")[:MAX_STANDING]
    )
    made: dict[int, list[CarrierInfo]] = defaultdict(list)
    for row in rows:
        assert row.place is not None
        made[row.place.pk].append(carrier_info(row))
    return dict(made)


def _stock(scope: Scope, org: str) -> dict[int, int]:
    made: dict[int, int] = defaultdict(int)
    for place, quantity in Stock.objects.of(scope).filter(org=org).values_list("place_id", "quantity"):
        made[place] += quantity
    return dict(made)


def levels_of(scope: Scope, found: Sequence[PlaceInfo], now: datetime) -> dict[str, float]:
    """Buffer place -> level as its machine says, where that may be believed."""
    buffers = [place.code for place in found if place.kind is PlaceKind.BUFFER and place.line]
    tags = live_signal(scope, buffers, "level")
    newest = latest_of(tags.values(), now)
    made: dict[str, float] = {}
    for code, info in tags.items():
        value = newest[info.tag]
        if isinstance(value.value, int | float) and value.quality.value not in ("bad", "stale"):
            made[code] = float(value.value)
    return made
