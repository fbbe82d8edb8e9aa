"""Weibull fits against published results, laws that hold for any data, and tests without failure."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.reliability import (
    Life,
    Verdict,
    b_life,
    compare,
    demonstrated,
    fisher_bounds,
    fit_mle,
    fit_ranks,
    likelihood_bounds,
    plot_points,
    ratio_sample_size,
    reliability_at,
    units_needed,
)

# NIST/SEMATECH e-Handbook 8.4.1.3: 10 failures of 20, the others alive at 500 h
NIST = [
    *map(Life, (54, 187, 216, 240, 244, 335, 361, 373, 375, 386)),
    Life(500, failed=False, count=10),
]
# ReliaWiki, Weibull parameter estimation (Kececioglu): six failures
SIX = list(map(Life, (16, 34, 53, 75, 93, 120)))
# Lieblein and Zelen 1956, 23 deep-groove ball bearings, million revolutions; fit as in Lawless 2003, example 5.2
BEARINGS = list(map(Life, (
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64, 68.64, 68.88, 84.12,
    93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40,
)))  # fmt: skip


def test_nist_censored_example() -> None:
    fit = fit_mle(NIST)
    assert fit.eta == pytest.approx(606.5280, abs=5e-3)
    assert fit.beta == pytest.approx(1.7208, abs=5e-5)
    assert fit.log_likelihood == pytest.approx(-75.135, abs=5e-4)
    assert fit.mean == pytest.approx(540.737, abs=5e-3)
    assert (fit.lives, fit.failures) == (20, 10)


def test_six_failures_by_likelihood_and_by_ranks() -> None:
    fit = fit_mle(SIX)
    assert (fit.beta, fit.eta) == (pytest.approx(1.933, abs=1e-3), pytest.approx(73.526, abs=1e-3))
    ranks = fit_ranks(SIX, on="y")
    assert (ranks.beta, ranks.eta) == (pytest.approx(1.4301, abs=1e-3), pytest.approx(76.317, abs=5e-3))
    shares = [round(point.share * 100, 2) for point in plot_points(SIX)]
    assert shares == [10.91, 26.44, 42.14, 57.86, 73.56, 89.09]  # median ranks of six, any table


def test_ball_bearings_with_bounds_of_b10() -> None:
    fit = fit_mle(BEARINGS)
    assert (fit.beta, fit.eta) == (pytest.approx(2.102, abs=1e-3), pytest.approx(81.88, abs=5e-3))
    assert fit.log_likelihood == pytest.approx(-113.691, abs=1e-3)
    fisher, profile = fisher_bounds(fit), likelihood_bounds(BEARINGS)
    assert (fisher.life, profile.life) == (pytest.approx(b_life(fit)), pytest.approx(b_life(fit)))
    assert fisher.lower < fisher.life < fisher.upper
    assert profile.lower < fisher.lower  # the profile is skewed towards early lives
    assert reliability_at(fit, fisher.life) == pytest.approx(0.9)


def test_adjusted_ranks_of_suspended_items() -> None:
    """Johnson's method: failure, suspension, failure, suspension, failure of five gives ranks 1, 2.25 and 4.125."""
    lives = [Life(10), Life(20, failed=False), Life(30), Life(40, failed=False), Life(50)]
    assert [point.rank for point in plot_points(lives)] == [1.0, 2.25, 4.125]


