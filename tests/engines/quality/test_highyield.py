"""Pass rates and what proves them; CCC charts; Bernoulli CUSUM."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.config import cli
from gearpark.engines import quality as q
from gearpark.engines.quality import ccc
from gearpark.engines.quality.highyield import failure_lower, failure_upper


def at_most(x: int, n: int, p: Fraction) -> Fraction:
    """P(X <= x) of the binomial distribution in exact arithmetic."""
    return sum((math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x + 1)), Fraction(0))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 120), st.integers(0, 10), st.sampled_from([0.9, 0.95, 0.99]))
def test_bounds_solve_their_equation(n: int, x: int, confidence: float) -> None:
    x = min(x, n - 1)
    upper = Fraction(failure_upper(x, n, confidence))
    assert float(at_most(x, n, upper)) == pytest.approx(1 - confidence, abs=1e-12)
    if x:
        lower = Fraction(failure_lower(x, n, confidence))
        assert float(1 - at_most(x - 1, n, lower)) == pytest.approx(1 - confidence, abs=1e-12)


@pytest.mark.parametrize(
    ("x", "n", "confidence", "exact"),
    [  # roots of the binomial tail with 40 digits
        (12, 204012, 0.95, 9.529936811037406e-05),
        (0, 10**9, 0.95, 2.9957322690667843e-09),
        (500, 10**6, 0.95, 0.0005383661633179478),
        (1, 10**12, 0.95, 4.743864518381697e-12),
    ],
)
def test_bounds_at_the_size_of_a_year(x: int, n: int, confidence: float, exact: float) -> None:
    assert failure_upper(x, n, confidence) == pytest.approx(exact, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 25), st.floats(1e-5, 0.2), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_pieces_needed_is_the_smallest_number(x: int, share: float, confidence: float) -> None:
    n = q.pieces_needed(x, share, confidence)
    assert failure_upper(x, n, confidence) <= share * (1 + 1e-12)
    assert n == x + 1 or failure_upper(x, n - 1, confidence) > share * (1 - 1e-12)
    allowed = q.failures_allowed(n, share, confidence)
    assert allowed == x


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 300))
def test_the_verdict_follows_the_bounds(good: int, bad: int) -> None:
    if good + bad == 0:
        return
    found = q.pass_rate(good, bad, target="0.9999")
    if found.verdict is q.Verdict.DEMONSTRATED:
        assert found.fail_upper_ppm <= 100 * (1 + 1e-9)
        assert found.pieces_still_needed == 0
        assert found.bad <= found.failures_allowed
    else:
        assert found.fail_upper_ppm > 100 * (1 - 1e-9)
        later = q.pass_rate(good + found.pieces_still_needed, bad, target="0.9999")
        assert later.verdict is q.Verdict.DEMONSTRATED
        short = q.pass_rate(good + found.pieces_still_needed - 1, bad, target="0.9999")
        assert short.verdict is not q.Verdict.DEMONSTRATED
    if found.verdict is q.Verdict.REFUTED:
        assert found.fail_lower_ppm > 100
    assert found.fail_lower_ppm <= found.fail_ppm <= found.fail_upper_ppm


def test_one_year_of_housings() -> None:
    shown = q.pass_rate(204_000 - 12, 12, target="0.9999")
    assert (shown.verdict, round(shown.fail_upper_ppm, 3)) == ("demonstrated", 95.305)
    exactly = q.pass_rate(204_000 - 20, 20, target="0.9999")  # 98 ppm seen, 142 ppm possible
    assert exactly.verdict == "consistent"
    assert q.pass_rate(204_000 - 60, 60, target="0.9999").verdict == "refuted"
    shift = q.pass_rate(75, 0, target="0.9999")
    assert (shift.verdict, shift.pieces_still_needed) == ("consistent", 29_956 - 75)
    assert shift.failures_allowed is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--good", "0", "--bad", "0"], "quality.no_pieces"),
        ([], "quality.no_pieces"),
        (["--good", "-1", "--bad", "0"], "quality.counts"),
        (["--good", "1.5", "--bad", "0"], "quality.counts"),
        (["--good", "many", "--bad", "0"], "quality.counts"),
        (["--good", "nan", "--bad", "0"], "quality.counts"),
        (["--good", "inf", "--bad", "0"], "quality.counts"),
        (["--good", "1" + "0" * 13, "--bad", "0"], "quality.too_many"),
        (["--good", "10", "--bad", "0", "--target", "1"], "quality.parameter"),
        (["--good", "10", "--bad", "0", "--target", "0"], "quality.parameter"),
        (["--good", "10", "--bad", "0", "--target", "99.99%"], "quality.parameter"),
        (["--good", "10", "--bad", "0", "--confidence", "95"], "quality.parameter"),
    ],
)
def test_a_pass_rate_of_nothing_is_refused(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["quality", "passrate", *arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["title"] == code


def test_the_command_proves_or_says_what_is_missing(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.main(["quality", "passrate", "--good", "204000", "--bad", "12", "--target", "0.9999", "--json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "demonstrated"
    assert found["pieces_still_needed"] == 0
    assert found["fail_upper_ppm"] == pytest.approx(95.29936811037406, abs=1e-9)
    file = tmp_path / "parts.csv"
    file.write_text("serial,result\nA1,pass\nA2,ok\nA3,FAIL\n")
    assert cli.main(["quality", "passrate", str(file), "--target", "0.9999", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["good"], found["bad"]) == (2, 1)
    file.write_text("line,good,bad\n1,100,1\n2,200,0\n")
    assert cli.main(["quality", "passrate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pieces"] == 301


def test_ccc_limits_hold_their_risk() -> None:
    rng = np.random.default_rng(1)
    for r in (1, 2, 4):
        limits = q.ccc_limits(0.001, r=r)
        counts = rng.negative_binomial(r, 0.001, 200_000) + r
        assert (counts <= limits.lower_only).mean() == pytest.approx(0.0027, abs=0.0006)
        assert np.median(counts) == pytest.approx(limits.centre, rel=0.02)
        assert ((counts <= limits.lcl) | (counts >= limits.ucl)).mean() == pytest.approx(0.0027, abs=0.0006)


def test_ccc_chart_reads_gaps_between_failures() -> None:
    limits = q.ccc_limits(0.0001)
    found = q.ccc_chart([7000, 14, 15, 66074, 28], limits)
    assert found.signals == (2,)
    assert found.improvements == (4,)
    assert q.ccc_chart([7000, 14, 15, 66074, 28], limits, lower_only=True).signals == (2, 3, 5)
    two = q.ccc_chart([200, 300, 9000, 9000, 5], q.ccc_limits(0.0001, r=2))
    assert list(two.values) == [500, 18000]
    assert two.signals == (1,)
    with pytest.raises(Problem, match=r"quality\.counts"):
        q.ccc_chart([0, 5], limits)


def test_bernoulli_cusum_of_the_reference() -> None:
    found = ccc.BernoulliCusum(1e-4, 1e-3, ccc.bernoulli_slope(1e-4, 1e-3), 7000)
    assert found.m == 2558
    assert [round(found.anos(p)) for p in (1e-4, 5e-4, 1e-3)] == [1666268, 14117, 4414]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=30),
    st.integers(2, 25),
    st.integers(1, 80),
    st.integers(0, 40),
)
def test_bernoulli_cusum_in_jumps_equals_piece_by_piece(gaps: list[int], m: int, h: int, rest: int) -> None:
    failures = np.cumsum(gaps).tolist()
    pieces = failures[-1] + rest
    level, alarm, failed = 0, None, set(failures)
    for piece in range(1, pieces + 1):
        level = max(0, level - 1 + m * (piece in failed)) if piece in failed else max(0, level - 1)
        if level >= h and piece in failed:
            alarm = piece
            break
    at, end = ccc.BernoulliCusum(0.01, 0.1, m, h).run(failures, pieces)
    assert at == alarm
    assert end == level


def test_bernoulli_cusum_design_meets_its_false_alarms_and_simulation() -> None:
    found = q.bernoulli_cusum(0.01, 0.05, anos0=5000)
    assert found.anos(0.01) >= 5000
    assert ccc._anos(0.01, found.m, found.h - 1) < 5000
    rng = np.random.default_rng(2)
    lengths = []
    for _ in range(400):
        failures = np.cumsum(rng.geometric(0.05, 400)).tolist()
        at, _ = found.run(failures, failures[-1])
        lengths.append(at)
    error = np.std(lengths) / 20
    assert np.mean(lengths) == pytest.approx(found.anos(0.05), abs=4 * error)
