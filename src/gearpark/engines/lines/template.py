"""Reads line templates from TOML; ``checks`` says whether they hang together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gearpark.base.problems import NotFound, Problem

from .catalogue import asset_types, read_type
from .checks import faults
from .faults import Fault, Unreadable
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
from .reading import cast, listed, record, records
from .types import (
    AssetType,
    Buffer,
    Flow,
    Head,
    LineTemplate,
    Loss,
    Place,
    Rail,
    Station,
    Transport,
    Variant,
)

MAX_DOCUMENT = 300_000  # characters of a template
_PREFIX = "line-"
_LISTS = {
    "variants": Variant,
    "losses": Loss,
    "tool_classes": ToolClass,
    "gauge_classes": GaugeClass,
    "skills": Skill,
    "stop_reasons": StopReason,
    "scrap_reasons": ScrapReason,
    "materials": Material,
    "containers": Container,
    "special_states": SpecialState,
}
_OTHERS = {
    "line", "types", "sizes", "stations", "buffers", "transports", "rails", "stops", "flows", "operations",
    "characteristics", "reliability", "commissioning",
}  # fmt: skip


def template_codes() -> tuple[str, ...]:
    """Codes of the packaged templates."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(n[len(_PREFIX) : -5] for n in names if n.startswith(_PREFIX) and n.endswith(".toml")))


@cache
def template(code: str) -> LineTemplate:
    """The packaged template ``code``; an unknown code is a Problem ``lines.template_unknown``."""
    return read_template(template_text(code))


def template_text(code: str) -> str:
    """The document of the packaged template ``code``, or Problem ``lines.template_unknown``."""
    if code not in template_codes():
        raise NotFound(
            "lines.template_unknown", f"There is no line template {code!r}.", known=template_codes()
        )
    return (_folder() / f"{_PREFIX}{code}.toml").read_text("utf-8")


def read_template(text: str, *, checked: bool = False) -> LineTemplate:
    """TOML text -> template; one that does not hang together is ``lines.template_broken`` with its faults.

    checked  it was checked when it was kept: a check that came later does not take a line's type from it
    """
    if len(text) > MAX_DOCUMENT:
        raise Problem(
            "lines.template_too_big",
            f"A line template has at most {MAX_DOCUMENT} characters.",
            size=len(text),
        )
    try:
        made = _build(tomllib.loads(text))
    except Unreadable as error:
        found = [error.fault]
    except KeyError as error:
        found = [Fault("{0!r} is missing", error.args[0])]
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError, RecursionError) as error:
        found = [Fault("the document cannot be read: {0}", error)]
    else:
        found = [] if checked else faults(made)
        if not found:
            return made
    sentences = [str(fault) for fault in found]
    raise Problem(
        "lines.template_broken",
        f"The line type does not hang together: {sentences[0]}.",
        faults=sentences,
        words=[fault.as_words() for fault in found],
    )


def _folder() -> Any:
    return files(__package__) / "data"


def _build(raw: Mapping[str, Any]) -> LineTemplate:
    unknown = sorted(set(raw) - set(_LISTS) - _OTHERS)
    if unknown:
        raise Unreadable("{0!r} is not a part of a line template", unknown[0])
    head = record(Head, raw["line"], "line")
    own = {code: read_type(code, entry) for code, entry in raw.get("types", {}).items()}
    types = {**asset_types(), **own}
    sizes = {code: _pair(size, f"sizes.{code}") for code, size in raw.get("sizes", {}).items()}
    place = _Placer(types, sizes)
    stations = tuple(
        record(Station, *place(s, f"stations[{i}]"))
        for i, s in enumerate(listed(raw["stations"], "stations"))
    )
    buffers = tuple(
        record(Buffer, *place(b, f"buffers[{i}]")) for i, b in enumerate(listed(raw["buffers"], "buffers"))
    )
    transports = _transports(raw, place)
    used = {d.type for d in (*stations, *buffers, *transports)}
    lists: dict[str, Any] = {
        name: records(kind, raw.get(name), name)
        for name, kind in _LISTS.items()  # type: ignore[type-var]
    }
    return LineTemplate(
        **{name: getattr(head, name) for name in Head.__dataclass_fields__},
        ideal_cycle_s=_bottleneck_cycle(stations, head.bottleneck),
        stations=stations,
        buffers=buffers,
        transports=transports,
        flows=tuple(_flow(f, f"flows[{i}]") for i, f in enumerate(listed(raw["flows"], "flows"))),
        operations=tuple(
            _operation(o, stations, f"operations[{i}]")
            for i, o in enumerate(listed(raw.get("operations"), "operations"))
        ),
        characteristics=tuple(
            record(Characteristic, {"signal": c.get("code"), **c}, f"characteristics[{i}]")
            for i, c in enumerate(listed(raw.get("characteristics"), "characteristics"))
        ),
        reliability={
            code: record(Reliability, entry, f"reliability.{code}", type=code)
            for code, entry in raw.get("reliability", {}).items()
        },
        commissioning=record(Commissioning, raw.get("commissioning", {}), "commissioning"),
        types={code: types[code] for code in sorted(used)},
        stops={name: _pair(at, f"stops.{name}") for name, at in raw.get("stops", {}).items()},
        **lists,
    )


