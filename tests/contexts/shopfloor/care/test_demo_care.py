"""The demo's care: stored once, marked illustrative, and it works."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import Line
from gearpark.contexts.shopfloor.models.care import Gauge, MaintenancePlan, SparePart, ToolClass
from gearpark.contexts.shopfloor.queries.care.due import due_items
from gearpark.contexts.shopfloor.services import care
from gearpark.contexts.shopfloor.services.demo_care import ensure_demo_care
from gearpark.kit.tenant import acting


def test_the_demo_is_stored_once(shop: Scope, now: datetime) -> None:
    with acting(shop):
        Line.objects.of(shop).exclude(asset__in=["qc-l1", "qc-l2"]).delete()
    first = ensure_demo_care(shop, now, org="qichi")
    assert ensure_demo_care(shop, now, org="qichi") == first
    assert min(first.values()) >= 4
    with acting(shop):
        for model in (ToolClass, Gauge, MaintenancePlan, SparePart):
            assert set(model.objects.of(shop).values_list("illustrative", flat=True)) == {True}
        opened = care.open_due_jobs(shop, now)
        assert opened
        items = due_items(shop, now)
        assert {item.kind for item in items} == {"gauge", "plan", "job"} or {"gauge", "job"} <= {
            i.kind for i in items
        }
        assert any(item.late for item in items)
