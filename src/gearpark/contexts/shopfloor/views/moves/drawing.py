"""The shop drawn to scale: lines with their buffers' levels, stores, carriers, vehicles where they are, tasks as arrows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from gearpark.engines.transport import Point, route
from gearpark.ui.numbers import plain

from ...queries.moves import Shop
from ...types.moves import PlaceInfo, PlaceKind, TaskInfo, VehicleInfo
from .words import KINDS, STATES, overdue, vehicle_look, vehicle_word, word

SCALE = 8.0  # drawing units of a metre
MARGIN_M = 5.0
LINE_PAD_M = 2.6  # room around a line's devices
SHOWN_CARRIERS = 24  # drawn in one store; the note says how many there are
ROW = 8  # squares beside each other
HANDED = 3  # drawn at a hand-over
CELL = 10.0  # a carrier's square
LOW_CHARGE = 0.25
BLOCK = {PlaceKind.STORE: (17.0, 13.0), PlaceKind.DOCK: (17.0, 10.0), PlaceKind.PARK: (8.0, 4.0)}
CELLS_OF = (PlaceKind.STORE, PlaceKind.DOCK, PlaceKind.HANDOVER)


@dataclass(frozen=True, slots=True)
class Map:
    """Metres -> drawing units."""

    left: float
    top: float
    right: float
    bottom: float

    def x(self, metres: float) -> float:
        return round((metres - self.left) * SCALE, 1)

    def y(self, metres: float) -> float:
        return round((metres - self.top) * SCALE, 1)

    @property
    def box(self) -> str:
        return f"0 0 {(self.right - self.left) * SCALE:.0f} {(self.bottom - self.top) * SCALE:.0f}"


def draw(shop: Shop, now: datetime, tongue: str) -> dict[str, Any]:
    """Everything the template draws; ``live`` is what the page's script asks for again."""
    chart = _map(shop.places)
    return {
        "box": chart.box,
        "lines": [_line(chart, shop, asset, names, tongue) for asset, names in shop.lines.items()],
        "blocks": [_block(chart, place, tongue) for place in shop.places if place.kind in BLOCK],
        "handovers": [
            _handover(chart, place, tongue)
            for place in shop.places
            if place.kind is PlaceKind.HANDOVER or (place.kind is PlaceKind.BUFFER and not place.line)
        ],
        "aisles": [chart.x(x) for x in shop.site.aisles],
        **live(shop, now, chart),
    }


def live(shop: Shop, now: datetime, chart: Map | None = None) -> dict[str, Any]:
    """What moves: vehicles, tasks, levels, carriers."""
    chart = chart or _map(shop.places)
    by_id = {place.id: place for place in shop.places}
    return {
        "vehicles": [_vehicle(chart, one) for one in shop.vehicles if one.x_m is not None],
        "absent": [
            {"name": one.name, "word": vehicle_word(one), "look": vehicle_look(one), "url": _url_of(one)}
            for one in shop.vehicles
            if one.x_m is None
        ],
        "tasks": [
            arrow
            for task in shop.tasks
            if (arrow := _arrow(chart, by_id, shop.site.aisles, task, now)) is not None
        ],
        "buffers": {place.code: _fill(shop, place) for place in shop.places if _is_buffer(place)},
        "standing": [
            cell for place in shop.places if place.kind in CELLS_OF for cell in _cells(chart, shop, place)
        ],
        "notes": [note for place in shop.places for note in _notes(chart, shop, place)],
    }


def _map(places: Sequence[PlaceInfo]) -> Map:
    xs, ys = [place.x_m for place in places], [place.y_m for place in places]
    if not xs:
        return Map(0, 0, 100, 60)
    return Map(min(xs) - MARGIN_M - 4.5, min(ys) - MARGIN_M, max(xs) + MARGIN_M, max(ys) + MARGIN_M)


def _is_buffer(place: PlaceInfo) -> bool:
    return place.kind is PlaceKind.BUFFER and bool(place.line)


def _fill(shop: Shop, place: PlaceInfo) -> dict[str, Any]:
    level = shop.levels.get(place.code)
    capacity = place.capacity or 1
    return {
        "level": None if level is None else round(level),
        "capacity": capacity,
        "share": None if level is None else round(min(1.0, max(0.0, level / capacity)), 3),
    }


def _line(chart: Map, shop: Shop, asset: str, names: tuple[str, str], tongue: str) -> dict[str, Any]:
    """One line: its outline, stations and buffers."""
    devices = [
        place
        for place in shop.places
        if place.line == asset and place.kind in (PlaceKind.STATION, PlaceKind.BUFFER)
    ]
    if not devices:
        return {"asset": asset, "devices": []}
    left, right = min(p.x_m for p in devices) - LINE_PAD_M, max(p.x_m for p in devices) + LINE_PAD_M
    top, bottom = min(p.y_m for p in devices) - LINE_PAD_M, max(p.y_m for p in devices) + LINE_PAD_M
    name = (names[1] if tongue.startswith("zh") else names[0]) or names[0]
    return {
        "asset": asset,
        "name": name,
        "url": reverse("shopfloor:board", args=[asset]),
        "x": chart.x(left),
        "y": chart.y(top),
        "width": round((right - left) * SCALE, 1),
        "height": round((bottom - top) * SCALE, 1),
        "devices": [_device(chart, shop, place, tongue) for place in devices],
    }


