"""Fills of hoppers: in time when that is possible, named late when it is not, and all that is used is brought."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.engines.potplan.delivery import Section, fills, hours_left

FULL = 2000.0


def section(name: str, left: float, cells: int = 15, rate: float = 265.0) -> Section:
    return Section(name, left, rate, cells * (FULL - left), cells * rate, FULL)


def test_the_section_that_runs_dry_first_is_filled_first() -> None:
    made = fills([section("a", 1800), section("b", 500), section("c", 1200)], 8.0, 0.3)
    assert [one.section for one in made][:3] == ["b", "c", "a"]
    assert not any(one.late for one in made)
    assert made[0].tonnes == pytest.approx(15 * (FULL - 500 + 265.0 * made[0].start_h) / 1000)


def test_what_cannot_be_in_time_is_said() -> None:
    made = fills([section(f"s{k}", 100) for k in range(6)], 4.0, 0.5)
    assert [one.late for one in made[:2]] == [True, True]  # 100 kg last 23 minutes, a fill takes 30
    assert sum(one.late for one in made) >= 4


@settings(max_examples=60, deadline=None)
@given(left=st.lists(st.floats(300, FULL), min_size=1, max_size=20), fill_min=st.integers(5, 20))
def test_a_carriage_with_time_enough_leaves_no_hopper_dry(left: list[float], fill_min: int) -> None:
    sections = [section(f"s{k:02d}", kg) for k, kg in enumerate(left)]
    made = fills(sections, 24.0, fill_min / 60.0)
    for before, after in itertools.pairwise(made):
        assert after.start_h >= before.end_h - 1e-9  # one carriage
    busy = len(sections) * fill_min / 60.0
    if busy < 1.0:  # all of them within the hour that the emptiest lasts
        assert not any(one.late for one in made)
    for one in sections:
        mine = [fill for fill in made if fill.section == one.name]
        brought = sum(fill.tonnes for fill in mine)
        until = mine[-1].start_h if mine else 0.0
        used = one.room_kg / 1000 + one.use_kg_h * until / 1000 if mine else 0.0
        assert brought == pytest.approx(used, rel=1e-9, abs=1e-9)


def test_a_silo_without_use_lasts() -> None:
    assert hours_left(100.0, 0.0) == math.inf
    assert hours_left(100.0, 4.0) == 25.0
    assert hours_left(-3.0, 4.0) == 0.0
    assert fills([section("a", 100, rate=0.0)], 8.0, 0.3) == []
    with pytest.raises(ValueError, match="times above zero"):
        fills([], 8.0, 0.0)
