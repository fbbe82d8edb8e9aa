"""Rules of the GS1 EPCIS 2.0 JSON schema for what Gearpark writes, in our own words (the schema itself is not shipped).

Source: https://ref.gs1.org/standards/epcis/ (EPCIS-JSON-Schema.json, 2.0), read in November 2026: which fields each event
type may have (any other name must be a URI), which it must have, the enumerated words, the shapes of lists.
"""

from __future__ import annotations

from typing import Any

URI = {"type": "string", "format": "uri"}
TIME = {"type": "string", "format": "date-time"}
NUMBER = {"type": "number"}
STEPS = [
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
    "sensor_reporting",
    "sampling",
]
DISPOSITIONS = [
    "active",
    "container_closed",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "no_pedigree_match",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unknown",
    "available",
    "completeness_verified",
    "completeness_inferred",
    "conformant",
    "container_open",
    "mismatch_instance",
    "mismatch_class",
    "mismatch_quantity",
    "needs_replacement",
    "non_conformant",
    "unavailable",
]
MEASUREMENTS = [
    "Acceleration",
    "Angle",
    "Area",
    "Count",
    "Density",
    "Dimensionless",
    "ElectricCurrent",
    "Energy",
    "Force",
    "Frequency",
    "Length",
    "Mass",
    "MassConcentration",
    "Power",
    "Pressure",
    "RelativeHumidity",
    "Resistance",
    "Speed",
    "Temperature",
    "Time",
    "Torque",
    "Voltage",
    "Volume",
    "VolumeFlowRate",
]
TRANSACTIONS = [
    "bol",
    "cert",
    "desadv",
    "inv",
    "pedigree",
    "po",
    "poc",
    "prodorder",
    "recadv",
    "rma",
    "testprd",
    "testres",
]


def word(words: list[str]) -> dict[str, Any]:
    """One of the standard's words, or a URI."""
    return {"anyOf": [{"enum": words}, {**URI, "pattern": ":"}]}


def listed(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


PLACE = {"type": "object", "properties": {"id": URI}, "required": ["id"]}
QUANTITY = {
    "type": "object",
    "properties": {
        "epcClass": URI,
        "quantity": NUMBER,
        "uom": {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"},
    },
    "required": ["epcClass", "quantity"],
}
REPORT = {
    "type": "object",
    "properties": {
        "type": word(MEASUREMENTS),
        "value": NUMBER,
        "uom": {"type": "string"},
        "time": TIME,
        "deviceID": URI,
    },
    "required": ["type"],
}
SENSOR = {
    "type": "object",
    "properties": {
        "sensorMetadata": {"type": "object", "properties": {"time": TIME, "deviceID": URI}},
        "sensorReport": listed(REPORT),
    },
    "required": ["sensorReport"],
}
FIELDS: dict[str, dict[str, Any]] = {
    "@context": {},
    "type": {"type": "string"},
    "eventTime": TIME,
    "recordTime": TIME,
    "eventTimeZoneOffset": {"type": "string", "pattern": r"^([+]|[-])((0[0-9]|1[0-3]):([0-5][0-9])|14:00)$"},
    "eventID": URI,
    "errorDeclaration": {
        "type": "object",
        "properties": {"declarationTime": TIME, "reason": word(["did_not_occur", "incorrect_data"])},
        "required": ["declarationTime"],
    },
    "action": {"enum": ["OBSERVE", "ADD", "DELETE"]},
    "bizStep": word(STEPS),
    "disposition": word(DISPOSITIONS),
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "bizTransactionList": listed(
        {
            "type": "object",
            "properties": {"type": word(TRANSACTIONS), "bizTransaction": URI},
            "required": ["bizTransaction"],
        }
    ),
    "sensorElementList": listed(SENSOR),
    "epcList": listed(URI),
    "quantityList": listed(QUANTITY, 1),
    "ilmd": {"type": "object", "propertyNames": {"pattern": "^[a-zA-Z][a-zA-Z0-9+.-]*:"}},
    "parentID": URI,
    "childEPCs": listed(URI, 1),
    "childQuantityList": listed(QUANTITY, 1),
    "inputEPCList": listed(URI, 1),
    "outputEPCList": listed(URI, 1),
    "inputQuantityList": listed(QUANTITY, 1),
    "outputQuantityList": listed(QUANTITY, 1),
    "transformationID": URI,
}
COMMON = ["@context", "type", "eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration"]
WHERE = ["bizStep", "disposition", "readPoint", "bizLocation", "bizTransactionList", "sensorElementList"]
MAY = {
    "ObjectEvent": ["action", "epcList", "quantityList", "ilmd"],
    "AggregationEvent": ["action", "parentID", "childEPCs", "childQuantityList"],
    "AssociationEvent": ["action", "parentID", "childEPCs", "childQuantityList"],
    "TransformationEvent": ["inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
                            "transformationID", "ilmd"],
}  # fmt: skip
MUST = {
    "ObjectEvent": {
        "required": ["action"],
        "anyOf": [{"required": ["epcList"]}, {"required": ["quantityList"]}],
    },
    "AggregationEvent": {
        "required": ["action"],
        "anyOf": [{"required": ["childEPCs"]}, {"required": ["childQuantityList"]}],
    },
    "AssociationEvent": {"required": ["action", "parentID"], "anyOf": [{"required": ["childEPCs"]}]},
    "TransformationEvent": {
        "allOf": [
            {"anyOf": [{"required": ["inputEPCList"]}, {"required": ["inputQuantityList"]}]},
            {"anyOf": [{"required": ["outputEPCList"]}, {"required": ["outputQuantityList"]}]},
        ]
    },
}


def event(kind: str) -> dict[str, Any]:
    """The rules of one event type."""
    names = [*COMMON, *WHERE, *MAY[kind]]
    return {
        "type": "object",
        "properties": {name: FIELDS[name] for name in names} | {"type": {"const": kind}},
        "propertyNames": {"anyOf": [{"enum": names}, {"pattern": "^[a-zA-Z][a-zA-Z0-9+.-]*:"}]},
        "required": ["type", "eventTime", "eventTimeZoneOffset"],
        "allOf": [MUST[kind], {"if": {"properties": {"action": {"enum": ["OBSERVE", "DELETE"]}}, "required": ["action"]},
                               "then": {"not": {"required": ["ilmd"]}}}],
    }  # fmt: skip


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "@context": {"type": "array", "items": {"anyOf": [URI, {"type": "object"}]}},
        "type": {"const": "EPCISDocument"},
        "schemaVersion": {"type": "string", "pattern": r"^2(\.\d+)*$"},
        "creationDate": TIME,
        "epcisBody": {
            "type": "object",
            "properties": {"eventList": listed({"anyOf": [event(kind) for kind in MAY]})},
            "required": ["eventList"],
        },
    },
    "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
}
