"""Formula prices as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Window(StrEnum):
    """Which quotes the final price averages: the first n after the order, or all of the month of shipment."""

    AFTER_ORDER = "after_order"
    SHIPMENT_MONTH = "shipment_month"


@dataclass(frozen=True, slots=True)
class Formula:
    """P = K x mean(index over the window) + premium + processing + grade premium + freight, a unit with VAT.

    days  of AFTER_ORDER, and of the provisional price: the last quotes before the order
    """

    index: str
    window: Window = Window.AFTER_ORDER
    days: int = 5
    k: Decimal = Decimal(1)
    premium: Decimal = Decimal(0)
    processing: Decimal = Decimal(0)
    grade_premium: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuoteIn:
    """One quote of an index."""

    index: str
    on: date
    price: Decimal
