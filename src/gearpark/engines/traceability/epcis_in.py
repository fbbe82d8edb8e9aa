"""EPCIS events read into what they claim about parts: our own losslessly, others' as far as they are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gearpark.base.problems import Problem

from .epcis import HELD, OWN, Claim, named

TYPES = ("ObjectEvent", "AggregationEvent", "TransformationEvent", "AssociationEvent", "TransactionEvent")
MAX_EVENTS = 5_000  # of one document


@dataclass(frozen=True, slots=True)
class Told:
    """What one event claims: facts by serial, and how to know the product of a serial nobody knows yet."""

    kind: str
    at: datetime
    claims: dict[str, tuple[Claim, ...]]
    products: dict[str, tuple[str, str]]  # serial -> (GTIN, product code)
    lots: dict[str, str]
    error: bool = False


def events_in(content: Any) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(events, prefixes of own fields) of a document or of one event. Problem ``trace.epcis_document``."""
    if not isinstance(content, dict):
        raise _unreadable("it is no JSON object")
    spaces = _prefixes(content.get("@context"))
    if content.get("type") == "EPCISDocument":
        body = content.get("epcisBody")
        events = body.get("eventList") if isinstance(body, dict) else None
        if not isinstance(events, list):
            raise _unreadable("it has no epcisBody.eventList")
    elif content.get("type") in TYPES:
        events = [content]
    else:
        raise _unreadable("its type is neither EPCISDocument nor an event's")
    if len(events) > MAX_EVENTS or not all(isinstance(event, dict) for event in events):
        raise _unreadable(f"it holds more than {MAX_EVENTS} events, or something that is none")
    return events, spaces


