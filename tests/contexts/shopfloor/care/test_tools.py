"""What people do with tools, and when they are expected to be worn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gearpark.base.problems import Forbidden, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.models.care import Tool, ToolClass, ToolForecast, ToolLife
from gearpark.contexts.shopfloor.queries import line, source
from gearpark.contexts.shopfloor.queries.care.forecasts import forecast_score, tool_dues
from gearpark.contexts.shopfloor.queries.care.tools import class_page
from gearpark.contexts.shopfloor.services import care
from gearpark.contexts.shopfloor.types.care import LifeEnd, LifeUnit, ToolClassWanted, ToolState
from gearpark.kit.tenant import acting

from .signals import MINUTE_US, cuts, write

HOUR_US = 60 * MINUTE_US
ASSET = "qc-l1-op10a"


def get(scope: Scope, serial: str) -> Tool:
    with acting(scope):
        return Tool.objects.of(scope).select_related("tool_class").get(serial=serial)


@pytest.fixture
def kind(shop: Scope) -> int:
    wanted = ToolClassWanted(
        "T01", "Face mill", 100.0, regrinds_max=1, price_cny=1000, regrind_cny=50, wear_limit_mm=0.3
    )  # type: ignore[arg-type]
    return care.save_tool_class(shop, wanted)


def test_a_tool_lives_twice(shop: Scope, kind: int, now: datetime) -> None:
    care.save_tool(shop, "A", "T01")
    care.save_tool(shop, "B", "T01")
    care.preset_tool(shop, "A", 182.41, 62.5, now)
    care.mount_tool(shop, "A", "qc-l1", "op10a", "1", now)
    care.report_usage(shop, "A", 80.0, now)
    care.change_tool(shop, "A", LifeEnd.WORN, now + timedelta(hours=8), successor="B")
    assert (get(shop, "A").place, get(shop, "B").pocket) == ("store", "1")
    with pytest.raises(Problem) as caught:
        care.mount_tool(shop, "A", "qc-l1", "op10b", "1", now)
    assert caught.value.code == "care.tool_worn"
    care.send_to_regrind(shop, "A", now)
    care.back_from_regrind(shop, "A", now + timedelta(days=3))
    care.mount_tool(shop, "A", "qc-l1", "op10b", "1", now + timedelta(days=4))
    care.report_usage(shop, "A", 40.0, now + timedelta(days=4))
    care.change_tool(shop, "A", LifeEnd.BROKEN, now + timedelta(days=5))
    with acting(shop):
        lives = list(ToolLife.objects.of(shop).filter(tool__serial="A").order_by("life_no"))
        assert [(life.used, life.end, float(life.cost_cny)) for life in lives] == [
            (80.0, "worn", 500.0), (40.0, "broken", 550.0)
        ]  # fmt: skip
        page = class_page(shop, kind)
        assert page.figures.ends == 2
        assert float(page.cost_part) == pytest.approx(1050 / 120, abs=1e-4)  # type: ignore[arg-type]
    with pytest.raises(Problem) as caught:
        care.send_to_regrind(shop, "A", now + timedelta(days=6))
    assert caught.value.code == "care.no_regrind"
    care.mark_tool(shop, "A", ToolState.SCRAPPED, now + timedelta(days=6))
    with pytest.raises(Problem) as caught:
        care.report_usage(shop, "A", 1.0, now)
    assert caught.value.code == "care.tool_gone"


def test_a_rest_in_the_store_does_not_end_a_life(shop: Scope, kind: int, now: datetime) -> None:
    care.save_tool(shop, "A", "T01")
    care.mount_tool(shop, "A", "qc-l1", "op10a", "1", now)
    care.report_usage(shop, "A", 30.0, now)
    care.unmount_tool(shop, "A", now + timedelta(hours=1))
    care.mount_tool(shop, "A", "qc-l1", "op20a", "4", now + timedelta(hours=2))
    care.report_usage(shop, "A", 30.0, now + timedelta(hours=3))
    assert (get(shop, "A").used, get(shop, "A").life_no) == (60.0, 1)


def test_one_tool_a_pocket(shop: Scope, kind: int, now: datetime) -> None:
    for serial in ("A", "B"):
        care.save_tool(shop, serial, "T01")
    care.mount_tool(shop, "A", "qc-l1", "op10a", "1", now)
    with pytest.raises(Problem) as caught:
        care.mount_tool(shop, "B", "qc-l1", "op10a", "1", now)
    assert caught.value.code == "care.pocket_taken"
    with pytest.raises(Problem) as caught:
        care.mount_tool(shop, "A", "qc-l1", "op20a", "1", now)
    assert caught.value.code == "care.tool_mounted"


def test_measured_wear_at_its_limit_makes_a_tool_worn(shop: Scope, kind: int, now: datetime) -> None:
    care.save_tool(shop, "A", "T01")
    care.mount_tool(shop, "A", "qc-l1", "op10a", "1", now)
    care.measure_wear(shop, "A", 0.12, now)
    assert get(shop, "A").state == "in_use"
    care.measure_wear(shop, "A", 0.31, now, key="k")
    assert get(shop, "A").state == "worn"


def test_operators_change_tools_but_register_none(
    shop: Scope, kind: int, scope_of: Callable[..., Scope], now: datetime
) -> None:
    operator = scope_of("qichi", "shopfloor.view", "shopfloor.work")
    with pytest.raises(Forbidden):
        care.save_tool(operator, "X", "T01")
    care.save_tool(shop, "A", "T01")
    care.mount_tool(operator, "A", "qc-l1", "op10a", "1", now)
    with pytest.raises(Forbidden):
        care.mark_tool(operator, "A", ToolState.SCRAPPED, now)
    care.mark_tool(operator, "A", ToolState.BROKEN, now)


def test_the_forecast_follows_the_machine_and_is_scored(
    lake_root: Path, shop: Scope, kind: int, now: datetime
) -> None:
    """Six parts an hour for eight hours of a life of 72: due after the remaining 24 parts, breaks of the shift aside."""
    start = to_us(now) - 8 * HOUR_US
    with acting(shop):
        info = line(shop, "qc-l1")
        write(lake_root, cuts(ASSET, start, 48, serial="T01-7", life=72), to_us(now))
        care.follow_tools(shop, source.reader(), info, now)
        (due,) = tool_dues(shop, info, now)
        assert (due.serial, due.method, round(due.left)) == ("T01-7", "machine", 24)
        assert due.due_us is not None
        assert due.early_us is not None
        assert due.late_us is not None
        assert due.early_us <= due.due_us <= due.late_us
        assert 3.5 * HOUR_US < due.due_us - to_us(now) < 6.5 * HOUR_US
        assert care.keep_forecasts(shop, info, now) == 1
        assert care.keep_forecasts(shop, info, now + timedelta(minutes=20)) == 0
        more = cuts(ASSET, to_us(now), 24, serial="T01-7", life=72, used=48, first_part=49)
        more += cuts(ASSET, to_us(now) + 4 * HOUR_US, 2, serial="T01-8", life=72, first_part=80)
        end = from_us(to_us(now) + 5 * HOUR_US)
        write(lake_root, more, to_us(end))
        care.follow_tools(shop, source.reader(), info, end)
        score = forecast_score(shop, end)
        assert (score.scored, ToolForecast.objects.of(shop).count()) == (1, 1)
        assert score.miss_h is not None
        assert score.miss_h < 2.5
        assert {life.end for life in ToolLife.objects.of(shop).filter(tool__serial="T01-7")} == {"worn"}


def test_without_a_machines_word_the_limit_and_the_plan_tell(shop: Scope, kind: int, now: datetime) -> None:
    care.save_tool(shop, "A", "T01", life_limit=50.0)
    care.mount_tool(shop, "A", "qc-l1", "op10a", "1", now)
    care.report_usage(shop, "A", 20.0, now)
    with acting(shop):
        (due,) = tool_dues(shop, line(shop, "qc-l1"), now)
    assert (due.method, due.left, due.counted) == ("limit", 30.0, False)
    assert due.due_us is not None


def test_a_kind_counts_in_its_own_unit(shop: Scope, now: datetime, lake_root: Path) -> None:
    care.save_tool_class(shop, ToolClassWanted("T01", "Tap", 600.0, unit=LifeUnit.METRES, per_part=4.5))
    write(lake_root, cuts(ASSET, to_us(now) - HOUR_US, 4, serial="T01-7", life=100), to_us(now))
    with acting(shop):
        care.follow_tools(shop, source.reader(), line(shop, "qc-l1"), now)
        assert ToolClass.objects.of(shop).get().unit == "metres"
    assert get(shop, "T01-7").used == 18.0
