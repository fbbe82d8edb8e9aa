"""Carriers and material: made, filled, emptied, moved and booked by people."""

from __future__ import annotations

import re
from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Serial
from ...models.moves import Carrier, CarrierItem, Place, Stock, Task
from ...models.moves.places import MAX_PARTS
from ...queries.moves.places import place_row
from ...types.lines import EDIT
from ...types.moves import ACTIVE, CarrierKind
from ...types.work import WORK, SerialStatus

MAX_MADE = 1000  # carriers of one call
MAX_CAPACITY = 10_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,50}")


def save_carriers(
    scope: Scope,
    prefix: str,
    count: int,
    *,
    kind: CarrierKind,
    capacity: int,
    place: int,
    now: datetime,
    org: str = "",
) -> list[str]:
    """Make carriers ``<prefix>0001`` and so on, past the codes that exist; they stand empty at ``place``."""
    require(scope, EDIT)
    if not _CODE.fullmatch(prefix) or not 1 <= count <= MAX_MADE or not 1 <= capacity <= MAX_CAPACITY:
        raise Problem(
            "moves.carrier_range",
            f"Give a prefix of letters and digits, 1 to {MAX_MADE} carriers and room for 1 to {MAX_CAPACITY} parts.",
        )
    with acting(scope):
        where = place_row(scope, place)
        owner = org or where.org
        known = set(
            Carrier.objects.of(scope)
            .filter(org=owner, code__startswith=prefix)
            .values_list("code", flat=True)
        )
        codes: list[str] = []
        number = 0
        while len(codes) < count:
            number += 1
            code = f"{prefix}{number:04d}"
            if code not in known:
                codes.append(code)
        Carrier.objects.of(scope).bulk_create(
            Carrier(org=owner, code=code, kind=kind.value, capacity=capacity, place=where, arrived_at=now)
            for code in codes
        )
        after = {"first": codes[0], "count": count, "place": where.code, "capacity": capacity}
        record(scope, "moves.carriers_made", "carrier", prefix, None, after, org=owner)
        return codes


def locked_carrier(scope: Scope, key: int) -> Carrier:
    """The carrier under lock, or NotFound ``moves.carrier_unknown``."""
    row = Carrier.objects.of(scope).select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound("moves.carrier_unknown", "There is no such carrier that you may see.")
    return row


def _free(scope: Scope, row: Carrier) -> None:
    """Refuse while a task moves it."""
    states = [state.value for state in ACTIVE]
    number = (
        Task.objects.of(scope).filter(carrier=row, state__in=states).values_list("number", flat=True).first()
    )
    if number is not None:
        raise Problem(
            "moves.carrier_busy",
            f"Task {number} is moving {row.code}; cancel it first.",
            status=409,
            task=number,
            carrier=row.code,
        )


def fill_carrier(
    scope: Scope,
    key: int,
    now: datetime,
    *,
    material: str = "",
    lot: str = "",
    quantity: int = 0,
    serial: str = "",
) -> None:
    """Put material or one part into a carrier; material is taken from the stock of its place, as far as there is any.

    Problems: ``moves.carrier_full``, ``moves.carrier_mixed``, ``moves.stock_short``, ``work.serial_unknown``,
    ``moves.part_not_good``, ``moves.part_elsewhere``.
    """
    require(scope, WORK)
    with acting(scope):
        row = locked_carrier(scope, key)
        items = CarrierItem.objects.of(scope).filter(carrier=row).count()
        more = 1 if serial else quantity
        if more < 1:
            raise Problem("moves.quantity", "Give a quantity of at least 1.")
        if items + row.quantity + more > row.capacity:
            raise Problem(
                "moves.carrier_full",
                f"{row.code} has room for {row.capacity} parts and holds {items + row.quantity}.",
                status=409,
                carrier=row.code,
            )
        if serial:
            _put_part(scope, row, serial, now)
        else:
            _put_material(scope, row, items, material.strip(), lot.strip(), quantity)
        after = {"material": material, "lot": lot, "quantity": quantity, "serial": serial}
        record(scope, "moves.carrier_filled", "carrier", row.code, None, after, org=row.org)


def _put_part(scope: Scope, row: Carrier, serial: str, now: datetime) -> None:
    part = Serial.objects.of(scope).select_for_update().filter(org=row.org, serial=serial.strip()).first()
    if part is None:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    if part.status != SerialStatus.GOOD:
        raise Problem(
            "moves.part_not_good",
            f"Part {part.serial} is {part.status}, not good; it was not put in.",
            status=409,
            serial=part.serial,
        )
    known = CarrierItem.objects.of(scope).select_related("carrier").filter(serial=part).first()
    if known is not None:
        raise Problem(
            "moves.part_elsewhere",
            f"Part {part.serial} is in {known.carrier.code}.",
            status=409,
            serial=part.serial,
            where=known.carrier.code,
        )
    CarrierItem(org=row.org, carrier=row, serial=part, put_at=now).save(force_insert=True)


