"""Measured numbers as functions of state and time: spindle, axes, temperatures, positions, power.

Noise comes from a hash of (device, signal, second), so that a sample depends on when it is taken and not on how often.
Each signal has a dead band: its value changes when it moved by more than that since the last change.
"""

from __future__ import annotations

import math
import zlib

from .board import SECOND_US, Change
from .line import HousingLine
from .station import StationUnit
from .transport import TransportUnit
from .vehicle import VehicleUnit

DEAD_BANDS: dict[str, float] = {
    "spindle_speed": 5.0, "spindle_load": 0.5, "feed_override": 0.5, "axis_x": 0.05, "axis_y": 0.05, "axis_z": 0.05,
    "coolant_temp": 0.1, "vibration": 0.05, "power_kw": 0.1, "position": 0.002, "motor_temp": 0.2,
    "bath_temp": 0.2, "pressure": 0.05, "x": 1.0, "y": 1.0,
}  # fmt: skip
_TWO_PI = 2 * math.pi
_MIX = 0x9E3779B1
_HOT_C, _COLD_C = 29.5, 21.0  # coolant while cutting and after a long rest
_COOLANT_TAU_S = 900.0
_BATH_C = 62.0
_MOTOR_TAU_S = 600.0
_OVERRIDES = (100.0, 100.0, 100.0, 100.0, 95.0, 90.0, 105.0)
_IDLE_KW = {
    "machining-centre": 3.4,
    "washer": 5.5,
    "leak-tester": 0.4,
    "cmm": 0.9,
    "gantry": 0.5,
    "robot": 0.6,
}
_WORK_KW = {
    "machining-centre": 9.0,
    "washer": 14.0,
    "leak-tester": 1.1,
    "cmm": 1.8,
    "gantry": 3.1,
    "robot": 2.4,
}


def noise(key: int, second: int) -> float:
    """Even noise in [-1, 1), the same for the same key and second."""
    mixed = ((key ^ (second * _MIX)) * 0x85EBCA6B) & 0xFFFFFFFF
    mixed ^= mixed >> 13
    mixed = (mixed * 0xC2B2AE35) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) / 0x80000000 - 1.0


