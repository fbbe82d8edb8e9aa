"""API of care: tools with forecasts, gauges, what blocks a station, maintenance orders, spare parts, machine history."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from gearpark.base.time import from_us, now_utc
from gearpark.kit.api import guarded, page_by_key

from .. import queries
from ..queries.care import line_blocks
from ..queries.care.due import due_items, overdue
from ..queries.care.forecasts import tool_dues
from ..queries.care.gauges import gauge_rows
from ..queries.care.jobs import job_rows, spare_rows
from ..queries.care.machines import history
from ..queries.care.tools import tool_rows
from ..services import care
from ..types.care import JobKind, JobWanted, LifeEnd, MovementKind
from ..types.lines import VIEW

router = Router()
may_view = guarded(VIEW)
asks = guarded(VIEW)  # the services check the right that each write needs
KEY = Field("", max_length=60)


class ToolOut(Schema):
    id: int
    org: str
    serial: str
    tool_class: str
    state: str
    place: str
    line: str
    station: str
    pocket: str
    used: float
    unit: str
    life_limit: float
    left_share: float | None
    life_no: int
    regrinds: int


class ToolsOut(Schema):
    items: list[ToolOut]
    next: str | None


class ToolDueOut(Schema):
    """When a tool will be worn; ``method`` machine, wear, lives or limit; ``late_at`` null: perhaps beyond two weeks."""

    serial: str
    tool_class: str
    station: str
    pocket: str
    state: str
    used: float
    unit: str
    left: float
    left_low: float
    left_high: float | None
    method: str
    due_now: bool
    early_at: datetime | None
    due_at: datetime | None
    late_at: datetime | None


class BlockOut(Schema):
    what: str
    key: str
    kind: str
    reason: str
    station: str
    since_at: datetime | None


class DueOut(Schema):
    kind: str
    code: str
    name_en: str
    name_zh: str
    where: str
    at: datetime
    overdue: bool
    reason: str | None


class UsageIn(Schema):
    used: float
    at: AwareDatetime | None = None
    key: str = KEY


class WearIn(Schema):
    wear_mm: float
    at: AwareDatetime | None = None
    key: str = KEY


class ChangeIn(Schema):
    end: LifeEnd
    successor: str = Field("", max_length=60)
    note: str = Field("", max_length=400)


class UsedOut(Schema):
    serial: str
    used: float


class GaugeOut(Schema):
    id: int
    org: str
    code: str
    gauge_class: str
    state: str
    line: str
    station: str
    place: str
    calibrated_at: datetime | None
    due_at: datetime | None
    uses: int


class GaugesOut(Schema):
    items: list[GaugeOut]
    next: str | None


class CheckIn(Schema):
    """A calibration; deviations in the unit of the gauge's kind. ``as_left`` null: nothing was adjusted."""

    at: AwareDatetime
    as_found: float
    as_left: float | None = None
    uncertainty: float = 0.0
    standard: str = Field("", max_length=120)
    temperature_c: float | None = None
    note: str = Field("", max_length=400)
    key: str = KEY


class IdOut(Schema):
    id: int


class JobOut(Schema):
    number: str
    org: str
    kind: str
    status: str
    title: str
    asset: str
    priority: int
    source: str
    opened_at: datetime
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    labour_min: int | None
    downtime_min: int | None
    cause: str
    remedy: str


class JobsOut(Schema):
    items: list[JobOut]
    next: str | None


class JobIn(Schema):
    asset: str = Field(max_length=60)
    title: str = Field(max_length=120)
    kind: JobKind = JobKind.CORRECTIVE
    text: str = Field("", max_length=2000)
    priority: int = 50
    planned_at: AwareDatetime | None = None
    minutes: int = 30
    assigned_to: str = Field("", max_length=160)
    key: str = Field("", max_length=180)


class NumberOut(Schema):
    number: str


