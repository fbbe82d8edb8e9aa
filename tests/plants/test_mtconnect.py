"""The MTConnect agent and the SHDR adapter, asked by plain clients."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

import aiohttp
import pytest

from gearpark.base import shdr
from gearpark.base.mtconnect import extra_fields, read_devices, read_streams
from gearpark.base.problems import Problem
from gearpark.plants.mtconnect import Adapter, Agent, Player, recordings
from gearpark.plants.mtconnect.model import read_model
from gearpark.plants.mtconnect.store import Latest, Row, Store

START_US = 1_795_276_800_000_000
DEADLINE_S = 60.0
MAZAK, OKUMA = (next(r for r in recordings() if r.id == i) for i in ("nist-mazak01", "okuma-multus"))
HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def served(
    port: int, *, size: int = 65_536, instance: int = 7, chosen=(MAZAK, OKUMA)
) -> AsyncIterator[Agent]:
    agent = Agent(list(chosen), instance_id=instance, size=size)
    agent.begin(START_US)
    agent.play(START_US + 60_000_000)
    await agent.start(HOST, port)
    try:
        yield agent
    finally:
        await agent.stop()


async def fetch(agent: Agent, path: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.get(agent.url + path) as answer:
        assert answer.content_type == "text/xml"
        return answer.status, await answer.read()


async def test_probe_names_every_item_the_recording_may_speak_of(free_port) -> None:
    async with served(free_port) as agent:
        status, body = await fetch(agent, "/probe")
        devices = {d.name: d for d in read_devices(body)}
        assert status == 200
        assert set(devices) == {"Mazak01", "OKUMA"}
        assert devices["Mazak01"].manufacturer == "Mazak"
        assert {"execution", "Xabs", "program"} <= set(devices["Mazak01"].items)
        one = read_devices((await fetch(agent, "/OKUMA/probe"))[1])
        assert [d.name for d in one] == ["OKUMA"]


async def test_following_next_sequence_gets_everything_once_and_ends_at_current(free_port) -> None:
    async with served(free_port) as agent:
        heard = []
        place = 1
        while True:
            _, body = await fetch(agent, f"/sample?from={place}&count=211")
            part = read_streams(body)
            heard += part.observations
            assert part.header.instance_id == 7
            if part.header.next_sequence == place:
                break
            place = part.header.next_sequence
        assert place == part.header.last_sequence + 1
        assert sorted(o.sequence for o in heard) == list(range(1, place))
        last = {}
        for one in sorted(heard, key=lambda o: o.sequence):
            last[one.item_id] = one
        current = read_streams((await fetch(agent, "/current"))[1]).observations
        plain = [o for o in current if o.category != "CONDITION"]
        assert len(plain) > 100
        assert all(last[o.item_id] == o for o in plain)


async def test_values_and_gaps_are_those_of_the_recording(free_port) -> None:
    async with served(free_port, chosen=(MAZAK,)) as agent:
        _, body = await fetch(agent, "/sample?from=1&count=10000")
        observations = read_streams(body).observations
        recorded: dict[str, list[tuple[int, str]]] = {}
        for at, rest in MAZAK.lines():
            if 0 <= at - MAZAK.begin_us <= 60_000_000:
                key, _, value = rest.partition("|")
                recorded.setdefault(key, []).append((at - MAZAK.begin_us + START_US, value))
        often = max(recorded, key=lambda key: len(recorded[key]))
        assert len(recorded[often]) > 10
        played = [(o.at_us, o.value) for o in observations if o.name == often and o.value is not None]
        assert played[-len(recorded[often]) :] == recorded[often]


async def test_requests_outside_the_buffer_are_refused(free_port) -> None:
    async with served(free_port, size=100) as agent:
        store = agent.store
        agent.play(START_US + 600_000_000)
        assert store.first_sequence == store.next_sequence - 100
        for asked in (store.first_sequence - 1, store.next_sequence + 1):
            status, body = await fetch(agent, f"/sample?from={asked}")
            assert status == 404
            with pytest.raises(Problem, match=r"mtconnect\.out_of_range"):
                read_streams(body)
        for good in (store.first_sequence, store.next_sequence):
            assert (await fetch(agent, f"/sample?from={good}"))[0] == 200
        assert (await fetch(agent, f"/current?at={store.next_sequence}"))[0] == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/sample?from=abc", 400, "INVALID_REQUEST"),
        ("/sample?count=0", 404, "OUT_OF_RANGE"),
        ("/sample?count=10001", 404, "OUT_OF_RANGE"),
        ("/sample?interval=-5", 404, "OUT_OF_RANGE"),
        ("/nowhere/current", 404, "NO_DEVICE"),
        ("/current?path=//Axes", 400, "INVALID_XPATH"),
        ("/assets", 404, "ASSET_NOT_FOUND"),
        ("/a/b/c", 404, "UNSUPPORTED"),
    ],
)
async def test_errors_are_error_documents(free_port, path, status, code) -> None:
    async with served(free_port, chosen=(MAZAK,)) as agent:
        got, body = await fetch(agent, path)
        assert got == status
        assert f'errorCode="{code}"'.encode() in body


async def test_current_at_an_earlier_sequence(free_port) -> None:
    async with served(free_port, chosen=(MAZAK,)) as agent:
        items = len(agent.devices["Mazak01"].items)
        body = (await fetch(agent, f"/current?at={items}"))[1]
        observations = read_streams(body).observations
        assert len(observations) == items
        assert all(o.value is None for o in observations)  # everything is unavailable first


async def test_stream_sends_new_observations_and_heartbeats(free_port) -> None:
    async with served(free_port, chosen=(MAZAK,)) as agent:
        start = agent.store.next_sequence
        url = f"{agent.url}/sample?from={start}&interval=10&heartbeat=150&count=500"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace;boundary=")
            reader = aiohttp.MultipartReader.from_response(answer)
            async with asyncio.timeout(DEADLINE_S):
                beat = read_streams(bytes(await (await reader.next()).read()))
                assert beat.observations == []
                assert beat.header.next_sequence == start
                assert agent.play(START_US + 90_000_000) > 0
                heard = []
                while len(heard) < agent.store.next_sequence - start:
                    heard += read_streams(bytes(await (await reader.next()).read())).observations
        assert sorted(o.sequence for o in heard) == list(range(start, agent.store.next_sequence))


async def test_a_restart_changes_the_instance_and_begins_at_one(free_port) -> None:
    seen = []
    for instance in (11, 12):
        async with served(free_port, instance=instance, chosen=(MAZAK,)) as agent:
            seen.append(read_streams((await fetch(agent, "/current"))[1]).header)
    assert [h.instance_id for h in seen] == [11, 12]
    assert [h.first_sequence for h in seen] == [1, 1]


async def test_a_taken_port_is_said(free_port) -> None:
    async with served(free_port, chosen=(MAZAK,)):
        other = Agent([MAZAK], instance_id=1)
        with pytest.raises(Problem, match=r"plants\.port_taken"):
            await other.start(HOST, free_port)


@pytest.mark.parametrize("recording", recordings(), ids=lambda r: r.id)
def test_every_recording_is_lively_and_its_keys_are_in_the_model(recording) -> None:
    document = recording.model_bytes()
    model = read_model(document, recording.device)
    device = next(d for d in read_devices(document) if d.name == recording.device)
    player = Player(recording, START_US, extra_fields(device))
    keys = [line.rest.split("|")[0] for line in player.due(START_US + 600_000_000)]
    assert len(keys) > 100
    known = sum(key in model.keys for key in keys)
    assert known / len(keys) > 0.9


def test_a_recording_loops_with_a_pause_and_never_goes_far_back() -> None:
    hurco = next(r for r in recordings() if r.id == "nist-hurco01")
    player = Player(hurco, START_US, {})
    lines = player.due(START_US + 3 * 3_600_000_000)
    assert player.loops >= 2
    assert all(b.at_us >= a.at_us for a, b in itertools.pairwise(lines))
    once = Player(hurco, START_US, {})
    pieces = [line for minute in range(181) for line in once.due(START_US + minute * 60_000_000)]
    assert pieces == lines


def test_speed_shortens_gaps() -> None:
    slow, fast = Player(MAZAK, START_US, {}), Player(MAZAK, START_US, {}, speed=10.0)
    one, ten = slow.due(START_US + 100_000_000), fast.due(START_US + 10_000_000)
    assert [line.rest for line in one] == [line.rest for line in ten]


def test_conditions_keep_every_active_code() -> None:
    item = next(i for i in read_model(MAZAK.model_bytes(), "Mazak01").items if i.category == "CONDITION")
    latest = Latest()
    for number, (level, code) in enumerate([("FAULT", "1"), ("WARNING", "2"), ("NORMAL", "1")], start=1):
        latest.take(Row(number, "t", item, level, (code, "", "", "")))
    assert [(r.value, r.fields[0]) for r in latest.rows[item.index].values()] == [("WARNING", "2")]
    latest.take(Row(4, "t", item, "NORMAL", ("", "", "", "")))
    assert [r.value for r in latest.rows[item.index].values()] == ["NORMAL"]


def test_store_keeps_its_size_and_what_stood_before() -> None:
    item = next(i for i in read_model(MAZAK.model_bytes(), "Mazak01").items if i.name == "Xabs")
    store = Store(10)
    for number in range(20_000):
        store.add("t", item, str(number))
    assert store.first_sequence == 20_001 - 10
    assert len(store._rows) < 10 + 5_000
    rows, following = store.since(store.first_sequence, 4, None)
    assert [r.value for r in rows] == ["19990", "19991", "19992", "19993"]
    assert following == rows[-1].sequence + 1
    assert store.as_of(store.first_sequence).rows[item.index][""].value == "19990"


async def test_adapter_says_what_stands_then_what_happens_and_answers_pings(free_port) -> None:
    recording = next(r for r in recordings() if r.role == "adapter")
    adapter = Adapter(recording)
    adapter.begin(START_US)
    adapter.play(START_US)
    await adapter.start(HOST, free_port)
    try:
        async with asyncio.timeout(DEADLINE_S):
            reader, writer = await asyncio.open_connection(HOST, free_port)
            writer.write(b"* PING\n")
            lines = []
            while not lines or lines[-1] != "* PONG 10000":
                lines.append((await reader.readline()).decode().strip())
            assert f"* device: {recording.device}" in lines
            standing = [shdr.parse_line(line) for line in lines if not line.startswith("*")]
            assert len(standing) > 50
            assert all(line.at_us == START_US for line in standing)
            assert adapter.play(START_US + 60_000_000) > 0
            line = shdr.parse_line((await reader.readline()).decode())
            assert START_US < (line.at_us or 0) <= START_US + 60_000_000
            writer.close()
    finally:
        await adapter.stop()
