"""Discovery against the simulated shop's server, built on the companion nodesets, and against plain servers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import ua
from tests.gateway.rig import NAMESPACE, Machine, free_port, running, until

from gearpark.engines.lines import asset_types
from gearpark.gateway.connectors import load
from gearpark.gateway.connectors.opcua import names
from gearpark.gateway.connectors.opcua.signals import unit_of
from gearpark.gateway.wanted import parse_connection

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def shop(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """One simulated line as a process of its own; its endpoint."""
    folder = tmp_path
    options = ["--lines", "1", "--port-base", str(free_port()), "--history-hours", "0.1", "--no-recordings"]
    command = [sys.executable, "-m", "gearpark.plants", "--home", str(folder), *options]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stderr=log, env={**os.environ})
    listed = folder / "run" / "plants.json"
    try:
        await until(listed.exists, 60, "plants are up")
        yield json.loads(listed.read_text("utf-8"))["endpoints"][0]
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_the_housing_line_is_recognised_and_runs_as_proposed(shop: dict[str, Any]) -> None:
    proposal = (await load("opcua").discover(shop["url"])).as_dict()
    assets = {asset["id"]: asset for asset in proposal["assets"]}
    assert len(assets) == 26
    assert {asset["type"] for asset in assets.values()} <= set(asset_types())
    assert all(asset["states"] == "machinery-1" for asset in assets.values())
    mill = assets["qc-l1-op10a"]
    assert (mill["type"], mill["path"]) == ("machining-centre", f"{shop['path']}/op10a")
    assert "MachineToolType" in mill["evidence"]
    found = {one["name"]: one for one in mill["signals"]}
    assert set(found) >= {signal.name for signal in asset_types()["machining-centre"].signals}
    assert len(found) == len(mill["signals"])
    assert (found["spindle_speed"]["unit"], found["spindle_speed"]["kind"]) == ("r/min", "analog")
    assert found["power_kw"]["interval_s"] is not None
    assert found["item_state"]["interval_s"] is None
    assert found["item_state"]["sample"]["value"] in ("Executing", "NotExecuting", "OutOfService")
    row = {"id": "l1", "org": "qichi", "protocol": "opcua", "url": shop["url"], "assets": proposal["assets"]}
    tried = await load("opcua").test(parse_connection(row))
    assert tried["ok"], [one for one in tried["signals"] if one["error"]][:5]
    async with running(parse_connection(row)) as run:
        await run.state("ok")
        await until(lambda: len(run.link.unknown()) < 20)  # a machine that is off gives no axis values
        assert not run.link.counters.rejected


async def test_a_plain_server_is_proposed_as_general_devices(machine: Machine) -> None:
    oven = await machine.server.nodes.objects.add_object(ua.NodeId("Oven", machine.index), "2:Oven 1")
    zone = await oven.add_object(ua.NodeId("Zone", machine.index), "2:ZoneA")
    heat = await zone.add_variable(ua.NodeId("Temp", machine.index), "2:ActualTemperature", 180.0)
    unit = ua.EUInformation(DisplayName=ua.LocalizedText("°C"))
    await heat.add_property(0, "EngineeringUnits", unit)
    await oven.add_variable(ua.NodeId("Parts", machine.index), "2:PartsProduced", 5, ua.VariantType.UInt32)
    await oven.add_variable(ua.NodeId("Door", machine.index), "2:DoorOpen", True)
    await oven.add_variable(ua.NodeId("Curve", machine.index), "2:Curve", [1.0, 2.0])
    proposal = (await load("opcua").discover(machine.url)).as_dict()
    asset = proposal["assets"][0]
    assert (asset["id"], asset["type"], asset["states"]) == ("oven-1", "opcua-device", "")
    found = {one["name"]: (one["kind"], one["unit"], one["sample"]["value"]) for one in asset["signals"]}
    assert found == {
        "actual_temperature": ("analog", "Cel", 180.0),
        "part_count": ("counter", "", 5.0),
        "door_open": ("state", "", 1.0),
    }
    assert asset["signals"][0]["address"].startswith(f"nsu={NAMESPACE};")
    assert any("arrays" in one for one in proposal["warnings"])
    assert any("No companion model" in one for one in proposal["warnings"])


async def test_an_empty_server_says_so(machine: Machine) -> None:
    proposal = (await load("opcua").discover(machine.url)).as_dict()
    assert proposal["assets"] == []
    assert any("no variable" in one for one in proposal["warnings"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (["Signals", "spindle_load"], "spindle_load"),
        (["MachineryBuildingBlocks", "MachineryItemState", "CurrentState"], "item_state"),
        (["Monitoring", "MachineTool", "OperationMode"], "controller_mode"),
        (["Production", "ActiveProgram", "Name"], "program"),
        (["PackMLStatus", "StateCurrent"], "packml_state"),
        (["Axes", "X1", "ActualPosition"], "actual_position"),
        (["Channel", "State"], "channel_state"),
        (["温度"], "signal"),
    ],
)
async def test_names(path: list[str], name: str) -> None:
    assert names.name_for(path, set()) == name


async def test_names_are_unique() -> None:
    taken: set[str] = set()
    made = [names.name_for(["Axes", axis, "Load"], taken) for axis in ("X", "Y", "Y", "Y")]
    assert made == ["load", "y_load", "axes_y_load", "axes_y_load_2"]


async def test_units() -> None:
    assert unit_of(ua.EUInformation(DisplayName=ua.LocalizedText("rpm"))) == "r/min"
    assert unit_of(None) == ""
