"""Writing to a real OPC UA server: at most once per command, only what is allowed, outcomes that are true."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import ua
from tests.gateway.rig import FaultyLink, Machine, Running, until

from gearpark.base.problems import Problem
from gearpark.bus.signing import is_signed, key_of, signed
from gearpark.gateway.wanted import ConnectionWanted, parse_connection
from gearpark.gateway.writes import Ledger, Writer, writer

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN = "token-of-gw1"
MINUTE_US = 60_000_000


def entry(machine: Machine, url: str = "", **writable: Any) -> ConnectionWanted:
    """A connection whose signals are the machine's variables; ``name={...}`` allows writing that one."""
    names = {**dict.fromkeys(machine.nodes), **writable}
    signals = [
        machine.signal(name, "state" if name in ("hold", "mode") else "analog")
        | ({} if allowed is None else {"write": allowed})
        for name, allowed in names.items()
    ]
    return parse_connection(
        {
            "id": "c1",
            "org": "qichi",
            "protocol": "opcua",
            "url": url or machine.url,
            "options": {"request_timeout_s": 1.0},
            "assets": [{"id": "m1", "type": "machine", "signals": signals}],
        }
    )


def order(
    signal: str, value: Any, *, token: str = TOKEN, seconds: float = 60.0, **more: Any
) -> dict[str, Any]:
    said = {
        "command_id": str(uuid.uuid4()),
        "connection_id": "c1",
        "tag": f"m1/{signal}",
        "value": value,
        "deadline_us": time.time_ns() // 1000 + int(seconds * 1e6),
        "who": "leader",
        "why": "test",
        **more,
    }
    return signed(key_of(token), said)


class Bench:
    """A running connection and a writer on a ledger of its own."""

    def __init__(self, folder: Path, wanted: ConnectionWanted) -> None:
        self.folder = folder
        token = folder / "token"
        token.write_text(TOKEN + "\n")
        self.running = Running(wanted)
        self.writer = self.fresh()

    def fresh(self) -> Writer:
        """A writer as a restarted gateway has it: same ledger, nothing in memory."""
        links = {"c1": self.running.link}
        return Writer(self.folder / "writes.db", lambda: links, self.folder / "token")

    async def stop(self) -> None:
        self.writer.close()
        await self.running.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def bench(machine: Machine, tmp_path: Path) -> AsyncIterator[Bench]:
    for name, value, kind in (
        ("hold", False, ua.VariantType.Boolean),
        ("level", 10, ua.VariantType.Int16),
        ("setpoint", 4.2, ua.VariantType.Float),
        ("recipe", "A", ua.VariantType.String),
        ("fixed", 1.0, ua.VariantType.Double),
        ("private", 1.0, ua.VariantType.Double),
    ):
        node = await machine.add(name, value, kind)
        if name != "fixed":
            await node.set_writable()
    anything: dict[str, Any] = {}
    wanted = entry(
        machine,
        hold=anything,
        level=anything,
        setpoint={"low": 4.0, "high": 4.6},
        recipe=anything,
        fixed=anything,
    )
    made = Bench(tmp_path, wanted)
    await made.running.state("ok")
    yield made
    await made.stop()


async def held(machine: Machine, name: str) -> Any:
    return await machine.nodes[name].read_value()


async def test_values_are_written_in_the_type_the_machine_has(bench: Bench, machine: Machine) -> None:
    for name, value, stored in (
        ("hold", True, True),
        ("hold", 0.0, False),
        ("level", 12, 12),
        ("setpoint", 4.35, pytest.approx(4.35)),
        ("recipe", "B", "B"),
    ):
        answer = await bench.writer.write(order(name, value))
        assert (answer["outcome"], answer["code"]) == ("done", "")
        assert await held(machine, name) == stored
    assert (await machine.nodes["level"].read_data_value()).Value.VariantType is ua.VariantType.Int16


