"""Telemetry under /api/v1/telemetry. Failures are RFC 9457 problems; lists page by cursor; times are ISO 8601 UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from ninja import Field, Query, Router, Schema

from gearpark.base.limits import MAX_CHART_POINTS, MAX_CHART_TAGS, MAX_PAGE_ROWS
from gearpark.base.time import now_utc
from gearpark.kit.api import DEFAULT_PAGE_ROWS, ProblemSchema, decode_cursor, encode_cursor, guarded
from gearpark.kit.http import open_to_all

from . import queries, services
from .types import EDIT, VIEW
from .types.commands import COMMAND

router = Router()
PROBLEMS = {400: ProblemSchema, 401: ProblemSchema, 403: ProblemSchema, 404: ProblemSchema}
EXAMPLE_TAG = "qc-l1-op10a/spindle_load"


class TagOut(Schema):
    """One signal of one asset."""

    tag: str = Field(examples=[EXAMPLE_TAG])
    org: str
    asset: str
    signal: str
    kind: Literal["analog", "state", "counter", "text", "condition"]
    unit: str = Field(examples=["%"])
    interval_s: float | None = Field(
        description="expected seconds between observations; null: only changes are told"
    )
    title_en: str
    title_zh: str
    connection: str


class TagPage(Schema):
    items: list[TagOut]
    next_cursor: str | None


class LatestOut(Schema):
    """Newest observation by source time. ``quality`` "stale": too old, or the bus lost its source."""

    tag: str = Field(examples=[EXAMPLE_TAG])
    at: datetime | None
    value: float | str | None = Field(examples=[41.7])
    status: int = Field(description="OPC UA StatusCode, 32 bits")
    quality: Literal["good", "uncertain", "bad", "stale"]
    age_s: float | None
    source: Literal["bus", "lake"]


class SeriesOut(Schema):
    """Columns of equal length; ``grain_s`` 0: observations, else the width of a bucket."""

    tag: str
    name: str
    unit: str
    kind: str
    grain_s: float
    at_us: list[int]
    value: list[float | None]
    min: list[float | None] | None = None
    max: list[float | None] | None = None
    count: list[int | None]
    good_share: list[float | None]


class SegmentOut(Schema):
    start_us: int
    end_us: int
    text: str
    quality: str


class StripOut(Schema):
    """A tag of words as segments of equal words."""

    tag: str
    name: str
    kind: str
    thinned: bool
    segments: list[SegmentOut]


class HistoryOut(Schema):
    start_us: int
    end_us: int
    series: list[SeriesOut]
    strips: list[StripOut]


class RawOut(Schema):
    tag: str
    columns: list[str] = Field(examples=[["at", "value", "text", "status", "quality"]])
    rows: list[list[Any]]
    next_start: datetime | None = Field(description="ask again with this start for the rest")


class ConnectionOut(Schema):
    key: str
    org: str
    name: str
    gateway: str
    protocol: str
    url: str
    enabled: bool
    devices: list[str]
    tag_count: int
    state: str
    since_at: datetime | None
    last_value_at: datetime | None
    points_per_s: float
    reconnects: int
    last_error: str
    clock_offset_s: float | None


class FlowOut(Schema):
    connections_ok: int
    connections_stalled: int
    connections_failed: int
    connections_other: int
    points_per_s: float
    devices_live: int
    devices_total: int
    journal_rows: int
    journal_bytes: int
    last_commit_age_s: float | None
    bus_connected: bool


Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_ROWS)]
Tags = Annotated[list[str], Query(alias="tag", min_length=1, max_length=500, examples=[[EXAMPLE_TAG]])]
ChartTags = Annotated[
    list[str], Query(alias="tag", min_length=1, max_length=MAX_CHART_TAGS, examples=[[EXAMPLE_TAG]])
]
Start = Annotated[datetime | None, Query(description="with zone; default: one hour before the end")]
End = Annotated[datetime | None, Query(description="with zone, not included; default: now")]


def _zoned(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


@router.get("/tags", response={200: TagPage, **PROBLEMS}, summary="Tags by text, with cursor")
def tags(
    request: HttpRequest,
    q: str = "",
    asset: str = "",
    kind: str = "",
    connection: str = "",
    cursor: str | None = None,
    limit: Limit = DEFAULT_PAGE_ROWS,
) -> Any:
    """Tags whose text, title or unit holds every word of ``q``; ordered by tag."""
    scope = guarded(VIEW)(request)
    after = str(decode_cursor(cursor)[0]) if cursor else ""
    found = queries.search(
        scope, q, asset=asset, kind=kind, connection=connection, after=after, limit=limit, one_more=True
    )
    more = len(found) > limit
    found = found[:limit]
    items = [{name: getattr(info, name) for name in TagOut.model_fields} for info in found]
    return {"items": items, "next_cursor": encode_cursor(found[-1].tag) if more else None}


@router.get("/latest", response={200: list[LatestOut], **PROBLEMS}, summary="Newest values of tags")
def latest(request: HttpRequest, tag: Tags) -> Any:
    """Newest value by source time, in the order asked; from the bus while it speaks for the tag, else from the lake."""
    found = queries.latest(guarded(VIEW)(request), tag, now_utc())
    names = [name for name in LatestOut.model_fields if name != "at"]
    return [
        {"at": found[name].at, **{key: getattr(found[name], key) for key in names}}
        for name in dict.fromkeys(tag)
    ]


@router.get(
    "/history", response={200: HistoryOut, **PROBLEMS}, summary="History for charts, rolled up as needed"
)
def history(
    request: HttpRequest,
    tag: ChartTags,
    start: Start = None,
    end: End = None,
    max_points: Annotated[int, Query(ge=50, le=MAX_CHART_POINTS)] = 900,
) -> Any:
    """At most ``max_points`` a series: observations when they are few, else mean, lowest and highest of buckets."""
    return queries.chart_data(
        guarded(VIEW)(request),
        tags=tag,
        start=_zoned(start),
        end=_zoned(end),
        last_s=None,
        now=now_utc(),
        language=get_language() or "en",
        max_points=max_points,
    )


@router.get(
    "/history/raw", response={200: RawOut, **PROBLEMS}, summary="Observations of one tag as they were stored"
)
def history_raw(
    request: HttpRequest,
    tag: Annotated[str, Query(examples=[EXAMPLE_TAG])],
    start: Start = None,
    end: End = None,
    limit: Annotated[int, Query(ge=1, le=queries.MAX_RAW_ROWS)] = 10_000,
) -> Any:
    """Every observation of [start, end), oldest first, with its status; also the ones that are not good."""
    return queries.raw_page(
        guarded(VIEW)(request), tag, start=_zoned(start), end=_zoned(end), now=now_utc(), limit=limit
    )


@router.get(
    "/connections", response={200: list[ConnectionOut], **PROBLEMS}, summary="Connections with health"
)
def connections(request: HttpRequest, state: str = "") -> Any:
    """Worst first, then by name."""
    found = queries.connections(guarded(VIEW)(request), state=state)
    names = [name for name in ConnectionOut.model_fields if hasattr(found[0], name)] if found else []
    return [
        {name: getattr(item, name) for name in names if name != "devices"}
        | {"devices": [device.id for device in item.devices]}
        | {
            name: getattr(item.health, name)
            for name in ConnectionOut.model_fields
            if hasattr(item.health, name)
        }
        for item in found
    ]


@router.post(
    "/connections/{key}/switch", response={204: None, **PROBLEMS}, summary="Start or stop a connection"
)
def switch(request: HttpRequest, key: str, on: bool) -> Any:
    """The gateway takes it up with its next pull."""
    services.set_enabled(guarded(EDIT)(request), key, on)
    return 204, None


class CommandIn(Schema):
    """A value to be written. Repeating ``id`` repeats nothing: it answers with the same command."""

    tag: str = Field(examples=["qc-l1-op10a/hold"])
    value: bool | float | str = Field(examples=[True])
    why: str = Field(examples=["gauge overdue"])
    expected: bool | float | str | None = Field(None, description="only if the signal has this value then")
    seconds: float = Field(60.0, description="how long it is tried while machine or gateway are away")
    id: str = Field("", description="a UUID of yours")


class CommandOut(Schema):
    id: str
    tag: str
    value: bool | float | str
    expected: bool | float | str | None
    why: str
    source: str
    actor: str
    state: Literal["waiting", "sent", "done", "refused", "not_done", "expired", "withdrawn"]
    asked_at: datetime
    deadline_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    before: bool | float | str | None
    code: str
    detail: str
    tries: int


@router.post("/commands", response={202: CommandOut, **PROBLEMS}, summary="Have a value written to a machine")
def give_command(request: HttpRequest, asked: CommandIn) -> Any:
    """Stored at once and sent within a second; ask ``GET /commands/{id}`` for the outcome. Needs the right
    ``telemetry.command`` and a signal on its connection's list of writable ones."""
    made = services.write_signal(
        guarded(COMMAND)(request),
        asked.tag,
        asked.value,
        asked.why,
        now=now_utc(),
        expected=asked.expected,
        seconds=asked.seconds,
        command_id=asked.id,
    )
    return 202, made


