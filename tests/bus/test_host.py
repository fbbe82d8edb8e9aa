"""The host's rules, message by message, without a broker."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.bus import sparkplug
from gearpark.bus.host import HostState
from gearpark.bus.nodes import Alive, Data, Dead, Event, NodeKey
from gearpark.bus.sparkplug import BirthMetric, DataType, Payload, topics

NOW_US = 1_790_000_000_000_000
KEY = NodeKey("g", "n")


class Peer:
    """A host under test, and what it said."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.commands: list[tuple[str, bytes]] = []
        self.refused: list[tuple[str, str]] = []
        self.host = HostState(
            self.events.append,
            lambda topic, payload: self.commands.append((topic, payload)),
            lambda topic, payload, reason: self.refused.append((topic, reason)),
            reorder_s=1.0,
        )

    def say(self, kind: str, payload: bytes, now_s: float = 0.0) -> None:
        topic = topics.node(kind, "g", "n") if kind[0] == "N" else topics.device(kind, "g", "n", "d")
        self.host.handle(topic, payload, NOW_US, now_s)

    def born(self, bd_seq: int = 3) -> Peer:
        self.say("NBIRTH", node_birth(bd_seq))
        self.say("DBIRTH", device_birth(1))
        return self

    @property
    def values(self) -> list[object]:
        return [v for e in self.events if isinstance(e, Data) and not e.birth for v in e.values]

    @property
    def node(self):  # type: ignore[no-untyped-def]
        return self.host.nodes[KEY]


def node_birth(bd_seq: int, seq: int = 0) -> bytes:
    return sparkplug.encode_birth([BirthMetric("bdSeq", DataType.INT64, value=bd_seq)], NOW_US, seq)


def device_birth(seq: int) -> bytes:
    metric = BirthMetric("T", DataType.DOUBLE, alias=1, value=0.0, properties={"engUnit": "Cel"})
    return sparkplug.encode_birth([metric], NOW_US, seq)


def node_death(bd_seq: int) -> bytes:
    return sparkplug.encode_birth([BirthMetric("bdSeq", DataType.INT64, value=bd_seq)], NOW_US, None)


def data(seq: int, value: float, alias: int = 1) -> bytes:
    return sparkplug.finish(sparkplug.encode_points([(alias, NOW_US + seq, value, 0)]), seq, NOW_US)


def test_births_data_and_names() -> None:
    peer = Peer().born()
    peer.say("DDATA", data(2, 5.0))
    found = peer.events[-1]
    assert isinstance(found, Data)
    assert (found.device, found.names, found.values) == ("d", ["T"], [5.0])
    alive = [event for event in peer.events if isinstance(event, Alive) and event.device == "d"]
    assert alive[0].metrics["T"].properties == {"engUnit": "Cel"}
    assert not peer.commands


def test_data_before_birth_is_kept_and_a_rebirth_asked_once() -> None:
    peer = Peer()
    peer.say("DDATA", data(9, 1.0))
    peer.say("DDATA", data(10, 2.0))
    assert [topic for topic, _ in peer.commands] == ["spBv1.0/g/NCMD/n"]
    asked = Payload.FromString(peer.commands[0][1]).metrics[0]
    assert (asked.name, asked.boolean_value) == ("Node Control/Rebirth", True)
    peer.born()
    assert peer.values == [1.0, 2.0]


def test_rebirth_requests_grow_rarer() -> None:
    peer = Peer()
    for second in range(120):
        peer.say("DDATA", data(0, 1.0), float(second))
        peer.host.tick(float(second))
    assert 3 <= len(peer.commands) <= 8


def test_a_late_message_is_put_in_its_place() -> None:
    peer = Peer().born()
    peer.say("DDATA", data(3, 3.0))
    assert peer.values == []
    peer.say("DDATA", data(2, 2.0))
    assert peer.values == [2.0, 3.0]
    assert (peer.node.seq_gaps, peer.commands) == (1, [])


def test_a_gap_that_stays_open_leads_to_a_rebirth_request_and_loses_nothing_that_came() -> None:
    peer = Peer().born()
    peer.say("DDATA", data(4, 4.0), 0.0)
    peer.host.tick(0.5)
    assert not peer.commands
    peer.host.tick(1.1)
    assert len(peer.commands) == 1
    assert peer.values == [4.0]
    peer.say("DDATA", data(5, 5.0), 1.2)
    assert peer.values == [4.0, 5.0]


