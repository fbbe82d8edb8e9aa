"""Potline engine: a day of a line, one control cycle, and the cell model beside scipy stepping one cell at a time.

day_300_cells_s       plant and controller, 300 cells, 86,400 steps of 1 s, one thread; measured over ``HOURS`` and scaled
control_cycle_p99_ms  one cycle of 300 controllers on fresh measurements, the 99th percentile
vs_scipy_cell_ode     scipy's RK45 on one cell with steps of at most 1 s, over the kernel for a cell and the same time. The
                      peer has alumina and the voltage set only, not heat, fluoride, noise or a controller: a lower bound
live_*                see ``_live_potline``
Code is compiled before the clock starts; ``compile_s`` tells how long that took (nothing when it lay in the cache).
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from benchmarks import _live_potline
from scipy.integrate import solve_ivp

from gearpark.engines.electrolysis.constants import AL2O3_KG_PER_KAH
from gearpark.engines.electrolysis.control.curve import geometry_of
from gearpark.engines.electrolysis.control.kernel import control_all
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.run import HOUR_S, Line
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.engines.electrolysis.voltage import Bath, terms

CELLS, HOURS, CYCLES, ODE_S, SEED = 300, 6, 2000, 600, 20261201


def _cycles(line: Line, cycles: int) -> np.ndarray[Any, Any]:
    """Seconds each control cycle took."""
    amp, spent = line.p["current_ka"] * 1e3, np.empty(cycles)
    rng = np.random.default_rng(SEED)
    usual = line.cells["volt"].copy()
    for place in range(cycles):
        line.measures["volt"] = usual + 0.01 * rng.standard_normal(len(usual))
        start = time.perf_counter()
        control_all(line.controls, line.qs, line.curve, line.measures, amp, float(line.t + place + 1))
        spent[place] = time.perf_counter() - start
    return spent


def _scipy_s(seconds: int) -> float:
    """Seconds scipy needs: dissolved and undissolved alumina of one cell, voltage at each evaluation."""
    p = cell_parameters()
    amp, geometry = p["current_ka"] * 1e3, geometry_of(p)
    used = AL2O3_KG_PER_KAH * amp * p["efficiency"] / 3.6e6
    late, rate = p["undissolved_share"], p["dissolve_s"]

    def slope(_t: float, y: np.ndarray[Any, Any]) -> list[float]:
        terms(amp, p["acd_mm"] / 10.0, Bath(100.0 * y[0] / p["bath_kg"]), geometry)
        return [(1.0 - late) * used + rate * y[1] - used, late * used - rate * y[1]]

    start = time.perf_counter()
    solve_ivp(slope, (0.0, float(seconds)), [0.026 * p["bath_kg"], 20.0], max_step=1.0)
    return time.perf_counter() - start


def run(quick: bool = False) -> dict[str, Any]:
    """All figures; ``quick``: one hour and fewer cycles."""
    hours, cycles, ode_s = (1, 300, 120) if quick else (HOURS, CYCLES, ODE_S)
    start = time.perf_counter()
    line = Line(cell_parameters(), control_parameters(), SCENARIOS["mixed"], CELLS, SEED)
    line.run_to(HOUR_S)
    _cycles(line, 3)
    compile_s = time.perf_counter() - start
    start = time.perf_counter()
    line.run_to((1 + hours) * HOUR_S)
    spent = time.perf_counter() - start
    cycle = _cycles(line, cycles)
    scipy_s = _scipy_s(ode_s)
    own_s = spent / (hours * HOUR_S * CELLS) * ode_s
    return {
        "cells": CELLS,
        "hours": hours,
        "compile_s": round(compile_s, 1),
        "day_300_cells_s": round(spent * 24 / hours, 2),
        "control_cycle_p99_ms": round(float(np.quantile(cycle, 0.99)) * 1e3, 3),
        "control_cycle_median_ms": round(float(np.median(cycle)) * 1e3, 3),
        "vs_scipy_cell_ode": round(scipy_s / own_s, 1),
        **_live_potline.run(CELLS, quick),
    }