REFUSED = (
    ("hold", "yes", "gateway.write_value"),
    ("hold", 2, "gateway.write_value"),
    ("level", 1.5, "gateway.write_value"),
    ("level", 40_000, "gateway.write_value"),
    ("level", True, "gateway.write_value"),
    ("recipe", 3.0, "gateway.write_value"),
    ("setpoint", 4.7, "gateway.write_limits"),
    ("setpoint", "4.2", "gateway.write_limits"),
    ("fixed", 2.0, "gateway.write_read_only"),
    ("private", 2.0, "gateway.write_not_allowed"),
    ("ghost", 2.0, "gateway.write_not_allowed"),
)


async def test_what_does_not_fit_is_refused_and_stays_refused(bench: Bench, machine: Machine) -> None:
    before = {name: await held(machine, name) for name in machine.nodes}
    restarted = bench.fresh()
    for signal, value, code in REFUSED:
        asked = order(signal, value)
        answer = await bench.writer.write(asked)
        assert (answer["outcome"], answer["code"]) == ("refused", code), signal
        assert "nothing was written" in answer["detail"].lower()
        again = await restarted.write(asked)
        assert (again["outcome"], again["code"], again["repeated"]) == ("refused", code, True)
    restarted.close()
    assert {name: await held(machine, name) for name in machine.nodes} == before


async def test_a_command_is_done_once_however_often_it_comes(bench: Bench, machine: Machine) -> None:
    asked = order("level", 20)
    answers = await asyncio.gather(*(bench.writer.write(asked) for _ in range(5)))
    assert [answer["outcome"] for answer in answers] == ["done"] * 5
    assert sorted(answer["repeated"] for answer in answers) == [False, True, True, True, True]
    await machine.nodes["level"].write_value(ua.Variant(7, ua.VariantType.Int16))
    again = await bench.fresh().write(asked)
    assert (again["outcome"], again["before"], again["repeated"]) == ("done", 10.0, True)
    assert await held(machine, "level") == 7
    with pytest.raises(Problem, match="command_reused"):
        await bench.writer.write(signed(key_of(TOKEN), {**asked, "value": 21, "signature": ""}))


async def test_the_expected_value_is_looked_at_first(bench: Bench, machine: Machine) -> None:
    refused = await bench.writer.write(order("level", 30, expected=11))
    assert (refused["outcome"], refused["code"]) == ("refused", "gateway.write_unexpected")
    refused = await bench.writer.write(order("setpoint", 4.3, expected_range=[4.4, 4.5]))
    assert refused["code"] == "gateway.write_unexpected"
    assert (await bench.writer.write(order("setpoint", 4.3, expected=4.2)))["outcome"] == "done"
    assert (await bench.writer.write(order("level", 30, expected=10)))["outcome"] == "done"


async def test_late_and_unsigned_commands_write_nothing(bench: Bench, machine: Machine) -> None:
    assert (await bench.writer.write(order("level", 99, seconds=-1)))["code"] == "gateway.write_late"
    assert (await bench.writer.write(order("level", 99, seconds=90_000)))["code"] == "gateway.write_late"
    good = order("level", 99)
    changed = {**good, "value": 98.0}
    for bad in (order("level", 99, token="guessed"), changed, {**good, "signature": None}):
        with pytest.raises(Problem, match="command_signature"):
            await bench.writer.write(bad)
    for broken in (
        {},
        {**good, "value": float("nan")},
        {**good, "command_id": "1"},
        {**good, "deadline_us": "soon"},
    ):
        with pytest.raises(Problem, match="command_invalid"):
            await bench.writer.write(broken)
    bench.writer._token_file = bench.folder / "nowhere"
    with pytest.raises(Problem, match="command_signature"):
        await bench.writer.write(good)
    assert await held(machine, "level") == 10
    assert is_signed(key_of(TOKEN), good)


