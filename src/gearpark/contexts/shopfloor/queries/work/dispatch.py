"""The dispatch list of a station: what to do next, in the order of the line's queue, and why something is blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery, Sum

from gearpark.base.scope import Scope

from ...models import Line, OperationRun, Serial, WorkOrder, WorkReport
from ...types.instructions import CheckInfo, InstructionInfo
from ...types.terminal import AtWork, Dispatch, DispatchRow
from ...types.work import (
    Block,
    OrderStatus,
    ReportKind,
    RunResult,
    RunSource,
    SerialStatus,
    Tracking,
)
from .holds import station_holds
from .instructions import checks, instruction
from .interlocks import Gate, gate, part_blocks, step_here, verdicts
from .orders import in_queue
from .people import sign_ons
from .route import Route, Step, line_row, route_of, routes, station_of

MAX_ROWS = 60
MAX_AT_WORK = 12  # parts on one station that are shown
_DISPATCHED = (OrderStatus.RELEASED, OrderStatus.RUNNING, OrderStatus.HELD, OrderStatus.DONE)


def dispatch(
    scope: Scope, line_asset: str, station: str, now: datetime, operator: int | None = None
) -> Dispatch:
    """What a station has and what it may do next. A fixed number of SQL queries, plus three a part that is on it."""
    line = line_row(scope, line_asset)
    place = station_of(line, station)
    orders = list(
        WorkOrder.objects.of(scope)
        .filter(line=line, status__in=_DISPATCHED)
        .select_related("product", "line")
        .order_by(*in_queue())
    )
    ways = routes(scope, orders)
    steps = [step for way in ways.values() for step in way.at(place.group)]
    people = sign_ons(scope, line_asset, station)
    who = operator if operator is not None else (people[0].person_id if len(people) == 1 else None)
    door = gate(scope, line, station, steps, who, now)
    rows, waiting = _waiting(scope, orders, ways, place.group, sorted({step.op for step in steps}), door)
    rows += _counted(scope, orders, ways, place.group, door)
    rank = {order.pk: place for place, order in enumerate(orders)}
    rows.sort(
        key=lambda row: (
            rank[row.order_id],
            not row.rework,
            row.serial == "",
            row.since_at or now,
            row.serial,
        )
    )
    return Dispatch(
        line_asset=line.asset,
        station=station,
        group=place.group,
        station_en=place.title_en,
        station_zh=place.title_zh,
        at=now,
        at_work=tuple(_at_work(scope, line, station)),
        rows=tuple(rows[:MAX_ROWS]),
        waiting=waiting + sum(1 for row in rows if not row.serial),
        holds=tuple(station_holds(scope, line_asset, station)),
        people=tuple(people),
        operator=who,
    )


def _waiting(
    scope: Scope,
    orders: Sequence[WorkOrder],
    ways: Mapping[int, Route],
    group: str,
    ops: Sequence[int],
    door: Gate,
) -> tuple[list[DispatchRow], int]:
    """Parts ready for an operation here and on no station, and the new parts of orders that begin here."""
    by_id = {order.pk: order for order in orders}
    ended = OperationRun.objects.of(scope).filter(serial=OuterRef("pk"), ended_at__isnull=False)
    found = (
        Serial.objects.of(scope)
        .filter(order_id__in=list(by_id), next_op__in=ops, status__in=(SerialStatus.OPEN, SerialStatus.HELD))
        .exclude(pk__in=OperationRun.objects.of(scope).filter(ended_at=None).values("serial_id"))
        .select_related("order", "product")
        .order_by(F("order__priority"), F("order__sequence"), "begun_at", "pk")
    )
    total = found.count()
    parts = list(found.annotate(free_at=Subquery(_newest(ended)))[:MAX_ROWS])
    tested = verdicts(scope, parts, {row.pk: ways[row.order_id] for row in parts if row.order_id is not None})
    rows = []
    for row in parts:
        order = by_id[row.order_id or 0]
        way = ways[order.pk]
        step = step_here(row, way, group)
        if step is None or step.op != row.next_op:
            continue
        blocks = [*part_blocks(row, way, step, tested.get(row.pk)), *door.blocks(step)]
        rows.append(_row(order, step, row, blocks))
    return rows + _new(orders, ways, group, door), total


def _newest(ended: Any) -> Any:
    return ended.order_by().values("serial").annotate(at=Max("ended_at")).values("at")


def _row(order: WorkOrder, step: Step, row: Serial, blocks: Sequence[Block]) -> DispatchRow:
    return DispatchRow(
        order_id=order.pk,
        order=order.number,
        product_id=order.product_id,
        product_en=order.product.name_en,
        product_zh=order.product.name_zh,
        tracking=Tracking(order.product.tracking),
        op=step.op,
        step_en=step.name_en,
        step_zh=step.name_zh,
        serial=row.serial,
        serial_id=row.pk,
        due_on=order.due_on,
        priority=order.priority,
        since_at=getattr(row, "free_at", None) or row.begun_at,
        rework=row.rework_loops > 0,
        attempt=row.rework_loops + 1,
        blocks=tuple(blocks),
    )


def _new(orders: Sequence[WorkOrder], ways: Mapping[int, Route], group: str, door: Gate) -> list[DispatchRow]:
    """New parts of orders whose first operation is done here."""
    rows = []
    for order in orders:
        way = ways[order.pk]
        first = way.steps[0] if way.steps else None
        left = order.quantity - order.serials_issued
        if (
            first is None
            or first.group != group
            or left < 1
            or order.product.tracking != Tracking.SERIAL
            or order.status == OrderStatus.DONE
            or order.source == "line"
        ):
            continue
        rows.append(_order_row(order, first, left, [*_order_blocks(order), *door.blocks(first)]))
    return rows


def _order_row(order: WorkOrder, step: Step, left: int, blocks: Sequence[Block]) -> DispatchRow:
    return DispatchRow(
        order_id=order.pk,
        order=order.number,
        product_id=order.product_id,
        product_en=order.product.name_en,
        product_zh=order.product.name_zh,
        tracking=Tracking(order.product.tracking),
        op=step.op,
        step_en=step.name_en,
        step_zh=step.name_zh,
        left=left,
        due_on=order.due_on,
        priority=order.priority,
        blocks=tuple(blocks),
    )


def _order_blocks(order: WorkOrder) -> list[Block]:
    if order.status != OrderStatus.HELD:
        return []
    return [Block("order_held", {"order": order.number, "reason": order.hold_reason}, signed=False)]


def _counted(
    scope: Scope,
    orders: Sequence[WorkOrder],
    ways: Mapping[int, Route],
    group: str,
    door: Gate,
) -> list[DispatchRow]:
    """Orders whose pieces are only counted and that have some here."""
    lots = [
        order
        for order in orders
        if order.product.tracking == Tracking.LOT and order.status != OrderStatus.DONE
    ]
    if not lots:
        return []
    sums: dict[tuple[int | None, int | None], tuple[int, int]] = {
        (order_id, op): (good or 0, bad or 0)
        for order_id, op, good, bad in WorkReport.objects.of(scope)
        .filter(order__in=lots, kind=ReportKind.COUNT.value)
        .order_by()
        .values_list("order_id", "op")
        .annotate(g=Sum("good"), s=Sum("scrap"))
    }
    rows = []
    for order in lots:
        way = ways[order.pk]
        for step in way.at(group)[:1]:
            before = way.before(step.op)
            came = order.quantity if before is None else sums.get((order.pk, before.op), (0, 0))[0]
            left = came - sum(sums.get((order.pk, step.op), (0, 0)))
            if left > 0:
                blocks = [*_order_blocks(order), *door.blocks(step)]
                rows.append(_order_row(order, step, left, blocks))
    return rows


def _at_work(scope: Scope, line: Line, station: str) -> list[AtWork]:
    """Parts on the station now. A part that a machine took is shown and needs no report."""
    runs = (
        OperationRun.objects.of(scope)
        .filter(line=line, station=station, ended_at=None)
        .select_related("serial__order__line", "serial__order__product", "serial__product")
        .order_by("-begun_at")
    )
    return [_working(scope, run) for run in runs[:MAX_AT_WORK]]


def _working(scope: Scope, run: OperationRun) -> AtWork:
    row = run.serial
    way = route_of(scope, row)
    step = way.step(run.op)
    shown: InstructionInfo | None = None
    done: dict[int, CheckInfo] = {}
    if run.instruction_id is not None:
        shown, done = instruction(scope, run.instruction_id), checks(scope, run.pk)
    order = row.order
    return AtWork(
        row=DispatchRow(
            order_id=order.pk if order is not None else 0,
            order=order.number if order is not None else "",
            product_id=row.product_id,
            product_en=row.product.name_en,
            product_zh=row.product.name_zh,
            tracking=Tracking.SERIAL,
            op=run.op,
            step_en=step.name_en if step else "",
            step_zh=step.name_zh if step else "",
            serial=row.serial,
            serial_id=row.pk,
            due_on=order.due_on if order is not None else None,
            priority=order.priority if order is not None else 50,
            since_at=run.begun_at,
            rework=row.rework_loops > 0,
            attempt=run.attempt,
        ),
        run_id=run.pk,
        begun_at=run.begun_at,
        by=run.by,
        machine=run.source == RunSource.LINE,
        instruction=shown,
        checks=done,
        rework_to=tuple(op for op in way.ops if op <= run.op),
    )


def last_reports(scope: Scope, line_asset: str, station: str, limit: int = 8) -> list[WorkReport]:
    """Newest reports of a station that ended or counted something."""
    kinds = [
        ReportKind.GOOD.value,
        ReportKind.SCRAP.value,
        ReportKind.REWORK.value,
        ReportKind.HOLD.value,
        ReportKind.COUNT.value,
    ]
    rows = WorkReport.objects.of(scope).filter(Q(line__asset=line_asset), station=station, kind__in=kinds)
    return list(rows.select_related("serial", "order").order_by("-at", "-pk")[:limit])


def shift_counts(scope: Scope, line_asset: str, station: str, since: datetime) -> dict[str, int]:
    """Good, scrap and rework of a station since a time, from ended runs and counted pieces."""
    runs = (
        OperationRun.objects.of(scope)
        .filter(line__asset=line_asset, station=station, ended_at__gte=since)
        .exclude(result=RunResult.ABORTED.value)
        .values_list("result", flat=True)
    )
    found = {"good": 0, "scrap": 0, "rework": 0}
    for result in runs:
        found[result] += 1
    counted = WorkReport.objects.of(scope).filter(
        line__asset=line_asset, station=station, kind=ReportKind.COUNT.value, at__gte=since
    )
    sums = counted.aggregate(g=Sum("good"), s=Sum("scrap"))
    found["good"] += sums["g"] or 0
    found["scrap"] += sums["s"] or 0
    return found
