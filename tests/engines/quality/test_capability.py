"""Capability: indices, intervals, refusals, distributions, tolerance factors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import distributions, tolerance
from gearpark.engines.quality.capability import quantile_indices
from gearpark.engines.quality.normality import anderson_darling


def normal(n: int, seed: int = 1, size: int = 5) -> q.Subgroups:
    return q.Subgroups.of_size(np.random.default_rng(seed).normal(50.0, 0.01, n), size)


def test_the_cpk_one_must_see() -> None:
    """1.33 shown at 95 %: 1.61 with 50 values, 1.49 with 125, 1.43 with 300."""
    assert [round(q.cpk_to_show(1.33, n), 2) for n in (50, 125, 300)] == [1.61, 1.49, 1.43]
    seen = q.indices(0.0, 1.0, q.Spec(-3 * q.cpk_to_show(1.33, 50), 100.0), n=50)["cpk"]
    assert seen.at_least == pytest.approx(1.33)


def test_one_sided_specifications_have_no_cp() -> None:
    found = q.indices(10.0, 1.0, q.Spec(usl=14.0))
    assert set(found) == {"cpu", "cpk"}
    assert found["cpk"].value == pytest.approx(4 / 3)
    assert set(q.indices(10.0, 1.0, q.Spec(lsl=4.0))) == {"cpl", "cpk"}


@settings(max_examples=80, deadline=None)
@given(st.floats(-5, 5), st.floats(0.05, 4), st.floats(-9, -1), st.floats(1, 9))
def test_indices_keep_their_order(mean: float, sigma: float, lsl: float, usl: float) -> None:
    found = {name: one.value for name, one in q.indices(mean, sigma, q.Spec(lsl, usl), n=60).items()}
    assert found["cpk"] == min(found["cpl"], found["cpu"])
    assert found["cpk"] <= found["cp"] + 1e-12
    assert found["cpm"] <= found["cp"] + 1e-12
    assert found["cp"] == pytest.approx((found["cpl"] + found["cpu"]) / 2)
    one = q.indices(mean, sigma, q.Spec(lsl, usl), n=60)["cpk"]
    assert one.low < one.at_least < one.value < one.high


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    spec, hits_cp, hits_cpk = q.Spec(-4.0, 5.0), 0, 0
    for _ in range(800):
        x = rng.normal(0, 1, 50)
        found = q.indices(float(x.mean()), float(x.std(ddof=1)), spec, n=50)
        hits_cp += found["cp"].low <= 1.5 <= found["cp"].high
        hits_cpk += found["cpk"].low <= 4 / 3 <= found["cpk"].high
    assert 0.93 <= hits_cp / 800 <= 0.97
    assert 0.925 <= hits_cpk / 800 <= 0.97


def test_a_process_in_control_and_normal_gets_all_its_indices() -> None:
    found = q.capability(normal(125, seed=2), q.Spec(49.95, 50.05, 50.0))
    assert found.refusals == ()
    assert found.in_control
    assert set(found.within) == {"cp", "cpl", "cpu", "cpk", "cpm"}
    assert found.overall["cpk"].value == pytest.approx(1.66, abs=0.15)
    assert found.method == "M(1,4)"
    assert found.estimator == "r_bar/d2"
    assert 0 < found.ppm_overall < 50
    assert found.cautions == ()


def test_out_of_control_there_is_no_cpk() -> None:
    groups = normal(125)
    shifted = q.Subgroups.of_size(groups.values + np.repeat([0.0, 0.03], [100, 25]), 5)
    found = q.capability(shifted, q.Spec(49.9, 50.1), method="normal")
    assert found.within == {}
    assert "within:out_of_control" in found.refusals
    assert not found.in_control
    assert found.overall["cpk"].value > 0  # performance describes what was


def test_what_is_not_normal_is_judged_by_its_quantiles() -> None:
    x = np.random.default_rng(3).lognormal(-3.0, 0.5, 300)  # a form deviation
    found = q.capability(q.Subgroups.of_size(x, 1), q.Spec(usl=0.5))
    assert found.normality.normal is False
    assert found.distribution.name != "normal"
    assert found.within == {}
    assert "within:not_normal" in found.refusals
    true = (0.5 - math.exp(-3)) / (stats.lognorm.ppf(0.99865, 0.5, scale=math.exp(-3)) - math.exp(-3))
    assert found.overall["cpk"].value == pytest.approx(true, rel=0.2)
    naive = q.indices(float(x.mean()), float(x.std(ddof=1)), q.Spec(usl=0.5))["cpk"].value
    assert naive > 1.4 * found.overall["cpk"].value  # what the refusal protects from


def test_two_populations_get_no_index_at_all() -> None:
    rng = np.random.default_rng(5)
    x = np.concatenate((rng.normal(0, 0.1, 150), rng.normal(5, 0.1, 150)))
    found = q.capability(q.Subgroups.of_size(rng.permutation(x), 1), q.Spec(-1, 6))
    assert found.overall == {}
    assert "overall:no_distribution" in found.refusals
    assert found.ppm_overall is None


def test_few_values_are_said_to_be_few() -> None:
    found = q.capability(q.Subgroups.of_size([1.0, 1.1, 0.9, 1.05, 1.02, 0.97], 1), q.Spec(0, 2))
    assert set(found.cautions) == {"small_sample", "normality_untested"}
    machine = q.machine_capability(np.random.default_rng(1).normal(5, 1, 50), q.Spec(0, 10))
    assert machine.within == {}
    assert machine.overall["cpk"].value == pytest.approx(5 / 3, rel=0.25)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: q.Spec(), "quality.spec"),
        (lambda: q.Spec(2, 1), "quality.spec"),
        (lambda: q.Spec(math.nan, 1), "quality.spec"),
        (lambda: q.indices(0, 0, q.Spec(0, 1)), "quality.no_spread"),
        (lambda: q.capability(q.Subgroups.of_size([1.0] * 30, 1), q.Spec(0, 2)), "quality.no_spread"),
        (lambda: q.capability(normal(50), q.Spec(0, 99), method="cauchy"), "quality.distribution_unknown"),
        (lambda: q.cpk_to_show(1.33, 2), "quality.too_few"),
    ],
)
def test_what_has_no_index_is_refused(call: object, code: str) -> None:
    with pytest.raises(Problem) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


def test_normality_agrees_with_others() -> None:
    x = np.random.default_rng(7).gamma(2.0, 1.0, 80)
    found = q.normality(x)
    plain = stats.anderson(x, "norm", method="interpolate").statistic
    assert found.anderson_darling == pytest.approx(plain * (1 + 0.75 / 80 + 2.25 / 80**2), rel=1e-9)
    assert found.shapiro_p == pytest.approx(stats.shapiro(x).pvalue)
    assert found.skewness == pytest.approx(stats.skew(x, bias=False))
    assert found.excess_kurtosis == pytest.approx(stats.kurtosis(x, bias=False))
    assert found.normal is False
    assert anderson_darling(np.random.default_rng(2).normal(size=100))[1] > 0.05


SAMPLES = {
    "lognormal": lambda rng: rng.lognormal(0, 0.4, 400),
    "weibull": lambda rng: 3 * rng.weibull(1.7, 400),
    "gamma": lambda rng: rng.gamma(3.0, 2.0, 400),
    "half-normal": lambda rng: np.abs(rng.normal(0, 2, 400)),
    "rayleigh": lambda rng: rng.rayleigh(1.5, 400),
    "johnson-su": lambda rng: 2 + np.sinh((rng.normal(size=400) - 0.5) / 1.2),
    "johnson-sb": lambda rng: 1 / (1 + np.exp(-(rng.normal(size=400) - 0.3) / 0.9)),
    "box-cox": lambda rng: rng.gamma(4.0, 1.0, 400),
    "normal": lambda rng: rng.normal(7, 2, 400),
}


@pytest.mark.parametrize("name", distributions.DISTRIBUTIONS)
def test_each_distribution_fits_its_own_kind(name: str) -> None:
    x = SAMPLES[name](np.random.default_rng(12))
    found = distributions.fit(x, name)
    assert found is not None
    assert found.fits, found
    for share in (0.01, 0.3, 0.5, 0.9):
        assert float(found.cdf(found.ppf(share))) == pytest.approx(share, abs=1e-9)
    assert found.ppf(0.5) == pytest.approx(np.median(x), rel=0.1)
    assert distributions.best_fit(x).fits


def test_likelihood_fits_equal_scipys() -> None:
    x = 3 * np.random.default_rng(1).weibull(1.7, 200)
    shape, _, scale = stats.weibull_min.fit(x, floc=0)
    assert distributions.fit(x, "weibull").parameters == pytest.approx((shape, scale), rel=1e-3)
    a, _, b = stats.gamma.fit(x, floc=0)
    assert distributions.fit(x, "gamma").parameters == pytest.approx((a, b), rel=1e-3)
    assert distributions.fit(x, "box-cox").parameters[0] == pytest.approx(stats.boxcox(x)[1], abs=1e-3)


def test_quantiles_of_the_normal_give_the_normal_indices() -> None:
    spec = q.Spec(-4.0, 5.0)
    by_quantiles = quantile_indices(distributions.Fitted("normal", (0.2, 1.1), 0.0), spec)
    for name, one in q.indices(0.2, 1.1, spec).items():
        if name != "cpm":
            assert by_quantiles[name].value == pytest.approx(one.value, rel=1e-4)


def test_tolerance_factors() -> None:
    """Two-sided exact factors of Odeh and Owen (1980), one-sided of the e-Handbook 7.2.6.3."""
    assert tolerance.two_sided(10, 0.95, 0.95) == pytest.approx(3.393, abs=0.002)
    assert tolerance.two_sided(30, 0.99, 0.95) == pytest.approx(3.355, abs=0.002)
    assert tolerance.one_sided(43, 0.9, 0.99) == pytest.approx(1.8740, abs=1e-4)
    assert tolerance.one_sided_natrella(43, 0.9, 0.99) == pytest.approx(1.8752, abs=1e-4)
    assert tolerance.guenther(43, 0.9, 0.99) == pytest.approx(2.2220, abs=1e-4)
    assert tolerance.howe(10**6, 0.9973, 0.5) == pytest.approx(3.0, abs=0.001)
