"""Constants, estimators, limits and charts: known values, freezing, ties, unequal subgroups."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import constants as k
from gearpark.engines.quality.multivariate import chi2_limit

TABLE = json.loads((Path(__file__).parent / "reference/constants/control_chart_constants.json").read_text())


@pytest.mark.parametrize("n", TABLE["exact"])
def test_constants_equal_their_integrals(n: str) -> None:
    found = k.constants(int(n))
    for name, value in TABLE["exact"][n].items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("n", TABLE["published_rounded"])
def test_constants_equal_printed_ones(n: str) -> None:
    found = k.constants(int(n))
    for name, value in TABLE["published_rounded"][n].items():
        assert getattr(found, name) == pytest.approx(value, abs=0.0016)


def test_constants_in_closed_form_and_far_out() -> None:
    assert k.d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-12)
    assert k.d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-11)
    assert k.d2(3) == pytest.approx(3 / math.sqrt(math.pi), abs=1e-12)
    assert k.d2(1000) == pytest.approx(6.482871538266882, abs=1e-11)  # integral with 25 digits
    assert k.c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-15)
    assert k.c4(10**6) == pytest.approx(0.9999997499997812, abs=1e-15)


@pytest.mark.parametrize(
    ("kind", "size"), [("K1_by_trials", 10**6), ("K2_by_appraisers", 1), ("K3_by_parts", 1)]
)
def test_gauge_constants_equal_printed_ones(kind: str, size: int) -> None:
    for m, value in TABLE["gauge_rr"][kind].items():
        assert 1 / k.d2_star(int(m), size) == pytest.approx(value, abs=6e-5)


GROUPS = [[5.0, 7.0, 6.0], [4.0, 8.0, 6.5], [5.5, 6.5, 6.0], [7.0, 5.0, 4.5]]


def test_estimators_of_equal_subgroups_are_the_textbook_ones() -> None:
    groups = q.Subgroups.of(GROUPS)
    flat = np.array(GROUPS)
    assert q.estimate(groups, "r_bar/d2").sigma == pytest.approx(np.ptp(flat, axis=1).mean() / k.d2(3))
    assert q.estimate(groups, "s_bar/c4").sigma == pytest.approx(flat.std(axis=1, ddof=1).mean() / k.c4(3))
    pooled = math.sqrt(flat.var(axis=1, ddof=1).mean())
    assert q.estimate(groups, "pooled").sigma == pytest.approx(pooled)
    assert q.estimate(groups, "pooled/c4").sigma == pytest.approx(pooled / k.c4(9))
    assert q.estimate(groups, "sd").sigma == pytest.approx(flat.std(ddof=1))
    assert q.estimate(groups, "pooled").df == 8


@pytest.mark.parametrize("name", [n for n in q.ESTIMATORS if n != "mr_median/d4"])
def test_estimators_are_unbiased_also_with_unequal_subgroups(name: str) -> None:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(300):
        sizes = rng.integers(2, 7, 20) if not name.startswith("mr") else np.ones(60, dtype=int)
        found.append(q.estimate(q.Subgroups.of([rng.normal(50, 3, n) for n in sizes]), name).sigma)
    assert np.mean(found) == pytest.approx(3.0, rel=0.02)


def test_frozen_limits_do_not_move_with_later_data() -> None:
    rng = np.random.default_rng(1)
    first = q.Subgroups.of(rng.normal(10, 1, (25, 5)))
    limits = q.xbar_chart(first).limits
    stored = json.loads(json.dumps(limits.frozen().as_dict()))
    again = q.Limits.read(stored)
    assert again == limits.frozen()
    assert again.phase == 2
    assert again.data_hash == first.hash()
    assert again.estimator == "r_bar/d2"
    later = q.Subgroups.of(rng.normal(14, 3, (10, 4)))
    chart = q.judged(again, later.means, later.sizes)
    assert chart.centre == pytest.approx(np.full(10, first.grand_mean))
    assert chart.ucl - chart.centre == pytest.approx(np.full(10, 3 * limits.sigma / 2))
    with pytest.raises(Problem, match=r"quality\.limits_broken"):
        q.Limits.read({**stored, "colour": "red"})


def test_the_hash_of_data_knows_order_groups_and_values() -> None:
    base = q.data_hash([[1.0, 2.0], [3.0]])
    assert base == q.data_hash([(1, 2), (3,)])
    assert (
        len(
            {
                base,
                q.data_hash([[1.0], [2.0, 3.0]]),
                q.data_hash([[2.0, 1.0], [3.0]]),
                q.data_hash([[1.0, 2.0]]),
            }
        )
        == 4
    )
    assert q.data_hash([[0.0]]) == q.data_hash([[-0.0]])


def test_a_point_on_the_limit_is_no_signal() -> None:
    chart = q.c_chart([28, 4, 29, 3, 16], centre=16.0)
    assert (chart.ucl[0], chart.lcl[0]) == (28.0, 4.0)
    assert chart.beyond == (3, 4)
    # limits whose arithmetic is not exact in binary: 0.1 + 3 x 0.1
    limits = q.individuals_chart([0.1, 0.2, 0.3], sigma=0.1, centre=0.1).limits
    assert q.judged(limits, [0.1 + 0.3, 0.4, 0.4000001]).beyond == (3,)


def test_points_left_out_take_both_their_moving_ranges_with_them() -> None:
    values = [10.0, 11.0, 10.0, 30.0, 10.0, 11.0]
    chart = q.individuals_chart(values, left_out=[4])
    assert chart.limits.centre == pytest.approx(10.4)
    assert chart.limits.sigma == pytest.approx(1.0 / k.d2(2))
    assert chart.limits.left_out == (4,)
    assert chart.beyond == (4,)


def test_limits_follow_the_size_of_each_sample() -> None:
    chart = q.p_chart([2, 4, 1], [100, 400, 50])
    p = 7 / 550
    assert chart.centre == pytest.approx([p] * 3)
    assert chart.ucl == pytest.approx([p + 3 * math.sqrt(p * (1 - p) / n) for n in (100, 400, 50)])
    assert chart.lcl == pytest.approx([0.0] * 3)
    assert q.np_chart([2, 4, 1], [100, 400, 50]).centre == pytest.approx([100 * p, 400 * p, 50 * p])
    u = q.u_chart([3, 9], [2.5, 4.0])
    assert u.ucl == pytest.approx([12 / 6.5 + 3 * math.sqrt(12 / 6.5 / n) for n in (2.5, 4.0)])


def test_laney_widens_limits_by_what_batches_really_differ() -> None:
    rng = np.random.default_rng(3)
    sizes = np.full(60, 50_000)
    bad = rng.binomial(sizes, np.clip(rng.normal(0.02, 0.002, 60), 0, 1))
    plain, laney = q.p_chart(bad, sizes), q.p_chart(bad, sizes, laney=True)
    assert len(plain.beyond) > 5
    assert laney.limits.sigma > 2
    assert len(laney.beyond) <= 1
    assert laney.limits.estimator == "laney"


def test_spread_charts_use_the_statistic_of_their_estimator() -> None:
    groups = q.Subgroups.of(GROUPS)
    ranges, sds = q.spread_chart(groups), q.spread_chart(groups, estimator="s_bar/c4")
    assert ranges.limits.plotted == "range"
    assert ranges.ucl == pytest.approx([k.constants(3).D4 * np.ptp(np.array(GROUPS), axis=1).mean()] * 4)
    assert sds.limits.plotted == "sd"
    assert sds.ucl == pytest.approx([k.constants(3).B4 * np.array(GROUPS).std(axis=1, ddof=1).mean()] * 4)
    moving = q.moving_range_chart([1.0, 3.0, 2.0])
    assert math.isnan(moving.values[0])
    assert moving.ucl[1] == pytest.approx(k.constants(2).D4 * 1.5)


def test_ewma_limits_open_to_their_asymptote() -> None:
    exact = q.ewma(np.zeros(200), target=0, sigma=1, lam=0.2)
    flat = q.ewma(np.zeros(200), target=0, sigma=1, lam=0.2, asymptotic=True)
    assert exact.ucl[0] == pytest.approx(3 * 0.2)
    assert (np.diff(exact.ucl) >= 0).all()
    assert exact.ucl[-1] == pytest.approx(flat.ucl[-1], rel=1e-12)
    whole = q.ewma([1.0, 5.0, 2.0], target=0, sigma=1, lam=1.0)
    assert list(whole.z) == [1.0, 5.0, 2.0]
    assert whole.beyond == (2,)


def test_cusum_dates_the_shift_and_estimates_the_new_mean() -> None:
    found = q.cusum([10.0] * 5 + [12.0] * 4, target=10, k=0.5, h=4)
    assert found.first_signal == 8
    assert found.shift_began == 6
    assert found.new_mean == pytest.approx(12.0)
    mirrored = q.cusum([10.0] * 5 + [8.0] * 4, target=10, k=0.5, h=4)
    assert (mirrored.first_signal, mirrored.shift_began) == (8, 6)
    assert mirrored.new_mean == pytest.approx(8.0)
    quick = q.cusum([12.0] * 4, target=10, k=0.5, h=4, headstart=2.0)
    assert quick.first_signal == 2


def test_t2_limits_and_what_each_characteristic_adds() -> None:
    rng = np.random.default_rng(2)
    base = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 60)
    odd = np.array([[1.5, -1.5], [0.1, 0.1]])  # each within its own limits, together impossible
    found = q.t2_individuals(base, later=odd)
    assert found.beyond == (1,)
    assert found.contributions[0].min() > 0.5 * found.values[0]
    assert q.t2_individuals(base).values.sum() == pytest.approx(2 * 59)  # trace identity: p (m - 1)
    groups = rng.normal(size=(30, 4, 2))
    assert q.t2_subgroups(groups).beyond == ()
    assert q.t2_subgroups(groups, later=groups[:3] + 5).beyond == (1, 2, 3)
    huge = rng.normal(size=(3000, 3))
    assert q.t2_individuals(huge).ucl == pytest.approx(chi2_limit(3), rel=0.01)
    with pytest.raises(Problem, match=r"quality\.no_spread"):
        q.t2_individuals(np.column_stack((base, base[:, 0])))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: q.individuals_chart([1.0, math.nan, 2.0]), "quality.not_a_number"),
        (lambda: q.individuals_chart([1.0]), "quality.too_few"),
        (lambda: q.individuals_chart([2.0, 2.0, 2.0]), "quality.no_spread"),
        (lambda: q.individuals_chart(["a", "b"]), "quality.not_a_number"),
        (lambda: q.xbar_chart(q.Subgroups.of([[1.0], [2.0]])), "quality.subgroup_size"),
        (lambda: q.xbar_chart(q.Subgroups.of(GROUPS), estimator="guess"), "quality.estimator_unknown"),
        (lambda: q.xbar_chart(q.Subgroups.of(GROUPS), phase1=9), "quality.parameter"),
        (lambda: q.xbar_chart(q.Subgroups.of(GROUPS), left_out=[9]), "quality.parameter"),
        (lambda: q.p_chart([3], [2]), "quality.counts"),
        (lambda: q.p_chart([0.5], [2]), "quality.counts"),
        (lambda: q.p_chart([0, 0], [50, 50]), "quality.no_spread"),
        (lambda: q.ewma([1.0], target=0, sigma=1, lam=1.5), "quality.parameter"),
        (lambda: q.cusum([1.0], target=0, k=1, h=0), "quality.parameter"),
        (lambda: k.d2(1), "quality.subgroup_size"),
    ],
)
def test_what_cannot_be_charted_is_refused(call: object, code: str) -> None:
    with pytest.raises(Problem) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


VALUES = st.lists(st.floats(-1e3, 1e3, allow_nan=False).map(lambda v: round(v, 3)), min_size=8, max_size=40)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.floats(-50, 50), st.sampled_from([0.25, 2.0, 8.0]))
def test_charts_move_and_stretch_with_their_data(values: list[float], shift: float, scale: float) -> None:
    """Other zero, other unit: the same points stand beyond the same limits."""
    if np.ptp(values) < 1.0:
        return
    base = q.individuals_chart(values)
    moved = q.individuals_chart([scale * value + shift for value in values])
    assert moved.ucl[0] == pytest.approx(scale * base.ucl[0] + shift, rel=1e-9, abs=1e-6)
    assert moved.z == pytest.approx(base.z, rel=1e-6, abs=1e-6)
