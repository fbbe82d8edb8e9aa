"""Sparkplug B payloads to and from columns. Times are microseconds UTC outside, milliseconds plus rest on the wire.

Quality: a metric that is not good carries two properties, `Quality` (Int32, the specification's 0 bad, 500 stale for
uncertain) for any peer and `StatusCode` (Int32, all 32 bits of the OPC UA StatusCode) for Gearpark. Good carries none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from gearpark.base.problems import Problem
from gearpark.base.wire import Quality, Status, Value, quality_of

from .schema import DataType, Payload

MAX_PAYLOAD_BYTES = 1 << 20  # one MQTT message; a birth of 1,000 signals is about 100 kB
MAX_METRICS = 20_000  # metrics in one payload
QUALITY_BAD, QUALITY_GOOD, QUALITY_STALE = 0, 192, 500
REBIRTH = "Node Control/Rebirth"
ACKNOWLEDGED = "Node Control/Acknowledged"
RESEND = "Node Control/Resend"
BD_SEQ = "bdSeq"
_SIGNED_BITS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_BAD = 0x80000000
Point = tuple[int, int, Value, int]  # alias, at_us, value, status


class Identity(NamedTuple):
    """Which journal row a payload is: `seq` follows directly on `prev` within (source, boot); prev 0 = nothing
    earlier is left in the journal. `taken_us`: when the gateway had it on disk."""

    boot: int
    seq: int
    prev: int
    taken_us: int = 0

    def text(self) -> str:
        return f"{self.boot}:{self.seq}:{self.prev}:{self.taken_us}"


@dataclass(slots=True)
class Columns:
    """Metrics of one payload, column by column, in payload order.

    keys       alias (int) or name (str)
    at_us      source time; None where neither metric nor payload carries one
    values     float, str or None; an unsupported type arrives as None with its name in `unsupported`
    statuses   OPC UA StatusCode
    """

    keys: list[int | str] = field(default_factory=list)
    at_us: list[int | None] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    historical: bool = False
    transient: set[int] = field(default_factory=set)  # positions that must not be stored
    unsupported: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BirthMetric:
    """One metric of a birth certificate: everything a host may know before data comes."""

    name: str
    datatype: DataType
    alias: int | None = None
    value: Value | bool | int = None
    at_us: int | None = None
    status: int = 0
    properties: Mapping[str, str | float] = field(default_factory=dict)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _add_status(metric: Any, status: int) -> None:
    bad = quality_of(status) is Quality.BAD
    properties = metric.properties
    properties.keys.extend(("Quality", "StatusCode"))
    properties.values.add(type=DataType.INT32, int_value=QUALITY_BAD if bad else QUALITY_STALE)
    properties.values.add(type=DataType.INT32, int_value=status)


def encode_points(points: Iterable[Point], historical: bool = False) -> bytes:
    """Metrics of one DDATA by alias, without payload timestamp, seq and uuid: `finish` appends those when sending."""
    payload = Payload()
    add = payload.metrics.add
    rests: list[int] = []
    for alias, at_us, value, status in points:
        ms, rest = divmod(at_us, 1000)
        rests.append(rest)
        if type(value) is float:
            metric = add(alias=alias, timestamp=ms, double_value=value)
        elif value is None:
            metric = add(alias=alias, timestamp=ms, is_null=True)
        else:
            metric = add(alias=alias, timestamp=ms, string_value=value)
        if status:
            _add_status(metric, status)
        if historical:
            metric.is_historical = True
    if any(rests):
        payload.source_us.extend(rests)
    return payload.SerializeToString()


def as_historical(body: bytes) -> bytes:
    """The same metrics flagged as back-filled."""
    payload = Payload.FromString(body)
    for metric in payload.metrics:
        metric.is_historical = True
    return payload.SerializeToString()


def finish(body: bytes, seq: int, sent_us: int, identity: Identity | None = None) -> bytes:
    """Append payload timestamp, Sparkplug seq and journal identity to encoded metrics (protobuf concatenation)."""
    tail = b"\x08" + _varint(sent_us // 1000) + b"\x18" + _varint(seq)
    if identity is not None:
        text = identity.text().encode()
        tail += b"\x22" + _varint(len(text)) + text
    return body + tail


def encode_birth(metrics: Iterable[BirthMetric], at_us: int, seq: int | None) -> bytes:
    """NBIRTH, DBIRTH, NDEATH (seq None) and commands: named, typed metrics with properties."""
    payload = Payload(timestamp=at_us // 1000)
    if seq is not None:
        payload.seq = seq
    rests: list[int] = []
    for item in metrics:
        metric_us = at_us if item.at_us is None else item.at_us
        rests.append(metric_us % 1000)
        metric = payload.metrics.add(name=item.name, timestamp=metric_us // 1000, datatype=item.datatype)
        if item.alias is not None:
            metric.alias = item.alias
        _set_value(metric, item.datatype, item.value)
        for key, value in item.properties.items():
            metric.properties.keys.append(key)
            if isinstance(value, str):
                metric.properties.values.add(type=DataType.STRING, string_value=value)
            else:
                metric.properties.values.add(type=DataType.DOUBLE, double_value=value)
        if item.status:
            _add_status(metric, item.status)
    if any(rests):
        payload.source_us.extend(rests)
    return payload.SerializeToString()


def _set_value(metric: Any, datatype: DataType, value: Value | bool | int) -> None:
    if value is None:
        metric.is_null = True
    elif datatype is DataType.BOOLEAN:
        metric.boolean_value = bool(value)
    elif isinstance(value, str):
        metric.string_value = value
    elif datatype in (DataType.INT64, DataType.UINT64, DataType.DATETIME):
        metric.long_value = int(value) & (1 << 64) - 1
    elif datatype in (DataType.DOUBLE, DataType.UNKNOWN):
        metric.double_value = float(value)
    else:
        metric.int_value = int(value) & (1 << 32) - 1


def decode(data: bytes) -> Any:
    """Bytes -> `schema.Payload` message, or a Problem ``sparkplug.malformed``."""
    if len(data) > MAX_PAYLOAD_BYTES:
        raise Problem("sparkplug.malformed", f"A payload of {len(data)} bytes is over {MAX_PAYLOAD_BYTES}.")
    try:
        payload = Payload.FromString(data)
    except DecodeError as error:
        raise Problem("sparkplug.malformed", f"Not a Sparkplug B payload: {error}.") from error
    if len(payload.metrics) > MAX_METRICS:
        raise Problem(
            "sparkplug.malformed", f"{len(payload.metrics)} metrics in one payload, over {MAX_METRICS}."
        )
    return payload


def identity_of(payload: Any) -> Identity | None:
    """The journal identity in `uuid`, or None for another maker's edge node."""
    parts = payload.uuid.split(":")
    if len(parts) not in (3, 4) or not all(
        part.isascii() and part.isdigit() and len(part) < 19 for part in parts
    ):
        return None
    return Identity(*map(int, parts))


