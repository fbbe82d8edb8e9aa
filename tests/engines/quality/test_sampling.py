"""ISO 2859-1: tables with their arrows, operating characteristics, switching as a state machine."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import acceptance, plans

TABLE = json.loads(
    (Path(__file__).parent / "reference/sampling/attributes_single_normal_tightened.json").read_text()
)
# MIL-STD-105E leads letter A at AQL 10, tightened, on to D; ISO 2859-1 and GB/T 2828.1 print a plan there.
DIFFERS = {("tightened", "A", "10")}


@pytest.mark.parametrize("severity", ["normal", "tightened"])
def test_every_plan_equals_the_published_table(severity: str) -> None:
    for row, code in enumerate(TABLE["codes"]):
        for column, aql in enumerate(TABLE["aql_percent"]):
            found = q.plan(code, aql, severity)
            wanted = (TABLE[severity]["n"][row][column], TABLE[severity]["ac"][row][column])
            if (severity, code, aql) in DIFFERS:
                assert (found.n, found.ac) == (2, 0)
                continue
            assert (found.n, found.ac) == wanted, (code, aql)
            assert found.re == found.ac + 1


def test_code_letters_equal_the_published_table() -> None:
    for row, (low, high) in enumerate(TABLE["lot_sizes"]):
        for level, letter in zip(
            TABLE["inspection_levels"], TABLE["code_letter_by_lot_row_and_level"][row], strict=True
        ):
            assert plans.code_letter(low, level) == plans.code_letter(high or 10**9, level) == letter


REDUCED = [  # printed cells of GB/T 2828.1-2012 table 2-C
    ("J", "1.0", 32, 1),
    ("J", "0.65", 50, 1),
    ("K", "1.0", 50, 2),
    ("K", "6.5", 50, 8),
    ("A", "6.5", 2, 0),
    ("C", "40", 2, 3),
    ("E", "10", 5, 2),
    ("R", "0.10", 800, 3),
    ("Q", "0.025", 200, 0),
    ("H", "0.25", 20, 0),
]


@pytest.mark.parametrize(("code", "aql", "n", "ac"), REDUCED)
def test_reduced_plans(code: str, aql: str, n: int, ac: int) -> None:
    found = q.plan(code, aql, "reduced")
    assert (found.n, found.ac, found.re) == (n, ac, ac + 1)


def test_plans_are_ordered_as_a_scheme_must_be() -> None:
    """Tightened never accepts more easily than normal, reduced never takes more pieces than normal."""
    for code in "ABCDEFGHJKLMNPQR":
        for aql in plans.AQLS[:16]:
            normal, tight, less = (q.plan(code, aql, s) for s in plans.SEVERITIES)
            share = float(aql) / 100
            assert (
                acceptance.pa_binomial(tight.n, tight.ac, share)
                <= acceptance.pa_binomial(normal.n, normal.ac, share) + 1e-12
            )
            assert less.n <= normal.n
            assert 0.85 <= acceptance.pa_binomial(normal.n, normal.ac, share) <= 0.999


def test_a_sample_as_large_as_the_lot_is_the_lot() -> None:
    found = q.plan_for(10, "II", "0.65")
    assert (found.n, found.inspect, found.all_of_lot) == (20, 10, True)
    assert q.plan_for(1300, "II", 0.65).all_of_lot is False
    assert q.plan_for(1300, "II", "0.650") == q.plan_for(1300, "II", 0.65)


@pytest.mark.parametrize(
    "call",
    [
        lambda: q.plan_for(1, "II", "0.65"),
        lambda: q.plan_for(100, "IV", "0.65"),
        lambda: q.plan_for(100, "II", "0.7"),
        lambda: q.plan_for(100, "II", "many"),
        lambda: q.plan_for(100, "II", "0.65", "harsh"),
        lambda: q.plan("Z", "0.65"),
        lambda: plans.plan_from({}, 100, "II", "0.65", "normal"),
    ],
)
def test_plans_that_do_not_exist_are_refused(call: object) -> None:
    with pytest.raises(Problem, match=r"quality\.plan_unknown"):
        call()  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 6), st.integers(0, 60), st.integers(0, 40))
def test_hypergeometric_equals_counting(n: int, c: int, bad: int, more: int) -> None:
    lot = n + more
    bad = min(bad, lot)
    exact = sum(
        Fraction(math.comb(bad, k) * math.comb(lot - bad, n - k), math.comb(lot, n))
        for k in range(max(0, n - lot + bad), min(c, bad, n) + 1)
    )
    assert acceptance.pa_hypergeometric(lot, bad, n, c) == pytest.approx(float(exact), abs=1e-10)


def test_quality_at_a_probability_and_the_worst_outgoing_quality() -> None:
    for n, c in ((125, 2), (20, 0), (800, 14)):
        p = q.quality_at(n, c, 0.95)
        assert acceptance.pa_binomial(n, c, p) == pytest.approx(0.95, abs=1e-10)
        worst, at = acceptance.outgoing_limit(n, c)
        grid = [acceptance.average_outgoing(n, c, i / 20_000) for i in range(20_001)]
        assert worst == pytest.approx(max(grid), rel=1e-5)
        assert acceptance.average_outgoing(n, c, at) == pytest.approx(worst)


def test_a_designed_plan_is_the_smallest() -> None:
    n, c = acceptance.design(0.01, 0.05, 0.05, 0.10)
    assert acceptance.pa_binomial(n, c, 0.01) >= 0.95
    assert acceptance.pa_binomial(n, c, 0.05) <= 0.10
    assert acceptance.pa_binomial(n - 1, c, 0.05) > 0.10
    fewer = acceptance._least_n(c - 1, 0.05, 0.10)
    assert acceptance.pa_binomial(fewer, c - 1, 0.01) < 0.95


def run(letters: str, **lot: object) -> str:
    scheme, under = q.Scheme(), ""
    for letter in letters:
        under += scheme.severity[0].upper()
        scheme = q.scheme_after(scheme, q.Lot(letter == "A", **lot))  # type: ignore[arg-type]
    return under + ">" + scheme.severity[0].upper()


@pytest.mark.parametrize(
    ("letters", "severities"),
    [
        ("AARAARAAAAAA", "NNNNNNTTTTTN>N"),
        ("RR", "NN>T"),
        ("RAAAAR", "NNNNNN>N"),  # the second rejection is the sixth lot
        ("RAAAR", "NNNNN>T"),
        ("RRAAAARAAAAA", "NNTTTTTTTTTT>N"),
        ("RRRRRRR", "NNTTTTT>D"),
        ("RRRARARARR", "NNTTTTTTTT>D"),  # cumulative, not in a row
        ("RRAAAAARRRRR", "NNTTTTTNNTTT>T"),  # the count starts anew with each tightened inspection
    ],
)
def test_switching_between_normal_and_tightened(letters: str, severities: str) -> None:
    assert run(letters) == severities


def test_reduced_needs_score_calm_and_consent() -> None:
    assert run("A" * 15, authorised=True) == "N" * 15 + ">R"
    assert run("A" * 15) == "N" * 15 + ">N"
    assert run("A" * 15, authorised=True, steady=False) == "N" * 15 + ">N"
    assert run("A" * 10, authorised=True, acceptance_number=3, accepted_tighter=True) == "N" * 10 + ">R"
    assert (
        run("A" * 40, authorised=True, acceptance_number=3) == "N" * 40 + ">N"
    )  # nobody checked one AQL tighter
    assert run("A" * 15 + "AAR", authorised=True) == "N" * 15 + "RRR>N"


def test_resubmitted_lots_do_not_count_and_a_stopped_scheme_waits() -> None:
    scheme = q.scheme_after(q.Scheme(), q.Lot(False))
    assert q.scheme_after(scheme, q.Lot(False, resubmitted=True)) == scheme
    stopped = q.Scheme(q.Severity.DISCONTINUED, rejected=5)
    assert q.scheme_after(stopped, q.Lot(True)) == stopped
    assert q.resumed(stopped) == q.Scheme(q.Severity.TIGHTENED)
    assert q.resumed(scheme) == scheme


def test_rules_can_be_read_from_words() -> None:
    words = {
        "normal_to_tightened": "3 lots not accepted within 6",
        "discontinue": "10 lots not accepted",
        "score": "+5 or +1",
    }
    found = q.SwitchingRules.read(words)
    assert (found.tighten_rejected, found.tighten_within, found.relax_accepted) == (3, 6, 5)
    assert (found.discontinue_rejected, found.score_tighter, found.score_small) == (10, 5, 1)
    assert q.SwitchingRules.read({}) == q.STANDARD


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.booleans(), st.booleans()), max_size=60))
def test_laws_of_switching(lots: list[tuple[bool, int, bool, bool]]) -> None:
    scheme = q.Scheme()
    for ok, ac, tighter, authorised in lots:
        before = scheme
        scheme = q.scheme_after(scheme, q.Lot(ok, ac, tighter, True, authorised))
        assert (before.severity, scheme.severity) not in {("tightened", "reduced"), ("reduced", "tightened")}
        if scheme.severity == "reduced":
            assert ok
        if scheme.severity == "tightened" and before.severity == "normal":
            assert not ok
        if before.severity == "normal" and scheme.severity == "normal":
            assert scheme.recent.count(False) < 2
            assert scheme.score <= before.score + 3
        if before.severity == "discontinued":
            assert scheme == before
        assert len(scheme.recent) <= 5
        assert scheme.rejected <= 5
