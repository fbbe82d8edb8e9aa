"""A part's life as EPCIS 2.0 events (JSON-LD). ``epcis_in`` reads events back.

commissioning            ObjectEvent ADD
material lot -> part     TransformationEvent
part built in            AggregationEvent ADD, parent is the part that took it
fixture, carrier         AssociationEvent ADD, parent is what held the part
a pass at a station      ObjectEvent OBSERVE with machine, tools, gauges, programs, people as own fields and measured
                         values as sensor reports
facts told elsewhere     ObjectEvent OBSERVE
a fact declared wrong    the event of that fact alone, with an errorDeclaration
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from . import gs1
from .epcis_hash import CANONICAL, event_hash

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
OWN = "https://gearpark.github.io/ns/epcis/"
NAMESPACES = {"gearpark": OWN}
URN = "urn:x-gearpark"
MEASURES = {
    "um": ("Length", "4H"),
    "mm": ("Length", "MMT"),
    "degC": ("Temperature", "CEL"),
    "N": ("Force", "NEW"),
    "bar": ("Pressure", "BAR"),
    "cm3/min": ("VolumeFlowRate", "G47"),
    "Nm": ("Torque", "NU"),
    "s": ("Time", "SEC"),
    "g": ("Mass", "GRM"),
    "kg": ("Mass", "KGM"),
}  # unit -> measurement, UN/ECE code
QUANTITIES = {"pc": "H87", "kg": "KGM", "g": "GRM", "m": "MTR", "l": "LTR"}
HELD = ("fixture", "carrier")


@dataclass(frozen=True, slots=True)
class Claim:
    """One fact as an event tells it. ``kind`` is a word of ours; ``wrong`` the reason of an error declaration."""

    kind: str
    key: str
    at: datetime
    op: int | None = None
    station: str = ""
    value: float | None = None
    unit: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of the part at a station."""

    station: str
    line: str
    op: int
    begun_at: datetime
    ended_at: datetime | None
    result: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one part."""

    org: str
    serial: str
    product: str
    begun_at: datetime
    gtin: str = ""
    order: str = ""
    lot: str = ""
    passes: tuple[Pass, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def uri(self) -> str:
        return part_uri(self.org, self.serial, self.gtin)


def part_uri(org: str, serial: str, gtin: str = "") -> str:
    """A part's EPC: its Digital Link where it has a GTIN, else a name of ours."""
    if gtin and gs1.fits(serial):
        return gs1.digital_link(CANONICAL, gtin, serial=serial)
    return thing_uri(org, "part", serial)


def thing_uri(org: str, kind: str, key: str) -> str:
    return f"{URN}:{kind}:{quote(org, safe='')}:{quote(key, safe='')}"


def named(uri: str) -> tuple[str, str, str]:
    """(kind, key, GTIN) a URI means; kind "" when it is no name we can read."""
    link = gs1.parse_link(uri)
    if link is not None and link.serial:
        return "part", link.serial, link.gtin
    if link is not None and link.lot:
        return "material", link.lot, link.gtin
    parts = uri.split(":")
    if uri.startswith(f"{URN}:") and len(parts) == 5:
        return parts[2], unquote(parts[4]), ""
    if uri.startswith("urn:epc:id:sgtin:"):
        return "part", unquote(uri.rpartition(".")[2]), ""
    return "", "", ""


# -- out ------------------------------------------------------------------------------------------------------------
def document(events: Iterable[Mapping[str, Any]], created_at: datetime) -> dict[str, Any]:
    """An EPCIS document of these events."""
    return {
        "@context": [CONTEXT, NAMESPACES],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _iso(created_at),
        "epcisBody": {"eventList": list(events)},
    }


def events_of(part: Part) -> list[dict[str, Any]]:
    """The part's events by time, each with its hash as id."""
    right = [claim for claim in part.claims if not claim.wrong]
    found = [_commissioned(part)]
    found += [_consumed(part, claim) for claim in right if claim.kind == "material"]
    found += [_built_in(part, claim) for claim in right if claim.kind == "child"]
    found += [_held(part, claim) for claim in right if claim.kind in HELD]
    left = [claim for claim in right if claim.kind not in ("material", "child", *HELD)]
    for one in part.passes:
        mine = [claim for claim in left if _in(claim, one)]
        left = [claim for claim in left if claim not in mine]
        found.append(_passed(part, one, mine))
    groups: dict[tuple[datetime, int | None, str], list[Claim]] = {}
    for claim in left:
        groups.setdefault((claim.at, claim.op, claim.station), []).append(claim)
    found += [_observed(part, claims, at) for (at, _op, _station), claims in groups.items()]
    found += [_wrong(part, claim) for claim in part.claims if claim.wrong]
    for event in found:
        event["eventID"] = event_hash(event, NAMESPACES)
    return sorted(found, key=lambda event: (event["eventTime"], event["eventID"]))


def _in(claim: Claim, one: Pass) -> bool:
    return (
        claim.station == one.station
        and one.begun_at <= claim.at
        and (one.ended_at is None or claim.at <= one.ended_at)
    )


