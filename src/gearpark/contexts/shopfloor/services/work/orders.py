"""Work orders: made, changed, released, held, split. A version guards against two people changing one order at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import entries, record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, MAX_NAME, Line, Operation, Product, Routing, WorkOrder
from ...models.work import MAX_NOTE, MAX_QUANTITY
from ...queries.work.products import released_programs
from ...types.lines import EDIT
from ...types.orders import OrderWanted, Refusal
from ...types.work import RELEASE, OrderStatus, RoutingStatus
from .routings import refused
from .serials import locked_order
from .standing import settle

FACTS = ("quantity", "lot", "customer_ref", "due_on", "priority", "note")
LIVE = (OrderStatus.DRAFT, OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.HELD, OrderStatus.DONE)
MAX_PRIORITY = 99


def create_order(scope: Scope, wanted: OrderWanted, *, org: str = "", at: datetime | None = None) -> int:
    """Make an order as a draft. Problems ``work.order_*``, ``work.product_unknown``, ``shopfloor.line_unknown``."""
    require(scope, EDIT)
    facts = _checked(wanted)
    now = at or now_utc()
    with acting(scope):
        owner = org or scope.org
        product = Product.objects.of(scope).filter(org=owner, code=wanted.product).first()
        if product is None:
            raise NotFound(
                "work.product_unknown", f"There is no product {wanted.product!r}.", product=wanted.product
            )
        line = Line.objects.of(scope).filter(org=owner, asset=wanted.line).first()
        if line is None:
            raise NotFound("shopfloor.line_unknown", f"There is no line {wanted.line!r} that you may see.")
        _fits(product, line)
        number = wanted.number.strip() or _number(owner, now)
        if len(number) > MAX_CODE:
            raise Problem("work.order_number", f"An order number has 1 to {MAX_CODE} characters.")
        if WorkOrder.objects.of(scope).filter(org=owner, number=number).exists():
            raise Problem(
                "work.order_twice", f"There is an order {number} already.", status=409, order=number
            )
        made = WorkOrder(org=owner, number=number, product=product, line=line, **facts)
        made.save(force_insert=True)
        after = {**_readable(made), "product": product.code, "line": line.asset}
        record(scope, "work.order_created", "order", number, None, after, org=owner)
        return int(made.pk)


def change_order(
    scope: Scope, order_id: int, version: int, changes: Mapping[str, Any], at: datetime | None = None
) -> None:
    """Change quantity, lot, customer reference, due day, priority or note of an order that is not closed.

    ``version`` is the one the person looked at; Problem ``work.order_changed`` says who was quicker. A quantity may
    not go below what was issued.
    """
    require(scope, EDIT)
    with acting(scope):
        row = current(scope, order_id, version)
        _alive(row)
        known = {name: changes[name] for name in FACTS if name in changes}
        held = {name: getattr(row, name) for name in FACTS}
        wanted = OrderWanted(row.product.code, row.line.asset, **{**held, **known})
        facts = _checked(wanted)
        before = _readable(row)
        if facts["quantity"] < row.serials_issued:
            raise Problem(
                "work.quantity_below",
                f"{row.serials_issued} serials are issued; the quantity cannot be less.",
                status=409,
                issued=row.serials_issued,
            )
        for name, value in facts.items():
            setattr(row, name, value)
        after = _readable(row)
        if after == before:
            return
        row.version += 1
        row.save()
        record(scope, "work.order_changed", "order", row.number, before, after, org=row.org)
        settle(scope, [row.pk], at or now_utc())


def release_order(scope: Scope, order_id: int, version: int, at: datetime | None = None) -> None:
    """Release a draft for work: it keeps the routing that is released now. Problem ``work.release_refused``."""
    require(scope, RELEASE)
    now = at or now_utc()
    with acting(scope):
        row = current(scope, order_id, version)
        if row.status != OrderStatus.DRAFT:
            raise _wrong_state(row, "released")
        routing = (
            Routing.objects.of(scope)
            .filter(product=row.product, status=RoutingStatus.RELEASED.value)
            .select_for_update()
            .first()
        )
        refusals = release_refusals(scope, row, routing)
        if refusals:
            raise refused(refusals)
        last = (
            WorkOrder.objects.of(scope)
            .filter(line=row.line, priority=row.priority)
            .exclude(status=OrderStatus.DRAFT.value)
            .order_by("-sequence")
            .values_list("sequence", flat=True)
            .first()
        )
        row.routing, row.status, row.released_at = routing, OrderStatus.RELEASED.value, now
        row.sequence = (last or 0) + 1
        row.version += 1
        row.save()
        after = {"status": row.status, "routing": routing.revision if routing else None}
        record(scope, "work.order_released", "order", row.number, {"status": "draft"}, after, org=row.org)


def release_refusals(scope: Scope, row: WorkOrder, routing: Routing | None) -> list[Refusal]:
    """Everything that stands against releasing an order."""
    found = []
    if not row.product.active:
        found.append(Refusal("product_inactive", {"product": row.product.code}))
    if row.line.template != row.product.line_type:
        found.append(Refusal("line_type", {"line": row.line.asset, "product": row.product.code}))
    if routing is None:
        return [*found, Refusal("no_routing", {"product": row.product.code})]
    frozen = dict(
        Operation.objects.of(scope)
        .filter(routing=routing)
        .exclude(program="")
        .values_list("program", "program_hash")
    )
    released = released_programs(scope, row.org, set(frozen))
    for name, digest in sorted(frozen.items()):
        if name not in released:
            found.append(Refusal("program_not_released", {"program": name}))
        elif released[name] != digest:
            found.append(Refusal("program_changed", {"program": name}))
    return found


def hold_order(scope: Scope, order_id: int, version: int, reason: str) -> None:
    """Stop an order: none of its parts starts an operation until it is released again."""
    require(scope, RELEASE)
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        row = current(scope, order_id, version)
        if row.status not in (OrderStatus.RELEASED, OrderStatus.RUNNING):
            raise _wrong_state(row, "held")
        before, row.status = row.status, OrderStatus.HELD.value
        row.hold_reason = reason.strip()[:MAX_NOTE]
        row.version += 1
        row.save()
        after = {"status": row.status, "reason": row.hold_reason}
        record(scope, "work.order_held", "order", row.number, {"status": before}, after, org=row.org)


def unhold_order(scope: Scope, order_id: int, version: int, at: datetime | None = None) -> None:
    """Let a held order go on; it goes back to what its parts say it is."""
    require(scope, RELEASE)
    with acting(scope):
        row = current(scope, order_id, version)
        if row.status != OrderStatus.HELD:
            raise _wrong_state(row, "unheld")
        reason, row.hold_reason = row.hold_reason, ""
        row.status = OrderStatus.RELEASED.value
        row.version += 1
        row.save()
        settle(scope, [row.pk], at or now_utc())
        before = {"status": "held", "reason": reason}
        record(scope, "work.order_unheld", "order", row.number, before, {"status": "released"}, org=row.org)


def split_order(scope: Scope, order_id: int, version: int, quantity: int) -> int:
    """Move ``quantity`` pieces that are not begun into a new order of the same kind; returns its id."""
    require(scope, EDIT)
    with acting(scope):
        row = current(scope, order_id, version)
        _alive(row)
        left = row.quantity - row.serials_issued
        if not 1 <= quantity <= left or quantity >= row.quantity:
            raise Problem(
                "work.split_range",
                f"Of {row.number} {left} pieces are not begun; at least one piece stays with it.",
                status=409,
                left=left,
                order=row.number,
            )
        number = _split_number(scope, row)
        made = WorkOrder(
            org=row.org,
            number=number,
            product=row.product,
            routing=row.routing,
            line=row.line,
            status=OrderStatus.DRAFT.value if row.status == OrderStatus.DRAFT else OrderStatus.RELEASED.value,
            released_at=row.released_at,
            sequence=row.sequence,
            split_from=row,
            **{**{name: getattr(row, name) for name in FACTS}, "quantity": quantity},
        )
        if row.status == OrderStatus.HELD:
            made.status, made.hold_reason = row.status, row.hold_reason
        made.save(force_insert=True)
        before = {"quantity": row.quantity}
        row.quantity -= quantity
        row.version += 1
        row.save()
        after = {"quantity": row.quantity, "split": number}
        record(scope, "work.order_split", "order", row.number, before, after, org=row.org)
        record(
            scope,
            "work.order_created",
            "order",
            number,
            None,
            {"quantity": quantity, "split_from": row.number},
            org=row.org,
        )
        settle(scope, [row.pk], now_utc())
        return int(made.pk)


def current(scope: Scope, order_id: int, version: int) -> WorkOrder:
    """The order's row under lock if ``version`` is still the one stored, else Problem ``work.order_changed``."""
    row = locked_order(scope, order_id)
    if row.version == version:
        return row
    last = entries(scope).filter(kind="order", key=row.number, org=row.org).order_by("-at", "-pk").first()
    by = last.actor if last else "-"
    at = timezone.localtime(last.at if last else row.changed_at)
    raise Problem(
        "work.order_changed",
        f"{by} changed order {row.number} at {at:%H:%M}. Nothing of yours was saved; look at it and save again.",
        status=409,
        order=row.number,
        by=by,
        at=f"{at:%Y-%m-%d %H:%M}",
        changed=last.after if last else {},
        version=row.version,
    )