def columns(payload: Any, datatypes: Mapping[int | str, int] | None = None) -> Columns:
    """Metrics as columns. `datatypes` (key -> data type of the birth) gives the sign of integers."""
    out = Columns()
    keys, at_us, values, statuses = out.keys, out.at_us, out.values, out.statuses
    rests: Sequence[int] = payload.source_us
    exact = len(rests) == len(payload.metrics)
    fallback = payload.timestamp * 1000 if payload.HasField("timestamp") else None
    historical = 0
    for position, metric in enumerate(payload.metrics):
        key = metric.alias if metric.HasField("alias") else metric.name
        ms = metric.timestamp
        kind = metric.WhichOneof("value")
        if kind == "double_value":
            value: Value = metric.double_value
        elif kind == "string_value":
            value = metric.string_value
        else:
            value = _other_value(metric, kind, key, datatypes, out)
        status = _status_of(metric) if metric.HasField("properties") else 0
        if metric.is_historical:
            historical += 1
        if metric.is_transient:
            out.transient.add(position)
        keys.append(key)
        at_us.append((ms * 1000 + rests[position] if exact else ms * 1000) if ms else fallback)
        values.append(value)
        statuses.append(status if status or value is not None else int(Status.BAD_NO_DATA))
    out.historical = historical > 0
    return out


def _other_value(
    metric: Any, kind: str | None, key: int | str, datatypes: Mapping[int | str, int] | None, out: Columns
) -> Value:
    if kind is None or metric.is_null:
        return None
    if kind == "float_value":
        return float(metric.float_value)
    if kind == "boolean_value":
        return 1.0 if metric.boolean_value else 0.0
    if kind in ("int_value", "long_value"):
        number = int(getattr(metric, kind))
        bits = _SIGNED_BITS.get(DataType(_datatype(metric, key, datatypes)))
        # Two's complement; makers differ in whether a small negative is widened to 32 bits.
        if bits:
            wide = 64 if kind == "long_value" else 32
            for width in (bits, wide):
                if 1 << (width - 1) <= number < 1 << width:
                    number -= 1 << width
                    break
        return float(number)
    out.unsupported.append(f"{key}: {kind}")
    return None


def _datatype(metric: Any, key: int | str, datatypes: Mapping[int | str, int] | None) -> int:
    declared = metric.datatype or (datatypes or {}).get(key, 0)
    return declared if declared <= DataType.PROPERTYSETLIST else 0


def _status_of(metric: Any) -> int:
    """StatusCode property when given; else Quality: the specification's three numbers, or OPC UA bits as they are."""
    found = {
        key: value.int_value if value.HasField("int_value") else value.long_value & 0xFFFFFFFF
        for key, value in zip(metric.properties.keys, metric.properties.values, strict=False)
        if key in ("Quality", "StatusCode")
    }
    if "StatusCode" in found:
        return found["StatusCode"]
    quality = found.get("Quality", QUALITY_GOOD)
    if quality == QUALITY_GOOD:
        return 0
    if quality == QUALITY_STALE:
        return int(Status.UNCERTAIN_LAST_USABLE)
    return quality if quality > 0xFFFF else _BAD


def properties_of(metric: Any) -> dict[str, Any]:
    """Property set of a birth metric as plain values; nested sets are left out."""
    found: dict[str, Any] = {}
    for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
        kind = value.WhichOneof("value")
        if kind and not kind.startswith("propertyset"):
            found[key] = getattr(value, kind)
    return found


def encode_state(online: bool, at_us: int) -> bytes:
    """A host's STATE message."""
    return json.dumps({"online": online, "timestamp": at_us // 1000}).encode()


def decode_state(data: bytes) -> tuple[bool, int] | None:
    """(online, timestamp in ms), or None when the message is not the JSON of the specification."""
    try:
        document = json.loads(data)
        online, at_ms = document["online"], document["timestamp"]
    except (ValueError, TypeError, KeyError):
        return None
    if isinstance(online, bool) and isinstance(at_ms, int) and not isinstance(at_ms, bool):
        return online, at_ms
    return None
