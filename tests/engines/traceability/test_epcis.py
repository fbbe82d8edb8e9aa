"""EPCIS 2.0: events that keep the standard's rules, hashes as the reference implementation gives them, no loss on the way."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gearpark.base.problems import Problem
from gearpark.engines.traceability import epcis, epcis_in
from gearpark.engines.traceability.epcis import Claim, Part, Pass
from gearpark.engines.traceability.epcis_hash import event_hash

from .epcis_schema import SCHEMA

T0 = datetime(2026, 11, 23, 1, 0, 0, 123456, tzinfo=UTC)
GTIN = "09506000134352"
# Hashes of these events by epcis-event-hash-generator 1.9.3 (MIT), the reference implementation of CBV 2.0 section 8.9
REFERENCE: list[tuple[dict[str, Any], str]] = [
    (
        {
            "type": "ObjectEvent",
            "eventTime": "2026-11-23T09:00:00.123456+08:00",
            "eventTimeZoneOffset": "+08:00",
            "epcList": ["https://id.gs1.org/01/09506000134352/21/B2", "https://park.example/01/9506000134352/21/A1"],
            "action": "ADD",
            "bizStep": "commissioning",
            "disposition": "active",
            "readPoint": {"id": "urn:x-gearpark:machine:qichi:qc-l1-op10a"},
            "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
            "ilmd": {"gearpark:product": "H12-M"},
            "recordTime": "2026-11-23T02:00:00Z",
            "gearpark:op": 10,
            "gearpark:result": "good",
        },
        "25174c1f91fa9697918e88e522bf41040b7920366a120beab4af5aa30d3c911e",
    ),
    (
        {
            "type": "TransformationEvent",
            "eventTime": "2026-11-23T01:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "inputQuantityList": [{"epcClass": "urn:x-gearpark:material:qichi:HEAT-7", "quantity": 1.50, "uom": "KGM"}],
            "outputEPCList": ["urn:x-gearpark:part:qichi:A-1"],
            "bizStep": "creating_class_instance",
        },
        "143138772c053c86b9edecf69c4ffd84363f4f038efde494ebbf815ee696efd8",
    ),
    (
        {
            "type": "AggregationEvent",
            "eventTime": "2026-11-23T01:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "parentID": "urn:x:p",
            "childEPCs": ["urn:x:b", "urn:x:a"],
            "action": "ADD",
            "bizStep": "assembling",
        },
        "eeed57f2bed76921944ded4f71a83d403b63dfaa988455e2f0555c702367675d",
    ),
    (
        {
            "type": "ObjectEvent",
            "eventTime": "2026-11-23T01:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "epcList": ["urn:x:a"],
            "action": "OBSERVE",
            "bizStep": "inspecting",
            "sensorElementList": [
                {
                    "sensorMetadata": {"time": "2026-11-23T00:59:00.5Z", "deviceID": "urn:x:g"},
                    "sensorReport": [
                        {"type": "Length", "value": 1.250, "uom": "4H", "gearpark:characteristic": "bore_1_um",
                         "gearpark:upper": 18},
                        {"type": "Length", "value": -3, "uom": "4H"},
                    ],
                }
            ],
        },
        "713dc2114206485f2dbe1b0904ac22dc28b28f4acd3b9f1a45e314a013b42817",
    ),
]  # fmt: skip
REFERENCE_SPACES = {"gearpark": "https://ns.gearpark.org/epcis/"}


def a_part(gtin: str = GTIN) -> Part:
    def claim(kind: str, key: str, minutes: float, **more: Any) -> Claim:
        return Claim(kind, key, T0 + timedelta(minutes=minutes), **more)

    return Part(
        org="qichi",
        serial="QCL1-261123-59001",
        product="H12-M",
        begun_at=T0,
        gtin=gtin,
        order="WO-7",
        lot="LOT 7/8",
        passes=(
            Pass("op10a", "qc-l1", 10, T0, T0 + timedelta(minutes=6), "good"),
            Pass(
                "cmm90", "qc-l1", 90, T0 + timedelta(minutes=60), T0 + timedelta(minutes=66), "scrap", "bore"
            ),
            Pass("wash70", "qc-l1", 70, T0 + timedelta(minutes=70), None),
        ),
        claims=(
            claim("material", "CAST:7", 0, op=10, station="op10a", value=1.0, unit="pc"),
            claim("child", "pin 1", 1, op=10, station="op10a"),
            claim("machine", "qc-l1-op10a", 0, op=10, station="op10a"),
            claim("program", "H12-M-OP10", 1, op=10, station="op10a", data={"hash": "ab12"}),
            claim("tool", "T-1", 2, op=10, station="op10a", value=0.25),
            claim("fixture", "FX-1", 0, op=10, station="op10a"),
            claim("gauge", "CMM-1", 61, op=90, station="cmm90"),
            claim(
                "value", "bore_1_um", 62, op=90, station="cmm90", value=25.5, unit="um", data={"upper": 18.0}
            ),
            claim("value", "flatness_um", 62, op=90, station="cmm90", value=3.25, unit="um"),
            claim("test", "measure_result", 62, op=90, station="cmm90", value=0.0),
            claim("operator", "Li Wei", 200),
            claim("tool", "T-9", 3, op=10, station="op10a", wrong="late data say otherwise"),
        ),
    )


@pytest.mark.parametrize(("event", "wanted"), REFERENCE, ids=[event["type"] for event, _ in REFERENCE])
def test_hashes_are_those_of_the_reference_implementation(event: dict[str, Any], wanted: str) -> None:
    assert event_hash(event, REFERENCE_SPACES) == f"ni:///sha-256;{wanted}?ver=CBV2.0"


def test_the_order_of_fields_and_lists_does_not_matter_and_every_value_does() -> None:
    rng = random.Random(1)
    for event, wanted in REFERENCE:
        names = list(event)
        rng.shuffle(names)
        mixed = {name: event[name][::-1] if isinstance(event[name], list) else event[name] for name in names}
        assert wanted in event_hash(mixed, REFERENCE_SPACES)
        assert wanted not in event_hash({**event, "bizStep": "other"}, REFERENCE_SPACES)


def problems(document: dict[str, Any]) -> list[str]:
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    found = [
        error.message
        for error in jsonschema.Draft7Validator(SCHEMA, format_checker=checker).iter_errors(document)
    ]
    official = os.environ.get("GEARPARK_EPCIS_SCHEMA")  # path of GS1's own schema, where somebody has it
    if official:
        schema = json.loads(Path(official).read_text("utf-8"))
        found += [
            error.message
            for error in jsonschema.Draft7Validator(schema, format_checker=checker).iter_errors(document)
        ]
    return found


@pytest.mark.parametrize("gtin", [GTIN, ""])
def test_what_goes_out_keeps_the_standards_rules(gtin: str) -> None:
    events = epcis.events_of(a_part(gtin))
    document = json.loads(json.dumps(epcis.document(events, T0)))
    assert problems(document) == []
    assert {event["type"] for event in events} == {
        "ObjectEvent", "TransformationEvent", "AggregationEvent", "AssociationEvent",
    }  # fmt: skip
    assert len({event["eventID"] for event in events}) == len(events)
    assert any("errorDeclaration" in event for event in events)
    broken = json.loads(json.dumps(document))
    broken["epcisBody"]["eventList"][0]["surprise"] = 1
    assert problems(broken)


@pytest.mark.parametrize("gtin", [GTIN, ""])
def test_what_went_out_comes_in_without_loss(gtin: str) -> None:
    part = a_part(gtin)
    document = json.loads(json.dumps(epcis.document(epcis.events_of(part), T0)))
    events, spaces = epcis_in.events_in(document)
    read = [epcis_in.told(event, spaces) for event in events]
    claims = [claim for one in read for claim in one.claims.get(part.serial, ())]
    assert sorted(claims, key=repr) == sorted(part.claims, key=repr)
    assert {one.lots.get(part.serial) for one in read} >= {"LOT 7/8"}
    assert (gtin, "H12-M") in {one.products.get(part.serial) for one in read}


def test_events_of_others_are_understood_as_far_as_they_say() -> None:
    event = {
        "@context": [epcis.CONTEXT],
        "type": "TransformationEvent",
        "eventTime": "2026-11-23T09:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "inputEPCList": ["urn:epc:id:sgtin:0614141.107346.2018"],
        "inputQuantityList": [
            {"epcClass": f"https://dl.example/01/{GTIN}/10/HEAT-7", "quantity": 2.5, "uom": "KGM"}
        ],
        "outputEPCList": [f"https://dl.example/01/{GTIN}/21/B-1"],
    }
    events, spaces = epcis_in.events_in(event)
    told = epcis_in.told(events[0], spaces)
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert told.claims == {"B-1": (Claim("child", "2018", at), Claim("material", "HEAT-7", at, value=2.5))}
    assert told.products["B-1"] == (GTIN, "")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"type": "PartyEvent"}, "type"),
        ({"eventTime": "yesterday"}, "eventTime"),
        ({"eventTime": "2026-11-23T09:00:00"}, "zone"),
        ({"epcList": ["urn:epc:id:sgln:1"]}, "no part"),
        ({"action": "LOOK"}, "action"),
        ({"sensorElementList": [3]}, "shape"),
        ({"gearpark:facts": [{"kind": "tool"}]}, "fact"),
        ({"gearpark:facts": [{"kind": "tool", "key": "t", "value": "much"}]}, "fact"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_reason(change: dict[str, Any], word: str) -> None:
    event = {
        "type": "ObjectEvent", "eventTime": "2026-11-23T01:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE",
        "epcList": ["urn:x-gearpark:part:qichi:A-1"], **change,
    }  # fmt: skip
    with pytest.raises(Problem) as refused:
        epcis_in.told(event, epcis.NAMESPACES)
    assert refused.value.code == "trace.epcis_event"
    assert word in refused.value.sentence


@pytest.mark.parametrize("content", [[], "x", {}, {"type": "EPCISDocument"}, {"type": "EPCISDocument", "epcisBody": []},
                                     {"type": "EPCISDocument", "epcisBody": {"eventList": [1]}}])  # fmt: skip
def test_what_is_no_document_is_refused(content: Any) -> None:
    with pytest.raises(Problem) as refused:
        epcis_in.events_in(content)
    assert refused.value.code == "trace.epcis_document"
