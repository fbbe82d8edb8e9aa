"""Models are kept in revisions; what cannot be run is not kept; runs are answered by the worker's function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.factories.registry import scope_of

from gearpark.base.problems import Problem
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.twin.queries import models as queries
from gearpark.contexts.twin.queries import runs as run_queries
from gearpark.contexts.twin.services import models as services
from gearpark.contexts.twin.services import runs, shape
from gearpark.contexts.twin.types import Asked, Kind, Question, RunStatus
from gearpark.engines.linesim.model.flow import read_flow
from gearpark.engines.linesim.model.reading import read_model
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
GUIDES = Path(__file__).parents[3] / "src/gearpark/config/demo/data/twin"
SMALL = """schema: 1
name: Two stations
run: {time: 20 h, warmup: 1 h, replications: 8}
stations:
  op10: {cycle: exp(60 s)}
  op20: {cycle: exp(50 s), buffer: 2}
money: {margin: 10 CNY, hours: 4000 h}
scenarios:
  more_room: {title: Room for 8, set: {stations.op20.buffer: 8}, cost: 1000 CNY}
optimize:
  goal: throughput
  vary: {stations.op20.buffer: {from: 1, to: 4}}
"""


@pytest.fixture
def scope() -> Any:
    return scope_of("qichi")


def _asked(scope: Any, key: int, question: Question, **more: Any) -> Any:
    made = runs.ask(scope, key, Asked(question, **more))
    assert made.status is RunStatus.WAITING
    runs.perform(scope, made.id)
    with acting(scope):
        return run_queries.run(scope, made.id)


def test_a_model_is_kept_in_revisions(scope: Any) -> None:
    info = services.add_model(scope, SMALL)
    assert (info.code, info.kind, info.revision) == ("two-stations", Kind.LINE, 1)
    changes = {
        "stations.op10.cycle": "55 s",
        "stations.op10.fail.mtbf": "10 h",
        "stations.op10.fail.mttr": "5 min",
    }
    services.place_parts(scope, info.id, {"op10": [2, 1], "unknown": [1, 1], "op20": ["x", 1]})
    changed = services.change_model(scope, info.id, changes, base=1, note="quicker")
    assert changed.revision == 2
    assert changed.layout == {"op10": (2.0, 1.0)}
    assert queries.line_of(changed).plan.machines[0].work[0].mean == 55.0
    same = services.save_model(scope, info.id, changed.text, base=2)
    assert same.revision == 2
    with pytest.raises(Problem, match=r"kit\.conflict"):
        services.save_model(scope, info.id, SMALL, base=1)
    with acting(scope):
        assert [r.number for r in queries.model(scope, info.id).revisions] == [2, 1]
        assert queries.model(scope, info.id, 1).text == SMALL


def test_what_cannot_run_is_refused_with_its_line(scope: Any) -> None:
    with pytest.raises(Problem) as refused:
        services.add_model(scope, SMALL.replace("buffer: 2", "buffer: -2"))
    assert refused.value.details["line"] == 6
    info = services.add_model(scope, SMALL)
    with pytest.raises(Problem) as refused:
        services.change_model(scope, info.id, {"stations.op10.cycle": "60 parsec"}, base=1)
    assert "op10.cycle" in refused.value.sentence
    with acting(scope):
        assert queries.model(scope, info.id).revision == 1
    with pytest.raises(Problem, match=r"twin\.code_taken"):
        services.add_model(scope, SMALL, code="two-stations")


def test_a_line_gives_its_model(scope: Any) -> None:
    with acting(scope):
        line = ensure_demo_lines(scope, org="qichi")[0]
    info = services.model_from_line(scope, line.asset)
    assert info.line == line.asset
    with acting(scope):
        found = queries.model_of_line(scope, line.asset)
    assert found is not None
    assert found.id == info.id
    assert {s.name for s in queries.line_of(info).stations if not s.carrier} == set(line.template.groups)


def test_runs_are_answered(scope: Any) -> None:
    key = services.add_model(scope, SMALL).id
    run = _asked(scope, key, Question.RUN)
    assert run.status is RunStatus.DONE
    assert run.result["throughput_per_h"] == pytest.approx(48, rel=0.1)
    assert sum(v for k, v in run.result["stations"]["op10"].items() if k != "on_shift") == pytest.approx(1)
    compared = _asked(scope, key, Question.COMPARE).result["comparisons"]
    assert compared[0]["difference_per_h"] > 0
    assert compared[0]["payback_years"] > 0
    assert _asked(scope, key, Question.BOTTLENECK).result["stations"][0]["station"] == "op10"
    assert _asked(scope, key, Question.OPTIMIZE).result["best"] == {"stations.op20.buffer": 4}
    shown = _asked(scope, key, Question.ANIMATION, hours=0.5).result
    assert {row[0] for row in shown["spells"]} == {0, 1}
    assert max(row[3] for row in shown["spells"]) == 1800
    with acting(scope):
        assert set(run_queries.newest(scope, key, 1)) == {
            Question.RUN,
            Question.COMPARE,
            Question.BOTTLENECK,
            Question.OPTIMIZE,
        }
        assert queries.model_rows(scope).get(pk=key).per_h == run.result["throughput_per_h"]


def test_a_study_is_answered(scope: Any) -> None:
    for name in ("housing-by-hand", "housing-automated"):
        services.add_model(scope, (GUIDES / f"{name}.yaml").read_text(), code=name)
    text = (GUIDES / "retrofit-study.yaml").read_text()
    info = services.add_model(scope, text)
    assert info.kind is Kind.STUDY
    run = _asked(scope, info.id, Question.STUDY, replications=2)
    assert run.status is RunStatus.DONE, run.problem
    assert 25 < run.result["base"]["per_shift"]["mean"] < 35
    with pytest.raises(Problem, match=r"twin\.question_unfit"):
        runs.ask(scope, info.id, Asked(Question.RUN))
    with pytest.raises(Problem, match=r"twin\.study_model"):
        services.add_model(scope, text.replace("base: housing-by-hand", "base: nowhere"))


def test_a_run_that_cannot_be_says_so(scope: Any) -> None:
    key = services.add_model(scope, SMALL[: SMALL.index("scenarios:")]).id
    run = _asked(scope, key, Question.COMPARE)
    assert run.status is RunStatus.FAILED
    assert run.problem["code"] == "twin.nothing_to_compare"
    with pytest.raises(Problem, match=r"twin\.value_out_of_range"):
        runs.ask(scope, key, Asked(Question.RUN, replications=10**6))


def test_a_run_can_be_cancelled(scope: Any) -> None:
    key = services.add_model(scope, SMALL).id
    waiting = runs.ask(scope, key, Asked(Question.RUN))
    runs.cancel(scope, waiting.id)
    assert runs.perform(scope, waiting.id) is None
    with acting(scope):
        assert run_queries.run(scope, waiting.id).status is RunStatus.CANCELLED


def test_another_firm_sees_nothing(scope: Any) -> None:
    key = services.add_model(scope, SMALL).id
    other = scope_of("elsewhere")
    with acting(other), pytest.raises(Problem, match=r"twin\.model_unknown"):
        queries.model(other, key)
    with pytest.raises(Problem, match=r"twin\.model_unknown"):
        runs.ask(other, key, Asked(Question.RUN))


def test_parts_are_put_in_and_taken_out(scope: Any) -> None:
    text = (GUIDES / "housing-automated.yaml").read_text()
    info = services.add_model(scope, text)
    made = shape.add_part(scope, info.id, "stations", "op35", after="op30", base=1)
    flows = {
        (e.source, e.target, e.by)
        for e in read_flow(queries.document_of(made), read_model(queries.document_of(made)))
    }
    assert {("op30", "op35", ()), ("op35", "op40", ("gantry",))} <= flows
    made = shape.remove_part(scope, info.id, "stations", "op35", base=2)
    line = queries.line_of(made)
    assert [m.name for m in line.plan.machines] == [m.name for m in queries.line_of(info).plan.machines]
    assert "op35" not in made.text
    made = shape.remove_part(scope, info.id, "buffers", "store20", base=3)
    assert ("op10", "op20") in {
        (e.source, e.target)
        for e in read_flow(queries.document_of(made), read_model(queries.document_of(made)))
    }
    with pytest.raises(Problem, match=r"twin\."):
        shape.add_part(scope, info.id, "stations", "op10", after="op30", base=4)
    made = shape.set_section(scope, info.id, "scenarios", shape.section_text(made, "scenarios"), base=4)
    assert made.revision == 4
    back = services.restore(scope, info.id, 1, base=4)
    assert (back.revision, back.text) == (5, text)
