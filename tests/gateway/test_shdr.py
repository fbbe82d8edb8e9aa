"""SHDR connector against a real adapter socket: lines, heartbeats, faults, floods."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.rig import Kept, Marks, free_port, micros, running, until, wanted

from gearpark.base.problems import Problem
from gearpark.base.wire import Status
from gearpark.gateway.connectors import load
from gearpark.gateway.connectors.shdr.lines import LineReader
from gearpark.gateway.link import Link

AT = "2026-11-23T08:00:00.123456Z"
AT_US = micros(datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC))
LOST = int(Status.UNCERTAIN_NO_COMMUNICATION)


class Adapter:
    """A real SHDR adapter: greets with what it knows, answers pings, sends lines."""

    def __init__(self, heartbeat_ms: int | None = 200) -> None:
        self.port, self.heartbeat_ms = free_port(), heartbeat_ms
        self.greeting: list[str] = []
        self.pings = 0
        self.deaf = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"shdr://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Adapter:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            writer.write("".join(f"{line}\n" for line in self.greeting).encode())
            while line := await reader.readline():
                self.pings += line == b"* PING\n"
                if self.heartbeat_ms is not None and not self.deaf:
                    writer.write(f"* PONG {self.heartbeat_ms}\n".encode())
        self._writers.discard(writer)

    async def send(self, *lines: str, raw: bytes = b"") -> None:
        for writer in list(self._writers):
            writer.write("".join(f"{line}\n" for line in lines).encode() + raw)
            await writer.drain()


def keys(**kinds: str) -> list[dict[str, Any]]:
    return [{"name": name, "kind": kind, "address": name} for name, kind in kinds.items()]


@contextlib.asynccontextmanager
async def adapter_and_link(
    heartbeat_ms: int | None = 200, **kinds: str
) -> AsyncIterator[tuple[Adapter, Any]]:
    async with Adapter(heartbeat_ms) as adapter:
        adapter.greeting = [f"{AT}|{name}|UNAVAILABLE" for name in kinds]
        async with running(wanted("shdr", adapter.url, keys(**kinds))) as run:
            await run.state("ok")
            yield adapter, run


async def test_lines_become_observations() -> None:
    async with adapter_and_link(Xpos="analog", execution="state", system="condition", msg="text") as (
        adapter,
        run,
    ):
        await adapter.send(
            "* adapterVersion: 1.3",
            f"{AT}|Xpos|1.5|execution|ACTIVE",
            f"{AT}|system|FAULT|401|2||Door open",
            f"{AT}|OKUMA:Xpos|2.5|unknown|7|msg|hello",
            f"{AT}|Xpos|Unavailable",
            "2026-11-23T08:00:00.1234567Z|Xpos|3.5",
        )
        assert (await run.value("m1/Xpos", 3.5)).at_us == AT_US
        assert run.sink.values("m1/Xpos") == [None, 1.5, 2.5, None, 3.5]
        assert run.sink.values("m1/system")[-1] == "FAULT|401|2||Door open"
        assert run.sink.values("m1/msg")[-1] == "hello"
        assert run.link.notes["adapter adapterVersion"] == "1.3"
        assert "unknown" in run.link.notes["unmapped"]


async def test_malformed_lines_are_counted_and_the_rest_is_read() -> None:
    async with adapter_and_link(Xpos="analog") as (adapter, run):
        await adapter.send(
            "garbage", "|||", "yesterday|Xpos|1", f"{AT}|Xpos", f"{AT}|Xpos|abc", f"{AT}|Xpos|nan"
        )
        await adapter.send(raw=b"\xff\xfe|\x00\n")
        await adapter.send("@@@|@ASSET@|x", f"{AT}|Xpos|7")
        await run.value("m1/Xpos", 7.0)
        reasons = run.link.counters.rejected
        assert reasons["shdr.fields"] >= 2
        assert reasons["shdr.time"] >= 1
        assert reasons["text_for_number"] == 1
        assert reasons["not_a_number"] == 1
        assert run.link.state == "ok"


async def test_heartbeat_is_kept_and_its_silence_noticed() -> None:
    async with adapter_and_link(heartbeat_ms=200, Xpos="analog") as (adapter, run):
        await until(lambda: adapter.pings > 3)
        assert run.link.notes["heartbeat"] == "200 ms"
        await adapter.send(f"{AT}|Xpos|1")
        await run.value("m1/Xpos", 1.0)
        adapter.deaf = True
        await run.state("failed", 5)
        assert run.sink.of("m1/Xpos")[-1].status == LOST
        adapter.deaf = False
        adapter.greeting = [f"{AT}|Xpos|1"]
        await run.state("ok")
        confirmed = await run.value("m1/Xpos", 1.0)
        await until(lambda: run.sink.of("m1/Xpos")[-1].value == 1.0)
        assert run.sink.of("m1/Xpos")[-1].at_us > run.sink.of("m1/Xpos")[-2].at_us - 1
        assert confirmed.status == 0


async def test_adapter_restart_and_half_a_line() -> None:
    async with adapter_and_link(heartbeat_ms=None, Xpos="analog") as (adapter, run):
        await adapter.send(raw=f"{AT}|Xpos|1".encode())
        await adapter.close()
        await run.state("failed", 5)
        adapter.greeting = [f"{AT}|Xpos|2"]
        await adapter.listen()
        await run.value("m1/Xpos", 2.0)
        await run.state("ok")
        assert 1.0 not in run.sink.values("m1/Xpos")


async def test_signals_that_stop_are_marked_while_the_socket_lives() -> None:
    async with Adapter() as adapter:
        signals = [{"name": "Xpos", "address": "Xpos", "interval_s": 0.4}]
        async with running(wanted("shdr", adapter.url, signals)) as run:
            await until(lambda: adapter.pings)
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            await adapter.send(f"{now}|Xpos|1")
            await run.state("ok")
            await run.state("stalled", 10)
            assert run.sink.of("m1/Xpos")[-1].status == LOST
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            await adapter.send(f"{now}|Xpos|2")
            await run.value("m1/Xpos", 2.0)
            await run.state("ok")


async def test_a_flood_is_slowed_down_and_nothing_is_lost() -> None:
    async with Adapter() as adapter, Adapter() as calm:
        fast = wanted("shdr", adapter.url, keys(Xpos="analog"), max_points_per_s=5_000)
        async with running(fast) as run, running(wanted("shdr", calm.url, keys(Xpos="analog"))) as other:
            await until(lambda: adapter.pings and calm.pings)
            count = 10_000
            sending = asyncio.create_task(adapter.send(*(f"{AT}|Xpos|{n}" for n in range(count))))
            await calm.send(f"{AT}|Xpos|1")
            await other.value("m1/Xpos", 1.0, 2.0)
            await sending
            await run.value("m1/Xpos", float(count - 1))
            assert run.sink.values("m1/Xpos") == [float(n) for n in range(count)]
            assert run.link.counters.throttled_s > 0


async def test_discovery_and_test_listen() -> None:
    async with Adapter() as adapter:
        adapter.greeting = [f"{AT}|M1:avail|AVAILABLE|M1:Xpos|1.5", f"{AT}|M1:sys|NORMAL||||"]
        connector = load("shdr")
        proposal = (await connector.discover(adapter.url)).as_dict()
        found = {one["name"]: one["kind"] for one in proposal["assets"][0]["signals"]}
        assert found == {"Xpos": "analog", "avail": "state", "sys": "condition"}
        assert proposal["assets"][0]["id"] == "m1"
        tried = await connector.test(wanted("shdr", adapter.url, keys(Xpos="analog", Zpos="analog")))
        assert [row["error"] for row in tried["signals"]] == ["", "silent while listening"]
        assert (await connector.diagnostics(wanted("shdr", adapter.url, [])))["keys"] == 3
    with pytest.raises(Problem) as caught:
        await connector.discover(adapter.url)
    assert caught.value.code == "shdr.unreachable"


def reader(**kinds: str) -> LineReader:
    link = Link(wanted("shdr", "shdr://127.0.0.1:1", keys(**kinds)), Kept(), Marks())
    return LineReader(link, link.tags)


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    lines = reader(Xpos="analog", sys="condition", exec="state")
    lines.read(text.split("\n"))
    lines.read([f"{AT}|Xpos|{text}", f"{AT}|{text}|1|Xpos|2", f"{AT}|sys|{text}"])


def test_multi_line_blocks_are_one_line() -> None:
    lines = reader(Xpos="analog")
    block = [f"{AT}|@ASSET@|T1|CuttingTool|--multiline--AB", "<Tool>", f"{AT}|Xpos|9", "--multiline--AB"]
    assert lines.read([*block, f"{AT}|Xpos|1"]) == [("m1/Xpos", AT_US, 1.0, 0)]


RECORDING = Path(
    os.environ.get("GEARPARK_RECORDINGS", Path(__file__).parents[2] / "src/gearpark/plants/data/recordings")
)


def test_a_real_recording_line_by_line() -> None:
    """The Okuma demo recording: the fast way and the careful way read the same."""
    from gearpark.base import shdr

    found = sorted(RECORDING.rglob("okuma*.gz"))
    assert found, "the recording ships with the plants"
    text = gzip.decompress(found[0].read_bytes()).decode()
    items: dict[str, int] = {}
    for line in text.splitlines():
        with contextlib.suppress(Problem):
            for item in shdr.parse_line(line).items:
                if item.condition is None:
                    items[item.key] = items.get(item.key, 0) + 1
    kinds = dict.fromkeys(items, "text")
    lines = reader(**kinds)
    made = lines.read(text.splitlines())
    got: dict[str, int] = {}
    for one in made:
        key = one.tag.partition("/")[2]
        got[key] = got.get(key, 0) + 1
    assert got == items
