"""Bad models: a Problem that names the line of the file and what stands there."""

from __future__ import annotations

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.linesim.model import build_line, read_document

GOOD = """\
schema: 1
name: Two stations
run: {time: 100 h, warmup: 5 h, replications: 4}
people:
  fitters: {count: 1, skills: [repair]}
stations:
  op10:
    cycle: 40 s
  op20:
    cycle: exp(50 s)
    buffer: 3
    scrap: 2 %
    fail: {mtbf: 8 h, mttr: 20 min, crew: repair}
flow:
  - supply > op10 > op20
  - op20 > exit
"""

# (what is replaced, by what, code, line, a word of the sentence)
WRONG = [
    ("  - op20 > exit\n", "", "twin.no_exit", 7, "op10"),
    ("cycle: 40 s", "cycle: -40 s", "twin.time_negative", 8, "negative"),
    ("cycle: 40 s", "cycle: 0 s", "twin.time_negative", 8, "above zero"),
    ("mtbf: 8 h", "mtbf: -8 h", "twin.time_negative", 13, "negative"),
    ("cycle: 40 s", "cycle: 40 parsec", "twin.unit", 8, "parsec"),
    ("cycle: 40 s", "cycle: 40", "twin.unit", 8, "no unit"),
    ("cycle: exp(50 s)", "cycle: exp(50 kg)", "twin.unit", 10, "kg"),
    ("cycle: exp(50 s)", "cycle: pareto(50 s)", "twin.value", 10, "pareto"),
    ("cycle: exp(50 s)", "cycle: weibull(50 s, 0.001)", "twin.value", 10, "makes no law"),
    ("cycle: exp(50 s)", "cycle: geometric(50 s, 0)", "twin.value", 10, "makes no law"),
    ("cycle: exp(50 s)", "cycle: triangular(50 s, 40 s, 60 s)", "twin.value", 10, "low <= mode"),
    ("cycle: exp(50 s)", "cycle: normal(50 s)", "twin.value", 10, "wrong number"),
    ("scrap: 2 %", "scrap: 120 %", "twin.value", 12, "between"),
    ("buffer: 3", "machines: 0", "twin.capacity_zero", 11, "1 or more"),
    ("buffer: 3", "buffer: 2.5", "twin.value", 11, "whole"),
    ("buffer: 3", "buffer: .inf", "twin.value", 11, "figure"),
    ("buffer: 3", "batch: 4\n    buffer: 3", "twin.capacity_zero", 9, "batch of 4"),
    ("people:", "buffers: {store: {capacity: 0}}\npeople:", "twin.capacity_zero", 4, "too small"),
    ("- op20 > exit", "- {from: op20, to: exit, share: 90 %}", "twin.routing_sum", 16, "0.92"),
    ("- op20 > exit", "- op20 > exit\n  - op20 > op10", "twin.routing_sum", 17, "more than one"),
    ("  op20:\n    cycle", "  op10:\n    cycle", "twin.name_twice", 9, "op10"),
    ("people:", "buffers: {op10: {capacity: 2}}\npeople:", "twin.name_twice", 4, "op10"),
    ("crew: repair", "crew: magic", "twin.name_unknown", 13, "magic"),
    ("> op10 > op20", "> op10 > op99 > op20", "twin.name_unknown", 15, "op99"),
    ("    buffer: 3", "    buffr: 3", "twin.field_unknown", 11, "did you mean buffer"),
    ("    cycle: 40 s", "    buffer: 1", "twin.field_missing", 7, "cycle"),
    ("    buffer: 3", "    calendar: nights", "twin.name_unknown", 11, "nights"),
    ("    buffer: 3", "    operator: repair\n    operators: 2", "twin.value", 12, "no group"),
    ("people:", "calendars: {day: {shifts: Mon-Fry 6:00-14:00}}\npeople:", "twin.calendar", 4, "Fry"),
    ("people:", "transports: {agv: {}}\npeople:", "twin.flow", 4, "agv"),
    ("schema: 1", "schema: 7", "twin.schema", 1, "7"),
    ("schema: 1\n", "", "twin.schema", 1, "schema: 1"),
    ("warmup: 5 h", "warmup: 500 h", "twin.value", 3, "longer"),
    ("replications: 4", "replications: 4000000", "twin.too_large", 3, "100,000"),
    ("name: Two stations", "name: [unclosed", "twin.file_unreadable", 3, "line 3"),
    ("cycle: 40 s", "cycle: &x 40 s\n    ideal: *x", "twin.file_unreadable", 8, "anchor"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "word"), WRONG)
def test_the_refusal_names_the_line(old: str, new: str, code: str, line: int, word: str) -> None:
    assert old in GOOD
    with pytest.raises(Problem) as caught:
        build_line(read_document(GOOD.replace(old, new, 1), "line.yaml"))
    assert caught.value.code == code, caught.value.sentence
    assert caught.value.details["line"] == line, caught.value.sentence
    assert word in caught.value.sentence
    assert "line.yaml" in caught.value.sentence


def test_the_good_one_is_taken() -> None:
    line = build_line(read_document(GOOD))
    assert [s.name for s in line.stations] == ["op10", "op20"]
    assert line.run.replications == 4


def test_what_is_no_model_is_refused() -> None:
    for text in ("", "- a\n- b\n", "[" * 100_000, "a: \x00", "just words"):
        with pytest.raises(Problem) as caught:
            read_document(text)
        assert caught.value.code == "twin.file_unreadable"


def test_identity_is_that_of_what_is_modelled() -> None:
    moved = GOOD.replace("name: Two stations\n", "# a comment\nname:   Two stations\n")
    assert read_document(moved).hash() == read_document(GOOD).hash()
    assert read_document(GOOD.replace("40 s", "41 s")).hash() != read_document(GOOD).hash()


def test_a_scenario_sets_paths_and_its_refusal_names_its_line() -> None:
    document = read_document(GOOD)
    changed = document.patched({"stations.*.buffer": 7, "run.time": "50 h"})
    assert changed.at(("stations", "op10", "buffer")) == changed.at(("stations", "op20", "buffer")) == 7
    assert document.at(("stations", "op10", "buffer")) is None
    with pytest.raises(Problem) as caught:
        build_line(document.patched({"stations.op20.buffer": "many"}, line=33))
    assert (caught.value.code, caught.value.details["line"]) == ("twin.value", 33)
    for path in ("stations.op77.cycle", "nothing.*.here", "stations.op10.cycle.deep"):
        with pytest.raises(Problem) as caught:
            document.patched({path: 1})
        assert caught.value.code == "twin.path_unknown"
