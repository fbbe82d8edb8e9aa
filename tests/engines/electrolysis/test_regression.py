"""The controller on the six regression cases: what each part of it is there to prevent.

Expected values are those of a closed-loop check with 60 cells and 48 scored hours; samples here are smaller, so that
means are held to 0.1 % alumina and counts to what the sample can tell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gearpark.engines.electrolysis.control.codes import A_SIGNAL, SAFE
from gearpark.engines.electrolysis.control.kernel import control_all
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.run import HOUR_S, Line
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.engines.electrolysis.sim.score import compared, scored

CELLS, HOURS, SEED = 30, 48, 7


def run(name: str) -> dict[str, Any]:
    case = SCENARIOS[name]
    p, q = cell_parameters().with_values(case.cell), control_parameters().with_values(case.control)
    return scored(p, q, case, CELLS, HOURS, SEED)


def test_without_adaptation_cells_run_away() -> None:
    seen = run("no_adaptation")
    assert seen["alumina_sd_pct"] > 1.0
    assert seen["ae_per_cell_day"] > 0.5


@pytest.mark.parametrize(("name", "alumina", "sd"), [("track", 2.39, 0.2), ("noise", 2.48, 0.45)])
def test_adaptation_and_search_hold_alumina(name: str, alumina: float, sd: float) -> None:
    seen = run(name)
    assert seen["alumina_mean_pct"] == pytest.approx(alumina, abs=0.1)
    assert seen["alumina_sd_pct"] < sd
    assert seen["ae_per_cell_day"] == 0


def test_the_delivery_check_prevents_anode_effects() -> None:
    without, with_check = run("blocked"), run("blocked_check")
    assert without["alumina_mean_pct"] == pytest.approx(2.38, abs=0.1)
    # after a failed check the trigger is 4 nOhm/min for some hours: between the published 2.39 (6) and 2.52 (4)
    assert 2.39 - 0.1 <= with_check["alumina_mean_pct"] <= 2.52 + 0.1
    assert without["ae_per_cell_day"] > 0.8
    assert with_check["ae_per_cell_day"] < 0.35 * without["ae_per_cell_day"]


def test_the_whole_controller_beats_the_plain_ones() -> None:
    seen = compared(cell_parameters(), control_parameters(), SCENARIOS["mixed"], 16, 48, SEED)
    assert seen["ae_per_cell_day"] <= 0.07  # one in sixteen cells and a day
    assert seen["alumina_sd_pct"] <= 0.3
    assert seen["ce_mean"] >= 93.0
    assert seen["kwh_per_kg"] <= 12.75
    for plain in seen["baselines"].values():
        assert plain["alumina_sd_pct"] > 1.5 * seen["alumina_sd_pct"]
        assert plain["kwh_per_kg"] > seen["kwh_per_kg"]


def test_a_run_is_the_same_in_threads_and_again() -> None:
    def cells(workers: int) -> np.ndarray[Any, Any]:
        line = Line(cell_parameters(), control_parameters(), SCENARIOS["mixed"], 64, SEED)
        line.run_to(2 * HOUR_S, workers)
        return line.cells

    assert cells(1).tobytes() == cells(2).tobytes()


def test_lost_signals_mean_safe_base_feeding() -> None:
    line = Line(cell_parameters(), control_parameters(), SCENARIOS["track"], 2, SEED)
    line.run_to(HOUR_S)
    k, m = line.controls, line.measures
    m["valid"][0] = 0.0
    beam, fed = k["beam_target_mm"].copy(), k["shots"].sum(axis=1).copy()
    for second in range(1800):
        control_all(k, line.qs, line.curve, m, 420e3, float(line.t + second + 1))
    assert k["phase"][0] == SAFE
    assert k["alarms"][0] & (1 << A_SIGNAL)
    assert not k["alarms"][1] & (1 << A_SIGNAL)
    assert k["beam_target_mm"][0] == beam[0]
    base = 0.63405 * 420 * line.q["need"] * k["factor"][0] / 2  # kg in half an hour
    assert (k["shots"][0].sum() - fed[0]) * line.q["dose_kg"] == pytest.approx(base, rel=0.05)
    m["valid"][0] = 1.0
    control_all(k, line.qs, line.curve, m, 420e3, float(line.t + 1801))
    assert k["phase"][0] != SAFE
