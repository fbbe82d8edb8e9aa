"""Tools followed from machine signals: counted once whatever the order of arrival, changed when the machine says so."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.models.care import CareFollow, Tool, ToolClass, ToolHour, ToolLife
from gearpark.contexts.shopfloor.queries import line, source
from gearpark.contexts.shopfloor.services.care.follow_tools import follow_tools
from gearpark.contexts.shopfloor.services.care.usage import report_usage
from gearpark.kit.tenant import acting

from .signals import MINUTE_US, cuts, write

HOUR_US = 60 * MINUTE_US
ASSET = "qc-l1-op10a"


@pytest.fixture
def kind(shop: Scope) -> ToolClass:
    with acting(shop):
        row = ToolClass(org="qichi", code="T01", name_en="Face mill", life_limit=100.0)
        row.save()
        return row


def followed(scope: Scope, now_us: int) -> int:
    return follow_tools(scope, source.reader(), line(scope, "qc-l1"), from_us(now_us))


def told(scope: Scope) -> list[tuple[str, float, str]]:
    rows = ToolLife.objects.of(scope).select_related("tool").order_by("begun_at", "tool__serial")
    return [(life.tool.serial, life.used, life.end) for life in rows]


def test_uses_are_counted_once_and_again_changes_nothing(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime
) -> None:
    start = to_us(now) - 6 * HOUR_US
    write(lake_root, cuts(ASSET, start, 12, serial="T01-7"), start + 2 * HOUR_US)
    with acting(shop):
        assert followed(shop, to_us(now)) == 1
        assert followed(shop, to_us(now)) == 0
        CareFollow.objects.of(shop).update(version=-1)
        followed(shop, to_us(now))
        tool = Tool.objects.of(shop).get()
        assert (tool.serial, tool.used, tool.place, tool.station, tool.pocket) == (
            "T01-7", 12.0, "station", "op10a", "T01"
        )  # fmt: skip
        assert tool.left_share == pytest.approx(0.89)
        assert tool.by_machine
        assert ToolHour.objects.of(shop).count() == 2
        report_usage(shop, "T01-7", 3.0, now, key="hand")
        assert Tool.objects.of(shop).get().used == 15.0


def test_a_worn_tool_that_goes_ends_its_life(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime
) -> None:
    start = to_us(now) - 10 * HOUR_US
    points = cuts(ASSET, start, 20, serial="T01-7", life=20)
    points += cuts(ASSET, start + 200 * MINUTE_US, 5, serial="T01-8", life=150, first_part=21)
    write(lake_root, points, to_us(now) - HOUR_US)
    with acting(shop):
        followed(shop, to_us(now))
        assert told(shop) == [("T01-7", 20.0, "worn"), ("T01-8", 5.0, "")]
        old = Tool.objects.of(shop).get(serial="T01-7")
        assert (old.place, old.state) == ("store", "worn")


def test_a_machine_without_serials_shows_a_change_by_its_life(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime
) -> None:
    start = to_us(now) - 10 * HOUR_US
    points = cuts(ASSET, start, 20, life=20) + cuts(
        ASSET, start + 200 * MINUTE_US, 5, life=150, first_part=21
    )
    write(lake_root, points, to_us(now) - HOUR_US)
    with acting(shop):
        followed(shop, to_us(now))
        assert [(used, end) for _serial, used, end in told(shop)] == [(20.0, "worn"), (5.0, "")]


@pytest.mark.parametrize("serials", [("T01-7", "T01-8"), ("", "")])
def test_an_outage_that_is_filled_later_gives_the_same_figures(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime, serials: tuple[str, str]
) -> None:
    """Fourteen hours in pieces: the middle arrives last, shuffled and partly twice."""
    start = to_us(now) - 14 * HOUR_US
    first, second = serials
    points = cuts(ASSET, start, 30, serial=first, life=60)
    points += cuts(ASSET, start + 300 * MINUTE_US, 30, serial=first, life=60, used=30, first_part=31)
    points += cuts(ASSET, start + 600 * MINUTE_US, 20, serial=second, life=80, first_part=61)
    edges = (start + 250 * MINUTE_US, start + 400 * MINUTE_US)
    early = [p for p in points if p[1] < edges[0]]
    missed = [p for p in points if edges[0] <= p[1] < edges[1]]
    late = [p for p in points if p[1] >= edges[1]]
    rng = random.Random(5)
    missed += missed[:20]
    rng.shuffle(missed)
    with acting(shop):
        write(lake_root, early, edges[0])
        followed(shop, edges[0])
        write(lake_root, late, to_us(now) - HOUR_US)
        followed(shop, to_us(now) - HOUR_US)
        write(lake_root, missed, to_us(now) - MINUTE_US)
        followed(shop, to_us(now))
        assert [(used, end) for _serial, used, end in told(shop)] == [(60.0, "worn"), (20.0, "")]


def test_a_tool_that_is_taken_out_half_used_keeps_its_life(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime
) -> None:
    start = to_us(now) - 12 * HOUR_US
    points = cuts(ASSET, start, 10, serial="T01-7", life=100)
    points += cuts(ASSET, start + 100 * MINUTE_US, 10, serial="T01-8", life=100, first_part=11)
    points += cuts(ASSET, start + 200 * MINUTE_US, 10, serial="T01-7", life=100, used=10, first_part=21)
    write(lake_root, points, to_us(now))
    with acting(shop):
        followed(shop, to_us(now))
        CareFollow.objects.of(shop).update(version=-1)
        followed(shop, to_us(now))
        assert told(shop) == [("T01-7", 20.0, ""), ("T01-8", 10.0, "")]
        assert Tool.objects.of(shop).get(serial="T01-8").place == "store"


def test_a_tool_nobody_knows_the_class_of_is_left_alone(
    lake_root: Path, shop: Scope, kind: ToolClass, now: datetime
) -> None:
    write(lake_root, cuts(ASSET, to_us(now) - HOUR_US, 3, tool="T42"), to_us(now))
    with acting(shop):
        assert followed(shop, to_us(now)) == 0
        assert Tool.objects.of(shop).count() == 0
