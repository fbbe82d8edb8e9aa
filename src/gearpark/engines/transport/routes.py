"""Ways through a shop whose vehicles drive along their places' own aisle and change it on one of a few cross aisles."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from .types import Point

SAME_M = 0.05  # closer than this is the same place


def route(start: Point, end: Point, cross_aisles: Sequence[float]) -> list[Point]:
    """Corners of the way from ``start`` to ``end``, both included.

    cross_aisles  x of the aisles across the shop; the one that makes the way shortest is taken
    """
    if abs(start.y - end.y) < SAME_M or not cross_aisles:
        return _without_repeats([start, Point(end.x, start.y), end])
    cross = min(cross_aisles, key=lambda x: (abs(start.x - x) + abs(end.x - x), x))
    return _without_repeats([start, Point(cross, start.y), Point(cross, end.y), end])


def length_m(points: Sequence[Point]) -> float:
    """Length of a way along its corners."""
    return sum(abs(a.x - b.x) + abs(a.y - b.y) for a, b in itertools.pairwise(points))


def _without_repeats(points: list[Point]) -> list[Point]:
    made = [points[0]]
    for point in points[1:]:
        if abs(point.x - made[-1].x) + abs(point.y - made[-1].y) >= SAME_M:
            made.append(point)
    return [*made[:-1], points[-1]] if len(made) > 1 else made
