"""A line on the wire, read by a real OPC UA client."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from asyncua import Client, ua
from tests.plants.conftest import HOUR_US, START_US, open_port

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, now_utc, to_us
from gearpark.engines.lines import template
from gearpark.plants.line import Change, SimulatedLine, parse_injection
from gearpark.plants.lines import housing_lines
from gearpark.plants.opcua import LineServer
from gearpark.plants.opcua.typespace import PLANT_URI, TypeSpace
from gearpark.plants.options import Options
from gearpark.plants.runner import LineRun, first_us

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEADLINE_S = 60.0
MT, MACHINERY, DI = (f"http://opcfoundation.org/UA/{n}/" for n in ("MachineTool", "Machinery", "DI"))


Served = tuple[LineServer, Client]


def client_of(server: LineServer) -> Client:
    """Patient: builds of other servers hold up the loop that both ends run in."""
    return Client(server.url, timeout=DEADLINE_S, watchdog_intervall=DEADLINE_S)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day_server(types: TypeSpace, day: tuple[SimulatedLine, list[Change]]) -> AsyncIterator[LineServer]:
    """The day's line with its history; one for the whole module, because building costs."""
    server = LineServer(
        "qc-l1", template("housing-machining"), "qijiang/qichi/qiaohe-plant/machining/l1", open_port()
    )
    await server.build(types)
    server.remember(day[1])
    await server.start(to_us(now_utc()))
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def served(day_server: LineServer) -> AsyncIterator[Served]:
    """The day's server and a client of it."""
    async with client_of(day_server) as client:
        yield day_server, client


async def node(client: Client, tag: str) -> object:
    index = await client.get_namespace_index(PLANT_URI)
    return client.get_node(f"ns={index};s={tag}")


async def test_machines_are_machinetool_instances_with_identification(types, served, day) -> None:
    _, client = served
    mt, machinery, di = [await client.get_namespace_index(uri) for uri in (MT, MACHINERY, DI)]
    machines = await client.nodes.objects.get_child([f"{machinery}:Machines"])
    found = {(await m.read_browse_name()).Name: m for m in await machines.get_children()}
    assert len(found) == 26
    tool = found["qc-l1-op40a"]
    kind = client.get_node(await tool.read_type_definition())
    assert (await kind.read_browse_name()).to_string() == f"{mt}:MachineToolType"
    identification = await tool.get_child([f"{di}:Identification"])
    said = {
        (await p.read_browse_name()).Name: await p.read_value() for p in await identification.get_properties()
    }
    assert said["AssetId"] == "qc-l1-op40a"
    assert said["DeviceClass"] == "machining-centre"
    assert said["Location"] == "qijiang/qichi/qiaohe-plant/machining/l1/op40a"
    assert "(invented)" in said["Manufacturer"].Text
    assert said["SerialNumber"]
    mode = await tool.get_child([f"{mt}:Monitoring", f"{mt}:MachineTool", f"{mt}:OperationMode"])
    assert await mode.read_value() in (1, 2, 5)
    program = await tool.get_child([f"{mt}:Production", f"{mt}:ActiveProgram", f"{mt}:Name"])
    assert await program.read_value() == day[0].board.values["op40a"]["program"]
    state = await tool.get_child(
        [f"{machinery}:MachineryBuildingBlocks", f"{machinery}:MachineryItemState", "0:CurrentState"]
    )
    value = (await state.read_value()).Text
    assert value == day[0].board.values["op40a"]["item_state"]
    state_id = client.get_node(await (await state.get_child(["0:Id"])).read_value())
    assert (await state_id.read_browse_name()).Name == value


async def test_two_types_of_one_process_do_not_share_instances(types, served, day) -> None:
    first, client = served
    other = LineServer("qc-l2", template("housing-machining"), "x", open_port())
    await other.build(types)
    index = types.plant
    with pytest.raises(ua.UaStatusCodeError):
        await client.get_node(f"ns={index};s=qc-l2-op40a/part_count").read_value()
    assert {s.cell.node_id for s in first.sinks.values()}.isdisjoint(
        s.cell.node_id for s in other.sinks.values()
    )
    await other.stop()


