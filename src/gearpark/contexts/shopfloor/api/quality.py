"""API of the quality room: control charts, signals, measurements, pass rates, sampling plans. Shares 0..1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from gearpark.base.time import now_utc
from gearpark.kit.api import guarded
from gearpark.kit.tenant import acting

from ..queries import quality as queries
from ..queries.quality.passrate import promise_of, rate_of, year_start
from ..services import quality as services
from ..types.lines import VIEW
from ..types.quality import Population
from ..types.work import QUALITY, WORK

router = Router()
may_view, may_work, may_quality = guarded(VIEW), guarded(WORK), guarded(QUALITY)
MAX_POINTS = 5000


class ChartOut(Schema):
    id: int
    org: str
    line: str
    characteristic: str
    maker: str
    kind: str
    size: int
    active: bool
    limits_version: int


class PointOut(Schema):
    number: int
    at: datetime
    value: float
    lcl: float | None
    centre: float | None
    ucl: float | None
    limits_version: int
    label: str
    signals: list[str]


class ChartPointsOut(Schema):
    """A chart's newest points, each judged by the limits of its time; ``limits_version`` 0 is nobody's."""

    chart: ChartOut
    points: list[PointOut]


class SignalOut(Schema):
    id: int
    org: str
    chart_id: int
    line_asset: str
    maker: str
    characteristic: str
    rule: str
    version: int
    at: datetime
    found_at: datetime
    serial: str
    value: float
    z: float
    late: bool
    held: bool
    cause: str
    action: str
    closed_by: str
    closed_at: datetime | None


class MeasurementIn(Schema):
    line: str
    characteristic: str
    value: float
    at: datetime
    serial: str = ""
    maker: str = ""
    gauge: str = ""


class MeasurementOut(Schema):
    stored: bool


class CloseIn(Schema):
    cause: str
    action: str


class FreedOut(Schema):
    freed_holds: int


class PassRateOut(Schema):
    """A pass rate with what it proves; bounds one-sided Clopper-Pearson, failures a million."""

    population: str
    good: int
    bad: int
    pass_rate: float | None
    target: str
    confidence: float
    since_at: datetime
    fail_lower_ppm: float | None
    fail_upper_ppm: float | None
    verdict: str | None
    pieces_still_needed: int | None


@router.get("/quality/charts", response=list[ChartOut], summary="Control charts")
def charts(request: HttpRequest, line: str = Query("")) -> list[dict[str, Any]]:
    scope = may_view(request)
    with acting(scope):
        return [_chart(item) for item in queries.charts(scope, line=line)]


@router.get("/quality/charts/{key}", response=ChartPointsOut, summary="Points of a control chart")
def chart(request: HttpRequest, key: int, last: int = Query(200, ge=1, le=MAX_POINTS)) -> dict[str, Any]:
    view = queries.chart_view(may_view(request), key, last=last)
    return {
        "chart": _chart(view.chart),
        "points": [
            {
                "number": point.number,
                "at": point.at,
                "value": point.value,
                "lcl": _finite(point.lcl),
                "centre": _finite(point.centre),
                "ucl": _finite(point.ucl),
                "limits_version": point.version,
                "label": point.label,
                "signals": list(point.signals),
            }
            for point in view.points
        ],
    }


@router.get("/quality/signals", response=list[SignalOut], summary="Signals of control charts")
def signals(request: HttpRequest, open_only: bool = Query(True), line: str = Query("")) -> list[Any]:
    scope = may_view(request)
    with acting(scope):
        return list(queries.signals(scope, open_only=open_only, line=line))


@router.post(
    "/quality/signals/{key}/close", response=FreedOut, summary="Close a signal with cause and action"
)
def close_signal(request: HttpRequest, key: int, given: CloseIn) -> dict[str, int]:
    return {
        "freed_holds": services.close_signal(may_quality(request), key, given.cause, given.action, now_utc())
    }


@router.post(
    "/quality/measurements", response={201: MeasurementOut}, summary="A measured value; told twice, kept once"
)
def measure(request: HttpRequest, given: MeasurementIn) -> Status[dict[str, bool]]:
    stored = services.add_measurement(
        may_work(request), given.line, given.characteristic, given.value, given.at, now_utc(),
        serial=given.serial, maker=given.maker, gauge=given.gauge,
    )  # fmt: skip
    return Status(201, {"stored": stored})


@router.get("/quality/passrate", response=list[PassRateOut], summary="Pass rates with what they prove")
def passrate(request: HttpRequest, line: str = Query("")) -> list[dict[str, Any]]:
    scope, now = may_view(request), now_utc()
    with acting(scope):
        promise = promise_of(scope, line)
    since = promise.since_at or year_start(now)
    found = []
    for population in Population:
        count = queries.pass_counts(scope, population, since, now, line=line)
        rate = rate_of(count, promise)
        found.append(
            {
                "population": population.value,
                "good": count.good,
                "bad": count.bad,
                "pass_rate": rate.pass_rate if rate else None,
                "target": promise.target,
                "confidence": promise.confidence,
                "since_at": since,
                "fail_lower_ppm": rate.fail_lower_ppm if rate else None,
                "fail_upper_ppm": rate.fail_upper_ppm if rate else None,
                "verdict": rate.verdict.value if rate and rate.verdict else None,
                "pieces_still_needed": rate.pieces_still_needed if rate else None,
            }
        )
    return found


def _chart(item: Any) -> dict[str, Any]:
    return {
        "id": item.id,
        "org": item.org,
        "line": item.line_asset,
        "characteristic": item.characteristic.code,
        "maker": item.maker,
        "kind": item.kind.value,
        "size": item.size,
        "active": item.active,
        "limits_version": item.version,
    }


def _finite(value: float) -> float | None:
    return value if value == value and abs(value) != float("inf") else None
