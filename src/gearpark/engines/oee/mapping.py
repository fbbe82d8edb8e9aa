"""Mapping tables: machine state -> ISO 22400-2 element, as versioned TOML data."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

from gearpark.base.problems import NotFound, Problem

from .types import Element, MappingTable, StateRule

_NAME = re.compile(r"[a-z0-9-]{1,60}")
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
        states = {
            state: StateRule(Element(rule["element"]), str(rule["loss"]))
            for state, rule in data["states"].items()
        }
        table = MappingTable(
            name=str(data["name"]),
            title_en=str(data["title_en"]),
            title_zh=str(data["title_zh"]),
            source=str(data["source"]),
            minor_stop_us=round(data["minor_stop_s"] * 1_000_000),
            states=states,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Problem("oee.mapping_invalid", f"The OEE mapping cannot be read: {error}.") from error
    if "no_data" not in states or states["no_data"].element is not Element.UNKNOWN:
        raise Problem("oee.mapping_invalid", "An OEE mapping must book no_data as UNKNOWN.")
    return table
