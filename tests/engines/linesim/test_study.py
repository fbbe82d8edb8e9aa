"""Studies: the retrofit of the source case, and one small enough to reckon by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.linesim.model import Document, read_document
from gearpark.engines.linesim.study import StudyAnswer, run_study
from gearpark.engines.linesim.study_file import Study, build_study, models_of

GUIDE = Path(__file__).resolve().parents[3] / "src/gearpark/config/demo/data/twin"


def document(name: str) -> Document:
    return read_document((GUIDE / name).read_text("utf-8"), name)


def retrofit() -> tuple[Document, Document, Document]:
    study = document("retrofit-study.yaml")
    base, target = models_of(study)
    return study, document(base), document(target)


@pytest.fixture(scope="module")
def answer() -> StudyAnswer:
    return run_study(build_study(*retrofit()), replications=4, seed=1, workers=2)


def test_the_case_is_reproduced(answer: StudyAnswer) -> None:
    """30 a shift by hand, 70 to 80 automated, 204,000 a year from seven lines: not by hand, but automated."""
    assert answer.base.met
    assert answer.target.met
    by_hand, automated = answer.shifts_needed
    year = answer.study.year
    assert (year.lines, year.wanted) == (7, 204_000)
    assert by_hand > 3 * year.days
    assert automated < year.shifts
    row = next(row for row in answer.years if row.shifts_a_day == year.shifts_a_day)
    assert row.base < year.wanted < row.target
    assert row.used == pytest.approx(automated / year.shifts)
    assert answer.base.holds == answer.target.holds == "Boring of the bearing seats"


def test_the_steps_lead_from_one_model_to_the_other(answer: StudyAnswer) -> None:
    assert all(step.title for step in answer.steps), "the steps leave something out"
    assert answer.steps[-1].per_shift == answer.target.per_shift
    gains = sum(step.gain.mean for step in answer.steps)
    assert gains == pytest.approx(answer.gain.mean)
    assert answer.cost == sum(step.cost for step in answer.steps)


def test_investments_and_sensitivities_are_told_largest_first(answer: StudyAnswer) -> None:
    gains = [row.gain_per_year for row in answer.investments]
    assert gains == sorted(gains, reverse=True)
    names = {row.name for row in answer.investments}
    assert {"third_shift", "second_gantry"} <= names, "the target's scenarios are taken in"
    swings = [row.swing for row in answer.sensitivities]
    assert swings == sorted(swings, reverse=True)
    assert {row.name for row in answer.sensitivities} == {one.name for one in answer.study.assumptions}
    quick = next(row for row in answer.sensitivities if row.name == "cycles")
    assert quick.per_shift[0] > answer.target.per_shift.mean > quick.per_shift[1]
    assert quick.pay_back_years[0] < answer.paid.wanted.years < quick.pay_back_years[1]


NO_FIGURES = {
    "title", "skills", "operator", "crew", "fixed", "power", "batch_min", "machines",
    "run", "money", "scenarios", "schema", "name", "source",
}  # fmt: skip


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if NO_FIGURES & set(path):
        return
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list):
        for k, one in enumerate(value):
            yield from leaves(one, (*path, str(k)))
    elif any(letter.isdigit() for letter in str(value)) and path[-1] not in {"from", "to"}:
        yield path


def test_every_figure_of_both_models_has_a_range() -> None:
    """Machines side by side are the retrofit's own steps and investments; all else stands in an assumption."""
    study, base, target = retrofit()
    for name, model in (("base", base), ("target", target)):
        varied = {
            path
            for one in study.raw["assumptions"].values()
            if one.get("model", "target") in (name, "both") and "set" in one
            for text in ([one["set"]] if isinstance(one["set"], str) else one["set"])
            for path in model.paths(text)
        }
        found = set(leaves(model.raw))
        chains = {p for p in found if p[0] == "flow" and " in " not in str(model.at(p)) and p[-1] != "share"}
        counted = {("parts", "housing12", "share"), ("people", "gauger", "count")} & found
        assert counted <= varied
        assert found - chains <= varied, f"{name}: {sorted(found - chains - varied)}"


BY_HAND = """\
schema: 1
name: one machine
run: {time: 80 h, warmup: 0 h, replications: 2}
stations: {s: {cycle: 10 min}}
"""
STUDY = """\
schema: 1
name: doubled
base: a
target: b
year: {lines: 2, shift: 8 h, shifts_a_day: 2, days: 100, wanted: 30000, margin: 10 CNY, shift_cost: 80 CNY}
known: {base: {low: 50, high: 60}}
assumptions:
  quick: {set: stations.s.cycle, low: 4 min, high: 10 min}
  factor: {set: stations.s.cycle, times: [0.5, 2], model: both}
  sold: {year: wanted, low: 20000, high: 60000}
steps:
  - {title: half, set: {stations.s.cycle: 8 min}, cost: 1000 CNY}
investments:
  more: {shifts_a_day: 3, saves: -1 CNY}
  quicker: {times: {"stations.*.cycle": 0.5}, cost: 16000 CNY}
"""


