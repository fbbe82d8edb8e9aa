"""The demo's zone drawn: three outlines brought to their areas and cut into plots by streets. Pure, deterministic.

All lengths in metres of a local frame (x east, y north). Outlines are convex, so every cut piece is convex too.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Polygon = tuple[Point, ...]
STREETS_M = (34.0, 28.0, 24.0, 20.0, 12.0, 6.0)  # width of the street that a cut of this depth leaves
SETBACK_M = 14.0
MIN_SHARE, MAX_SHARE = 0.38, 0.62


@dataclass(frozen=True, slots=True)
class DrawnPlot:
    code: str
    group: str
    area_m2: float
    polygon: Polygon


def area_of(polygon: Polygon) -> float:
    """Area in m2 (shoelace)."""
    pairs = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def scaled_to(polygon: Polygon, area_m2: float) -> Polygon:
    """The same shape around its centre with exactly this area (corners kept to the centimetre)."""
    factor = math.sqrt(area_m2 / area_of(polygon))
    cx = sum(x for x, _ in polygon) / len(polygon)
    cy = sum(y for _, y in polygon) / len(polygon)
    return tuple((round(cx + (x - cx) * factor, 2), round(cy + (y - cy) * factor, 2)) for x, y in polygon)


def outline(group: dict[str, Any]) -> Polygon:
    """A group's outline from its description."""
    return scaled_to(tuple((float(x), float(y)) for x, y in group["outline"]), float(group["area_m2"]))


def plots(group: dict[str, Any], count: int, seed: int) -> list[DrawnPlot]:
    """Cut a group's outline into ``count`` plots, largest first; codes count along the group's streets."""
    rng = random.Random(seed)  # noqa: S311 (drawing, not secrets)
    angle = math.radians(float(group["angle_deg"]))
    pieces: list[tuple[float, int, Polygon]] = []

    def keep(polygon: Polygon, depth: int) -> None:
        pieces.append((area_of(polygon) * rng.uniform(0.35, 1.0), depth, polygon))

    keep(_shrunk(outline(group), SETBACK_M), 0)
    while len(pieces) < count:
        largest = max(range(len(pieces)), key=lambda index: pieces[index][0])
        _, depth, polygon = pieces.pop(largest)
        for part in _cut(
            polygon, angle, rng.uniform(MIN_SHARE, MAX_SHARE), STREETS_M[min(depth, len(STREETS_M) - 1)]
        ):
            keep(part, depth + 1)
    shapes = [tuple((round(x, 1), round(y, 1)) for x, y in polygon) for _, _, polygon in pieces]
    shapes.sort(
        key=lambda polygon: (round(_along(polygon, angle + math.pi / 2) / 200), _along(polygon, angle))
    )
    prefix = str(group["code"])[:2].upper()
    made = [
        DrawnPlot(f"{prefix}-{number:03d}", str(group["code"]), round(area_of(polygon), 1), polygon)
        for number, polygon in enumerate(shapes, start=1)
    ]
    return sorted(made, key=lambda plot: (-plot.area_m2, plot.code))


def _cut(polygon: Polygon, angle: float, share: float, street_m: float) -> list[Polygon]:
    """Cut across the longer extent (measured along the group's two street directions), leaving a street."""
    across = (
        angle if _extent(polygon, angle) >= _extent(polygon, angle + math.pi / 2) else angle + math.pi / 2
    )
    nx, ny = math.cos(across), math.sin(across)
    reach = [x * nx + y * ny for x, y in polygon]
    at = min(reach) + (max(reach) - min(reach)) * share
    low = _clip(polygon, nx, ny, at - street_m / 2)
    high = _clip(polygon, -nx, -ny, -(at + street_m / 2))
    return [part for part in (low, high) if len(part) >= 3]


def _clip(polygon: Polygon, nx: float, ny: float, limit: float) -> Polygon:
    """The part where nx x + ny y <= limit (Sutherland-Hodgman for one half-plane)."""
    kept: list[Point] = []
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        d0, d1 = x0 * nx + y0 * ny - limit, x1 * nx + y1 * ny - limit
        if d0 <= 0:
            kept.append((x0, y0))
        if (d0 < 0 < d1) or (d1 < 0 < d0):
            part = d0 / (d0 - d1)
            kept.append((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
    return tuple(kept)


def _shrunk(polygon: Polygon, by_m: float) -> Polygon:
    """A convex polygon moved inwards on every side."""
    turn = 1.0 if _signed(polygon) > 0 else -1.0
    inner = polygon
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        nx, ny = turn * (y1 - y0) / length, -turn * (x1 - x0) / length
        inner = _clip(inner, nx, ny, x0 * nx + y0 * ny - by_m)
    return inner


def _signed(polygon: Polygon) -> float:
    pairs = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)


def _extent(polygon: Sequence[Point], angle: float) -> float:
    reach = [x * math.cos(angle) + y * math.sin(angle) for x, y in polygon]
    return max(reach) - min(reach)


def _along(polygon: Polygon, angle: float) -> float:
    return sum(x * math.cos(angle) + y * math.sin(angle) for x, y in polygon) / len(polygon)