def _device(chart: Map, shop: Shop, place: PlaceInfo, tongue: str) -> dict[str, Any]:
    buffer = place.kind is PlaceKind.BUFFER
    width, height = (18.0, 40.0) if buffer else (26.0, 24.0)
    found: dict[str, Any] = {
        "code": place.code,
        "title": place.name(tongue),
        "buffer": buffer,
        "left": chart.x(place.x_m) - width / 2,
        "top": chart.y(place.y_m) - height / 2,
        "x": chart.x(place.x_m),
        "width": width,
        "height": height,
        "short": place.device.upper(),
    }
    if buffer:
        fill = _fill(shop, place)
        share = fill["share"]
        found |= fill
        found["fill_height"] = height if share is None else round(height * share, 1)
        found["fill_top"] = found["top"] + height - found["fill_height"]
        found["bottom"] = found["top"] + height
    return found


def _block(chart: Map, place: PlaceInfo, tongue: str) -> dict[str, Any]:
    """A store, dock or parking place."""
    width, height = (side * SCALE for side in BLOCK[place.kind])
    x, y = chart.x(place.x_m) - width / 2, chart.y(place.y_m) - height / 2
    park = place.kind is PlaceKind.PARK
    return {
        "code": place.code,
        "name": place.code if park else place.name(tongue),
        "kind": place.kind.value,
        "url": reverse("shopfloor:place", args=[place.id]),
        "x": round(x, 1),
        "y": round(y, 1),
        "width": width,
        "height": height,
        "name_x": round(x + (width / 2 if park else 7), 1),
        "name_y": round(y + (height - 5 if park else 16), 1),
    }


def _handover(chart: Map, place: PlaceInfo, tongue: str) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": f"{place.code} · {place.name(tongue)}",
        "url": reverse("shopfloor:place", args=[place.id]),
        "x": chart.x(place.x_m),
        "y": chart.y(place.y_m),
    }


def _cells(chart: Map, shop: Shop, place: PlaceInfo) -> list[dict[str, Any]]:
    """Carriers at a place as squares, each as full as it is."""
    x, y = chart.x(place.x_m), chart.y(place.y_m)
    block = place.kind in BLOCK
    if block:
        width, height = (side * SCALE for side in BLOCK[place.kind])
        x, y = x - width / 2 + 8, y - height / 2 + 24
    else:
        x, y = x - CELL / 2, y + 8
    made = []
    for index, one in enumerate(shop.standing.get(place.id, [])[: SHOWN_CARRIERS if block else HANDED]):
        left = x + (CELL + 4) * (index % ROW) if block else x
        top = y + (CELL + 4) * (index // ROW if block else index)
        fill = round(CELL * min(1.0, one.load / one.capacity), 1)
        made.append(
            {
                "x": round(left, 1),
                "y": round(top, 1),
                "fill": fill,
                "fill_y": round(top + CELL - fill, 1),
                "load": one.load,
                "title": f"{one.code}: {one.load} / {one.capacity}",
            }
        )
    return made


def _notes(chart: Map, shop: Shop, place: PlaceInfo) -> list[dict[str, Any]]:
    """What a store's squares do not show: how many carriers are full and empty, and what lies there loose."""
    if place.kind not in (PlaceKind.STORE, PlaceKind.DOCK):
        return []
    carriers = shop.standing.get(place.id, [])
    full = sum(1 for one in carriers if one.load)
    lines = [_t("%(full)s full, %(empty)s empty") % {"full": full, "empty": len(carriers) - full}]
    if loose := shop.stock.get(place.id, 0):
        lines.append(_t("%(n)s parts loose") % {"n": plain(loose)})
    width, height = (side * SCALE for side in BLOCK[place.kind])
    x, y = chart.x(place.x_m) - width / 2 + 7, chart.y(place.y_m) + height / 2 - 8
    return [
        {"x": round(x, 1), "y": round(y - 15 * (len(lines) - 1 - index), 1), "text": text}
        for index, text in enumerate(lines)
    ]


def _url_of(one: VehicleInfo) -> str:
    return reverse("shopfloor:vehicle", args=[one.id])


def _vehicle(chart: Map, one: VehicleInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "url": _url_of(one),
        "x": chart.x(one.x_m or 0.0),
        "y": chart.y(one.y_m or 0.0),
        "turn": round(math.degrees(one.theta or 0.0), 1),
        "look": vehicle_look(one),
        "word": vehicle_word(one),
        "battery": round(one.battery, 2),
        "battery_width": round(22 * one.battery, 1),
        "low": one.battery < LOW_CHARGE,
        "charging": one.charging,
        "loaded": bool(one.loads),
        "task": one.task,
    }


def _arrow(
    chart: Map, places: dict[int, PlaceInfo], aisles: Sequence[float], task: TaskInfo, now: datetime
) -> dict[str, Any] | None:
    """A task as its way through the aisles."""
    source, target = places.get(task.source_id), places.get(task.target_id)
    if source is None or target is None:
        return None
    way = route(Point(source.x_m, source.y_m), Point(target.x_m, target.y_m), aisles)
    d = "M" + "L".join(f"{chart.x(point.x):g} {chart.y(point.y):g}" for point in way)
    return {
        "number": task.number,
        "d": d,
        "url": reverse("shopfloor:task", args=[task.number]),
        "state": task.state.value,
        "late": overdue(task, now),
        "title": f"{task.number}: {word(KINDS, task.kind)}, {source.code} → {target.code}, {word(STATES, task.state)}",
    }