class SpareOut(Schema):
    id: int
    org: str
    code: str
    name_en: str
    name_zh: str
    unit: str
    stock: Decimal
    reserved: Decimal
    minimum: Decimal
    maximum: Decimal
    lead_days: int


class SparesOut(Schema):
    items: list[SpareOut]
    next: str | None


class MovementIn(Schema):
    kind: MovementKind
    quantity: Decimal
    order: str = Field("", max_length=60)
    reason: str = Field("", max_length=200)
    key: str = KEY


class StockOut(Schema):
    code: str
    stock: Decimal


class EventOut(Schema):
    kind: str
    at: datetime
    until: datetime | None
    code: str
    text: str
    value: float | None


@router.get("/care/due", response=list[DueOut], summary="Gauges, plans and orders that are due or overdue")
def due(request: HttpRequest) -> list[dict[str, Any]]:
    now = now_utc()
    return [
        {"kind": item.kind, "code": item.code, "name_en": item.name_en, "name_zh": item.name_zh, "where": item.where,
         "at": item.at, "overdue": overdue(item, now), "reason": item.reason.value if item.reason else None}
        for item in due_items(may_view(request), now)
    ]  # fmt: skip


@router.get(
    "/lines/{asset}/blocks", response=list[BlockOut], summary="Tools and gauges that block stations of a line"
)
def blocks(request: HttpRequest, asset: str) -> list[Any]:
    scope = may_view(request)
    queries.line(scope, asset)
    return list(line_blocks(scope, asset, now_utc()))


@router.get(
    "/lines/{asset}/tools",
    response=list[ToolDueOut],
    summary="Tools in the pockets of a line, soonest due first",
)
def line_tools(request: HttpRequest, asset: str) -> list[dict[str, Any]]:
    scope = may_view(request)
    found = tool_dues(scope, queries.line(scope, asset), now_utc())

    def at(us: int | None) -> datetime | None:
        return None if us is None else from_us(us)

    return [
        {"serial": tool.serial, "tool_class": tool.tool_class, "station": tool.station, "pocket": tool.pocket,
         "state": tool.state.value, "used": tool.used, "unit": tool.unit, "left": tool.left, "left_low": tool.left_low,
         "left_high": tool.left_high, "method": tool.method, "due_now": tool.now, "early_at": at(tool.early_us),
         "due_at": at(tool.due_us), "late_at": at(tool.late_us)}
        for tool in found
    ]  # fmt: skip


@router.get("/tools", response=ToolsOut, summary="Tools")
def tools(
    request: HttpRequest, cursor: str | None = None, limit: int = Query(100, ge=1, le=500)
) -> dict[str, Any]:
    rows, after = page_by_key(tool_rows(may_view(request)), "id", cursor, limit)
    return {"items": [_tool(row) for row in rows], "next": after}


@router.post("/tools/{serial}/usage", response=UsedOut, summary="Report use; a repeated key changes nothing")
def usage(request: HttpRequest, serial: str, given: UsageIn) -> dict[str, Any]:
    used = care.report_usage(asks(request), serial, given.used, _past(given.at), given.key)
    return {"serial": serial, "used": used}


@router.post(
    "/tools/{serial}/wear", response=UsedOut, summary="A measured flank wear; a repeated key changes nothing"
)
def wear(request: HttpRequest, serial: str, given: WearIn) -> dict[str, Any]:
    used = care.measure_wear(asks(request), serial, given.wear_mm, _past(given.at), given.key)
    return {"serial": serial, "used": used}


@router.post(
    "/tools/{serial}/change", response={204: None}, summary="End a tool's life and mount its successor"
)
def change(request: HttpRequest, serial: str, given: ChangeIn) -> Status[None]:
    care.change_tool(asks(request), serial, given.end, now_utc(), successor=given.successor, note=given.note)
    return Status(204, None)


