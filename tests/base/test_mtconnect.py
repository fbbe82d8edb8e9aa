"""MTConnect documents: the NIST and Okuma models, made-up streams, hostile XML."""

from __future__ import annotations

import gzip

import pytest
from tests.lake.conftest import RECORDINGS

from gearpark.base import mtconnect
from gearpark.base.problems import Problem
from gearpark.base.wire import SignalKind, Status

STREAMS = b"""<?xml version="1.0"?><MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:2.0">
<Header creationTime="2026-01-01T00:00:00Z" sender="s" instanceId="42" version="2.0" bufferSize="100"
 nextSequence="9" firstSequence="1" lastSequence="8"/>
<Streams><DeviceStream name="Mill" uuid="u1"><ComponentStream component="Linear" componentId="X" name="X">
<Samples><Position dataItemId="x1" name="Xpos" sequence="1" subType="ACTUAL" timestamp="2026-01-01T00:00:00.5Z">1.5</Position>
<Position dataItemId="x1" sequence="2" timestamp="2026-01-01T00:00:01Z">UNAVAILABLE</Position></Samples>
<Events><Execution dataItemId="e1" sequence="3" timestamp="2026-01-01T00:00:02Z">ACTIVE</Execution>
<VariableDataSet dataItemId="v" sequence="4" timestamp="2026-01-01T00:00:02Z"><Entry key="a">1</Entry><Entry key="b">2</Entry></VariableDataSet>
<Execution dataItemId="e1" sequence="5" timestamp="never">READY</Execution></Events>
<Condition><Fault dataItemId="s1" sequence="6" timestamp="2026-01-01T00:00:03Z" nativeCode="E1" type="SYSTEM">no oil</Fault>
<Normal dataItemId="s1" sequence="7" timestamp="2026-01-01T00:00:04Z" type="SYSTEM"/>
<Unavailable dataItemId="s1" sequence="8" timestamp="2026-01-01T00:00:05Z" type="SYSTEM"/></Condition>
</ComponentStream></DeviceStream></Streams></MTConnectStreams>"""


def model(name: str) -> dict[str, mtconnect.MtcDevice]:
    data = gzip.decompress((RECORDINGS / f"{name}-devices.xml.gz").read_bytes())
    return {device.name: device for device in mtconnect.read_devices(data)}


def test_the_nist_model():
    devices = model("nist")
    mazak = devices["Mazak01"]
    assert len(devices) == 10
    assert (mazak.manufacturer, mazak.model, mazak.serial) == ("Mazak", "Integrex", "M7303290458")
    assert mazak.signal_of("Mazak01-dtop_1") == "Mazak01-dtop_1"  # has no name: its id serves
    assert mazak.signal_of("Mazak01-X_1") == "Xabs"
    assert mazak.signal_of("nonsense") is None
    assert mazak.items["Xabs"].component_path == "base/X"
    assert mtconnect.extra_fields(mazak)["servo_cond"] == 4
    assert devices["Mazak03"].signal_of("Sload") == "S1load"  # the adapter's word is in Source


def test_names_used_twice_give_way_to_ids_and_every_signal_is_unique():
    okuma = model("okuma")["OKUMA"]
    assert len(okuma.items) == len(set(okuma.items))
    assert all(item.id == signal or item.name == signal for signal, item in okuma.items.items())


def test_kinds_and_units():
    items = model("nist")["Mazak01"].items
    kinds = {signal: mtconnect.kind_of(item) for signal, item in items.items()}
    assert kinds["Xabs"] is SignalKind.ANALOG
    assert kinds["execution"] is SignalKind.STATE
    assert kinds["servo_cond"] is SignalKind.CONDITION
    assert kinds["program"] is SignalKind.TEXT
    assert mtconnect.kind_of(model("nist")["GFAgie01"].items["path_pos"]) is SignalKind.TEXT
    assert kinds["PartCountAct"] is SignalKind.COUNTER
    assert mtconnect.unit_of(items["Xabs"]) == "mm"
    info = mtconnect.signal_info("Xabs", items["Xabs"])
    assert (info.unit, info.address, info.interval_s) == ("mm", "Mazak01-X_1", None)


def test_values():
    items = model("nist")["Mazak01"].items
    assert mtconnect.value_of(items["Xabs"], "-1.50") == (-1.5, 0)
    for absent in (None, "UNAVAILABLE", "Unavailable"):
        assert mtconnect.value_of(items["Xabs"], absent) == (None, Status.BAD_NO_COMMUNICATION)
    assert mtconnect.value_of(items["execution"], "ACTIVE") == ("ACTIVE", 0)
    for wrong in ("x", "nan", "inf", "1_0", ""):
        with pytest.raises(Problem) as caught:
            mtconnect.value_of(items["Xabs"], wrong)
        assert caught.value.code == "mtconnect.not_a_number"
    with pytest.raises(Problem) as caught:
        mtconnect.value_of(items["program"], "x" * 5000)
    assert caught.value.code == "mtconnect.text_too_long"


def test_streams():
    streams = mtconnect.read_streams(STREAMS)
    assert streams.header[:5] == (42, 1, 8, 9, 100)
    assert [(o.sequence, o.value) for o in streams.observations] == [
        (1, "1.5"), (2, None), (3, "ACTIVE"), (4, "a=1 b=2"), (6, "FAULT|E1|||no oil"), (7, "NORMAL"), (8, None),
    ]  # fmt: skip
    first = streams.observations[0]
    assert (first.device, first.item_id, first.at_us, first.sub_type) == (
        "Mill",
        "x1",
        1_767_225_600_500_000,
        "ACTUAL",
    )
    assert mtconnect.condition_level("FAULT|E1|||no oil") == ("FAULT", "E1")


def test_an_error_document_is_a_problem_with_the_agents_words():
    error = b"<MTConnectError><Errors><Error errorCode=\"OUT_OF_RANGE\">'from' must be greater</Error></Errors></MTConnectError>"
    with pytest.raises(Problem) as caught:
        mtconnect.read_streams(error)
    assert caught.value.code == "mtconnect.out_of_range"
    assert "must be greater" in caught.value.sentence
    with pytest.raises(Problem) as caught:
        mtconnect.read_devices(error.replace(b"OUT_OF_RANGE", b"NO_DEVICE"))
    assert caught.value.code == "mtconnect.agent_error"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml"),
        (b"<a>", "xml"),
        (b"plain", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "xml"),
        (b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml"),
        (b"<a/>", "document"),
        (b"<MTConnectDevices/>", "document"),
    ],
)
def test_hostile_and_wrong_documents_are_refused(data, code):
    for read in (mtconnect.read_devices, mtconnect.read_streams):
        with pytest.raises(Problem) as caught:
            read(data)
        assert caught.value.code == f"mtconnect.{code}"


def test_streams_without_a_usable_header_are_refused():
    for broken in (STREAMS.replace(b'instanceId="42"', b'instanceId="x"'), b"<MTConnectStreams/>"):
        with pytest.raises(Problem) as caught:
            mtconnect.read_streams(broken)
        assert caught.value.code == "mtconnect.document"
