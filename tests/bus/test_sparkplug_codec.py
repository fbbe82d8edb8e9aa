"""The codec against the protobuf runtime, against bytes written by hand, and against anything at all."""

from __future__ import annotations

import contextlib
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Quality, Status, quality_of
from gearpark.bus import sparkplug
from gearpark.bus.sparkplug import BirthMetric, DataType, Identity, Payload

NOW_US = 1_790_000_000_123_456
POINTS = st.lists(
    st.tuples(
        st.integers(1, 1 << 40),
        st.integers(1_000, 253_402_300_799_000_000),
        st.one_of(st.floats(allow_nan=False), st.text(max_size=30), st.none()),
        st.one_of(st.just(0), st.integers(1, 0xFFFFFFFF)),
    ),
    max_size=30,
)


@given(points=POINTS, historical=st.booleans())
def test_points_come_back_as_they_were(points: list[sparkplug.Point], historical: bool) -> None:
    found = sparkplug.columns(sparkplug.decode(sparkplug.encode_points(points, historical)))
    assert found.keys == [alias for alias, *_ in points]
    assert found.at_us == [at_us for _, at_us, *_ in points]
    assert found.values == [value for *_, value, _ in points]
    for (*_, value, status), got in zip(points, found.statuses, strict=True):
        assert got == (status or (int(Status.BAD_NO_DATA) if value is None else 0))
    assert found.historical == (historical and bool(points))


@given(points=POINTS, seq=st.integers(0, 255), ident=st.tuples(*[st.integers(0, 1 << 50)] * 4))
def test_finish_equals_what_the_runtime_would_write(
    points: list[sparkplug.Point], seq: int, ident: tuple[int, int, int, int]
) -> None:
    whole = sparkplug.decode(sparkplug.finish(sparkplug.encode_points(points), seq, NOW_US, Identity(*ident)))
    expected = Payload.FromString(sparkplug.encode_points(points))
    expected.timestamp, expected.seq, expected.uuid = NOW_US // 1000, seq, ":".join(map(str, ident))
    assert whole == expected
    assert sparkplug.identity_of(whole) == Identity(*ident)


@given(points=POINTS)
def test_marking_a_row_historical_changes_nothing_else(points: list[sparkplug.Point]) -> None:
    late = sparkplug.columns(sparkplug.decode(sparkplug.as_historical(sparkplug.encode_points(points))))
    live = sparkplug.columns(sparkplug.decode(sparkplug.encode_points(points)))
    assert (late.keys, late.at_us, late.values, late.statuses) == (
        live.keys,
        live.at_us,
        live.values,
        live.statuses,
    )
    assert late.historical == bool(points)


