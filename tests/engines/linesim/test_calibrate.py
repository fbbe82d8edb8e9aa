"""Figures fitted to what a line did come back as they were, cut-off durations counted; a wrong model is not called usable."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engines.linesim.lines import line_of, serial_text

from gearpark.base.problems import Problem
from gearpark.engines.linesim.calibrate import calibrate, validate
from gearpark.engines.linesim.fit import MIN_SAMPLE, fit
from gearpark.engines.linesim.history import cycles, durations, read_history, to_failure
from gearpark.engines.linesim.model import Line
from gearpark.engines.linesim.trace import trace

HOURS = 300.0
TRUE = {"cycle": "gamma(5 min, 30 %)", "mtbf": "6 h", "mttr": "lognormal(20 min, 70 %)"}
GUESS = {"cycle": "4 min", "mtbf": "40 h", "mttr": "10 min"}


def line(figures: dict[str, str]) -> Line:
    fail = f'{{mtbf: {figures["mtbf"]}, mttr: "{figures["mttr"]}"}}'
    return line_of(serial_text([figures["cycle"]] * 2, [3], [fail] * 2), HOURS * 3600.0, 3600.0)


def history_of(model: Line, hours: float, seed: int) -> str:
    rows = ["station,state,from,to,part,serial"]
    for one in trace(model, hours * 3600.0, seed=seed):
        end = "" if one.open else one.end_s
        rows.append(f"{one.machine},{one.state},{one.start_s},{end},{one.part},")
    return "\n".join(rows)


@pytest.fixture(scope="module")
def told() -> str:
    return history_of(line(TRUE), HOURS, 3)


def test_figures_come_back(told: str) -> None:
    guess = line(GUESS)
    made = calibrate(guess, read_history(told, guess))
    found = {one.path: one for one in made.figures}
    for station in ("s1", "s2"):
        for name, mean in (("cycle", 300.0), ("fail.mtbf", 6 * 3600.0), ("fail.mttr", 1200.0)):
            one = found[f"stations.{station}.{name}"].fit
            assert one is not None
            slack = 0.3 * (one.high_s - one.low_s)  # twelve intervals of 95 % are asked at once
            assert one.low_s - slack < mean < one.high_s + slack
        assert found[f"stations.{station}.cycle"].fit.law == "gamma"  # type: ignore[union-attr]
    written = made.document.raw["stations"]["s1"]["cycle"]
    assert written["value"].startswith("gamma(")
    assert "history" in written["source"]


def test_a_calibrated_model_is_usable_and_a_guess_is_not(told: str) -> None:
    guess = line(GUESS)
    later = read_history(history_of(line(TRUE), HOURS, 4), guess)
    assert validate(calibrate(guess, read_history(told, guess)).line, later).usable
    refused = validate(guess, later)
    assert not refused.usable
    assert "output" in refused.why
    short = read_history(history_of(line(TRUE), 20.0, 4), guess)
    assert not validate(guess, short).usable


def test_durations_cut_off_count_as_at_least() -> None:
    rng = np.random.default_rng(2)
    lives = rng.weibull(2.0, 400) * 100.0
    ended, cut = lives[lives < 90.0], np.full(int((lives >= 90.0).sum()), 90.0)
    whole, naive = fit(ended, cut), fit(ended, [])
    assert whole is not None
    assert naive is not None
    assert whole.law == "weibull"
    assert whole.mean_s == pytest.approx(88.6, rel=0.08)
    assert naive.mean_s < 0.75 * 88.6


def test_few_durations_are_not_fitted_and_equal_ones_are_constant() -> None:
    assert fit(range(1, MIN_SAMPLE), []) is None
    constant = fit([42.0] * 20, [])
    assert constant is not None
    assert (constant.law, constant.text) == ("const", "42 s")


def test_what_no_law_fits_is_taken_as_seen() -> None:
    rng = np.random.default_rng(4)
    two_humps = np.concatenate([rng.normal(60.0, 2.0, 300), rng.normal(120.0, 3.0, 300)])
    found = fit(two_humps, [])
    assert found is not None
    assert found.law == "empirical"


ROWS = """station,state,from,to,part,serial,failure
s1,busy,0,40,,a,
s1,down,40,60,,,
s1,busy,60,80,,a,
s1,busy,80,140,,b,
s1,starved,140,150,,,
s1,busy,150,170,,c,
s1,down,170,,,,
s2,starved,0,200,,,
"""


def test_work_goes_on_after_a_repair_and_what_still_runs_is_cut() -> None:
    model = line(GUESS)
    found = read_history(ROWS, model)
    intervals = found.machines["s1"]
    assert [(c.work_s, c.cut) for c in cycles(intervals)] == [(60.0, False), (60.0, False), (20.0, True)]
    nameless = read_history(ROWS.replace(",a,", ",,"), model).machines["s1"]
    assert next(iter(cycles(nameless))).work_s == 60.0
    spells = to_failure(intervals)
    assert (spells.ended, spells.cut) == ([100.0], [])
    down = durations(intervals, "down")
    assert (down.ended, down.cut) == ([20.0], [30.0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("station,", "machine,"),
        ("s1,busy,0", "s9,busy,0"),
        ("s1,busy,0", "s1,asleep,0"),
        ("s1,busy,0,40", "s1,busy,x,40"),
        ("s1,busy,0,40", "s1,busy,50,40"),
        ("s1,busy,0,40", "s1,busy,0,45"),
        ("s1,busy,0,40", "s1,busy,,40"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_its_row(old: str, new: str) -> None:
    with pytest.raises(Problem) as refused:
        read_history(ROWS.replace(old, new), line(GUESS))
    assert refused.value.code == "twin.history"
    assert refused.value.details["line"] >= 1
    with pytest.raises(Problem):
        read_history(ROWS.splitlines()[0], line(GUESS))


def test_a_trace_covers_all_of_the_time() -> None:
    spent: dict[str, float] = {}
    for one in trace(line(TRUE), 36_000.0, seed=9):
        spent[one.machine] = spent.get(one.machine, 0.0) + one.end_s - one.start_s
    assert spent == pytest.approx({"s1": 36_000.0, "s2": 36_000.0})
