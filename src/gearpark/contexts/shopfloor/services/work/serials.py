"""Giving serials: one number, one part. The counter's row lock serialises operators; the database refuses a second."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting, require

from ...models import Serial, WorkOrder
from ...models.work import DEFAULT_PATTERN, MAX_SERIAL
from ...queries.work.route import route
from ...types.work import OPEN_ORDERS, WORK, OrderStatus, SerialStatus, Tracking

MAX_ISSUE = 5_000  # serials of one call
MAX_TRIES = 50  # rounds past numbers that machines gave already
_FIELD = re.compile(r"\{(line|order|product|yymmdd|yyyymmdd|yy|yyyy|mm|dd|seq)(?::0(\d{1,2}))?\}")
_PLAIN = re.compile(r"[A-Za-z0-9._/\- ]*")


def check_pattern(pattern: str) -> str:
    """The pattern if it gives one serial per number, else Problem ``work.pattern``."""
    fields = _FIELD.findall(pattern)
    good = (
        [name for name, _width in fields].count("seq") == 1
        and all(not width or (name == "seq" and 1 <= int(width) <= 12) for name, width in fields)
        and _PLAIN.fullmatch(_FIELD.sub("", pattern)) is not None
    )
    if not good:
        raise Problem(
            "work.pattern",
            "A serial pattern has {seq} exactly once and may use {line}, {order}, {product}, {yymmdd}, {yyyymmdd}, "
            "{yy}, {yyyy}, {mm}, {dd}, letters, digits and . _ / -.",
        )
    return pattern


def fill_pattern(pattern: str, order: WorkOrder, at: datetime) -> tuple[str, str, int]:
    """(text before the number, text after it, digits). The date is the site's local date."""
    local = timezone.localtime(at)
    words = {
        "line": order.line.asset,
        "order": order.number,
        "product": order.product.code,
        "yymmdd": f"{local:%y%m%d}",
        "yyyymmdd": f"{local:%Y%m%d}",
        "yy": f"{local:%y}",
        "yyyy": f"{local:%Y}",
        "mm": f"{local:%m}",
        "dd": f"{local:%d}",
    }
    parts: list[str] = ["", ""]
    side, digits, end = 0, 1, 0
    for found in _FIELD.finditer(pattern):
        parts[side] += pattern[end : found.start()]
        end = found.end()
        if found[1] == "seq":
            side, digits = 1, int(found[2] or 1)
        else:
            parts[side] += words[found[1]]
    parts[side] += pattern[end:]
    return parts[0], parts[1], digits


def issue_serials(scope: Scope, order_id: int, count: int, at: datetime) -> list[Serial]:
    """Give ``count`` new serials of a released order. Problems ``work.order_*``, ``work.serials_*``."""
    require(scope, WORK)
    if not 1 <= count <= MAX_ISSUE:
        raise Problem("work.issue_range", f"Give 1 to {MAX_ISSUE} serials at a time.")
    with acting(scope):
        order = locked_order(scope, order_id)
        if order.product.tracking != Tracking.SERIAL:
            raise Problem(
                "work.counted_only",
                f"Order {order.number} counts pieces; its parts carry no serials.",
                status=409,
            )
        if order.status not in OPEN_ORDERS and order.status != OrderStatus.DONE:
            raise Problem(
                "work.order_not_open",
                f"Order {order.number} is {order.status}; release it before parts are started.",
                status=409,
                order=order.number,
                status_word=order.status,
            )
        left = order.quantity - order.serials_issued
        if count > left:
            raise Problem(
                "work.order_all_issued",
                f"Order {order.number} has {max(left, 0)} serials left of {order.quantity}; raise its quantity for more.",
                status=409,
                order=order.number,
                left=max(left, 0),
                quantity=order.quantity,
            )
        ops = route(scope, order).ops
        made = [
            Serial(
                org=order.org,
                serial=text,
                product=order.product,
                order=order,
                lot=order.lot,
                status=SerialStatus.OPEN.value,
                next_op=ops[0] if ops else None,
                begun_at=at,
            )
            for text in _numbers(scope, order, count, at)
        ]
        Serial.objects.of(scope).bulk_create(made)
        order.serials_issued += count
        order.save(update_fields=["serials_issued", "changed_at"])
        return made


def locked_order(scope: Scope, order_id: int) -> WorkOrder:
    """The order's row under lock, with product and line; NotFound ``work.order_unknown``."""
    order = (
        WorkOrder.objects.of(scope)
        .select_related("product", "line")
        .filter(pk=order_id)
        .select_for_update(of=("self",))
        .first()
    )
    if order is None:
        raise NotFound("work.order_unknown", "There is no such order that you may see.")
    return order


def _numbers(scope: Scope, order: WorkOrder, count: int, at: datetime) -> list[str]:
    """The next free texts; numbers that a machine gave already are skipped."""
    before, after, digits = fill_pattern(order.product.serial_pattern or DEFAULT_PATTERN, order, at)
    found: list[str] = []
    for _try in range(MAX_TRIES):
        need = count - len(found)
        last = _take(order.org, f"{before}#{after}", need)
        texts = [f"{before}{number:0{digits}d}{after}" for number in range(last - need + 1, last + 1)]
        if len(texts[-1]) > MAX_SERIAL:
            raise Problem("work.serial_too_long", f"{texts[-1]} is longer than {MAX_SERIAL} characters.")
        taken = _taken(scope, order.org, texts)
        found += [text for text in texts if text not in taken]
        if len(found) == count:
            return found
    raise Problem(
        "work.serials_taken", "The numbers of this pattern are used up; change the pattern.", status=409
    )


def _take(org: str, prefix: str, count: int) -> int:
    """Move the counter on and return its last number; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_serial_counter (org, prefix, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (org, prefix) DO UPDATE SET last = shopfloor_serial_counter.last + EXCLUDED.last"
            " RETURNING last",
            [org, prefix, count],
        )
        return int(cursor.fetchone()[0])


def _taken(scope: Scope, org: str, texts: Iterable[str]) -> set[str]:
    return set(
        Serial.objects.of(scope).filter(org=org, serial__in=list(texts)).values_list("serial", flat=True)
    )