def small(text: str = STUDY) -> Study:
    target = BY_HAND.replace("10 min", "5 min")
    return build_study(read_document(text, "s.yaml"), read_document(BY_HAND, "a"), read_document(target, "b"))


def test_money_by_hand() -> None:
    """48 a shift become 96: one line wants 15,000 of them a year, 156.25 shifts of its 200."""
    told: list[tuple[int, int]] = []
    found = run_study(small(), progress=lambda done, of: told.append((done, of)))
    assert (found.base.per_shift.mean, found.target.per_shift.mean) == (48, 96)
    assert (found.base.met, found.target.met) == (False, None)
    assert found.shifts_needed == (312.5, 156.25)
    assert found.gain_per_year == 48 * 200 * 2
    before = 200 * (48 * 10 - 80)
    assert found.paid.wanted.yearly == pytest.approx(156.25 * (96 * 10 - 80) - before)
    assert found.paid.all_sold.yearly == pytest.approx(200 * 48 * 10)
    assert found.paid.wanted.years == pytest.approx(1000 / found.paid.wanted.yearly)
    step, rest = found.steps
    assert (step.per_shift.mean, step.title, rest.title, rest.per_shift.mean) == (60, "half", "", 96)
    assert step.paid.wanted.yearly == pytest.approx(200 * 12 * 10)
    more, quicker = (next(r for r in found.investments if r.name == n) for n in ("more", "quicker"))
    assert (more.gain_per_year, more.shifts_saved, more.sure) == (96 * 100, 0, True)
    assert more.paid.wanted.years is None
    assert more.paid.all_sold.yearly == pytest.approx(100 * (96 * 10 - 80) - 1)
    assert quicker.shifts_saved == pytest.approx(156.25 / 2)
    assert quicker.paid.wanted.yearly == pytest.approx(156.25 / 2 * 80)
    by_name = {row.name: row for row in found.sensitivities}
    assert by_name["quick"].per_shift == (120, 48)
    assert by_name["factor"].gain_per_year == (96 * 400, 24 * 400)
    assert (by_name["factor"].model, by_name["sold"].model) == ("both", "year")
    assert by_name["sold"].low == "20,000"
    assert told[-1][0] == told[-1][1] == len(by_name) * 2 + 2 + 2 + 2 + 1


def test_figures_do_not_depend_on_workers(answer: StudyAnswer) -> None:
    again = run_study(answer.study, replications=4, seed=1, workers=1)
    assert (again.steps, again.investments) == (answer.steps, answer.investments)
    assert again.sensitivities == answer.sensitivities


WRONG = [
    ("wanted: 30000", "wanted: 0", "twin.value", 5, "above zero"),
    ("shifts_a_day: 2", "shifts_a_day: 4", "twin.value", 5, "24 h"),
    ("low: 4 min, ", "", "twin.field_missing", 8, "low"),
    ("low: 4 min", "low: -4 min", "twin.time_negative", 8, "refused: a, line 4|refused: b, line 4"),
    ("times: [0.5, 2]", "times: [2]", "twin.value", 9, "two factors"),
    ("{set: stations.s.cycle, times", "{set: stations.s.fixed, times", "twin.value", 9, "nothing stands there"),
    ("year: wanted, low", "year: wanted, set: run.time, low", "twin.value", 10, "either"),
    ("year: wanted", "year: weather", "twin.value", 10, "weather"),
    ("stations.s.cycle: 8 min", "stations.t.cycle: 8 min", "twin.path_unknown", 12, "stations.t.cycle"),
    ("{shifts_a_day: 3, saves: -1 CNY}", "{saves: -1 CNY}", "twin.field_missing", 14, "set, times or"),
    ("schema: 1", "schema: 2", "twin.schema", 1, "schema: 1"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line", "word"), WRONG)
def test_a_bad_study_is_refused_by_its_line(old: str, new: str, code: str, line: int, word: str) -> None:
    assert old in STUDY
    with pytest.raises(Problem) as caught:
        small(STUDY.replace(old, new, 1))
    assert (caught.value.code, caught.value.details["line"]) == (code, line), caught.value.sentence
    assert any(one in caught.value.sentence for one in word.split("|")), caught.value.sentence


def test_models_that_cannot_be_compared_are_refused() -> None:
    target = BY_HAND.replace("80 h", "90 h")
    with pytest.raises(Problem) as caught:
        build_study(read_document(STUDY, "s"), read_document(BY_HAND, "a"), read_document(target, "b"))
    assert caught.value.code == "twin.value"
