"""The gateway as its own process: real broker, real server, wanted state from a file, requests over the bus."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import ua
from tests.gateway.rig import FaultyLink, Machine, free_port, ticking, until

from gearpark.base.problems import Problem
from gearpark.bus import broker
from gearpark.bus.gateways import GatewayLink
from gearpark.bus.signing import key_of, signed


class Process:
    """One gateway process and what the bus says of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.config, self.port = folder, folder / "wanted.json", port
        self.url = f"mqtt://127.0.0.1:{port}"
        self.process: asyncio.subprocess.Process | None = None
        self.link = GatewayLink(self.url)

    def want(self, *connections: dict[str, Any]) -> None:
        part = self.config.with_suffix(".part")
        part.write_text(json.dumps({"gateway": "gw1", "connections": connections}), "utf-8")
        part.replace(self.config)

    async def start(self) -> None:
        command = [sys.executable, "-m", "gearpark.gateway", "--name", "gw1", "--config", str(self.config)]
        command += ["--health-s", "0.2"]
        env = {**os.environ, "GEARPARK_MQTT": self.url, "GEARPARK_HOME": str(self.folder)}
        log = (self.folder / "log").open("ab")
        self.process = await asyncio.create_subprocess_exec(*command, env=env, stderr=log)
        log.close()

    async def stop(self) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            return await self.process.wait()

    def health(self) -> dict[str, Any]:
        return self.link.fresh_health().get("gw1", {})

    def connection(self, name: str) -> dict[str, Any]:
        return next((one for one in self.health().get("connections", []) if one["id"] == name), {})

    async def ask(self, op: str, **args: Any) -> Any:
        return await asyncio.to_thread(self.link.request, "gw1", op, args, 30.0)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Process]:
    stop = asyncio.Event()
    made = Process(tmp_path_factory.mktemp("gateway"), free_port())
    serving = asyncio.create_task(broker.serve("127.0.0.1", made.port, None, stop))
    made.link.start()
    made.want()
    await made.start()
    try:
        await until(made.health, 20, "first health")
        yield made
    finally:
        await made.stop()
        await asyncio.to_thread(made.link.stop)
        stop.set()
        await serving


def connection(machine: Machine, name: str = "c1", url: str = "", *names: str) -> dict[str, Any]:
    signals = [machine.signal(one) for one in names or ("count",)]
    assets = [{"id": "m1", "type": "machine", "signals": signals}]
    return {"id": name, "org": "qichi", "protocol": "opcua", "url": url or machine.url, "assets": assets}


async def test_connections_come_change_and_go_while_the_process_runs(
    gateway: Process, machine: Machine
) -> None:
    await machine.add("count", 0.0)
    await machine.add("load", 3.0)
    dead = {**connection(machine, "c2", "opc.tcp://127.0.0.1:9/"), "assets": []}
    broken = {"id": "c3", "org": "qichi", "protocol": "telepathy", "url": "x"}
    gateway.want(connection(machine), dead, broken)
    async with ticking(machine, "count"):
        await until(lambda: gateway.connection("c1").get("state") == "ok", 20, "c1 ok")
        await until(lambda: gateway.connection("c2").get("state") == "failed", 20, "c2 failed")
        assert "telepathy" in gateway.connection("c3")["detail"]
        await until(lambda: gateway.health()["journal"]["points_in"] > 5, 10)
        pid = gateway.health()["pid"]
        gateway.want(connection(machine, "c1", "", "count", "load"))
        await until(lambda: gateway.connection("c1").get("signals") == 2, 10)
        await until(lambda: gateway.connection("c1").get("silent_signals") == 0, 10)
        assert gateway.connection("c2") == {}
        assert gateway.health()["pid"] == pid
        gateway.want()
        await until(lambda: gateway.health()["connections"] == [], 10)