async def test_a_machine_that_is_away_is_waited_for(machine: Machine, tmp_path: Path) -> None:
    await (await machine.add("hold", False, ua.VariantType.Boolean)).set_writable()
    async with FaultyLink(machine.port) as wire:
        made = Bench(tmp_path, entry(machine, f"opc.tcp://127.0.0.1:{wire.port}/", hold={}))
        await made.running.state("ok")
        wire.cut()
        await made.running.state("failed")
        asked = order("hold", True)
        assert (await made.writer.write(asked))["outcome"] == "waiting"
        wire.mend()
        await made.running.state("ok")
        assert (await made.writer.write(asked))["outcome"] == "done"
        assert await held(machine, "hold") is True
        await made.stop()


@pytest.mark.parametrize("taken", [True, False])
async def test_an_answer_that_is_lost_is_read_back(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    """The link dies while the machine answers (taken), or before it hears (not taken); the gateway is killed."""
    monkeypatch.setattr(writer, "SETTLE_US", 200_000)
    node = await machine.add("hold", False, ua.VariantType.Boolean)
    await node.set_writable()
    calls: list[bool] = []
    async with FaultyLink(machine.port) as wire:
        held_value = machine.server.iserver.aspace[node.nodeid].attributes[ua.AttributeIds.Value]

        def set_and_die(data: Any, attribute: Any, value: ua.DataValue) -> None:
            calls.append(value.Value.Value)
            held_value.value = value
            wire.hold()

        held_value.value_setter = set_and_die
        made = Bench(tmp_path, entry(machine, f"opc.tcp://127.0.0.1:{wire.port}/", hold={}))
        await made.running.state("ok")
        asked = order("hold", True)
        real_add = Ledger.add

        def add_and_die(ledger: Ledger, found: Any) -> None:
            real_add(ledger, found)
            if not taken:
                wire.cut()

        monkeypatch.setattr(Ledger, "add", add_and_die)
        assert (await made.writer.write(asked))["outcome"] == "unknown"
        restarted = made.fresh()
        assert (await restarted.write(asked))["outcome"] == "unknown"
        wire.cut()
        wire.mend()
        made.running.link.say("failed")
        await made.running.state("ok")
        found: dict[str, Any] = {}

        async def settled() -> bool:
            found.update(await restarted.write(asked))
            return found["outcome"] != "unknown"

        async with asyncio.timeout(15):
            while not await settled():
                await asyncio.sleep(0.05)
        assert found["outcome"] == ("done" if taken else "not_done")
        assert "No answer came" in found["detail"]
        assert calls == ([True] if taken else [])
        assert (await restarted.write(asked))["outcome"] == found["outcome"]
        await made.stop()


async def test_what_may_be_written_changes_without_a_new_connection(machine: Machine) -> None:
    from gearpark.gateway.forwarder import DataPipe  # noqa: F401 - the supervisor's own words
    from gearpark.gateway.supervisor import Supervisor
    from gearpark.gateway.wanted import Wanted

    class NoPipe:
        def declare(self, org: str, assets: Any) -> None: ...

        def offline(self, org: str, asset: str) -> None: ...

        async def put(self, *args: Any, **more: Any) -> None: ...

    class NoMarks:
        def get(self, key: str) -> dict[str, object]:
            return {}

        def set(self, key: str, value: object) -> None: ...

        def keep_only(self, keys: object) -> None: ...

        def flush(self) -> None: ...

    await machine.add("level", 1.0)
    supervisor = Supervisor(NoPipe(), NoMarks())  # type: ignore[arg-type]
    await supervisor.reconcile(Wanted("gw1", (entry(machine),)))
    link = supervisor.links()[0]
    await until(lambda: link.state == "ok")
    done = await supervisor.reconcile(Wanted("gw1", (entry(machine, level={"low": 0}),)))
    assert done == {"started": [], "changed": [], "stopped": []}
    assert supervisor.links()[0] is link
    assert link.wanted.writable == {"m1/level": (0.0, None)}
    await supervisor.stop()
