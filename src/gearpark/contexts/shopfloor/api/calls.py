"""API of calls for help: what stands, raising one, its steps, closing it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from gearpark.base.time import now_utc
from gearpark.kit.api import guarded

from .. import queries
from ..queries.calls import Times, call, call_stats, standing_calls
from ..services import calls
from ..types.calls import CallSource, CallStep, CallWanted
from ..types.lines import VIEW
from ..types.work import WORK

router = Router()
may_view, may_work = guarded(VIEW), guarded(WORK)


class CallOut(Schema):
    """One call; every limit counts in seconds from ``raised_at``."""

    id: int
    org: str
    type: str
    type_en: str
    type_zh: str
    colour: str
    line: str
    station: str
    text: str
    status: str
    source: str
    level: int
    raised_at: datetime
    raised_by: str
    accept_s: int
    on_site_s: int
    contain_s: int
    accepted_at: datetime | None
    accepted_by: str
    on_site_at: datetime | None
    contained_at: datetime | None
    closed_at: datetime | None
    reason: str
    note: str


class CallIn(Schema):
    type: str = Field(max_length=60)
    line: str = Field(max_length=60)
    station: str = Field("", max_length=60)
    text: str = Field("", max_length=400)
    key: str = Field("", max_length=180)


class CloseIn(Schema):
    reason: str = Field(max_length=60)
    note: str = Field("", max_length=400)


class IdOut(Schema):
    id: int


class TimesOut(Schema):
    calls: int
    middle_s: float | None
    p90_s: float | None


class StatsOut(Schema):
    calls: int
    standing: int
    cancelled: int
    accept: TimesOut
    response: TimesOut
    repair: TimesOut
    escalations: dict[str, int]


@router.get("/calls", response=list[CallOut], summary="Calls that stand, oldest first")
def standing(request: HttpRequest, line: str = Query("", max_length=60)) -> list[Any]:
    scope = may_view(request)
    if line:
        queries.line(scope, line)
    return list(standing_calls(scope, [line] if line else None))


@router.post("/calls", response={201: IdOut}, summary="Call for help; a repeated key gives the same call")
def raise_call(request: HttpRequest, given: CallIn) -> Status[dict[str, int]]:
    wanted = CallWanted(
        given.type,
        given.line,
        given.station,
        given.text,
        CallSource.API,
        f"api:{given.key}" if given.key else "",
    )
    return Status(201, {"id": calls.raise_call(may_work(request), wanted, now_utc())})


@router.get("/calls/stats", response=StatsOut, summary="Calls in figures")
def stats(
    request: HttpRequest, days: int = Query(30, ge=1, le=366), line: str = Query("", max_length=60), type: str = Query("", max_length=60)
) -> dict[str, Any]:  # fmt: skip
    now = now_utc()
    found = call_stats(may_view(request), now - timedelta(days=days), now, line=line, type_code=type)

    def times(one: Times) -> dict[str, Any]:
        return {"calls": one.calls, "middle_s": one.middle_s, "p90_s": one.p90_s}

    return {
        "calls": found.calls, "standing": found.standing, "cancelled": found.cancelled, "accept": times(found.accept),
        "response": times(found.response), "repair": times(found.repair),
        "escalations": {step.value: count for step, count in found.escalations.items()},
    }  # fmt: skip


@router.get("/calls/{key}", response=CallOut, summary="One call")
def one(request: HttpRequest, key: int) -> Any:
    return call(may_view(request), key)


@router.post(
    "/calls/{key}/steps/{step}", response=CallOut, summary="A step of the answer: accept, on_site or contain"
)
def step(request: HttpRequest, key: int, step: CallStep) -> Any:
    scope, now = may_work(request), now_utc()
    {
        CallStep.ACCEPT: calls.accept_call,
        CallStep.ON_SITE: calls.on_site,
        CallStep.CONTAIN: calls.contain_call,
    }[step](scope, key, now)
    return call(scope, key)


@router.post("/calls/{key}/close", response=CallOut, summary="Close a call with one of its type's reasons")
def close(request: HttpRequest, key: int, given: CloseIn) -> Any:
    scope = may_work(request)
    calls.close_call(scope, key, now_utc(), given.reason, given.note)
    return call(scope, key)
