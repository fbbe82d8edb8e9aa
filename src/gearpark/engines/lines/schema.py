"""The format of line types as a JSON Schema, made from the same dataclasses that read them."""

from __future__ import annotations

import types
import typing
from enum import StrEnum
from typing import Any

from gearpark.base.wire import SignalKind

from .process import (
    Characteristic,
    Commissioning,
    Container,
    GaugeClass,
    Material,
    Operation,
    Reliability,
    ScrapReason,
    Skill,
    SpecialState,
    StopReason,
    ToolClass,
)
from .reading import hints, needed
from .types import Buffer, Flow, Head, Loss, Role, Station, Transport, Variant

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBERS: dict[Any, dict[str, Any]] = {
    float: {"type": "number"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
}
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_PLACE = {"x": {"type": "number"}, "y": {"type": "number"}}


def schema() -> dict[str, Any]:
    """JSON Schema of a line type's document (TOML read as JSON). What hangs together is checked beyond it."""
    tables = {
        "variants": Variant, "losses": Loss, "characteristics": Characteristic, "tool_classes": ToolClass,
        "gauge_classes": GaugeClass, "skills": Skill, "stop_reasons": StopReason, "scrap_reasons": ScrapReason,
        "materials": Material, "containers": Container, "special_states": SpecialState,
    }  # fmt: skip
    properties: dict[str, Any] = {
        "line": _table(Head),
        "stations": _list(_device(Station)),
        "buffers": _list(_device(Buffer)),
        "transports": _list(_device(Transport, rail={"type": "string"})),
        "flows": _list(_flow()),
        "operations": _list(_table(Operation, without=("cycle_s", "batch"))),
        **{name: _list(_table(kind)) for name, kind in tables.items()},
        "reliability": _map(_table(Reliability, without=("type",))),
        "commissioning": _table(Commissioning),
        "rails": _map(_rail()),
        "stops": _map(_PAIR),
        "sizes": _map(_PAIR),
        "types": _map(_type()),
    }
    properties["characteristics"]["items"]["required"].remove("signal")  # "": the characteristic's code
    return {
        "$schema": DRAFT,
        "title": "Gearpark line type",
        "type": "object",
        "properties": properties,
        "required": ["line", "stations", "buffers", "transports", "flows", "variants"],
        "additionalProperties": False,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _map(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": item}


def _object(properties: dict[str, Any], required: list[str], about: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object"}
    if about:
        found["description"] = about
    return {**found, "properties": properties, "required": required, "additionalProperties": False}


def _table(cls: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    known = {name: _value(kind) for name, kind in hints(cls).items() if name not in without}
    return _object(known, [n for n in known if n in needed(cls)], " ".join((cls.__doc__ or "").split()))


def _device(cls: Any, **more: dict[str, Any]) -> dict[str, Any]:
    found = _table(cls, without=("place", *more))
    found["properties"].update({**_PLACE, **more})
    found["required"] += list(_PLACE)
    return found


def _flow() -> dict[str, Any]:
    found = _table(Flow)
    names = {"source": "from", "target": "to"}
    found["properties"] = {names.get(k, k): v for k, v in found["properties"].items()}
    found["required"] = [names.get(k, k) for k in found["required"]]
    return found


def _rail() -> dict[str, Any]:
    return _object({"points": {**_list(_PAIR), "minItems": 2}, "closed": {"type": "boolean"}}, ["points"])


def _type() -> dict[str, Any]:
    text = {"type": "string"}
    signal = _object(
        {
            "name": text, "kind": {"enum": [str(k) for k in SignalKind]}, "unit": text,
            "interval_s": {"type": "number"}, "title_en": text, "title_zh": text,
        },
        ["name", "kind", "title_en", "title_zh"],
    )  # fmt: skip
    return _object(
        {
            "title_en": text, "title_zh": text, "role": {"enum": [str(r) for r in Role]}, "shape": text,
            "size": _PAIR, "signals": _list(signal),
        },
        ["title_en", "title_zh"],
        "An asset type of its own, beside those that are shipped.",
    )  # fmt: skip


def _value(kind: Any) -> dict[str, Any]:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _value(next(k for k in typing.get_args(kind) if k is not type(None)))
    if origin is tuple:
        return _list(_value(typing.get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [str(word) for word in kind]}
    return dict(_NUMBERS[kind])
