"""API of the shop floor: lines, OEE with its elements, state intervals. Times in microseconds UTC and ISO 8601."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from gearpark.base.time import from_us, now_utc
from gearpark.engines.oee import Element
from gearpark.kit.api import guarded

from .. import queries
from ..types.lines import VIEW, LineFigures, LineSummary

router = Router()
MAX_INTERVALS = 5000
may_view = guarded(VIEW)


class LineOut(Schema):
    """One line with the shift that runs now."""

    org: str
    asset: str
    name_en: str
    name_zh: str
    path: str
    state: str
    shift: str
    day: str | None
    good: int
    scrap: int
    plan: int
    due: float
    expected: float | None
    oee: float | None
    availability: float | None
    effectiveness: float | None
    quality: float | None
    standing_alarms: int
    mapping: str
    revision: str


class LossOut(Schema):
    code: str
    reason: str
    time_us: int
    times: int


class OeeOut(Schema):
    """OEE of one shift with every element it is made of; times are exact and sum to ``calendar_us``."""

    asset: str
    shift: str
    day: str
    start_at: str
    end_at: str
    until_at: str
    mapping: str
    states_mapping: str
    bottleneck: str
    calendar: str
    revision: str
    oee: float | None
    availability: float | None
    effectiveness: float | None
    quality: float | None
    calendar_us: int
    not_planned_us: int
    planned_stop_us: int
    unknown_us: int
    pbt_us: int
    apt_us: int
    aust_us: int
    adet_us: int
    adot_us: int
    aoet_us: int
    pri_us: int | None
    pq: int
    gq: int
    sq: int
    pieces_outside: int
    pieces_across_gap: int
    productive_us: int
    losses: list[LossOut]
    flags: list[str]


class IntervalOut(Schema):
    start_us: int
    end_us: int
    state: str
    reason: str


class IntervalsOut(Schema):
    """State intervals of one unit; they cover the shift so far without gap or overlap."""

    asset: str
    unit: str
    mapping: str
    revision: str
    intervals: list[IntervalOut]
    cut: bool


class AlarmOut(Schema):
    org: str
    line: str
    unit: str
    asset: str
    code: str
    text: str
    start_us: int
    end_us: int | None


@router.get("/lines", response=list[LineOut], summary="Lines with their running shift")
def lines(request: HttpRequest) -> list[dict[str, Any]]:
    return [_line(item) for item in queries.summaries(may_view(request), now_utc())]


@router.get("/lines/{asset}/oee", response=OeeOut, summary="OEE of a shift with its elements")
def oee(request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")) -> dict[str, Any]:
    return oee_document(queries.board(may_view(request), asset, now_utc(), day, shift))


@router.get(
    "/lines/{asset}/units/{unit}/intervals", response=IntervalsOut, summary="State intervals of a unit"
)
def intervals(
    request: HttpRequest, asset: str, unit: str, day: str = Query(""), shift: str = Query("")
) -> dict[str, Any]:
    figures, found = queries.unit(may_view(request), asset, unit, now_utc(), day, shift)
    return {
        "asset": found.asset,
        "unit": found.code,
        "mapping": figures.line.states_mapping,
        "revision": figures.revision,
        "intervals": found.segments[:MAX_INTERVALS],
        "cut": len(found.segments) > MAX_INTERVALS,
    }


@router.get("/alarms", response=list[AlarmOut], summary="Alarms of the running shifts")
def alarms(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> list[Any]:
    return list(queries.recent_alarms(may_view(request), now_utc(), limit))


def oee_document(figures: LineFigures) -> dict[str, Any]:
    """LineFigures -> the members of OeeOut."""
    account, values = figures.account, figures.account.figures
    times = account.times_us
    return {
        "asset": figures.line.asset,
        "shift": figures.shift.code,
        "day": figures.shift.day.isoformat(),
        "start_at": from_us(figures.shift.start_us).isoformat(),
        "end_at": from_us(figures.shift.end_us).isoformat(),
        "until_at": from_us(figures.until_us).isoformat(),
        "mapping": account.mapping,
        "states_mapping": figures.line.states_mapping,
        "bottleneck": figures.line.bottleneck,
        "calendar": figures.line.calendar.name,
        "revision": figures.revision,
        **{
            name: _share(getattr(values, name))
            for name in ("oee", "availability", "effectiveness", "quality")
        },
        "calendar_us": account.calendar_us,
        "not_planned_us": account.outside_us,
        "planned_stop_us": times[Element.STOP],
        "unknown_us": times[Element.UNKNOWN],
        "pbt_us": account.busy_us,
        "apt_us": times[Element.APT],
        "aust_us": times[Element.AUST],
        "adet_us": times[Element.ADET],
        "adot_us": times[Element.ADOT],
        "aoet_us": account.occupied_us,
        "pri_us": account.ideal_cycle_us,
        "pq": account.counts.produced,
        "gq": account.counts.good,
        "sq": account.counts.scrap,
        "pieces_outside": account.counts.outside,
        "pieces_across_gap": account.counts.across_gap,
        "productive_us": account.good_ideal_us,
        "losses": account.losses,
        "flags": sorted(str(flag) for flag in account.flags),
    }


def _line(item: LineSummary) -> dict[str, Any]:
    return {
        "org": item.org,
        "asset": item.asset,
        "name_en": item.name_en,
        "name_zh": item.name_zh,
        "path": item.path,
        "state": item.state,
        "shift": item.shift_code,
        "day": item.shift_day.isoformat() if item.shift_day else None,
        "good": item.made,
        "scrap": item.scrap,
        "plan": item.plan,
        "due": item.plan_now,
        "expected": item.expected,
        "oee": item.oee,
        "availability": item.availability,
        "effectiveness": item.effectiveness,
        "quality": item.quality,
        "standing_alarms": item.alarms,
        "mapping": item.mapping,
        "revision": item.revision,
    }


def _share(value: Any) -> float | None:
    return None if value is None else float(value)
