"""API of KPIs, stops and their reasons, shift reports, published figures and the hand-over log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from gearpark.base.time import from_us, now_utc
from gearpark.engines.oee import Kpi, kpis
from gearpark.kit.api import guarded

from .. import queries
from ..queries.document import document
from ..queries.handover import handover, note
from ..queries.reasons import reasons
from ..queries.revisions import newest_revision, revisions
from ..queries.stops import booking, stop_rows
from ..queries.targets import targets
from ..services import bookings, stop_reasons
from ..services import handover as log
from ..services import revisions as publishing
from ..types.figures import LEAD, WORK, BookingInfo, BookingWanted, NoteInfo, RevisionInfo, StopRow
from ..types.lines import VIEW

router = Router()
may_view, may_work, may_lead = guarded(VIEW), guarded(WORK), guarded(LEAD)
MAX_STOPS_OUT = 2000


class TermOut(Schema):
    code: str
    amount: int | None
    unit: str


class KpiOut(Schema):
    """One KPI. ``value``: share 0..1, ratio, pieces an hour, or microseconds, by ``unit``; null: see ``lacking``."""

    code: str
    unit: str
    value: float | None
    numerator: int | None
    denominator: int | None
    formula: str
    source: str
    above: list[TermOut]
    below: list[TermOut]
    plus: int
    lacking: list[str]
    target: float | None


class KpisOut(Schema):
    """The KPI set of a shift, its elements (times in microseconds) and what made it."""

    asset: str
    day: date
    shift: str
    until_at: datetime
    revision: str
    published: int
    mapping: str
    elements: dict[str, int | None]
    kpis: list[KpiOut]


class SaidOut(Schema):
    state: str
    reason: str
    time_us: int


class BookingOut(Schema):
    id: int
    station: str
    start_us: int
    end_us: int | None
    reason: str
    loss: str
    note: str
    by: str
    at: datetime
    version: int


class StopOut(Schema):
    """One stop, or the part of one that nobody booked; ``planned_us`` is what is charged."""

    station: str
    start_us: int
    end_us: int
    open: bool
    planned_us: int
    said: list[SaidOut]
    suggested: list[str]
    booking: BookingOut | None


class ReasonOut(Schema):
    code: str
    parent: str
    title_en: str
    title_zh: str
    loss: str
    own: bool


class StopIn(Schema):
    station: str
    start_us: int
    end_us: int | None = None
    reason: str
    note: str = ""


class BookIn(Schema):
    """Reasons for one or many stops of one shift; all are booked or none."""

    day: str = ""
    shift: str = ""
    stops: list[StopIn]


class BookedOut(Schema):
    ids: list[int]


class ChangeIn(Schema):
    version: int
    reason: str
    note: str = ""
    end_us: int | None = None


class SplitIn(Schema):
    version: int
    at_us: int
    reason: str


class MergeIn(Schema):
    """Booking id -> version it was read with."""

    versions: dict[int, int]


class RevisionOut(Schema):
    number: int
    revision: str
    reason: str
    mapping: str
    published_at: datetime
    changes: list[dict[str, Any]]


class NoteOut(Schema):
    id: int
    day: date
    shift: str
    kind: str
    text: str
    point: bool
    open: bool
    by: str
    at: datetime
    closed_at: datetime | None
    closed_by: str
    closing: str
    version: int


class HandoverOut(Schema):
    day: date
    shift: str
    notes: list[NoteOut]
    carried: list[NoteOut]
    handed_by: str
    handed_at: datetime | None
    taken_by: str
    taken_at: datetime | None


class NoteIn(Schema):
    day: str = ""
    shift: str = ""
    kind: str = "other"
    text: str
    point: bool = False


class CloseIn(Schema):
    version: int
    closing: str = ""


class TargetIn(Schema):
    """Share 0..1, seconds, or pieces an hour; null: no target."""

    value: float | None


@router.get("/lines/{asset}/kpis", response=KpisOut, summary="KPIs of a shift by ISO 22400-2")
def line_kpis(
    request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")
) -> dict[str, Any]:
    scope = may_view(request)
    figures = queries.board(scope, asset, now_utc(), day, shift)
    last = newest_revision(scope, figures.line, figures.shift.day, figures.shift.code)
    wanted = targets(scope, [figures.line])[asset]
    return {
        "asset": asset,
        "day": figures.shift.day,
        "shift": figures.shift.code,
        "until_at": from_us(figures.until_us),
        "revision": figures.revision,
        "published": last.number if last is not None and last.revision == figures.revision else 0,
        "mapping": figures.account.mapping,
        "elements": figures.elements,
        "kpis": [_kpi(found, wanted.get(found.code)) for found in kpis(figures.elements)],
    }


@router.put("/lines/{asset}/kpis/{kpi}/target", response={204: None}, summary="Target of a KPI")
def put_target(request: HttpRequest, asset: str, kpi: str, body: TargetIn) -> Status:
    stop_reasons.set_target(may_lead(request), asset, kpi, body.value)
    return Status(204, None)


@router.get("/lines/{asset}/report", response=dict[str, Any], summary="A shift's figures as one document")
def report(request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")) -> dict[str, Any]:
    return document(queries.board(may_view(request), asset, now_utc(), day, shift))


@router.get("/lines/{asset}/revisions", response=list[RevisionOut], summary="Published figures of a shift")
def line_revisions(
    request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")
) -> list[RevisionInfo]:
    scope = may_view(request)
    figures = queries.board(scope, asset, now_utc(), day, shift)
    return revisions(scope, figures.line, figures.shift.day, figures.shift.code)


@router.post("/lines/{asset}/revisions", response=RevisionOut, summary="Publish a shift that has ended, now")
def publish(request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")) -> RevisionInfo:
    """Gives the newest revision: a new one when anything changed, else the one that stands."""
    return publishing.publish_now(may_lead(request), asset, day, shift, now_utc())


@router.get("/lines/{asset}/reasons", response=list[ReasonOut], summary="Stop reasons of a line")
def line_reasons(request: HttpRequest, asset: str) -> list[Any]:
    scope = may_view(request)
    return list(reasons(scope, queries.line(scope, asset)))


@router.get("/lines/{asset}/stops", response=list[StopOut], summary="Stops of a shift with their reasons")
def stops(request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")) -> list[Any]:
    scope = may_view(request)
    figures = queries.board(scope, asset, now_utc(), day, shift)
    rows = stop_rows(figures, reasons(scope, figures.line))
    return [_stop(row) for row in rows[:MAX_STOPS_OUT]]


@router.post("/lines/{asset}/stops", response=BookedOut, summary="Book reasons to stops")
def book(request: HttpRequest, asset: str, body: BookIn) -> dict[str, Any]:
    wanted = [BookingWanted(s.station, s.start_us, s.reason, s.end_us, s.note) for s in body.stops]
    return {"ids": bookings.book(may_work(request), asset, body.day, body.shift, wanted, now_utc())}


@router.put("/bookings/{key}", response=BookingOut, summary="Change a booking")
def change(request: HttpRequest, key: int, body: ChangeIn) -> BookingInfo:
    scope = may_work(request)
    bookings.change_booking(
        scope, key, body.version, now_utc(), reason=body.reason, note=body.note, end_us=body.end_us
    )
    return booking(scope, key)


@router.post("/bookings/{key}/split", response=BookedOut, summary="Cut a booking in two")
def split(request: HttpRequest, key: int, body: SplitIn) -> dict[str, Any]:
    made = bookings.split_booking(may_work(request), key, body.version, body.at_us, body.reason, now_utc())
    return {"ids": [key, made]}


@router.post("/bookings/merge", response=BookedOut, summary="Make several bookings one")
def merge(request: HttpRequest, body: MergeIn) -> dict[str, Any]:
    return {"ids": [bookings.merge_bookings(may_work(request), body.versions, now_utc())]}


@router.delete("/bookings/{key}", response={204: None}, summary="Take a booking back")
def remove(request: HttpRequest, key: int, version: int = Query(...)) -> Status:
    bookings.remove_booking(may_work(request), key, version, now_utc())
    return Status(204, None)


@router.get("/lines/{asset}/handover", response=HandoverOut, summary="Hand-over of a shift")
def line_handover(
    request: HttpRequest, asset: str, day: str = Query(""), shift: str = Query("")
) -> dict[str, Any]:
    scope = may_view(request)
    figures = queries.board(scope, asset, now_utc(), day, shift)
    found = handover(scope, figures.line, figures.shift)
    names = ("handed_by", "handed_at", "taken_by", "taken_at", "shift")
    return {
        "day": found.on,
        "notes": [_note(item) for item in found.notes],
        "carried": [_note(item) for item in found.carried],
        **{name: getattr(found, name) for name in names},
    }


@router.post("/lines/{asset}/handover", response=NoteOut, summary="Write a hand-over note")
def write_note(request: HttpRequest, asset: str, body: NoteIn) -> dict[str, Any]:
    scope = may_work(request)
    key = log.add_note(scope, asset, body.day, body.shift, body.kind, body.text, now_utc(), point=body.point)
    return _note(note(scope, key))


@router.post("/handover/{key}/close", response=NoteOut, summary="Close an open point")
def close_note(request: HttpRequest, key: int, body: CloseIn) -> dict[str, Any]:
    scope = may_work(request)
    log.close_point(scope, key, body.version, body.closing, now_utc())
    return _note(note(scope, key))


def _kpi(found: Kpi, target: float | None) -> dict[str, Any]:
    value = found.value
    return {
        "code": found.code,
        "unit": found.formula.unit,
        "value": None if value is None else float(value),
        "numerator": None if value is None else value.numerator,
        "denominator": None if value is None else value.denominator,
        "formula": found.formula.text,
        "source": found.formula.source,
        "above": found.above,
        "below": found.below,
        "plus": found.formula.plus,
        "lacking": list(found.lacking),
        "target": target,
    }


def _stop(row: StopRow) -> dict[str, Any]:
    return {
        "station": row.station,
        "start_us": row.start_us,
        "end_us": row.end_us,
        "open": row.open,
        "planned_us": row.planned_us,
        "said": [{"state": s, "reason": r, "time_us": t} for s, r, t in row.said],
        "suggested": list(row.suggested),
        "booking": row.booking,
    }


def _note(item: NoteInfo) -> dict[str, Any]:
    names = (
        "id",
        "shift",
        "text",
        "point",
        "open",
        "by",
        "at",
        "closed_at",
        "closed_by",
        "closing",
        "version",
    )
    return {"day": item.on, "kind": item.kind.value, **{name: getattr(item, name) for name in names}}
