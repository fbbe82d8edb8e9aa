"""Geometry of one cylindrical involute gear (ISO 21771:2007)."""

from __future__ import annotations

import math

from gearpark.base.problems import Problem

from .types import Gear, Geometry, Hand

MAX_TEETH = 10_000
MAX_MODULE_MM = 200.0
NEWTON_STEPS = 60
NEWTON_CLOSE = 1e-15


def involute(angle_rad: float) -> float:
    """inv t = tan t - t."""
    return math.tan(angle_rad) - angle_rad


def inverse_involute(value: float) -> float:
    """The angle in radians whose involute is ``value`` (>= 0), by Newton's method.

    Raises Problem ``gears.no_mesh`` for a negative value: the gears cannot touch.
    """
    if value < 0 or not math.isfinite(value):
        raise Problem(
            "gears.no_mesh", "These profile shifts leave no working pressure angle: the teeth cannot mesh."
        )
    # both are upper bounds of the root, and the involute is convex: from above Newton never overshoots
    angle = min((3 * value) ** (1 / 3), math.atan(value + math.pi / 2))
    for _ in range(NEWTON_STEPS):
        slope = math.tan(angle) ** 2
        if slope == 0:
            return 0.0
        step = (involute(angle) - value) / slope
        angle -= step
        if abs(step) < NEWTON_CLOSE:
            break
    return angle


def checked(gear: Gear) -> Gear:
    """The gear, or Problem ``gears.parameter`` naming the first parameter that no gear can have."""
    numbers = {
        "module_mm": (gear.module_mm, 0.0, MAX_MODULE_MM),
        "teeth": (gear.teeth, 0, MAX_TEETH),
        "pressure_deg": (gear.pressure_deg, 0.0, 45.0),
    }
    for name, (value, low, high) in numbers.items():
        if not (math.isfinite(value) and low < value <= high):
            raise Problem(
                "gears.parameter",
                f"{name} is {value}; it must be above {low:g} and at most {high:g}.",
                name=name,
            )
    if gear.teeth != int(gear.teeth):
        raise Problem("gears.parameter", f"teeth is {gear.teeth}; teeth are counted whole.", name="teeth")
    if not 0.0 <= gear.helix_deg < 60.0:
        raise Problem(
            "gears.parameter",
            f"helix_deg is {gear.helix_deg}; it must be from 0 to below 60, its sense is the hand.",
            name="helix_deg",
        )
    if (gear.helix_deg == 0.0) != (gear.hand is Hand.SPUR):
        raise Problem(
            "gears.parameter", "A spur gear has helix 0 and no hand; a helical one has both.", name="hand"
        )
    for name in ("shift", "addendum", "dedendum", "tip_shortening", "width_mm", "bore_mm"):
        value = getattr(gear, name)
        if not math.isfinite(value) or (name not in ("shift", "tip_shortening") and value < 0):
            raise Problem("gears.parameter", f"{name} is {value}; that is no length.", name=name)
    return gear


def geometry(gear: Gear) -> Geometry:
    """Diameters, angles, thicknesses and pitches. Problem ``gears.parameter``."""
    checked(gear)
    beta, alpha_n = math.radians(gear.helix_deg), math.radians(gear.pressure_deg)
    m_n, z, sign = gear.module_mm, gear.teeth, -1.0 if gear.internal else 1.0
    m_t = m_n / math.cos(beta)
    alpha_t = math.atan(math.tan(alpha_n) / math.cos(beta))
    d = z * m_t
    d_b = d * math.cos(alpha_t)
    d_a = d + sign * 2 * m_n * (gear.addendum + sign * gear.shift - gear.tip_shortening)
    d_f = d - sign * 2 * m_n * (gear.dedendum - sign * gear.shift)
    s_t = m_t * (math.pi / 2 + sign * 2 * gear.shift * math.tan(alpha_n))
    z_min = 2 * gear.addendum * math.cos(beta) / math.sin(alpha_t) ** 2
    p_bt = math.pi * m_t * math.cos(alpha_t)
    beta_b = math.asin(math.sin(beta) * math.cos(alpha_n))
    return Geometry(
        transverse_module_mm=m_t,
        transverse_pressure_deg=math.degrees(alpha_t),
        base_helix_deg=math.degrees(beta_b),
        reference_mm=d,
        base_mm=d_b,
        tip_mm=d_a,
        root_mm=d_f,
        tooth_thickness_mm=s_t,
        tip_thickness_mm=_tip_thickness(d, d_b, d_a, s_t, alpha_t, beta, sign),
        transverse_base_pitch_mm=p_bt,
        normal_base_pitch_mm=math.pi * m_n * math.cos(alpha_n),
        undercut_teeth=z_min,
        undercut_shift=gear.addendum * (z_min - z) / z_min,
    )


def _tip_thickness(
    d: float, d_b: float, d_a: float, s_t: float, alpha_t: float, beta: float, sign: float
) -> float:
    """Normal tooth thickness at the tip circle; 0 where the flanks meet before it or the tip lies below the base."""
    if d_a <= d_b:
        return 0.0
    at_tip = math.acos(d_b / d_a)
    transverse = d_a * (s_t / d + sign * (involute(alpha_t) - involute(at_tip)))
    helix = math.atan(math.tan(beta) * d_a / d)
    return max(transverse * math.cos(helix), 0.0)


def span(gear: Gear, teeth: int) -> float:
    """Base tangent length W_k over ``teeth`` teeth (spaces of an internal gear), millimetres."""
    checked(gear)
    beta, alpha_n = math.radians(gear.helix_deg), math.radians(gear.pressure_deg)
    alpha_t = math.atan(math.tan(alpha_n) / math.cos(beta))
    return gear.module_mm * (
        math.cos(alpha_n) * (math.pi * (teeth - 0.5) + gear.teeth * involute(alpha_t))
        + 2 * gear.shift * math.sin(alpha_n)
    )


def span_teeth(gear: Gear) -> int:
    """The number of teeth to measure over, so that the anvils touch near the middle of the flanks."""
    seen = geometry(gear)
    alpha_t = math.radians(seen.transverse_pressure_deg)
    beta_b = math.radians(seen.base_helix_deg)
    at_v = math.acos(min(1.0, seen.base_mm / (seen.reference_mm + 2 * gear.shift * gear.module_mm)))
    k = gear.teeth / math.pi * (math.tan(at_v) / math.cos(beta_b) ** 2 - involute(alpha_t))
    k -= 2 * gear.shift * math.tan(math.radians(gear.pressure_deg)) / math.pi
    return max(1, round(k + 0.5))


def outline(gear: Gear, points: int = 12) -> list[tuple[float, float]]:
    """One tooth's flank points in the transverse plane (x, y in mm, tooth centred on +x), root to tip, one side.

    For drawing to scale: mirror at the x axis and turn by 360/z degrees. The root fillet is not drawn.
    """
    seen, sign = geometry(gear), -1.0 if gear.internal else 1.0
    low = max(seen.base_mm, min(seen.root_mm, seen.tip_mm))
    high = max(seen.tip_mm, seen.root_mm)
    alpha_t = math.radians(seen.transverse_pressure_deg)
    half = seen.tooth_thickness_mm / seen.reference_mm
    made = []
    for step in range(points + 1):
        d = low + (high - low) * step / points
        at = math.acos(min(1.0, seen.base_mm / d))
        turn = half + sign * (involute(alpha_t) - involute(at))
        made.append((d / 2 * math.cos(turn), d / 2 * math.sin(turn)))
    return made
