"""Device models: devices, their data items, and the signal names Gearpark gives them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from .. import shdr
from ..ids import SIGNAL
from ..problems import Problem
from .documents import expect, local, parse_xml


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


def read_devices(data: bytes) -> list[MtcDevice]:
    """``MTConnectDevices`` bytes -> devices with their data items (agents' own ``Agent`` devices left out)."""
    root = parse_xml(data)
    expect(root, "MTConnectDevices")
    devices = [_device(element) for element in root.iter() if local(element.tag) == "Device"]
    if not devices:
        raise Problem("mtconnect.document", "The device model holds no device.")
    return devices


def _device(element: ET.Element) -> MtcDevice:
    found: list[MtcItem] = []
    description: ET.Element | None = None
    for child in element:
        if local(child.tag) == "Description":
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
        kind = local(child.tag)
        if kind == "DataItems":
            into.extend(_item(item, path, component) for item in child if local(item.tag) == "DataItem")
        elif kind == "Components":
            for part in child:
                step = part.get("name") or local(part.tag)
                _collect(part, f"{path}/{step}" if path else step, local(part.tag), into)


def _item(element: ET.Element, path: str, component: str) -> MtcItem:
    source = next((c for c in element if local(c.tag) == "Source"), None)
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