def test_seq_wraps_at_256() -> None:
    peer = Peer().born()
    for number in range(2, 600):
        peer.say("DDATA", data(number % 256, float(number)))
    assert peer.values == [float(number) for number in range(2, 600)]
    assert peer.node.seq_gaps == 0


def test_a_death_of_an_earlier_session_is_ignored() -> None:
    peer = Peer().born(bd_seq=4)
    peer.say("NDEATH", node_death(3))
    assert not any(isinstance(event, Dead) for event in peer.events)
    peer.say("NDEATH", node_death(4))
    assert peer.events[-1] == Dead(KEY, "", "death")
    assert not peer.node.online


def test_device_death_and_return() -> None:
    peer = Peer().born()
    peer.say("DDEATH", sparkplug.encode_birth([], NOW_US, 2))
    assert peer.events[-1] == Dead(KEY, "d", "death")
    peer.say("DBIRTH", device_birth(3))
    peer.say("DDATA", data(4, 1.0))
    assert peer.values == [1.0]


def test_an_unknown_alias_leaves_the_message_out_and_asks() -> None:
    peer = Peer().born()
    peer.say("DDATA", data(2, 1.0, alias=77))
    assert peer.values == []
    assert len(peer.commands) == 1
    assert peer.node.deviations["unknown_alias"] == 1


def test_an_alias_of_another_device_is_not_this_device_s() -> None:
    peer = Peer().born()
    peer.host.handle(
        topics.device("DBIRTH", "g", "n", "other"), sparkplug.encode_birth([], NOW_US, 2), NOW_US, 0
    )
    peer.host.handle(topics.device("DDATA", "g", "n", "other"), data(3, 1.0), NOW_US, 0)
    assert peer.values == []


def test_our_own_link_loss_forgets_everything() -> None:
    peer = Peer().born()
    peer.host.link_lost()
    assert peer.events[-1] == Dead(KEY, "", "link")
    peer.say("DDATA", data(2, 1.0))
    assert peer.values == []
    assert len(peer.commands) == 1


def test_other_makers_habits_are_taken_and_counted() -> None:
    """As a widespread JavaScript edge node does it: bdSeq UInt64, no aliases, data by name."""
    peer = Peer()
    peer.say("NBIRTH", sparkplug.encode_birth([BirthMetric("bdSeq", DataType.UINT64, value=0)], NOW_US, 0))
    peer.say("DBIRTH", sparkplug.encode_birth([BirthMetric("a/b", DataType.INT32, value=-3)], NOW_US, 1))
    payload = Payload(timestamp=NOW_US // 1000, seq=2)
    payload.metrics.add(name="a/b", timestamp=NOW_US // 1000, int_value=(1 << 32) - 4)
    peer.say("DDATA", payload.SerializeToString())
    assert peer.values == [-4.0]
    assert peer.node.deviations["bdseq_not_int64"] == 1
    without = Payload(timestamp=NOW_US // 1000)
    without.metrics.add(name="a/b", int_value=1)
    peer.say("DDATA", without.SerializeToString())
    assert peer.values == [-4.0, 1.0]
    assert peer.node.deviations["no_seq"] == 1


def test_malformed_is_refused_with_its_topic_and_hurts_nobody() -> None:
    peer = Peer().born()
    peer.say("DDATA", b"\xff\xff\xff")
    assert peer.refused[0][0] == "spBv1.0/g/DDATA/n/d"
    peer.say("DDATA", data(2, 1.0))
    assert peer.values == [1.0]


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA"]),
        st.one_of(
            st.binary(max_size=40),
            st.builds(data, st.integers(0, 255), st.floats(), st.integers(0, 3)),
            st.builds(node_birth, st.integers(0, 255)),
            st.builds(device_birth, st.integers(0, 255)),
        ),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(messages=MESSAGES)
def test_no_sequence_of_messages_raises_or_yields_ragged_columns(messages: list[tuple[str, bytes]]) -> None:
    peer = Peer()
    for second, (kind, payload) in enumerate(messages):
        peer.say(kind, payload, float(second))
        peer.host.tick(float(second))
    for event in peer.events:
        if isinstance(event, Data):
            assert len(event.names) == len(event.at_us) == len(event.values) == len(event.statuses)
    assert len(peer.node.unborn) <= 400 if messages else True