@router.get("/gauges", response=GaugesOut, summary="Gauges")
def gauges(
    request: HttpRequest, cursor: str | None = None, limit: int = Query(100, ge=1, le=500)
) -> dict[str, Any]:
    rows, after = page_by_key(gauge_rows(may_view(request)), "id", cursor, limit)
    return {"items": [_gauge(row) for row in rows], "next": after}


@router.post(
    "/gauges/{code}/checks", response={201: IdOut}, summary="A calibration; a repeated key changes nothing"
)
def check(request: HttpRequest, code: str, given: CheckIn) -> Status[dict[str, int]]:
    made = care.calibration_check(
        asks(request), code, _past(given.at), given.as_found, as_left=given.as_left, uncertainty=given.uncertainty,
        standard=given.standard, temperature_c=given.temperature_c, note=given.note, key=given.key,
    )  # fmt: skip
    return Status(201, {"id": made})


@router.get("/maintenance/orders", response=JobsOut, summary="Maintenance orders")
def jobs(
    request: HttpRequest, status: str = Query("", max_length=12), cursor: str | None = None, limit: int = Query(100, ge=1, le=500)
) -> dict[str, Any]:  # fmt: skip
    rows = job_rows(may_view(request))
    found, after = page_by_key(rows.filter(status=status) if status else rows, "id", cursor, limit)
    return {"items": found, "next": after}


@router.post(
    "/maintenance/orders",
    response={201: NumberOut},
    summary="Open a maintenance order; a repeated key gives the same one",
)
def open_job(request: HttpRequest, given: JobIn) -> Status[dict[str, str]]:
    wanted = JobWanted(
        given.asset, given.title, given.kind, given.text, given.priority, given.planned_at, given.minutes,
        given.assigned_to, "person", f"api:{given.key}" if given.key else "",
    )  # fmt: skip
    return Status(201, {"number": care.open_job(asks(request), wanted, now_utc())})


@router.get("/spares", response=SparesOut, summary="Spare parts")
def spares(
    request: HttpRequest, cursor: str | None = None, limit: int = Query(100, ge=1, le=500)
) -> dict[str, Any]:
    rows, after = page_by_key(spare_rows(may_view(request)), "id", cursor, limit)
    return {"items": rows, "next": after}


@router.post(
    "/spares/{code}/movements",
    response={201: StockOut},
    summary="Book what came or went; a repeated key changes nothing",
)
def move(request: HttpRequest, code: str, given: MovementIn) -> Status[dict[str, Any]]:
    stock = care.move_spare(
        asks(request), code, given.kind, given.quantity, now_utc(), order=given.order, reason=given.reason, key=given.key
    )  # fmt: skip
    return Status(201, {"code": code, "stock": stock})


@router.get(
    "/machines/{asset}/history", response=list[EventOut], summary="Everything that happened to a machine"
)
def machine(request: HttpRequest, asset: str, days: int = Query(30, ge=1, le=92)) -> list[Any]:
    return list(history(may_view(request), asset, now_utc(), days).events)


def _past(at: datetime | None) -> datetime:
    """Nothing was done later than now."""
    now = now_utc()
    return min(at, now) if at is not None else now


def _tool(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "org": row.org, "serial": row.serial, "tool_class": row.tool_class.code, "state": row.state,
        "place": row.place, "line": row.line.asset if row.line else "", "station": row.station, "pocket": row.pocket,
        "used": row.used, "unit": row.tool_class.unit, "life_limit": row.life_limit or row.tool_class.life_limit,
        "left_share": row.left_share, "life_no": row.life_no, "regrinds": row.regrinds,
    }  # fmt: skip


def _gauge(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "org": row.org, "code": row.code, "gauge_class": row.gauge_class.code, "state": row.state,
        "line": row.line.asset if row.line else "", "station": row.station, "place": row.place,
        "calibrated_at": row.calibrated_at, "due_at": row.due_at, "uses": row.uses,
    }  # fmt: skip
