"""MTConnect connector against a real agent: sequences, restarts, overruns, silence, malformed documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.gateway.agent_rig import TestAgent, signals
from tests.gateway.rig import FaultyLink, Marks, micros, running, until, wanted

from gearpark.base.problems import Problem
from gearpark.base.wire import Status
from gearpark.gateway.connectors import load
from gearpark.gateway.connectors.mtconnect.agent import Parts

FAST = {"interval_ms": 20.0, "heartbeat_ms": 300.0}
LOST = int(Status.UNCERTAIN_NO_COMMUNICATION)


async def test_values_conditions_and_unavailable() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals(), **FAST)) as run:
        await run.state("ok")
        assert {one.status for one in run.sink.live} == {int(Status.BAD_NO_COMMUNICATION)}
        at = (await agent.add("xpos", "12.5")).at
        assert (await run.value("m1/xpos", 12.5)).at_us == micros(at)
        await agent.add("exec", "ACTIVE")
        await run.value("m1/exec", "ACTIVE")
        await agent.add("sys", "FAULT:401")
        await run.value("m1/sys", "FAULT|401|||")
        await agent.add("sys", "NORMAL")
        await run.value("m1/sys", "NORMAL")
        await agent.add("pc", "many")
        await agent.add("pc", "8")
        await run.value("m1/pc", 8.0)
        assert run.link.counters.rejected == {"text_for_number": 1}
        assert abs(run.link.clock_offset_s or 9) < 2


async def test_goes_on_where_it_was_after_a_restart_of_the_gateway() -> None:
    entry_of = lambda agent: wanted("mtconnect", agent.url, signals("xpos"), **FAST)  # noqa: E731
    marks = Marks()
    async with TestAgent() as agent:
        async with running(entry_of(agent), marks) as run:
            await agent.add("xpos", "1")
            await run.value("m1/xpos", 1.0)
        for number in range(2, 8):
            await agent.add("xpos", str(number))
        async with running(entry_of(agent), marks) as run:
            await run.value("m1/xpos", 7.0)
            await until(lambda: len(run.sink.historical) == 5)
            assert [one.value for one in run.sink.historical] == [2.0, 3.0, 4.0, 5.0, 6.0]
            values = [one.value for one in run.sink.live if one.value is not None]
            assert values == [7.0]


async def test_next_sequence_is_remembered_only_after_storing() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
        await run.state("ok")
        before = run.link.bookmark["next_sequence"]
        run.sink.closed.clear()
        await agent.add("xpos", "5")
        await until(lambda: run.link.counters.points >= 2)
        assert run.link.bookmark["next_sequence"] == before
        run.sink.closed.set()
        await until(lambda: run.link.bookmark["next_sequence"] == agent.next)


async def test_overrun_buffer_is_a_gap_and_current_values() -> None:
    marks = Marks()
    async with TestAgent(size=10) as agent:
        entry = wanted("mtconnect", agent.url, signals("xpos"), **FAST)
        async with running(entry, marks) as run:
            await agent.add("xpos", "1")
            await run.value("m1/xpos", 1.0)
        for number in range(40):
            await agent.add("xpos", str(100 + number))
        async with running(entry, marks) as run:
            await run.value("m1/xpos", 139.0)
            assert int(Status.BAD_DATA_LOST) in [one.status for one in run.sink.live]
            assert run.link.counters.gaps == 1
            await agent.add("xpos", "200")
            await run.value("m1/xpos", 200.0)


async def test_agent_restart_is_read_from_its_beginning() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
        await agent.add("xpos", "1")
        await run.value("m1/xpos", 1.0)
        await agent.restart()
        await agent.add("xpos", "2")
        await agent.add("xpos", "3")
        await run.value("m1/xpos", 3.0)
        await run.state("ok")
        assert 2.0 in [one.value for one in [*run.sink.live, *run.sink.historical]]
        assert run.link.bookmark["instance_id"] == agent.instance


async def test_two_heartbeats_of_silence_are_death() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
        await agent.add("xpos", "1")
        await run.value("m1/xpos", 1.0)
        agent.silent = True
        await run.state("failed", 5)
        assert run.sink.of("m1/xpos")[-1].status == LOST
        agent.silent = False
        await agent.add("xpos", "2")
        await run.value("m1/xpos", 2.0)
        await run.state("ok")


async def test_cut_link_loses_nothing() -> None:
    async with TestAgent() as agent, FaultyLink(agent.port, raw=True) as relay:
        entry = wanted("mtconnect", f"http://127.0.0.1:{relay.port}", signals("xpos"), **FAST)
        async with running(entry) as run:
            await agent.add("xpos", "0")
            await run.value("m1/xpos", 0.0)
            relay.cut()
            await run.state("failed", 5)
            for number in range(1, 20):
                await agent.add("xpos", str(number))
            relay.mend()
            await run.value("m1/xpos", 19.0)
            await until(lambda: len(run.sink.historical) == 18)
            got = {one.value for one in [*run.sink.live, *run.sink.historical]}
            assert got >= {float(number) for number in range(20)}


async def test_malformed_document_is_counted_and_survived() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
        await run.state("ok")
        for bad in (b"<MTConnectStreams><Header", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'):
            count = sum(run.link.counters.rejected.values())
            agent.garbage = bad
            await agent.add("xpos", "4")
            await until(lambda count=count: sum(run.link.counters.rejected.values()) > count)
            await run.state("ok")
        await agent.add("xpos", "5")
        await run.value("m1/xpos", 5.0)


async def test_agents_that_do_not_stream_and_streams_without_lengths() -> None:
    for agent in (TestAgent(streams=False), TestAgent()):
        agent.with_length = False
        async with agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
            for number in range(3):
                await agent.add("xpos", str(number))
                await run.value("m1/xpos", float(number))
            await run.state("ok")


async def test_late_and_old_times_are_kept() -> None:
    async with TestAgent() as agent, running(wanted("mtconnect", agent.url, signals("xpos"), **FAST)) as run:
        old = datetime.now(UTC) - timedelta(days=200)
        await agent.add("xpos", "1", old)
        assert (await run.value("m1/xpos", 1.0)).at_us == micros(old)
        ahead = datetime.now(UTC) + timedelta(hours=1)
        await agent.add("xpos", "2", ahead)
        assert (await run.value("m1/xpos", 2.0)).at_us == micros(ahead)
        assert run.link.counters.future == 1


async def test_discovery_test_and_diagnostics() -> None:
    async with TestAgent() as agent:
        await agent.add("xpos", "3.5")
        connector = load("mtconnect")
        proposal = (await connector.discover(agent.url)).as_dict()
        asset = proposal["assets"][0]
        assert (asset["id"], asset["states"], asset["manufacturer"]) == ("mill", "mtconnect-1", "Invented")
        found = {one["name"]: one for one in asset["signals"]}
        assert found["Xpos"]["sample"]["value"] == 3.5
        assert (found["Xpos"]["unit"], found["Xpos"]["kind"]) == ("mm", "analog")
        assert found["execution"]["kind"] == "state"
        entry = wanted("mtconnect", agent.url, [*signals("xpos"), {"name": "ghost", "address": "nope"}])
        tried = await connector.test(entry)
        assert [row["error"] for row in tried["signals"]] == ["", "no data item 'nope'"]
        bundle = await connector.diagnostics(entry)
        assert bundle["missing"] == ["m1/ghost"]
        assert bundle["header"]["instance_id"] == agent.instance
    with pytest.raises(Problem) as caught:
        await connector.discover(agent.url)
    assert caught.value.code == "mtconnect.unreachable"


def test_multipart_is_cut_wherever_the_bytes_break() -> None:
    body = b"<a/>" * 5
    stream = b"".join(b"--b\r\nContent-length: %d\r\n\r\n" % len(body) + body + b"\r\n" for _ in range(3))
    for size in (1, 7, 64, len(stream)):
        parts = Parts(b"b")
        made = [part for at in range(0, len(stream), size) for part in parts.feed(stream[at : at + size])]
        assert made == [body] * 3
    for bad in (b"x" * 10_000, b"--b\r\n" + b"y" * 10_000):
        with pytest.raises(Problem):
            Parts(b"b").feed(bad)
    with pytest.raises(Problem):
        Parts(b"b").feed(b"--b\r\nContent-length: 99999999999\r\n\r\n")