@router.get("/commands", response={200: list[CommandOut], **PROBLEMS}, summary="Newest commands")
def list_commands(request: HttpRequest, tag: str = "", connection: str = "") -> Any:
    return queries.commands_of(guarded(VIEW)(request), tag=tag, connection=connection)


@router.get("/commands/{id}", response={200: CommandOut, **PROBLEMS}, summary="What became of a command")
def one_command(request: HttpRequest, id: str) -> Any:
    return queries.command(guarded(VIEW)(request), id)


@router.get("/flow", response={200: FlowOut, **PROBLEMS}, summary="How the data flows right now")
def flow(request: HttpRequest) -> Any:
    return queries.data_flow(guarded(VIEW)(request), now_utc())


@router.get(
    "/gateways/{name}/config",
    auth=None,
    summary="Wanted configuration of a gateway",
    response={200: dict, **PROBLEMS},
)
@open_to_all
def gateway_config(request: HttpRequest, name: str) -> HttpResponse:
    """For gateways: bearer token of the gateway, ``If-None-Match`` with the last ETag; 304 when nothing changed."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    known = request.headers.get("If-None-Match", "").strip('"')
    etag, document = services.serve_config(name, token, known, now_utc())
    response = HttpResponse(status=304) if document is None else JsonResponse(document)
    response["ETag"] = f'"{etag}"'
    response["Cache-Control"] = "no-store"
    return response
