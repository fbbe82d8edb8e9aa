"""What gateway tests share: a sink that keeps what it gets, a TCP link that can fail, real OPC UA servers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import Server, ua

from gearpark.base.wire import Observation
from gearpark.gateway.link import Link
from gearpark.gateway.runner import run_connection
from gearpark.gateway.wanted import ConnectionWanted, parse_connection

logging.getLogger("asyncua").setLevel(logging.ERROR)
LONG_S = 20.0
NAMESPACE = "urn:test:machine"
PUBLISH_RESPONSE = 829  # numeric id of PublishResponse_Encoding_DefaultBinary


class Kept:
    """A sink: everything put, in order."""

    def __init__(self) -> None:
        self.live: list[Observation] = []
        self.historical: list[Observation] = []
        self.closed = asyncio.Event()
        self.closed.set()

    async def put(self, org: str, observations: list[Observation], *, historical: bool = False) -> None:
        await self.closed.wait()
        (self.historical if historical else self.live).extend(observations)

    def of(self, tag: str) -> list[Observation]:
        return [one for one in self.live if one.tag == tag]

    def values(self, tag: str) -> list[Any]:
        return [one.value for one in self.of(tag)]


class Marks:
    """Bookmarks in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, object]] = {}

    def get(self, key: str) -> dict[str, object]:
        return dict(self.kept.get(key, {}))

    def set(self, key: str, value: dict[str, object]) -> None:
        self.kept[key] = value


async def until(condition: Callable[[], Any], timeout_s: float = LONG_S, what: str = "") -> Any:
    """Wait for a condition; its last value."""
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s} s: {what or condition}")
        await asyncio.sleep(0.01)
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wanted(protocol: str, url: str, signals: list[dict[str, Any]], **options: float) -> ConnectionWanted:
    """One connection of one asset ``m1``."""
    return parse_connection(
        {
            "id": "c1",
            "org": "qichi",
            "protocol": protocol,
            "url": url,
            "options": options,
            "assets": [{"id": "m1", "type": "machine", "signals": signals}],
        }
    )


class Running:
    """A connection run by the real runner."""

    def __init__(self, entry: ConnectionWanted, marks: Marks | None = None) -> None:
        self.sink = Kept()
        self.marks = marks or Marks()
        self.link = Link(entry, self.sink, self.marks)
        self.task = asyncio.create_task(run_connection(self.link, rng=random.Random(1)))

    async def state(self, state: str, timeout_s: float = LONG_S) -> None:
        await until(
            lambda: self.link.state == state,
            timeout_s,
            f"state {state} (is {self.link.state}: {self.link.detail}, {self.link.last_error})",
        )

    async def value(self, tag: str, value: Any, timeout_s: float = LONG_S) -> Observation:
        def newest() -> Observation | None:
            found = [one for one in self.sink.live if one.tag == tag and one.value == value]
            return found[-1] if found else None

        return await until(
            newest, timeout_s, f"{tag}={value!r}, have {self.sink.values(tag)[-5:]}, {self.link.last_error}"
        )

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@contextlib.asynccontextmanager
async def running(entry: ConnectionWanted, marks: Marks | None = None) -> AsyncIterator[Running]:
    made = Running(entry, marks)
    try:
        yield made
    finally:
        await made.stop()


class FaultyLink:
    """A TCP relay in front of a server: ``cut`` drops and refuses, ``hold`` keeps sockets open but moves nothing,
    ``swallow`` lets everything pass but publish answers."""

    def __init__(self, target_port: int, *, raw: bool = False) -> None:
        self.raw = raw  # not OPC UA: bytes as they come
        self.target_port, self.port = target_port, free_port()
        self.swallow = False
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.refusing = False

    async def __aenter__(self) -> FaultyLink:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        self._open.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        self.refusing = True
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self.refusing = False
        self._open.set()

    def hold(self) -> None:
        """Half-open: the sockets stay, nothing moves."""
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        if self.refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._relay(reader, far_writer))
                group.create_task((self._relay if self.raw else self._relay_answers)(far_reader, writer))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            far_writer.close()
            self._writers -= {writer, far_writer}

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionError("closed")

    async def _relay_answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """OPC UA messages one by one, so that publish answers can be told from others."""
        swallowed = 0
        while True:
            head = await reader.readexactly(8)
            body = await reader.readexactly(int.from_bytes(head[4:8], "little") - 8)
            await self._open.wait()
            is_publish = (
                head[:3] == b"MSG"
                and body[16:18] == b"\x01\x00"
                and int.from_bytes(body[18:20], "little") == PUBLISH_RESPONSE
            )
            if self.swallow and is_publish:
                swallowed += 1
                continue
            if (
                swallowed and head[:3] == b"MSG"
            ):  # sequence numbers stay whole: the client cannot see the theft
                number = int.from_bytes(body[8:12], "little") - swallowed
                body = body[:8] + number.to_bytes(4, "little") + body[12:]
            writer.write(head + body)
            await writer.drain()


class Machine:
    """A real OPC UA server with a handful of variables in its own namespace."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.server = Server()
        self.nodes: dict[str, Any] = {}
        self.index = 0

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> Machine:
        await self.server.init()
        self.server.set_endpoint(self.url)
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self.index = await self.server.register_namespace(NAMESPACE)
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            await self.server.stop()

    async def add(
        self, name: str, value: Any, kind: ua.VariantType | None = None, data_type: Any = None
    ) -> Any:
        parent = self.server.nodes.objects
        node = await parent.add_variable(
            ua.NodeId(name, self.index), ua.QualifiedName(name, self.index), value, kind, data_type
        )
        self.nodes[name] = node
        return node

    async def set(
        self,
        name: str,
        value: Any,
        at: datetime | None = None,
        status: int = 0,
        kind: ua.VariantType | None = None,
    ) -> datetime:
        moment = at or datetime.now(UTC)
        variant = ua.Variant(value, kind) if kind is not None else ua.Variant(value)
        data = ua.DataValue(
            variant,
            StatusCode=ua.StatusCode(ua.UInt32(status)),
            SourceTimestamp=moment,
            ServerTimestamp=datetime.now(UTC),
        )
        await self.server.write_attribute_value(self.nodes[name].nodeid, data)
        return moment

    async def clear(self) -> None:
        """Take away what a test added, so that the next one may use the same names."""
        found = await self.server.nodes.objects.get_children()
        added = [node for node in found if node.nodeid.NamespaceIndex == self.index]
        await self.server.delete_nodes(added, recursive=True)
        self.nodes.clear()

    def signal(self, name: str, kind: str = "analog", interval_s: float | None = None) -> dict[str, Any]:
        return {"name": name, "kind": kind, "address": f"nsu={NAMESPACE};s={name}", "interval_s": interval_s}

    def forget_sessions(self) -> int:
        """What a server does that lost its memory: sessions and subscriptions are gone, the sockets stay."""
        sessions = self.server.iserver._external_sessions
        count = len(sessions)
        sessions.clear()
        return count


@contextlib.asynccontextmanager
async def ticking(machine: Machine, name: str, every_s: float = 0.1) -> AsyncIterator[list[float]]:
    """Write growing numbers; the list holds those written."""
    written: list[float] = []

    async def tick() -> None:
        while True:
            await machine.set(name, float(len(written)))
            written.append(float(len(written)))
            await asyncio.sleep(every_s)

    task = asyncio.create_task(tick())
    try:
        yield written
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
