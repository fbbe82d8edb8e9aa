"""MTConnect: current, then the sample stream, with the standard's fault rules.

``nextSequence`` is remembered only after the observations before it are durable. Behind the agent's buffer: current
values and a gap record. Agent restarted (instanceId changed): from its first sequence. No document for two heartbeats:
dead, dial again. What piled up while the link was down is read from the agent's buffer and flagged historical.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from gearpark.base.mtconnect import StreamHeader, StreamObservation, Streams, read_streams
from gearpark.base.problems import Problem
from gearpark.base.time import parse_iso, to_us
from gearpark.base.wire import Observation, SignalKind, Status

from ...link import Link
from ...proposals import Proposal
from ...wanted import ConnectionWanted, check_url
from .agent import Agent
from .config import Settings, settings_of
from .diagnostics import diagnose, try_out
from .discovery import discover_agent

NUMBERS = frozenset({SignalKind.ANALOG, SignalKind.COUNTER})
NO_COMMUNICATION = int(Status.BAD_NO_COMMUNICATION)
log = logging.getLogger(__name__)


async def run(link: Link) -> None:
    """Feed ``link`` until cancelled; raises on a fault."""
    async with Agent(link.wanted.url) as agent:
        work = _Work(link, settings_of(link.wanted), agent)
        start: int | None = None
        while True:
            start = await work.stream_from(await work.begin() if start is None else start)


async def discover(url: str) -> Proposal:
    """Devices and data items of an agent."""
    check_url("mtconnect", url)
    return await discover_agent(url)


async def test(wanted: ConnectionWanted) -> dict[str, Any]:
    """Read ``/current`` once and compare it with the wanted signals."""
    return await try_out(wanted)


async def diagnostics(wanted: ConnectionWanted) -> dict[str, Any]:
    """Header, buffer, devices and signals that do not exist."""
    return await diagnose(wanted)


class _Work:
    """One run. ``instance`` and the sequence live in the link's bookmark."""

    def __init__(self, link: Link, settings: Settings, agent: Agent) -> None:
        self.link, self.settings, self.agent = link, settings, agent
        self.items = {
            state.signal.address: (name, state.signal.kind in NUMBERS) for name, state in link.tags.items()
        }
        self.already: set[int] = set()  # sequences put from /current that the stream will bring once more
        self.live_from = 0  # sequences below are backlog

    async def begin(self) -> int:
        """Put the current values; returns the sequence to stream from."""
        current = read_streams(await self.agent.document("current"))
        header, mark = current.header, self.link.bookmark
        start = header.next_sequence
        saved = mark.get("next_sequence")
        if isinstance(saved, int):
            start = self._resume_at(saved, header)
            if start < 0:
                await self.link.gap(self.link.tags, at_us=None, why="the agent's buffer was overrun")
                start = header.next_sequence
        mark["instance_id"] = header.instance_id
        self._missing(current)
        self.live_from = header.next_sequence
        self.already = {seen.sequence for seen in current.observations if seen.sequence >= start}
        confirmed_us = self._clock(header)
        await self.link.put(self.decode(current.observations, set()), confirmed_us=confirmed_us)
        mark["next_sequence"] = start
        self._state()
        return start

    def _resume_at(self, saved: int, header: StreamHeader) -> int:
        """Sequence to go on from; -1 when values were lost."""
        if self.link.bookmark.get("instance_id") != header.instance_id:
            log.info(
                "connection %s: the agent restarted, reading from its first sequence", self.link.wanted.id
            )
            self.link.notes["agent"] = "the agent restarted"
            return header.first_sequence if header.first_sequence <= 1 else -1
        return saved if saved >= header.first_sequence else -1

    async def stream_from(self, start: int) -> int | None:
        """Documents until the agent restarts or the buffer is overrun (None: begin again), or a fault (raises).

        An agent that does not stream is asked again: returns the sequence to go on from.
        """
        settings = self.settings
        query = {
            "from": start,
            "count": settings.count,
            "interval": settings.interval_ms,
            "heartbeat": settings.heartbeat_ms,
        }
        async with contextlib.aclosing(self.agent.stream(settings.dead_after_s, **query)) as documents:
            async for document in documents:
                streams = await self._read(document)
                if streams is None:
                    return None
                if streams.header.instance_id != self.link.bookmark["instance_id"]:
                    await self.link.mark_lost()
                    return None
                await self._take(streams)
                start = streams.header.next_sequence
        if self.agent.streaming:
            raise ConnectionError("the agent closed the stream")
        await asyncio.sleep(settings.interval_ms / 1000)
        return start

    async def _read(self, document: bytes) -> Streams | None:
        """The document; None when the agent's buffer was overrun meanwhile (recorded as a gap)."""
        try:
            return read_streams(document)
        except Problem as problem:
            if problem.code != "mtconnect.out_of_range":
                self.link.reject(problem.code, problem.sentence)
                raise
        await self.link.gap(self.link.tags, why="the agent's buffer was overrun")
        self.link.bookmark.pop("next_sequence", None)
        return None

    async def _take(self, streams: Streams) -> None:
        confirmed_us = self._clock(streams.header)
        backlog = [seen for seen in streams.observations if seen.sequence < self.live_from]
        live = [seen for seen in streams.observations if seen.sequence >= self.live_from]
        if backlog:
            await self.link.put(self.decode(backlog, self.already), historical=True)
        if live:
            await self.link.put(self.decode(live, self.already), confirmed_us=confirmed_us)
        self.link.bookmark["next_sequence"] = streams.header.next_sequence
        if streams.header.next_sequence >= self.live_from:
            self.already.clear()
        stale = self.link.stale()
        if stale:
            await self.link.mark_lost(stale)
        self._state()

    def _state(self) -> None:
        silent = [name for name in self.link.unknown() if self.link.tags[name].signal.interval_s]
        if silent and self.link.state != "connecting":
            sentence = (
                f"{len(silent)} of {len(self.link.tags)} signals give no fresh value, first {silent[0]}"
            )
            if self.link.say("stalled", sentence):
                log.warning("connection %s stalled: %s", self.link.wanted.id, sentence)
        elif self.link.say("ok"):
            log.info("connection %s (%s) is up", self.link.wanted.id, self.link.wanted.shown_url)

    def _missing(self, current: Streams) -> None:
        known = {key for seen in current.observations for key in (seen.item_id, seen.name)}
        missing = [name for address, (name, _) in self.items.items() if address not in known]
        if missing:
            self.link.notes["missing"] = f"{len(missing)} data items are not at the agent, first {missing[0]}"
        else:
            self.link.notes.pop("missing", None)

    def _clock(self, header: StreamHeader) -> int | None:
        try:
            created_us = to_us(parse_iso(header.creation_time))
        except Problem:
            return None
        self.link.clock(created_us)
        return created_us

    def decode(self, seen: list[StreamObservation], skip: set[int]) -> list[Observation]:
        """Observations of wanted items in sequence order; texts that are no number are counted."""
        made: list[Observation] = []
        for one in sorted(seen, key=lambda each: each.sequence):
            known = self.items.get(one.item_id) or self.items.get(one.name)
            if known is None or one.sequence in skip:
                continue
            name, numeric = known
            if one.value is None:
                made.append(Observation(name, one.at_us, None, NO_COMMUNICATION))
                continue
            if not numeric:
                made.append(Observation(name, one.at_us, one.value))
                continue
            try:
                made.append(Observation(name, one.at_us, float(one.value)))
            except ValueError:
                self.link.reject("text_for_number", f"{name}={one.value[:40]!r}")
        return made
