"""Ending an order: closing with what was made, or cancelling. Yield loss needs no edit: planned 100, made 80 closes."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import OperationRun, PartHold, Reservation, Serial, WorkOrder
from ...models.work import MAX_ACTOR
from ...queries.work.orders import order
from ...types.work import RELEASE, OrderStatus, SerialStatus
from .orders import current

ORDER_ENDED = "order-ended"  # source of holds on parts whose order ended under them
_MAY_CLOSE = (OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.HELD, OrderStatus.DONE)
_MAY_CANCEL = (OrderStatus.DRAFT, OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.HELD)


def close_order(
    scope: Scope, order_id: int, version: int, note: str = "", at: datetime | None = None
) -> None:
    """Close an order with what was made. Parts still under way are held for a decision, components given back.

    Problem ``work.parts_on_stations`` while parts are on stations.
    """
    _end(scope, order_id, version, OrderStatus.CLOSED, note, at)


def cancel_order(scope: Scope, order_id: int, version: int, note: str, at: datetime | None = None) -> None:
    """Cancel an order. As closing; what was made stays made."""
    if not note.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    _end(scope, order_id, version, OrderStatus.CANCELLED, note, at)


def _end(
    scope: Scope, order_id: int, version: int, status: OrderStatus, note: str, at: datetime | None
) -> None:
    require(scope, RELEASE)
    now = at or now_utc()
    with acting(scope):
        # parts first, then the order: the same way round as every report
        open_parts = list(
            Serial.objects.of(scope)
            .filter(order_id=order_id, status=SerialStatus.OPEN.value)
            .select_for_update()
            .order_by("pk")
        )
        row = current(scope, order_id, version)
        if row.status not in (_MAY_CLOSE if status is OrderStatus.CLOSED else _MAY_CANCEL):
            raise Problem(
                "work.order_state",
                f"Order {row.number} is {row.status}; it cannot be {status} now.",
                status=409,
                order=row.number,
                state=row.status,
                wanted=status.value,
            )
        _refuse_on_stations(scope, row)
        held = _hold(scope, row, open_parts, status, now)
        given = (
            Reservation.objects.of(scope)
            .filter(order=row, consumed_by=None, returned_at=None)
            .update(returned_at=now)
        )
        progress = order(scope, order_id).progress
        before = {"status": row.status}
        row.status, row.ended_at = status.value, now
        row.version += 1
        row.save()
        after = {
            "status": row.status,
            "note": note.strip(),
            "planned": row.quantity,
            "good": progress.good,
            "scrap": progress.scrap,
            "held": held,
            "components_returned": given,
        }
        record(scope, f"work.order_{status.value}", "order", row.number, before, after, org=row.org)


def _refuse_on_stations(scope: Scope, row: WorkOrder) -> None:
    runs = OperationRun.objects.of(scope).filter(serial__order=row, ended_at=None).select_related("serial")
    on = [(run.serial.serial, run.station) for run in runs[:20]]
    if on:
        raise Problem(
            "work.parts_on_stations",
            f"Parts of {row.number} are on stations: {', '.join(f'{part} at {where}' for part, where in on)}. "
            "Report them first; nothing was changed.",
            status=409,
            order=row.number,
            parts=", ".join(f"{part} @ {where}" for part, where in on),
        )


def _hold(scope: Scope, row: WorkOrder, parts: list[Serial], status: OrderStatus, now: datetime) -> int:
    PartHold.objects.of(scope).bulk_create(
        PartHold(
            org=row.org,
            serial=part,
            reason=f"{row.number} {status.value}",
            source=ORDER_ENDED,
            held_by=scope.actor[:MAX_ACTOR],
            since_at=now,
        )
        for part in parts
    )
    for part in parts:
        part.status, part.version = SerialStatus.HELD.value, part.version + 1
    Serial.objects.of(scope).bulk_update(parts, ["status", "version"])
    return len(parts)