def _event(kind: str, at: datetime, **fields: Any) -> dict[str, Any]:
    made = {"type": kind, "eventTime": _iso(at), "eventTimeZoneOffset": _offset(at)}
    return made | {
        name.replace("__", ":"): value for name, value in fields.items() if value not in (None, "", [], {})
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _offset(at: datetime) -> str:
    return at.strftime("%z")[:3] + ":" + at.strftime("%z")[3:5] if at.utcoffset() else "+00:00"


def _commissioned(part: Part) -> dict[str, Any]:
    orders = (
        [{"type": "prodorder", "bizTransaction": thing_uri(part.org, "order", part.order)}]
        if part.order
        else []
    )
    about = {"gearpark:product": part.product, "gearpark:serial": part.serial, "gearpark:lot": part.lot}
    return _event(
        "ObjectEvent", part.begun_at, epcList=[part.uri], action="ADD", bizStep="commissioning", disposition="active",
        bizTransactionList=orders, ilmd={name: value for name, value in about.items() if value},
    )  # fmt: skip


def _consumed(part: Part, claim: Claim) -> dict[str, Any]:
    quantity: dict[str, Any] = {
        "epcClass": thing_uri(part.org, "material", claim.key),
        "quantity": 1.0 if claim.value is None else claim.value,
    }
    if claim.unit in QUANTITIES:
        quantity["uom"] = QUANTITIES[claim.unit]
    return _event(
        "TransformationEvent", claim.at, inputQuantityList=[quantity], outputEPCList=[part.uri],
        bizStep="creating_class_instance", **_place(part, claim), gearpark__facts=[_claim(claim)],
    )  # fmt: skip


def _built_in(part: Part, claim: Claim) -> dict[str, Any]:
    return _event(
        "AggregationEvent", claim.at, parentID=part.uri, childEPCs=[thing_uri(part.org, "part", claim.key)],
        action="ADD", bizStep="assembling", **_place(part, claim), gearpark__facts=[_claim(claim)],
    )  # fmt: skip


def _held(part: Part, claim: Claim) -> dict[str, Any]:
    return _event(
        "AssociationEvent", claim.at, parentID=thing_uri(part.org, claim.kind, claim.key), childEPCs=[part.uri],
        action="ADD", bizStep="loading", **_place(part, claim), gearpark__facts=[_claim(claim)],
    )  # fmt: skip


def _place(part: Part, claim: Claim) -> dict[str, Any]:
    return {"readPoint": {"id": thing_uri(part.org, "station", claim.station)}} if claim.station else {}


def _passed(part: Part, one: Pass, claims: list[Claim]) -> dict[str, Any]:
    machines = [claim.key for claim in claims if claim.kind == "machine"]
    measured = [claim for claim in claims if claim.kind == "value"]
    told = [claim for claim in claims if claim.kind != "value"]
    tested = bool(measured) or any(claim.kind == "test" for claim in claims)
    disposition = {"scrap": "non_conformant", "good": "conformant" if tested else "in_progress"}.get(
        one.result
    )
    return _event(
        "ObjectEvent", one.ended_at or one.begun_at, epcList=[part.uri], action="OBSERVE",
        bizStep="inspecting" if tested else "other", disposition=disposition,
        readPoint={"id": thing_uri(part.org, "machine", machines[0] if machines else one.station)},
        bizLocation={"id": thing_uri(part.org, "line", one.line)},
        sensorElementList=list(_sensors(part, measured, claims)),
        gearpark__op=one.op, gearpark__station=one.station, gearpark__begun=_iso(one.begun_at),
        gearpark__result=one.result, gearpark__reason=one.reason, gearpark__facts=[_claim(claim) for claim in told],
    )  # fmt: skip


def _observed(part: Part, claims: list[Claim], at: datetime, **more: Any) -> dict[str, Any]:
    measured = [claim for claim in claims if claim.kind == "value"]
    told = [claim for claim in claims if claim.kind != "value"]
    return _event(
        "ObjectEvent", at, epcList=[part.uri], action="OBSERVE", bizStep="inspecting" if measured else "other",
        **_place(part, claims[0]), sensorElementList=list(_sensors(part, measured, claims)),
        gearpark__facts=[_claim(claim) for claim in told], **more,
    )  # fmt: skip


def _wrong(part: Part, claim: Claim) -> dict[str, Any]:
    made = _observed(part, [claim], claim.at, gearpark__why=claim.wrong)
    made["errorDeclaration"] = {"declarationTime": _iso(claim.at), "reason": "incorrect_data"}
    return made


def _sensors(part: Part, measured: list[Claim], claims: list[Claim]) -> Iterator[dict[str, Any]]:
    gauges = sorted({claim.key for claim in claims if claim.kind == "gauge"})
    moments: dict[datetime, list[Claim]] = {}
    for claim in measured:
        moments.setdefault(claim.at, []).append(claim)
    for at, values in sorted(moments.items()):
        metadata: dict[str, Any] = {"time": _iso(at)}
        if len(gauges) == 1:
            metadata["deviceID"] = thing_uri(part.org, "gauge", gauges[0])
        yield {"sensorMetadata": metadata, "sensorReport": [_report(claim) for claim in values]}


def _report(claim: Claim) -> dict[str, Any]:
    kind, code = MEASURES.get(claim.unit, ("Dimensionless", ""))
    report: dict[str, Any] = {"type": kind, "value": claim.value}
    if code:
        report["uom"] = code
    own = _claim(claim)
    return report | {
        f"gearpark:{name}": value for name, value in own.items() if name not in ("kind", "value", "at")
    }


def _claim(claim: Claim) -> dict[str, Any]:
    found = {"kind": claim.kind, "key": claim.key, "at": _iso(claim.at), "op": claim.op, "station": claim.station,
             "value": claim.value, "unit": claim.unit, **{f"data.{name}": v for name, v in claim.data.items()}}  # fmt: skip
    return {name: value for name, value in found.items() if value not in (None, "")}
