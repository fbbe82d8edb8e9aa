"""API of orders and work: orders with progress, what a station does next, interlocks, reports, station holds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Body, Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.api import guarded, page_by_key

from ..forms.reports import outcome_json, read_report
from ..queries.work import orders as asked
from ..queries.work.dispatch import dispatch
from ..queries.work.holds import station_holds
from ..queries.work.interlocks import blocks
from ..services import reports as reporting
from ..services import work
from ..types.lines import VIEW
from ..types.orders import NORMAL, OrderInfo, OrderWanted
from ..types.terminal import DispatchRow
from ..types.work import Block, RunSource

router = Router()
may_view = guarded(VIEW)
asks = guarded(VIEW)  # the services check the right that each write needs


class ProgressOut(Schema):
    """What became of the pieces; ``short``: good ones still missing to the quantity."""

    quantity: int
    issued: int
    good: int
    scrap: int
    open: int
    held: int
    left: int
    short: int


class OrderOut(Schema):
    id: int
    org: str
    number: str
    status: str
    product: str
    line: str
    tracking: str
    routing_revision: int | None
    lot: str
    customer_ref: str
    note: str
    due_on: date | None
    priority: int
    sequence: int
    source: str
    hold_reason: str
    released_at: AwareDatetime | None
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    version: int
    progress: ProgressOut


class OrdersOut(Schema):
    items: list[OrderOut]
    next: str | None


class StandingOut(Schema):
    """How many parts stand at one operation."""

    op: int
    group: str
    waiting: int
    at_work: int
    held: int
    done: int
    scrap: int


class OrderIn(Schema):
    """A new order; ``number`` "" lets the house give one."""

    product: str = Field(max_length=60)
    line: str = Field(max_length=60)
    quantity: int
    number: str = Field("", max_length=60)
    lot: str = Field("", max_length=60)
    customer_ref: str = Field("", max_length=120)
    due_on: date | None = None
    priority: int = NORMAL
    note: str = Field("", max_length=400)


class StepIn(Schema):
    """A step of an order's life. ``version`` is the one that was read: another one answers 409 ``work.order_changed``."""

    version: int
    reason: str = Field("", max_length=400)


class BlockOut(Schema):
    """Why a part must not start. ``signed``: quality may sign it away for one start."""

    code: str
    facts: dict[str, str]
    signed: bool


class NextOut(Schema):
    """Something a station may do next; ``serial`` "" for a new part or counted pieces of the order."""

    order: str
    serial: str
    op: int
    left: int
    rework: bool
    since_at: AwareDatetime | None
    blocks: list[BlockOut]


class DispatchOut(Schema):
    line: str
    station: str
    at_work: list[str]
    waiting: int
    next: list[NextOut]


class ReportsIn(Schema):
    """Reports in order, each with its own UUID ``key``: sent twice, it counts once (see the guide to work)."""

    reports: list[dict[str, Any]] = Field(min_length=1, max_length=reporting.MAX_REPORTS)


class OutcomesOut(Schema):
    outcomes: list[dict[str, Any]]


class HoldIn(Schema):
    line: str = Field(max_length=60)
    station: str = Field(max_length=60)
    reason: str = Field(max_length=400)
    source: str = Field("person", max_length=60)


class ClearIn(Schema):
    line: str = Field(max_length=60)
    station: str = Field(max_length=60)
    note: str = Field("", max_length=400)
    source: str = Field("", max_length=60)


class HoldOut(Schema):
    id: int
    org: str
    line_asset: str
    station: str
    reason: str
    source: str
    by: str
    since_at: AwareDatetime


class ClearedOut(Schema):
    cleared: int


@router.get("/orders", response=OrdersOut, summary="Orders with their progress")
def orders(
    request: HttpRequest,
    status: str = Query("", max_length=12),
    line: str = Query("", max_length=60),
    cursor: str | None = None,
    limit: int = Query(100, ge=1, le=500),
) -> dict[str, Any]:
    rows = asked.order_rows(may_view(request))
    rows = rows.filter(status=status) if status else rows
    rows = rows.filter(line__asset=line) if line else rows
    found, following = page_by_key(rows, "id", cursor, limit)
    return {"items": [_order(asked.order_info(row)) for row in found], "next": following}


@router.get("/orders/{order_id}", response=OrderOut, summary="One order")
def order(request: HttpRequest, order_id: int) -> dict[str, Any]:
    return _order(asked.order(may_view(request), order_id))


