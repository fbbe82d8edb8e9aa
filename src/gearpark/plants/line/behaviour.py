"""How simulated machines behave, by asset type, and how characteristics come out (``data/*.toml``, illustrative)."""

from __future__ import annotations

import hashlib
import random
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Alarm:
    code: str
    text: str
    weight: float


class Analog(NamedTuple):
    """A measured signal as a function of working or not. ``lag_s`` 0: follows at once; ``band`` its dead band."""

    idle: float
    work: float
    noise: float
    lag_s: float
    band: float
    low: float
    high: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a machine of one asset type does beside its cycle.

    steps     process steps of a cycle with their shares; step_tool, step_setup: while a tool is changed, while set up
    readings  what a gauge reads beside its characteristics: mean and spread
    """

    manufacturer: str
    model: str
    idle_kw: float
    work_kw: float
    alarms: tuple[Alarm, ...] = ()
    minor_alarms: tuple[Alarm, ...] = ()
    analogs: dict[str, Analog] = field(default_factory=dict)
    steps: tuple[tuple[str, float], ...] = ()
    step_tool: str = ""
    step_setup: str = ""
    readings: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shop:
    """What all lines share."""

    cycle_spread: float
    life_spread: tuple[float, float]
    order_shifts: tuple[float, float]
    stray_share: float
    handover_s: float
    supply_gap_h: float
    supply_gap_min: float
    charge_wait_share: float
    tool_kinds: dict[str, tuple[float, float]]  # spindle speed 1/min and load %
    types: dict[str, Behaviour]


@cache
def shop() -> Shop:
    """The packaged behaviour."""
    raw = _read("behaviour.toml")
    numbers: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in raw["line"].items()}
    return Shop(
        tool_kinds={kind: (speed, load) for kind, (speed, load) in raw["tool_kinds"].items()},
        types={code: _behaviour(entry) for code, entry in raw["types"].items()},
        **numbers,
    )


@cache
def quality(template: str) -> dict[str, dict[str, float]]:
    """Characteristic -> what differs from the defaults of its limits, for one line type."""
    found: dict[str, dict[str, float]] = _read("quality.toml").get(template, {})
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / name).read_text("utf-8"))


def _behaviour(raw: dict[str, Any]) -> Behaviour:
    given = dict(raw)
    for key in ("alarms", "minor_alarms"):
        given[key] = tuple(Alarm(str(c), str(t), float(w)) for c, t, w in raw.get(key, ()))
    given["analogs"] = {name: Analog(*values) for name, values in raw.get("analogs", {}).items()}
    given["steps"] = tuple((name, share) for name, share in raw.get("steps", ()))
    given["readings"] = {name: (mean, spread) for name, (mean, spread) in raw.get("readings", {}).items()}
    return Behaviour(**given)


def stream(*key: object) -> random.Random:
    """A random stream of its own for each key, independent of every other stream and of the platform."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - a simulation, not a secret
