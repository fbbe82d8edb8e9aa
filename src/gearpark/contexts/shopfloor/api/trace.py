"""API of genealogy: a part's story, traces both ways, EPCIS events in and out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Body, Query, Router, Schema

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, parse_iso
from gearpark.engines.traceability.epcis import document
from gearpark.kit.api import guarded

from ..queries import trace
from ..queries.trace.epcis_out import part_events
from ..services.epcis import capture
from ..types.lines import VIEW
from ..types.trace import Cause, FactKind, FactRow, PartRow
from ..types.work import WORK

router = Router()
may_view, may_work = guarded(VIEW), guarded(WORK)
MAX_ROWS = 1_000


class PartOut(Schema):
    """One part and where it stands."""

    serial: str
    org: str
    product: str
    order: str
    line: str
    lot: str
    status: str
    next_op: int | None
    station: str
    on_station: bool
    begun_at: str
    done_at: str | None
    touched_at: str | None
    depth: int


class FactOut(Schema):
    """One fact. ``wrong`` is the reason of its error declaration, "" while it stands."""

    kind: str
    key: str
    at: str
    op: int | None
    station: str
    value: float | None
    unit: str
    spec: dict[str, Any]
    data: dict[str, Any]
    wrong: str


class StoryOut(Schema):
    part: PartOut
    facts: list[FactOut]
    made_of: list[str]
    went_into: list[str]


class UpOut(Schema):
    """Everything behind one part; ``edges`` are (part, what went into it)."""

    parts: list[PartOut]
    things: list[dict[str, Any]]
    edges: list[tuple[str, str]]
    cut: bool


class DownOut(Schema):
    """Parts a cause touched. ``next_after`` 0: no more rows; else ask again with ``after``."""

    total: int
    by_status: dict[str, int]
    parts: list[PartOut]
    next_after: int


class CapturedOut(Schema):
    taken: int
    known: int
    refused: list[dict[str, str]]


@router.get("/parts/{serial}", response=StoryOut, summary="A part's life story")
def part(request: HttpRequest, serial: str) -> StoryOut:
    scope = may_view(request)
    story = trace.passport(scope, trace.part_of(scope, serial).id)
    return StoryOut(
        part=_part(story.part),
        facts=[_fact(fact) for fact in story.facts],
        made_of=[row.serial for row in story.made_of],
        went_into=[row.serial for row in story.went_into],
    )


@router.get("/parts/{serial}/trace-up", response=UpOut, summary="All that went into a part")
def up(request: HttpRequest, serial: str) -> UpOut:
    scope = may_view(request)
    found = trace.trace_up(scope, trace.part_of(scope, serial).id)
    names = {row.id: row.serial for row in found.parts}
    return UpOut(
        parts=[_part(row) for row in found.parts],
        things=[
            {"kind": use.kind.value, "key": use.key, "version": use.version, "parts": use.parts,
             "first_at": use.first_at.isoformat(), "last_at": use.last_at.isoformat()}
            for use in found.things
        ],
        edges=[(names[above], names[below]) for above, below in found.edges if above in names],
        cut=found.cut,
    )  # fmt: skip


@router.get(
    "/genealogy/trace-down",
    response=DownOut,
    tags=["genealogy"],
    summary="Parts a lot, tool, gauge, ... touched",
)
def down(
    request: HttpRequest, kind: str, key: str, version: str = "", since: str = "", until: str = "",
    deep: bool = True, after: int = 0, limit: int = Query(100, ge=1, le=MAX_ROWS),
) -> DownOut:  # fmt: skip
    scope = may_view(request)
    if kind not in set(FactKind):
        raise Problem("trace.cause_unreadable", f"There is no kind of thing {kind[:20]!r}.")
    cause = Cause(
        FactKind(kind),
        key,
        version,
        "",
        parse_iso(since) if since else None,
        parse_iso(until) if until else None,
        deep,
    )
    found = trace.trace_down(scope, cause, after=after, limit=limit)
    return DownOut(
        total=found.total,
        by_status=found.by_status,
        parts=[_part(row) for row in found.parts],
        next_after=found.next_after,
    )


@router.get(
    "/epcis/events",
    response=dict[str, Any],
    tags=["genealogy"],
    summary="A part's events as EPCIS 2.0 (JSON-LD)",
)
def events(request: HttpRequest, serial: str = "", order: str = "") -> dict[str, Any]:
    scope = may_view(request)
    return document(part_events(scope, [serial] if serial else [], order), now_utc())


@router.post(
    "/epcis/capture",
    response=CapturedOut,
    tags=["genealogy"],
    summary="Take EPCIS events, each once by its hash",
)
def capture_events(request: HttpRequest, content: dict[str, Any] = Body(...)) -> CapturedOut:  # noqa: B008
    found = capture(may_work(request), content)
    return CapturedOut(
        taken=sum(1 for one in found if one.outcome == "taken"),
        known=sum(1 for one in found if one.outcome == "known"),
        refused=[
            {"event_hash": one.event_hash, "code": one.code, "why": one.why}
            for one in found
            if one.outcome == "refused"
        ],
    )


def _part(row: PartRow) -> PartOut:
    return PartOut(
        serial=row.serial, org=row.org, product=row.product, order=row.order, line=row.line, lot=row.lot,
        status=row.status, next_op=row.next_op, station=row.station, on_station=row.on_station,
        begun_at=row.begun_at.isoformat(), done_at=row.done_at.isoformat() if row.done_at else None,
        touched_at=row.touched_at.isoformat() if row.touched_at else None, depth=row.depth,
    )  # fmt: skip


def _fact(fact: FactRow) -> FactOut:
    return FactOut(
        kind=fact.kind.value, key=fact.key, at=fact.at.isoformat(), op=fact.op, station=fact.station, value=fact.value,
        unit=fact.unit, spec=fact.spec, data=fact.data, wrong=fact.wrong,
    )  # fmt: skip
