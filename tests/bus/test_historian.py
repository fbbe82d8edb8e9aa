"""Gateway pipe -> real broker -> historian process -> lake: everything once, through kills, gaps and bad input."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gearpark.base.wire import AssetInfo, Observation, SignalInfo, SignalKind, Status
from gearpark.bus import sparkplug
from gearpark.bus.client import MqttClient
from gearpark.bus.historian.ingest import BAD_INVALID_TIMESTAMP
from gearpark.bus.naming import tag_of
from gearpark.bus.sparkplug import BirthMetric, DataType, Payload, topics
from gearpark.gateway.forwarder import Pipe

from .conftest import BrokerProcess, HistorianProcess, stored, until

ORG = "qichi"
ASSETS = [
    AssetInfo(
        f"m{number}",
        "machining-centre",
        f"M{number}",
        signals=(
            SignalInfo("power_kw", SignalKind.ANALOG, "kW", interval_s=1.0),
            SignalInfo("item_state", SignalKind.STATE),
        ),
    )
    for number in range(3)
]
Factory = Callable[[str], HistorianProcess]


class Gateway:
    """A pipe on an event loop of its own thread."""

    def __init__(self, folder: Path, url: str, name: str = "gw1") -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.pipe = Pipe(folder, name, url, flush_s=0.02)
        self.do(self.pipe.start())

    def do(self, work) -> None:  # type: ignore[no-untyped-def]
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def put(self, *observations: Observation, historical: bool = False) -> None:
        self.do(self.pipe.put(ORG, observations, historical))

    def drained(self) -> None:
        until(lambda: self.pipe.stats().journal.rows == 0, "journal drains")

    def stop(self) -> None:
        self.do(self.pipe.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


def now_us() -> int:
    return time.time_ns() // 1000


def tick(number: int, base_us: int) -> list[Observation]:
    """Three machines, one number and one word each."""
    at_us = base_us + number * 1000 + 7
    return [Observation(f"m{k}/power_kw", at_us, float(number)) for k in range(3)] + [
        Observation(f"m{k}/item_state", at_us, f"state-{number}") for k in range(3)
    ]


def expected(ticks: range, base_us: int) -> list[tuple[str, int, object, int]]:
    return sorted(
        (one.tag, one.at_us, one.value, one.status) for number in ticks for one in tick(number, base_us)
    )


def test_every_observation_arrives_once_with_its_microsecond(
    broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    keeper, base_us = historian(broker.url), now_us()
    keeper.start()
    gateway = Gateway(tmp_path, broker.url)
    gateway.pipe.declare(ORG, ASSETS)
    for number in range(50):
        gateway.put(*tick(number, base_us))
    gateway.put(Observation("m0/power_kw", base_us, None, int(Status.BAD_NO_COMMUNICATION)))
    gateway.drained()
    assert keeper.terminate() == 0
    gateway.stop()
    found = sorted(entry[:4] for entry in stored(keeper.lake))
    assert found == sorted(
        [
            *expected(range(50), base_us),
            ("m0/power_kw", base_us, None, int(Status.BAD_NO_COMMUNICATION)),
        ]
    )


def test_historian_and_broker_killed_in_the_middle(
    broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    keeper, base_us = historian(broker.url), now_us()
    keeper.start()
    gateway = Gateway(tmp_path, broker.url)
    gateway.pipe.declare(ORG, ASSETS)
    for number in range(120):
        if number == 30:
            keeper.kill()
        if number == 60:
            keeper.start()
            broker.kill()
        if number == 80:
            broker.start()
        if number == 100:
            keeper.kill()
            keeper.start()
        gateway.put(*tick(number, base_us))
    gateway.drained()
    gateway.stop()
    keeper.terminate()
    assert sorted(entry[:4] for entry in stored(keeper.lake)) == expected(range(120), base_us)


def test_a_long_outage_live_data_overtakes_the_backlog(
    quick_broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    base_us = now_us()
    gateway = Gateway(tmp_path, quick_broker.url)
    gateway.pipe.declare(ORG, ASSETS)
    for number in range(40):
        gateway.put(*tick(number, base_us))
    until(lambda: gateway.pipe.stats().links[0].sent_rows >= 120, "shown live without a historian")
    assert gateway.pipe.stats().journal.rows == 120
    first_boot = gateway.pipe.stats().links[0].boot
    threading.Event().wait(2.1)  # the rows become older than what still counts as live
    keeper = historian(quick_broker.url)
    keeper.start()
    until(lambda: gateway.pipe.stats().links[0].boot > first_boot, "live data goes on in a new boot")
    gateway.put(*tick(40, base_us))
    gateway.drained()
    gateway.stop()
    keeper.terminate()
    found = stored(keeper.lake)
    assert sorted(entry[:4] for entry in found) == expected(range(41), base_us)
    boots = {entry[4] for entry in found}
    assert len(boots) == 2


def test_rows_of_a_gateway_that_died_are_sent_by_its_successor(
    quick_broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    base_us = now_us()
    first = Gateway(tmp_path, "mqtt://127.0.0.1:9")  # nobody listens there
    for number in range(10):
        first.put(*tick(number, base_us))
    first.stop()
    keeper = historian(quick_broker.url)
    keeper.start()
    second = Gateway(tmp_path, quick_broker.url)
    second.put(*tick(10, base_us))
    second.drained()
    second.stop()
    keeper.terminate()
    assert sorted(entry[:4] for entry in stored(keeper.lake)) == expected(range(11), base_us)


class Raw:
    """A client that says what it likes, as another maker's edge node does."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.client = MqttClient(
            url,
            "raw-peer",
            subscribe=[("spBv1.0/+/NCMD/+", 1), ("gearpark/historian/health", 0), ("spBv1.0/STATE/+", 1)],
            on_message=lambda topic, payload: self.heard.append((topic, payload)),
        )
        self.client.start()
        assert self.client.wait_up(10)

    def say(self, topic: str, payload: bytes) -> None:
        assert self.client.publish(topic, payload, timeout_s=5)

    def health(self) -> dict:  # type: ignore[type-arg]
        found = [payload for topic, payload in self.heard if topic.endswith("/health")]
        return json.loads(found[-1]) if found else {}


