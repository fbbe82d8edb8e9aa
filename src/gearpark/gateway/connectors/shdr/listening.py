"""Dialling an adapter, and listening to it for a few seconds (discovery, test, diagnostics)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from gearpark.base import shdr
from gearpark.base.problems import Problem

from ...limits import CONNECT_TIMEOUT_S
from ...wanted import shown
from .config import (
    LISTEN_S,
    MAX_LINE_BYTES,
    READ_BYTES,
    TCP_IDLE_S,
    TCP_INTERVAL_S,
    TCP_PROBES,
    host_and_port,
)

MAX_KEYS = 5_000
QUIET_S = 1.0  # adapters send everything they know at once; this long without a line is the end of it


@dataclass(slots=True)
class Heard:
    """What was heard: newest item a key (``device:key``), commands, unreadable lines."""

    items: dict[str, tuple[shdr.ShdrItem, int | None]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    lines: int = 0
    unreadable: int = 0


@contextlib.asynccontextmanager
async def dial(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to an adapter. Raises ``shdr.unreachable``."""
    host, port = host_and_port(url)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port, limit=2 * READ_BYTES)
    except (OSError, TimeoutError) as error:
        words = str(error) or "no answer in time"
        raise Problem("shdr.unreachable", f"{shown(url)} does not answer: {words}", status=502) from error
    _keep_alive(writer)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await writer.wait_closed()


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """TCP keep-alive finds a dead peer behind an adapter that knows no heartbeat."""
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, TCP_IDLE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, TCP_INTERVAL_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, TCP_PROBES)


async def listen(url: str, seconds: float = LISTEN_S, quiet_s: float = QUIET_S) -> Heard:
    """Connect, ask ``* PING`` and note what comes. Raises ``shdr.unreachable``."""
    heard = Heard()
    async with dial(url) as (reader, writer):
        writer.write(b"* PING\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _collect(reader, heard, quiet_s)
    return heard


async def _collect(reader: asyncio.StreamReader, heard: Heard, quiet_s: float) -> None:
    tail = b""
    while True:
        try:
            async with asyncio.timeout(quiet_s if heard.items else None):
                data = await reader.read(READ_BYTES)
        except TimeoutError:
            return
        if not data:
            return
        block, _, tail = (tail + data).rpartition(b"\n")
        if len(tail) > MAX_LINE_BYTES:
            raise Problem(
                "shdr.line_too_long", f"A line has over {MAX_LINE_BYTES} bytes: this is no SHDR adapter."
            )
        for line in block.decode("utf-8", "replace").splitlines():
            _note(line, heard)


def _note(line: str, heard: Heard) -> None:
    heard.lines += 1
    try:
        parsed = shdr.parse_line(line)
    except Problem:
        heard.unreadable += 1
        return
    if parsed.command:
        heard.commands.append(parsed.command[:200])
    for item in parsed.items:
        key = f"{item.device}:{item.key}" if item.device else item.key
        if len(heard.items) < MAX_KEYS or key in heard.items:
            heard.items[key] = (item, parsed.at_us)
