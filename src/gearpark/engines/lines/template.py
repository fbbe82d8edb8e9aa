"""Reads line templates from TOML and checks that they hang together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gearpark.base.problems import NotFound, Problem

from .types import Buffer, Flow, LineTemplate, Loss, Place, Rail, Station, Transport, Variant

_PREFIX = "line-"
_STORE = "store"


def _folder() -> Any:
    return files(__package__) / "data"


def template_codes() -> tuple[str, ...]:
    """Codes of the packaged templates."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(n[len(_PREFIX) : -5] for n in names if n.startswith(_PREFIX) and n.endswith(".toml")))


@cache
def template(code: str) -> LineTemplate:
    """The packaged template ``code``; an unknown code is a Problem ``lines.template_unknown``."""
    if code not in template_codes():
        raise NotFound(
            "lines.template_unknown", f"There is no line template {code!r}.", known=template_codes()
        )
    return read_template((_folder() / f"{_PREFIX}{code}.toml").read_text("utf-8"))


def read_template(text: str) -> LineTemplate:
    """TOML text -> checked template; a template that does not hang together is ``lines.template_broken``."""
    try:
        made = _build(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Problem("lines.template_broken", f"The line template cannot be read: {error!r}.") from error
    _check(made)
    return made


def _build(raw: Mapping[str, Any]) -> LineTemplate:
    line, sizes = raw["line"], raw["sizes"]
    stations = tuple(
        Station(**_device(s, sizes), group=s["group"], op=s["op"], ideal_cycle_s=float(s["ideal_cycle_s"]))
        for s in raw["stations"]
    )
    loops = {code: _rail(rail) for code, rail in raw.get("rails", {}).items()}
    return LineTemplate(
        code=line["code"],
        title_en=line["title_en"],
        title_zh=line["title_zh"],
        width=float(line["width"]),
        height=float(line["height"]),
        ideal_cycle_s=_bottleneck_cycle(stations, line["bottleneck"]),
        bottleneck=line["bottleneck"],
        output=line["output"],
        calendar=line["calendar"],
        stations=stations,
        buffers=tuple(Buffer(**_device(b, sizes), capacity=int(b["capacity"])) for b in raw["buffers"]),
        transports=tuple(
            Transport(**_device(t, sizes), move_s=float(t["move_s"]), rail=loops.get(t.get("rail", "")))
            for t in raw["transports"]
        ),
        flows=tuple(Flow(f["from"], f["to"], tuple(f["by"])) for f in raw["flows"]),
        variants=tuple(Variant(**v) for v in raw["variants"]),
        losses=tuple(Loss(**{**x, "states": tuple(x["states"])}) for x in raw["losses"]),
        stops={name: (float(x), float(y)) for name, (x, y) in raw.get("stops", {}).items()},
    )


def _device(raw: Mapping[str, Any], sizes: Mapping[str, list[float]]) -> dict[str, Any]:
    width, height = sizes[raw["type"]]
    return {
        "code": raw["code"],
        "type": raw["type"],
        "title_en": raw["title_en"],
        "title_zh": raw["title_zh"],
        "place": Place(float(raw["x"]), float(raw["y"]), float(width), float(height)),
    }


def _rail(raw: Mapping[str, Any]) -> Rail:
    return Rail(tuple((float(x), float(y)) for x, y in raw["points"]), bool(raw.get("closed", False)))


def _bottleneck_cycle(stations: tuple[Station, ...], group: str) -> float:
    members = [s for s in stations if s.group == group]
    return min(s.ideal_cycle_s for s in members) / len(members)


def _check(made: LineTemplate) -> None:
    codes = [d.code for d in made.devices]
    if len(codes) != len(set(codes)):
        raise Problem("lines.template_broken", f"Template {made.code}: a device code stands there twice.")
    places = {_STORE, *made.groups, *(b.code for b in made.buffers)}
    carriers = {t.code for t in made.transports}
    for flow in made.flows:
        unknown = {flow.source, flow.target} - places | set(flow.by) - carriers
        if unknown:
            raise Problem("lines.template_broken", f"Template {made.code}: a flow names {sorted(unknown)}.")
    for device in made.devices:
        if not (0 <= device.place.x <= made.width and 0 <= device.place.y <= made.height):
            raise Problem(
                "lines.template_broken", f"Template {made.code}: {device.code} stands outside the drawing."
            )
    made.device(made.output)
