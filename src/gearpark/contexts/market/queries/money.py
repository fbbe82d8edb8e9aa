"""Accounts, bookings and what is due, as a firm or the park may read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from gearpark.base.scope import Scope

from ..models import Account, Entry, Order, Stage, StatementLine
from ..types.deals import OrderState, StageState

AGES = ((0, 30), (31, 60), (61, 90), (91, None))  # days past due
SME_DAYS = 60  # within which a large firm pays a small one (State Council order 802)


def accounts(scope: Scope) -> list[Account]:
    """Accounts of the firm; the park's are all."""
    return list(Account.objects.of(scope).exclude(kind="outside").order_by("org", "kind"))


def entry_rows(scope: Scope) -> Any:
    """Bookings that concern the firm."""
    rows = Entry.objects.of(scope)
    return rows if scope.park_wide else rows.filter(org=scope.org) | rows.filter(counter=scope.org)


def ageing(scope: Scope, today: date) -> list[tuple[tuple[int, int | None], Decimal, int]]:
    """Amounts due of accepted orders that were not paid in, by days since acceptance: (band, amount, stages)."""
    rows = Stage.objects.of(scope).filter(
        state=StageState.DUE.value, order__state__in=(OrderState.ACCEPTED.value, OrderState.CLOSED.value)
    )
    totals, counts = dict.fromkeys(AGES, Decimal(0)), dict.fromkeys(AGES, 0)
    for amount, moved in rows.values_list("amount", "order__moved_at"):
        days = (today - moved.date()).days
        band = next(b for b in AGES if b[1] is None or days <= b[1])
        totals[band] += amount
        counts[band] += 1
    return [(band, totals[band], counts[band]) for band in AGES]


def statement_rows(scope: Scope) -> Any:
    return StatementLine.objects.of(scope)


def order_numbers(scope: Scope, keys: list[int]) -> dict[int, str]:
    return dict(Order.objects.of(scope).filter(pk__in=keys).values_list("pk", "number"))
