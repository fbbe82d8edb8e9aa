"""The device model an agent serves: what the probe document says, and where each observation belongs."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from gearpark.base.mtconnect import parse_xml
from gearpark.base.problems import Problem

VERSION = "2.0"
DEVICES_NS = f"urn:mtconnect.org:MTConnectDevices:{VERSION}"
_LEFT_OUT = frozenset({"Configuration"})  # geometry files are not served
_SUFFIX = {"TIME_SERIES": "TimeSeries", "DATA_SET": "DataSet", "TABLE": "Table"}


@dataclass(frozen=True, slots=True)
class Item:
    """One data item. ``element`` is its name in a streams document (``SpindleSpeed``; for conditions unused)."""

    index: int
    id: str
    name: str
    category: str
    type: str
    sub_type: str
    element: str
    component: str  # element name of the component, its id and name
    component_id: str
    component_name: str
    data_set: bool


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """One device: its XML for the probe, and its items by the keys adapters write."""

    name: str
    uuid: str
    xml: str
    items: tuple[Item, ...]
    keys: dict[str, Item]


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def read_model(document: bytes, device: str, first_index: int = 0) -> DeviceModel:
    """Device ``device`` of an MTConnectDevices document. Problem ``plants.model`` when it is not in there."""
    root = parse_xml(document)
    found = next((e for e in root.iter() if local(e.tag) == "Device" and e.get("name") == device), None)
    if found is None:
        raise Problem("plants.model", f"The device model holds no device named {device!r}.")
    element = _bare(found)
    items: list[Item] = []
    keys: dict[str, Item] = {}
    _collect(element, items, keys, first_index)
    return DeviceModel(
        device, element.get("uuid", device), ET.tostring(element, encoding="unicode"), tuple(items), keys
    )


def _bare(element: ET.Element) -> ET.Element:
    """A copy without namespaces and without what is not served."""
    made = ET.Element(local(element.tag), {k: v for k, v in element.attrib.items() if not k.startswith("{")})
    made.text, made.tail = element.text, element.tail
    made.extend(
        _bare(child) for child in element if isinstance(child.tag, str) and local(child.tag) not in _LEFT_OUT
    )
    return copy.deepcopy(made)


def _collect(owner: ET.Element, items: list[Item], keys: dict[str, Item], first: int) -> None:
    for child in owner:
        if child.tag == "DataItems":
            for data_item in child:
                item = _item(data_item, owner, first + len(items))
                items.append(item)
                source = data_item.find("Source")
                for key in (item.id, (source.text or "").strip() if source is not None else "", item.name):
                    if key:
                        keys[key] = item  # a name wins over a source, a source over an id
        elif child.tag == "Components":
            for component in child:
                _collect(component, items, keys, first)


def _item(data_item: ET.Element, owner: ET.Element, index: int) -> Item:
    representation = data_item.get("representation", "")
    return Item(
        index=index,
        id=data_item.get("id", ""),
        name=data_item.get("name", ""),
        category=data_item.get("category", ""),
        type=data_item.get("type", ""),
        sub_type=data_item.get("subType", ""),
        element=_element(data_item.get("type", "")) + _SUFFIX.get(representation, ""),
        component=owner.tag,
        component_id=owner.get("id", ""),
        component_name=owner.get("name", ""),
        data_set=representation in ("DATA_SET", "TABLE"),
    )


def _element(kind: str) -> str:
    """``SPINDLE_SPEED`` -> ``SpindleSpeed``; ``x:MOTION`` -> ``x:Motion``."""
    prefix, colon, bare = kind.rpartition(":")
    return f"{prefix}{colon}" + "".join(part.capitalize() for part in bare.split("_"))
