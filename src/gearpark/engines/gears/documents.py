"""Gears out of files: plain documents (JSON, rows of a sheet) and REXS models (FVA, versions 1.0 to 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from gearpark.base.problems import Problem

from .types import Gear, Hand

MAX_DOCUMENT_BYTES = 20_000_000
MAX_PAIRS = 100_000
_NUMBERS = (
    "module_mm", "pressure_deg", "helix_deg", "shift", "addendum", "dedendum", "tip_shortening", "width_mm", "bore_mm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GearPair:
    """A pair as a file states it."""

    name: str
    pinion: Gear
    wheel: Gear
    center_distance_mm: float | None = None
    ratio: float | None = None
    stated: tuple[Mapping[str, float], Mapping[str, float]] = field(default=({}, {}))


def gear_from(raw: Mapping[str, Any]) -> Gear:
    """A gear out of a document with the names of ``Gear``. Problem ``gears.document`` names what is wrong."""
    unknown = sorted(set(raw) - {*_NUMBERS, "teeth", "hand", "internal", "stated", "flank_class", "name"})
    if unknown:
        raise Problem("gears.document", f"A gear has no field {unknown[0]!r}.", field=unknown[0])
    try:
        numbers = {name: float(raw[name]) for name in _NUMBERS if raw.get(name) is not None}
        teeth = float(raw["teeth"])
        if "module_mm" not in numbers:
            raise KeyError("module_mm")
    except KeyError as error:
        raise Problem(
            "gears.document", f"A gear needs the field {error}.", field=str(error).strip("'")
        ) from error
    except (TypeError, ValueError) as error:
        raise Problem("gears.document", f"A gear's field is no number: {error}.", field="") from error
    helix = numbers.get("helix_deg", 0.0)
    hand = raw.get("hand") or (Hand.RIGHT if helix > 0 else Hand.LEFT if helix < 0 else Hand.SPUR)
    if hand not in set(Hand):
        raise Problem("gears.document", f"hand is {hand!r}; it is left, right or spur.", field="hand")
    numbers["helix_deg"] = abs(helix)
    return Gear(
        teeth=int(abs(teeth)) if teeth == int(teeth) else teeth,  # type: ignore[arg-type]  # checked() names it
        hand=Hand(hand),
        internal=bool(raw.get("internal", teeth < 0)),
        **numbers,
    )


def pair_from_row(row: Mapping[str, str], name: str) -> GearPair:
    """A pair out of a sheet's row: normal_module_mm, normal_pressure_angle_deg, helix_angle_deg, z1, z2, x1, x2,
    b1_mm, b2_mm, internal, center_distance_in_file_mm (the last four may be missing)."""
    try:
        helix = float(row["helix_angle_deg"])
        internal = row.get("internal", "0") in ("1", "true", "yes")
        hands = (Hand.SPUR, Hand.SPUR) if helix == 0 else (Hand.RIGHT, Hand.RIGHT if internal else Hand.LEFT)
        gears = [
            Gear(
                module_mm=float(row["normal_module_mm"]),
                teeth=abs(int(row[f"z{i}"])),
                pressure_deg=float(row["normal_pressure_angle_deg"]),
                helix_deg=abs(helix),
                hand=hands[i - 1],
                shift=float(row.get(f"x{i}") or 0.0),
                width_mm=float(row.get(f"b{i}_mm") or 0.0),
                internal=internal and i == 2,
            )
            for i in (1, 2)
        ]
    except KeyError as error:
        raise Problem("gears.document", f"Row {name} has no column {error}.", field=str(error)) from error
    except ValueError as error:
        raise Problem("gears.document", f"Row {name} cannot be read: {error}.", field="") from error
    distance = row.get("center_distance_in_file_mm") or row.get("center_distance_mm")
    return GearPair(name, gears[0], gears[1], float(distance) if distance else None)


def pairs_from_rexs(data: bytes) -> list[GearPair]:
    """Every cylindrical stage of a REXS model, by its stage relations. Problem ``gears.document``."""
    if len(data) > MAX_DOCUMENT_BYTES or b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data:
        raise Problem("gears.document", "The REXS file is too large or holds a document type.", field="")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no document type, so nothing to expand
    except ElementTree.ParseError as error:
        raise Problem("gears.document", f"The REXS file is not well-formed: {error}.", field="") from error
    parts = {part.attrib["id"]: part for part in root.iter("component")}
    relations = [
        [(ref.attrib["role"], ref.attrib["id"]) for ref in relation] for relation in root.iter("relation")
    ]
    made = []
    for refs in relations:
        roles = dict(refs)
        if {"stage", "gear_1", "gear_2"} <= set(roles):
            made.append(_rexs_pair(parts, relations, roles))
    return made


def _rexs_pair(
    parts: Mapping[str, ElementTree.Element], relations: list[list[tuple[str, str]]], roles: Mapping[str, str]
) -> GearPair:
    stage = _values(parts[roles["stage"]])
    gears = [_rexs_gear(parts, relations, roles, roles[role]) for role in ("gear_1", "gear_2")]
    if gears[0].internal:
        gears.reverse()
    distance = stage.get("center_distance")
    return GearPair(f"stage {roles['stage']}", gears[0], gears[1], float(distance) if distance else None)


def _rexs_gear(
    parts: Mapping[str, ElementTree.Element],
    relations: list[list[tuple[str, str]]],
    roles: Mapping[str, str],
    key: str,
) -> Gear:
    """A gear's own values and those of its flank, reference profile or mesh data, wherever the version puts them."""
    known = _values(parts[key])
    for refs in relations:
        ids = [found for _role, found in refs]
        if key in ids:
            for other in ids:
                kind = parts[other].attrib["type"]
                stage_data = "stage_gear_data" in kind and roles["stage"] not in ids
                if not stage_data and ("flank" in kind or "stage_gear_data" in kind):
                    known = {**_values(parts[other]), **known}
    helix = float(known.get("helix_angle_reference_diameter", known.get("helix_angle", 0.0)))
    try:
        return Gear(
            module_mm=float(known["normal_module"]),
            teeth=abs(int(float(known["number_of_teeth"]))),
            pressure_deg=float(known.get("normal_pressure_angle", 20.0)),
            helix_deg=abs(helix),
            hand=Hand.SPUR if helix == 0 else Hand.RIGHT if helix > 0 else Hand.LEFT,
            shift=float(known.get("addendum_modification_coefficient", known.get("profile_shift", 0.0))),
            width_mm=float(known.get("face_width", 0.0)),
            internal=parts[key].attrib["type"] == "ring_gear" or float(known["number_of_teeth"]) < 0,
        )
    except (KeyError, ValueError) as error:
        raise Problem("gears.document", f"Gear {key} of the REXS file: {error!r}.", field="") from error


def _values(part: ElementTree.Element) -> dict[str, str]:
    return {
        item.attrib["id"]: (item.text or "").strip()
        for item in part.iter("attribute")
        if "id" in item.attrib and (item.text or "").strip()
    }
