"""Shipping units: opened with an SSCC of their own, packed part by part, closed, put on pallets, undone."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.traceability import gs1
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Product, Serial
from ...models.moves import Carrier, CarrierItem, PackRule, ShippingUnit, UnitItem
from ...models.moves.shipping import MAX_PER_UNIT
from ...models.work import MAX_ACTOR
from ...queries.moves.places import site_of
from ...queries.shipping import rule_of, unit_info, unit_row
from ...types.lines import EDIT
from ...types.shipping import PackRuleInfo, UnitInfo, UnitKind, UnitState
from ...types.work import WORK, SerialStatus
from ..moves.numbers import next_number

SSCC_DIGITS = 17  # without the check digit
MAX_KG = 40_000.0


def next_sscc(scope: Scope, org: str) -> str:
    """A fresh serial shipping container code of the firm. Problems ``shipping.no_prefix``, ``shipping.numbers_used_up``."""
    site = site_of(scope, org)
    if not site.gs1_prefix:
        raise Problem(
            "shipping.no_prefix",
            "The firm has no GS1 company prefix yet; enter it on the logistics set-up page.",
            status=409,
        )
    room = SSCC_DIGITS - 1 - len(site.gs1_prefix)
    number = next_number(scope, org, f"sscc:{site.gs1_prefix}")
    if number >= 10**room:
        raise Problem("shipping.numbers_used_up", "All numbers of this GS1 company prefix are used up.")
    body = f"{site.extension}{site.gs1_prefix}{number:0{room}d}"
    return body + str(gs1.check_digit(body))


def save_pack_rule(scope: Scope, wanted: PackRuleInfo) -> None:
    """How a product is packed. Problems ``work.product_unknown``, ``shipping.rule_range``."""
    require(scope, EDIT)
    if not 1 <= wanted.quantity <= MAX_PER_UNIT:
        raise Problem("shipping.rule_range", f"A unit holds 1 to {MAX_PER_UNIT} parts.")
    with acting(scope):
        product = Product.objects.of(scope).filter(code=wanted.product).first()
        if product is None:
            raise NotFound("work.product_unknown", "There is no such product that you may see.")
        row, _made = PackRule.objects.of(scope).update_or_create(
            org=product.org,
            product=product,
            defaults={
                "kind": wanted.kind.value,
                "quantity": wanted.quantity,
                "mixed_orders": wanted.mixed_orders,
                "mixed_lots": wanted.mixed_lots,
                "mixed_products": wanted.mixed_products,
                "partial": wanted.partial,
            },
        )
        after = {"kind": row.kind, "quantity": row.quantity, "partial": row.partial}
        record(scope, "shipping.rule_saved", "product", product.code, None, after, org=product.org)


def open_unit(
    scope: Scope, now: datetime, *, kind: UnitKind | None = None, product: str = "", org: str = ""
) -> UnitInfo:
    """A new empty unit; with a product its kind and its room come from the product's pack rule."""
    require(scope, WORK)
    with acting(scope):
        owner = org or scope.org
        found = None
        if product:
            found = Product.objects.of(scope).filter(org=owner, code=product).first()
            if found is None:
                raise NotFound("work.product_unknown", "There is no such product that you may see.")
        rule = rule_of(scope, found)
        made = ShippingUnit(
            org=owner,
            sscc=next_sscc(scope, owner),
            kind=(kind or (rule.kind if rule is not None else UnitKind.BOX)).value,
            product=found,
            capacity=rule.quantity if rule is not None else 0,
            made_at=now,
            made_by=scope.actor[:MAX_ACTOR],
        )
        made.save(force_insert=True)
        record(scope, "shipping.unit_opened", "unit", made.sscc, None, {"kind": made.kind}, org=owner)
        return unit_info(made)


def _open(scope: Scope, sscc: str) -> ShippingUnit:
    """The unit under lock, while it is being packed."""
    row = unit_row(scope, sscc, lock=True)
    if row.state != UnitState.OPEN:
        raise Problem(
            "shipping.unit_not_open",
            f"Unit {sscc} is {row.state}; it is not being packed.",
            status=409,
            state=row.state,
        )
    return row


def _touch(row: ShippingUnit) -> None:
    row.version += 1
    row.save()


def pack(scope: Scope, sscc: str, scan: str, now: datetime) -> UnitInfo:
    """Put one good part into an open unit. ``scan``: its serial, or what a scanner makes of its label.

    The same part in the same unit again changes nothing.
    Problems: ``work.serial_unknown``, ``shipping.part_not_good``, ``shipping.packed_already``, ``shipping.unit_full``,
    ``shipping.mixed``.
    """
    require(scope, WORK)
    with acting(scope):
        row = _open(scope, sscc)
        said = gs1.scanned(scan)
        text = said.serial or said.plain
        part = (
            Serial.objects.of(scope)
            .select_related("product")
            .select_for_update(of=("self",))
            .filter(org=row.org, serial=text)
            .first()
        )
        if part is None:
            raise NotFound("work.serial_unknown", "There is no such part that you may see.")
        known = UnitItem.objects.of(scope).select_related("unit").filter(serial=part).first()
        if known is not None and known.unit_id == row.pk:
            return unit_info(row)
        _put(scope, row, part, now)
        _touch(row)
        return unit_info(row)


