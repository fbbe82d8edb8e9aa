"""What an engineer objects to in an offer, before it may be listed."""

from __future__ import annotations

from decimal import Decimal

from gearpark.base.problems import Problem
from gearpark.engines import alloys, gears
from gearpark.engines.products import ProductClass, Values

from ..types import Finding, Weight

GEAR_NUMBERS = ("module_mm", "pressure_deg", "helix_deg", "shift", "width_mm", "bore_mm")
STATED = ("reference_mm", "tip_mm", "span_mm", "span_teeth")
ELEMENTS = {
    "fe_pct": "Fe", "si_pct": "Si", "cu_pct": "Cu", "mg_pct": "Mg", "mn_pct": "Mn", "zn_pct": "Zn", "ti_pct": "Ti",
    "cr_pct": "Cr", "ga_pct": "Ga", "ni_pct": "Ni", "sn_pct": "Sn", "pb_pct": "Pb",
}  # fmt: skip
ISO_2013 = ("iso-2013", "gb-2022")  # editions with the same formulas


def check(kind: ProductClass, values: Values) -> list[Finding]:
    """Findings on a thing's values by its class's check; none where the class has no check."""
    if kind.check == "gear":
        return _gear(values)
    return _alloy(values) if kind.check == "alloy" else []


def gear_of(values: Values) -> gears.Gear | None:
    """The gear that values describe; None while one of its needed parameters is missing."""
    numbers = {name: float(values[name]) for name in GEAR_NUMBERS if name in values}
    if not {"module_mm", "teeth"} <= set(values):
        return None
    return gears.Gear(
        teeth=int(str(values["teeth"])),
        hand=gears.Hand(str(values.get("hand", "spur"))),
        internal=bool(values.get("internal", False)),
        **numbers,
    )


def _gear(values: Values) -> list[Finding]:
    gear = gear_of(values)
    if gear is None:
        return []
    stated = {name: float(values[name]) for name in STATED if name in values}
    if "span_teeth" not in stated:
        stated.pop("span_mm", None)
    try:
        made = [_of_gear(found) for found in gears.gear_findings(gear, stated)]
    except Problem as problem:
        return [_of_problem(problem)]
    return [*made, *_flanks(gear, values)]


def _flanks(gear: gears.Gear, values: Values) -> list[Finding]:
    if "flank_class" not in values:
        return []
    if "flank_standard" not in values:
        text = "The class has no standard and year: class 7 of 2008 and of 2022 are not the same."
        return [Finding("market.class_ambiguous", Weight.ERROR, text)]
    if values["flank_standard"] in ISO_2013 and gear.width_mm:
        try:
            gears.tolerances(gear, int(str(values["flank_class"])))
        except Problem as problem:
            return [_of_problem(problem)]
    return []


def _of_gear(found: gears.Finding) -> Finding:
    numbers = {"stated": found.stated, "computed": found.computed, "limit": found.limit}
    details = {
        name: f"{value:.4g}" if name == "limit" else f"{value:.5g}"
        for name, value in numbers.items()
        if value is not None
    }
    return Finding(found.code, Weight(found.grade.value), found.text, details)


def _of_problem(problem: Problem) -> Finding:
    return Finding(problem.code, Weight.ERROR, problem.sentence, dict(problem.details))


def _alloy(values: Values) -> list[Finding]:
    grade = str(values.get("alloy", ""))
    measured = {
        symbol: values[key] for key, symbol in ELEMENTS.items() if isinstance(values.get(key), Decimal)
    }
    made = []
    for breach in alloys.breaches(grade, measured):  # type: ignore[arg-type]
        room = (
            f"{breach.low if breach.low is not None else 0}-{breach.high}"
            if breach.high is not None
            else f">= {breach.low}"
        )
        made.append(
            Finding(
                "market.composition",
                Weight.ERROR,
                f"{breach.element} {breach.rounded} % is outside what {grade} allows ({room} %).",
                {"element": breach.element, "stated": str(breach.rounded), "grade": grade, "room": room},
            )
        )
    return made


def mates(gear: gears.Gear, other: gears.Gear) -> list[Finding]:
    """What keeps two gears from running together; empty when they do."""
    one, two = (other, gear) if gear.internal else (gear, other)
    try:
        return [_of_gear(found) for found in gears.pair_findings(one, two)]
    except Problem as problem:
        return [_of_problem(problem)]
