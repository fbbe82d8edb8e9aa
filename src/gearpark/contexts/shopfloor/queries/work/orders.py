"""Orders with their progress, counted from the parts themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models import OperationRun, Reservation, Serial, WorkOrder, WorkReport
from ...types.orders import Consequences, OrderInfo, Progress, Standing
from ...types.work import (
    OrderSource,
    OrderStatus,
    ReportKind,
    RunResult,
    SerialStatus,
    Tracking,
)
from .route import Route, route

TOLD = [
    kind.value for kind in ReportKind if kind not in (ReportKind.CHECK, ReportKind.START, ReportKind.SIGN_OFF)
]
QUEUE = (OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.HELD)


def order_rows(scope: Scope) -> QuerySet[WorkOrder]:
    """Orders for lists, each with ``n_good``, ``n_scrap``, ``n_open``, ``n_held`` from its parts."""
    parts = Serial.objects.of(scope).filter(order=OuterRef("pk")).order_by()
    counted = (
        WorkReport.objects.of(scope).filter(order=OuterRef("pk"), kind=ReportKind.COUNT.value).order_by()
    )

    def count(*status: str) -> Subquery:
        rows = parts.filter(status__in=status).values("order").annotate(n=Count("id")).values("n")
        return Subquery(rows, output_field=IntegerField())

    def total(field: str, **narrow: Any) -> Subquery:
        rows = counted.filter(**narrow).values("order").annotate(n=Sum(field)).values("n")
        return Subquery(rows, output_field=IntegerField())

    none = Value(0)
    return (
        WorkOrder.objects.of(scope)
        .select_related("product", "line", "routing", "split_from")
        .annotate(
            n_good=Coalesce(count("good", "shipped"), total("good", outcome__last=True), none),
            n_scrap=Coalesce(count("scrap"), total("scrap"), none),
            n_open=Coalesce(count("open"), none),
            n_held=Coalesce(count("held"), none),
        )
    )


def order_info(row: WorkOrder) -> OrderInfo:
    """Row of ``order_rows`` -> plain data."""
    found: Any = row
    lot = row.product.tracking == Tracking.LOT
    return OrderInfo(
        id=row.pk,
        org=row.org,
        number=row.number,
        product_id=row.product_id,
        product=row.product.code,
        product_name_en=row.product.name_en,
        product_name_zh=row.product.name_zh,
        tracking=Tracking(row.product.tracking),
        routing_id=row.routing_id,
        routing_revision=row.routing.revision if row.routing is not None else None,
        line_asset=row.line.asset,
        line_name_en=row.line.name_en,
        line_name_zh=row.line.name_zh,
        quantity=row.quantity,
        lot=row.lot,
        customer_ref=row.customer_ref,
        note=row.note,
        due_on=row.due_on,
        priority=row.priority,
        sequence=row.sequence,
        source=OrderSource(row.source),
        status=OrderStatus(row.status),
        hold_reason=row.hold_reason,
        released_at=row.released_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
        split_from=row.split_from.number if row.split_from is not None else "",
        progress=Progress(
            quantity=row.quantity,
            issued=found.n_good + found.n_scrap if lot else row.serials_issued,
            good=found.n_good,
            scrap=found.n_scrap,
            open=found.n_open,
            held=found.n_held,
        ),
    )


def order(scope: Scope, key: int) -> OrderInfo:
    """One order, or NotFound ``work.order_unknown``."""
    row = order_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("work.order_unknown", "There is no such order that you may see.")
    return order_info(row)


def order_id(scope: Scope, org: str, number: str) -> int | None:
    """Id of an order by its number."""
    found = WorkOrder.objects.of(scope).filter(org=org, number=number).values_list("pk", flat=True).first()
    return None if found is None else int(found)


def late_orders(rows: QuerySet[WorkOrder], today: date) -> QuerySet[WorkOrder]:
    """Orders that are due before today and not done."""
    ended = (OrderStatus.DONE, OrderStatus.CLOSED, OrderStatus.CANCELLED)
    return rows.filter(due_on__lt=today).exclude(status__in=ended)


def order_counts(scope: Scope, today: date) -> dict[str, int]:
    """Orders by status, and ``late``: how many are due before today and not done. Two SQL queries."""
    rows = WorkOrder.objects.of(scope)
    found = dict.fromkeys([status.value for status in OrderStatus], 0)
    found |= dict(rows.order_by().values_list("status").annotate(n=Count("id")))
    return {**found, "late": late_orders(rows, today).count()}


def queue(scope: Scope, line_asset: str) -> list[OrderInfo]:
    """A line's orders in the order they are to be made: released, running and held ones."""
    rows = order_rows(scope).filter(line__asset=line_asset, status__in=QUEUE)
    return [order_info(row) for row in rows.order_by(*in_queue())]


