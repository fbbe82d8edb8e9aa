"""Constants of the housing shop: reliability, tools, alarms, tolerances (``data/shop.toml``, illustrative)."""

from __future__ import annotations

import hashlib
import random
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Alarm:
    code: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Operation-dependent: clocks run on busy time only. Minor stops are short and need no maintenance call."""

    mtbf_h: float
    mttr_min: float
    minor_mtbf_h: float
    minor_s: float
    alarms: tuple[Alarm, ...]
    minor_alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    reliability: dict[str, Reliability]
    cycle_spread: float  # a cycle is ideal x (1 .. 1 + spread), triangular, mode at the ideal
    tools: tuple[
        tuple[str, float, float, float], ...
    ]  # name, share of the cycle, spindle speed 1/min, load %
    tool_life_parts: tuple[int, int]
    tool_change_s: float
    setup_s: dict[str, float]
    batch_parts: tuple[int, int]
    scrap_leak_share: float
    scrap_measure_share: float
    leak_limit_ccm: float
    leak_typical_ccm: float
    bore_tolerance_um: float
    bore_offset_um: tuple[float, ...]
    bore_wear_um: float
    bore_noise_um: float
    flatness_um: float
    tray_in_parts: int
    tray_out_parts: int
    handover_s: float
    supply_gap_h: float  # mean time between missing blank deliveries
    supply_gap_min: float
    makers: dict[str, tuple[str, str]]  # device type -> invented manufacturer, model


@cache
def shop() -> Shop:
    """The packaged constants."""
    raw = tomllib.loads((files(__package__) / "data" / "shop.toml").read_text("utf-8"))
    numbers: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in raw["line"].items()}
    return Shop(
        reliability={kind: _reliability(r) for kind, r in raw["reliability"].items()},
        tools=tuple((t["name"], t["share"], t["speed"], t["load"]) for t in raw["tools"]),
        makers={m["type"]: (m["manufacturer"], m["model"]) for m in raw["makers"]},
        setup_s=dict(raw["setup_s"]),
        **numbers,
    )


def _reliability(raw: dict[str, object]) -> Reliability:
    alarms = {
        key: tuple(Alarm(str(c), str(t), float(w)) for c, t, w in raw[key])  # type: ignore[attr-defined]
        for key in ("alarms", "minor_alarms")
    }
    numbers = {key: float(raw[key]) for key in ("mtbf_h", "mttr_min", "minor_mtbf_h", "minor_s")}  # type: ignore[arg-type]
    return Reliability(**numbers, **alarms)  # type: ignore[arg-type]


def stream(*key: object) -> random.Random:
    """A random stream of its own for each key, independent of every other stream and of the platform."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - a simulation, not a secret
