"""Logistics of the demo shop: places, carriers, blanks, rules, vehicles, pack rules. All of it illustrative.

It is made once, when the firm has no logistics yet; what people change afterwards stays.
"""

from __future__ import annotations

from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.engines.transport import parking
from gearpark.kit.tenant import acting

from ..models import Line, Product
from ..models.moves import Carrier, Place, Rule, Site, Vehicle
from ..queries.care.scopes import within
from ..queries.setup import line_info
from ..types.moves import CarrierKind, PlaceKind, PlaceWanted, RuleKind
from ..types.shipping import PackRuleInfo, UnitKind
from .moves.carriers import book_stock, save_carriers
from .moves.places import propose_site, save_place, save_site
from .moves.rules import material_of, propose_rules, room_of
from .moves.vehicles import take_in
from .shipping import save_pack_rule

EXAMPLE_PREFIX = "9521234"  # GS1 keeps 952 for examples
MAKER = "gearpark-sim"
BLANK_CARRIERS = 60
EMPTY_CARRIERS = 540
BLANKS = 20_000


def ensure_demo_logistics(scope: Scope, now: datetime, *, org: str, vehicles: int = 4) -> dict[str, int]:
    """Set logistics up for a firm that has none; returns what stands now."""
    scope = within(scope, org)
    with acting(scope):
        rows = list(Line.objects.of(scope).select_related("calendar").filter(org=org).order_by("pk"))
        if rows and not Site.objects.of(scope).filter(org=org).exists():
            _places(scope, len(rows), vehicles)
            _carriers(scope, rows, now)
            for row in rows:
                propose_rules(scope, row.asset, _at(scope, "blank-store"), _at(scope, "finished-store"), now)
            for index in range(vehicles):
                home = _at(scope, "parking" if index == 0 else f"parking-{index + 1}")
                take_in(scope, MAKER, f"shop-{index + 1}", name=f"S{index + 1}", home=home)
            _packing(scope, org, rows)
        return {
            "places": Place.objects.of(scope).filter(org=org, active=True).count(),
            "carriers": Carrier.objects.of(scope).filter(org=org).count(),
            "rules": Rule.objects.of(scope).filter(org=org).count(),
            "vehicles": Vehicle.objects.of(scope).filter(org=org).count(),
        }


def _at(scope: Scope, code: str) -> int:
    return int(Place.objects.of(scope).get(org=scope.org, code=code).pk)


def _places(scope: Scope, lines: int, vehicles: int) -> None:
    propose_site(scope)
    save_site(scope, gs1_prefix=EXAMPLE_PREFIX, extension=0, ship_from="", lost_after_s=60)
    for index in range(1, vehicles):
        x, y = parking(index, lines)
        name = f"Parking {index + 1}", f"停车位{index + 1}"
        save_place(scope, PlaceWanted(f"parking-{index + 1}", PlaceKind.PARK, *name, x_m=x, y_m=y))


def _carriers(scope: Scope, rows: list[Line], now: datetime) -> None:
    """Empty carriers where they begin, and blanks in their store."""
    first = line_info(rows[0]).template
    for prefix, count, use, place in (
        ("BK-", BLANK_CARRIERS, RuleKind.SUPPLY, "blank-store"),
        ("GB-", EMPTY_CARRIERS, RuleKind.OUTPUT, "finished-store"),
    ):
        save_carriers(
            scope, prefix, count,
            kind=CarrierKind.CONTAINER, capacity=room_of(first, use), place=_at(scope, place), now=now,
        )  # fmt: skip
    for row in rows:
        out, capacity = _at(scope, f"{row.asset}-out"), room_of(line_info(row).template, RuleKind.OUTPUT)
        save_carriers(scope, "GB-", 1, kind=CarrierKind.CONTAINER, capacity=capacity, place=out, now=now)
    for material in sorted({material_of(line_info(row).template) for row in rows}):
        book_stock(
            scope, _at(scope, "blank-store"), material, "", BLANKS, "opening stock of the demo (illustrative)"
        )


def _packing(scope: Scope, org: str, rows: list[Line]) -> None:
    room = room_of(line_info(rows[0]).template, RuleKind.OUTPUT)
    for product in Product.objects.of(scope).filter(org=org, active=True):
        save_pack_rule(scope, PackRuleInfo(product.code, UnitKind.BOX, room, partial=True))
