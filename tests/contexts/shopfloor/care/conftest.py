"""A firm with one housing line, and makers of the rows care is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import Line
from gearpark.contexts.shopfloor.models.care import Gauge, GaugeClass, Tool, ToolClass
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.kit.tenant import acting

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 11:00 in the shop, first shift


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def shop(db: None) -> Scope:
    """The scope of ``qichi`` with its lines, without an open transaction."""
    make.organisation("qichi")
    scope = make.scope_of("qichi")
    with acting(scope):
        ensure_demo_lines(scope)
    return scope


@pytest.fixture
def line(shop: Scope) -> Line:
    with acting(shop):
        return Line.objects.of(shop).get(asset="qc-l1")


@pytest.fixture
def tool(shop: Scope, line: Line) -> Callable[..., Tool]:
    """Make a tool of class T01 in a pocket of OP10A (or wherever the fields say)."""

    def made(serial: str = "T01-1001", **fields: Any) -> Tool:
        with acting(shop):
            kind = ToolClass.objects.of(shop).filter(code="T01").first()
            if kind is None:
                kind = ToolClass(
                    org="qichi", code="T01", name_en="Face mill", name_zh="面铣刀", life_limit=100.0
                )
                kind.save()
            values = {"place": "station", "state": "in_use", "line": line, "station": "op10a", "pocket": "1"}
            row = Tool(org="qichi", serial=serial, tool_class=kind, mounted_at=NOW, **{**values, **fields})
            row.save()
            return row

    return made


@pytest.fixture
def gauge(shop: Scope, line: Line) -> Callable[..., Gauge]:
    """Make a bore gauge at the measuring machine, calibrated today for half a year."""

    def made(code: str = "G-001", **fields: Any) -> Gauge:
        with acting(shop):
            kind = GaugeClass.objects.of(shop).filter(code="bore").first()
            if kind is None:
                kind = GaugeClass(
                    org="qichi", code="bore", name_en="Bore gauge", unit="um", limit=2.0, every_days=180,
                    master_each_shift=fields.pop("master_each_shift", False),
                )  # fmt: skip
                kind.save()
            values = {
                "resolution": 0.1, "range_low": -50.0, "range_high": 50.0, "line": line, "station": "cmm90",
                "calibrated_at": NOW,
            }  # fmt: skip
            row = Gauge(org="qichi", code=code, gauge_class=kind, **{**values, **fields})
            row.save()
            return row

    return made
