"""Edges of the overview: the page, the wall screen, and the stream that keeps their parts true."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_GET

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import scope_of
from gearpark.kit.tenant import acting

from . import queries
from .types import FirmFigures, Overview

TICK_S = 2.0  # parts are looked at this often; only those that changed are sent
HEARTBEAT_TICKS = 5
RETRY_MS = 2000
MAX_STREAM_TICKS = 1800  # then the page opens a new stream, and its rights are looked at again
MAX_STREAMS = 100
PARTS = ("headline", "figures", "zone", "lines", "alarms", "flow")
WALL_PARTS = ("figures", "verdict", "zone", "lines", "more", "alarms", "flow", "firms")
_open_streams = 0


def _read(scope: Scope, language: str) -> Overview:
    return queries.reading(scope, now_utc(), language=language, time_zone=settings.TIME_ZONE)


def _band(firms: FirmFigures) -> list[dict[str, Any]]:
    """Firms by state as stretches of one band, per cent of all signed."""
    parts = [
        ("above-size", firms.above_size),
        ("producing", firms.below_size),
        ("building", firms.building),
        ("signed", firms.only_signed),
    ]
    made, x = [], 0.0
    for kind, count in parts:
        width = 100.0 * count / firms.signed if firms.signed else 0.0
        made.append({"kind": kind, "count": count, "x": round(x, 3), "width": round(width, 3)})
        x += width
    return made


def _context(seen: Overview) -> dict[str, Any]:
    return {"seen": seen, "now": seen.at, "firm_band": _band(seen.firms)}


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The home page."""
    seen = _read(scope_of(request), translation.get_language() or "en")
    return render(request, "statistics/overview.html", _context(seen))


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The wall screen: the same facts, readable from five metres."""
    seen = _read(scope_of(request), translation.get_language() or "en")
    return render(request, "statistics/wall.html", _context(seen))


@require_GET
def overview_live(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: parts of the overview that changed, as HTML."""
    return _stream_response(request, "statistics/parts/", PARTS)


@require_GET
def wall_live(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: parts of the wall screen that changed, as HTML."""
    return _stream_response(request, "statistics/wall/", WALL_PARTS)


def _stream_response(request: HttpRequest, folder: str, names: tuple[str, ...]) -> HttpResponseBase:
    if _open_streams >= MAX_STREAMS:
        raise Problem(
            "statistics.too_many_streams",
            f"{MAX_STREAMS} overviews are open already; try again soon.",
            status=503,
        )
    parts = _parts_stream(scope_of(request), translation.get_language() or "en", folder, names)
    response = StreamingHttpResponse(parts, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _rendered(scope: Scope, language: str, folder: str, names: tuple[str, ...]) -> dict[str, str]:
    """One reading as HTML parts. Runs in a thread of its own and gives the database connection back."""
    try:
        with translation.override(language), acting(scope):
            context = _context(_read(scope, language))
            return {name: render_to_string(f"{folder}{name}.html", context) for name in names}
    finally:
        connections.close_all()


async def _parts_stream(
    scope: Scope, language: str, folder: str, names: tuple[str, ...]
) -> AsyncIterator[bytes]:
    global _open_streams
    _open_streams += 1
    try:
        # Django would keep this request's pooled connection until the stream ends
        await sync_to_async(connections.close_all)()
        sent: dict[str, str] = {}
        quiet = 0
        yield f"retry: {RETRY_MS}\n\n".encode()
        for _tick in range(MAX_STREAM_TICKS):
            made = await sync_to_async(_rendered, thread_sensitive=False)(scope, language, folder, names)
            changed = {name: html for name, html in made.items() if sent.get(name) != html}
            quiet = 0 if changed else quiet + 1
            if changed:
                sent = made
                yield f"event: parts\ndata: {json.dumps(changed, ensure_ascii=False)}\n\n".encode()
            elif quiet % HEARTBEAT_TICKS == 0:
                yield b"event: heartbeat\ndata: {}\n\n"
            await asyncio.sleep(TICK_S)
    finally:
        _open_streams -= 1
