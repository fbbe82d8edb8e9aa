"""The simulated lines of the demo park (``data/lines.toml``): whose they are, of which type, where they listen."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One line. ``path`` is its ISA-95 path, ``port`` counts from the port base."""

    id: str
    org: str
    template: str
    path: str
    name_en: str
    name_zh: str
    port: int


@cache
def housing_lines() -> tuple[DemoLine, ...]:
    """The lines of the housing shop, by number."""
    raw = _document()["housing"]
    texts = {"id": raw["id"], "path": raw["place"], "name_en": raw["name_en"], "name_zh": raw["name_zh"]}
    return tuple(
        DemoLine(
            **{key: str(text).format(n=n) for key, text in texts.items()},
            org=raw["org"],
            template=raw["template"],
            port=n,
        )
        for n in range(1, int(raw["lines"]) + 1)
    )


@cache
def other_lines() -> tuple[DemoLine, ...]:
    """One line of every other type."""
    return tuple(
        DemoLine(**{("path" if key == "place" else key): value for key, value in entry.items()})
        for entry in _document()["others"]
    )


@cache
def _document() -> dict:  # type: ignore[type-arg]
    return tomllib.loads((files(__package__) / "data" / "lines.toml").read_text("utf-8"))
