"""Streams: what an agent answers to ``current`` and ``sample``."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import NamedTuple

from .. import shdr
from ..problems import Problem
from .documents import expect, local, parse_xml
from .values import condition_text


class StreamHeader(NamedTuple):
    """Header of a streams document; ``instance_id`` changes when the agent restarts."""

    instance_id: int
    first_sequence: int
    last_sequence: int
    next_sequence: int
    buffer_size: int
    creation_time: str = ""
    sender: str = ""


class StreamObservation(NamedTuple):
    """One observation of a stream. ``value`` None means UNAVAILABLE; conditions: see ``condition_text``."""

    device: str
    device_uuid: str
    item_id: str
    name: str
    at_us: int
    sequence: int
    value: str | None
    category: str
    element: str
    sub_type: str = ""


@dataclass(frozen=True, slots=True)
class Streams:
    header: StreamHeader
    observations: list[StreamObservation]


def read_streams(data: bytes) -> Streams:
    """``MTConnectStreams`` bytes -> header and observations in document order.

    An ``MTConnectError`` document raises ``mtconnect.out_of_range`` or ``mtconnect.agent_error``.
    """
    root = parse_xml(data)
    expect(root, "MTConnectStreams")
    header = next((e for e in root if local(e.tag) == "Header"), None)
    if header is None:
        raise Problem("mtconnect.document", "The streams document has no Header.")
    try:
        numbers = {
            field: int(header.get(name, "0"))
            for field, name in (
                ("instance_id", "instanceId"),
                ("first_sequence", "firstSequence"),
                ("last_sequence", "lastSequence"),
                ("next_sequence", "nextSequence"),
                ("buffer_size", "bufferSize"),
            )
        }
    except ValueError as error:
        raise Problem("mtconnect.document", f"The streams header holds no number: {error}.") from error
    head = StreamHeader(
        creation_time=header.get("creationTime", ""), sender=header.get("sender", ""), **numbers
    )
    observations: list[StreamObservation] = []
    for device in root.iter():
        if local(device.tag) == "DeviceStream":
            _device_stream(device, observations)
    return Streams(head, observations)


_GROUPS = {"Samples": "SAMPLE", "Events": "EVENT", "Condition": "CONDITION"}


def _device_stream(device: ET.Element, into: list[StreamObservation]) -> None:
    name, uuid = device.get("name", ""), device.get("uuid", "")
    for component in device:
        for group in component:
            category = _GROUPS.get(local(group.tag))
            if category is None:
                continue
            for element in group:
                seen = _observation(element, category, name, uuid)
                if seen is not None:
                    into.append(seen)


def _observation(element: ET.Element, category: str, device: str, uuid: str) -> StreamObservation | None:
    get = element.get
    try:
        at_us = shdr.parse_time(get("timestamp", ""))
        sequence = int(get("sequence", "0"))
    except (Problem, ValueError):
        return None  # an observation without a readable time or sequence cannot be placed
    kind = local(element.tag)
    value: str | None
    if category == "CONDITION":
        level = kind.upper()
        fields = (
            get("nativeCode", ""),
            get("nativeSeverity", ""),
            get("qualifier", ""),
            (element.text or "").strip(),
        )
        value = None if level == shdr.UNAVAILABLE else condition_text(level, shdr.ConditionFields(*fields))
    else:
        entries = [e for e in element if local(e.tag) == "Entry"]
        text = (element.text or "").strip()
        if entries:
            text = " ".join(f"{e.get('key', '')}={''.join(e.itertext()).strip()}" for e in entries)
        value = None if text.upper() == shdr.UNAVAILABLE else text
    return StreamObservation(
        device,
        uuid,
        get("dataItemId", ""),
        get("name", ""),
        at_us,
        sequence,
        value,
        category,
        kind,
        get("subType", ""),
    )
