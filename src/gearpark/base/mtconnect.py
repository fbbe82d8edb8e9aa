"""MTConnect XML: device models (``MTConnectDevices``), streams (``MTConnectStreams``) and errors.

Namespaces differ by version (1.1 to 2.x) and by vendor extension, so elements are matched by local name.
Documents with a DTD or entities are refused before anything is expanded.
Source: ANSI/MTC1.4 parts 2 and 3; checked against the NIST test bed and the cppagent demo.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.parsers import expat

from . import shdr
from .ids import SIGNAL
from .limits import MAX_TEXT_VALUE
from .problems import Problem
from .wire import SignalInfo, SignalKind, Status, Value

MAX_XML_BYTES = 64 * 1024 * 1024
_STATE_TYPES = frozenset({
    "AVAILABILITY", "EXECUTION", "CONTROLLER_MODE", "EMERGENCY_STOP", "FUNCTIONAL_MODE", "POWER_STATE",
    "DOOR_STATE", "CHUCK_STATE", "DIRECTION", "ROTARY_MODE", "AXIS_COUPLING", "AXIS_STATE", "AXIS_INTERLOCK",
    "ACTUATOR_STATE", "PATH_MODE", "CONTROLLER_MODE_OVERRIDE", "INTERFACE_STATE", "MACHINE_STATE",
    "OPERATING_MODE", "PROCESS_STATE", "PART_STATUS", "VALVE_STATE", "LOCK_STATE", "CHUCK_INTERLOCK",
    "SPINDLE_INTERLOCK", "END_OF_BAR", "EQUIPMENT_MODE", "COMPOSITION_STATE", "CONNECTION_STATUS"
})  # fmt: skip
_COUNTER_TYPES = frozenset({"PART_COUNT", "CYCLE_COUNT", "LOAD_COUNT", "UNLOAD_COUNT", "TRANSFER_COUNT"})
_NUMBER_EVENTS = frozenset(
    {
        "PATH_FEEDRATE_OVERRIDE",
        "AXIS_FEEDRATE_OVERRIDE",
        "ROTARY_VELOCITY_OVERRIDE",
        "TOOL_OFFSET",
        "LINE_NUMBER",
    }
)
_UNITS = {
    "MILLIMETER": "mm", "MILLIMETER/SECOND": "mm/s", "MILLIMETER/SECOND^2": "mm/s2", "MILLIMETER/REVOLUTION": "mm/r",
    "DEGREE": "deg", "DEGREE/SECOND": "deg/s", "REVOLUTION/MINUTE": "r/min", "REVOLUTION/SECOND": "r/s",
    "PERCENT": "%", "CELSIUS": "Cel", "AMPERE": "A", "VOLT": "V", "WATT": "W", "WATT_SECOND": "W.s", "JOULE": "J",
    "KILOGRAM": "kg", "NEWTON": "N", "NEWTON_METER": "N.m", "PASCAL": "Pa", "SECOND": "s", "HERTZ": "Hz", "COUNT": "1",
    "LITER": "L", "LITER/SECOND": "L/s", "DECIBEL": "dB", "OHM": "Ohm", "SIEMENS/METER": "S/m", "CUBIC_MILLIMETER": "mm3",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MtcItem:
    """One data item. ``component_path`` is ``axes/X`` style: names (or kinds) below the device."""

    id: str
    name: str
    type: str
    category: str
    sub_type: str = ""
    units: str = ""
    representation: str = ""
    component: str = ""
    component_path: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class MtcDevice:
    """One device of a model. ``items`` is keyed by signal name (``signal_of``): unique and legal in tags."""

    name: str
    uuid: str
    id: str
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    description: str = ""
    items: dict[str, MtcItem] = field(default_factory=dict)
    _signals: dict[str, str] = field(default_factory=dict)

    def signal_of(self, key: str) -> str | None:
        """SHDR key, data item id, name or source text -> signal name; None when the model does not know it."""
        return self._signals.get(key)


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


class _Found(Exception):
    """The first element was reached: no DTD came before it."""


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parse_xml(data: bytes) -> ET.Element:
    """Bytes -> root element. Refuses DTDs (hence entities), oversized and malformed documents: ``mtconnect.xml``."""
    if len(data) > MAX_XML_BYTES:
        raise Problem(
            "mtconnect.xml", f"The document has {len(data)} bytes; at most {MAX_XML_BYTES} are read."
        )
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise Problem("mtconnect.xml", "The document declares a DTD or entities; such documents are refused.")

    def found(*_: Any) -> None:
        raise _Found

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = found
    try:
        parser.Parse(data, True)
    except _Found:
        pass
    except expat.ExpatError as error:
        raise Problem("mtconnect.xml", f"The document is not well-formed XML: {error}.") from error
    try:
        return ET.fromstring(data)  # noqa: S314 - a DTD cannot come after the first element, see above
    except ET.ParseError as error:
        raise Problem("mtconnect.xml", f"The document is not well-formed XML: {error}.") from error


def _expect(root: ET.Element, wanted: str) -> None:
    kind = _local(root.tag)
    if kind == "MTConnectError":
        errors = [e for e in root.iter() if _local(e.tag) == "Error"]
        codes = [e.get("errorCode", "") for e in errors]
        said = "; ".join((e.text or "").strip() for e in errors) or "no text"
        code = "mtconnect.out_of_range" if "OUT_OF_RANGE" in codes else "mtconnect.agent_error"
        raise Problem(code, f"The agent answered {', '.join(codes) or 'an error'}: {said[:200]}", status=502)
    if kind != wanted:
        raise Problem("mtconnect.document", f"Expected a {wanted} document, got {kind[:60]!r}.")


def read_devices(data: bytes) -> list[MtcDevice]:
    """``MTConnectDevices`` bytes -> devices with their data items (agents' own ``Agent`` devices left out)."""
    root = parse_xml(data)
    _expect(root, "MTConnectDevices")
    devices = [_device(element) for element in root.iter() if _local(element.tag) == "Device"]
    if not devices:
        raise Problem("mtconnect.document", "The device model holds no device.")
    return devices


def _device(element: ET.Element) -> MtcDevice:
    found: list[MtcItem] = []
    description: ET.Element | None = None
    for child in element:
        if _local(child.tag) == "Description":
            description = child
    _collect(element, "", "", found)
    items, signals = _name_signals(found)
    about: dict[str, str] = dict(description.attrib) if description is not None else {}
    return MtcDevice(
        name=element.get("name") or element.get("id") or element.get("uuid") or "device",
        uuid=element.get("uuid", ""),
        id=element.get("id", ""),
        manufacturer=about.get("manufacturer", ""),
        model=about.get("model", ""),
        serial=about.get("serialNumber", ""),
        description=" ".join((description.text or "").split()) if description is not None else "",
        items=items,
        _signals=signals,
    )


def _collect(element: ET.Element, path: str, component: str, into: list[MtcItem]) -> None:
    for child in element:
        kind = _local(child.tag)
        if kind == "DataItems":
            into.extend(_item(item, path, component) for item in child if _local(item.tag) == "DataItem")
        elif kind == "Components":
            for part in child:
                step = part.get("name") or _local(part.tag)
                _collect(part, f"{path}/{step}" if path else step, _local(part.tag), into)


def _item(element: ET.Element, path: str, component: str) -> MtcItem:
    source = next((c for c in element if _local(c.tag) == "Source"), None)
    return MtcItem(
        id=element.get("id", ""),
        name=element.get("name", ""),
        type=element.get("type", ""),
        category=element.get("category", ""),
        sub_type=element.get("subType", ""),
        units=element.get("units", ""),
        representation=element.get("representation", ""),
        component=component,
        component_path=path,
        source=(source.text or "").strip() if source is not None else "",
    )


def _name_signals(found: list[MtcItem]) -> tuple[dict[str, MtcItem], dict[str, str]]:
    """Signal names: the data item's name where it is legal and not used twice, else its id."""
    uses: dict[str, int] = {}
    for item in found:
        uses[item.name] = uses.get(item.name, 0) + 1
    items: dict[str, MtcItem] = {}
    signals: dict[str, str] = {}
    for item in found:
        unique = item.name and uses[item.name] == 1 and SIGNAL.fullmatch(item.name)
        signal = item.name if unique else item.id
        if not signal or not SIGNAL.fullmatch(signal) or signal in items:
            continue
        items[signal] = item
    for pick in (
        lambda i: i.name,
        lambda i: i.id,
        lambda i: i.source,
    ):  # names win over ids, ids over sources
        for signal, item in items.items():
            if pick(item):
                signals.setdefault(pick(item), signal)
    return items, signals


def extra_fields(device: MtcDevice) -> dict[str, int]:
    """For ``shdr.parse_line``: how many fields follow the value, by key."""
    counts: dict[str, int] = {}
    for signal, item in device.items.items():
        if item.category == "CONDITION":
            for key in (signal, item.name, item.id, item.source):
                if key:
                    counts[key] = shdr.CONDITION_FIELDS
        elif item.type == "MESSAGE":
            for key in (signal, item.name, item.id):
                if key:
                    counts[key] = 1
    return counts


def read_streams(data: bytes) -> Streams:
    """``MTConnectStreams`` bytes -> header and observations in document order.

    An ``MTConnectError`` document raises ``mtconnect.out_of_range`` or ``mtconnect.agent_error``.
    """
    root = parse_xml(data)
    _expect(root, "MTConnectStreams")
    header = next((e for e in root if _local(e.tag) == "Header"), None)
    if header is None:
        raise Problem("mtconnect.document", "The streams document has no Header.")
    try:
        head = StreamHeader(
            *(
                int(header.get(name, "0"))
                for name in ("instanceId", "firstSequence", "lastSequence", "nextSequence", "bufferSize")
            ),
            header.get("creationTime", ""),
            header.get("sender", ""),
        )
    except ValueError as error:
        raise Problem("mtconnect.document", f"The streams header holds no number: {error}.") from error
    observations: list[StreamObservation] = []
    for device in root.iter():
        if _local(device.tag) == "DeviceStream":
            _device_stream(device, observations)
    return Streams(head, observations)


_GROUPS = {"Samples": "SAMPLE", "Events": "EVENT", "Condition": "CONDITION"}


def _device_stream(device: ET.Element, into: list[StreamObservation]) -> None:
    name, uuid = device.get("name", ""), device.get("uuid", "")
    for component in device:
        for group in component:
            category = _GROUPS.get(_local(group.tag))
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
    kind = _local(element.tag)
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
        entries = [e for e in element if _local(e.tag) == "Entry"]
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


def condition_text(level: str, fields: shdr.ConditionFields | None = None) -> str:
    """``FAULT`` + fields -> ``FAULT|81000396|||918 BELLOWS``; only the level when no field is filled."""
    upper = level.upper()
    if fields is None or upper == shdr.UNAVAILABLE or not any(fields):
        return upper
    return "|".join((upper, *fields))


def condition_level(text: str) -> tuple[str, str]:
    """What ``condition_text`` wrote -> (level, native code)."""
    level, _, rest = text.partition("|")
    return level, rest.partition("|")[0]


def kind_of(item: MtcItem) -> SignalKind:
    """How the item's signal behaves; three-dimensional and data-set items are text."""
    if item.category == "CONDITION":
        return SignalKind.CONDITION
    if item.representation not in ("", "VALUE") or item.units.endswith("_3D") or item.type == "PATH_POSITION":
        return SignalKind.TEXT
    if item.category == "SAMPLE":
        return SignalKind.ANALOG
    if item.type in _COUNTER_TYPES:
        return SignalKind.COUNTER
    if item.type in _NUMBER_EVENTS:
        return SignalKind.ANALOG
    return SignalKind.STATE if item.type in _STATE_TYPES else SignalKind.TEXT


def unit_of(item: MtcItem) -> str:
    """Short unit; unknown ones stay as the document writes them, in lower case."""
    return _UNITS.get(item.units, item.units.lower()) if item.units else ""


def signal_info(signal: str, item: MtcItem) -> SignalInfo:
    """What connectors and pages know of the item before a value came. MTConnect reports changes: no interval."""
    title = " ".join(part for part in (item.component_path.replace("/", " "), item.name or item.type) if part)
    return SignalInfo(signal, kind_of(item), unit_of(item), item.id, None, title, "")


def value_of(item: MtcItem, value: str | None) -> tuple[Value, int]:
    """Text of one observation -> (value, status). UNAVAILABLE (any case) or None -> no value, bad status.

    Raises ``mtconnect.not_a_number`` where the item measures and the text does not, ``mtconnect.text_too_long``.
    """
    if value is None or (len(value) == 11 and value.upper() == shdr.UNAVAILABLE):
        return None, int(Status.BAD_NO_COMMUNICATION)
    kind = kind_of(item)
    if kind in (SignalKind.ANALOG, SignalKind.COUNTER):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or "_" in value:
            raise Problem(
                "mtconnect.not_a_number", f"{value[:60]!r} is not a number, but {item.type} measures one."
            )
        return number, int(Status.GOOD)
    if len(value) > MAX_TEXT_VALUE:
        raise Problem(
            "mtconnect.text_too_long", f"A text has {len(value)} characters; at most {MAX_TEXT_VALUE}."
        )
    return value, int(Status.GOOD)
