"""Spare parts: a ledger of movements whose balance is never negative, and reservations for orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.care import MaintenanceOrder, SpareMovement, SparePart, SpareReservation
from ...models.lines import MAX_CODE, MAX_NAME
from ...types.care import CARE, MovementKind, SpareWanted
from .common import believable, named, owner

MAX_QUANTITY = 1e8
MAX_REASON = 200
MAX_USED_IN = 50
STEP = Decimal("0.001")
FACTS = (
    "name_en",
    "name_zh",
    "unit",
    "place",
    "minimum",
    "maximum",
    "price_cny",
    "lead_days",
    "supplier",
    "used_in",
)


def save_spare(scope: Scope, wanted: SpareWanted, *, org: str = "") -> int:
    """Register a spare part or change the one of this code; stock moves by the ledger only. Returns its id.

    Problems: ``care.text_missing``, ``care.number_range``, ``care.levels``.
    """
    require(scope, CARE)
    mine = owner(scope, org)
    code = named("code", wanted.code, MAX_CODE)
    for what, value in (
        ("minimum", wanted.minimum),
        ("maximum", wanted.maximum),
        ("price", wanted.price_cny),
    ):
        believable(what, float(value), 0, 1e9)
    believable("delivery", wanted.lead_days, 0, 3650)
    if wanted.maximum < wanted.minimum:
        raise Problem("care.levels", "The maximum stock must not be below the minimum; nothing was saved.")
    facts = {name: getattr(wanted, name) for name in FACTS}
    facts |= {
        "name_en": named("name", wanted.name_en, MAX_NAME), "name_zh": wanted.name_zh.strip()[:MAX_NAME],
        "unit": named("unit", wanted.unit, 16), "used_in": [item[:MAX_CODE] for item in wanted.used_in[:MAX_USED_IN]],
        "place": wanted.place.strip()[:MAX_NAME], "supplier": wanted.supplier.strip()[:MAX_NAME],
    }  # fmt: skip
    with acting(scope):
        row = SparePart.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in FACTS} if row else None
        if row is None:
            row = SparePart(org=mine, code=code, illustrative=wanted.illustrative)
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "care.spare_saved", "spare", code, before, facts, org=mine)
        return int(row.pk)


def move_spare(
    scope: Scope,
    code: str,
    kind: MovementKind,
    quantity: Decimal,
    at: datetime,
    *,
    order: str = "",
    reason: str = "",
    key: str = "",
) -> Decimal:
    """Book what came or went; returns the stock after it. ``quantity`` is positive, only ``adjust`` takes a sign.

    An issue for an order uses up the order's reservation first; what others reserved stays untouched.
    A repeated ``key`` changes nothing. Problems: ``care.spare_unknown``, ``care.stock_short``, ``care.reason_missing``,
    ``care.number_range``, ``care.job_unknown``.
    """
    require(scope, CARE)
    amount = _amount(quantity, signed=kind is MovementKind.ADJUST)
    if kind is MovementKind.ADJUST and not reason.strip():
        raise Problem("care.reason_missing", "Say why the stock is put right; nothing was booked.")
    with acting(scope):
        row = locked_spare(scope, code)
        if key and SpareMovement.objects.of(scope).filter(part=row, key=key).exists():
            return row.stock
        job = _job(scope, row.org, order) if order else None
        change = -amount if kind is MovementKind.ISSUE else amount
        freed = (
            _used_reservation(scope, row, job, amount) if kind is MovementKind.ISSUE and job else Decimal(0)
        )
        if row.stock + change < row.reserved - freed:
            raise _short(row, amount)
        row.stock += change
        row.reserved -= freed
        row.save(update_fields=["stock", "reserved", "changed_at"])
        SpareMovement(
            org=row.org, part=row, at=at, kind=kind.value, quantity=change, after=row.stock, order=job,
            reason=reason.strip()[:MAX_REASON], by=scope.actor, key=key,
        ).save(force_insert=True)  # fmt: skip
        after = {"kind": kind.value, "quantity": change, "stock": row.stock, "order": order, "reason": reason}
        record(scope, "care.spare_moved", "spare", code, None, after, org=row.org, at=at)
        return row.stock


def reserve_spare(scope: Scope, code: str, order: str, quantity: Decimal) -> Decimal:
    """Keep so many for an order in all (0 frees them); returns what is reserved for it now.

    Problems: ``care.spare_unknown``, ``care.job_unknown``, ``care.stock_short``, ``care.number_range``.
    """
    require(scope, CARE)
    believable("quantity", float(quantity), 0, MAX_QUANTITY)
    with acting(scope):
        row = locked_spare(scope, code)
        job = _job(scope, row.org, order)
        kept = SpareReservation.objects.of(scope).filter(part=row, order=job).first()
        before = kept.quantity if kept else Decimal(0)
        if row.reserved - before + quantity > row.stock:
            raise _short(row, quantity)
        set_reservation(scope, row, job, quantity)
        record(
            scope, "care.spare_reserved", "spare", code, {"quantity": before}, {"quantity": quantity, "order": order},
            org=row.org,
        )  # fmt: skip
        return quantity


def set_reservation(scope: Scope, row: SparePart, job: MaintenanceOrder, quantity: Decimal) -> None:
    """Write a reservation of a locked part; the caller checked that it fits."""
    kept = SpareReservation.objects.of(scope).filter(part=row, order=job).first()
    before = kept.quantity if kept else Decimal(0)
    if quantity <= 0:
        if kept is not None:
            kept.delete()
    elif kept is None:
        SpareReservation(org=row.org, part=row, order=job, quantity=quantity).save(force_insert=True)
    else:
        kept.quantity = quantity
        kept.save(update_fields=["quantity"])
    row.reserved += max(quantity, Decimal(0)) - before
    row.save(update_fields=["reserved", "changed_at"])


def free_reservations(scope: Scope, job: MaintenanceOrder) -> None:
    """What a finished or cancelled order did not take is free again."""
    kept = SpareReservation.objects.of(scope).filter(order=job).select_related("part").order_by("part_id")
    for item in kept:
        set_reservation(scope, locked_spare(scope, item.part.code, item.part.org), job, Decimal(0))


def locked_spare(scope: Scope, code: str, org: str = "") -> SparePart:
    """The part's row, locked for this transaction; NotFound ``care.spare_unknown``."""
    rows = SparePart.objects.of(scope).filter(code=code)
    row = (rows.filter(org=org) if org else rows).select_for_update().first()
    if row is None:
        raise NotFound("care.spare_unknown", f"There is no spare part {code!r} that you may see.", item=code)
    return row


