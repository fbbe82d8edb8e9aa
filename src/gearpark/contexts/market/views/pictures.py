"""Offers drawn to scale from their own parameters: gears with their involutes, round and square bars, boxes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gearpark.base.problems import Problem
from gearpark.engines.gears import Gear, geometry, outline
from gearpark.engines.products import from_kept, product_class

from ..queries.checks import gear_of
from ..types import OfferInfo

FLANK_POINTS = 6
MAX_DRAWN_TEETH = 250  # more are drawn as their tip and root circles
MARGIN = 0.06  # of the larger side
SLANT = (0.45, 0.28)  # of a box's depth, to the right and up
PLAIN_GEAR = Gear(module_mm=4.0, teeth=18, width_mm=20.0, bore_mm=24.0)  # until the parameters are there
SCALES_MM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in millimetres around the origin. ``paths``: (class, path); ``size_mm``: side of the square it fills."""

    paths: tuple[tuple[str, str], ...]
    size_mm: float
    caption: str = ""

    @property
    def box(self) -> str:
        half = self.size_mm * (0.5 + MARGIN)
        return f"{-half:.2f} {-half:.2f} {2 * half:.2f} {2 * half:.2f}"

    @property
    def line(self) -> float:
        """Width of a line, so that it is as strong in every drawing."""
        return round(self.size_mm / 170, 4)

    @property
    def scale(self) -> dict[str, float]:
        """A bar of round millimetres, about a quarter of the drawing."""
        length = max((s for s in SCALES_MM if s <= self.size_mm * 0.3), default=SCALES_MM[0])
        half = self.size_mm * 0.5
        return {"mm": length, "x1": round(half - length, 2), "x2": round(half, 2), "y": round(half * 1.07, 2),
                "text": round(self.size_mm / 22, 3)}  # fmt: skip


def picture(offer: OfferInfo) -> Picture:
    """The drawing of an offer."""
    return drawn(offer.kind, offer.values)


def drawn(kind: str, kept: Mapping[str, Any]) -> Picture:
    values = from_kept(product_class(kind), kept)
    if kind == "gear":
        try:
            return _gear(gear_of(values) or PLAIN_GEAR)
        except Problem:
            return _emblem(kind)
    mm = {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, Decimal) and name.endswith("_mm")
    }
    if "diameter_mm" in mm and "length_mm" in mm:
        return _bar(mm["diameter_mm"], mm["length_mm"])
    if "diameter_mm" in mm:
        return _bar(mm["diameter_mm"], mm["diameter_mm"] * 3)
    if "breadth_mm" in mm:
        length = mm.get("length_mm", mm["breadth_mm"] * 1.5)
        return _box(
            length,
            mm["breadth_mm"],
            mm.get("thickness_mm", mm.get("wall_mm", 0) * 20 or mm["breadth_mm"] * 0.3),
        )
    return _emblem(kind)


@lru_cache(maxsize=2_048)
def _gear(gear: Gear) -> Picture:
    seen = geometry(gear)
    outer = max(seen.tip_mm, seen.root_mm) + (4 * gear.module_mm if gear.internal else 0.0)
    paths: list[tuple[str, str]] = []
    if gear.teeth <= MAX_DRAWN_TEETH:
        body = _teeth(gear)
        paths.append(
            ("body", f"{_circle(outer / 2)}{body}" if gear.internal else body + _hole(gear, seen.root_mm))
        )
    else:
        paths.append(("body", _circle(outer / 2) + _hole(gear, seen.root_mm)))
    paths.append(("thin", _circle(seen.reference_mm / 2)))
    return Picture(tuple(paths), outer)


def _teeth(gear: Gear) -> str:
    flank = outline(gear, FLANK_POINTS)
    root = geometry(gear).root_mm / 2
    low = math.hypot(*flank[0])
    foot = (root, math.atan2(flank[0][1], flank[0][0])) if root < low else None
    points: list[tuple[float, float]] = []
    for tooth in range(gear.teeth):
        turn = 2 * math.pi * tooth / gear.teeth
        side = [(math.hypot(x, y), math.atan2(y, x)) for x, y in flank]
        if foot:
            side = [foot, *side]
        points += [(r, turn - abs(a)) for r, a in side] + [(r, turn + abs(a)) for r, a in reversed(side)]
    return "M" + "L".join(f"{r * math.cos(a):.2f} {r * math.sin(a):.2f}" for r, a in points) + "Z"


