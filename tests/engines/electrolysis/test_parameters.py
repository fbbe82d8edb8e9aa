"""Parameter files: complete, convertible, and strict."""

from __future__ import annotations

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.parameters import cell_parameters, changed, control_parameters, overlaid


def test_every_shipped_value_tells_unit_basis_and_range() -> None:
    for item in (*cell_parameters().items, *control_parameters().items):
        assert item.unit
        assert item.basis
        assert item.note
        assert item.low <= item.value <= item.high


def test_a_users_file_changes_what_it_names() -> None:
    base = cell_parameters()
    made = overlaid(base, 'current_ka = { value = 400000, unit = "A" }\n[beam]\nacd_mm = 38', "mine")
    assert changed(base, made) == {"current_ka": (420.0, pytest.approx(400.0)), "acd_mm": (37.0, 38.0)}
    assert made.revision != base.revision


@pytest.mark.parametrize(
    "text",
    [
        "curent_ka = 400",
        "current_ka = 4000",
        "current_ka = nan",
        'current_ka = "much"',
        'current_ka = { value = 4, unit = "V" }',
        "[beam]\ncurrent_ka = 400",
        "current_ka =",
        "x = 1\n" * 60_000,
    ],
)
def test_what_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(Problem) as told:
        overlaid(cell_parameters(), text, "mine")
    assert told.value.code == "electrolysis.parameter"
