"""The Sparkplug B payload as protobuf classes, built from the field table of the specification (chapter 6).

Only the fields of the published table are named here; the one addition is `Payload.source_us` (field 100, inside the
range the specification leaves to extensions): the microseconds that a metric's millisecond timestamp cannot carry,
one number per metric in order, absent when all are zero. A peer that does not know it skips it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "gearpark.sparkplug"
EXTENSION_SOURCE_US = 100


class DataType(IntEnum):
    """Sparkplug B metric data types (specification, 6.4.16)."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTYSET = 20
    PROPERTYSETLIST = 21


# message -> (name, number, type, repeated, in the "value" oneof)
_SCALAR = {
    "u32": _Field.TYPE_UINT32,
    "u64": _Field.TYPE_UINT64,
    "f32": _Field.TYPE_FLOAT,
    "f64": _Field.TYPE_DOUBLE,
    "bool": _Field.TYPE_BOOL,
    "str": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
}
_TABLE: dict[str, list[tuple[str, int, str, str]]] = {
    "PropertyValue": [
        ("type", 1, "u32", ""),
        ("is_null", 2, "bool", ""),
        ("int_value", 3, "u32", "value"),
        ("long_value", 4, "u64", "value"),
        ("float_value", 5, "f32", "value"),
        ("double_value", 6, "f64", "value"),
        ("boolean_value", 7, "bool", "value"),
        ("string_value", 8, "str", "value"),
        ("propertyset_value", 9, "PropertySet", "value"),
        ("propertysets_value", 10, "PropertySetList", "value"),
    ],
    "PropertySet": [("keys", 1, "str", "repeated"), ("values", 2, "PropertyValue", "repeated")],
    "PropertySetList": [("propertyset", 1, "PropertySet", "repeated")],
    "MetaData": [
        ("is_multi_part", 1, "bool", ""),
        ("content_type", 2, "str", ""),
        ("size", 3, "u64", ""),
        ("seq", 4, "u64", ""),
        ("file_name", 5, "str", ""),
        ("file_type", 6, "str", ""),
        ("md5", 7, "str", ""),
        ("description", 8, "str", ""),
    ],
    "DataSetValue": [
        ("int_value", 1, "u32", "value"),
        ("long_value", 2, "u64", "value"),
        ("float_value", 3, "f32", "value"),
        ("double_value", 4, "f64", "value"),
        ("boolean_value", 5, "bool", "value"),
        ("string_value", 6, "str", "value"),
    ],
    "Row": [("elements", 1, "DataSetValue", "repeated")],
    "DataSet": [
        ("num_of_columns", 1, "u64", ""),
        ("columns", 2, "str", "repeated"),
        ("types", 3, "u32", "repeated"),
        ("rows", 4, "Row", "repeated"),
    ],
    "Parameter": [
        ("name", 1, "str", ""),
        ("type", 2, "u32", ""),
        ("int_value", 3, "u32", "value"),
        ("long_value", 4, "u64", "value"),
        ("float_value", 5, "f32", "value"),
        ("double_value", 6, "f64", "value"),
        ("boolean_value", 7, "bool", "value"),
        ("string_value", 8, "str", "value"),
    ],
    "Template": [
        ("version", 1, "str", ""),
        ("metrics", 2, "Metric", "repeated"),
        ("parameters", 3, "Parameter", "repeated"),
        ("template_ref", 4, "str", ""),
        ("is_definition", 5, "bool", ""),
    ],
    "Metric": [
        ("name", 1, "str", ""),
        ("alias", 2, "u64", ""),
        ("timestamp", 3, "u64", ""),
        ("datatype", 4, "u32", ""),
        ("is_historical", 5, "bool", ""),
        ("is_transient", 6, "bool", ""),
        ("is_null", 7, "bool", ""),
        ("metadata", 8, "MetaData", ""),
        ("properties", 9, "PropertySet", ""),
        ("int_value", 10, "u32", "value"),
        ("long_value", 11, "u64", "value"),
        ("float_value", 12, "f32", "value"),
        ("double_value", 13, "f64", "value"),
        ("boolean_value", 14, "bool", "value"),
        ("string_value", 15, "str", "value"),
        ("bytes_value", 16, "bytes", "value"),
        ("dataset_value", 17, "DataSet", "value"),
        ("template_value", 18, "Template", "value"),
    ],
    "Payload": [
        ("timestamp", 1, "u64", ""),
        ("metrics", 2, "Metric", "repeated"),
        ("seq", 3, "u64", ""),
        ("uuid", 4, "str", ""),
        ("body", 5, "bytes", ""),
        ("source_us", EXTENSION_SOURCE_US, "u32", "packed"),
    ],
}


def _build() -> dict[str, Any]:
    """Message classes by name, from the table."""
    file = descriptor_pb2.FileDescriptorProto(
        name="gearpark/sparkplug_b.proto", package=_PACKAGE, syntax="proto2"
    )
    for message, fields in _TABLE.items():
        entry = file.message_type.add(name=message)
        if any(mode == "value" for *_, mode in fields):
            entry.oneof_decl.add(name="value")
        for name, number, kind, mode in fields:
            repeated = mode in ("repeated", "packed")
            field = entry.field.add(
                name=name, number=number, label=_Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            )
            if kind in _SCALAR:
                field.type = _SCALAR[kind]
            else:
                field.type = _Field.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind}"
            if mode == "value":
                field.oneof_index = 0
            if mode == "packed":
                field.options.packed = True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _TABLE
    }


_CLASSES = _build()
Payload: Any = _CLASSES["Payload"]
Metric: Any = _CLASSES["Metric"]
