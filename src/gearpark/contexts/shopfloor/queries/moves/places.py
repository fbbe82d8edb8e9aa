"""Places, carriers, material and rules."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.moves import Carrier, Place, Rule, Site, Stock, Task
from ...types.moves import ACTIVE, CarrierInfo, CarrierKind, Flow, PlaceInfo, PlaceKind
from ..setup import line as line_of

MAX_PLACES = 5000
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What is true of a firm's whole shop. ``set_up`` False: nobody has set logistics up yet."""

    org: str
    map: str
    aisles: tuple[float, ...]
    gs1_prefix: str
    extension: int
    ship_from: str
    lost_after_s: int
    unanswered_after_s: int
    set_up: bool


def site_of(scope: Scope, org: str = "") -> SiteInfo:
    """The firm's site, with defaults when it has none."""
    owner = org or scope.org
    row = Site.objects.of(scope).filter(org=owner).first()
    found = row or Site(org=owner)
    return SiteInfo(
        owner,
        found.map,
        tuple(float(x) for x in found.aisles),
        found.gs1_prefix,
        found.extension,
        found.ship_from,
        found.lost_after_s,
        found.unanswered_after_s,
        row is not None,
    )


def place_info(row: Place) -> PlaceInfo:
    return PlaceInfo(
        id=row.pk,
        org=row.org,
        code=row.code,
        kind=PlaceKind(row.kind),
        name_en=row.name_en,
        name_zh=row.name_zh,
        x_m=row.x_m,
        y_m=row.y_m,
        line=row.line.asset if row.line is not None else "",
        device=row.device,
        flow=Flow(row.flow),
        capacity=row.capacity,
        active=row.active,
    )


def place_rows(scope: Scope) -> QuerySet[Place]:
    """For the list page: places with how many carriers stand there and what is in them."""
    return (
        Place.objects.of(scope)
        .select_related("line")
        .annotate(
            carriers_here=Count("carriers", filter=Q(carriers__active=True), distinct=True),
            stock_here=Sum("stock__quantity"),
        )
    )


def places(scope: Scope, *kinds: PlaceKind, org: str = "", active: bool = True) -> list[PlaceInfo]:
    """Places of the scope by code; ``kinds`` narrows."""
    rows = Place.objects.of(scope).select_related("line").order_by("code")
    if kinds:
        rows = rows.filter(kind__in=[kind.value for kind in kinds])
    if org:
        rows = rows.filter(org=org)
    if active:
        rows = rows.filter(active=True)
    return [place_info(row) for row in rows[:MAX_PLACES]]


def place_row(scope: Scope, key: int) -> Place:
    row = Place.objects.of(scope).select_related("line").filter(pk=key).first()
    if row is None:
        raise NotFound("moves.place_unknown", "There is no such place that you may see.")
    return row


def place(scope: Scope, key: int) -> PlaceInfo:
    """One place, or NotFound ``moves.place_unknown``."""
    return place_info(place_row(scope, key))


def line_places(scope: Scope, line_asset: str) -> list[PlaceInfo]:
    """Places of one line, its own order: in, buffers, stations, out."""
    info = line_of(scope, line_asset)
    rows = Place.objects.of(scope).select_related("line").filter(line_id=info.id).order_by("x_m", "code")
    return [place_info(row) for row in rows]


# --- carriers ------------------------------------------------------------------------------------------------------


def carrier_rows(scope: Scope) -> QuerySet[Carrier]:
    """For lists: carriers with the number of parts in them."""
    return (
        Carrier.objects.of(scope)
        .select_related("place", "vehicle")
        .annotate(parts=Count("items", distinct=True))
        .order_by("code")
    )


def carrier_info(row: Carrier, task: str = "") -> CarrierInfo:
    """Row -> plain data; ``parts`` comes from ``carrier_rows``."""
    return CarrierInfo(
        id=row.pk,
        org=row.org,
        code=row.code,
        kind=CarrierKind(row.kind),
        capacity=row.capacity,
        place=row.place.code if row.place is not None else "",
        vehicle=row.vehicle.name if row.vehicle is not None else "",
        material=row.material,
        lot=row.lot,
        quantity=row.quantity,
        serials=int(getattr(row, "parts", 0)),
        task=task,
        active=row.active,
    )


def carrier_row(scope: Scope, key: int) -> Carrier:
    row = carrier_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("moves.carrier_unknown", "There is no such carrier that you may see.")
    return row


@dataclass(frozen=True, slots=True)
class CarrierPage:
    """One carrier, the parts in it, and its newest tasks (number, state)."""

    carrier: CarrierInfo
    serials: list[tuple[int, str, str]]
    tasks: list[tuple[str, str]]


def carrier(scope: Scope, key: int) -> CarrierPage:
    """One carrier, or NotFound ``moves.carrier_unknown``."""
    row = carrier_row(scope, key)
    newest = list(
        Task.objects.of(scope).filter(carrier=row).order_by("-id").values_list("number", "state")[:20]
    )
    open_task = next((number for number, state in newest if state in ACTIVE), "")
    items = row.items.model.objects.of(scope).select_related("serial__product").filter(carrier=row)
    serials = [(item.serial.pk, item.serial.serial, item.serial.product.code) for item in items[:MAX_LISTED]]
    return CarrierPage(carrier_info(row, open_task), serials, newest)


# --- one place -----------------------------------------------------------------------------------------------------


def stock(scope: Scope, place_id: int) -> list[tuple[str, str, int]]:
    """(material, lot, quantity) that lies at a place outside carriers."""
    rows = Stock.objects.of(scope).filter(place_id=place_id, quantity__gt=0)
    return [(row.material, row.lot, row.quantity) for row in rows[:MAX_LISTED]]


@dataclass(frozen=True, slots=True)
class PlaceDetail:
    place: PlaceInfo
    carriers: list[CarrierInfo]
    stock: list[tuple[str, str, int]]
    rules: list[Rule]


def place_detail(scope: Scope, key: int) -> PlaceDetail:
    """One place with what stands and lies there, and its rules."""
    row = place_row(scope, key)
    carriers = [carrier_info(one) for one in carrier_rows(scope).filter(place=row, active=True)[:MAX_LISTED]]
    found = list(rules(scope).filter(Q(place=row) | Q(store=row)))
    return PlaceDetail(place_info(row), carriers, stock(scope, key), found)


def rules(scope: Scope) -> QuerySet[Rule]:
    """For lists."""
    return Rule.objects.of(scope).select_related("place__line", "store").order_by("place__code", "kind")


def rule(scope: Scope, key: int) -> Rule:
    """One rule, or NotFound ``moves.rule_unknown``."""
    row = rules(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("moves.rule_unknown", "There is no such rule that you may see.")
    return row
