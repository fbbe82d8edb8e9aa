"""A model is calibrated from what its line did, judged by what it did after, and kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.contexts.shopfloor.plant import history, write
from tests.factories.registry import scope_of

from gearpark.base.problems import Problem
from gearpark.base.time import to_us
from gearpark.contexts.shopfloor.public import LineInfo, line_spells
from gearpark.contexts.twin.queries import runs as run_queries
from gearpark.contexts.twin.services import models as services
from gearpark.contexts.twin.services import runs
from gearpark.contexts.twin.types import Asked, Question, RunStatus
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 15, 22, 30, tzinfo=UTC)
DAYS = 6
END = START + timedelta(days=DAYS)


@pytest.fixture
def line(lake_root: Path, demo_lines: list[LineInfo]) -> LineInfo:
    """A housing line with six days in the lake."""
    found = demo_lines[0]
    write(lake_root, "qichi", history(found.asset, to_us(START), to_us(END), seed=3), commits=6)
    return found


def _calibrated(scope: Any, key: int) -> Any:
    made = runs.ask(scope, key, Asked(Question.CALIBRATE, days=DAYS, until=END))
    runs.perform(scope, made.id)
    with acting(scope):
        return run_queries.run(scope, made.id)


def test_spells_run_on_planned_time_and_are_cut_at_parts(line: LineInfo) -> None:
    with acting(scope_of("qichi")):
        found = line_spells(scope_of("qichi"), line.asset, START, END)
        with pytest.raises(Problem, match=r"shopfloor\.stretch_wrong"):
            line_spells(scope_of("qichi"), line.asset, END, START)
    planned = line.calendar.planned(to_us(START), to_us(END))
    assert found.planned_s == pytest.approx(sum(end - start for start, end in planned) / 1e6)
    for spells in found.units.values():
        assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(spells))
        assert spells[-1].end_s <= found.planned_s
    parts = [one for one in found.units["op10a"] if one.state == "running" and one.part and not one.cut]
    assert 560 < sum(one.end_s - one.start_s for one in parts) / len({one.part for one in parts}) < 600
    assert list(found.good_s) == sorted(found.good_s)
    assert len(found.good_s) > 1000


def test_a_model_is_calibrated_judged_and_kept(line: LineInfo) -> None:
    scope = scope_of("qichi")
    info = services.model_from_line(scope, line.asset)
    run = _calibrated(scope, info.id)
    assert run.status is RunStatus.DONE, run.problem
    found = {one["path"]: one for one in run.result["figures"]}
    cycle = found["stations.op40.cycle"]
    assert 630 < cycle["mean_s"] < 655  # 620 s of work, and the gantry's grip
    assert cycle["count"] > 700
    assert cycle["curve"][-1][1] == pytest.approx(1.0)
    assert "text" not in found["stations.op40.fail.0.mttr"]  # a handful of breakdowns say too little
    output = run.result["after"]["rows"][0]
    assert output["model"] == pytest.approx(output["history"], rel=0.06)
    assert run.result["after"]["usable"]
    kept = runs.keep_calibrated(scope, run.id)
    assert kept.revision == 2
    assert cycle["text"] in kept.text
    with pytest.raises(Problem, match=r"kit\.conflict"):
        runs.keep_calibrated(scope, run.id)


def test_what_cannot_be_calibrated_says_why(lake_root: Path, demo_lines: list[LineInfo]) -> None:
    scope = scope_of("qichi")
    asset = demo_lines[0].asset
    silent = services.model_from_line(scope, asset)
    assert _calibrated(scope, silent.id).problem["code"] == "twin.history_empty"
    free = services.add_model(scope, silent.text, code="free")
    assert _calibrated(scope, free.id).problem["code"] == "twin.no_line"
    with pytest.raises(Problem, match=r"twin\.not_calibrated"):
        runs.keep_calibrated(scope, _calibrated(scope, free.id).id)
    other = services.add_model(
        scope, silent.text.replace("machines: 2", "machines: 3", 1), code="other", line=asset
    )
    assert _calibrated(scope, other.id).problem["code"] == "twin.line_unlike"
