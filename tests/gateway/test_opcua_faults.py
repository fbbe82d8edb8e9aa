"""The faults of an OPC UA link, one by one, against a real server behind a link that can fail."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from tests.gateway.rig import FaultyLink, Machine, Running, running, ticking, until, wanted

from gearpark.base.wire import Status

FAST = {"publishing_interval_ms": 50.0, "keep_alive_count": 5.0, "request_timeout_s": 1.0}
LOST = int(Status.UNCERTAIN_NO_COMMUNICATION)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def variables(machine: Machine) -> None:
    await machine.add("count", 0.0)
    await machine.add("mode", "auto")


def entry(machine: Machine, port: int, interval_s: float | None = None):
    signals = [machine.signal("count", "analog", interval_s), machine.signal("mode", "state")]
    return wanted("opcua", f"opc.tcp://127.0.0.1:{port}/", signals, **FAST)


async def back(run: Running) -> None:
    """Live again: a value newer than everything there was."""
    seen = len(run.sink.of("m1/count"))
    await until(
        lambda: len([o for o in run.sink.of("m1/count")[seen:] if o.value is not None]) > 2, 20, "live again"
    )
    await run.state("ok")


async def test_dropped_link_resumes_without_losing_a_value(machine: Machine) -> None:
    async with FaultyLink(machine.port) as relay, running(entry(machine, relay.port)) as run:
        await run.state("ok")
        async with ticking(machine, "count", 0.05) as written:
            await until(lambda: len(written) > 10)
            relay.cut()
            await until(lambda: run.link.state == "failed")
            assert run.sink.of("m1/mode")[-1].status == LOST
            down = len(written)
            await until(lambda: len(written) > down + 5)
            relay.mend()
            await back(run)
            last = len(written) - 1
            await run.value("m1/count", float(last))
        got = {one.value for one in [*run.sink.live, *run.sink.historical] if one.tag == "m1/count"}
        missing = [n for n in range(last) if float(n) not in got]
        assert missing == []
        confirmed = run.sink.of("m1/mode")[-1]
        assert (confirmed.value, confirmed.status) == ("auto", 0)
        assert (
            confirmed.at_us > run.sink.of("m1/mode")[-2].at_us or run.sink.of("m1/mode")[-2].value == "auto"
        )


async def test_half_open_link(machine: Machine) -> None:
    async with (
        FaultyLink(machine.port) as relay,
        running(entry(machine, relay.port)) as run,
        ticking(machine, "count", 0.05),
    ):
        await run.state("ok")
        relay.hold()
        await until(lambda: run.link.state in ("stalled", "failed"), 10)
        assert run.sink.of("m1/count")[-1].status == LOST
        relay.cut()
        relay.mend()
        await back(run)


async def test_publish_answers_swallowed(machine: Machine) -> None:
    async with (
        FaultyLink(machine.port) as relay,
        running(entry(machine, relay.port)) as run,
        ticking(machine, "count", 0.05),
    ):
        await run.state("ok")
        relay.swallow = True
        await run.state("stalled", 10)
        assert run.sink.of("m1/count")[-1].status == LOST
        relay.swallow = False
        await back(run)


async def test_server_restart() -> None:
    async with Machine() as first:
        await first.add("count", 0.0)
        await first.add("mode", "auto")
        run = Running(entry(first, first.port))
        await run.state("ok")
    await until(lambda: run.link.state == "failed", 10)
    async with Machine(first.port) as again:
        await again.server.register_namespace("urn:other:first")
        await again.add("count", 5.0)
        await again.add("mode", "manual")
        await run.value("m1/mode", "manual")
        await run.state("ok")
        await run.stop()


async def test_forgotten_session(machine: Machine) -> None:
    async with FaultyLink(machine.port) as relay, running(entry(machine, relay.port)) as run:
        await run.state("ok")
        assert machine.forget_sessions() == 1
        relay.cut()
        await run.state("failed")
        relay.mend()
        async with ticking(machine, "count", 0.05):
            await back(run)


async def test_expired_subscription(machine: Machine) -> None:
    async with running(entry(machine, machine.port)) as run, ticking(machine, "count", 0.05):
        await run.state("ok")
        service = machine.server.iserver.subscription_service
        await service.delete_subscriptions(list(service.subscriptions))
        await run.state("stalled", 10)
        await back(run)
        assert run.link.reconnects >= 1


async def test_frozen_value(machine: Machine) -> None:
    async with running(entry(machine, machine.port, interval_s=0.3)) as run:
        async with ticking(machine, "count", 0.05):
            await run.state("ok")
        await run.state("stalled", 10)
        marked = run.sink.of("m1/count")[-1]
        assert (marked.value, marked.status) == (None, LOST)
        assert run.sink.of("m1/mode")[-1].value == "auto"
        async with ticking(machine, "count", 0.05):
            await back(run)


async def test_steady_value_with_fresh_time_is_not_frozen(machine: Machine) -> None:
    async with running(entry(machine, machine.port, interval_s=0.3)) as run:
        for _ in range(15):
            await machine.set("count", 7.0)
            await asyncio.sleep(0.1)
        assert run.link.state == "ok"
        assert LOST not in [one.status for one in run.sink.of("m1/count")]