async def test_signals_carry_units_ranges_and_titles_in_two_languages(types, served, day) -> None:
    _, client = served
    bore = await node(client, "qc-l1-cmm90/bore_1_um")
    unit = await (await bore.get_child(["0:EngineeringUnits"])).read_value()
    span = await (await bore.get_child(["0:EURange"])).read_value()
    assert (unit.DisplayName.Text, unit.UnitId) == ("µm", int.from_bytes(b"4H", "big"))
    assert span.Low < 0 < span.High
    assert (await bore.read_display_name()).Text == "Bore 1 deviation"
    assert (await bore.read_description()).Text == "孔 1 偏差"


async def test_history_is_the_simulated_history(types, served, day) -> None:
    _, client = served
    counter = await node(client, "qc-l1-cmm90/good_count")
    values = await counter.read_raw_history(from_us(START_US), from_us(START_US + 24 * HOUR_US))
    simulated = [c for c in day[1] if c.device == "cmm90" and c.signal == "good_count"]
    assert [(to_us(v.SourceTimestamp), v.Value.Value) for v in values] == [
        (c.at_us, c.value) for c in simulated
    ]
    newest = await counter.read_raw_history(
        starttime=None, endtime=from_us(START_US + 24 * HOUR_US), numvalues=3
    )
    assert [v.Value.Value for v in newest] == [c.value for c in simulated[::-1][:3]]
    hour = await counter.read_raw_history(from_us(START_US + 5 * HOUR_US), from_us(START_US + 6 * HOUR_US))
    assert 4 <= len(hour) <= 12
    level = await counter.read_attribute(ua.AttributeIds.AccessLevel)
    assert level.Value.Value & 0x04
    speed = await node(client, "qc-l1-op40a/spindle_speed")
    assert not (await speed.read_attribute(ua.AttributeIds.AccessLevel)).Value.Value & 0x04


async def test_long_history_comes_in_parts(types, free_port) -> None:
    server = LineServer("qc-l1", template("housing-machining"), "x", free_port)
    await server.build(types)
    count = 25_000
    server.remember(Change(START_US + i * 1_000_000, "op10a", "part_count", float(i)) for i in range(count))
    await server.start(to_us(now_utc()))
    try:
        async with client_of(server) as client:
            counter = await node(client, "qc-l1-op10a/part_count")
            values = await counter.read_raw_history(from_us(START_US), from_us(START_US + 86_400_000_000))
            assert [v.Value.Value for v in values] == list(range(count))
    finally:
        await server.stop()


class Heard:
    """Collects data changes until enough are there."""

    def __init__(self, wanted: int) -> None:
        self.values: list[tuple[object, int]] = []
        self.enough = asyncio.Event()
        self.wanted = wanted

    def datachange_notification(self, _: object, value: object, data: object) -> None:
        at = data.monitored_item.Value.SourceTimestamp  # type: ignore[attr-defined]
        self.values.append((value, to_us(at) if at else 0))
        if len(self.values) >= self.wanted:
            self.enough.set()


async def test_published_values_reach_a_subscription_with_their_source_time(types, served, day) -> None:
    server, client = served
    heard = Heard(4)
    subscription = await client.create_subscription(50, heard)
    await subscription.subscribe_data_change(await node(client, "qc-l1-op10a/part_count"), queuesize=50)
    base = START_US + 25 * HOUR_US
    changes = [Change(base + i * 1000, "op10a", "part_count", 900.0 + i) for i in range(3)]
    await server.publish(base + 5000, changes)
    await server.publish(
        base + 9000, [Change(base + 9000, "op10a", "part_count", 902.0)]
    )  # time only: not asked for
    await asyncio.wait_for(heard.enough.wait(), DEADLINE_S)
    assert heard.values[1:] == [(int(c.value), c.at_us) for c in changes]


async def test_a_time_trigger_hears_unchanged_values_too(types, served, day) -> None:
    server, client = served
    heard = Heard(3)
    subscription = await client.create_subscription(50, heard)
    wanted = ua.MonitoredItemCreateRequest()
    target = await node(client, "qc-l1-op10a/spindle_load")
    wanted.ItemToMonitor.NodeId, wanted.ItemToMonitor.AttributeId = target.nodeid, ua.AttributeIds.Value
    wanted.MonitoringMode = ua.MonitoringMode.Reporting
    wanted.RequestedParameters.QueueSize = 20
    wanted.RequestedParameters.Filter = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)
    await subscription.create_monitored_items([wanted])
    base = START_US + 25 * HOUR_US
    for i in range(2):
        await server.publish(base + i, [Change(base + i, "op10a", "spindle_load", 55.0)])
    await asyncio.wait_for(heard.enough.wait(), DEADLINE_S)
    assert [v for v, _ in heard.values[1:]] == [55.0, 55.0]


