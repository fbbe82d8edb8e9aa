"""Shipping units, shipments, pack rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.kit.tenant import current_scope

from ..models import Product
from ..models.moves import PackRule, Shipment, ShippingUnit, UnitItem
from ..types.shipping import PackRuleInfo, ShipmentInfo, ShipmentState, UnitInfo, UnitKind, UnitState

MAX_LISTED = 2000
CSV_HEAD = ("shipment", "sent_at", "ship_to", "reference", "sscc", "unit", "on_pallet", "serial", "product", "gtin", "order", "lot")  # fmt: skip


def unit_rows(scope: Scope) -> QuerySet[ShippingUnit]:
    """For the list page: units with the number of parts in them."""
    return (
        ShippingUnit.objects.of(scope)
        .select_related("product", "shipment", "parent")
        .annotate(parts=Count("items", distinct=True), boxes=Count("children", distinct=True))
        .order_by("-id")
    )


def unit_row(scope: Scope, sscc: str, *, lock: bool = False) -> ShippingUnit:
    """One unit, locked on demand; NotFound ``shipping.unit_unknown``."""
    rows = ShippingUnit.objects.of(scope).select_related("product", "shipment", "parent")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(sscc=sscc).first()
    if row is None:
        raise NotFound("shipping.unit_unknown", f"There is no unit {sscc[:20]!r} that you may see.")
    return row


def unit_info(row: ShippingUnit) -> UnitInfo:
    parts = getattr(row, "parts", None)
    boxes = getattr(row, "boxes", None)
    return UnitInfo(
        id=row.pk,
        org=row.org,
        sscc=row.sscc,
        kind=UnitKind(row.kind),
        state=UnitState(row.state),
        product=row.product.code if row.product is not None else "",
        quantity=_count(row) if parts is None else int(parts),
        capacity=row.capacity,
        parent=row.parent.sscc if row.parent is not None else "",
        children=0 if boxes is None else int(boxes),
        shipment=row.shipment.number if row.shipment is not None else "",
        made_at=row.made_at,
        closed_at=row.closed_at,
        shipped_at=row.shipment.sent_at if row.shipment is not None else None,
        gross_kg=row.gross_kg,
        partial=row.partial,
        version=row.version,
    )


def _count(row: ShippingUnit) -> int:
    scope = current_scope()
    return UnitItem.objects.of(scope).filter(unit=row).count() if scope is not None else 0


@dataclass(frozen=True, slots=True)
class PackedPart:
    serial_id: int
    serial: str
    product: str
    order: str
    lot: str
    status: str
    packed_by: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit, its parts in the order they were packed, and the boxes on it."""

    unit: UnitInfo
    parts: list[PackedPart]
    boxes: list[UnitInfo]
    rule: PackRuleInfo | None


def unit(scope: Scope, sscc: str) -> UnitPage:
    """One unit, or NotFound ``shipping.unit_unknown``."""
    row = unit_rows(scope).filter(sscc=sscc).first()
    if row is None:
        raise NotFound("shipping.unit_unknown", f"There is no unit {sscc[:20]!r} that you may see.")
    items = (
        UnitItem.objects.of(scope)
        .select_related("serial__product", "serial__order")
        .filter(unit=row)
        .order_by("-pk")[:MAX_LISTED]
    )
    parts = [
        PackedPart(
            item.serial.pk,
            item.serial.serial,
            item.serial.product.code,
            item.serial.order.number if item.serial.order is not None else "",
            item.serial.lot,
            item.serial.status,
            item.packed_by,
        )
        for item in items
    ]
    boxes = [unit_info(one) for one in unit_rows(scope).filter(parent=row)[:MAX_LISTED]]
    rule = rule_of(scope, row.product)
    return UnitPage(unit_info(row), parts, boxes, rule)


# --- pack rules ----------------------------------------------------------------------------------------------------


def rule_of(scope: Scope, product: Product | None) -> PackRuleInfo | None:
    """How a product is packed, or None where nobody said."""
    row = (
        PackRule.objects.of(scope).select_related("product").filter(product=product).first()
        if product
        else None
    )
    return None if row is None else rule_info(row)


