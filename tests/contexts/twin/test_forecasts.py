"""Forecasts of a line's shift from what its machines say in the lake; kept, scored, or told why there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contexts.shopfloor.plant import history, write
from tests.factories.registry import scope_of, signed_in

from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.public import LineInfo, board_view, shift_made
from gearpark.contexts.twin.models import LineModel
from gearpark.contexts.twin.queries import forecasts as queries
from gearpark.contexts.twin.queries.live import live_state
from gearpark.contexts.twin.queries.models import line_of, model_of_line
from gearpark.contexts.twin.services import models as services
from gearpark.contexts.twin.services.forecasts import SCORED_AFTER, forecast_line, forecast_lines, score_ended
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 08:00 in Qijiang: the early shift begins
NOW = DAY + timedelta(hours=3)
ENDS = DAY + timedelta(hours=8)


@pytest.fixture
def scope() -> Any:
    return scope_of("qichi")


@pytest.fixture
def line(lake_root: Path, demo_lines: list[LineInfo], scope: Any) -> LineInfo:
    """A housing line with a shift in the lake, and its model."""
    found = demo_lines[0]
    write(lake_root, "qichi", history(found.asset, to_us(DAY), to_us(ENDS), seed=5))
    services.model_from_line(scope, found.asset)
    return found


def test_the_state_of_a_line_is_what_its_machines_say(line: LineInfo, scope: Any) -> None:
    with acting(scope):
        view = board_view(scope, line.asset, NOW)
        info = model_of_line(scope, line.asset)
        assert info is not None
        state = live_state(view, line_of(info), NOW)
    shift = view.figures.shift
    left = sum(
        min(end, shift.end_us) - max(start, to_us(NOW)) for start, end in shift.planned if end > to_us(NOW)
    )
    assert state.left_s == pytest.approx(left / 1e6)
    assert state.good == view.figures.made > 0
    assert set(state.machines) == {
        name for station in line_of(info).stations if not station.carrier for name in station.machines
    }
    assert sum(one.state != "starved" for one in state.machines.values()) > len(state.machines) / 2
    assert all(one.part for one in state.machines.values() if one.state == "busy")
    assert {len(parts) for parts in state.buffers.values()} != {0}


def test_a_shift_is_forecast_kept_and_scored(line: LineInfo, scope: Any) -> None:
    for hours in (2, 3, 5, 7):
        assert forecast_line(scope, line.asset, DAY + timedelta(hours=hours)) is not None
    with acting(scope):
        found = queries.newest_forecast(scope, line.asset, DAY + timedelta(hours=7, minutes=1))
        assert found is not None
        assert found.made < found.low <= found.middle <= found.high
        assert found.path[-1][2] == pytest.approx(found.middle, abs=1.0)
        assert queries.newest_forecast(scope, line.asset, DAY + timedelta(hours=7, minutes=11)) is None
    assert score_ended(scope, ENDS) == 0  # late data may still come
    assert score_ended(scope, ENDS + SCORED_AFTER + timedelta(minutes=1)) == 4
    with acting(scope):
        rows = queries.of_shift(scope, line.asset, from_us(to_us(DAY)))
        made = shift_made(scope, line.asset, ENDS + timedelta(hours=1), "2026-11-20", "early")
        assert [row.happened for row in rows] == [made] * 4
        assert abs(rows[-1].mean - made) < 4
        assert all(abs(row.mean - made) < 15 for row in rows)
        assert rows[-1].high - rows[-1].low < rows[0].high - rows[0].low
        assert sum(score.count for score in queries.scores(scope, line.asset, ENDS + timedelta(hours=1))) == 4
    assert score_ended(scope, ENDS + timedelta(hours=2)) == 0


def test_why_a_line_cannot_be_forecast_is_kept_until_it_can(line: LineInfo, scope: Any) -> None:
    with acting(scope):
        info = model_of_line(scope, line.asset)
    assert info is not None
    three = services.save_model(scope, info.id, info.text.replace("machines: 2", "machines: 3", 1), base=1)
    assert forecast_lines(scope, NOW) == 0
    with acting(scope):
        found = model_of_line(scope, line.asset)
        assert found is not None
        assert found.trouble["code"] == "twin.line_unlike"
        changed = LineModel.objects.of(scope).get(pk=info.id).changed_at
    services.restore(scope, info.id, 1, base=three.revision)
    assert forecast_lines(scope, NOW) == 1
    assert forecast_lines(scope, NOW) == 1  # the same minute again: kept once
    with acting(scope):
        found = model_of_line(scope, line.asset)
        assert found is not None
        assert found.trouble == {}
        assert LineModel.objects.of(scope).get(pk=info.id).changed_at > changed
        assert queries.forecast_rows(scope, line.asset).count() == 1


def test_a_line_nobody_hears_of_is_not_forecast(
    lake_root: Path, demo_lines: list[LineInfo], scope: Any
) -> None:
    services.model_from_line(scope, demo_lines[0].asset)
    assert forecast_lines(scope, NOW) == 0
    with acting(scope):
        found = model_of_line(scope, demo_lines[0].asset)
    assert found is not None
    assert found.trouble["code"] == "twin.line_unheard"
    client = signed_in("qichi", "engineer")
    page = client.get(f"/twin/lines/{demo_lines[0].asset}/")
    assert "send nothing" in page.content.decode()