def _wrong_state(row: WorkOrder, wanted: str) -> Problem:
    return Problem(
        "work.order_state",
        f"Order {row.number} is {row.status}; it cannot be {wanted} now.",
        status=409,
        order=row.number,
        state=row.status,
        wanted=wanted,
    )


def _alive(row: WorkOrder) -> None:
    if row.status not in LIVE:
        raise _wrong_state(row, "changed")


def _fits(product: Product, line: Line) -> None:
    if product.line_type != line.template:
        raise Problem(
            "work.line_type",
            f"{product.code} is made on lines of type {product.line_type}; {line.asset} is {line.template}.",
            status=409,
            product=product.code,
            line=line.asset,
        )


def _checked(wanted: OrderWanted) -> dict[str, Any]:
    if not 1 <= wanted.quantity <= MAX_QUANTITY:
        raise Problem("work.quantity", f"A quantity is 1 to {MAX_QUANTITY}.")
    if not 1 <= wanted.priority <= MAX_PRIORITY:
        raise Problem("work.priority", f"A priority is 1 (first) to {MAX_PRIORITY}.")
    return {
        "quantity": wanted.quantity,
        "lot": wanted.lot.strip()[:MAX_CODE],
        "customer_ref": wanted.customer_ref.strip()[:MAX_NAME],
        "due_on": wanted.due_on,
        "priority": wanted.priority,
        "note": wanted.note.strip()[:MAX_NOTE],
    }


def _readable(row: WorkOrder) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in FACTS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def _number(org: str, now: datetime) -> str:
    """The house's next order number of the day."""
    day = f"{timezone.localtime(now):%y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_serial_counter (org, prefix, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (org, prefix) DO UPDATE SET last = shopfloor_serial_counter.last + 1 RETURNING last",
            [org, f"order:{day}"],
        )
        return f"WO-{day}-{int(cursor.fetchone()[0]):03d}"


def _split_number(scope: Scope, row: WorkOrder) -> str:
    base = row.number.rsplit("/", 1)[0]
    taken = set(
        WorkOrder.objects.of(scope)
        .filter(org=row.org, number__startswith=base)
        .values_list("number", flat=True)
    )
    return next(text for count in range(2, len(taken) + 3) if (text := f"{base}/{count}") not in taken)
