"""SHDR over TCP: lines as they come, ``* PING`` answered by ``* PONG <ms>``; two heartbeats of silence = dead."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from gearpark.base.problems import Problem

from ...link import Link
from ...proposals import Proposal
from ...wanted import ConnectionWanted, check_url
from .config import (
    GREETING_S,
    HEARTBEAT_MAX_MS,
    HEARTBEAT_MIN_MS,
    MAX_LINE_BYTES,
    PING_S,
    READ_BYTES,
    TICK_S,
)
from .diagnostics import diagnose, try_out
from .discovery import discover_adapter
from .lines import LineReader
from .listening import dial

log = logging.getLogger(__name__)


async def run(link: Link) -> None:
    """Feed ``link`` until cancelled; raises on a fault."""
    async with dial(link.wanted.url) as (reader, writer):
        await _Work(link, reader, writer).run()


async def discover(url: str) -> Proposal:
    """Keys heard from an adapter while listening for a few seconds."""
    check_url("shdr", url)
    return await discover_adapter(url)


async def test(wanted: ConnectionWanted) -> dict[str, Any]:
    """Listen for a few seconds: which wanted keys spoke."""
    return await try_out(wanted)


async def diagnostics(wanted: ConnectionWanted) -> dict[str, Any]:
    """What the adapter says of itself and which keys it sends."""
    return await diagnose(wanted)


class _Work:
    """One connection to one adapter."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.link, self.reader, self.writer = link, reader, writer
        self.lines = LineReader(link, link.tags)
        self.heartbeat_s: float | None = None
        self.heard_s = link.monotonic()
        self.began_s = self.heard_s

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ping())
            await self._read()

    async def _read(self) -> None:
        tail = b""
        while True:
            data = await self.reader.read(READ_BYTES)
            if not data:
                raise ConnectionError("the adapter closed the connection")
            block, newline, tail = (tail + data).rpartition(b"\n")
            if len(tail) > MAX_LINE_BYTES:
                raise Problem(
                    "shdr.line_too_long", f"A line has over {MAX_LINE_BYTES} bytes: this is no SHDR adapter."
                )
            if newline:
                await self._take(block.decode("utf-8", "replace"))
            self.heard_s = self.link.monotonic()

    async def _take(self, block: str) -> None:
        made = self.lines.read(block.split("\n"))
        for command in self.lines.commands:
            self._command(command)
        self.lines.commands.clear()
        if made:
            if self.link.monotonic() - self.began_s > GREETING_S:
                self.link.clock(max(one.at_us for one in made))
            await self.link.put(made, confirmed_us=self.link.source_now_us())
        self._notes()
        self._state()

    def _notes(self) -> None:
        if self.lines.unmapped:
            first = min(self.lines.unmapped)
            self.link.notes["unmapped"] = (
                f"{len(self.lines.unmapped)} keys are not wanted, for example {first}"
            )
        if self.lines.untimed:
            self.link.notes["time"] = f"{self.lines.untimed} lines without a time; the gateway's time is used"

    def _command(self, command: str) -> None:
        name, _, value = command.partition(" ")
        if name == "PONG" and value.strip().isdigit():
            milliseconds = min(max(int(value), HEARTBEAT_MIN_MS), HEARTBEAT_MAX_MS)
            self.heartbeat_s = milliseconds / 1000
            self.link.notes["heartbeat"] = f"{milliseconds} ms"
        elif name.endswith(":") and len(name) < 60:
            self.link.notes[f"adapter {name[:-1]}"] = value.strip()[:80]

    def _state(self) -> None:
        silent = [name for name in self.link.unknown() if self.link.tags[name].signal.interval_s]
        if silent and self.link.state in ("ok", "stalled"):
            sentence = (
                f"{len(silent)} of {len(self.link.tags)} signals give no fresh value, first {silent[0]}"
            )
            if self.link.say("stalled", sentence):
                log.warning("connection %s stalled: %s", self.link.wanted.id, sentence)
        elif self.link.say("ok"):
            log.info("connection %s (%s) is up", self.link.wanted.id, self.link.wanted.shown_url)

    async def _ping(self) -> None:
        """Ask for life signs, and judge them; also finds signals that stopped while the socket is quiet."""
        asked_s = unanswered_s = float("-inf")
        while True:
            moment = self.link.monotonic()
            every_s = PING_S if self.heartbeat_s is None else min(self.heartbeat_s / 2, PING_S)
            if moment - asked_s >= every_s:
                asked_s = moment
                if self.heard_s >= unanswered_s:
                    unanswered_s = moment
                self.writer.write(b"* PING\n")
                await self.writer.drain()
            quiet_s = moment - unanswered_s
            silent = self.heard_s < unanswered_s and not self.link.busy
            if silent and self.heartbeat_s is not None and quiet_s > 2 * self.heartbeat_s:
                raise ConnectionError(
                    f"no line and no PONG for {quiet_s:.1f} s, twice the adapter's heartbeat"
                )
            stale = self.link.stale()
            if stale:
                await self.link.mark_lost(stale)
                self._state()
            await asyncio.sleep(min(TICK_S, every_s / 2))
