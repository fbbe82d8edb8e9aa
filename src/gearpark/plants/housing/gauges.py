"""Dimensions cut and values measured: bores drift with tool wear and temperature, leaks have a long tail."""

from __future__ import annotations

import math

from .board import SECOND_US
from .parts import Part
from .shop import shop
from .world import Gauged

_FINE_BORING_OP = 40
_FACE_OP = 50
_DAY_S = 86_400
_THERMAL_UM = 1.6  # the shop is warmest in the local afternoon
_WARMEST_S = 7 * 3600  # 15:00 in Shanghai as seconds of the UTC day


def thermal_um(now: int) -> float:
    """Growth by the shop's daily temperature, micrometres."""
    second = now // SECOND_US % _DAY_S
    return _THERMAL_UM * math.cos(2 * math.pi * (second - _WARMEST_S) / _DAY_S)


def cut(station: Gauged, part: Part, now: int) -> None:
    """What fine boring and face milling leave on the part."""
    known, rng = shop(), station.rng
    if station.plan.op == _FINE_BORING_OP:
        wear = [used / life for used, life in zip(station.used, station.lives, strict=True)]
        part.bores_um = [
            known.bore_offset_um[i]
            + station.offset_um[i]
            + station.drift_um
            - known.bore_wear_um * wear[i] ** 1.4  # a worn edge cuts a smaller bore
            + thermal_um(now)
            + rng.gauss(0, known.bore_noise_um)
            for i in range(len(known.bore_offset_um))
        ]
    elif station.plan.op == _FACE_OP:
        wear_face = station.used[0] / station.lives[0]
        part.flatness_um = known.flatness_um * (1 + 0.6 * wear_face) + abs(rng.gauss(0, 1.5))


def leak_test(station: Gauged, part: Part, now: int) -> None:
    """Leak rate of the finished housing, and the verdict."""
    known, rng, board = shop(), station.rng, station.line.board
    rate = known.leak_typical_ccm * rng.lognormvariate(0.0, 0.18)
    if rng.random() < known.scrap_leak_share or station.scrap_next > 0:
        rate = known.leak_limit_ccm * rng.uniform(1.1, 3.0)
        station.scrap_next = max(station.scrap_next - 1, 0)
        part.scrap = f"{station.code}:leak"
    board.put(now, station.code, "leak_rate_ccm", round(rate, 3))
    board.put(now, station.code, "test_result", "NOK" if part.scrap else "OK")


def measure(station: Gauged, part: Part, now: int) -> None:
    """Four bores and the mating face on the measuring machine, and the verdict."""
    known, rng, board = shop(), station.rng, station.line.board
    seen = [bore + rng.gauss(0, 0.4) for bore in part.bores_um]
    for i, value in enumerate(seen, start=1):
        board.put(now, station.code, f"bore_{i}_um", round(value, 2))
    board.put(now, station.code, "flatness_um", round(part.flatness_um + rng.gauss(0, 0.3), 2))
    outside = any(abs(value) > known.bore_tolerance_um for value in seen)
    if outside or rng.random() < known.scrap_measure_share:
        part.scrap = f"{station.code}:{'bore' if outside else 'porosity'}"
    board.put(now, station.code, "measure_result", "NOK" if part.scrap else "OK")
