"""Mapping tables: machine state -> ISO 22400-2 element, as versioned TOML data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from gearpark.base.problems import NotFound, Problem

from .types import STOP_ELEMENTS, Element, MappingTable, StateRule

_NAME = re.compile(r"[a-z0-9-]{1,60}")
_VERSIONED = re.compile(r".+-[1-9]\d{0,3}")
_FOLDER = "mappings"


def mapping_names() -> list[str]:
    """Names of the shipped tables, sorted."""
    folder = resources.files(__package__) / _FOLDER
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


@lru_cache(maxsize=32)
def mapping_table(name: str) -> MappingTable:
    """Read one shipped table; Problem ``oee.mapping_unknown`` when there is none of that name."""
    path = resources.files(__package__) / _FOLDER / f"{name}.toml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound("oee.mapping_unknown", f"There is no OEE mapping named {name!r}.")
    return read_mapping(path.read_text(encoding="utf-8"))


def read_mapping(text: str) -> MappingTable:
    """TOML text -> table; Problem ``oee.mapping_invalid`` names what is wrong."""
    try:
        data = tomllib.loads(text)
        states = {state: _rule(rule) for state, rule in data["states"].items()}
        booked = {kind: _rule(rule) for kind, rule in data.get("booked", {}).items()}
        table = MappingTable(
            name=str(data["name"]),
            title_en=str(data["title_en"]),
            title_zh=str(data["title_zh"]),
            source=str(data["source"]),
            minor_stop_us=round(data["minor_stop_s"] * 1_000_000),
            states=states,
            booked=booked,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Problem("oee.mapping_invalid", f"The OEE mapping cannot be read: {error}.") from error
    if "no_data" not in states or states["no_data"].element is not Element.UNKNOWN:
        raise Problem("oee.mapping_invalid", "An OEE mapping must book no_data as UNKNOWN.")
    if not _VERSIONED.fullmatch(table.name):
        raise Problem("oee.mapping_invalid", "An OEE mapping's name ends with its version, as in iso22400-1.")
    moved = [rule.without_order for rule in states.values() if rule.without_order is not None]
    if not {*moved, *(rule.element for rule in booked.values())} <= STOP_ELEMENTS:
        raise Problem(
            "oee.mapping_invalid", "Orders and booked reasons move time among AUST, ADET and ADOT only."
        )
    if any(rule.element not in STOP_ELEMENTS for rule in states.values() if rule.without_order is not None):
        raise Problem(
            "oee.mapping_invalid", "Orders and booked reasons move time among AUST, ADET and ADOT only."
        )
    return table


def _rule(raw: Mapping[str, Any]) -> StateRule:
    without = raw.get("without_order")
    return StateRule(Element(raw["element"]), str(raw["loss"]), None if without is None else Element(without))
