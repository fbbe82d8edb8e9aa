"""A model of every packaged line type: it is taken, runs, and gives about what the type plans."""

from __future__ import annotations

import pytest

from gearpark.engines.lines import template, template_codes
from gearpark.engines.linesim.experiment import simulate
from gearpark.engines.linesim.model import build_line, read_document
from gearpark.engines.linesim.templates import model_text


@pytest.mark.parametrize("code", template_codes())
def test_a_line_type_as_a_model(code: str) -> None:
    kind = template(code)
    line = build_line(read_document(model_text(kind), f"{code}.yaml"))
    assert line.name == kind.title_en
    assert [s.name for s in line.stations if not s.carrier] == list(kind.groups)
    assert line.buffers == tuple(b.code for b in kind.buffers)
    found = simulate(line, replications=4, seed=1)
    shift = 8 * float(found.per_h().mean())
    assert shift == pytest.approx(kind.plan_per_shift, rel=0.1)
    busiest = max(kind.groups, key=lambda name: found.shares(name)["busy"])
    assert found.shares(kind.bottleneck)["busy"] > found.shares(busiest)["busy"] - 0.05


def test_it_can_be_named_and_speaks_chinese() -> None:
    line = build_line(
        read_document(model_text(template("housing-machining"), name="7 号线: 试", language="zh"))
    )
    assert line.name == "7 号线: 试"
    assert line.stations[0].title == template("housing-machining").operations[0].title_zh
