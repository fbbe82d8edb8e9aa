"""The asset types Gearpark knows and their canonical signals (``data/types.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.wire import SignalInfo, SignalKind

from .faults import Unreadable
from .types import AssetType, Role

DEFAULT_SIZE = (72.0, 64.0)  # drawing units


@cache
def asset_types() -> dict[str, AssetType]:
    """Asset types by code."""
    return {code: read_type(code, entry) for code, entry in _document()["types"].items()}


def asset_type(code: str) -> AssetType:
    """One asset type, or Problem ``lines.asset_type_unknown``."""
    found = asset_types().get(code)
    if found is None:
        raise NotFound(
            "lines.asset_type_unknown", f"There is no asset type {code!r}.", known=sorted(asset_types())
        )
    return found


def signals_of(code: str) -> tuple[SignalInfo, ...]:
    """The canonical signals of one asset type, common ones first."""
    return asset_type(code).signals


def read_type(code: str, raw: Mapping[str, Any]) -> AssetType:
    """One entry of ``types`` (here or in a template). Signals: every device's, every station's, then its own."""
    known = _document()
    role = Role(raw.get("role", Role.STATION))
    common = [*known["common"], *(known["station"] if role is Role.STATION else ())]
    signals = tuple(_signal(s) for s in (*common, *raw.get("signals", ())))
    twice = {s.name for s in signals if [o.name for o in signals].count(s.name) > 1}
    if twice:
        raise Unreadable("types.{0}: signal {1!r} stands there twice", code, sorted(twice)[0])
    width, height = raw.get("size", DEFAULT_SIZE)
    return AssetType(
        code=code,
        title_en=str(raw["title_en"]),
        title_zh=str(raw["title_zh"]),
        role=role,
        shape=str(raw.get("shape", "machine")),
        size=(float(width), float(height)),
        signals=signals,
    )


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "types.toml").read_text("utf-8"))


def _signal(raw: Mapping[str, Any]) -> SignalInfo:
    return SignalInfo(
        name=raw["name"],
        kind=SignalKind(raw["kind"]),
        unit=raw.get("unit", ""),
        interval_s=raw.get("interval_s"),
        title_en=raw["title_en"],
        title_zh=raw["title_zh"],
    )