class AnalogSampler:
    """Samples one line's analog signals; call ``sample`` about once a second with a growing time."""

    def __init__(self, line: HousingLine) -> None:
        self.line = line
        self._sent: dict[tuple[str, str], float] = {}
        self._warm: dict[str, tuple[int, float]] = {}
        self._keys: dict[tuple[str, str], int] = {}

    def sample(self, now: int) -> list[Change]:
        """Every analog signal; one that stayed within its dead band keeps its value and gets a fresh time."""
        found: list[Change] = []
        second = now // SECOND_US
        for code, unit in self.line.units.items():
            if isinstance(unit, StationUnit):
                values = self._station(unit, now, second)
            elif isinstance(unit, TransportUnit):
                values = self._transport(unit, now, second)
            elif isinstance(unit, VehicleUnit):
                values = self._vehicle(unit, now, second)
            else:
                values = {"power_kw": 0.3}
            for signal, value in values.items():
                sent = self._sent.get((code, signal))
                if sent is None or abs(value - sent) >= DEAD_BANDS[signal]:
                    self._sent[code, signal] = sent = value
                found.append(Change(now, code, signal, sent))
        return found

    def _noise(self, code: str, signal: str, second: int) -> float:
        key = self._keys.get((code, signal))
        if key is None:
            key = self._keys[code, signal] = zlib.crc32(f"{self.line.line_id}/{code}/{signal}".encode())
        return noise(key, second)

    def _lag(self, code: str, now: int, target: float, tau_s: float) -> float:
        """First-order lag towards ``target``."""
        then, value = self._warm.get(code, (now, target))
        share = 1 - math.exp(-(now - then) / SECOND_US / tau_s)
        value += (target - value) * share
        self._warm[code] = (now, value)
        return value

    def _station(self, unit: StationUnit, now: int, second: int) -> dict[str, float]:
        kind = unit.plan.type
        busy = unit.phase == "busy" and not unit.down
        if kind == "machining-centre":
            return self._machining(unit, now, second, busy)
        jitter = self._noise(unit.code, "power_kw", second)
        values = {"power_kw": round((_WORK_KW if busy else _IDLE_KW)[kind] * (1 + 0.04 * jitter), 2)}
        if kind == "washer":
            bath = self._lag(unit.code, now, _BATH_C - (1.5 if busy else 0.0), _COOLANT_TAU_S)
            values["bath_temp"] = round(bath + 0.15 * self._noise(unit.code, "bath_temp", second // 5), 1)
            spray = 6.2 + 0.25 * self._noise(unit.code, "pressure", second) if busy else 0.0
            values["pressure"] = round(spray, 2)
        return values

    def _machining(self, unit: StationUnit, now: int, second: int, busy: bool) -> dict[str, float]:
        code = unit.code
        temp = self._lag(code, now, _HOT_C if busy else _COLD_C, _COOLANT_TAU_S)
        values = {
            "coolant_temp": round(temp, 1),
            "feed_override": _OVERRIDES[int((self._noise(code, "feed_override", second // 3600) + 1) * 3.49)],
        }
        if not busy:
            off = unit.line.board.states.get(code) == "off"
            for axis in ("axis_x", "axis_y", "axis_z"):  # stands where it stopped
                values[axis] = self._sent.get((code, axis), 0.0)
            values.update(spindle_speed=0.0, spindle_load=0.0, vibration=0.08, power_kw=1.2 if off else 3.4)
            return values
        _, _, speed, load = unit.tools[unit.segment]
        share = unit.segment_share(now)
        wear = unit.used[unit.segment] / unit.lives[unit.segment]
        in_cut = 0.03 < share < 0.97  # tool change at both ends of a segment
        wave = math.sin(_TWO_PI * (second % 17) / 17)
        rub = self._noise(code, "spindle_load", second)
        felt = load * (1 + 0.28 * wear) * (1 + 0.10 * wave + 0.12 * rub) if in_cut else 4.0 + 2 * rub
        turn = speed * (1 + 0.002 * self._noise(code, "spindle_speed", second)) if in_cut else 0.0
        values["spindle_speed"] = float(round(turn))
        values["spindle_load"] = round(max(felt, 0.0), 1)
        values["vibration"] = round(
            0.5 + felt * 0.018 + 0.9 * wear + 0.12 * self._noise(code, "vibration", second), 2
        )
        values["power_kw"] = round(_IDLE_KW["machining-centre"] + _WORK_KW["machining-centre"] * felt / 60, 2)
        way = share * (3 + unit.segment)
        values["axis_x"] = round(310 * math.sin(_TWO_PI * way), 3)
        values["axis_y"] = round(240 * math.cos(_TWO_PI * way * 0.5), 3)
        values["axis_z"] = round(-180 + 120 * math.cos(_TWO_PI * way * 2.0), 3)
        return values

    def _transport(self, unit: TransportUnit, now: int, second: int) -> dict[str, float]:
        kind = unit.plan.type
        moving = unit.task is not None and not unit.down
        motor = self._lag(unit.code, now, 52.0 if moving else 31.0, _MOTOR_TAU_S)
        return {
            "position": round(unit.leg.at(now), 3),
            "motor_temp": round(motor, 1),
            "power_kw": round(
                (_WORK_KW if moving else _IDLE_KW)[kind]
                * (1 + 0.05 * self._noise(unit.code, "power_kw", second)),
                2,
            ),
        }

    def _vehicle(self, unit: VehicleUnit, now: int, second: int) -> dict[str, float]:
        x, y = unit.rail.at(unit.share_at(now))
        moving = now < unit.leg.end_us and not unit.down
        return {"x": round(x, 1), "y": round(y, 1), "power_kw": 1.4 if moving else 0.2}
