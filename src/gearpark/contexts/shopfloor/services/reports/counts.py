"""Orders whose pieces are only counted: good, scrap and reason in one report; yield loss needs no edit."""

from __future__ import annotations

from django.db.models import Sum

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope

from ...models import Line, WorkOrder, WorkReport
from ...queries.work.interlocks import gate
from ...queries.work.route import Route, Step, route, station_of
from ...types.reports import ReportWanted
from ...types.work import (
    OPEN_ORDERS,
    AtStation,
    OrderStatus,
    ReportKind,
    RunSource,
    Tracking,
)
from ..work.runs import blocked
from ..work.serials import locked_order


def count_pieces(scope: Scope, wanted: ReportWanted, line: Line, where: AtStation) -> int:
    """Book good and scrapped pieces of an order at a station's operation; returns the operation.

    No more than the operation before gave can be booked: Problem ``work.count_over``.
    """
    if wanted.good < 0 or wanted.scrap < 0 or wanted.good + wanted.scrap < 1:
        raise Problem("work.count_range", "Report at least one good or scrapped piece.")
    if wanted.scrap and not wanted.reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    key = (
        WorkOrder.objects.of(scope)
        .filter(org=line.org, number=wanted.order)
        .values_list("pk", flat=True)
        .first()
    )
    if key is None:
        raise NotFound("work.order_unknown", "There is no such order that you may see.")
    order = locked_order(scope, key)
    if order.product.tracking != Tracking.LOT:
        raise Problem(
            "work.serials_only",
            f"The parts of {order.number} carry serials; report them one by one.",
            status=409,
        )
    way = route(scope, order)
    step = _step(order, way, station_of(line, wanted.station).group)
    _refuse(scope, order, line, where, step)
    room = _room(scope, order, way, step)
    if wanted.good + wanted.scrap > room:
        raise Problem(
            "work.count_over",
            f"Only {room} pieces of {order.number} are here to be reported.",
            status=409,
            room=room,
            order=order.number,
        )
    last = step.op == way.ops[-1]
    WorkReport.objects.of(scope).filter(org=line.org, key=wanted.key).update(
        order=order, op=step.op, good=wanted.good, scrap=wanted.scrap, outcome={"last": last}
    )
    _settle(scope, order, way, where)
    return step.op


def _step(order: WorkOrder, way: Route, group: str) -> Step:
    here = way.at(group)
    if not here:
        raise Problem(
            "work.not_on_route",
            f"Order {order.number} has no operation at {group} on its route.",
            status=409,
            serial=order.number,
            group=group,
        )
    return here[0]


def _refuse(scope: Scope, order: WorkOrder, line: Line, where: AtStation, step: Step) -> None:
    if order.status not in OPEN_ORDERS:
        raise Problem(
            "work.order_not_open",
            f"Order {order.number} is {order.status}; release it before parts are started.",
            status=409,
            order=order.number,
            status_word=order.status,
        )
    operator = where.operator or scope.person_id
    people = operator is not None or where.source is not RunSource.API
    found = gate(scope, line, where.station, [step], operator, where.at, people=people).blocks(step)
    if found:
        raise blocked(order.number, where.station, found)


def _sums(scope: Scope, order: WorkOrder) -> dict[int, tuple[int, int]]:
    rows = (
        WorkReport.objects.of(scope)
        .filter(order=order, kind=ReportKind.COUNT.value)
        .order_by()
        .values_list("op")
        .annotate(g=Sum("good"), s=Sum("scrap"))
    )
    return {op: (good or 0, bad or 0) for op, good, bad in rows}


def _room(scope: Scope, order: WorkOrder, way: Route, step: Step) -> int:
    """Pieces that reached the operation and were not reported there yet."""
    sums = _sums(scope, order)
    before = way.before(step.op)
    came = order.quantity if before is None else sums.get(before.op, (0, 0))[0]
    good, bad = sums.get(step.op, (0, 0))
    return int(came - good - bad)


def _settle(scope: Scope, order: WorkOrder, way: Route, where: AtStation) -> None:
    """Running from the first report; done when every piece was reported good at the end or scrapped on the way."""
    sums = _sums(scope, order)
    ended = sums.get(way.ops[-1], (0, 0))[0] + sum(bad for _good, bad in sums.values())
    order.started_at = min(order.started_at or where.at, where.at)
    order.status = OrderStatus.DONE.value if ended >= order.quantity else OrderStatus.RUNNING.value
    order.ended_at = where.at if order.status == OrderStatus.DONE else None
    order.save(update_fields=["status", "started_at", "ended_at", "changed_at"])
