"""Figures of a run after its warm-up, of the controller and of the plain ones beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cell.state import DAY_S
from ..constants import AL_KG_PER_KAH
from ..control.codes import ALARMS
from ..parameters import Parameters
from .limits import WARM_H, check_options
from .run import HOUR_S, Line
from .scenarios import BASELINES, Scenario

STATS = ("s_n", "s_c", "s_c2", "s_t", "s_t2", "s_v", "s_vn", "s_sh")
BOOKS = ("b_elec", "b_produced", "b_faraday", "b_effects", "b_effect_s")


def _begin(line: Line) -> dict[str, np.ndarray[Any, Any]]:
    """Zero the statistics and keep the books as they stand."""
    for name in STATS:
        line.cells[name] = 0.0
    kept = {name: line.cells[name].copy() for name in BOOKS}
    kept["all_moves"] = line.controls["all_moves"].copy()
    kept["raised"] = line.controls["raised"].copy()
    kept["raised_of"] = line.controls["raised_of"].copy()
    return kept


def _pooled(total: Any, squares: Any, n: Any) -> tuple[float, float]:
    """Mean and standard deviation over all cells and minutes."""
    mean = total.sum() / n.sum()
    return float(mean), float(np.sqrt(max(squares.sum() / n.sum() - mean * mean, 0.0)))


def figures(line: Line, kept: dict[str, np.ndarray[Any, Any]], hours: float) -> dict[str, Any]:
    """The figures of the hours since ``kept``."""
    c, k = line.cells, line.controls
    since = {name: c[name] - kept[name] for name in BOOKS}
    cell_days = line.count * hours * HOUR_S / DAY_S
    alumina, alumina_sd = _pooled(c["s_c"], c["s_c2"], c["s_n"])
    temp, temp_sd = _pooled(c["s_t"], c["s_t2"], c["s_n"])
    ce = since["b_produced"] / (since["b_faraday"] * AL_KG_PER_KAH)
    effects, burnt_min = float(since["b_effects"].sum()), float(since["b_effect_s"].sum()) / 60.0
    return {
        "alumina_mean_pct": round(alumina, 3),
        "alumina_sd_pct": round(alumina_sd, 3),
        "ae_per_cell_day": round(effects / cell_days, 4),
        "ae_minutes": round(burnt_min / effects, 2) if effects else 0.0,
        "ae_minutes_per_cell_day": round(burnt_min / cell_days, 4),
        "kwh_per_kg": round(float(since["b_elec"].sum() / 3.6e6 / since["b_produced"].sum()), 3),
        "volt_mean": round(float(c["s_v"].sum() / c["s_vn"].sum()), 4),
        "ce_mean": round(100.0 * float(ce.mean()), 2),
        "ce_cell_sd": round(100.0 * float(ce.std()), 2),
        "bath_temp_mean_c": round(temp, 1),
        "bath_temp_sd_c": round(temp_sd, 2),
        "superheat_mean_c": round(float(c["s_sh"].sum() / c["s_n"].sum()), 1),
        "beam_moves": int((k["all_moves"] - kept["all_moves"]).sum()),
        "alarms_of": {
            ALARMS[i]: int(v) for i, v in enumerate((k["raised_of"] - kept["raised_of"]).sum(0)) if v
        },
        "alarms": int((k["raised"] - kept["raised"]).sum()),
    }


def scored(
    p: Parameters, q: Parameters, case: Scenario, cells: int, hours: int, seed: int, workers: int = 1,
    known: Parameters | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One controller on one line: ``WARM_H`` hours unscored, the rest scored."""
    line = Line(p, q, case, cells, seed, known)
    line.run_to(WARM_H * HOUR_S, workers)
    kept = _begin(line)
    line.run_to(hours * HOUR_S, workers)
    return figures(line, kept, hours - WARM_H)


def compared(
    p: Parameters, q: Parameters, case: Scenario, cells: int, hours: int, seed: int, workers: int = 1
) -> dict[str, Any]:
    """The controller on a scenario, and under ``baselines`` the plain ones on the same line and seed."""
    check_options(cells, hours, seed)
    plant = p.with_values(case.cell)
    made = scored(plant, q.with_values(case.control), case, cells, hours, seed, workers)
    made["baselines"] = {
        name: scored(plant, q.with_values(changes), case, cells, hours, seed, workers)
        for name, changes in BASELINES.items()
    }
    return made
