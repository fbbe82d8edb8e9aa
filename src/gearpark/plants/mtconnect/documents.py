"""MTConnect documents as text: devices, streams, errors (MTConnect Standard parts 1 to 3)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gearpark.base.time import now_utc

from .model import DEVICES_NS, VERSION, DeviceModel, Item
from .store import Row

STREAMS_NS = f"urn:mtconnect.org:MTConnectStreams:{VERSION}"
ERROR_NS = f"urn:mtconnect.org:MTConnectError:{VERSION}"
NIST_NS = "urn:nist.gov:NistStreams:1.3"
SENDER = "gearpark-plants"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_GROUPS = (("SAMPLE", "Samples"), ("EVENT", "Events"), ("CONDITION", "Condition"))


@dataclass(frozen=True, slots=True)
class Heading:
    """What every header says."""

    instance_id: int
    buffer_size: int

    def attributes(self) -> str:
        at = now_utc().strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f'creationTime="{at}" sender="{SENDER}" instanceId="{self.instance_id}" version="{VERSION}" '
            f'bufferSize="{self.buffer_size}"'
        )


def devices_document(heading: Heading, devices: list[DeviceModel]) -> str:
    body = "\n".join(device.xml for device in devices)
    return (
        f'{_HEAD}<MTConnectDevices xmlns="{DEVICES_NS}">'
        f'<Header {heading.attributes()} assetBufferSize="0" assetCount="0"/>'
        f"<Devices>{body}</Devices></MTConnectDevices>\n"
    )


def streams_document(
    heading: Heading, first: int, last: int, following: int, parts: list[tuple[DeviceModel, list[Row]]]
) -> str:
    """Rows by device, component and category; devices without rows appear empty."""
    body = "".join(_device(device, rows) for device, rows in parts)
    return (
        f'{_HEAD}<MTConnectStreams xmlns="{STREAMS_NS}" xmlns:x="{NIST_NS}">'
        f'<Header {heading.attributes()} firstSequence="{first}" lastSequence="{last}" nextSequence="{following}"/>'
        f"<Streams>{body}</Streams></MTConnectStreams>\n"
    )


def error_document(heading: Heading, code: str, sentence: str) -> str:
    return (
        f'{_HEAD}<MTConnectError xmlns="{ERROR_NS}"><Header {heading.attributes()}/>'
        f'<Errors><Error errorCode="{code}">{escape(sentence)}</Error></Errors></MTConnectError>\n'
    )


def _device(device: DeviceModel, rows: list[Row]) -> str:
    components: dict[str, dict[str, list[Row]]] = {}
    heads: dict[str, Item] = {}
    for row in rows:
        heads.setdefault(row.item.component_id, row.item)
        components.setdefault(row.item.component_id, {}).setdefault(row.item.category, []).append(row)
    body = "".join(_component(heads[key], groups) for key, groups in components.items())
    return f"<DeviceStream name={quoteattr(device.name)} uuid={quoteattr(device.uuid)}>{body}</DeviceStream>"


def _component(head: Item, groups: dict[str, list[Row]]) -> str:
    name = f" name={quoteattr(head.component_name)}" if head.component_name else ""
    body = "".join(
        f"<{tag}>{''.join(map(_observation, groups[category]))}</{tag}>"
        for category, tag in _GROUPS
        if category in groups
    )
    opened = (
        f'<ComponentStream component="{head.component}"{name} componentId={quoteattr(head.component_id)}>'
    )
    return f"{opened}{body}</ComponentStream>"


def _observation(row: Row) -> str:
    item = row.item
    shared = f'dataItemId={quoteattr(item.id)} timestamp="{row.at}" sequence="{row.sequence}"'
    if item.name:
        shared += f" name={quoteattr(item.name)}"
    if item.sub_type:
        shared += f" subType={quoteattr(item.sub_type)}"
    if row.fields is not None:
        return _condition(row, shared)
    if item.data_set and row.value != "UNAVAILABLE":
        pairs = [pair.partition("=") for pair in row.value.split()]
        entries = "".join(f"<Entry key={quoteattr(k)}>{escape(v)}</Entry>" for k, _, v in pairs if k)
        return f'<{item.element} {shared} count="{len(pairs)}">{entries}</{item.element}>'
    return f"<{item.element} {shared}>{escape(row.value)}</{item.element}>"


def _condition(row: Row, shared: str) -> str:
    fields = row.fields or ("", "", "", "")
    tag = row.value.capitalize()
    said = f"{shared} type={quoteattr(row.item.type)}"
    for name, value in zip(("nativeCode", "nativeSeverity", "qualifier"), fields, strict=False):
        if value:
            said += f" {name}={quoteattr(value)}"
    return f"<{tag} {said}>{escape(fields[3])}</{tag}>" if fields[3] else f"<{tag} {said}/>"
