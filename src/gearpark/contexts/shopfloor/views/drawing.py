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

MARGIN = 26
FOOT = 34  # room under the lowest shape for its label
STATION_BOX = (84.0, 72.0)  # room for code and state word; neighbours stand 90 apart or more
CORNER = 14.0


def silhouette(kind: str, left: float, top: float, width: float, height: float) -> str:
    """Outline by kind of station: machining centre (cut column), washer (tunnel), leak tester (bell), CMM (portal)."""
    right, bottom, c = left + width, top + height, CORNER
    if kind == "washer":
        return (
            f"M{left:g} {bottom:g}V{top + c:g}Q{left:g} {top:g} {left + c:g} {top:g}H{right - c:g}"
            f"Q{right:g} {top:g} {right:g} {top + c:g}V{bottom:g}Z"
        )
    if kind == "leak-tester":
        return (
            f"M{left + c:g} {top:g}H{right - c:g}L{right:g} {top + c:g}V{bottom - c:g}L{right - c:g} {bottom:g}"
            f"H{left + c:g}L{left:g} {bottom - c:g}V{top + c:g}Z"
        )
    if kind == "cmm":
        leg = bottom + 7
        return f"M{left:g} {top:g}H{right:g}V{leg:g}H{right - c:g}V{bottom:g}H{left + c:g}V{leg:g}H{left:g}Z"
    return f"M{left:g} {top:g}H{right - c:g}L{right:g} {top + c:g}V{bottom:g}H{left:g}Z"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One device in the drawing; x and y are its centre."""

    code: str
    kind: str
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
        return silhouette(self.kind, self.left, self.top, self.width, self.height)

    @property
    def level_y(self) -> float:
        return self.bottom - 3 - (self.height - 6) * self.fill

    @property
    def level_height(self) -> float:
        return (self.height - 6) * self.fill

    @property
    def label_y(self) -> int:
        """Movers that meet at a stop must not write over each other: every second one is named below."""
        if self.kind == "gantry":
            return -19
        return 27 if self.code[-1:] in "24680" else -20

    @property
    def short(self) -> str:
        """The part's serial without what all of them share."""
        return self.part[-8:]


def drawing(
    figures: LineFigures, live: Mapping[str, LiveUnit], language: str, query: str = ""
) -> dict[str, Any]:
    """Context of ``shopfloor/drawing.html``; ``live`` by device code."""
    shape = figures.line.template
    drawn = [_drawn(figures, device, live.get(device.code), language, query) for device in shape.devices]
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
        "movers": [d for d in drawn if isinstance(kinds[d.code], Transport) and d.kind != "robot"],
        "robots": [d for d in drawn if d.kind == "robot"],
    }


def mini(figures: LineFigures) -> dict[str, Any]:
    """The same drawing in miniature for the list of lines: stations and buffers only."""
    shape = figures.line.template
    parts = [d for d in shape.devices if not isinstance(d, Transport)]
    left = min(d.place.x - d.place.width / 2 for d in parts) - 4
    top = min(d.place.y - d.place.height / 2 for d in parts) - 4
    right = max(d.place.x + d.place.width / 2 for d in parts) + 4
    bottom = max(d.place.y + d.place.height / 2 for d in parts) + 4
    return {
        "box": f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}",
        "parts": [
            {
                "x": d.place.x - d.place.width / 2,
                "y": d.place.y - d.place.height / 2,
                "width": d.place.width,
                "height": d.place.height,
                "state": look_of(figures.units[d.code].state).code,
                "word": look_of(figures.units[d.code].state).word,
                "code": d.code.upper(),
                "buffer": isinstance(d, Buffer),
            }
            for d in parts
        ],
    }


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
        kind=device.type,
        x=x,
        y=y,
        width=max(width, device.place.width),
        height=max(height, device.place.height),
        title=device.title_zh if language.startswith("zh") else device.title_en,
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