def _hole(gear: Gear, root_mm: float) -> str:
    return _circle(gear.bore_mm / 2) if 0 < gear.bore_mm < root_mm else ""


def _circle(r: float) -> str:
    return f"M{r:.2f} 0A{r:.2f} {r:.2f} 0 1 0 {-r:.2f} 0A{r:.2f} {r:.2f} 0 1 0 {r:.2f} 0Z"


@lru_cache(maxsize=512)
def _bar(diameter: float, length: float) -> Picture:
    """A round bar lying, its end seen at the left."""
    size = max(length, diameter)
    half, r = length / 2, diameter / 2
    rx = min(r * 0.35, length * 0.2)
    body = f"M{-half:.2f} {-r:.2f}H{half:.2f}A{rx:.2f} {r:.2f} 0 0 1 {half:.2f} {r:.2f}H{-half:.2f}A{rx:.2f} {r:.2f} 0 0 1 {-half:.2f} {-r:.2f}Z"
    end = f"M{-half:.2f} {-r:.2f}A{rx:.2f} {r:.2f} 0 0 1 {-half:.2f} {r:.2f}A{rx:.2f} {r:.2f} 0 0 1 {-half:.2f} {-r:.2f}Z"
    axis = f"M{-half * 1.08:.2f} 0H{half * 1.08:.2f}"
    return Picture((("body", body), ("face", end), ("thin", axis)), size)


@lru_cache(maxsize=512)
def _box(length: float, breadth: float, height: float) -> Picture:
    """A box seen from its front: length across, height up, breadth into the picture."""
    dx, dy = breadth * SLANT[0], breadth * SLANT[1]
    x, y = -(length + dx) / 2, (height + dy) / 2
    front = f"M{x:.2f} {y:.2f}h{length:.2f}v{-height:.2f}h{-length:.2f}Z"
    top = f"M{x:.2f} {y - height:.2f}l{dx:.2f} {-dy:.2f}h{length:.2f}l{-dx:.2f} {dy:.2f}Z"
    side = f"M{x + length:.2f} {y:.2f}l{dx:.2f} {-dy:.2f}v{-height:.2f}l{-dx:.2f} {dy:.2f}Z"
    return Picture((("body", front), ("face", top), ("shade", side)), max(length + dx, height + dy))


_EMBLEMS = {
    "gearbox": "M-40 30V-20H-15V-35H25V-20H40V30ZM-25 5a13 13 0 1 0 26 0a13 13 0 1 0 -26 0ZM7 5a8 8 0 1 0 16 0a8 8 0 1 0 -16 0Z",
    "e-drive": "M-42 -24H8V-30H42V30H8V24H-42ZM14 0a11 11 0 1 0 22 0a11 11 0 1 0 -22 0ZM-34 -14V14M-24 -14V14M-14 -14V14M-4 -14V14",
    "vehicle": "M-44 16V0L-30 -4L-18 -20H20L34 -4L44 0V16H34A9 9 0 1 0 16 16H-16A9 9 0 1 0 -34 16Z",
    "al-liquid": "M-30 -30H30L24 34H-24ZM-38 -30H38M-27 -12C-14 -4 -2 -20 12 -12S24 -16 28 -12",
    "al-profile": "M-40 -30H40V30H-40ZM-32 -22V-4H-4V-22ZM4 -22V-4H32V-22ZM-32 4V22H-4V4ZM4 4V22H32V4Z",
}
_BAR = "M-46 -9H46A5 9 0 0 1 46 9H-46A5 9 0 0 1 -46 -9ZM-46 -9A5 9 0 0 1 -46 9"
_CASE = "M-42 28V-14L-20 -30H20L42 -14V28ZM-20 8a20 20 0 1 0 40 0a20 20 0 1 0 -40 0ZM-36 22h6M30 22h6"
_INGOT = "M-44 20L-34 -10H34L44 20ZM-34 -10L-24 -24H42L34 -10"


def _emblem(kind: str) -> Picture:
    """What has no measures of its own to be drawn from: a plain outline of its kind, without a scale."""
    path = _EMBLEMS.get(kind) or (
        _INGOT if kind.startswith("al-") else _BAR if "shaft" in kind or kind == "axle" else _CASE
    )
    return Picture((("body", path),), 100.0, "emblem")
