"""The line as it stands: template and states -> what the SVG template draws. Drawing units of the line's template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from gearpark.engines.lines import Buffer, Device, LineTemplate, Rail, Station, Transport
from gearpark.ui.states import look_of

from ..types import LineFigures, LiveUnit
from .silhouettes import silhouette

MARGIN = 26
FOOT = 34  # room under the lowest shape for its label
STATION_BOX = (84.0, 72.0)  # room for code and state word; neighbours stand 90 apart or more


@dataclass(frozen=True, slots=True)
class Drawn:
    """One device in the drawing; x and y are its centre. ``shape`` is how its asset type is drawn."""

    code: str
    shape: str
    x: float
    y: float
    width: float
    height: float
    title: str
    url: str
    state: str
    word: str
    mark: str
    part: str
    alarm: str
    fill: float = 0.0
    level: int | None = None
    capacity: int = 0
    rail: str = ""

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    @property
    def body(self) -> str:
        return silhouette(self.shape, self.left, self.top, self.width, self.height)

    @property
    def level_y(self) -> float:
        return self.bottom - 3 - (self.height - 6) * self.fill

    @property
    def level_height(self) -> float:
        return (self.height - 6) * self.fill

    @property
    def label_y(self) -> int:
        """Movers that meet at a stop must not write over each other: every second one is named below."""
        if self.shape in ("gantry", "conveyor"):
            return -19
        return 27 if self.code[-1:] in "24680" else -20

    @property
    def short(self) -> str:
        """The part's serial without what all of them share; of a charge how many parts."""
        inside = self.part.split()
        return f"×{len(inside)}" if len(inside) > 1 else self.part[-8:]


def drawing(
    figures: LineFigures, live: Mapping[str, LiveUnit], language: str, query: str = ""
) -> dict[str, Any]:
    """Context of ``shopfloor/drawing.html``; ``live`` by device code."""
    shape = figures.line.template
    drawn = [_drawn(figures, device, live.get(device.code), language, query) for device in shape.devices]
    return _laid_out(shape, drawn)


def plan_drawing(shape: LineTemplate, language: str) -> dict[str, Any]:
    """The same drawing of a line type, without states: stations say their cycle and lead to their operation."""
    drawn = [_planned(shape, device, language) for device in shape.devices]
    return {**_laid_out(shape, drawn), "plan": True}


def _laid_out(shape: LineTemplate, drawn: list[Drawn]) -> dict[str, Any]:
    kinds = {device.code: device for device in shape.devices}
    rails = {id(t.rail): t.rail for t in shape.transports if t.rail is not None}
    top = min([d.top for d in drawn] + [y for rail in rails.values() for _, y in rail.points]) - MARGIN
    bottom = max([d.bottom for d in drawn] + [y for rail in rails.values() for _, y in rail.points]) + FOOT
    left = min(d.left for d in drawn) - MARGIN
    right = max(d.left + d.width for d in drawn) + MARGIN
    return {
        "box": f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}",
        "ratio": f"{right - left:.0f} / {bottom - top:.0f}",
        "rails": [_rail(rail) for rail in rails.values()],
        "flow": _flow(shape),
        "stations": [d for d in drawn if isinstance(kinds[d.code], Station)],
        "buffers": [d for d in drawn if isinstance(kinds[d.code], Buffer)],
        "movers": [d for d in drawn if isinstance(kinds[d.code], Transport) and d.shape != "robot"],
        "robots": [d for d in drawn if d.shape == "robot"],
    }


def mini(figures: LineFigures) -> dict[str, Any]:
    """The same drawing in miniature for the list of lines: stations and buffers only."""
    units = figures.units
    return mini_of(figures.line.template, {code: str(unit.state) for code, unit in units.items()})


def mini_of(shape: LineTemplate, states: Mapping[str, str]) -> dict[str, Any]:
    """Stations and buffers of a line type; without a state they are drawn in outline."""
    parts = [d for d in shape.devices if not isinstance(d, Transport)]
    left = min(d.place.x - d.place.width / 2 for d in parts) - 4
    top = min(d.place.y - d.place.height / 2 for d in parts) - 4
    right = max(d.place.x + d.place.width / 2 for d in parts) + 4
    bottom = max(d.place.y + d.place.height / 2 for d in parts) + 4
    looks = {code: look_of(state) for code, state in states.items()}
    return {
        "box": f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}",
        "parts": [
            {
                "x": d.place.x - d.place.width / 2,
                "y": d.place.y - d.place.height / 2,
                "width": d.place.width,
                "height": d.place.height,
                "state": looks[d.code].code if d.code in looks else "",
                "word": looks[d.code].word if d.code in looks else "",
                "code": d.code.upper(),
                "buffer": isinstance(d, Buffer),
            }
            for d in parts
        ],
    }


def _planned(shape: LineTemplate, device: Device, language: str) -> Drawn:
    width, height = STATION_BOX if isinstance(device, Station) else (0.0, 0.0)
    operation = shape.operation_of(device.code) if isinstance(device, Station) else None
    cycle = ""
    if isinstance(device, Station):
        cycle = f"{device.ideal_cycle_s:g} s" + (f" /{device.batch}" if device.batch > 1 else "")
    return Drawn(
        code=device.code,
        shape=shape.types[device.type].shape,
        x=device.place.x,
        y=device.place.y,
        width=max(width, device.place.width),
        height=max(height, device.place.height),
        title=f"{device.code.upper()} · {device.title(language)}",
        url=f"#op-{operation.op}" if operation else f"#type-{device.type}",
        state="plan",
        word=cycle,
        mark="",
        part="",
        alarm="",
        capacity=getattr(device, "capacity", 0),
    )


def _drawn(figures: LineFigures, device: Device, live: LiveUnit | None, language: str, query: str) -> Drawn:
    known = figures.units[device.code]
    state = live.state if live else known.state
    look = look_of(state)
    width, height = STATION_BOX if isinstance(device, Station) else (0.0, 0.0)
    x, y = device.place.x, device.place.y
    if live and live.x is not None and live.y is not None:
        x, y = live.x, live.y
    capacity = int(live.capacity) if live and live.capacity else getattr(device, "capacity", 0)
    level = live.level if live else None
    return Drawn(
        code=device.code,
        shape=figures.line.template.types[device.type].shape,
        x=x,
        y=y,
        width=max(width, device.place.width),
        height=max(height, device.place.height),
        title=device.title(language),
        url=reverse("shopfloor:unit", args=[figures.line.asset, device.code]) + query,
        state=look.code,
        word=str(look.word),
        mark=look.shape,
        part=live.part if live else "",
        alarm=live.alarm if live else "",
        fill=min(1.0, max(0.0, level / capacity)) if level is not None and capacity else 0.0,
        level=None if level is None else round(level),
        capacity=capacity,
        rail=_rail_json(device),
    )


def _rail_json(device: Device) -> str:
    if not isinstance(device, Transport) or device.rail is None:
        return ""
    return json.dumps({"points": device.rail.points, "closed": device.rail.closed}, separators=(",", ":"))


def _rail(rail: Rail) -> dict[str, Any]:
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in rail.points) + ("Z" if rail.closed else "")
    return {"path": path, "closed": rail.closed}


def _flow(shape: LineTemplate) -> str:
    """A quiet line through the places parts pass, left to right."""
    places = [*shape.stations, *shape.buffers]
    if not places:
        return ""
    y = sum(b.place.y for b in shape.buffers) / len(shape.buffers) if shape.buffers else places[0].place.y
    left, right = min(p.place.x for p in places), max(p.place.x for p in places)
    return f"M{left:g} {y:g}H{right:g}"