def _used_reservation(scope: Scope, row: SparePart, job: MaintenanceOrder, amount: Decimal) -> Decimal:
    kept = SpareReservation.objects.of(scope).filter(part=row, order=job).first()
    if kept is None:
        return Decimal(0)
    freed = min(kept.quantity, amount)
    if freed == kept.quantity:
        kept.delete()
    else:
        kept.quantity -= freed
        kept.save(update_fields=["quantity"])
    return freed


def _amount(quantity: Decimal, *, signed: bool) -> Decimal:
    believable("quantity", float(quantity), -MAX_QUANTITY if signed else float(STEP), MAX_QUANTITY)
    amount = quantity.quantize(STEP)
    if amount == 0:
        raise Problem("care.number_range", "quantity must not be 0; nothing was saved.", what="quantity",
                      low=float(STEP), high=MAX_QUANTITY)  # fmt: skip
    return amount


def _job(scope: Scope, org: str, number: str) -> MaintenanceOrder:
    row = MaintenanceOrder.objects.of(scope).filter(org=org, number=number).first()
    if row is None:
        raise NotFound(
            "care.job_unknown", f"There is no maintenance order {number!r} that you may see.", number=number
        )
    return row


def _short(row: SparePart, wanted: Decimal) -> Problem:
    free = row.stock - row.reserved
    return Problem(
        "care.stock_short",
        f"Of {row.code} {free.normalize():f} {row.unit} are free (stock {row.stock.normalize():f},"
        f" reserved {row.reserved.normalize():f}); {wanted.normalize():f} were asked for. Nothing was booked.",
        status=409,
        item=row.code,
        free=float(free),
    )
