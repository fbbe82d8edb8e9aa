"""What an engineer objects to in a gear or a pair, each with the figures that show it."""

from __future__ import annotations

from collections.abc import Mapping

from .geometry import geometry, span
from .mesh import mesh
from .types import Finding, Gear, Geometry, Grade

# ISO 54:1996, series I and II (millimetres)
STANDARD_MODULES = (
    0.5, 0.6, 0.8, 1, 1.125, 1.25, 1.375, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 8, 9, 10,
    11, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 45, 50,
)  # fmt: skip
MIN_TIP_THICKNESS = 0.2  # of the normal module
MIN_TRANSVERSE_CONTACT = 1.1  # spur pairs
MIN_TOTAL_CONTACT = 1.2  # helical pairs
STATED_CLOSE_MM = 0.01  # a stated diameter may differ from the computed one by this much
RATIO_CLOSE = 0.005  # share by which a stated ratio may differ
DISTANCE_CLOSE_MM = 0.05
STATED = {"reference_mm": "reference diameter", "tip_mm": "tip diameter", "base_mm": "base diameter"}


def gear_findings(gear: Gear, stated: Mapping[str, float] | None = None) -> list[Finding]:
    """Findings on one gear. ``stated``: what the seller says, ``reference_mm``, ``tip_mm``, ``base_mm``, or
    ``span_mm`` with ``span_teeth``."""
    seen = geometry(gear)
    made = [*_shape(gear, seen), *_usual(gear, seen)]
    given = dict(stated or {})
    for name, words in STATED.items():
        if name in given:
            made += _differs(f"gears.{name}", words, given[name], getattr(seen, name))
    if "span_mm" in given:
        teeth = int(given.get("span_teeth", 0))
        made += _differs("gears.span_mm", f"span over {teeth} teeth", given["span_mm"], span(gear, teeth))
    return made


def _shape(gear: Gear, seen: Geometry) -> list[Finding]:
    made = []
    outer, inner = (seen.root_mm, seen.tip_mm) if gear.internal else (seen.tip_mm, seen.root_mm)
    if outer <= seen.reference_mm and not gear.internal:
        made.append(
            _error(
                "gears.tip_below_reference", "The tip circle is not larger than the reference circle.", outer,
                seen.reference_mm,
            )
        )  # fmt: skip
    if not gear.internal and gear.bore_mm and inner <= gear.bore_mm:
        made.append(
            _error(
                "gears.bore", "The bore is as large as the root circle: no rim is left.", gear.bore_mm, inner
            )
        )
    limit = MIN_TIP_THICKNESS * gear.module_mm
    if not gear.internal and seen.tip_thickness_mm < limit:
        made.append(
            _error(
                "gears.pointed_tooth",
                "The teeth are pointed: too thin at the tip.",
                seen.tip_thickness_mm,
                limit,
            )
        )
    return made


def _usual(gear: Gear, seen: Geometry) -> list[Finding]:
    made = []
    if not gear.internal and gear.shift < seen.undercut_shift - 1e-9:
        text = "The flank is undercut at the root; more teeth or more profile shift avoids it."
        made.append(Finding("gears.undercut", Grade.WARNING, text, gear.shift, limit=seen.undercut_shift))
    if gear.module_mm not in STANDARD_MODULES:
        text = "The module is none of ISO 54; tools and mates will be special."
        made.append(Finding("gears.module_unusual", Grade.WARNING, text, gear.module_mm))
    return made


def pair_findings(
    pinion: Gear,
    wheel: Gear,
    center_distance_mm: float | None = None,
    ratio: float | None = None,
) -> list[Finding]:
    """Findings on a pair, with the stated centre distance and ratio where they are given."""
    made = []
    for name, words in (
        ("module_mm", "module"),
        ("pressure_deg", "pressure angle"),
        ("helix_deg", "helix angle"),
    ):
        one, two = getattr(pinion, name), getattr(wheel, name)
        if one != two:
            made.append(_error(f"gears.pair_{name}", f"The gears differ in {words}.", one, two))
    if pinion.helix_deg and wheel.helix_deg and (pinion.hand is wheel.hand) != wheel.internal:
        need = "the same hand" if wheel.internal else "opposite hands"
        made.append(Finding("gears.pair_hand", Grade.ERROR, f"This helical pair needs {need}."))
    if made:
        return made
    seen = mesh(pinion, wheel, center_distance_mm)
    helical = pinion.helix_deg > 0
    contact = (
        seen.total_contact if helical and pinion.width_mm and wheel.width_mm else seen.transverse_contact
    )
    limit = MIN_TOTAL_CONTACT if contact is seen.total_contact and helical else MIN_TRANSVERSE_CONTACT
    if contact < limit:
        text = "Too little contact: a tooth leaves before the next one has taken over."
        made.append(Finding("gears.contact_ratio", Grade.ERROR, text, computed=contact, limit=limit))
    if center_distance_mm is not None:
        made += _distance(center_distance_mm, seen.zero_backlash_mm, wheel.internal)
    if ratio is not None and abs(ratio - seen.ratio) > RATIO_CLOSE * seen.ratio:
        text = "The stated ratio is not that of the numbers of teeth."
        made.append(Finding("gears.ratio", Grade.ERROR, text, ratio, seen.ratio))
    return made


def _distance(stated: float, zero: float, internal: bool) -> list[Finding]:
    """Closer than without backlash jams (an internal pair: further apart)."""
    closer = zero - stated if not internal else stated - zero
    if closer > DISTANCE_CLOSE_MM:
        text = "At this centre distance the teeth jam: it leaves negative backlash."
        return [Finding("gears.center_distance", Grade.ERROR, text, stated, zero)]
    return []


def _differs(code: str, words: str, stated: float, computed: float) -> list[Finding]:
    if abs(stated - computed) <= STATED_CLOSE_MM:
        return []
    return [
        Finding(code, Grade.ERROR, f"The stated {words} is not what the parameters give.", stated, computed)
    ]


def _error(code: str, text: str, stated: float, limit: float) -> Finding:
    return Finding(code, Grade.ERROR, text, stated, limit=limit)