def test_narrow_intervals_are_exact_times_and_wide_ones_lose_precision() -> None:
    narrow = [Life(life.time - 1e-4, upper=life.time + 1e-4) for life in BEARINGS]
    wide = [Life(20.0 * int(life.time // 20), upper=20.0 * int(life.time // 20) + 20) for life in BEARINGS]
    exact, close, rough = fit_mle(BEARINGS), fit_mle(narrow), fit_mle(wide)
    assert close.beta == pytest.approx(exact.beta, rel=1e-4)
    assert rough.eta == pytest.approx(exact.eta, rel=0.05)
    assert rough.covariance is not None
    assert exact.covariance is not None
    assert rough.covariance[1][1] > exact.covariance[1][1]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.floats(1, 1000), min_size=4, max_size=12, unique=True),
    st.floats(0.01, 100),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_another_unit_changes_the_scale_and_nothing_else(
    times: list[float], factor: float, alive: list[bool]
) -> None:
    lives = [Life(t, failed=n < 2 or alive[n]) for n, t in enumerate(times)]
    if max(times[0], times[1]) < 1.05 * min(times[0], times[1]):
        return
    scaled = [Life(life.time * factor, failed=life.failed) for life in lives]
    one, other = fit_mle(lives), fit_mle(scaled)
    assert other.beta == pytest.approx(one.beta, rel=1e-3)
    assert other.eta == pytest.approx(one.eta * factor, rel=1e-3)
    assert [p.share for p in plot_points(lives)] == pytest.approx([p.share for p in plot_points(scaled)])


def test_is_life_ten_times_as_long() -> None:
    ten = [Life(life.time * 10) for life in BEARINGS]
    found = compare(BEARINGS, ten, wanted=5)
    assert found.ratio == pytest.approx(10, rel=1e-4)
    assert found.verdict is Verdict.SHOWN
    assert found.lower * found.upper == pytest.approx(
        100, rel=2e-3
    )  # the same shape: symmetric in the logarithm
    assert found.p_same < 1e-6
    assert found.p_same_shape == pytest.approx(1, abs=1e-3)
    assert compare(BEARINGS, ten, wanted=10).verdict is Verdict.OPEN
    assert compare(BEARINGS, ten, wanted=20).verdict is Verdict.REFUTED
    same = compare(BEARINGS, BEARINGS)
    assert (same.p_same, same.verdict) == (pytest.approx(1, abs=1e-3), Verdict.OPEN)


@pytest.mark.parametrize(
    ("share", "confidence", "units"),
    [(0.1, 0.9, 22), (0.1, 0.95, 29), (0.05, 0.95, 59), (0.01, 0.9, 230), (0.01, 0.95, 299)],
)
def test_success_run_table(share: float, confidence: float, units: int) -> None:
    """Parts for one life without failure, any shape: the success-run table (Abernethy, chapter 6; any handbook)."""
    assert units_needed(1000, 1000, 2.0, share=share, confidence=confidence) == units


def test_weibayes_and_the_units_it_needs_agree() -> None:
    units = units_needed(1000, 1500, 2.0, confidence=0.9)
    shown = demonstrated([Life(1500, failed=False, count=units)], 2.0, confidence=0.9)
    less = demonstrated([Life(1500, failed=False, count=units - 1)], 2.0, confidence=0.9)
    assert shown.life_at_least >= 1000 > less.life_at_least
    assert demonstrated([Life(1500, failed=False, count=units - 1), Life(1500)], 2.0).life_at_least < 1000


def test_a_bigger_promise_needs_more_failures() -> None:
    needed = [ratio_sample_size(10, wanted, 2.0) for wanted in (2, 5, 8)]
    assert needed == sorted(needed)
    assert ratio_sample_size(10, 5, 4.0) < ratio_sample_size(10, 5, 2.0)


@pytest.mark.parametrize(
    ("lives", "code"),
    [
        ([Life(5)], "reliability.too_few_failures"),
        ([Life(5), Life(5), Life(9, failed=False)], "reliability.too_few_failures"),
        ([Life(0.0), Life(5)], "reliability.life"),
        ([Life(math.nan), Life(5)], "reliability.life"),
        ([Life(9, upper=8.0), Life(5)], "reliability.life"),
        ([Life(1, count=200_000), Life(5)], "reliability.too_many"),
    ],
)
def test_what_cannot_be_fitted_is_refused(lives: list[Life], code: str) -> None:
    with pytest.raises(Problem) as refused:
        fit_mle(lives)
    assert refused.value.code == code
