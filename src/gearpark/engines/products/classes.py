"""The shipped classes, read once from ``data/classes.toml``."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from gearpark.base.problems import NotFound

from .types import Attribute, Better, Choice, Kind, ProductClass


@cache
def _document() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data/classes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def attributes() -> dict[str, Attribute]:
    """Every attribute by its key."""
    return {key: _attribute(key, raw) for key, raw in _document()["attributes"].items()}


def _attribute(key: str, raw: dict[str, Any]) -> Attribute:
    return Attribute(
        key=key,
        en=raw["en"],
        zh=raw["zh"],
        kind=Kind(raw["kind"]),
        unit=raw.get("unit", ""),
        symbol=raw.get("symbol", ""),
        better=Better(raw.get("better", "same")),
        low=Decimal(str(raw["low"])) if "low" in raw else None,
        high=Decimal(str(raw["high"])) if "high" in raw else None,
        choices=tuple(Choice(*choice) for choice in raw.get("choices", ())),
    )


@cache
def classes() -> dict[str, ProductClass]:
    """Every class by its code, in the file's order."""
    made = {}
    for raw in _document()["classes"]:
        keys = [name.rstrip("!") for name in raw["attributes"]]
        made[raw["code"]] = ProductClass(
            code=raw["code"],
            en=raw["en"],
            zh=raw["zh"],
            unspsc=raw["unspsc"],
            unit=raw["unit"],
            malls=tuple(raw["malls"]),
            attributes=tuple(attributes()[key] for key in keys),
            needed=frozenset(name.rstrip("!") for name in raw["attributes"] if name.endswith("!")),
            also=tuple(raw.get("also", ())),
            check=raw.get("check", ""),
        )
    return made


def product_class(code: str) -> ProductClass:
    """NotFound ``products.class_unknown``."""
    found = classes().get(code)
    if found is None:
        raise NotFound("products.class_unknown", f"There is no product class {code!r}.", given=code)
    return found