def _put_material(scope: Scope, row: Carrier, items: int, material: str, lot: str, quantity: int) -> None:
    if not material:
        raise Problem("moves.quantity", "Say which material.")
    if items or (row.quantity and (row.material, row.lot) != (material, lot)):
        raise Problem(
            "moves.carrier_mixed",
            f"{row.code} holds something else; empty it first.",
            status=409,
            carrier=row.code,
        )
    if row.place is not None:
        take_stock(scope, row.place, material, lot, quantity)
    row.material, row.lot = material, lot
    row.quantity += quantity
    row.save(update_fields=["material", "lot", "quantity", "changed_at"])


def empty_carrier(scope: Scope, key: int, now: datetime) -> None:
    """Take everything out: material goes to the stock of the place, parts are in no carrier."""
    require(scope, WORK)
    with acting(scope):
        row = locked_carrier(scope, key)
        _free(scope, row)
        parts = CarrierItem.objects.of(scope).filter(carrier=row)
        before = {"material": row.material, "quantity": row.quantity, "parts": parts.count()}
        parts.delete()
        if row.quantity and row.place is not None:
            add_stock(scope, row.place, row.material, row.lot, row.quantity)
        row.material, row.lot, row.quantity = "", "", 0
        row.save(update_fields=["material", "lot", "quantity", "changed_at"])
        record(scope, "moves.carrier_emptied", "carrier", row.code, before, None, org=row.org)


def move_carrier(scope: Scope, key: int, place: int, now: datetime) -> None:
    """Say where a carrier stands, when people moved it without a task or a vehicle lost it."""
    require(scope, WORK)
    with acting(scope):
        row = locked_carrier(scope, key)
        _free(scope, row)
        where = place_row(scope, place)
        before = {"place": row.place.code if row.place else "", "vehicle": row.vehicle_id}
        row.place, row.vehicle, row.arrived_at = where, None, now
        row.save(update_fields=["place", "vehicle", "arrived_at", "changed_at"])
        record(scope, "moves.carrier_moved", "carrier", row.code, before, {"place": where.code}, org=row.org)


# --- material at places --------------------------------------------------------------------------------------------


def book_stock(scope: Scope, place: int, material: str, lot: str, change: int, why: str) -> int:
    """Book a receipt (positive) or an issue (negative) at a place; returns what lies there after."""
    require(scope, WORK)
    if not material.strip() or not why.strip() or change == 0 or abs(change) > MAX_PARTS:
        raise Problem("moves.booking", "Say which material, how many and why.")
    with acting(scope):
        where = place_row(scope, place)
        if change > 0:
            left = add_stock(scope, where, material.strip(), lot.strip(), change)
        else:
            left = take_stock(scope, where, material.strip(), lot.strip(), -change, exact=True)
        after = {"material": material, "lot": lot, "change": change, "left": left, "why": why.strip()[:400]}
        record(scope, "moves.stock_booked", "place", where.code, None, after, org=where.org)
        return left


def add_stock(scope: Scope, place: Place, material: str, lot: str, quantity: int) -> int:
    Stock.objects.of(scope).get_or_create(
        org=place.org, place=place, material=material, lot=lot, defaults={"quantity": 0}
    )
    row = Stock.objects.of(scope).select_for_update().get(place=place, material=material, lot=lot)
    if row.quantity + quantity > MAX_PARTS:
        raise Problem("moves.booking", f"More than {MAX_PARTS} of one material at one place cannot be right.")
    row.quantity += quantity
    row.save(update_fields=["quantity", "changed_at"])
    return row.quantity


def take_stock(
    scope: Scope, place: Place, material: str, lot: str, quantity: int, *, exact: bool = False
) -> int:
    """Take from a place's stock. A place that books no stock of the material gives what it is asked for, unless
    ``exact``; one that does never goes below nothing (``moves.stock_short``)."""
    rows = Stock.objects.of(scope).select_for_update().filter(place=place, material=material)
    row = (rows.filter(lot=lot) if lot or exact else rows.order_by("changed_at", "pk")).first()
    if row is None and not exact and not rows.exists():
        return 0
    if row is None or row.quantity < quantity:
        raise Problem(
            "moves.stock_short",
            f"{place.code} has {row.quantity if row else 0} of {material}, not {quantity}.",
            status=409,
            place=place.code,
            material=material,
        )
    row.quantity -= quantity
    row.save(update_fields=["quantity", "changed_at"])
    return row.quantity
