"""Pages of orders and work on the demo shop: open, fit, accessible, in both languages, themes and widths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.looks import assert_sound
from tests.browser.work_shop import boss, shop_at_work

from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor.models import Instruction, Product, Program, Routing, Serial, WorkOrder
from gearpark.contexts.shopfloor.services import work
from gearpark.kit.tenant import acting

FIXED = {
    "orders": "/orders/",
    "order-new": "/orders/new/",
    "order-import": "/orders/import/",
    "queue": "/orders/queue/",
    "products": "/orders/products/",
    "product-new": "/orders/products/new/",
    "programs": "/orders/programs/",
    "program-new": "/orders/programs/new/",
    "operators": "/orders/operators/",
    "skills": "/orders/operators/skills/",
    "held": "/orders/held/",
    "terminals": "/terminal/",
}
BY_ROW = (
    "order",
    "order-edit",
    "order-close",
    "order-split",
    "product",
    "routing",
    "routing-edit",
    "routing-compare",
    "instructions",
    "instruction",
    "instruction-edit",
    "program",
    "operator",
    "decide-held",
    "decide-scrap",
    "decide-open",
)


def seed() -> None:
    """The shop at work, with drafts to look at."""
    shop_at_work()
    scope = boss()
    with acting(scope):
        product = Product.objects.of(scope).get(code="H12-M").pk
    work.draft_routing(scope, product)
    work.draft_instruction(scope, product, 10)


def address(name: str) -> str:
    """The address of a page that shows one row."""
    scope = boss()
    with acting(scope):
        order = WorkOrder.objects.of(scope).get(number="WO-DEMO")
        product = order.product_id
        draft = Routing.objects.of(scope).get(product_id=product, status="draft").pk
        text = Instruction.objects.of(scope).filter(product_id=product, op=10)
        parts = Serial.objects.of(scope).filter(order=order)
        person = next(item.id for item in registry.people(scope, "qichi") if item.sign_in == "operator")
        found: dict[str, Any] = {
            "order": f"/orders/{order.pk}/",
            "order-edit": f"/orders/{order.pk}/edit/",
            "order-close": f"/orders/{order.pk}/close/",
            "order-split": f"/orders/{order.pk}/split/",
            "product": f"/orders/products/{product}/",
            "routing": f"/orders/routings/{order.routing_id}/",
            "routing-edit": f"/orders/routings/{draft}/edit/",
            "routing-compare": f"/orders/routings/{order.routing_id}/compare/{draft}/",
            "instructions": f"/orders/products/{product}/instructions/80/",
            "instruction": f"/orders/instructions/{text.get(status='released').pk}/",
            "instruction-edit": f"/orders/instructions/{text.get(status='draft').pk}/edit/",
            "program": f"/orders/programs/{Program.objects.of(scope).order_by('name')[0].pk}/",
            "operator": f"/orders/operators/{person}/",
            "decide-held": f"/orders/held/{parts.get(status='held').pk}/",
            "decide-scrap": f"/orders/held/{parts.filter(status='scrap')[0].pk}/",
            "decide-open": f"/orders/held/{parts.filter(status='open', next_op=40)[0].pk}/?station=op40b",
        }
    return str(found[name])


@pytest.mark.parametrize("name", [*FIXED, *BY_ROW])
def test_page(open_page: Callable[..., Page], name: str) -> None:
    path = FIXED.get(name) or (lambda: address(name))
    page = open_page(path, org="qichi", role="firm-admin", seed=seed, shared=True)
    assert_sound(page, name)
