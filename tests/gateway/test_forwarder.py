"""What a gateway's edge session says on a real broker, heard by a host that follows the specification's rules."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gearpark.base.wire import AssetInfo, Observation, SignalInfo, SignalKind, Status
from gearpark.bus import sparkplug
from gearpark.bus.client import MqttClient
from gearpark.bus.sparkplug import ACKNOWLEDGED, REBIRTH, RESEND, BirthMetric, DataType, Identity, topics
from gearpark.gateway.forwarder import Pipe
from gearpark.gateway.forwarder.session import HISTORIAN_HOST, Lane, _marks

ORG, NODE = "qichi", "gw1.qichi"
LIMIT_S = 15.0
POWER = SignalInfo("power_kw", SignalKind.ANALOG, "kW", interval_s=1.0)
STATE = SignalInfo("item_state", SignalKind.STATE)
MILL = AssetInfo("m0", "machining-centre", "M0", signals=(POWER, STATE))
ROBOT = AssetInfo("r0", "robot", "R0", signals=(POWER,))
_pause = threading.Event()


def until(true: Callable[[], object], what: str) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < end_s, f"{what}: not within {LIMIT_S} s"
        _pause.wait(0.01)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A broker of its own: mosquitto where it is installed, else the embedded one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    words = [sys.executable, "-m", "gearpark.bus.broker", "--port", str(port)]
    if mosquitto:
        config = tmp_path / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
        words = [mosquitto, "-c", str(config)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    address = ("127.0.0.1", port)
    until(lambda: socket.socket().connect_ex(address) == 0, "broker listens")
    yield f"mqtt://127.0.0.1:{port}"
    process.kill()
    process.wait()


class Listener:
    """Hears the whole namespace and can play the historian."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[sparkplug.topics.Topic, object]] = []
        self.client = MqttClient(url, "listener", subscribe=[("spBv1.0/#", 1)], on_message=self._message)
        self.client.start()
        assert self.client.wait_up(LIMIT_S)

    def _message(self, topic: str, payload: bytes) -> None:
        parsed = topics.parse(topic)
        if parsed is not None and parsed.kind not in ("STATE", "NCMD"):
            self.heard.append((parsed, sparkplug.decode(payload)))

    def of(self, kind: str, device: str = ""):  # type: ignore[no-untyped-def]
        return [m for topic, m in list(self.heard) if topic.kind == kind and device in ("", topic.device)]

    def rows(self) -> list[Identity]:
        return [found for m in self.of("DDATA") if (found := sparkplug.identity_of(m)) is not None]

    def command(self, name: str, value: object) -> None:
        kind = DataType.BOOLEAN if isinstance(value, bool) else DataType.STRING
        body = sparkplug.encode_birth([BirthMetric(name, kind, value=value)], 0, None)  # type: ignore[arg-type]
        assert self.client.publish(topics.node("NCMD", ORG, NODE), body, 1, timeout_s=5)

    def online(self) -> None:
        state = sparkplug.encode_state(True, time.time_ns() // 1000)
        assert self.client.publish(topics.state(HISTORIAN_HOST), state, 1, True, timeout_s=5)


@pytest.fixture
def listener(url: str) -> Iterator[Listener]:
    made = Listener(url)
    yield made
    made.client.stop()


@pytest.fixture
async def pipe(url: str, listener: Listener, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Pipe(tmp_path, "gw1", url, flush_s=0.0)
    await made.start()
    made.declare(ORG, [MILL, ROBOT])
    await asyncio.to_thread(until, lambda: listener.of("DBIRTH", "r0"), "born")
    yield made
    await made.stop()


async def wait(true: Callable[[], object], what: str) -> None:
    await asyncio.to_thread(until, true, what)


def now_us() -> int:
    return time.time_ns() // 1000


async def test_births_say_everything_a_host_may_know(pipe: Pipe, listener: Listener) -> None:
    birth = listener.of("NBIRTH")[-1]
    names = {metric.name: metric for metric in birth.metrics}
    assert birth.seq == 0
    assert names["bdSeq"].datatype == DataType.INT64
    assert (names[REBIRTH].datatype, names[REBIRTH].boolean_value) == (DataType.BOOLEAN, False)
    assert not names[REBIRTH].HasField("alias")
    device = listener.of("DBIRTH", "m0")[-1]
    power = next(metric for metric in device.metrics if metric.name == "power_kw")
    assert power.datatype == DataType.DOUBLE
    assert power.is_null
    assert sparkplug.properties_of(power) | {"kind": "analog", "engUnit": "kW", "interval_s": 1.0} == (
        sparkplug.properties_of(power)
    )
    aliases = [m.alias for d in ("m0", "r0") for m in listener.of("DBIRTH", d)[-1].metrics]
    assert len(set(aliases)) == 3, "an alias is unique in the node"


async def test_seq_runs_and_data_carries_alias_and_identity(pipe: Pipe, listener: Listener) -> None:
    at_us = now_us()
    for number in range(300):
        await pipe.put(ORG, [Observation("m0/power_kw", at_us + number, float(number))])
    await wait(lambda: len(listener.rows()) >= 300, "all are sent")
    since = max(i for i, (topic, _) in enumerate(listener.heard) if topic.kind == "NBIRTH")
    seqs = [m.seq for topic, m in listener.heard[since:] if topic.kind != "NDEATH"]
    assert seqs == [number % 256 for number in range(len(seqs))]
    data = listener.of("DDATA")[-1]
    assert not data.metrics[0].HasField("name")
    assert not data.metrics[0].HasField("datatype")
    assert [row.prev for row in listener.rows()[:3]] == [0, 1, 2]


async def test_rebirth_keeps_bd_seq_and_carries_newest_values(pipe: Pipe, listener: Listener) -> None:
    at_us = now_us()
    await pipe.put(ORG, [Observation("m0/power_kw", at_us, 7.0), Observation("m0/power_kw", at_us - 5, 6.0)])
    births = len(listener.of("NBIRTH"))
    listener.command(REBIRTH, True)
    await wait(lambda: len(listener.of("NBIRTH")) > births, "born again")
    await wait(lambda: any(m.metrics[0].double_value == 7.0 for m in listener.of("DBIRTH", "m0")), "value")
    bd_seqs = {
        metric.long_value for m in listener.of("NBIRTH") for metric in m.metrics if metric.name == "bdSeq"
    }
    assert len(bd_seqs) == 1
    found = sparkplug.columns(listener.of("DBIRTH", "m0")[-1])
    assert (found.values[0], found.at_us[0]) == (7.0, at_us)


async def test_acknowledged_rows_are_trimmed_and_others_sent_again(pipe: Pipe, listener: Listener) -> None:
    listener.online()
    await wait(lambda: pipe.stats().links[0].host_online, "the historian is seen")
    for number in range(6):
        await pipe.put(ORG, [Observation("m0/power_kw", now_us(), float(number))])
    await wait(lambda: len({row.seq for row in listener.rows()}) == 6, "sent")
    boot = listener.rows()[0].boot
    listener.command(ACKNOWLEDGED, f"{boot}:4")
    await wait(lambda: pipe.stats().journal.rows == 2, "trimmed")
    before = len(listener.rows())
    listener.command(RESEND, f"{boot}:4")
    await wait(lambda: len(listener.rows()) >= before + 2, "sent again")
    assert [row.seq for row in listener.rows()[before:]] == [5, 6]
    assert listener.rows()[before].prev == 0, "nothing earlier is left in the journal"
    listener.command(ACKNOWLEDGED, f"{boot}:6,nonsense,7:")
    await wait(lambda: pipe.stats().journal.rows == 0, "all trimmed")


async def test_without_an_answer_rows_are_sent_again_by_themselves(pipe: Pipe, listener: Listener) -> None:
    listener.online()
    await wait(lambda: pipe.stats().links[0].host_online, "the historian is seen")
    await pipe.put(ORG, [Observation("m0/power_kw", now_us(), 1.0)])
    await wait(lambda: len(listener.rows()) >= 2, "sent twice")
    assert len(set(listener.rows())) == 1
    assert pipe.stats().links[0].resent_rows >= 1


async def test_a_historian_that_comes_later_gets_everything(pipe: Pipe, listener: Listener) -> None:
    for number in range(5):
        await pipe.put(ORG, [Observation("r0/power_kw", now_us(), float(number))])
    await wait(lambda: len(listener.rows()) == 5, "shown live")
    births = len(listener.of("NBIRTH"))
    listener.online()
    await wait(lambda: len(listener.rows()) >= 10, "sent again")
    assert len(listener.of("NBIRTH")) > births, "births come before the rows"


async def test_a_lost_machine_dies_after_its_last_row_and_returns(pipe: Pipe, listener: Listener) -> None:
    await pipe.put(ORG, [Observation("m0/power_kw", now_us(), None, int(Status.BAD_NO_COMMUNICATION))])
    pipe.offline(ORG, "m0")
    await wait(lambda: listener.of("DDEATH", "m0"), "death")
    kinds = [topic.kind for topic, _ in listener.heard if topic.device == "m0"]
    assert kinds[-2:] == ["DDATA", "DDEATH"]
    await pipe.put(ORG, [Observation("m0/power_kw", now_us(), 1.0)])
    await wait(lambda: len(listener.of("DDATA", "m0")) == 2, "data again")
    kinds = [topic.kind for topic, _ in listener.heard if topic.device == "m0"]
    assert kinds[-2:] == ["DBIRTH", "DDATA"]


async def test_a_signal_nobody_declared_is_born_before_its_data(pipe: Pipe, listener: Listener) -> None:
    await pipe.put(ORG, [Observation("m0/extra", now_us(), "x"), Observation("new/first", now_us(), 1.0)])
    await wait(lambda: len(listener.rows()) == 2, "sent")
    for device, signal in (("m0", "extra"), ("new", "first")):
        birth = listener.of("DBIRTH", device)[-1]
        alias = next(m.alias for m in birth.metrics if m.name == signal)
        assert listener.of("DDATA", device)[-1].metrics[0].alias == alias
        kinds = [topic.kind for topic, _ in listener.heard if topic.device == device]
        assert kinds[-2:] == ["DBIRTH", "DDATA"]


async def test_goodbye_is_a_death_certificate_of_this_session(pipe: Pipe, listener: Listener) -> None:
    born = {m.name: m.long_value for m in listener.of("NBIRTH")[-1].metrics}["bdSeq"]
    await pipe.stop()
    await wait(lambda: listener.of("NDEATH"), "death")
    death = listener.of("NDEATH")[-1]
    assert death.metrics[0].long_value == born
    assert not death.HasField("seq")
    assert pipe.stats().journal.state == "closed"


async def test_two_organisations_have_two_sessions(pipe: Pipe, listener: Listener) -> None:
    await pipe.put("replay-lab", [Observation("mazak/x", now_us(), 1.0)])
    await wait(lambda: any(topic.group == "replay-lab" for topic, _ in listener.heard), "born")
    assert [link.source for link in pipe.stats().links] == ["gw1.qichi", "gw1.replay-lab"]


def test_marks_are_read_and_anything_else_ignored() -> None:
    assert _marks("5:7,6:8") == [(5, 7), (6, 8)]
    assert _marks("") == _marks("a:b") == _marks("5") == _marks(":") == _marks("٣:١") == []


def test_lane_counts_what_is_under_way() -> None:
    from gearpark.gateway.journal import JournalRow

    lane = Lane(1)
    for seq in (1, 2, 3):
        lane.sent(JournalRow(1, seq, "d", 10, False, 0, b""), 0.0)
    assert (lane.cursor, lane.flight_points) == (3, 30)
    assert lane.ack(2) == 2
    assert (lane.acked, lane.flight_points) == (2, 10)
    assert lane.rewind(lane.acked) == 1
    assert (lane.cursor, lane.flight_points) == (2, 0)
    assert lane.ack(3) == 0
    assert lane.cursor == 3, "what is acknowledged is not sent again"
