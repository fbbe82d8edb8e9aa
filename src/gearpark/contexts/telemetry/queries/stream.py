"""Live values as server-sent events: whole picture first, then changes, at most twice a second per tag."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Sequence

from gearpark.base.problems import Problem
from gearpark.base.time import from_us

from ..types import Latest, TagInfo
from . import live
from .latest import told

MAX_STREAM_TAGS = 400
MAX_STREAMS = 200
TICK_S = 0.5  # changes are gathered for this long: at most two events a second per tag
HEARTBEAT_S = 5.0
RETRY_MS = 2000
MAX_STREAM_S = 3600.0  # then the page opens a new stream, and its rights are looked at again

_open = 0
_lock = threading.Lock()


def _count(step: int) -> None:
    global _open
    with _lock:
        _open += step


def open_streams() -> int:
    """How many live streams this process serves now."""
    return _open


def _message(info: TagInfo, value: Latest) -> dict[str, object]:
    return value.as_dict() | {
        "at": None if value.at_us is None else from_us(value.at_us).isoformat(),
        "unit": info.shown_unit,
    }


def _event(messages: list[dict[str, object]], name: str) -> bytes:
    return (
        f"event: {name}\ndata: {json.dumps(messages, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
    )


def stream(infos: Sequence[TagInfo], first: dict[str, Latest]) -> AsyncIterator[bytes]:
    """The event stream for tags that were checked against a scope before.

    first  the whole picture now (bus, else lake); sent as ``snapshot``. Then ``values`` with what changed, and
    ``heartbeat`` when nothing did, so that silence on the line is seen as silence.
    """
    if _open >= MAX_STREAMS:
        raise Problem(
            "telemetry.too_many_streams", f"{MAX_STREAMS} live streams are open; try again soon.", status=503
        )
    return _stream(list(infos), first)


async def _stream(infos: list[TagInfo], first: dict[str, Latest]) -> AsyncIterator[bytes]:
    _count(1)  # here, not in stream(): an answer that is never read never gets to the finally below
    by_key = {(info.org, info.tag): info for info in infos}
    ear = live.values()
    watch = ear.subscribe(list(by_key)) if ear is not None else None
    try:
        began = time.monotonic()
        yield f"retry: {RETRY_MS}\n\n".encode()
        yield _event([_message(info, first[info.tag]) for info in infos], "snapshot")
        while time.monotonic() - began < MAX_STREAM_S:
            if watch is None:
                await asyncio.sleep(HEARTBEAT_S)
                changed = {}
            else:
                changed = await watch.next(HEARTBEAT_S, TICK_S)
            if not changed:
                yield b"event: heartbeat\ndata: {}\n\n"
                continue
            now_us = time.time_ns() // 1000
            yield _event(
                [_message(by_key[key], told(key[1], value, now_us)) for key, value in changed.items()],
                "values",
            )
    finally:
        if watch is not None:
            watch.close()
        _count(-1)
