"""A pair of cylindrical gears: centre distance, working angle, contact ratios; planetary sets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gearpark.base.problems import Problem

from .geometry import geometry, inverse_involute, involute
from .types import Gear, Mesh


def mesh(pinion: Gear, wheel: Gear, center_distance_mm: float | None = None) -> Mesh:
    """The pair at its zero-backlash centre distance, or at the given one.

    ``wheel`` may be internal; ``pinion`` may not. Problems ``gears.pair`` (not alike), ``gears.no_mesh``.
    """
    if pinion.internal:
        raise Problem("gears.pair", "The first gear of a pair must be external; name the ring as the second.")
    if pinion.module_mm != wheel.module_mm or pinion.pressure_deg != wheel.pressure_deg:
        raise Problem("gears.pair", "The gears differ in module or pressure angle, so they cannot mesh.")
    if pinion.helix_deg != wheel.helix_deg:
        raise Problem(
            "gears.pair", "The gears differ in helix angle, so they cannot mesh on parallel shafts."
        )
    sign = -1.0 if wheel.internal else 1.0
    one = geometry(pinion)
    alpha_t, alpha_n = math.radians(one.transverse_pressure_deg), math.radians(pinion.pressure_deg)
    teeth = wheel.teeth + sign * pinion.teeth
    if teeth <= 0:
        raise Problem("gears.pair", "The ring must have more teeth than the gear inside it.")
    reference = one.transverse_module_mm * teeth / 2
    shifts = wheel.shift + sign * pinion.shift
    free = inverse_involute(involute(alpha_t) + 2 * shifts * math.tan(alpha_n) / teeth)
    zero = reference * math.cos(alpha_t) / math.cos(free)
    distance = center_distance_mm or zero
    cosine = reference * math.cos(alpha_t) / distance
    if not 0 < cosine <= 1:
        raise Problem("gears.no_mesh", f"At {distance:g} mm the base circles do not let the teeth touch.")
    working = math.acos(cosine)
    return Mesh(
        reference_distance_mm=reference,
        zero_backlash_mm=zero,
        center_distance_mm=distance,
        working_pressure_deg=math.degrees(working),
        ratio=wheel.teeth / pinion.teeth,
        **_contact(pinion, wheel, distance, working, sign),
    )


def _contact(pinion: Gear, wheel: Gear, distance: float, working: float, sign: float) -> dict[str, float]:
    one, two = geometry(pinion), geometry(wheel)

    def reach(tip: float, base: float) -> float:
        return math.sqrt(max(tip**2 - base**2, 0.0)) / 2

    path = reach(one.tip_mm, one.base_mm) + sign * reach(two.tip_mm, two.base_mm)
    path -= sign * distance * math.sin(working)
    transverse = path / one.transverse_base_pitch_mm
    widths = [gear.width_mm for gear in (pinion, wheel) if gear.width_mm > 0]
    common = min(widths, default=0.0)
    overlap = common * math.sin(math.radians(pinion.helix_deg)) / (math.pi * pinion.module_mm)
    return {
        "transverse_contact": transverse,
        "overlap": overlap,
        "total_contact": transverse + overlap,
    }


@dataclass(frozen=True, slots=True)
class Planetary:
    """``ratio`` of sun to carrier with the ring held; ``mounts`` whether the planets can stand evenly spaced."""

    ratio: float
    mounts: bool
    center_distance_mm: float
    ring_distance_mm: float


def planetary(sun: Gear, planet: Gear, ring: Gear, planets: int) -> Planetary:
    """A simple planetary set. Problems as of ``mesh``."""
    if planets < 1:
        raise Problem("gears.pair", "A planetary set has at least one planet.")
    return Planetary(
        ratio=1 + ring.teeth / sun.teeth,
        mounts=(sun.teeth + ring.teeth) % planets == 0,
        center_distance_mm=mesh(sun, planet).zero_backlash_mm,
        ring_distance_mm=mesh(planet, ring).zero_backlash_mm,
    )
