"""Measured numbers as functions of state and time: spindle, axes, temperatures, forces, positions, power.

Noise comes from a hash of (device, signal, second), so that a sample depends on when it is taken and not on how often.
Each signal has a dead band: its value changes when it moved by more than that since the last change.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

from gearpark.engines.lines import LineTemplate, Role

from .behaviour import Analog, shop
from .board import SECOND_US, Change
from .simulation import SimulatedLine
from .station import StationUnit
from .transport import TransportUnit
from .vehicle import VehicleUnit

DEAD_BANDS: dict[str, float] = {
    "spindle_speed": 5.0, "spindle_load": 0.5, "feed_override": 0.5, "axis_x": 0.05, "axis_y": 0.05, "axis_z": 0.05,
    "power_kw": 0.1, "position": 0.002, "motor_temp": 0.2, "x": 1.0, "y": 1.0,
}  # fmt: skip
RANGES: dict[str, tuple[float, float]] = {
    "power_kw": (0.0, 40.0), "spindle_speed": (0.0, 12000.0), "spindle_load": (0.0, 150.0),
    "feed_override": (0.0, 150.0), "axis_x": (-315.0, 315.0), "axis_y": (-250.0, 250.0), "axis_z": (-400.0, 0.0),
    "position": (0.0, 1.0), "motor_temp": (0.0, 120.0), "x": (0.0, 2000.0), "y": (0.0, 2000.0),
    "battery": (0.0, 100.0), "level": (0.0, 100.0), "capacity": (0.0, 100.0), "tool_life": (0.0, 100.0),
}  # fmt: skip
_TWO_PI = 2 * math.pi
_MIX = 0x9E3779B1
_MOTOR_TAU_S = 600.0
_OVERRIDES = (100.0, 100.0, 100.0, 100.0, 95.0, 90.0, 105.0)
_POWER_HEADROOM = 1.6
_PLAIN = (2400.0, 40.0)  # speed and load of a tool kind the data do not name


def noise(key: int, second: int) -> float:
    """Even noise in [-1, 1), the same for the same key and second."""
    mixed = ((key ^ (second * _MIX)) * 0x85EBCA6B) & 0xFFFFFFFF
    mixed ^= mixed >> 13
    mixed = (mixed * 0xC2B2AE35) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) / 0x80000000 - 1.0


def sampled(template: LineTemplate, code: str) -> dict[str, tuple[float, float]]:
    """Signals of one device that are sampled at a steady pace -> range."""
    kind = template.device(code).type
    by, role = shop().types[kind], template.types[kind].role
    names = {s.name for s in template.signals_of(code)}
    found = {n: RANGES[n] for n in DEAD_BANDS if n in names}
    found.update({name: (a.low, a.high) for name, a in by.analogs.items() if name in names})
    found["power_kw"] = (0.0, max(RANGES["power_kw"][1], by.work_kw * _POWER_HEADROOM))
    if role is Role.BUFFER:
        return {"power_kw": found["power_kw"]}
    return found


class AnalogSampler:
    """Samples one line's analog signals; call ``sample`` about once a second with a growing time."""

    def __init__(self, line: SimulatedLine) -> None:
        self.line = line
        self._sent: dict[tuple[str, str], float] = {}
        self._warm: dict[tuple[str, str], tuple[int, float]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._known = {u.code: shop().types[line.template.device(u.code).type] for u in line.units.values()}
        self._spindles = {
            code
            for code in line.stations
            if "spindle_speed" in {s.name for s in line.template.signals_of(code)}
        }
        self._axes = {
            code for code in self._spindles if "axis_x" in {s.name for s in line.template.signals_of(code)}
        }
        self._bands = {
            (code, name): a.band for code, by in self._known.items() for name, a in by.analogs.items()
        }

    def sample(self, now: int) -> list[Change]:
        """Every analog signal; one that stayed within its dead band keeps its value and gets a fresh time."""
        found: list[Change] = []
        second = now // SECOND_US
        sent, bands = self._sent, self._bands
        for code, unit in self.line.units.items():
            for signal, value in self._values(unit)(unit, now, second).items():
                key = (code, signal)
                held = sent.get(key)
                if held is None or abs(value - held) >= (bands.get(key) or DEAD_BANDS[signal]):
                    sent[key] = held = value
                found.append(Change(now, code, signal, held))
        return found

    def beat(self, now: int) -> list[Change]:
        """Power of the stations as sampled last, with a fresh time: a sign of life between two samples."""
        held = self._sent
        return [
            Change(now, code, "power_kw", held[code, "power_kw"])
            for code in self.line.stations
            if (code, "power_kw") in held
        ]

    def _values(self, unit: object) -> Callable[..., dict[str, float]]:
        if isinstance(unit, StationUnit):
            return self._station
        if isinstance(unit, TransportUnit):
            return self._transport
        return self._vehicle if isinstance(unit, VehicleUnit) else self._buffer

    def _noise(self, code: str, signal: str, second: int) -> float:
        key = self._keys.get((code, signal))
        if key is None:
            key = self._keys[code, signal] = zlib.crc32(f"{self.line.line_id}/{code}/{signal}".encode())
        return noise(key, second)

    def _lag(self, key: tuple[str, str], now: int, target: float, tau_s: float) -> float:
        """First-order lag towards ``target``."""
        then, value = self._warm.get(key, (now, target))
        share = 1 - math.exp(-(now - then) / SECOND_US / tau_s)
        value += (target - value) * share
        self._warm[key] = (now, value)
        return value

    def _station(self, unit: StationUnit, now: int, second: int) -> dict[str, float]:
        code, by = unit.code, self._known[unit.code]
        busy = unit.phase == "busy" and not unit.down
        values = {name: self._analog(code, name, a, busy, now, second) for name, a in by.analogs.items()}
        if code in self._spindles:
            values.update(self._spindle(unit, now, second, busy))
            return values
        jitter = self._noise(code, "power_kw", second)
        values["power_kw"] = round((by.work_kw if busy else by.idle_kw) * (1 + 0.04 * jitter), 2)
        return values

    def _analog(self, code: str, name: str, a: Analog, busy: bool, now: int, second: int) -> float:
        value = a.work if busy else a.idle
        if a.lag_s:
            value = self._lag((code, name), now, value, a.lag_s)
        if busy or a.lag_s:
            value += a.noise * self._noise(code, name, second // (5 if a.lag_s else 1))
        return round(min(max(value, a.low), a.high), a.decimals)

    def _spindle(self, unit: StationUnit, now: int, second: int, busy: bool) -> dict[str, float]:
        code, by = unit.code, self._known[unit.code]
        values: dict[str, float] = {}
        if code in self._axes:
            values["feed_override"] = _OVERRIDES[
                int((self._noise(code, "feed_override", second // 3600) + 1) * 3.49)
            ]
        if not busy:
            off = unit.line.board.states.get(code) == "off"
            if code in self._axes:  # stands where it stopped
                values.update(
                    {axis: self._sent.get((code, axis), 0.0) for axis in ("axis_x", "axis_y", "axis_z")}
                )
            values.update(
                spindle_speed=0.0, spindle_load=0.0, power_kw=round(by.idle_kw * (0.35 if off else 1), 2)
            )
            return values
        tool = unit.segments[unit.segment].tool or 0
        kind = unit.tools.classes[tool].kind if unit.tools.classes else ""
        speed, load = shop().tool_kinds.get(kind, _PLAIN)
        wear = unit.used[tool] / unit.lives[tool] if unit.lives else 0.0
        share = unit.segment_share(now)
        in_cut = 0.03 < share < 0.97  # tool change at both ends of a segment
        rub = self._noise(code, "spindle_load", second)
        wave = math.sin(_TWO_PI * (second % 17) / 17)
        felt = load * (1 + 0.28 * wear) * (1 + 0.10 * wave + 0.12 * rub) if in_cut else 4.0 + 2 * rub
        turn = speed * (1 + 0.002 * self._noise(code, "spindle_speed", second)) if in_cut else 0.0
        values["spindle_speed"] = float(round(turn))
        values["spindle_load"] = round(max(felt, 0.0), 1)
        values["vibration"] = round(
            0.5 + felt * 0.018 + 0.9 * wear + 0.12 * self._noise(code, "vibration", second), 2
        )
        values["power_kw"] = round(by.idle_kw + by.work_kw * felt / 60, 2)
        if code in self._axes:
            way = share * (3 + unit.segment)
            values["axis_x"] = round(310 * math.sin(_TWO_PI * way), 3)
            values["axis_y"] = round(240 * math.cos(_TWO_PI * way * 0.5), 3)
            values["axis_z"] = round(-180 + 120 * math.cos(_TWO_PI * way * 2.0), 3)
        return values

    def _transport(self, unit: TransportUnit, now: int, second: int) -> dict[str, float]:
        by = self._known[unit.code]
        moving = unit.task is not None and not unit.down
        motor = self._lag((unit.code, "motor_temp"), now, 52.0 if moving else 31.0, _MOTOR_TAU_S)
        draw = (by.work_kw if moving else by.idle_kw) * (
            1 + 0.05 * self._noise(unit.code, "power_kw", second)
        )
        return {
            "position": round(unit.leg.at(now), 3),
            "motor_temp": round(motor, 1),
            "power_kw": round(draw, 2),
        }

    def _vehicle(self, unit: VehicleUnit, now: int, second: int) -> dict[str, float]:
        x, y = unit.rail.at(unit.share_at(now))
        by = self._known[unit.code]
        moving = now < unit.leg.end_us and not unit.down
        return {"x": round(x, 1), "y": round(y, 1), "power_kw": by.work_kw if moving else by.idle_kw}

    def _buffer(self, unit: object, now: int, second: int) -> dict[str, float]:
        return {"power_kw": 0.3}
