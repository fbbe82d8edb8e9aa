"""Values of an OPC UA server: types, statuses, times, lost data, history. Real server, real subscriptions."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from tests.gateway.rig import LONG_S, Machine, Marks, micros, running, until, wanted

from gearpark.base.wire import Status

FAST = {"publishing_interval_ms": 50.0, "keep_alive_count": 5.0, "request_timeout_s": 2.0}


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_types_become_numbers_and_texts(machine: Machine) -> None:
    mode = await machine.server.nodes.enum_data_type.add_data_type(
        ua.NodeId("Mode", machine.index), ua.QualifiedName("Mode", machine.index)
    )
    await mode.add_property(0, "EnumStrings", [ua.LocalizedText("Manual"), ua.LocalizedText("Automatic")])
    await machine.add("double", 1.5)
    await machine.add("int", 7, ua.VariantType.Int32)
    await machine.add("bool", True)
    await machine.add("text", "O1234")
    await machine.add("words", ua.LocalizedText("Executing", "en"))
    await machine.add("enum", 1, ua.VariantType.Int32, mode.nodeid)
    await machine.add("number_as_text", "42.5")
    kinds = {"text": "text", "words": "state", "enum": "state", "bool": "state"}
    names = list(machine.nodes)
    signals = [machine.signal(name, kinds.get(name, "analog")) for name in names]
    async with running(wanted("opcua", machine.url, signals, **FAST)) as run:
        await until(lambda: not run.link.unknown())
        got = {name: run.sink.values(f"m1/{name}")[-1] for name in names}
    assert got == {
        "double": 1.5, "int": 7.0, "bool": 1.0, "text": "O1234", "words": "Executing", "enum": "Automatic",
        "number_as_text": 42.5,
    }  # fmt: skip


async def test_what_is_no_value_is_counted_with_its_reason(machine: Machine) -> None:
    await machine.add("array", [1.0, 2.0])
    await machine.add("structure", ua.Argument(Name="x"))
    await machine.add("bytes", b"\x00\x01")
    await machine.add("word", "running")
    await machine.add("nan", 1.0)
    await machine.add("long", "a")
    await machine.add("good", 1.0)
    signals = [machine.signal(name, "text" if name == "long" else "analog") for name in machine.nodes]
    signals.append(machine.signal("ghost"))
    signals.append({"name": "lost", "address": "nsu=urn:nowhere;s=x"})
    signals.append({"name": "typo", "address": "what is this"})
    async with running(wanted("opcua", machine.url, signals, **FAST)) as run:
        await run.value("m1/good", 1.0)
        await machine.set("nan", math.nan)
        await machine.set("nan", math.inf)
        await machine.set("long", "x" * 5000)
        await machine.set("good", 2.0)
        await run.value("m1/good", 2.0)
        await until(lambda: run.link.counters.rejected["not_a_number"] == 2)
        reasons = dict(run.link.counters.rejected)
        assert reasons == {
            "array": 1, "structure": 1, "bytes": 1, "text_for_number": 1, "not_a_number": 2, "text_too_long": 1,
        }  # fmt: skip
        assert "ghost: BadNodeIdUnknown" in run.link.notes["missing"]
        assert "urn:nowhere" in run.link.notes["addresses"]
        assert "typo" in run.link.notes["addresses"]
        await run.state("ok")


async def test_source_time_is_kept_and_all_status_bits_too(machine: Machine) -> None:
    await machine.add("load", 0.0)
    early = datetime.now(UTC) - timedelta(hours=3)
    uncertain = int(Status.UNCERTAIN_LAST_USABLE) | 0x1
    async with running(wanted("opcua", machine.url, [machine.signal("load")], **FAST)) as run:
        await run.value("m1/load", 0.0)
        await machine.set("load", 5.0, early)
        seen = await run.value("m1/load", 5.0)
        assert seen.at_us == micros(early)
        await machine.set("load", 6.0, status=uncertain)
        assert (await run.value("m1/load", 6.0)).status == uncertain
        await machine.set("load", 7.0, status=int(Status.BAD_DEVICE_FAILURE))
        bad = await run.value("m1/load", None)
        assert bad.status == int(Status.BAD_DEVICE_FAILURE)


async def test_overflow_leaves_a_gap_record(machine: Machine) -> None:
    await machine.add("load", 0.0)
    async with running(wanted("opcua", machine.url, [machine.signal("load")], **FAST)) as run:
        await run.value("m1/load", 0.0)
        await machine.set("load", 9.0, status=0x0480)
        seen = await run.value("m1/load", 9.0)
        gap = run.sink.of("m1/load")[-2]
        assert (gap.value, gap.status, gap.at_us) == (None, int(Status.BAD_DATA_LOST), seen.at_us - 1)
        assert seen.status == 0x0480
        assert run.link.counters.overflow == 1


async def test_skewed_clock_is_measured_never_corrected(machine: Machine) -> None:
    await machine.add("load", 0.0)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    async with running(wanted("opcua", machine.url, [machine.signal("load")], **FAST)) as run:
        await run.value("m1/load", 0.0)
        await machine.set("load", 3.0, ahead)
        seen = await run.value("m1/load", 3.0)
        assert seen.at_us == micros(ahead)
        assert run.link.counters.future == 1
        assert run.link.last_value_us < micros(ahead)
        offset = run.link.clock_offset_s
        assert offset is not None
        assert abs(offset) < 5  # the server's own clock is right; only the value's is not


async def test_values_without_a_source_time_use_the_servers_and_say_so(machine: Machine) -> None:
    await machine.add("load", 0.0)
    data = ua.DataValue(ua.Variant(4.0), ServerTimestamp=datetime.now(UTC))
    async with running(wanted("opcua", machine.url, [machine.signal("load")], **FAST)) as run:
        await run.value("m1/load", 0.0)
        await machine.server.write_attribute_value(machine.nodes["load"].nodeid, data)
        seen = await run.value("m1/load", 4.0)
        assert data.ServerTimestamp is not None
        assert seen.at_us == micros(data.ServerTimestamp)
        assert "without a source time" in run.link.notes["time"]


async def test_out_of_order_and_repeated_values(machine: Machine) -> None:
    await machine.add("load", 0.0)
    base = datetime.now(UTC) - timedelta(minutes=1)
    async with running(wanted("opcua", machine.url, [machine.signal("load")], **FAST)) as run:
        await run.value("m1/load", 0.0)
        for value, second in ((1.0, 20), (2.0, 10), (3.0, 30)):
            await machine.set("load", value, base + timedelta(seconds=second))
        await run.value("m1/load", 3.0)
        times = [one.at_us for one in run.sink.of("m1/load") if one.value in (1.0, 2.0, 3.0)]
        assert times == [micros(base + timedelta(seconds=s)) for s in (20, 10, 30)]
        stored = len(run.sink.of("m1/load"))
        newest = max(run.sink.of("m1/load"), key=lambda one: one.at_us)
        await run.link.put([newest])
        assert len(run.sink.of("m1/load")) == stored
        assert run.link.counters.duplicates == 1


async def test_history_is_read_back_after_an_absence(machine: Machine) -> None:
    node = await machine.add("load", 0.0)
    await machine.server.historize_node_data_change(node, period=None, count=1000)
    entry = wanted("opcua", machine.url, [machine.signal("load")], **FAST)
    marks = Marks()
    async with running(entry, marks) as run:
        await machine.set("load", 1.0)
        await run.value("m1/load", 1.0)
    away = [datetime.now(UTC) + timedelta(milliseconds=n) for n in range(5)]
    for n, at in enumerate(away):
        await machine.set("load", 10.0 + n, at)
    now = await machine.set("load", 99.0, away[-1] + timedelta(milliseconds=50))
    async with running(entry, marks) as run:
        await run.value("m1/load", 99.0)
        await until(lambda: len(run.sink.historical) >= len(away), LONG_S, "history")
        assert [one.value for one in run.sink.historical] == [10.0, 11.0, 12.0, 13.0, 14.0]
        assert all(one.at_us < micros(now) for one in run.sink.historical)
        assert run.link.counters.historical == 5


async def test_many_signals_are_split_over_subscriptions(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gearpark.gateway.connectors.opcua.subscription.ITEMS_PER_SUBSCRIPTION", 100)
    names = [f"v{n}" for n in range(120)]
    for name in names:
        await machine.add(name, 1.0)
    entry = wanted("opcua", machine.url, [machine.signal(name) for name in names], **FAST)
    async with running(entry) as run:
        await until(lambda: not run.link.unknown())
        subscriptions = machine.server.iserver.subscription_service.subscriptions
        sizes = sorted(len(one.monitored_item_srv._monitored_items) for one in subscriptions.values())
        assert sizes[-2:] == [20, 100]


async def test_history_of_many_signals_comes_in_pages(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gearpark.gateway.connectors.opcua.history.MAX_VALUES_PER_READ", 4)
    monkeypatch.setattr("gearpark.gateway.connectors.opcua.history.NODES_PER_READ", 2)
    names = ["a", "b", "c"]
    start = datetime.now(UTC) - timedelta(minutes=10)
    for name in names:
        node = await machine.add(name, 0.0)
        await machine.set(name, 0.0, start - timedelta(seconds=1))
        await machine.server.historize_node_data_change(node, period=None, count=1000)
        for n in range(10):
            await machine.set(name, 1.0 + n, start + timedelta(seconds=n))
        await machine.set(name, 99.0)
    entry = wanted("opcua", machine.url, [machine.signal(name) for name in names], **FAST)
    async with running(entry) as run:
        await until(lambda: len(run.sink.historical) >= 30, LONG_S, "history")
        for name in names:
            kept = [one.value for one in run.sink.historical if one.tag == f"m1/{name}" and one.value]
            assert kept == [1.0 + n for n in range(10)]
