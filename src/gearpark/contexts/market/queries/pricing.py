"""Quotes of indices, formulas, and the prices they give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.pricing import Settlement as Settled
from gearpark.engines.pricing import Terms, settle

from ..models import IndexQuote, Order, Settlement
from ..types import OfferInfo
from ..types.pricing import Formula, Window

MONEY = ("k", "premium", "processing", "grade_premium", "freight")
MAX_DAYS = 60


def kept_formula(formula: Formula) -> dict[str, Any]:
    """A formula as JSON keeps it."""
    return {
        "index": formula.index,
        "window": formula.window.value,
        "days": formula.days,
        **{name: str(getattr(formula, name)) for name in MONEY},
    }


def formula_of(raw: Mapping[str, Any] | None) -> Formula | None:
    if not raw:
        return None
    return Formula(
        raw["index"], Window(raw["window"]), int(raw["days"]), **{name: Decimal(raw[name]) for name in MONEY}
    )


def indices(scope: Scope) -> list[tuple[str, date, Decimal]]:
    """Every index with its newest quote."""
    rows = IndexQuote.objects.of(scope).order_by("index", "-on").distinct("index")
    return [(row.index, row.on, row.price) for row in rows]


def quotes(scope: Scope, index: str, limit: int = 400) -> list[tuple[date, Decimal]]:
    """An index's quotes, the newest first."""
    return list(
        IndexQuote.objects.of(scope).filter(index=index).order_by("-on").values_list("on", "price")[:limit]
    )


def provisional(
    scope: Scope, formula: Formula, qty: Decimal, on: date, vat_rate: Decimal
) -> tuple[Settled, list[tuple[date, Decimal]]]:
    """The price of the last quotes up to a day. Problem ``pricing.no_quotes``."""
    rows = (
        IndexQuote.objects.of(scope).filter(index=formula.index, on__lte=on).order_by("-on")[: formula.days]
    )
    used = sorted((row.on, row.price) for row in rows)
    return settle(_terms(formula, vat_rate), [price for _on, price in used], qty), used


def provisional_price(scope: Scope, offer: OfferInfo, on: date) -> Decimal | None:
    """What a unit of an offer by formula costs today; None without a formula or without quotes."""
    if offer.formula is None:
        return None
    try:
        return provisional(scope, offer.formula, offer.min_qty, on, offer.vat_rate)[0].unit_price
    except Problem:
        return None


def final(
    scope: Scope, formula: Formula, row: Order, shipped_at: datetime | None, today: date
) -> tuple[Settled, list[tuple[date, Decimal]]]:
    """The price of the agreed window once it is over. Problem ``market.window_open`` while it is not."""
    rows = IndexQuote.objects.of(scope).filter(index=formula.index)
    if formula.window is Window.AFTER_ORDER:
        chosen = rows.filter(on__gt=row.placed_at.date(), on__lte=today).order_by("on")[: formula.days]
        used = [(one.on, one.price) for one in chosen]
        over = len(used) == formula.days
    else:
        month = shipped_at.date().replace(day=1) if shipped_at else None
        used, over = [], False
        if month is not None:
            after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
            used = [(one.on, one.price) for one in rows.filter(on__gte=month, on__lt=after).order_by("on")]
            over = today >= after
    if not over:
        raise Problem(
            "market.window_open",
            "The window of the final price is not over yet, or some of its quotes are missing.",
            status=409,
        )
    return settle(_terms(formula, row.vat_rate), [price for _on, price in used], row.qty), used


def _terms(formula: Formula, vat_rate: Decimal) -> Terms:
    return Terms(
        k=formula.k,
        premium=formula.premium,
        processing=formula.processing,
        grade_premium=formula.grade_premium,
        freight=formula.freight,
        vat_rate=vat_rate,
    )


def settlements(scope: Scope, key: int) -> list[Settlement]:
    """An order's settlements, the provisional one first."""
    return list(Settlement.objects.of(scope).filter(order_id=key).order_by("final"))
