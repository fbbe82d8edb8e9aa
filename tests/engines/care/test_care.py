"""Laws of wear, lives, pace and limits; forecasts held against real milling inserts."""

from __future__ import annotations

import csv
import itertools
import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.engines.care import (
    Life,
    Pace,
    Watch,
    at_planned,
    due_at,
    exceedances,
    hours_for,
    life_figures,
    pace_of,
    planned_between,
    remaining,
    remaining_uses,
    survival,
    trend_of,
    zone_of,
)

NASA = Path(__file__).parent / "reference" / "nasa_mill_flank_wear.csv"
HOUR = 3_600_000_000
lives = st.lists(st.builds(Life, st.integers(1, 300).map(float), st.booleans()), min_size=1, max_size=40)


def test_survival_of_a_textbook_example() -> None:
    """Remission times of 21 patients under 6-MP (Freireich 1963), the usual table of product-limit estimates."""
    ends, cut = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    known = survival([Life(t, True) for t in ends] + [Life(t, False) for t in cut])
    assert known.used == (6, 7, 10, 13, 16, 22, 23)
    table = (0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482)
    assert known.share == pytest.approx(table, abs=5e-5)
    assert known.quantile(0.5) == 23


@given(lives)
def test_survival_only_falls_and_ends_order_the_rest(found: list[Life]) -> None:
    known = survival(found)
    assert list(known.share) == sorted(known.share, reverse=True)
    assert all(0 <= share <= 1 for share in known.share)
    left = [value for value in remaining(known, 0.0, (0.1, 0.5, 0.9)) if value is not None]
    assert left == sorted(left)


@given(st.lists(st.integers(1, 200).map(float), min_size=1, max_size=30))
def test_without_censoring_survival_is_the_empirical_share(used: list[float]) -> None:
    known = survival([Life(value, True) for value in used])
    for value in used:
        assert known.at(value) == pytest.approx(sum(other > value for other in used) / len(used))
    assert life_figures([Life(value, True) for value in used]).mean == pytest.approx(statistics.mean(used))


