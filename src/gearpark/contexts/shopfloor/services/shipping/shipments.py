"""Shipments: closed units that leave together, and the advice that is fixed when they do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ...models import Serial
from ...models.moves import Shipment, ShippingUnit, UnitItem
from ...models.work import MAX_ACTOR
from ...queries.moves.places import site_of
from ...queries.shipping import shipment_info, shipment_row, unit_row
from ...types.shipping import ShipmentInfo, ShipmentSent, ShipmentState, UnitState
from ...types.trace import Fact, FactKind
from ...types.work import WORK, SerialStatus
from ..moves.numbers import next_number
from ..trace import add_facts_of_many
from .units import refuse_not_good

MAX_UNITS = 500
MAX_PARTS = 20_000
ADVICE_SCHEMA = "gearpark.advice.1"


def make_shipment(
    scope: Scope,
    *,
    ship_to: str,
    now: datetime,
    reference: str = "",
    haulier: str = "",
    vehicle: str = "",
    org: str = "",
) -> ShipmentInfo:
    """A draft; units are added until it is sent. Problem ``shipping.ship_to``."""
    require(scope, WORK)
    if not ship_to.strip():
        raise Problem("shipping.ship_to", "Say who receives the shipment.")
    with acting(scope):
        owner = org or scope.org
        made = Shipment(
            org=owner,
            number=f"S-{next_number(scope, owner, 'shipment'):05d}",
            ship_to=ship_to.strip()[:120],
            reference=reference.strip()[:120],
            haulier=haulier.strip()[:120],
            vehicle=vehicle.strip()[:60],
            made_at=now,
        )
        made.save(force_insert=True)
        record(
            scope, "shipping.shipment_made", "shipment", made.number, None, {"to": made.ship_to}, org=owner
        )
        return shipment_info(scope, made)


def _draft(scope: Scope, number: str) -> Shipment:
    row = shipment_row(scope, number, lock=True)
    if row.state != ShipmentState.DRAFT:
        raise Problem(
            "shipping.shipment_left",
            f"Shipment {number} is {row.state}; it cannot be changed.",
            status=409,
            state=row.state,
        )
    return row


def add_unit(scope: Scope, number: str, sscc: str, now: datetime) -> ShipmentInfo:
    """Put a closed unit (a pallet with all on it) on a draft. Problems ``shipping.unit_not_closed``, ``shipping.pallet``."""
    require(scope, WORK)
    with acting(scope):
        row = _draft(scope, number)
        unit = unit_row(scope, sscc, lock=True)
        if unit.org != row.org or unit.state != UnitState.CLOSED:
            raise Problem(
                "shipping.unit_not_closed",
                f"Unit {sscc} is {unit.state}; close it first.",
                status=409,
                state=unit.state,
            )
        if unit.parent_id is not None:
            raise Problem("shipping.pallet", f"Unit {sscc} stands on a pallet; ship the pallet.", status=409)
        if unit.shipment_id not in (None, row.pk):
            raise Problem(
                "shipping.unit_in_shipment",
                f"Unit {sscc} belongs to another shipment; take it off first.",
                status=409,
            )
        unit.shipment = row
        unit.version += 1
        unit.save()
        return shipment_info(scope, row)


def remove_unit(scope: Scope, number: str, sscc: str, now: datetime) -> ShipmentInfo:
    """Take a unit off a draft."""
    require(scope, WORK)
    with acting(scope):
        row = _draft(scope, number)
        unit = unit_row(scope, sscc, lock=True)
        if unit.shipment_id == row.pk:
            unit.shipment = None
            unit.version += 1
            unit.save()
        return shipment_info(scope, row)


def cancel_shipment(scope: Scope, number: str, now: datetime) -> ShipmentInfo:
    """Give a draft up; its units are free again."""
    require(scope, WORK)
    with acting(scope):
        row = _draft(scope, number)
        ShippingUnit.objects.of(scope).filter(shipment=row).update(shipment=None, version=F("version") + 1)
        row.state = ShipmentState.CANCELLED.value
        row.save(update_fields=["state", "changed_at"])
        record(scope, "shipping.shipment_cancelled", "shipment", number, None, None, org=row.org)
        return shipment_info(scope, row)


def send_shipment(scope: Scope, number: str, now: datetime) -> ShipmentInfo:
    """The shipment leaves: its parts are shipped, the advice is fixed, genealogy knows each part's unit.

    Problems: ``shipping.shipment_empty``, ``shipping.part_not_good``, ``shipping.too_much``.
    """
    require(scope, WORK)
    with acting(scope):
        row = _draft(scope, number)
        units = _units(scope, row)
        if not units:
            raise Problem("shipping.shipment_empty", f"Shipment {number} has no units yet.", status=409)
        keys = [unit.pk for unit in units]
        items = list(
            UnitItem.objects.of(scope)
            .select_related("serial__product", "serial__order", "unit")
            .filter(unit_id__in=keys)
            .order_by("unit_id", "pk")[: MAX_PARTS + 1]
        )
        if len(units) > MAX_UNITS or len(items) > MAX_PARTS:
            raise Problem(
                "shipping.too_much", f"One shipment holds at most {MAX_UNITS} units and {MAX_PARTS} parts."
            )
        parts = sorted({item.serial_id for item in items})
        list(
            Serial.objects.of(scope).select_for_update().filter(pk__in=parts).order_by("pk").values_list("pk")
        )
        refuse_not_good(scope, keys)
        Serial.objects.of(scope).filter(pk__in=parts).update(
            status=SerialStatus.SHIPPED.value, version=F("version") + 1
        )
        row.state, row.sent_at, row.sent_by = ShipmentState.SENT.value, now, scope.actor[:MAX_ACTOR]
        row.advice = advice_of(scope, row, units, items)
        row.save()
        ShippingUnit.objects.of(scope).filter(pk__in=keys).update(
            state=UnitState.SHIPPED.value, shipment=row, version=F("version") + 1
        )
        add_facts_of_many(scope, _facts(row, items, now))
        after = {"units": len(units), "parts": len(items), "to": row.ship_to}
        record(scope, "shipping.shipment_sent", "shipment", number, None, after, org=row.org)
        serials = tuple(item.serial.serial for item in items)
        tell(ShipmentSent(row.org, number, row.ship_to, row.reference, now, serials, row.advice))
        return shipment_info(scope, row)


def _units(scope: Scope, row: Shipment) -> list[ShippingUnit]:
    """The shipment's units and what stands on its pallets, locked in order."""
    rows = ShippingUnit.objects.of(scope).select_related("parent", "product").select_for_update(of=("self",))
    top = list(rows.filter(shipment=row).order_by("pk"))
    inside = list(rows.filter(parent__in=[unit.pk for unit in top]).order_by("pk"))
    return top + [unit for unit in inside if unit.pk not in {one.pk for one in top}]


