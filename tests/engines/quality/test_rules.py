"""Run rules: each by hand, ties and gaps, one new point equal to the whole series, run lengths of the literature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import arl, rules


def at(code: str, z: list[float]) -> list[int]:
    return [signal.at for signal in q.signals(z, q.rules_of(code))]


@pytest.mark.parametrize(
    ("code", "z", "places"),
    [
        ("we1", [0, 3.01, -3.2, 3.0, -3.0], [2, 3]),
        ("we2", [2.1, 0, 2.2, 0, 0], [3]),  # the point between is no alarm of its own, nor the one after
        ("we2", [2.1, -2.2, -2.3], [3]),  # sides do not add up
        ("we2", [2.0, 2.0, 2.0], []),  # on the line is not beyond
        ("we3", [1.5, 1.5, 0, 1.5, 1.5, 0.5], [5]),
        ("we4", [0.1] * 8 + [-0.1], [8]),
        ("we4", [0.1] * 4 + [0.0] + [0.1] * 7, []),  # a point on the centre line breaks the run
        ("nelson2", [-0.1] * 9, [9]),
        ("nelson3", [0, 1, 2, 3, 4, 5, 5.5], [6, 7]),
        ("nelson3", [0, 1, 2, 2, 3, 4, 5], []),  # a tie breaks the trend
        ("nelson4", [0, 1] * 7, [14]),
        ("nelson4", [0, 1] * 6 + [0, 0], []),
        ("nelson7", [0.9, -0.9] * 7 + [0.5, 1.0], [15]),
        ("nelson8", [1.1, -1.1] * 4, [8]),
        ("nelson8", [1.1, 1.0] * 4, []),
        ("run7", [0.5] * 7, [7]),
    ],
)
def test_a_rule_by_hand(code: str, z: list[float], places: list[int]) -> None:
    assert at(code, z) == places
    assert at(code, [-value for value in z]) == places  # both sides are alike


def test_signals_name_rule_and_stretch_in_order() -> None:
    found = q.signals([2.5, 0, 2.5, 3.5], q.rules_of("western-electric"))
    assert [(s.rule, s.at, s.first) for s in found] == [("we2", 3, 1), ("we1", 4, 4), ("we2", 4, 2)]


def test_rounding_of_the_arithmetic_is_a_tie() -> None:
    assert at("we1", [3.0 + 1e-12, 3.0 + 1e-6]) == [2]
    assert at("nelson3", [0, 1, 2, 3, 4, 4 + 1e-13]) == []


def test_missing_points_break_runs() -> None:
    assert at("we4", [0.5] * 7 + [np.nan] + [0.5] * 7) == []
    assert at("nelson3", [0, 1, 2, np.nan, 3, 4, 5]) == []


@pytest.mark.parametrize("code", ["we9", "1of3", "run", "trend2", "beyond0", "9of3", "", "nelson0"])
def test_unknown_rules_are_refused(code: str) -> None:
    if code == "":
        assert q.rules_of(code) == ()
        return
    with pytest.raises(Problem, match=r"quality\.rule_unknown"):
        q.rules_of(code)


# values on a coarse grid hit lines and ties often
SERIES = st.lists(
    st.one_of(st.integers(-7, 7).map(lambda i: i / 2), st.just(float("nan"))), min_size=1, max_size=45
)


@settings(max_examples=150, deadline=None)
@given(SERIES, st.sampled_from(["nelson", "western-electric", "we1,run7,trend3,alternate4,within3,outside3"]))
def test_the_newest_point_alone_is_judged_as_in_the_whole_series(z: list[float], names: str) -> None:
    chosen = q.rules_of(names)
    whole = q.signals(z, chosen)
    for end in range(1, len(z) + 1):
        tail = z[max(0, end - q.reach(chosen)) : end]
        assert q.newest(tail, chosen) == tuple(s.rule for s in whole if s.at == end)


def _slow(z: list[float], code: str) -> list[int]:
    """The rules once more, as a person would check them."""
    found = []
    for i in range(len(z)):
        last = z[: i + 1]
        if code == "nelson2":
            ok = len(last) >= 9 and (all(v > 0 for v in last[-9:]) or all(v < 0 for v in last[-9:]))
        elif code == "nelson3":
            steps = np.diff(last[-6:])
            ok = len(last) >= 6 and bool((steps > 0).all() or (steps < 0).all())
        elif code == "nelson4":
            steps = np.diff(last[-14:])
            ok = len(last) >= 14 and bool((steps[1:] * steps[:-1] < 0).all())
        elif code == "nelson5":
            ok = any(s * last[-1] > 2 and sum(s * v > 2 for v in last[-3:]) >= 2 for s in (1, -1))
        elif code == "nelson6":
            ok = any(s * last[-1] > 1 and sum(s * v > 1 for v in last[-5:]) >= 4 for s in (1, -1))
        elif code == "nelson7":
            ok = len(last) >= 15 and all(abs(v) < 1 for v in last[-15:])
        else:
            ok = len(last) >= 8 and all(abs(v) > 1 for v in last[-8:])
        if ok:
            found.append(i + 1)
    return found


@pytest.mark.parametrize("code", [f"nelson{i}" for i in range(2, 9)])
def test_vectorised_rules_equal_a_plain_loop(code: str) -> None:
    rng = np.random.default_rng(9)
    for scale in (0.4, 1.0, 2.0):
        z = np.round(rng.normal(0, scale, 600) * 2) / 2 if scale == 1.0 else rng.normal(0, scale, 600)
        walk = np.where(rng.random(600) < 0.5, np.sort(z), z)
        assert at(code, walk.tolist()) == _slow(walk.tolist(), code)
        assert at(code, z.tolist()) == _slow(z.tolist(), code)


def test_rows_are_series_of_their_own() -> None:
    rng = np.random.default_rng(5)
    block = rng.normal(0, 1.5, (4, 200))
    chosen = q.rules_of("nelson")
    together = rules.flags(block, chosen)
    for row in range(4):
        alone = rules.flags(block[row], chosen)
        assert all((together[code][row] == alone[code]).all() for code in alone)


def test_exact_run_lengths_agree_with_simulation() -> None:
    rng = np.random.default_rng(11)
    for names, shift in (
        ("western-electric", 0.0),
        ("we1,we2", 0.8),
        ("nelson1,nelson2", 1.0),
        ("we1,4of5,run7", 0.5),
    ):
        exact = q.run_length(names, [shift])[0]
        seen = q.simulate(names, runs=4000, rng=rng, shift=shift)
        assert abs(exact - seen.mean) < 4 * seen.error


def test_run_lengths_of_the_literature() -> None:
    assert q.run_length("western-electric")[0] == pytest.approx(91.75, abs=0.005)  # Champ and Woodall 1987
    assert arl.cusum_run_length(0.5, 5) == pytest.approx(465, abs=1)  # Montgomery, table of Hawkins
    assert arl.cusum_run_length(0.5, 4, 1.0) == pytest.approx(8.38, abs=0.01)
    assert arl.ewma_run_length(0.1, 2.814) == pytest.approx(500, abs=1)  # Lucas and Saccucci 1990
    assert arl.ewma_run_length(0.1, 2.814, 1.0) == pytest.approx(10.3, abs=0.05)
    with pytest.raises(Problem, match=r"quality\.rule_unknown"):
        q.run_length("nelson3")