def rule_info(row: PackRule) -> PackRuleInfo:
    return PackRuleInfo(
        row.product.code,
        UnitKind(row.kind),
        row.quantity,
        row.mixed_orders,
        row.mixed_lots,
        row.mixed_products,
        row.partial,
    )


def pack_rules(scope: Scope) -> list[tuple[str, str, str, PackRuleInfo | None]]:
    """(product, name in English, in Chinese, rule or None) of every active product."""
    rules = {row.product_id: rule_info(row) for row in PackRule.objects.of(scope).select_related("product")}
    rows = Product.objects.of(scope).filter(active=True).order_by("code")[:MAX_LISTED]
    return [(row.code, row.name_en, row.name_zh, rules.get(row.pk)) for row in rows]


# --- shipments -----------------------------------------------------------------------------------------------------


def shipment_rows(scope: Scope) -> QuerySet[Shipment]:
    """For the list page."""
    return (
        Shipment.objects.of(scope)
        .annotate(unit_count=Count("units", distinct=True), part_count=Count("units__items", distinct=True))
        .order_by("-id")
    )


def shipment_row(scope: Scope, number: str, *, lock: bool = False) -> Shipment:
    """One shipment, locked on demand; NotFound ``shipping.shipment_unknown``."""
    rows = Shipment.objects.of(scope)
    if lock:
        rows = rows.select_for_update()
    row = rows.filter(number=number).first()
    if row is None:
        raise NotFound("shipping.shipment_unknown", f"There is no shipment {number[:20]!r} that you may see.")
    return row


def shipment_info(scope: Scope, row: Shipment) -> ShipmentInfo:
    top = ShippingUnit.objects.of(scope).filter(shipment=row).values_list("pk", flat=True)
    inside = ShippingUnit.objects.of(scope).filter(parent__in=list(top)).values_list("pk", flat=True)
    units = {*top, *inside}
    return ShipmentInfo(
        id=row.pk,
        org=row.org,
        number=row.number,
        state=ShipmentState(row.state),
        ship_to=row.ship_to,
        reference=row.reference,
        haulier=row.haulier,
        vehicle=row.vehicle,
        units=len(units),
        parts=UnitItem.objects.of(scope).filter(unit_id__in=units).count(),
        made_at=row.made_at,
        sent_at=row.sent_at,
    )


@dataclass(frozen=True, slots=True)
class ShipmentPage:
    """One shipment, its units, and the closed units that could still go with it."""

    shipment: ShipmentInfo
    units: list[UnitInfo]
    waiting: list[UnitInfo]


def shipment(scope: Scope, number: str) -> ShipmentPage:
    """One shipment, or NotFound ``shipping.shipment_unknown``."""
    row = shipment_row(scope, number)
    rows = unit_rows(scope)
    mine = [unit_info(one) for one in rows.filter(shipment=row)[:MAX_LISTED]]
    free = rows.filter(org=row.org, state=UnitState.CLOSED.value, shipment=None, parent=None)
    waiting = [unit_info(one) for one in free[:200]] if row.state == ShipmentState.DRAFT else []
    return ShipmentPage(shipment_info(scope, row), mine, waiting)


def advice(scope: Scope, number: str) -> dict[str, Any]:
    """The advice as it was fixed; NotFound ``shipping.no_advice`` before the shipment left."""
    row = shipment_row(scope, number)
    if not row.advice:
        raise NotFound("shipping.no_advice", f"Shipment {number} has not left; its advice is made then.")
    found: dict[str, Any] = row.advice
    return found


def advice_lines(document: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The advice as rows, one a part, in the order of CSV_HEAD."""
    head = tuple(document[name] for name in ("shipment", "sent_at", "ship_to", "reference"))
    for unit_ in document["units"]:
        for part in unit_["parts"]:
            yield (
                *head, unit_["sscc"], unit_["kind"], unit_["on_pallet"], part["serial"], part["product"], part["gtin"],
                part["order"], part["lot"],
            )  # fmt: skip
