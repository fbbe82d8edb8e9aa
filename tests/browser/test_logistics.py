"""Pages of logistics on the demo shop: open, fit, accessible, in both languages, themes and widths; the live map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.logistics_shop import shop_under_way
from tests.browser.looks import assert_sound
from tests.factories import registry as make

from gearpark.contexts.shopfloor.models.moves import (
    Carrier,
    Place,
    Rule,
    Shipment,
    ShippingUnit,
    Task,
    Vehicle,
)
from gearpark.contexts.shopfloor.types.moves import Means, TaskState
from gearpark.kit.tenant import acting

FIXED = {
    "shop": "/logistics/",
    "tasks": "/logistics/tasks/",
    "task-new": "/logistics/tasks/new/",
    "floor": "/logistics/floor/",
    "vehicles": "/logistics/vehicles/",
    "look": "/logistics/vehicles/look/",
    "carriers": "/logistics/carriers/",
    "carriers-new": "/logistics/carriers/new/",
    "places": "/logistics/places/",
    "place-new": "/logistics/places/new/",
    "wip": "/logistics/wip/",
    "rules": "/logistics/rules/",
    "rule-new": "/logistics/rules/new/",
    "units": "/logistics/units/",
    "packing": "/logistics/packing/",
    "shipments": "/logistics/shipments/",
    "shipment-new": "/logistics/shipments/new/",
    "site": "/logistics/site/",
}
BY_ROW = (
    "task-agv",
    "task-person",
    "task-cancelled",
    "vehicle",
    "carrier",
    "place",
    "place-line",
    "place-edit",
    "rule",
    "unit-open",
    "unit-closed",
    "label",
    "shipment-draft",
    "shipment-sent",
)


def address(name: str) -> str:
    """The address of a page that shows one row."""
    scope = make.scope_of("qichi")
    with acting(scope):
        tasks, units = Task.objects.of(scope), ShippingUnit.objects.of(scope)
        places, sent = Place.objects.of(scope), Shipment.objects.of(scope)
        under_way = tasks.filter(means=Means.AGV.value, vehicle__isnull=False).order_by("pk")[0]
        by_person = tasks.filter(means=Means.PERSON.value, state=TaskState.NEW.value)[0]
        closed = units.get(state="closed").sscc
        found: dict[str, Any] = {
            "task-agv": f"tasks/{under_way.number}/",
            "task-person": f"tasks/{by_person.number}/",
            "task-cancelled": f"tasks/{tasks.get(state='cancelled').number}/",
            "vehicle": f"vehicles/{Vehicle.objects.of(scope).order_by('name')[0].pk}/",
            "carrier": f"carriers/{Carrier.objects.of(scope).filter(items__isnull=False)[0].pk}/",
            "place": f"places/{places.get(code='blank-store').pk}/",
            "place-line": f"places/{places.get(code='qc-l1-out').pk}/",
            "place-edit": f"places/{places.get(code='dock').pk}/edit/",
            "rule": f"rules/{Rule.objects.of(scope).order_by('pk')[0].pk}/",
            "unit-open": f"units/{units.get(state='open').sscc}/",
            "unit-closed": f"units/{closed}/",
            "label": f"units/{closed}/label/",
            "shipment-draft": f"shipments/{sent.get(state='draft').number}/",
            "shipment-sent": f"shipments/{sent.get(state='sent').number}/",
        }
    return f"/logistics/{found[name]}"


@pytest.mark.parametrize("name", [*FIXED, *BY_ROW])
def test_page(open_page: Callable[..., Page], name: str) -> None:
    path = FIXED.get(name) or (lambda: address(name))
    page = open_page(path, org="qichi", role="firm-admin", seed=shop_under_way, shared=True)
    assert_sound(page, name)
