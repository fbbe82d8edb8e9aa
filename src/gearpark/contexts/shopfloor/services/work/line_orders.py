"""Orders and products that a line reported and nobody had planned. They are registered as seen, marked as such."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, MAX_NAME, Line, Product, Routing, WorkOrder
from ...queries.line_types import shape_of
from ...queries.work.route import line_row
from ...types.work import WORK, OrderSource, OrderStatus, RoutingStatus


def register_line_order(scope: Scope, line_asset: str, number: str, variant: str, at: datetime) -> int:
    """The id of the order of this number; made as the line's own (running) when nobody planned it."""
    require(scope, WORK)
    with acting(scope):
        return order_of_line(scope, line_row(scope, line_asset), number, variant, at).pk


def order_of_line(scope: Scope, line: Line, number: str, variant: str, at: datetime) -> WorkOrder:
    """As ``register_line_order``, giving the row with its product and line. Needs ``acting``."""
    text = number.strip()
    if not text or len(text) > MAX_CODE:
        raise Problem("work.order_number", f"An order number has 1 to {MAX_CODE} characters.")
    rows = WorkOrder.objects.of(scope).select_related("product", "line")
    found = rows.filter(org=line.org, number=text).first()
    if found is not None:
        return found
    product = product_of_line(scope, line, variant)
    routing = Routing.objects.of(scope).filter(product=product, status=RoutingStatus.RELEASED.value).first()
    made, new = WorkOrder.objects.of(scope).get_or_create(
        org=line.org,
        number=text,
        defaults={
            "product": product,
            "routing": routing,
            "line": line,
            "quantity": 1,
            "status": OrderStatus.RUNNING.value,
            "source": OrderSource.LINE.value,
            "released_at": at,
            "started_at": at,
        },
    )
    if new:
        after = {"line": line.asset, "product": product.code, "source": "line"}
        record(scope, "work.order_registered", "order", text, None, after, org=line.org)
    return made


def product_of_line(scope: Scope, line: Line, variant: str) -> Product:
    """The product of a variant on this kind of line; an unknown one is registered with the template's names."""
    kind = shape_of(line)
    word = variant.strip()[:MAX_CODE]
    known = (
        Product.objects.of(scope)
        .filter(org=line.org, line_type=line.template, variant=word)
        .order_by("-active", "pk")
        .first()
    )
    if known is not None:
        return known
    named = next((item for item in kind.variants if item.code == word), None)
    made, new = Product.objects.of(scope).get_or_create(
        org=line.org,
        code=(word or line.template)[:MAX_CODE],
        defaults={
            "line_type": line.template,
            "variant": word,
            "name_en": (named.title_en if named else word or kind.title_en)[:MAX_NAME],
            "name_zh": (named.title_zh if named else "" if word else kind.title_zh)[:MAX_NAME],
        },
    )
    if new:
        after = {"line_type": line.template, "variant": word, "source": "line"}
        record(scope, "work.product_registered", "product", made.code, None, after, org=line.org)
    return made
