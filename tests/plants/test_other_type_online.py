"""A line of another type on the wire, found by the gateway's own discovery and read as it was proposed."""

from __future__ import annotations

import asyncio

import pytest
from tests.plants.conftest import HOUR_US, START_US, open_port

from gearpark.base.time import now_utc, to_us
from gearpark.engines.lines import Kind, template
from gearpark.gateway.connectors import load
from gearpark.gateway.wanted import parse_connection
from gearpark.plants.line import AnalogSampler, SimulatedLine
from gearpark.plants.opcua import LineServer
from gearpark.plants.opcua.typespace import TypeSpace

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "qijiang/changfeng-gear/new-plant/gears/g1"


async def test_a_gear_line_is_discovered_with_types_units_and_characteristics(types: TypeSpace) -> None:
    shape = template("gear-machining")
    line = SimulatedLine("cf-g1", seed=2, start_us=START_US, code=shape.code)
    server = LineServer("cf-g1", shape, PATH, open_port())
    await server.build(types)
    server.remember(line.run_until(START_US + 4 * HOUR_US))
    server.remember(AnalogSampler(line).sample(line.now_us))
    await server.start(to_us(now_utc()))
    try:
        proposal = (await load("opcua").discover(server.url)).as_dict()
        assets = {asset["id"]: asset for asset in proposal["assets"]}
        assert set(assets) == {f"cf-g1-{d.code}" for d in shape.devices}
        assert {a["states"] for a in assets.values()} == {"machinery-1"}, proposal["warnings"][:5]
        for device in shape.devices:
            asset = assets[f"cf-g1-{device.code}"]
            assert (asset["type"], asset["path"]) == (device.type, f"{PATH}/{device.code}")
            found = {one["name"]: one for one in asset["signals"]}
            assert set(found) >= {s.name for s in shape.signals_of(device.code)}
        assert "MachineToolType" in assets["cf-g1-op20a"]["evidence"]
        assert "MachineToolType" not in assets["cf-g1-ht50a"]["evidence"]
        tester = {one["name"]: one for one in assets["cf-g1-gt100"]["signals"]}
        for c in shape.measured_by("gt100"):
            assert tester[c.signal]["kind"] == ("analog" if c.kind is Kind.VARIABLE else "state")
        assert tester["f_alpha_um"]["unit"] == "µm"
        furnace = {one["name"]: one for one in assets["cf-g1-ht50a"]["signals"]}
        assert furnace["furnace_pressure"]["unit"] == "mbar"
        assert len(str(furnace["part_serial"]["sample"]["value"]).split()) > 1
        row = {
            "id": "g1",
            "org": "changfeng-gear",
            "protocol": "opcua",
            "url": server.url,
            "assets": proposal["assets"],
        }
        async with asyncio.timeout(60):
            tried = await load("opcua").test(parse_connection(row))
        assert tried["ok"], [one for one in tried["signals"] if one["error"]][:5]
    finally:
        await server.stop()
