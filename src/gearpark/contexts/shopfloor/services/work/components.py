"""Components: serials issued to an order, given back, or built into one of its parts. The database holds the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Reservation, Serial, WorkOrder
from ...models.work import MAX_ACTOR
from ...types.work import OPEN_ORDERS, WORK, SerialStatus
from .serials import locked_order

MAX_COMPONENTS = 2_000  # of one call
MAX_NAMED = 20  # serials a refusal names


def issue_components(scope: Scope, order_id: int, serials: Sequence[str], at: datetime) -> int:
    """Issue finished parts to an order as its components; returns how many were new to it.

    Problems ``work.component_unknown``, ``work.component_not_good``, ``work.component_elsewhere`` with the serials.
    """
    require(scope, WORK)
    texts = sorted({text.strip() for text in serials if text.strip()})
    if not 1 <= len(texts) <= MAX_COMPONENTS:
        raise Problem("work.component_range", f"Issue 1 to {MAX_COMPONENTS} components at a time.")
    with acting(scope):
        order = locked_order(scope, order_id)
        if order.status not in OPEN_ORDERS:
            raise Problem(
                "work.order_not_open",
                f"Order {order.number} is {order.status}; release it before parts are started.",
                status=409,
                order=order.number,
                status_word=order.status,
            )
        rows = {
            row.serial: row
            for row in Serial.objects.of(scope)
            .filter(org=order.org, serial__in=texts)
            .select_for_update()
            .order_by("pk")
        }
        held = _issuable(scope, order, texts, rows)
        made = [
            Reservation(
                org=order.org, order=order, component=row, issued_at=at, issued_by=scope.actor[:MAX_ACTOR]
            )
            for text, row in rows.items()
            if text not in held
        ]
        Reservation.objects.of(scope).bulk_create(made)
        after = {"components": [row.component.serial for row in made]}
        record(scope, "work.components_issued", "order", order.number, None, after, org=order.org)
        return len(made)


def _issuable(
    scope: Scope, order: WorkOrder, texts: Sequence[str], rows: Mapping[str, Serial]
) -> dict[str, str]:
    """Serials that are issued to this order already; a Problem for what cannot be issued to it."""
    missing = _named(text for text in texts if text not in rows)
    if missing:
        raise NotFound(
            "work.component_unknown",
            f"There is no such part: {missing}. Nothing was changed.",
            serials=missing,
        )
    bad = _named(text for text, row in rows.items() if row.status != SerialStatus.GOOD)
    if bad:
        raise Problem(
            "work.component_not_good",
            f"Only good parts can be issued: {bad}. Nothing was changed.",
            status=409,
            serials=bad,
        )
    held = dict(
        Reservation.objects.of(scope)
        .filter(component__in=rows.values(), returned_at=None)
        .values_list("component__serial", "order__number")
    )
    taken = _named(f"{text} ({number})" for text, number in held.items() if number != order.number)
    if taken:
        raise Problem(
            "work.component_elsewhere",
            f"Issued to another order: {taken}. Nothing was changed.",
            status=409,
            serials=taken,
        )
    return held


def return_component(scope: Scope, order_id: int, serial: str, at: datetime) -> None:
    """Give an issued component back that was not built in."""
    require(scope, WORK)
    with acting(scope):
        order = locked_order(scope, order_id)
        row = _reserved(scope, order.pk, order.org, serial)
        if row.consumed_by_id is not None:
            raise Problem("work.component_used", f"{serial} is built in already.", status=409, serial=serial)
        row.returned_at = at
        row.save(update_fields=["returned_at"])
        record(
            scope,
            "work.component_returned",
            "order",
            order.number,
            {"component": serial},
            None,
            org=order.org,
        )


def consume_component(scope: Scope, parent: Serial, serial: str, op: int, at: datetime) -> bool:
    """Build a component into a part of the order it was issued to; False when it is in this very part already.

    ``parent`` is a locked row. Problems ``work.component_not_issued``, ``work.component_used``.
    """
    require(scope, WORK)
    if parent.order_id is None:
        raise Problem(
            "work.component_not_issued", f"{serial} was not issued to this order.", status=409, serial=serial
        )
    with acting(scope):
        row = _reserved(scope, parent.order_id, parent.org, serial)
        if row.consumed_by_id == parent.pk:
            return False
        if row.consumed_by_id is not None:
            raise Problem("work.component_used", f"{serial} is built in already.", status=409, serial=serial)
        row.consumed_by, row.consumed_at, row.op = parent, at, op
        row.save(update_fields=["consumed_by", "consumed_at", "op"])
        return True


def _reserved(scope: Scope, order_id: int, org: str, serial: str) -> Reservation:
    row = (
        Reservation.objects.of(scope)
        .filter(order_id=order_id, component__org=org, component__serial=serial.strip(), returned_at=None)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise Problem(
            "work.component_not_issued", f"{serial} was not issued to this order.", status=409, serial=serial
        )
    return row


def _named(texts: Iterable[str]) -> str:
    """The first serials of a list; "" for none."""
    return ", ".join(list(texts)[:MAX_NAMED])
