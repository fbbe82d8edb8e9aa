"""What-if: the same line on both sides, differences of the right sign, refusals."""

from __future__ import annotations

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.engines.electrolysis.sim.whatif import changed, whatif

P, Q = cell_parameters(), control_parameters()


def test_less_voltage_saves_energy_and_cools() -> None:
    heard: list[tuple[int, int]] = []
    found = {
        one.figure: one
        for one in whatif(
            P,
            Q,
            {"volt": 3.90},
            SCENARIOS["mixed"],
            cells=12,
            hours=24,
            progress=lambda a, b: heard.append((a, b)),
        )
    }
    assert found["volt"].difference < 0
    assert found["kwh_per_kg"].verdict == "better"
    assert found["temp_c"].difference < 0
    assert found["temp_c"].verdict == ""
    for one in found.values():
        assert one.after - one.today == pytest.approx(one.difference, abs=1e-9)
    assert heard == sorted(heard)
    assert heard[-1] == (72, 72)


def test_the_same_set_points_differ_by_nothing() -> None:
    found = whatif(P, Q, {"volt": Q["volt"]}, SCENARIOS["mixed"], cells=8, hours=8)
    assert all(one.difference == 0.0 for one in found)
    assert {one.verdict for one in found} == {"", "same"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "electrolysis.set_point"),
        ({"over_min": 10.0}, "electrolysis.set_point"),
        ({"volt": 9.0}, "electrolysis.parameter"),
    ],
)
def test_what_is_no_set_point_is_refused(changes: dict[str, float], code: str) -> None:
    with pytest.raises(Problem) as refused:
        changed(Q, changes)
    assert refused.value.code == code


def test_size_is_limited() -> None:
    with pytest.raises(Problem, match=r"electrolysis\.option"):
        whatif(P, Q, {"volt": 3.9}, SCENARIOS["mixed"], cells=1)
