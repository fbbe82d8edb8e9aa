"""Plans as JSON: what one is made from, checked place by place, and what it says."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib.resources import files
from typing import Any

from gearpark.base.problems import Problem

from .types import Case, Cell, Grade, Order, Plan, Rules

MAX_CELLS, MAX_SHIFTS, MAX_ORDERS = 1_000, 21, 200
KEYS = {"cells", "grades", "orders", "rules"}


def shipped_grades() -> tuple[Grade, ...]:
    """Grades of GB/T 1196-2017, without premiums."""
    text = (files(__package__) / "data" / "grades.toml").read_text("utf-8")
    return tuple(Grade(one["name"], one["fe_pct"], one["si_pct"]) for one in tomllib.loads(text)["grade"])


def read_case(raw: Any) -> Case:
    """A case from JSON. Problem ``potplan.case`` names the place.

    Without ``grades`` those of GB/T 1196-2017 are taken; ``premiums`` (grade -> money a tonne) may be given beside them.
    """
    if not isinstance(raw, Mapping):
        raise _refused("", "it is an object with cells, and orders, grades and rules where wanted")
    unknown = set(raw) - KEYS - {"premiums"}
    if unknown:
        raise _refused(sorted(unknown)[0], "there is no such key")
    rules = _rules(raw.get("rules", {}))
    grades = _grades(raw)
    cells = tuple(_cell(k, one, rules) for k, one in enumerate(_list(raw, "cells", MAX_CELLS)))
    if not cells:
        raise _refused("cells", "there is none")
    for what, keys in (("number", [c.number for c in cells]), ("place", [(c.row, c.place) for c in cells])):
        if len(set(keys)) < len(keys):
            raise _refused("cells", f"two have the same {what}")
    known = {one.name for one in grades}
    orders = tuple(_order(k, one, known, rules) for k, one in enumerate(_list(raw, "orders", MAX_ORDERS)))
    return Case(cells, grades, orders, rules)


def _grades(raw: Mapping[str, Any]) -> tuple[Grade, ...]:
    given = raw.get("grades")
    premiums = raw.get("premiums", {})
    if not isinstance(premiums, Mapping):
        raise _refused("premiums", "it is an object: grade and money a tonne")
    if given is None:
        found = shipped_grades()
    else:
        listed = _list(raw, "grades", 50)
        found = tuple(
            Grade(
                str(one.get("name", "")), _number(f"grades[{k}].fe_pct", one.get("fe_pct"), 0, 100),
                _number(f"grades[{k}].si_pct", one.get("si_pct"), 0, 100), _number(f"grades[{k}].premium", one.get("premium", 0), 0, 1e6),
            )
            for k, one in enumerate(listed)
        )  # fmt: skip
    names = [one.name for one in found]
    if not names or "" in names or len(set(names)) < len(names):
        raise _refused("grades", "each has a name of its own")
    for name in premiums:
        if name not in names:
            raise _refused(f"premiums.{name}", "there is no such grade")
    return tuple(
        Grade(
            one.name,
            one.fe,
            one.si,
            _number(f"premiums.{one.name}", premiums.get(one.name, one.premium), 0, 1e6),
        )
        for one in found
    )


def _rules(raw: Any) -> Rules:
    if not isinstance(raw, Mapping):
        raise _refused("rules", "it is an object")
    known = {field.name: field.type for field in fields(Rules)}
    for name in raw:
        if name not in known:
            raise _refused(f"rules.{name}", f"there is no such rule; there are {', '.join(known)}")
    values = {
        name: _number(f"rules.{name}", value, 0, 1e4)
        if known[name] == "float"
        else _whole(f"rules.{name}", value, 0, 10_000)
        for name, value in raw.items()
    }
    made = Rules(**values)  # type: ignore[arg-type]
    if not 1 <= made.shifts <= MAX_SHIFTS:
        raise _refused("rules.shifts", f"it goes from 1 to {MAX_SHIFTS}")
    if made.ladle_t <= 0 or made.ladle_least_t > made.ladle_t or made.ladle_cells < 1:
        raise _refused("rules.ladle_t", "a ladle holds something, and not less than the least that is sent")
    return made


def _cell(k: int, raw: Any, rules: Rules) -> Cell:
    at = f"cells[{k}]"
    if not isinstance(raw, Mapping):
        raise _refused(at, "it is an object")
    unknown = set(raw) - {
        "cell",
        "row",
        "place",
        "tap_t",
        "most_t",
        "fe_pct",
        "si_pct",
        "tap_due",
        "anode_due",
    }
    if unknown:
        raise _refused(f"{at}.{sorted(unknown)[0]}", "there is no such key")
    number = _whole(f"{at}.cell", raw.get("cell"), 1, 1_000_000)
    tap = _number(f"{at}.tap_t", raw.get("tap_t", 0), 0, 100)
    most = _number(f"{at}.most_t", raw.get("most_t", tap), 0, 100)
    if tap > most + 1e-9:
        raise _refused(
            f"{at}.tap_t", f"{tap:g} t would leave cell {number} below its least metal; at most {most:g} t"
        )
    if tap > rules.ladle_t:
        raise _refused(f"{at}.tap_t", f"{tap:g} t do not go into a ladle of {rules.ladle_t:g} t")
    due = raw.get("anode_due", [])
    dues = due if isinstance(due, list) else [due]
    return Cell(
        number, _whole(f"{at}.row", raw.get("row", 0), 0, 100), _whole(f"{at}.place", raw.get("place", number), 0, 1_000_000),
        tap, most, _number(f"{at}.fe_pct", raw.get("fe_pct", 0), 0, 100), _number(f"{at}.si_pct", raw.get("si_pct", 0), 0, 100),
        _whole(f"{at}.tap_due", raw.get("tap_due", 0), 0, MAX_SHIFTS),
        tuple(_whole(f"{at}.anode_due", one, 0, MAX_SHIFTS) for one in dues),
    )  # fmt: skip


def _order(k: int, raw: Any, grades: set[str], rules: Rules) -> Order:
    at = f"orders[{k}]"
    if not isinstance(raw, Mapping) or raw.get("grade") not in grades:
        raise _refused(f"{at}.grade", f"it is one of {', '.join(sorted(grades))}")
    shift = raw.get("shift")
    return Order(
        str(raw["grade"]), _number(f"{at}.tonnes", raw.get("tonnes"), 0, 1e5),
        None if shift is None else _whole(f"{at}.shift", shift, 0, rules.shifts - 1),
    )  # fmt: skip


def _list(raw: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = raw.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise _refused(name, f"it is a list of at most {most}")
    return found


def _number(at: str, value: Any, low: float, high: float) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        raise _refused(at, f"it is a number from {low:g} to {high:g}")
    return float(value)


def _whole(at: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _refused(at, f"it is a whole number from {low} to {high}")
    return value


def _refused(at: str, why: str) -> Problem:
    return Problem("potplan.case", f"{at or 'The file'}: {why}.", path=at, reason=why)


def plan_document(made: Plan) -> dict[str, Any]:
    """A plan as JSON-ready values."""
    return asdict(made)