async def test_requests_over_the_bus(gateway: Process, machine: Machine) -> None:
    await machine.add("count", 4.0)
    tried = await gateway.ask("test", connection=connection(machine, "c1", "", "count", "ghost"))
    assert [row["value"] for row in tried["signals"]] == [4.0, None]
    assert tried["signals"][1]["error"] == "BadNodeIdUnknown"
    gateway.want(connection(machine))
    await until(lambda: gateway.connection("c1").get("state") == "ok", 20)
    found = await gateway.ask("diagnostics", connection_id="c1")
    assert found["health"]["state"] == "ok"
    assert found["connector"]["server"]["state"] == "Running"
    proposal = await gateway.ask("discover", protocol="opcua", url=machine.url)
    assert [signal["name"] for asset in proposal["assets"] for signal in asset["signals"]] == ["count"]
    assert {one["protocol"] for one in await gateway.ask("protocols")} == {"opcua", "mtconnect", "shdr"}
    for op, args, code in (
        ("discover", {"protocol": "opcua", "url": "opc.tcp://127.0.0.1:9/"}, "opcua.unreachable"),
        ("discover", {"protocol": "smoke", "url": "x"}, "gateway.protocol_unknown"),
        ("diagnostics", {"connection_id": "c9"}, "gateway.connection_unknown"),
        ("reboot", {}, "gateway.request_unknown"),
    ):
        with pytest.raises(Problem) as caught:
            await gateway.ask(op, **args)
        assert caught.value.code == code


async def test_a_bad_file_keeps_the_last_good_state(gateway: Process, machine: Machine) -> None:
    await machine.add("count", 1.0)
    gateway.want(connection(machine))
    await until(lambda: gateway.connection("c1").get("state") == "ok", 20)
    gateway.config.write_text("{ not json", "utf-8")
    await until(lambda: "wanted.json" in gateway.health().get("config_note", ""), 10)
    assert gateway.connection("c1")["state"] == "ok"


async def test_a_killed_gateway_never_writes_twice(gateway: Process, machine: Machine) -> None:
    """kill -9 after the machine took the value and before anybody was told; then the same command once more."""
    token = gateway.folder / "secrets" / "gateway-gw1.token"
    token.parent.mkdir(exist_ok=True)
    token.write_text("token-of-gw1")
    node = await machine.add("hold", False, ua.VariantType.Boolean)
    await node.set_writable()
    taken: list[bool] = []
    async with FaultyLink(machine.port) as wire:
        value = machine.server.iserver.aspace[node.nodeid].attributes[ua.AttributeIds.Value]

        def take(data: Any, attribute: Any, found: ua.DataValue) -> None:
            taken.append(found.Value.Value)
            value.value = found
            wire.hold()

        value.value_setter = take
        wanted = connection(machine, "c7", f"opc.tcp://127.0.0.1:{wire.port}/", "hold")
        wanted["assets"][0]["signals"][0] |= {"kind": "state", "write": {}}
        gateway.want(wanted)
        await until(lambda: gateway.connection("c7").get("state") == "ok", 20)
        deadline_us = time.time_ns() // 1000 + 60_000_000
        asked = {"command_id": str(uuid.uuid4()), "connection_id": "c7", "tag": "m1/hold", "value": True}
        command = signed(key_of("token-of-gw1"), {**asked, "deadline_us": deadline_us})
        with pytest.raises(Problem, match="command_signature"):
            await gateway.ask("write", **{**command, "value": False})
        gateway.link.send("gw1", "write", command)  # nobody will ever answer this one
        await until(lambda: taken, 10, "the machine is told")
        assert gateway.process is not None
        old = gateway.process.pid
        gateway.process.kill()
        await gateway.process.wait()
        wire.cut()
        wire.mend()
        await gateway.start()
        await until(lambda: gateway.health().get("pid", old) != old, 20)
        await until(lambda: gateway.connection("c7").get("state") == "ok", 20)
        found: dict[str, Any] = {"outcome": "unknown"}
        async with asyncio.timeout(15):
            while found["outcome"] in ("unknown", "waiting"):
                found = await gateway.ask("write", **command)
        assert (found["outcome"], taken) == ("done", [True])
        gateway.want()
        await until(lambda: gateway.health().get("connections") == [], 10)


async def test_an_orderly_stop(gateway: Process) -> None:
    assert await gateway.stop() == 0
    assert gateway.process is not None
    found = gateway.link.health()["gw1"].document
    await until(lambda: gateway.link.health()["gw1"].document.get("online") is False, 10, str(found)[:200])