def queues(scope: Scope) -> dict[str, list[OrderInfo]]:
    """Every line's queue by the line's asset id. One SQL query."""
    found: dict[str, list[OrderInfo]] = {}
    for row in order_rows(scope).filter(status__in=QUEUE).order_by(*in_queue()):
        found.setdefault(row.line.asset, []).append(order_info(row))
    return found


def in_queue() -> Sequence[Any]:
    """The queue's order: priority, place, due day (none last), age."""
    return (F("priority"), F("sequence"), F("due_on").asc(nulls_last=True), F("id"))


def standings(scope: Scope, key: int) -> list[Standing]:
    """How many parts of an order stand at which operation of its route. Four SQL queries."""
    row = WorkOrder.objects.of(scope).select_related("line", "product").filter(pk=key).first()
    if row is None:
        raise NotFound("work.order_unknown", "There is no such order that you may see.")
    way = route(scope, row)
    if row.product.tracking == Tracking.LOT:
        return _counted(scope, row, way)
    waiting = _by_op(
        Serial.objects.of(scope)
        .filter(order=row, status__in=(SerialStatus.OPEN, SerialStatus.HELD))
        .order_by()
        .values_list("next_op")
        .annotate(open=Count("id", filter=Q(status="open")), held=Count("id", filter=Q(status="held")))
    )
    runs = (
        OperationRun.objects.of(scope)
        .filter(serial__order=row)
        .exclude(result=RunResult.ABORTED.value)
        .order_by()
        .values_list("op")
        .annotate(
            at_work=Count("id", filter=Q(ended_at=None)),
            done=Count("serial", filter=Q(result="good"), distinct=True),
            scrap=Count("serial", filter=Q(result="scrap", serial__status="scrap"), distinct=True),
        )
    )
    passed = {op: counts for op, *counts in runs}
    found = []
    for step in way.steps:
        here, held = waiting.get(step.op, (0, 0))
        at_work, done, scrap = passed.get(step.op, (0, 0, 0))
        found.append(
            Standing(
                step.op,
                step.group,
                step.name_en,
                step.name_zh,
                max(0, here - at_work),
                at_work,
                held,
                done,
                scrap,
            )
        )
    return found


def _by_op(rows: Iterable[Any]) -> dict[int, tuple[int, int]]:
    return {op: (here, held) for op, here, held in rows if op is not None}


def _counted(scope: Scope, row: WorkOrder, way: Route) -> list[Standing]:
    """Standings of an order whose pieces are only counted: what one operation gave waits for the next."""
    sums = {
        op: (good or 0, scrap or 0)
        for op, good, scrap in WorkReport.objects.of(scope)
        .filter(order=row, kind=ReportKind.COUNT.value)
        .order_by()
        .values_list("op")
        .annotate(g=Sum("good"), s=Sum("scrap"))
    }
    found, before = [], row.quantity
    for step in way.steps:
        good, scrap = sums.get(step.op, (0, 0))
        found.append(
            Standing(
                step.op,
                step.group,
                step.name_en,
                step.name_zh,
                waiting=max(0, before - good - scrap),
                done=good,
                scrap=scrap,
            )
        )
        before = good
    return found


def consequences(scope: Scope, key: int) -> Consequences:
    """What closing or cancelling an order would do."""
    info = order(scope, key)
    at_work = OperationRun.objects.of(scope).filter(serial__order_id=key, ended_at=None).count()
    waiting = Serial.objects.of(scope).filter(order_id=key, status=SerialStatus.OPEN.value).count()
    reserved = Reservation.objects.of(scope).filter(order_id=key, consumed_by=None, returned_at=None).count()
    return Consequences(at_work, max(0, waiting - at_work), reserved, info.progress.short)


def serial_rows(scope: Scope, order_id: int | None = None) -> QuerySet[Serial]:
    """Parts, of one order when named."""
    rows = Serial.objects.of(scope).select_related("product", "order")
    return rows.filter(order_id=order_id) if order_id is not None else rows


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """One report as lists show it."""

    at: datetime
    received_at: datetime
    kind: ReportKind
    station: str
    serial: str
    op: int | None
    good: int
    scrap: int
    reason: str
    by: str

    @property
    def late_s(self) -> float:
        """How much later than it happened it came in."""
        return (self.received_at - self.at).total_seconds()


def recent_reports(scope: Scope, order_id: int, limit: int = 12) -> list[ReportInfo]:
    """Newest reports of an order."""
    rows = WorkReport.objects.of(scope).filter(order_id=order_id, kind__in=TOLD).select_related("serial")
    return [report_info(row) for row in rows.order_by("-at", "-pk")[:limit]]


def report_info(row: WorkReport) -> ReportInfo:
    """Row (``serial`` selected) -> plain data."""
    return ReportInfo(
        row.at,
        row.received_at,
        ReportKind(row.kind),
        row.station,
        row.serial.serial if row.serial is not None else "",
        row.op,
        row.good,
        row.scrap,
        row.reason,
        row.by,
    )