async def test_a_gauge_that_never_measured_waits_for_its_first_value(types, free_port) -> None:
    server = LineServer("qc-l1", template("housing-machining"), "x", free_port)
    await server.build(types)
    await server.start(to_us(now_utc()))
    try:
        async with client_of(server) as client:
            bore = await node(client, "qc-l1-cmm90/bore_1_um")
            data = await bore.read_data_value(raise_on_bad_status=False)
            assert data.StatusCode.value == ua.StatusCodes.BadWaitingForInitialData
    finally:
        await server.stop()


async def test_clients_may_not_write(types, served, day) -> None:
    _, client = served
    counter = await node(client, "qc-l1-op10a/part_count")
    with pytest.raises(ua.UaStatusCodeError):
        await counter.write_value(ua.DataValue(ua.Variant(5, ua.VariantType.UInt32)))


async def test_faults_can_be_injected_over_the_wire(types, free_port) -> None:
    options = Options(home=None, port_base=free_port - 1, seed=7, history_hours=0)  # type: ignore[arg-type]
    now = to_us(now_utc())
    run = LineRun(housing_lines()[0], options, now)
    await run.build(types, now)
    try:
        async with client_of(run.server) as client:
            knobs, inject = await node(client, "knobs"), await node(client, "knobs/inject")
            await knobs.call_method(inject.nodeid, "qc-l1-op20a:breakdown:600")
            await knobs.call_method(inject.nodeid, "qc-l1-op10a:no-data:1")
            for bad in ("nonsense", "qc-l2-op20a:breakdown:600"):
                with pytest.raises(ua.UaStatusCodeError):
                    await knobs.call_method(inject.nodeid, bad)
            await run.tick(now + 200_000)
            alarm = await node(client, "qc-l1-op20a/alarm")
            assert await alarm.read_value() == "INJ-0001"
            silent = await node(client, "qc-l1-op10a/part_count")
            data = await silent.read_data_value(raise_on_bad_status=False)
            assert data.StatusCode.value == ua.StatusCodes.BadNoCommunication
            await run.tick(now + 2_000_000)
            assert await silent.read_value() == 0
    finally:
        await run.server.stop()


async def test_a_faster_shop_keeps_wall_time_stamps(types, free_port) -> None:
    options = Options(home=None, port_base=free_port - 1, seed=7, history_hours=0, speed=60.0)  # type: ignore[arg-type]
    now = to_us(now_utc())
    run = LineRun(housing_lines()[0], options, now)
    await run.server.build(types)
    for second in range(1, 61):
        await run.tick(now + second * 1_000_000)
    assert run.line.now_us == now + 3_600_000_000
    times = [t for s in run.server.sinks.values() for t in s.cell.times]
    assert max(times) <= now + 60_000_000


async def test_a_restart_on_the_same_day_tells_the_same_story() -> None:
    noon = to_us(now_utc().replace(hour=4, minute=0, second=0, microsecond=0))
    assert first_us(noon, 24) == first_us(noon + 3 * HOUR_US, 24)
    assert noon - first_us(noon, 24) >= 24 * HOUR_US
    assert first_us(noon, 0) == noon


async def test_a_taken_port_is_said(types, served) -> None:
    other = LineServer("qc-l2", template("housing-machining"), "x", served[0].port)
    await other.build(types)
    with pytest.raises(Problem, match=r"plants\.port_taken"):
        await other.start(to_us(now_utc()))


async def test_old_history_is_forgotten_but_for_what_still_held(types, free_port) -> None:
    server = LineServer("qc-l1", template("housing-machining"), "x", free_port)
    await server.build(types)
    week = [Change(START_US + i * HOUR_US, "op10a", "part_count", float(i)) for i in range(168)]
    server.remember(week)
    server.trim(START_US + 168 * HOUR_US)
    cell = server.sinks["op10a", "part_count"].cell
    assert cell.times[0] == START_US + (168 - 72) * HOUR_US
    assert timedelta(microseconds=cell.times[-1] - cell.times[0]) < timedelta(hours=72)
    assert parse_injection("qc-l1-op10a:slow:5").kind == "slow"