class _Placer:
    """Splits a device's table into what its dataclass reads and its place in the drawing."""

    def __init__(self, types: Mapping[str, AssetType], sizes: Mapping[str, tuple[float, float]]) -> None:
        self.types, self.sizes = types, sizes

    def __call__(self, raw: Mapping[str, Any], where: str) -> tuple[dict[str, Any], str]:
        rest = dict(raw)
        kind = self.types.get(rest.get("type", ""))
        if kind is None:
            raise Unreadable("{0}: there is no asset type {1!r}", where, rest.get("type"))
        x, y = (cast(float, rest.pop(axis), f"{where}.{axis}") for axis in ("x", "y"))
        rest["place"] = Place(x, y, *self.sizes.get(kind.code, kind.size))
        return rest, where


def _transports(raw: Mapping[str, Any], place: _Placer) -> tuple[Transport, ...]:
    rails = {code: _rail(rail, f"rails.{code}") for code, rail in raw.get("rails", {}).items()}
    found = []
    for i, one in enumerate(listed(raw["transports"], "transports")):
        rest, where = place(one, f"transports[{i}]")
        name = rest.pop("rail", None)
        if name is not None and name not in rails:
            raise Unreadable("{0}: there is no rail {1!r}", where, name)
        found.append(record(Transport, {**rest, "rail": rails.get(name)}, where))
    return tuple(found)


def _operation(raw: Mapping[str, Any], stations: tuple[Station, ...], where: str) -> Operation:
    """Cycle and charge come from the stations of the operation's group."""
    members = [s for s in stations if s.group == raw.get("group")]
    if not members:
        raise Unreadable("{0}: there is no station group {1!r}", where, raw.get("group"))
    classes = raw.get("tool_classes") or []
    even = [1.0 / len(classes)] * len(classes) if classes else []
    return record(
        Operation,
        {"tool_shares": even, **raw},
        where,
        cycle_s=min(s.ideal_cycle_s for s in members),
        batch=members[0].batch,
    )


def _flow(raw: Mapping[str, Any], where: str) -> Flow:
    names = {"from": "source", "to": "target"}
    return record(Flow, {names.get(key, key): value for key, value in raw.items()}, where)


def _pair(raw: Any, where: str) -> tuple[float, float]:
    found = cast(tuple[float, ...], raw, where)
    if len(found) != 2:
        raise Unreadable("{0} is not a pair of numbers", where)
    return found[0], found[1]


def _rail(raw: Mapping[str, Any], where: str) -> Rail:
    points = tuple(_pair(p, f"{where}.points") for p in listed(raw["points"], f"{where}.points"))
    if len(points) < 2:
        raise Unreadable("{0} has fewer than two points", where)
    return Rail(points, cast(bool, raw.get("closed", False), f"{where}.closed"))


def _bottleneck_cycle(stations: tuple[Station, ...], group: str) -> float:
    members = [s for s in stations if s.group == group]
    if not members:
        raise Unreadable("there is no station group {0!r} to be the bottleneck", group)
    return min(s.part_s for s in members) / len(members)
