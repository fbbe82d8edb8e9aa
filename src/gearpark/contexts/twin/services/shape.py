"""Stations, buffers and flows put in and taken out of a model's file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import yaml

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.linesim.model import read_document
from gearpark.engines.linesim.model.flow import HOP
from gearpark.kit.tenant import acting

from ..queries.models import model
from ..types import ModelInfo
from .models import dumped, save_model

NEW: dict[str, dict[str, Any]] = {
    "stations": {"cycle": "60 s"},
    "buffers": {"capacity": 5},
    "transports": {"move": "20 s"},
    "people": {"count": 1},
}
NAME = re.compile(r"[^\s>.,:#{}\[\]\"'&*!|%@`]{1,40}")
TABLES = tuple(NEW)

Edge = dict[str, Any]


def add_part(scope: Scope, key: int, table: str, name: str, *, after: str = "", base: int) -> ModelInfo:
    """Put a station, buffer, transport or group of people in; a station or buffer stands in the flow behind ``after``.

    Problems ``twin.name_wrong``, ``twin.name_twice``, ``twin.part_unknown`` and those of the file.
    """
    with acting(scope):
        raw = read_document(model(scope, key).text).raw
        _new_name(raw, table, name)
        if table in ("stations", "buffers"):
            edges = edges_of(raw)
            if after not in {edge["from"] for edge in edges}:
                raise Problem(
                    "twin.part_unknown",
                    f"Nothing flows out of {after!r}: say behind which station or buffer it comes.",
                )
            for edge in edges:
                if edge["from"] == after:
                    edge["from"] = name
            raw["flow"] = flow_of([*edges, {"from": after, "to": name}])
        raw.setdefault(table, {})
        raw[table] = _behind(raw[table] or {}, after, name, dict(NEW[table]))
        return save_model(scope, key, dumped(raw), base=base, note=f"+ {name}")


def remove_part(scope: Scope, key: int, table: str, name: str, *, base: int) -> ModelInfo:
    """Take a station, buffer, transport or group out; what flowed through it flows past it.

    Problems ``twin.part_unknown`` and those of the file (something still speaks of it).
    """
    with acting(scope):
        raw = read_document(model(scope, key).text).raw
        if table not in TABLES or name not in (raw.get(table) or {}):
            raise Problem("twin.part_unknown", f"The model has no {name!r}.")
        edges = edges_of(raw)
        if table in ("stations", "buffers"):
            raw["flow"] = flow_of(_past(edges, name))
        elif table == "transports":
            raw["flow"] = flow_of([_without(edge, name) for edge in edges])
        raw[table] = {other: fields for other, fields in raw[table].items() if other != name}
        if not raw[table]:
            del raw[table]
        return save_model(scope, key, dumped(raw), base=base, note=f"- {name}")


def set_section(scope: Scope, key: int, path: str, text: str, *, base: int) -> ModelInfo:
    """Set what stands at a dotted path by its YAML; empty text takes it away. Problem ``twin.file_unreadable``."""
    with acting(scope):
        info = model(scope, key)
        document = read_document(info.text, info.code)
        value = read_document(f"value:\n{_indented(text)}\n", path).raw["value"] if text.strip() else None
        if value is None and document.at(tuple(path.split("."))) is None:
            return info
        return save_model(scope, key, dumped(document.patched({path: value}).raw), base=base, note=path)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.replace("\t", "  ").splitlines())


def section_text(info: ModelInfo, path: str) -> str:
    """What stands at a dotted path, as YAML; empty for nothing."""
    value = read_document(info.text, info.code).at(tuple(path.split(".")))
    return (
        ""
        if value is None
        else yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=90).removesuffix("...\n")
    )


def edges_of(raw: Mapping[str, Any]) -> list[Edge]:
    """The flow with every chain taken apart: ``from``, ``to`` and what is told of the way."""
    flow = raw.get("flow")
    if flow is None:
        names = ["supply", *(raw.get("stations") or {}), "exit"]
        return [{"from": a, "to": b} for a, b in pairwise(names)]
    made: list[Edge] = []
    for item in flow if isinstance(flow, list) else [flow]:
        if isinstance(item, Mapping):
            made.append(dict(item))
            continue
        hops = [HOP.match(hop.strip()) for hop in str(item).split(">")]
        for before, hop in pairwise(hops):
            if before is None or hop is None:
                raise AssertionError("a kept model's flow can be read")
            edge: Edge = {"from": before["name"], "to": hop["name"]}
            if hop["by"]:
                edge["by"] = [one.strip() for one in hop["by"].split(",") if one.strip()]
            if hop["time"]:
                edge["in"] = hop["time"]
            made.append(edge)
    return made


def flow_of(edges: list[Edge]) -> list[Any]:
    """Edges as they are written: a chain of two where the way is plain, else in full."""
    made: list[Any] = []
    for edge in edges:
        by = edge.get("by") or []
        by = [by] if isinstance(by, str) else by
        if set(edge) <= {"from", "to", "by", "in"} and not isinstance(edge.get("in"), Mapping):
            text = f"{edge['from']} > {edge['to']}"
            made.append(
                text
                + (f" by {', '.join(by)}" if by else "")
                + (f" in {edge['in']}" if edge.get("in") else "")
            )
        else:
            made.append(edge)
    return made


def _past(edges: list[Edge], name: str) -> list[Edge]:
    """The flow without ``name``: whoever led to it leads to what it led to."""
    out = [edge for edge in edges if edge["from"] == name and edge["to"] != name]
    made: list[Edge] = []
    for edge in edges:
        if edge["from"] == name:
            continue
        if edge["to"] != name:
            made.append(edge)
            continue
        for onward in out:
            if onward["to"] != edge["from"]:
                kept = {k: v for k, v in edge.items() if k in ("from", "share", "parts", "rework")}
                made.append({**onward, **kept})
    return made


def _without(edge: Edge, carrier: str) -> Edge:
    by = edge.get("by") or []
    left = [one for one in ([by] if isinstance(by, str) else by) if one != carrier]
    kept = {k: v for k, v in edge.items() if k not in ("by", *(() if left else ("in",)))}
    return {**kept, "by": left} if left else kept


def _new_name(raw: Mapping[str, Any], table: str, name: str) -> None:
    if table not in TABLES or not NAME.fullmatch(name):
        raise Problem(
            "twin.name_wrong", "A name is one word of 40 characters at most, without > . , : or brackets."
        )
    if name in {"supply", "exit", "scrap"} or any(name in (raw.get(other) or {}) for other in TABLES):
        raise Problem("twin.name_twice", f"There is a {name!r} already; choose another name.", line=0)


def _behind(fields: Mapping[str, Any], after: str, name: str, new: Any) -> dict[str, Any]:
    """A mapping with a name put behind another, or at the end."""
    if after not in fields:
        return {**fields, name: new}
    made: dict[str, Any] = {}
    for other, value in fields.items():
        made[other] = value
        if other == after:
            made[name] = new
    return made