def _put(scope: Scope, row: ShippingUnit, part: Serial, now: datetime) -> None:
    if part.status != SerialStatus.GOOD:
        raise Problem(
            "shipping.part_not_good",
            f"Part {part.serial} is {part.status}, not good; it was not packed.",
            status=409,
            serial=part.serial,
            state=part.status,
        )
    packed = UnitItem.objects.of(scope).filter(unit=row).count()
    if packed >= (row.capacity or MAX_PER_UNIT):
        raise Problem(
            "shipping.unit_full", f"Unit {row.sscc} is full with {packed} parts.", status=409, count=packed
        )
    _fits(scope, row, part, packed)
    try:
        with transaction.atomic():
            UnitItem(
                org=row.org, unit=row, serial=part, packed_at=now, packed_by=scope.actor[:MAX_ACTOR]
            ).save(force_insert=True)
    except IntegrityError:
        known = UnitItem.objects.of(scope).select_related("unit").filter(serial=part).first()
        where = known.unit.sscc if known is not None else "?"
        raise Problem(
            "shipping.packed_already",
            f"Part {part.serial} is in unit {where} already.",
            status=409,
            serial=part.serial,
            unit=where,
        ) from None
    CarrierItem.objects.of(scope).filter(serial=part).delete()  # it was taken out of its container


def _fits(scope: Scope, row: ShippingUnit, part: Serial, packed: int) -> None:
    """What may be together in one unit, by the product's pack rule."""
    rule = rule_of(scope, part.product)
    if row.product_id is None and not packed:
        row.product = part.product
        row.capacity = row.capacity or (rule.quantity if rule is not None else 0)
    other = row.product_id is not None and row.product_id != part.product_id
    if other and (rule is None or not rule.mixed_products):
        raise _mixed(row, part, "product")
    if rule is None or not packed:
        return
    items = UnitItem.objects.of(scope).filter(unit=row)
    if not rule.mixed_orders and items.exclude(serial__order_id=part.order_id).exists():
        raise _mixed(row, part, "order")
    if not rule.mixed_lots and items.exclude(serial__lot=part.lot).exists():
        raise _mixed(row, part, "lot")


def _mixed(row: ShippingUnit, part: Serial, what: str) -> Problem:
    return Problem(
        "shipping.mixed",
        f"Part {part.serial} is of another {what} than those in unit {row.sscc}; its pack rule keeps them apart.",
        status=409,
        serial=part.serial,
        what=what,
    )


def pack_carrier(scope: Scope, sscc: str, carrier: str, now: datetime) -> UnitInfo:
    """Put every part of a container into an open unit: all of them, or with a Problem none."""
    require(scope, WORK)
    with acting(scope):
        row = _open(scope, sscc)
        found = Carrier.objects.of(scope).filter(org=row.org, code=carrier.strip()).first()
        if found is None:
            raise NotFound("moves.carrier_unknown", "There is no such carrier that you may see.")
        keys = CarrierItem.objects.of(scope).filter(carrier=found).values_list("serial_id", flat=True)
        parts = Serial.objects.of(scope).select_related("product").select_for_update(of=("self",))
        listed = list(parts.filter(pk__in=list(keys)).order_by("pk"))
        if not listed:
            raise Problem("shipping.carrier_empty", f"There are no parts in {found.code}.", status=409)
        for part in listed:
            _put(scope, row, part, now)
        _touch(row)
        return unit_info(row)


def unpack(scope: Scope, sscc: str, serial: str, now: datetime) -> UnitInfo:
    """Take one part out of an open unit."""
    require(scope, WORK)
    with acting(scope):
        row = _open(scope, sscc)
        gone, _ = UnitItem.objects.of(scope).filter(unit=row, serial__serial=serial).delete()
        if not gone:
            raise NotFound("work.serial_unknown", f"Part {serial[:60]!r} is not in this unit.")
        if not UnitItem.objects.of(scope).filter(unit=row).exists():
            row.product = None
        _touch(row)
        record(scope, "shipping.part_unpacked", "unit", sscc, {"serial": serial}, None, org=row.org)
        return unit_info(row)


