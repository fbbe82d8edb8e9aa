"""What follows from a run: the part's standing, the order's status, the events. Locks go part first, then order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count, Min, Q

from gearpark.base.scope import Scope
from gearpark.kit.events import tell

from ...models import OperationRun, Serial, WorkOrder
from ...queries.work.standing import standing
from ...types.work import (
    OperationDone,
    OrderSource,
    OrderStatus,
    RunResult,
    SerialDone,
    SerialStatus,
)

LEFT = (SerialStatus.GOOD, SerialStatus.SCRAP, SerialStatus.SHIPPED)
_COUNTED = (OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.DONE)


def stand(row: Serial, ops: Sequence[int], runs: Iterable[OperationRun]) -> bool:
    """Set the row's standing from its runs; True when something changed. A hold and a shipment stay."""
    found = standing(ops, runs)
    status: str = found.status.value
    if row.status == SerialStatus.SHIPPED or (
        row.status == SerialStatus.HELD and found.status != SerialStatus.SCRAP
    ):
        status = row.status
    before = (row.status, row.next_op, row.rework_loops, row.done_at)
    after = (status, found.next_op, found.loops, found.done_at)
    if before == after:
        return False
    row.status, row.next_op, row.rework_loops, row.done_at = after
    row.version += 1
    return True


STANDING = ("status", "next_op", "rework_loops", "done_at", "version")


def tell_run(run: OperationRun, row: Serial, line_asset: str) -> None:
    """Tell that an operation ended; an aborted one did not."""
    if run.ended_at is None or run.result == RunResult.ABORTED:
        return
    scrapped = run.result == RunResult.SCRAP
    tell(
        OperationDone(
            org=row.org,
            serial_id=row.pk,
            serial=row.serial,
            order_id=row.order_id,
            line_asset=line_asset,
            station=run.station,
            op=run.op,
            at=run.ended_at,
            good=run.result == RunResult.GOOD,
            scrap_reason=run.reason if scrapped else "",
        )
    )


def tell_left(row: Serial, before: str) -> None:
    """Tell that a part left its route, when it just did."""
    if row.status != before and row.status in LEFT and row.done_at is not None:
        tell(SerialDone(row.org, row.pk, row.serial, SerialStatus(row.status), row.done_at, row.order_id))


def settle(scope: Scope, order_ids: Iterable[int | None], at: datetime) -> None:
    """Bring orders' statuses in line with their parts. Never touches a draft, a held or a closed order."""
    keys = sorted({key for key in order_ids if key is not None})
    if not keys:
        return
    rows = list(
        WorkOrder.objects.of(scope)
        .filter(pk__in=keys, status__in=_COUNTED)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    counts = {
        found["order_id"]: found
        for found in Serial.objects.of(scope)
        .filter(order_id__in=[row.pk for row in rows])
        .order_by()
        .values("order_id")
        .annotate(
            issued=Count("id"),
            open=Count("id", filter=Q(status__in=(SerialStatus.OPEN, SerialStatus.HELD))),
            first=Min("begun_at"),
        )
    }
    for row in rows:
        found = counts.get(row.pk)
        if found is not None and _settled(row, found["issued"], found["open"], found["first"], at):
            row.save(
                update_fields=["status", "started_at", "ended_at", "quantity", "serials_issued", "changed_at"]
            )


def _settled(row: WorkOrder, issued: int, still_open: int, first: datetime, at: datetime) -> bool:
    before = (row.status, row.started_at, row.ended_at, row.quantity, row.serials_issued)
    if row.source == OrderSource.LINE:
        row.quantity = max(issued, 1)
    row.serials_issued = max(row.serials_issued, issued)
    row.started_at = min(row.started_at or first, first)
    if not still_open and issued >= row.quantity:
        row.status = OrderStatus.DONE.value
        row.ended_at = row.ended_at or max(at, row.started_at)
    else:
        row.status, row.ended_at = OrderStatus.RUNNING.value, None
    return before != (row.status, row.started_at, row.ended_at, row.quantity, row.serials_issued)