def _prefixes(context: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in context if isinstance(context, list) else [context]:
        if isinstance(item, dict):
            found.update({str(key): value for key, value in item.items() if isinstance(value, str)})
    return found


def _unreadable(why: str) -> Problem:
    return Problem("trace.epcis_document", f"This is no EPCIS 2.0 document: {why}.", status=422)


def told(event: Mapping[str, Any], spaces: Mapping[str, str]) -> Told:
    """What an event claims about parts. Problem ``trace.epcis_event`` names what is missing or not understood."""
    kind = event.get("type")
    if kind not in TYPES:
        raise _refused(f"type {str(kind)[:40]!r} is not known")
    try:
        at = datetime.fromisoformat(str(event["eventTime"]).replace("Z", "+00:00"))
    except (KeyError, ValueError) as error:
        raise _refused("eventTime is missing or unreadable") from error
    if at.tzinfo is None or "eventTimeZoneOffset" not in event:
        raise _refused("eventTime or eventTimeZoneOffset gives no zone")
    own = _prefix(spaces)
    reading = _Reading(event, at.astimezone(UTC), own)
    try:
        claims: dict[str, list[Claim]] = getattr(reading, f"read_{kind}")()
    except (AttributeError, TypeError) as error:  # a list where an object belongs, or the like
        raise _refused("a field has another shape than EPCIS 2.0 gives it") from error
    if not claims:
        raise _refused("it names no part that can be read")
    declared = event.get("errorDeclaration")
    why = str(event.get(f"{own}why") or declared.get("reason", "")) if isinstance(declared, dict) else ""
    if why:
        claims = {serial: [_as_wrong(claim, why) for claim in found] for serial, found in claims.items()}
    frozen = {serial: tuple(found) for serial, found in claims.items()}
    return Told(str(kind), reading.at, frozen, reading.products, reading.lots, bool(why))


def _prefix(spaces: Mapping[str, str]) -> str:
    """How this document writes our own fields."""
    return next((f"{prefix}:" for prefix, space in spaces.items() if space == OWN), "gearpark:")


def _as_wrong(claim: Claim, why: str) -> Claim:
    return Claim(
        claim.kind, claim.key, claim.at, claim.op, claim.station, claim.value, claim.unit, claim.data, why
    )


def _refused(why: str) -> Problem:
    return Problem("trace.epcis_event", f"The event is refused: {why}.", status=422)


class _Reading:
    """One event while it is read."""

    def __init__(self, event: Mapping[str, Any], at: datetime, own: str) -> None:
        self.event, self.at, self.own = event, at, own
        self.products: dict[str, tuple[str, str]] = {}
        self.lots: dict[str, str] = {}

    def read_ObjectEvent(self) -> dict[str, list[Claim]]:
        serials = self._parts("epcList")
        if self.event.get("action") not in ("ADD", "OBSERVE", "DELETE"):
            raise _refused("action is missing")
        about = self.event.get("ilmd") or {}
        if isinstance(about, dict):
            for serial in serials:
                product = str(about.get(f"{self.own}product", ""))
                self.products[serial] = (self.products[serial][0], product)
                lot = about.get(f"{self.own}lot") or about.get("cbvmda:lotNumber")
                if lot:
                    self.lots[serial] = str(lot)
        claims = [*self._facts(), *self._values()]
        return {serial: list(claims) for serial in serials}

    read_TransactionEvent = read_ObjectEvent

    def read_TransformationEvent(self) -> dict[str, list[Claim]]:
        outputs = self._parts("outputEPCList")
        facts = self._facts()
        if not facts:
            facts = [Claim("child", key, self.at) for key in self._parts("inputEPCList")]
            for item in self.event.get("inputQuantityList") or []:
                kind, key, _gtin = named(str(item.get("epcClass", "")))
                if kind == "material" and key:
                    amount = item.get("quantity")
                    facts.append(
                        Claim("material", key, self.at, value=float(amount) if amount is not None else None)
                    )
        return {serial: list(facts) for serial in outputs}

    def read_AggregationEvent(self) -> dict[str, list[Claim]]:
        kind, parent, gtin = named(str(self.event.get("parentID", "")))
        if kind != "part":
            return {}
        self.products[parent] = (gtin, "")
        return {parent: self._facts() or [Claim("child", key, self.at) for key in self._parts("childEPCs")]}

    def read_AssociationEvent(self) -> dict[str, list[Claim]]:
        kind, holder, _gtin = named(str(self.event.get("parentID", "")))
        facts = self._facts() or ([Claim(kind, holder, self.at)] if kind in HELD else [])
        return {serial: list(facts) for serial in self._parts("childEPCs")}

    def _parts(self, name: str) -> list[str]:
        found = []
        for uri in self.event.get(name) or []:
            kind, serial, gtin = named(str(uri))
            if kind == "part" and serial:
                found.append(serial)
                self.products.setdefault(serial, (gtin, ""))
        return found

    def _facts(self) -> list[Claim]:
        listed = self.event.get(f"{self.own}facts") or []
        return [self._claim(item) for item in (listed if isinstance(listed, list) else [listed])]

    def _values(self) -> list[Claim]:
        found = []
        for element in self.event.get("sensorElementList") or []:
            moment = (element.get("sensorMetadata") or {}).get("time")
            for report in element.get("sensorReport") or []:
                if isinstance(report.get("value"), int | float):
                    plain = {
                        name.removeprefix(self.own): v
                        for name, v in report.items()
                        if name.startswith(self.own)
                    }
                    name = plain.get("key") or str(report.get("type", "value")).rpartition("-")[2]
                    unit = plain.get("unit", report.get("uom", ""))
                    found.append(self._claim({**plain, "kind": "value", "key": name, "unit": unit,
                                              "value": report["value"], "at": report.get("time") or moment}))  # fmt: skip
        return found

    def _claim(self, item: Any) -> Claim:
        if not isinstance(item, dict):
            raise _refused("a fact is no object")
        try:
            at = datetime.fromisoformat(str(item["at"]).replace("Z", "+00:00")) if item.get("at") else self.at
            data = {name[5:]: value for name, value in item.items() if name.startswith("data.")}
            op, value = item.get("op"), item.get("value")
            return Claim(
                str(item["kind"]), str(item["key"]), at.astimezone(UTC), None if op is None else int(op),
                str(item.get("station", "")), None if value is None else float(value), str(item.get("unit", "")), data,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise _refused("a fact has no kind, key, number or time that can be read") from error