@given(
    st.floats(-5, 5), st.floats(-100, 100), st.sets(st.integers(0, 500), min_size=12, max_size=40), st.data()
)
@settings(max_examples=60, deadline=None)
def test_a_trend_is_exact_on_a_line_and_ignores_wild_readings(
    slope: float, level: float, at: set[int], data: st.DataObject
) -> None:
    used = [float(value) for value in sorted(at)]
    wear = [level + slope * value for value in used]
    wild = data.draw(st.sets(st.integers(0, len(used) - 1), max_size=len(used) // 6))
    bent = [1e6 if index in wild else value for index, value in enumerate(wear)]
    found = trend_of(used, bent)
    assert found is not None
    assert found.slope == pytest.approx(slope, abs=1e-6)
    assert found.at(100.0) == pytest.approx(level + slope * 100, abs=1e-3)


def test_forecasts_of_real_inserts_hold_what_they_promise() -> None:
    """NASA milling data (public domain, 16 cases): measured flank wear, forecast to the moment it reaches a limit."""
    cases: dict[str, list[tuple[float, float]]] = {}
    with NASA.open() as handle:
        for row in csv.DictReader(handle):
            if row["VB"]:
                cases.setdefault(row["case"], []).append((float(row["time"]), float(row["VB"])))
    misses, inside = [], []
    for limit in (0.3, 0.4, 0.5):
        for points in cases.values():
            worn_at = _crossing(points, limit)
            for count in range(4, len(points)):
                used = points[count - 1][0]
                if worn_at is None or used >= worn_at:
                    break
                left = remaining_uses(used, 1e9, wear=points[:count], wear_limit=limit)
                assert left.method == "wear"
                misses.append(abs(left.middle - (worn_at - used)) / worn_at)
                inside.append(left.low <= worn_at - used <= left.high)
    assert len(inside) > 100
    assert statistics.median(misses) < 0.12  # of the whole life
    assert 0.75 < sum(inside) / len(inside) < 0.95  # promised: 0.8


def _crossing(points: list[tuple[float, float]], limit: float) -> float | None:
    for (t0, v0), (t1, v1) in itertools.pairwise(points):
        if v0 < limit <= v1:
            return t0 + (limit - v0) / (v1 - v0) * (t1 - t0)
    return None


def test_the_machines_word_is_followed_and_the_limit_is_never_passed() -> None:
    said = [(float(n), 1 - n / 150) for n in range(60)]
    left = remaining_uses(60.0, 500.0, machine=said)
    assert (left.method, left.middle) == ("machine", pytest.approx(90.0))
    assert remaining_uses(60.0, 100.0, machine=said).middle == 40.0
    assert remaining_uses(60.0, 100.0).method == "limit"
    past = [Life(value, True) for value in (80.0, 90.0, 100.0, 110.0, 120.0)]
    assert remaining_uses(60.0, 500.0, lives=past).method == "lives"


@given(st.floats(1, 5000), st.floats(0.5, 30), st.floats(0, 40), st.integers(3, 200))
def test_more_uses_take_longer_and_the_middle_lies_inside(
    uses: float, mean: float, variance: float, hours: int
) -> None:
    pace = Pace(mean, variance, hours)
    low, middle, high = hours_for(uses, pace)
    assert low <= middle <= high
    assert hours_for(uses * 2, pace)[1] == pytest.approx(2 * middle)
    assert pace_of([mean] * hours) == Pace(
        pytest.approx(mean), pytest.approx(mean if hours < 8 else 0, abs=1e-9), hours
    )


spans = st.lists(st.integers(1, 300), min_size=2, max_size=24).map(
    lambda gaps: [sum(gaps[: i + 1]) * HOUR // 60 for i in range(len(gaps) // 2 * 2)]
)


@given(spans, st.floats(0, 30), st.integers(0, 2000))
def test_planned_time_to_an_instant_is_the_time_asked_for(
    edges: list[int], hours: float, minute: int
) -> None:
    planned = tuple(zip(edges[::2], edges[1::2], strict=True))
    now = minute * HOUR // 60
    at = at_planned(planned, now, hours)
    if at is None:
        assert planned_between(planned, now, 10**15) < hours + 1e-6
    else:
        assert planned_between(planned, now, at) == pytest.approx(hours, abs=1e-6)


def test_due_skips_what_is_not_planned() -> None:
    planned = ((0, 8 * HOUR), (24 * HOUR, 32 * HOUR))
    left = remaining_uses(40.0, 100.0)
    due = due_at(4 * HOUR, left, Pace(10.0, 0.0, 20), planned)
    assert due is not None
    assert due.due_us == 26 * HOUR
    assert due_at(4 * HOUR, remaining_uses(0.0, 1000.0), Pace(1.0, 0.0, 20), planned) is None


readings = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.one_of(st.floats(0, 10), st.just(math.nan)),
        st.sampled_from([0, 0, 0, 2 << 30]),
    ),
    max_size=60,
)


@given(readings, st.lists(st.integers(0, 3000), max_size=6), st.integers(0, 200))
@settings(max_examples=200, deadline=None)
def test_exceedances_do_not_depend_on_how_readings_are_cut(
    steps: list[tuple[int, float, int]], cuts: list[int], hold: int
) -> None:
    at = [sum(step[0] for step in steps[: i + 1]) for i in range(len(steps))]
    values, status = [step[1] for step in steps], [step[2] for step in steps]
    rules = {"limit": 7.0, "release": 5.0, "hold_us": hold}
    end = 4000
    whole, _ = exceedances(at, values, status, Watch(), until_us=end, **rules)
    watch, pieces = Watch(), []
    for cut in [*sorted(cuts), end]:
        found, watch = exceedances(at, values, status, watch, until_us=cut, **rules)
        pieces += found
    assert pieces == whole
    assert all(one.at_us - one.start_us == hold for one in whole)


def test_zones() -> None:
    assert [zone_of(value, 1.4, 2.8, 4.5) for value in (1.4, 1.5, 4.5, 4.6)] == ["A", "B", "C", "D"]