def close_unit(
    scope: Scope, sscc: str, now: datetime, *, partial: bool = False, gross_kg: float | None = None
) -> UnitInfo:
    """No more goes in. A unit that is not full needs ``partial`` and a pack rule that allows it.

    Problems: ``shipping.unit_empty``, ``shipping.not_full``, ``shipping.part_not_good``, ``shipping.weight``.
    """
    require(scope, WORK)
    if gross_kg is not None and not 0 < gross_kg <= MAX_KG:
        raise Problem("shipping.weight", f"A gross weight is above 0 and at most {MAX_KG:.0f} kg.")
    with acting(scope):
        row = _open(scope, sscc)
        packed = UnitItem.objects.of(scope).filter(unit=row).count()
        children = ShippingUnit.objects.of(scope).filter(parent=row)
        if not packed and not children.exists():
            raise Problem("shipping.unit_empty", f"Unit {sscc} is empty; undo it instead.", status=409)
        if children.filter(state=UnitState.OPEN.value).exists():
            raise Problem("shipping.unit_open_inside", f"A unit on {sscc} is not closed yet.", status=409)
        short = bool(packed and row.capacity and packed < row.capacity)
        rule = rule_of(scope, row.product)
        if short and not (partial and (rule is None or rule.partial)):
            raise Problem(
                "shipping.not_full",
                f"Unit {sscc} has {packed} of {row.capacity} parts; its pack rule wants it full.",
                status=409,
                count=packed,
                room=row.capacity,
            )
        refuse_not_good(scope, [row.pk])
        row.state, row.closed_at, row.partial, row.gross_kg = UnitState.CLOSED.value, now, short, gross_kg
        _touch(row)
        record(scope, "shipping.unit_closed", "unit", sscc, None, {"parts": packed}, org=row.org)
        return unit_info(row)


def refuse_not_good(scope: Scope, units: list[int]) -> None:
    """A part that was held after it was packed must not leave."""
    bad = (
        UnitItem.objects.of(scope)
        .filter(unit_id__in=units)
        .exclude(serial__status=SerialStatus.GOOD.value)
        .values_list("serial__serial", "serial__status")
        .first()
    )
    if bad is not None:
        raise Problem(
            "shipping.part_not_good",
            f"Part {bad[0]} is {bad[1]}, not good; take it out first.",
            status=409,
            serial=bad[0],
            state=bad[1],
        )


def reopen_unit(scope: Scope, sscc: str, now: datetime) -> UnitInfo:
    """Open a closed unit again, while it has not left and lies in no shipment."""
    require(scope, WORK)
    with acting(scope):
        row = unit_row(scope, sscc, lock=True)
        _loose(row)
        if row.state != UnitState.CLOSED:
            raise Problem(
                "shipping.unit_not_closed", f"Unit {sscc} is {row.state}.", status=409, state=row.state
            )
        row.state, row.closed_at, row.partial = UnitState.OPEN.value, None, False
        _touch(row)
        record(scope, "shipping.unit_reopened", "unit", sscc, None, None, org=row.org)
        return unit_info(row)


def _loose(row: ShippingUnit) -> None:
    if row.shipment_id is not None or row.state == UnitState.SHIPPED:
        raise Problem(
            "shipping.unit_in_shipment",
            f"Unit {row.sscc} belongs to a shipment; take it off first.",
            status=409,
        )


def undo_unit(scope: Scope, sscc: str, now: datetime) -> UnitInfo:
    """Unpack everything: the parts are in no unit, the SSCC is never used again."""
    require(scope, WORK)
    with acting(scope):
        row = unit_row(scope, sscc, lock=True)
        _loose(row)
        if row.state == UnitState.UNDONE:
            return unit_info(row)
        serials = list(UnitItem.objects.of(scope).filter(unit=row).values_list("serial__serial", flat=True))
        UnitItem.objects.of(scope).filter(unit=row).delete()
        ShippingUnit.objects.of(scope).filter(parent=row).update(parent=None)
        row.state, row.parent = UnitState.UNDONE.value, None
        _touch(row)
        record(scope, "shipping.unit_undone", "unit", sscc, {"serials": serials[:200]}, None, org=row.org)
        return unit_info(row)


def put_on_pallet(scope: Scope, sscc: str, pallet: str, now: datetime) -> UnitInfo:
    """Put a closed box on an open pallet. Problems ``shipping.pallet``, ``shipping.unit_not_closed``."""
    require(scope, WORK)
    with acting(scope):
        row, onto = unit_row(scope, sscc, lock=True), unit_row(scope, pallet, lock=True)
        _loose(row)
        if row.state != UnitState.CLOSED:
            raise Problem(
                "shipping.unit_not_closed",
                f"Unit {sscc} is {row.state}; close it first.",
                status=409,
                state=row.state,
            )
        fits = onto.kind == UnitKind.PALLET and onto.state == UnitState.OPEN and row.kind == UnitKind.BOX
        if not fits or row.org != onto.org or row.parent_id not in (None, onto.pk):
            raise Problem(
                "shipping.pallet", "Only a closed box goes on an open pallet, and only on one.", status=409
            )
        row.parent = onto
        _touch(row)
        record(scope, "shipping.unit_on_pallet", "unit", sscc, None, {"pallet": pallet}, org=row.org)
        return unit_info(row)


def take_off_pallet(scope: Scope, sscc: str, now: datetime) -> UnitInfo:
    """Take a box off its pallet, while that is open."""
    require(scope, WORK)
    with acting(scope):
        row = unit_row(scope, sscc, lock=True)
        if row.parent is not None and row.parent.state != UnitState.OPEN:
            raise Problem("shipping.pallet", "The pallet is closed; open it again first.", status=409)
        row.parent = None
        _touch(row)
        record(scope, "shipping.unit_off_pallet", "unit", sscc, None, None, org=row.org)
        return unit_info(row)
