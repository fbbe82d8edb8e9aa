"""Hash of an EPCIS event after CBV 2.0 section 8.9: the same event told in any order of fields has the same hash.

Left out: recordTime, eventID and errorDeclaration. Times count to the millisecond in UTC, numbers without superfluous
zeros, GS1 Digital Links on ``id.gs1.org``, standard words as web addresses, own fields last, by their full names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from . import gs1

CBV = "https://ref.gs1.org/cbv/"
GS1_VOC = "https://gs1.org/voc/"
CANONICAL = "https://id.gs1.org"
_IGNORED = {"@context", "type", "recordTime", "eventID", "errorDeclaration"}
_METADATA = (
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
)
_REPORT = ("type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
           "microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue",
           "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue",
           "uom", "coordinateReferenceSystem")  # fmt: skip
_EPCS = ("epcList", "inputEPCList", "childEPCs", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_ORDER = ("eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList", "inputEPCList", "childEPCs",
          "quantityList", "childQuantityList", "inputQuantityList", "outputEPCList", "outputQuantityList", "action",
          "transformationID", "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation",
          "bizTransactionList", "sourceList", "destinationList", "sensorElementList")  # fmt: skip
_WORDS = {
    "bizStep": f"{CBV}BizStep-",
    "disposition": f"{CBV}Disp-",
    "set": f"{CBV}Disp-",
    "unset": f"{CBV}Disp-",
}
_PAIRS = {"bizTransactionList": ("bizTransaction", f"{CBV}BTT-"), "sourceList": ("source", f"{CBV}SDT-"),
          "destinationList": ("destination", f"{CBV}SDT-")}  # fmt: skip


def event_hash(event: Mapping[str, Any], namespaces: Mapping[str, str]) -> str:
    """``ni:///sha-256;<hex>?ver=CBV2.0``; ``namespaces`` are the document's prefixes of own fields."""
    text = pre_hash(event, namespaces)
    return f"ni:///sha-256;{hashlib.sha256(text.encode()).hexdigest()}?ver=CBV2.0"


def pre_hash(event: Mapping[str, Any], namespaces: Mapping[str, str]) -> str:
    """The canonical text that is hashed."""
    found = [f"eventType={event['type']}"]
    found += [_field(name, event[name], namespaces) for name in _ORDER if name in event]
    own = {key: value for key, value in event.items() if key not in _ORDER and key not in _IGNORED}
    return "".join(found) + _extensions(own, namespaces)


def _field(name: str, value: Any, spaces: Mapping[str, str]) -> str:
    if name in _EPCS:
        return name + "".join(sorted(f"epc={_value(item)}" for item in value)) if value else ""
    if name in _QUANTITIES:
        rows = (_members(item, ("epcClass", "quantity", "uom")) for item in value)
        return name + "".join(sorted(f"quantityElement{row}" for row in rows)) if value else ""
    if name in ("readPoint", "bizLocation"):
        return f"{name}id={_value(value['id'])}{_extensions(_own(value, ('id',)), spaces)}"
    if name in _PAIRS:
        key, words = _PAIRS[name]
        rows = (f"type={_word(item['type'], words)}" if "type" in item else "" for item in value)
        return name + "".join(
            sorted(f"{row}{key}={_value(item[key])}" for row, item in zip(rows, value, strict=True))
        )
    if name == "persistentDisposition":
        return name + "".join(
            "".join(sorted(f"{key}={_word(item, _WORDS[key])}" for item in value.get(key, ())))
            for key in ("set", "unset")
        )
    if name == "sensorElementList":
        return name + "".join(sorted(_sensor(item, spaces) for item in value))
    if name in _WORDS:
        return f"{name}={_word(value, _WORDS[name])}"
    return f"{name}={_time(value) if name == 'eventTime' else _value(value)}"


def _sensor(element: Mapping[str, Any], spaces: Mapping[str, str]) -> str:
    metadata = element.get("sensorMetadata")
    found = "sensorElement"
    if metadata:
        found += (
            "sensorMetadata" + _members(metadata, _METADATA) + _extensions(_own(metadata, _METADATA), spaces)
        )
    reports = (
        "sensorReport" + _members(report, _REPORT) + _extensions(_own(report, _REPORT), spaces)
        for report in element.get("sensorReport", ())
    )
    found += "".join(sorted(reports))
    return found + _extensions(_own(element, ("sensorMetadata", "sensorReport")), spaces)


def _members(item: Mapping[str, Any], names: Iterable[str]) -> str:
    found = ""
    for name in names:
        if name in item:
            value = item[name]
            if name in ("time", "startTime", "endTime"):
                text = _time(value)
            elif name == "type":
                text = _word(value, GS1_VOC)
            else:
                text = _value(value)
            found += f"{name}={text}"
    return found


def _own(item: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in set(known)}


def _extensions(own: Mapping[str, Any], spaces: Mapping[str, str]) -> str:
    """Own fields by their full names, sorted at every level."""
    return "".join(sorted(_extension(key, value, spaces) for key, value in own.items()))


def _extension(key: str, value: Any, spaces: Mapping[str, str]) -> str:
    prefix, _sep, local = key.partition(":")
    name = f"{{{spaces[prefix]}}}{local}" if local and prefix in spaces else key
    if isinstance(value, list):
        return "".join(sorted(_extension(key, item, spaces) for item in value))
    if isinstance(value, Mapping):
        return name + _extensions(value, spaces)
    return f"{name}={_value(value)}"


def _word(value: str, words: str) -> str:
    return value if ":" in value else f"{words}{value}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else str(float(value))
    text = str(value).strip()
    link = gs1.parse_link(text)
    if link is not None and link.gtin:
        return gs1.digital_link(CANONICAL, link.gtin, serial=link.serial, lot=link.lot)
    try:
        number = float(text)
    except ValueError:
        return text
    return text if number != number or number in (float("inf"), float("-inf")) else _value(number)


def _time(text: str) -> str:
    """UTC to the millisecond."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    thousandths = round(at.microsecond, -3)
    base = int(at.replace(microsecond=0).timestamp() * 1000) + thousandths // 1000
    return datetime.fromtimestamp(base / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