def test_another_maker_s_node_and_malformed_messages(
    quick_broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    keeper, base_us = historian(quick_broker.url), now_us()
    keeper.start()
    raw = Raw(quick_broker.url)
    until(lambda: raw.health().get("state") == "ok", "historian is up")
    raw.say(topics.device("DDATA", ORG, "plc", "Pump 7"), Payload(seq=5).SerializeToString())
    until(lambda: any("NCMD" in topic for topic, _ in raw.heard), "a rebirth is asked")
    raw.say(
        topics.node("NBIRTH", ORG, "plc"),
        sparkplug.encode_birth([BirthMetric("bdSeq", DataType.UINT64, value=1)], base_us, 0),
    )
    birth = BirthMetric("Motor/Speed", DataType.INT32, alias=4, value=-3, at_us=base_us)
    raw.say(topics.device("DBIRTH", ORG, "plc", "Pump 7"), sparkplug.encode_birth([birth], base_us, 1))
    late = Payload(timestamp=base_us // 1000, seq=2)
    late.metrics.add(alias=4, timestamp=base_us // 1000 + 1, int_value=9)
    late.metrics.add(alias=4, timestamp=base_us // 1000 + 2).bytes_value = b"?"
    late.metrics.add(alias=4, timestamp=base_us // 1000 + 3, string_value="x" * 5000)
    late.metrics.add(alias=4, timestamp=1 << 62, int_value=1)
    raw.say(topics.device("DDATA", ORG, "plc", "Pump 7"), late.SerializeToString())
    raw.say(topics.device("DDATA", ORG, "plc", "Pump 7"), b"\xff\xff garbage")
    raw.say(topics.node("NBIRTH", "Not A Slug", "plc"), Payload(seq=0).SerializeToString())
    until(lambda: raw.health().get("quarantined", {}).get("malformed"), "malformed is counted")
    until(lambda: len(stored(keeper.lake)) >= 2, "the good values are stored")
    raw.client.stop()
    assert keeper.terminate() == 0
    found = [entry[:4] for entry in stored(keeper.lake)]
    ms = base_us // 1000 * 1000
    assert ("pump-7/Motor_Speed", base_us, -3.0, 0) in found
    assert ("pump-7/Motor_Speed", ms + 1000, 9.0, 0) in found
    assert ("pump-7/Motor_Speed", ms + 3000, None, int(Status.BAD_OUT_OF_RANGE)) in found
    assert all(at_us < 4_000_000_000_000_000 for _, at_us, *_ in found)
    lines = [
        json.loads(line)
        for file in (keeper.lake / "quarantine").glob("*.jsonl")
        for line in file.read_text().splitlines()
    ]
    kinds = {line["kind"] for line in lines}
    assert {"malformed", "type_unsupported", "text_too_long", "time_out_of_range"} <= kinds


def test_a_source_from_the_future_is_stored_flagged(
    quick_broker: BrokerProcess, historian: Factory, tmp_path: Path
) -> None:
    keeper, ahead_us = historian(quick_broker.url), now_us() + 3_600_000_000
    keeper.start()
    gateway = Gateway(tmp_path, quick_broker.url)
    gateway.put(Observation("m0/power_kw", ahead_us, 5.0))
    gateway.drained()
    gateway.stop()
    keeper.terminate()
    assert [entry[:4] for entry in stored(keeper.lake)] == [
        ("m0/power_kw", ahead_us, 5.0, BAD_INVALID_TIMESTAMP)
    ]


def test_state_is_retained_and_says_offline_after_a_kill(broker: BrokerProcess, historian: Factory) -> None:
    keeper = historian(broker.url)
    keeper.start()
    raw = Raw(broker.url)

    def states() -> list[bool]:
        found = [sparkplug.decode_state(payload) for topic, payload in raw.heard if "STATE" in topic]
        return [state[0] for state in found if state is not None]

    until(lambda: states()[-1:] == [True], "online")
    keeper.kill()
    until(lambda: states()[-1:] == [False], "offline by will")
    keeper.start()
    until(lambda: states()[-1:] == [True], "online again")
    raw.client.stop()


def test_names_of_other_makers() -> None:
    assert tag_of("Pump 7", "Motor/Speed rpm") == "pump-7/Motor_Speed_rpm"
    assert tag_of("qc-l1-op10a", "axis_x") == "qc-l1-op10a/axis_x"
    assert tag_of("///", "x") is None
    assert tag_of("a", "温度") is None
