"""What blocks a station: worn and broken tools, gauges that nobody may trust."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.factories import registry as make

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models.care import Gauge, Tool
from gearpark.contexts.shopfloor.queries.care import gauge_blocks, line_blocks, tool_blocks
from gearpark.contexts.shopfloor.services import care
from gearpark.contexts.shopfloor.types.care import Blocked
from gearpark.kit.tenant import acting


def test_a_used_up_tool_blocks_its_station_only(
    shop: Scope, tool: Callable[..., Tool], now: datetime
) -> None:
    tool()
    with acting(shop):
        assert tool_blocks(shop, "qc-l1", "op10a") == []
        assert care.report_usage(shop, "T01-1001", 60.0, now) == 60.0
        assert care.report_usage(shop, "T01-1001", 60.0, now, key="r1") == 120.0
        assert care.report_usage(shop, "T01-1001", 60.0, now, key="r1") == 120.0
        (block,) = tool_blocks(shop, "qc-l1", "op10a")
        assert (block.reason, block.key, block.value, block.limit, block.unit) == (
            Blocked.TOOL_WORN, "T01-1001", 120.0, 100.0, "parts"
        )  # fmt: skip
        assert tool_blocks(shop, "qc-l1", "op10b") == []
        assert tool_blocks(shop, "qc-l2", "op10a") == []


@pytest.mark.parametrize(
    ("added", "code"), [(-1.0, "care.number_range"), (float("nan"), "care.number_range")]
)
def test_a_report_that_cannot_be_is_refused(
    shop: Scope, tool: Callable[..., Tool], now: datetime, added: float, code: str
) -> None:
    tool()
    with pytest.raises(Problem) as caught:
        care.report_usage(shop, "T01-1001", added, now)
    assert caught.value.code == code


def test_a_strangers_tool_is_unknown(shop: Scope, tool: Callable[..., Tool], now: datetime) -> None:
    tool()
    with pytest.raises(NotFound):
        care.report_usage(make.scope_of("other"), "T01-1001", 1.0, now)


def test_an_expired_gauge_blocks_until_it_is_calibrated(
    shop: Scope, gauge: Callable[..., Gauge], now: datetime
) -> None:
    gauge(due_at=now - timedelta(days=1))
    with acting(shop):
        (block,) = gauge_blocks(shop, "qc-l1", "cmm90", now)
        assert block.reason is Blocked.GAUGE_EXPIRED
        care.calibration_check(shop, "G-001", now, 0.4, uncertainty=0.3, standard="ring R-7")
        assert gauge_blocks(shop, "qc-l1", "cmm90", now) == []
        later = now + timedelta(days=180)
        assert [b.reason for b in gauge_blocks(shop, "qc-l1", "cmm90", later)] == [Blocked.GAUGE_EXPIRED]


def test_uncertainty_counts_against_the_gauge(
    shop: Scope, gauge: Callable[..., Gauge], now: datetime
) -> None:
    gauge()
    with acting(shop):
        care.calibration_check(shop, "G-001", now, 1.9, uncertainty=0.3)
        assert [b.reason for b in line_blocks(shop, "qc-l1", now)] == [Blocked.GAUGE_FAILED]
        care.calibration_check(shop, "G-001", now + timedelta(hours=1), 1.9, as_left=0.1, uncertainty=0.3)
        assert line_blocks(shop, "qc-l1", now + timedelta(hours=1)) == []


def test_a_master_part_is_due_in_every_shift(shop: Scope, gauge: Callable[..., Gauge], now: datetime) -> None:
    gauge(master_each_shift=True)
    with acting(shop):
        assert [b.reason for b in gauge_blocks(shop, "qc-l1", "cmm90", now)] == [Blocked.MASTER_CHECK_DUE]
        care.master_check(shop, "G-001", now, 0.2)
        assert gauge_blocks(shop, "qc-l1", "cmm90", now) == []
        assert gauge_blocks(shop, "qc-l1", "cmm90", now + timedelta(hours=8)) != []
        care.master_check(shop, "G-001", now + timedelta(hours=8), 2.6)
        found = gauge_blocks(shop, "qc-l1", "cmm90", now + timedelta(hours=8))
        assert [b.reason for b in found] == [Blocked.GAUGE_FAILED]
