"""The asset types Gearpark knows and their canonical signals (``data/types.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.wire import SignalInfo, SignalKind

from .types import AssetType


@cache
def asset_types() -> dict[str, AssetType]:
    """Asset types by code."""
    raw = tomllib.loads((files(__package__) / "data" / "types.toml").read_text("utf-8"))
    common = [_signal(s) for s in raw["common"]]
    return {
        code: AssetType(
            code=code,
            title_en=entry["title_en"],
            title_zh=entry["title_zh"],
            signals=tuple(common + [_signal(s) for s in entry["signals"]]),
        )
        for code, entry in raw["types"].items()
    }


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


def _signal(raw: dict[str, Any]) -> SignalInfo:
    return SignalInfo(
        name=raw["name"],
        kind=SignalKind(raw["kind"]),
        unit=raw.get("unit", ""),
        interval_s=raw.get("interval_s"),
        title_en=raw["title_en"],
        title_zh=raw["title_zh"],
    )