@settings(max_examples=300)
@given(data=st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused_with_a_problem(data: bytes) -> None:
    with contextlib.suppress(Problem):
        payload = sparkplug.decode(data)
        sparkplug.columns(payload)
        sparkplug.identity_of(payload)


def test_what_is_no_payload_is_refused_by_name() -> None:
    for data in (b"\xff\xff", b"\x12\x7f", bytes(sparkplug.MAX_PAYLOAD_BYTES + 1)):
        with pytest.raises(Problem) as refused:
            sparkplug.decode(data)
        assert refused.value.code == "sparkplug.malformed"


def test_bytes_written_by_hand_from_the_field_table() -> None:
    """One metric: name "T", timestamp 1000 ms, datatype Double (10), double_value 1.5; payload seq 7."""
    metric = b"\x0a\x01T" + b"\x18\xe8\x07" + b"\x20\x0a" + b"\x69" + struct.pack("<d", 1.5)
    data = b"\x08\xe8\x07" + b"\x12" + bytes([len(metric)]) + metric + b"\x18\x07"
    payload = sparkplug.decode(data)
    assert (payload.timestamp, payload.seq) == (1000, 7)
    found = sparkplug.columns(payload)
    assert (found.keys, found.at_us, found.values, found.statuses) == (["T"], [1_000_000], [1.5], [0])
    again = sparkplug.encode_birth([BirthMetric("T", DataType.DOUBLE, value=1.5)], 1_000_000, 7)
    assert Payload.FromString(again) == payload


def test_a_peer_that_does_not_know_our_extension_reads_the_same_metrics() -> None:
    data = sparkplug.encode_points([(3, 1_790_000_000_000_001, 2.0, 0)])
    payload = sparkplug.decode(data)
    assert list(payload.source_us) == [1]
    del payload.source_us[:]
    assert sparkplug.columns(payload).at_us == [1_790_000_000_000_000]


@pytest.mark.parametrize(
    ("datatype", "field", "wire", "value"),
    [
        (DataType.INT8, "int_value", 0xFF, -1.0),
        (DataType.INT8, "int_value", 0xFFFFFFFF, -1.0),
        (DataType.INT16, "int_value", 0x8000, -32768.0),
        (DataType.INT32, "int_value", 0xFFFFFFFE, -2.0),
        (DataType.INT64, "long_value", (1 << 64) - 5, -5.0),
        (DataType.UINT32, "int_value", 0xFFFFFFFE, 4294967294.0),
        (DataType.UINT64, "long_value", 1 << 40, float(1 << 40)),
        (DataType.FLOAT, "float_value", 0.5, 0.5),
        (DataType.BOOLEAN, "boolean_value", True, 1.0),
    ],
)
def test_types_of_other_makers(datatype: DataType, field: str, wire: object, value: float) -> None:
    payload = Payload(timestamp=5)
    metric = payload.metrics.add(alias=9)
    setattr(metric, field, wire)
    found = sparkplug.columns(sparkplug.decode(payload.SerializeToString()), {9: datatype})
    assert found.values == [value]
    assert found.at_us == [5000], "a metric without a time has the payload's"


def test_what_has_no_column_is_named_and_has_no_value() -> None:
    payload = Payload(timestamp=5)
    payload.metrics.add(name="blob").bytes_value = b"x"
    payload.metrics.add(name="table").dataset_value.num_of_columns = 1
    payload.metrics.add(name="none", is_null=True)
    found = sparkplug.columns(payload)
    assert found.values == [None, None, None]
    assert found.unsupported == ["blob: bytes_value", "table: dataset_value"]
    assert all(quality_of(status) is Quality.BAD for status in found.statuses)


def test_a_metric_without_any_time_is_not_given_one() -> None:
    payload = Payload()
    payload.metrics.add(name="T", double_value=1.0)
    assert sparkplug.columns(payload).at_us == [None]


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        (192, 0),
        (0, 0x80000000),
        (500, int(Status.UNCERTAIN_LAST_USABLE)),
        (0x80310000, 0x80310000),
        (7, 0x80000000),
    ],
)
def test_quality_property_of_other_makers(quality: int, expected: int) -> None:
    payload = Payload(timestamp=1)
    metric = payload.metrics.add(name="T", double_value=1.0)
    metric.properties.keys.append("Quality")
    metric.properties.values.add(type=DataType.INT32, int_value=quality)
    assert sparkplug.columns(payload).statuses == [expected]


def test_a_value_that_is_not_good_says_so_in_the_specification_s_numbers_too() -> None:
    payload = sparkplug.decode(
        sparkplug.encode_points(
            [
                (1, 1_000_000, 1.0, int(Status.BAD_TIMEOUT)),
                (2, 1_000_000, 1.0, int(Status.UNCERTAIN_LAST_USABLE)),
                (3, 1_000_000, 1.0, 0),
            ]
        )
    )
    assert sparkplug.properties_of(payload.metrics[0])["Quality"] == 0
    assert sparkplug.properties_of(payload.metrics[1])["Quality"] == 500
    assert not payload.metrics[2].HasField("properties")


def test_infinities_survive() -> None:
    found = sparkplug.columns(sparkplug.decode(sparkplug.encode_points([(1, 1_000_000, math.inf, 0)])))
    assert found.values == [math.inf]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"true", b'{"online": 1, "timestamp": 2}', b'{"online": true}', b"\xff"]
)
def test_state_messages_that_are_none(data: bytes) -> None:
    assert sparkplug.decode_state(data) is None


def test_state_round_trip() -> None:
    assert sparkplug.decode_state(sparkplug.encode_state(True, NOW_US)) == (True, NOW_US // 1000)


@pytest.mark.parametrize("text", ["", "1:2", "a:1:2", "1:2:3:4:5", "1:2:-3", "1:²:3"])
def test_a_foreign_uuid_is_no_identity(text: str) -> None:
    assert sparkplug.identity_of(Payload(uuid=text)) is None


@pytest.mark.parametrize(
    ("topic", "parsed"),
    [
        ("spBv1.0/g/NBIRTH/n", ("NBIRTH", "g", "n", "")),
        ("spBv1.0/g/DDATA/n/d", ("DDATA", "g", "n", "d")),
        ("spBv1.0/STATE/h", ("STATE", "", "h", "")),
        ("spBv1.0/g/NBIRTH/n/d", None),
        ("spBv1.0/g/DDATA/n", None),
        ("spBv1.0/g/DDATA//d", None),
        ("spAv1.0/g/DDATA/n/d", None),
    ],
)
def test_topics(topic: str, parsed: tuple[str, ...] | None) -> None:
    assert sparkplug.topics.parse(topic) == parsed
