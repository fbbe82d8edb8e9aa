"""Condition rules in words."""

from __future__ import annotations

import numpy as np
import pytest

from gearpark.base.problems import Problem
from gearpark.engines.quality.conditions import column_for, condition, drops, first_at_or_above

COLUMNS = {
    "Type": np.array(["L", "M", "H", "L"]),
    "Air temperature [K]": np.array([300.0, 300.0, 300.0, 300.0]),
    "Process temperature [K]": np.array([308.5, 308.7, 308.6, 310.0]),
    "Rotational speed [rpm]": np.array([1300.0, 1300.0, 1400.0, 1379.0]),
    "Torque [Nm]": np.array([60.0, 20.0, 40.0, 55.0]),
    "Tool wear [min]": np.array([200.0, 250.0, 330.0, 10.0]),
}


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        ("rpm < 1380", [1, 1, 0, 1]),
        ("process_K - air_K < 8.6 and rpm < 1380", [1, 0, 0, 0]),
        (
            "process_K - air_K < 8.6 in IEEE doubles, unrounded, and rpm < 1380 (whatever it says)",
            [1, 0, 0, 0],
        ),
        ("torque*rpm*2*pi/60 < 3500 or > 7900", [1, 1, 0, 1]),
        ("tool_wear*torque > 11000 (L), 4000 (M), 13000 (H)", [1, 1, 1, 0]),
        ("(torque > 50 or tool_wear > 300) and rpm < 1350", [1, 0, 0, 0]),
        ("torque > 50 or tool_wear > 300 and rpm < 1350", [1, 0, 0, 1]),  # and binds tighter
        ("(torque + 5) * 2 >= 90", [1, 0, 1, 1]),
        ("-torque < -50", [1, 0, 0, 1]),
        ("((torque + 5)) * 2 > 90 and (((rpm))) < 1350", [1, 0, 0, 0]),
        ("2 < torque", [1, 1, 1, 1]),
        ("torque == 20", [0, 1, 0, 0]),
        ("torque != 20", [1, 0, 1, 1]),
    ],
)
def test_rules(rule: str, hits: list[int]) -> None:
    assert condition(rule, COLUMNS).hits.astype(int).tolist() == hits


def test_remarks_are_kept_and_never_computed() -> None:
    found = condition("process_K - air_K < 8.6 in doubles, unrounded, and rpm < 1380 (1 of 4 rows)", COLUMNS)
    assert found.remarks == ("in doubles, unrounded", "1 of 4 rows")


def test_arithmetic_is_not_rounded() -> None:
    """308.6 - 300.0 is 8.600000000000023 in doubles: not below 8.6."""
    assert not condition("process_K - air_K < 8.6", COLUMNS).hits[2]
    assert condition("process_K - air_K < 8.7", COLUMNS).hits[2]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "rpm",
        "rpm <",
        "< 5",
        "rpm < 5 and",
        "(rpm < 5",
        "rpm < 5)",
        "rpm ; 5",
        "type > 3",
        "__import__ < 3",
        "rpm < 5 rpm > 3",
        "wear > 1 (X), 2 (Y)",
        "rpm < 1" + "0" * 3000,
        "(" * 60 + "rpm" + ")" * 60 + " < 5",
        "rpm < " + "-" * 900 + "5",
    ],
)
def test_what_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(Problem):
        condition(rule, COLUMNS)


def test_names_mean_one_column() -> None:
    names = list(COLUMNS)
    assert column_for("rpm", names) == "Rotational speed [rpm]"
    assert column_for("Tool wear [min]", names) == "Tool wear [min]"
    with pytest.raises(Problem, match=r"quality\.columns"):
        column_for("temperature", names)  # two of them
    with pytest.raises(Problem, match=r"quality\.columns"):
        column_for("pressure", names)


def test_first_and_drops() -> None:
    assert first_at_or_above([0.1, None, 0.6, 0.7], 0.6) == 2
    assert first_at_or_above([None, 0.1], 0.6) is None
    assert drops([1, 2, 2, 0, 5, 4]) == 2