@router.get(
    "/orders/{order_id}/standings", response=list[StandingOut], summary="Where an order's parts stand"
)
def standings(request: HttpRequest, order_id: int) -> list[dict[str, Any]]:
    return [asdict(item) for item in asked.standings(may_view(request), order_id)]


@router.post("/orders", response={201: OrderOut}, summary="Make an order as a draft")
def order_make(request: HttpRequest, given: OrderIn) -> Status[dict[str, Any]]:
    scope = asks(request)
    key = work.create_order(scope, OrderWanted(**given.dict()), at=now_utc())
    return Status(201, _order(asked.order(scope, key)))


STEPS = ("release", "hold", "unhold", "close", "cancel")


@router.post(
    "/orders/{order_id}/{step}", response=OrderOut, summary="Release, hold, unhold, close or cancel an order"
)
def order_step(request: HttpRequest, order_id: int, step: str, given: StepIn) -> dict[str, Any]:
    scope, now = asks(request), now_utc()
    if step == "release":
        work.release_order(scope, order_id, given.version, now)
    elif step == "hold":
        work.hold_order(scope, order_id, given.version, given.reason)
    elif step == "unhold":
        work.unhold_order(scope, order_id, given.version, now)
    elif step == "close":
        work.close_order(scope, order_id, given.version, given.reason, now)
    elif step == "cancel":
        work.cancel_order(scope, order_id, given.version, given.reason, now)
    else:
        asked.order(scope, order_id)
        raise Problem("work.order_step", f"A step is one of {', '.join(STEPS)}.", status=404)
    return _order(asked.order(scope, order_id))


@router.get(
    "/lines/{asset}/stations/{station}/dispatch", response=DispatchOut, summary="What a station does next"
)
def station_dispatch(
    request: HttpRequest, asset: str, station: str, operator: int | None = None
) -> dict[str, Any]:
    found = dispatch(may_view(request), asset, station, now_utc(), operator)
    return {
        "line": found.line_asset,
        "station": found.station,
        "at_work": [item.row.serial for item in found.at_work],
        "waiting": found.waiting,
        "next": [_next(row) for row in found.rows],
    }


@router.get(
    "/lines/{asset}/stations/{station}/blocks",
    response=list[BlockOut],
    summary="Why a part must not start there",
)
def part_blocks(
    request: HttpRequest,
    asset: str,
    station: str,
    serial: str = Query(max_length=60),
    operator: int | None = None,
) -> list[dict[str, Any]]:
    scope = may_view(request)
    found = blocks(scope, serial, asset, station, now_utc(), operator, people=operator is not None)
    return [_block(item) for item in found]


@router.post("/reports", response=OutcomesOut, summary="Report work; each report has its own outcome")
def report(request: HttpRequest, given: ReportsIn = Body(...)) -> dict[str, Any]:  # noqa: B008 - ninja's way
    scope = asks(request)
    return {"outcomes": [_take(scope, item) for item in given.reports]}


def _take(scope: Scope, item: dict[str, Any]) -> dict[str, Any]:
    try:
        return outcome_json(reporting.report(scope, read_report(item, RunSource.API), now_utc()))
    except Problem as problem:
        return {"key": str(item.get("key", ""))[:64], "ok": False, "problem": problem.as_dict()}


@router.get("/holds", response=list[HoldOut], summary="Stations that are held")
def holds(request: HttpRequest, line: str = Query("", max_length=60)) -> list[Any]:
    return list(station_holds(may_view(request), line))


@router.post("/holds", response={201: HoldOut}, summary="Hold a station")
def hold(request: HttpRequest, given: HoldIn) -> Status[Any]:
    return Status(
        201, work.hold_station(asks(request), given.line, given.station, given.reason, given.source)
    )


@router.post("/holds/clear", response=ClearedOut, summary="Clear a station's holds")
def clear(request: HttpRequest, given: ClearIn) -> dict[str, int]:
    done = work.clear_station(asks(request), given.line, given.station, given.note, given.source)
    return {"cleared": done}


def _order(info: OrderInfo) -> dict[str, Any]:
    progress = info.progress
    return {
        **asdict(info),
        "line": info.line_asset,
        "progress": {**asdict(progress), "left": progress.left, "short": progress.short},
    }


def _next(row: DispatchRow) -> dict[str, Any]:
    return {**asdict(row), "blocks": [_block(item) for item in row.blocks]}


def _block(item: Block) -> dict[str, Any]:
    return {"code": item.code, "facts": item.facts, "signed": item.signed}
