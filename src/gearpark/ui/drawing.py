"""Drawings made of numbers: a spur gear with true involute flanks."""

from __future__ import annotations

import math

_FLANK_STEPS = 6


def _involute(angle: float) -> float:
    return math.tan(angle) - angle


def gear_path(teeth: int, module_mm: float, pressure_angle_deg: float = 20.0) -> str:
    """SVG path of a spur gear in mm, centre at the origin (ISO 53 proportions: addendum 1 m, dedendum 1.25 m).

    Flank half-thickness angle at radius r: psi(r) = pi/(2 z) + inv(alpha) - inv(alpha_r), with cos(alpha_r) = r_b/r.
    """
    alpha = math.radians(pressure_angle_deg)
    pitch_r = module_mm * teeth / 2
    base_r = pitch_r * math.cos(alpha)
    tip_r, root_r = pitch_r + module_mm, pitch_r - 1.25 * module_mm
    start_r = max(base_r, root_r)
    flank: list[tuple[float, float]] = []  # (radius, half-thickness angle) from foot to tip
    for step in range(_FLANK_STEPS + 1):
        radius = start_r + (tip_r - start_r) * step / _FLANK_STEPS
        at = math.acos(min(1.0, base_r / radius))
        flank.append((radius, math.pi / (2 * teeth) + _involute(alpha) - _involute(at)))

    def point(radius: float, angle: float) -> str:
        return f"{radius * math.cos(angle):.2f} {radius * math.sin(angle):.2f}"

    parts: list[str] = []
    for tooth in range(teeth):
        middle = 2 * math.pi * tooth / teeth
        foot = flank[0][1]
        points = [point(root_r, middle - foot)]
        points += [point(radius, middle - half) for radius, half in flank]
        points += [point(radius, middle + half) for radius, half in reversed(flank)]
        points.append(point(root_r, middle + foot))
        parts.append(("M" if tooth == 0 else "L") + "L".join(points))
    return "".join(parts) + "Z"
