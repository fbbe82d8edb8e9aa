"""Gauge studies, analysis of variance, agreement of people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import anova
from gearpark.engines.quality.agreement import cohen_kappa, fleiss_kappa


def study(
    seed: int, *, parts: int = 10, people: int = 3, trials: int = 3, spread: float = 1.0, gauge: float = 0.1
) -> tuple[list[float], list[int], list[int]]:
    """A simulated crossed study in long form, in random order."""
    rng = np.random.default_rng(seed)
    true, lean = rng.normal(0, spread, parts), rng.normal(0, gauge, people)
    rows = [
        (true[p] + lean[a] + rng.normal(0, gauge), p, a)
        for p in range(parts)
        for a in range(people)
        for _ in range(trials)
    ]
    order = rng.permutation(len(rows))
    mixed = [rows[i] for i in order]
    return [r[0] for r in mixed], [r[1] for r in mixed], [r[2] for r in mixed]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(1, 4), st.integers(2, 4), st.floats(0.05, 2))
def test_variation_adds_up(seed: int, parts: int, people: int, trials: int, gauge: float) -> None:
    data = study(seed, parts=parts, people=people, trials=trials, gauge=gauge)
    for found in (q.grr_anova(*data), q.grr_anova(*data, pooled=False), q.grr_average_and_range(*data)):
        assert found.tv**2 == pytest.approx(found.grr**2 + found.pv**2)
        assert found.grr**2 == pytest.approx(found.ev**2 + found.av**2)
        assert all(part.variance >= 0 for part in found.parts.values())
        assert found.parts["total"].of_variation == pytest.approx(1.0)
    table = {row.source: row for row in q.grr_anova(*data).table}
    whole = sum(table[name].ss for name in ("appraiser", "part", "interaction", "equipment"))
    assert table["total"].ss == pytest.approx(whole)
    values = np.array(data[0])
    assert table["total"].ss == pytest.approx(((values - values.mean()) ** 2).sum())
    assert sum(row.df for row in table.values()) == 2 * table["total"].df


def test_a_good_gauge_is_good_and_a_bad_one_unfit() -> None:
    assert q.grr_anova(*study(1, spread=1.0, gauge=0.03)).verdict == "good"
    assert q.grr_anova(*study(1, spread=1.0, gauge=0.1)).verdict == "conditional"
    unfit = q.grr_anova(*study(1, spread=0.2, gauge=0.3))
    assert unfit.verdict == "unfit"
    assert unfit.ndc < 5
    # the tolerance, when known, decides: a wide one forgives
    wide = q.grr_anova(*study(1, spread=0.2, gauge=0.3), tolerance=100.0)
    assert wide.verdict == "good"
    assert wide.parts["grr"].of_tolerance == pytest.approx(6 * wide.grr / 100.0)


def test_the_interaction_is_pooled_only_when_nothing_speaks_for_it() -> None:
    values, parts, people = study(4, gauge=0.05)
    assert q.grr_anova(values, parts, people).pooled
    odd = [
        v + (0.8 if (p, a) in {(1, 0), (4, 2), (7, 1)} else 0.0)
        for v, p, a in zip(values, parts, people, strict=True)
    ]
    found = q.grr_anova(odd, parts, people)
    assert not found.pooled
    assert found.parts["interaction"].variance > 0
    assert q.grr_anova(odd, parts, people, pooling_alpha=0.0).pooled  # whatever it is, pool it
    assert q.grr_anova(odd, parts, people, pooled=True).parts["interaction"].variance == 0


def test_incomplete_studies_are_refused() -> None:
    values, parts, people = study(2)
    with pytest.raises(Problem, match=r"quality\.layout"):
        q.grr_anova(values[:-1], parts[:-1], people[:-1])
    with pytest.raises(Problem, match=r"quality\.layout"):
        q.grr_anova(values, parts, people[:-1])
    with pytest.raises(Problem, match=r"quality\.too_few"):
        q.grr_average_and_range(*study(2, trials=1))
    with pytest.raises(Problem, match=r"quality\.no_spread"):
        q.grr_anova([1.0] * 90, parts, people)
    assert q.grr_anova(*study(2, people=1)).av == 0


def test_type_1() -> None:
    rng = np.random.default_rng(1)
    x = 10.0 + rng.normal(0, 0.001, 50)
    x += 10.0005 - x.mean()
    s = x.std(ddof=1)
    found = q.type1(x, 10.0, 0.05, resolution=0.001)
    assert found.cg == pytest.approx(0.2 * 0.05 / (6 * s))
    assert found.cgk == pytest.approx((0.1 * 0.05 - 0.0005) / (3 * s))
    assert found.bias.p_value == pytest.approx(stats.ttest_1samp(x, 10.0).pvalue)
    assert found.resolution_ok
    assert found.capable
    edge = q.type1(x, 10.0, found.least_tolerance)
    assert min(edge.cg, edge.cgk) == pytest.approx(1.33)
    assert q.type1(x, 10.0, 0.05, resolution=0.003).capable is False
    assert q.type1(x[:20], 10.0, 0.05).cautions == ("small_sample",)


def test_bias_interval_equals_scipys() -> None:
    x = np.random.default_rng(2).normal(5.01, 0.02, 15)
    found = q.bias(x, 5.0)
    low, high = stats.ttest_1samp(x, 5.0).confidence_interval(0.95)
    assert (found.low + 5.0, found.high + 5.0) == pytest.approx((low, high))


def test_linearity_equals_a_regression() -> None:
    rng = np.random.default_rng(3)
    reference = np.repeat([2.0, 4.0, 6.0, 8.0, 10.0], 12)
    value = reference + 0.7 - 0.13 * reference + rng.normal(0, 0.2, 60)
    found = q.linearity(reference, value)
    line = stats.linregress(reference, value - reference)
    assert (found.slope, found.intercept) == pytest.approx((line.slope, line.intercept))
    assert found.slope_p == pytest.approx(line.pvalue)
    assert found.r_squared == pytest.approx(line.rvalue**2)
    assert not found.fits
    straight = q.linearity(reference, reference + rng.normal(0, 0.2, 60))
    assert straight.fits
    with pytest.raises(Problem, match=r"quality\.too_few"):
        q.linearity([1.0, 1.0, 1.0], [1.0, 1.1, 0.9])


def test_nested_components_equal_the_balanced_formula_and_bear_gaps() -> None:
    rng = np.random.default_rng(6)
    rows = [
        (a, b, 10 + ea + eb + rng.normal(0, 0.5))
        for a, ea in enumerate(rng.normal(0, 2, 12))
        for b, eb in enumerate(rng.normal(0, 1, 4))
        for _ in range(3)
    ]
    values = [row[2] for row in rows]
    found = anova.nested(values, [("lot", [r[0] for r in rows]), ("cassette", [r[1] for r in rows])])
    assert [level.factor for level in found] == ["lot", "cassette", "error"]
    assert found[0].raw == pytest.approx((found[0].ms - found[1].ms) / 12)
    assert found[1].raw == pytest.approx((found[1].ms - found[2].ms) / 3)
    kept = [row for i, row in enumerate(rows) if i % 7]
    holes = anova.nested(
        [r[2] for r in kept], [("lot", [r[0] for r in kept]), ("cassette", [r[1] for r in kept])]
    )
    assert holes[0].variance == pytest.approx(found[0].variance, rel=0.1)
    assert holes[2].variance == pytest.approx(found[2].variance, rel=0.2)


def test_analysis_of_variance_equals_scipys() -> None:
    rng = np.random.default_rng(4)
    groups = [rng.normal(mean, sd, n) for mean, sd, n in ((0, 1, 8), (0.5, 2, 12), (1, 1, 5))]
    values = np.concatenate(groups).tolist()
    keys = np.repeat(["a", "b", "c"], [8, 12, 5]).tolist()
    assert anova.one_way(values, keys).f == pytest.approx(stats.f_oneway(*groups).statistic)
    assert anova.one_way(values, keys).p_value == pytest.approx(stats.f_oneway(*groups).pvalue)
    assert anova.bartlett(values, keys).p_value == pytest.approx(stats.bartlett(*groups).pvalue)
    assert anova.brown_forsythe(values, keys).statistic == pytest.approx(stats.levene(*groups).statistic)
    assert anova.brown_forsythe(values, keys, centre="mean").statistic == pytest.approx(
        stats.levene(*groups, center="mean").statistic
    )


def test_decimals_keep_digits_that_floats_lose() -> None:
    text = [f"1000000000000.{d}" for d in (3, 4, 5, 3, 4, 5)]
    found = q.summary(text)
    assert found.sd == pytest.approx(0.0894427190999916, rel=1e-14)
    assert found.mean == 1000000000000.4
    moved = anova.one_way(text, list("aaabbb"))
    assert moved.within_ss == pytest.approx(0.04, rel=1e-13)


def test_kappa_of_the_literature() -> None:
    """Cohen: 20, 5, 10, 15 of 50; Fleiss (1971), table of Wikipedia: 0.210."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    table = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]]
    table += [[7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
    assert fleiss_kappa(table) == pytest.approx(0.210, abs=0.0005)
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None


def test_agreement_counts_misses_and_false_alarms() -> None:
    truth = {1: "good", 2: "good", 3: "bad", 4: "bad"}
    said = {"Li": ["good", "good", "bad", "bad"], "Wu": ["good", "bad", "bad", "good"]}
    rows = [(part, who, said[who][part - 1]) for who in said for part in truth for _ in range(2)]
    found = q.attribute_agreement(
        [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], reference=truth, bad="bad"
    )
    li, wu = found.raters
    assert li.kappa_reference == 1.0
    assert wu.kappa_reference == 0.0
    assert (wu.miss.value, wu.false_alarm.value) == (0.5, 0.5)
    assert wu.effective.value == 0.5
    assert found.all_agree.hits == found.all_right.hits == 2
    assert found.verdict == "poor"
    with pytest.raises(Problem, match=r"quality\.layout"):
        q.attribute_agreement([1, 2], ["Li", "Wu"], ["good", "bad"])
