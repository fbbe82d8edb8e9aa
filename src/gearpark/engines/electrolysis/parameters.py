"""Open parameter files: every constant of a cell type or a controller with value, unit, basis and range.

A shipped file is complete and says which keys there are. A user's file may hold some of them; units of the same kind
are converted, anything unknown, unreadable or out of range is a Problem ``electrolysis.parameter``. The kernel reads
the values as one record of float64.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

DATA = Path(__file__).parent / "data"
MAX_FILE_BYTES = 200_000
# Units of one kind: value in the first one is value * factor.
_KINDS: tuple[dict[str, float], ...] = (
    {"1": 1.0, "%": 0.01, "ppm": 1e-6},
    {"A": 1.0, "kA": 1e3},
    {"V": 1.0, "mV": 1e-3},
    {"Ohm": 1.0, "uOhm": 1e-6, "nOhm": 1e-9},
    {"m": 1.0, "cm": 1e-2, "mm": 1e-3},
    {"m2": 1.0, "cm2": 1e-4},
    {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    {"1/s": 1.0, "1/min": 1 / 60.0, "1/h": 1 / 3600.0, "1/d": 1 / 86400.0},
    {"kg": 1.0, "t": 1e3, "g": 1e-3},
    {"kg/s": 1.0, "kg/min": 1 / 60.0, "kg/h": 1 / 3600.0, "kg/d": 1 / 86400.0},
    {"W": 1.0, "kW": 1e3, "MW": 1e6},
    {"W/K": 1.0, "kW/K": 1e3},
    {"J": 1.0, "kJ": 1e3, "MJ": 1e6, "GJ": 1e9},
    {"J/kg": 1.0, "kJ/kg": 1e3, "MJ/kg": 1e6},
    {"mm/s": 1.0, "mm/min": 1 / 60.0},
    {"degC": 1.0, "K": 1.0},  # differences only: no default is an absolute temperature in kelvin
    {"nOhm/min": 1.0, "pOhm/s": 0.06},
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One constant; ``draw`` marks those the robustness run varies."""

    group: str
    name: str
    value: float
    unit: str
    basis: str
    low: float
    high: float
    draw: bool
    note: str


@dataclass(frozen=True)
class Parameters:
    """A complete set of constants. ``record`` is what the kernel reads."""

    name: str
    title: str
    items: tuple[Parameter, ...]

    def __getitem__(self, name: str) -> float:
        return self.as_dict()[name]

    def as_dict(self) -> dict[str, float]:
        return {item.name: item.value for item in self.items}

    @property
    def record(self) -> np.ndarray[Any, Any]:
        """One-row structured array, a float64 field a parameter."""
        made = np.zeros(1, dtype=[(item.name, "f8") for item in self.items])
        for item in self.items:
            made[item.name] = item.value
        return made

    @property
    def revision(self) -> str:
        """Hash over all values: two sets with one revision are the same."""
        text = ";".join(f"{item.name}={item.value!r}" for item in self.items)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def with_values(self, values: Mapping[str, float], *, clip: bool = False) -> Parameters:
        """The set with some values changed, in the units of the set; ``clip`` keeps them in range silently."""
        known = {item.name: item for item in self.items}
        for name, value in values.items():
            if name not in known:
                raise _refuse(self.name, name, "is not a parameter of this set")
            item = known[name]
            value = min(max(value, item.low), item.high) if clip else value
            known[name] = _checked(replace(item, value=float(value)), self.name)
        return replace(self, items=tuple(known[item.name] for item in self.items))


def _refuse(where: str, name: str, what: str) -> Problem:
    return Problem("electrolysis.parameter", f"{where}: {name} {what}.", parameter=name)


def _checked(item: Parameter, where: str) -> Parameter:
    if not item.low <= item.value <= item.high:  # also refuses NaN
        raise _refuse(
            where, item.name, f"is {item.value:g} {item.unit}, outside {item.low:g} to {item.high:g}"
        )
    return item


def _number(value: Any, where: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(where, name, "is not a number")
    return float(value)


def convert(value: float, unit: str, wanted: str) -> float | None:
    """``value`` of ``unit`` in ``wanted``, or None when they are not of one kind."""
    if unit == wanted:
        return value
    for kind in _KINDS:
        if unit in kind and wanted in kind:
            return value * kind[unit] / kind[wanted]
    return None


def _complete(text: str, where: str) -> Parameters:
    raw = tomllib.loads(text)
    items: list[Parameter] = []
    for group, entries in raw.items():
        if not isinstance(entries, dict):
            continue
        for name, entry in entries.items():
            low, high = entry["range"]
            items.append(
                Parameter(
                    group,
                    name,
                    float(entry["value"]),
                    entry["unit"],
                    entry["basis"],
                    float(low),
                    float(high),
                    bool(entry.get("draw", False)),
                    entry["note"],
                )
            )
    names = [item.name for item in items]
    if len(set(names)) != len(names):
        raise ValueError(f"{where}: a name stands there twice")
    return Parameters(raw["name"], raw["title"], tuple(_checked(item, where) for item in items))


@cache
def shipped(name: str) -> Parameters:
    """A parameter set of this package: ``cell-420``, ``control-420`` or ``estimate-420``."""
    return _complete((DATA / f"{name}.toml").read_text("utf-8"), name)


def cell_parameters() -> Parameters:
    """The default cell."""
    return shipped("cell-420")


def control_parameters() -> Parameters:
    """The default controller."""
    return shipped("control-420")


def estimate_parameters() -> Parameters:
    """What the estimates of a cell assume."""
    return shipped("estimate-420")


def overlaid(base: Parameters, text: str, where: str) -> Parameters:
    """``base`` with the values of a user's TOML text; every entry is ``name = {value, unit}`` or a bare number."""
    if len(text.encode()) > MAX_FILE_BYTES:
        raise _refuse(where, "the file", f"is larger than {MAX_FILE_BYTES:,} bytes")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refuse(where, "the file", f"is not TOML: {error}") from error
    known = {item.name: item for item in base.items}
    values: dict[str, float] = {}
    for group, name, entry in _entries(raw):
        if name not in known or (group and known[name].group != group):
            raise _refuse(where, f"{group}.{name}" if group else name, f"is not a parameter of {base.name}")
        item = known[name]
        if not isinstance(entry, Mapping):
            values[name] = _number(entry, where, name)
            continue
        value = _number(entry.get("value"), where, name)
        unit = str(entry.get("unit", item.unit))
        turned = convert(value, unit, item.unit)
        if turned is None:
            raise _refuse(where, name, f"is given in {unit!r}; it is a {item.unit}")
        values[name] = turned
    made = base.with_values(values)
    title = raw.get("title", base.title)
    label = raw.get("name", base.name)
    return replace(made, name=str(label)[:60], title=str(title)[:200])


def _entries(raw: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    for group, entries in raw.items():
        if isinstance(entries, Mapping) and "value" not in entries:
            for name, entry in entries.items():
                yield group, name, entry
        elif group not in ("name", "title"):
            yield "", group, entries


def changed(base: Parameters, other: Parameters) -> dict[str, tuple[float, float]]:
    """name -> (value in ``base``, value in ``other``) where they differ."""
    theirs = other.as_dict()
    return {i.name: (i.value, theirs[i.name]) for i in base.items if theirs.get(i.name, i.value) != i.value}