def _facts(row: Shipment, items: list[UnitItem], now: datetime) -> dict[int, list[Fact]]:
    """What genealogy keeps: the unit that carried the part, and with which shipment."""
    return {
        item.serial_id: [
            Fact(FactKind.CARRIER, item.unit.sscc, now, data={"shipment": row.number, "to": row.ship_to})
        ]
        for item in items
    }


def advice_of(
    scope: Scope, row: Shipment, units: list[ShippingUnit], items: list[UnitItem]
) -> dict[str, Any]:
    """The dispatch advice as plain data: every unit once, every part once."""
    site = site_of(scope, row.org)
    inside: dict[int, list[dict[str, str]]] = {unit.pk: [] for unit in units}
    for item in items:
        part = item.serial
        inside[item.unit_id].append(
            {
                "serial": part.serial,
                "product": part.product.code,
                "gtin": part.product.gtin,
                "order": part.order.number if part.order is not None else "",
                "lot": part.lot,
            }
        )
    return {
        "schema": ADVICE_SCHEMA,
        "shipment": row.number,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "ship_from": {"org": row.org, "name": site.ship_from or row.org},
        "ship_to": row.ship_to,
        "reference": row.reference,
        "haulier": row.haulier,
        "vehicle": row.vehicle,
        "units": [
            {
                "sscc": unit.sscc,
                "kind": unit.kind,
                "on_pallet": unit.parent.sscc if unit.parent is not None else "",
                "gross_kg": unit.gross_kg,
                "quantity": len(inside[unit.pk]),
                "parts": inside[unit.pk],
            }
            for unit in units
        ],
        "totals": {"units": len(units), "parts": len(items)},
    }
