"""A small MTConnect agent on a real socket: sequences, a bounded buffer, streaming, restarts, silence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from tests.gateway.rig import free_port

PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3"><Header instanceId="{instance}" version="1.3.0.1"
creationTime="{now}" sender="test" bufferSize="{size}"/><Devices><Device id="d1" name="Mill" uuid="u1">
<Description manufacturer="Invented" model="M-1" serialNumber="S1">Mill one</Description>
<DataItems><DataItem category="EVENT" id="avail" name="avail" type="AVAILABILITY"/></DataItems>
<Components><Controller id="c1" name="controller"><DataItems>
<DataItem category="EVENT" id="exec" name="execution" type="EXECUTION"/>
<DataItem category="EVENT" id="pc" name="PartCount" type="PART_COUNT"/>
<DataItem category="CONDITION" id="sys" name="system" type="SYSTEM"/>
</DataItems></Controller><Axes id="a" name="axes"><Components><Linear id="x" name="X"><DataItems>
<DataItem category="SAMPLE" id="xpos" name="Xpos" type="POSITION" subType="ACTUAL" units="MILLIMETER"/>
</DataItems></Linear></Components></Axes></Components></Device></Devices></MTConnectDevices>"""
GROUPS = {"avail": "Events", "exec": "Events", "pc": "Events", "sys": "Condition", "xpos": "Samples"}
ELEMENTS = {"avail": "Availability", "exec": "Execution", "pc": "PartCount", "xpos": "Position"}


@dataclass
class Entry:
    sequence: int
    item: str
    value: str
    at: datetime


class TestAgent:
    """``add`` observations; ``restart`` begins a new instance; ``silent`` stops heartbeats and data."""

    __test__ = False

    def __init__(self, size: int = 50, *, streams: bool = True) -> None:
        self.size, self.streams, self.port = size, streams, free_port()
        self.instance, self.next = 1000, 1
        self.buffer: list[Entry] = []
        self.latest: dict[str, Entry] = {}
        self.silent = False
        self.garbage: bytes | None = None
        self.with_length = True
        self.requests: list[str] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> TestAgent:
        app = web.Application()
        app.router.add_get("/probe", self._probe)
        app.router.add_get("/current", self._current)
        app.router.add_get("/sample", self._sample)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        for item in GROUPS:
            await self.add(item, "UNAVAILABLE")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def add(self, item: str, value: str, at: datetime | None = None) -> Entry:
        entry = Entry(self.next, item, value, at or datetime.now(UTC))
        self.next += 1
        self.buffer = [*self.buffer, entry][-self.size :]
        self.latest[item] = entry
        async with self._changed:
            self._changed.notify_all()
        return entry

    async def restart(self) -> None:
        """A new instance: sequences start at 1, everything unavailable, streams end."""
        self.instance, self.next, self.buffer, self.latest = self.instance + 1, 1, [], {}
        for item in GROUPS:
            await self.add(item, "UNAVAILABLE")

    def _header(self, following: int) -> str:
        first = self.buffer[0].sequence if self.buffer else self.next
        return (
            f'<Header instanceId="{self.instance}" creationTime="{_stamp(datetime.now(UTC))}" sender="test" '
            f'bufferSize="{self.size}" version="1.3.0.1" nextSequence="{following}" firstSequence="{first}" '
            f'lastSequence="{self.next - 1}"/>'
        )

    def _streams(self, entries: list[Entry], following: int) -> bytes:
        groups: dict[str, str] = {}
        for entry in entries:
            group = GROUPS[entry.item]
            attributes = (
                f'dataItemId="{entry.item}" sequence="{entry.sequence}" timestamp="{_stamp(entry.at)}"'
            )
            if group == "Condition":
                level, _, code = entry.value.partition(":")
                name = level.capitalize()
                text = f'<{name} {attributes} type="SYSTEM" nativeCode="{code}"/>'
            else:
                text = f"<{ELEMENTS[entry.item]} {attributes}>{entry.value}</{ELEMENTS[entry.item]}>"
            groups[group] = groups.get(group, "") + text
        body = "".join(f"<{group}>{text}</{group}>" for group, text in groups.items())
        return (
            '<?xml version="1.0" encoding="UTF-8"?><MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:1.3">'
            f'{self._header(following)}<Streams><DeviceStream name="Mill" uuid="u1"><ComponentStream component="x" '
            f'componentId="x">{body}</ComponentStream></DeviceStream></Streams></MTConnectStreams>'
        ).encode()

    def _error(self, code: str) -> bytes:
        return (
            '<?xml version="1.0"?><MTConnectError xmlns="urn:mtconnect.org:MTConnectError:1.3">'
            f'{self._header(self.next)}<Errors><Error errorCode="{code}">sequence</Error></Errors></MTConnectError>'
        ).encode()

    async def _probe(self, request: web.Request) -> web.Response:
        text = PROBE.format(instance=self.instance, now=_stamp(datetime.now(UTC)), size=self.size)
        return web.Response(text=text, content_type="text/xml")

    async def _current(self, request: web.Request) -> web.Response:
        self.requests.append("current")
        entries = sorted(self.latest.values(), key=lambda entry: entry.sequence)
        return web.Response(body=self._streams(entries, self.next), content_type="text/xml")

    def _after(self, start: int, count: int) -> tuple[bytes, int]:
        first = self.buffer[0].sequence if self.buffer else self.next
        if start < first or start > self.next:
            return self._error("OUT_OF_RANGE"), -1
        entries = [entry for entry in self.buffer if entry.sequence >= start][:count]
        following = entries[-1].sequence + 1 if entries else start
        return self._streams(entries, following), following

    async def _sample(self, request: web.Request) -> web.StreamResponse:
        query = {key: int(value) for key, value in request.query.items()}
        self.requests.append(f"sample from={query['from']}")
        start = query["from"]
        if not self.streams:
            body, _ = self._after(start, query["count"])
            return web.Response(body=body, content_type="text/xml")
        answer = web.StreamResponse(headers={"Content-Type": "multipart/x-mixed-replace;boundary=cut"})
        await answer.prepare(request)
        instance = self.instance
        while True:
            body, following = self._after(start, query["count"])
            if self.garbage is not None:
                body, self.garbage = self.garbage, None
            if not self.silent:
                await self._part(answer, body)
            if following < 0 or instance != self.instance:
                return answer
            if following == start:
                await self._wait(query["heartbeat"] / 1000)
            start = following

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _part(self, answer: web.StreamResponse, body: bytes) -> None:
        length = f"Content-length: {len(body)}\r\n" if self.with_length else ""
        await answer.write(f"--cut\r\nContent-type: text/xml\r\n{length}\r\n".encode() + body + b"\r\n")
        if not self.with_length:
            await answer.write(b"--cut\r\n")


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signals(*names: str) -> list[dict[str, Any]]:
    kinds = {"xpos": "analog", "pc": "counter", "exec": "state", "avail": "state", "sys": "condition"}
    return [{"name": name, "kind": kinds[name], "address": name} for name in names or kinds]
