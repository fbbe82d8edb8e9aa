"""Characteristics made and measured: what an operation leaves on a part, what a test finds.

A two-sided characteristic is normal around its centre, moved by the station, the worn tool, the temperature of the day
and the charge it was in; a one-sided one has a long tail; an attribute fails now and then. Without data of its own the
spread follows from limits and target capability.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, fields
from functools import cache

from gearpark.engines.lines import Characteristic, Kind, LineTemplate

from .behaviour import quality, shop
from .board import SECOND_US
from .parts import Part
from .world import Worked

BETTER = 1.35  # the process is so many times more capable than asked, before drift and wear
WEAR_POWER = 1.4  # a worn edge loses size faster at its end
_DAY_S = 86_400
_WARMEST_S = 7 * 3600  # 15:00 in Shanghai as seconds of the UTC day
RESULTS = frozenset({"test_result", "measure_result"})  # verdicts some gauges give beside ``part_result``
STRAY = "damage"  # the reason given when nothing else fits


@dataclass(frozen=True, slots=True)
class Model:
    """How one characteristic comes out; see ``data/quality.toml``. ``fails``: share of parts, of an attribute."""

    centre: float = 0.0
    offset: float = 0.0
    noise: float = 0.0
    station: float = 0.0
    wear: float = 0.0
    thermal: float = 0.0
    charge: float = 0.0
    gauge: float = 0.0
    typical: float = 0.0
    spread: float = 0.0
    fails: float = 0.0


@cache
def model(template: str, c: Characteristic) -> Model:
    """Limits and target capability -> model, with what the data say otherwise."""
    found = {**_default(c), **quality(template).get(c.code, {})}
    return Model(**{f.name: float(found.get(f.name, 0.0)) for f in fields(Model)})


def _default(c: Characteristic) -> dict[str, float]:
    if c.kind is Kind.ATTRIBUTE:
        return {"fails": (c.target_ppm or 0.0) / 1e6}
    capable = 3 * BETTER * (c.target_cpk or 1.33)
    if c.tolerance is not None and c.lsl is not None:
        half = c.tolerance / 2
        centre = c.nominal if c.nominal is not None else c.lsl + half
        near = min(centre - c.lsl, c.lsl + c.tolerance - centre)
        return {
            "centre": centre, "offset": 0.06 * near, "noise": near / capable, "station": 0.06 * near,
            "wear": -0.15 * near, "thermal": 0.05 * near if c.unit == "um" else 0.0, "charge": 0.5 * near / capable,
            "gauge": 0.03 * near,
        }  # fmt: skip
    if c.lsl is not None:
        room = 0.35 * abs(c.lsl)
        return {"centre": c.lsl + room, "noise": room / capable, "wear": -0.1 * room, "gauge": 0.02 * room}
    return {"typical": 0.35 * (c.usl or 0.0), "spread": 0.16, "wear": 0.25, "gauge": 0.005 * (c.usl or 0.0)}


def thermal(now: int) -> float:
    """The shop's temperature of the day as -1 (coldest) to 1 (warmest)."""
    second = now // SECOND_US % _DAY_S
    return math.cos(2 * math.pi * (second - _WARMEST_S) / _DAY_S)


Modelled = list[tuple[Characteristic, "Model"]]


def modelled(template: LineTemplate, found: tuple[Characteristic, ...]) -> Modelled:
    """Characteristics with how they come out."""
    return [(c, model(template.code, c)) for c in found]


def make(station: Worked, part: Part, now: int, charge: float = 0.0) -> None:
    """What the operation leaves on the part. ``charge``: standard normal, the same for all parts of a charge."""
    worse = station.line.pace.scrap_factor
    for i, (c, m) in enumerate(station.makes):
        wear = 0.0
        if station.lives:
            tool = i % len(station.lives)
            wear = min(station.used[tool] / station.lives[tool], 1.0)
        moved = station.offsets[i] + station.drift
        part.values[c.code] = _made(c, m, station.rng, _Effects(wear, moved, now, charge), worse)


@dataclass(slots=True)
class _Effects:
    wear: float
    moved: float
    now: int
    charge: float


_FIRST = _Effects(0.3, 0.0, 0, 0.0)  # of what was made before the simulation began


def _made(c: Characteristic, m: Model, rng: random.Random, by: _Effects, worse: float) -> float | str:
    if c.kind is Kind.ATTRIBUTE:
        return "NOK" if rng.random() < m.fails * worse else "OK"
    widened = math.sqrt(worse)
    if m.typical:
        worn = 1 + m.wear * by.wear
        return m.typical * worn * rng.lognormvariate(0.0, m.spread * widened) + abs(by.moved)
    return (
        m.centre
        + m.offset
        + by.moved
        + m.wear * by.wear**WEAR_POWER
        + m.thermal * thermal(by.now)
        + m.charge * by.charge
        + rng.gauss(0, m.noise * widened)
    )


def measure(station: Worked, part: Part, now: int) -> None:
    """Values of the part's characteristics as the station reads them, and what it says of the part."""
    line, rng, code = station.line, station.rng, station.code
    forced, station.scrap_next = station.scrap_next > 0, max(station.scrap_next - 1, 0)
    wrong: Characteristic | None = None
    for c, m in station.measures:
        value = part.values.get(c.code)
        if value is None:
            value = part.values[c.code] = _made(c, m, rng, _FIRST, 1.0)
        if isinstance(value, float):
            value += rng.gauss(0, m.gauge)
        if forced:
            value, forced = _bad(c, rng), False
        seen = round(value, c.decimals) if isinstance(value, float) else value
        line.board.tell(now, code, c.signal, seen)
        if wrong is None and not c.good(seen):
            wrong = c
    for signal, (mean, spread) in station.readings.items():
        line.board.tell(now, code, signal, round(mean + 1.5 * thermal(now) + rng.gauss(0, spread), 1))
    if wrong is not None:
        part.scrap = f"{code}:{_reason(line.template, wrong)}"
    elif forced:
        part.scrap = f"{code}:{STRAY}"
    elif rng.random() < shop().stray_share * line.pace.scrap_factor:
        part.scrap = f"{code}:{_stray(line.template, rng)}"
    for signal in station.results:
        line.board.tell(now, code, signal, "NOK" if part.scrap else "OK")


def _bad(c: Characteristic, rng: random.Random) -> float | str:
    if c.kind is Kind.ATTRIBUTE:
        return "NOK"
    if c.usl is not None:
        return c.usl + abs(c.tolerance or c.usl) * rng.uniform(0.1, 1.0)
    return (c.lsl or 0.0) - abs(c.lsl or 1.0) * rng.uniform(0.1, 0.5)


def _reason(template: LineTemplate, c: Characteristic) -> str:
    return next((s.code for s in template.scrap_reasons if c.code in s.characteristics), STRAY)


def _stray(template: LineTemplate, rng: random.Random) -> str:
    silent = [s.code for s in template.scrap_reasons if not s.characteristics and s.code != "setup-part"]
    return rng.choice(silent) if silent else STRAY
