"""P = K x mean(index over a window) + premium + processing fee + grade premium + freight, settled to the cent.

Money is ``Decimal`` throughout. Rounding is half-up and said by name in every settlement: the unit price to its tick,
the amount and its VAT part to 0.01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from gearpark.base.problems import Problem

CENT = Decimal("0.01")
ROUNDING = "half-up: unit price to its tick, amount to 0.01, VAT = amount - net"
MAX_QUOTES = 400
MAX_STAGES = 20
_MONEY = ("k", "premium", "processing", "grade_premium", "freight", "cap", "floor", "tick", "vat_rate")


@dataclass(frozen=True, slots=True)
class Terms:
    """A formula as agreed. Money per tonne; ``vat_rate`` a share; ``tax_inclusive``: the price holds VAT already.

    tick    the unit price is rounded to a multiple of it
    stages  shares of the amount that fall due one after the other; they sum to 1
    """

    k: Decimal = Decimal(1)
    premium: Decimal = Decimal(0)
    processing: Decimal = Decimal(0)
    grade_premium: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    cap: Decimal | None = None
    floor: Decimal | None = None
    tick: Decimal = CENT
    vat_rate: Decimal = Decimal("0.13")
    tax_inclusive: bool = True
    stages: tuple[Decimal, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement, provisional or final; money in the currency of the quotes."""

    index_mean: Decimal
    unit_price: Decimal
    mass_t: Decimal
    amount: Decimal  # with VAT
    net: Decimal
    vat: Decimal
    stages: tuple[Decimal, ...]
    rounding: str = ROUNDING


def window_mean(quotes: Sequence[Decimal]) -> Decimal:
    """Mean of the window's quotes, to 0.01. Problem ``pricing.no_quotes``."""
    if not quotes:
        raise Problem("pricing.no_quotes", "The window holds no quote, so there is no price yet.")
    if len(quotes) > MAX_QUOTES:
        raise Problem("pricing.too_many_quotes", f"A window holds at most {MAX_QUOTES} quotes.")
    return (sum(quotes, Decimal(0)) / len(quotes)).quantize(CENT, ROUND_HALF_UP)


def settle(terms: Terms, quotes: Sequence[Decimal], mass_t: Decimal) -> Settlement:
    """Settle ``mass_t`` tonnes. Problems ``pricing.no_quotes``, ``pricing.mass``, ``pricing.price``."""
    if not mass_t.is_finite() or mass_t <= 0:
        raise Problem("pricing.mass", f"The mass is {mass_t} t; it must be above 0.")
    mean = window_mean(quotes)
    price = terms.k * mean + terms.premium + terms.processing + terms.grade_premium + terms.freight
    if terms.cap is not None:
        price = min(price, terms.cap)
    if terms.floor is not None:
        price = max(price, terms.floor)
    price = (price / terms.tick).quantize(Decimal(1), ROUND_HALF_UP) * terms.tick
    if price <= 0:
        raise Problem("pricing.price", f"The formula gives {price} a tonne; look at its premium and fees.")
    value = (price * mass_t).quantize(CENT, ROUND_HALF_UP)
    rate = 1 + terms.vat_rate
    amount = value if terms.tax_inclusive else (value * rate).quantize(CENT, ROUND_HALF_UP)
    net = (value / rate).quantize(CENT, ROUND_HALF_UP) if terms.tax_inclusive else value
    return Settlement(mean, price, mass_t, amount, net, amount - net, stage_amounts(amount, terms.stages))


def stage_amounts(amount: Decimal, stages: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Amounts of the stages; the last takes the remainder, so that they sum exactly. Problem ``pricing.stages``."""
    if not stages:
        return ()
    if len(stages) > MAX_STAGES or sum(stages) != 1 or any(share <= 0 for share in stages):
        raise Problem("pricing.stages", "The stages must be shares above 0 that sum to exactly 1.")
    first = [(amount * share).quantize(CENT, ROUND_HALF_UP) for share in stages[:-1]]
    return (*first, amount - sum(first, Decimal(0)))


def terms_from(raw: Mapping[str, Any]) -> Terms:
    """Terms out of a document whose numbers are text or JSON numbers. Problem ``pricing.document``."""
    unknown = sorted(set(raw) - {*_MONEY, "tax_inclusive", "stages"})
    if unknown:
        raise Problem("pricing.document", f"A formula has no field {unknown[0]!r}.", field=unknown[0])
    numbers: dict[str, Any] = {name: decimal(raw[name], name) for name in _MONEY if raw.get(name) is not None}
    if numbers.get("tick", CENT) <= 0 or not 0 <= numbers.get("vat_rate", Decimal(0)) < 1:
        raise Problem("pricing.document", "tick must be above 0 and vat_rate a share below 1.", field="tick")
    stages = raw.get("stages", ())
    return Terms(
        **numbers,
        tax_inclusive=bool(raw.get("tax_inclusive", True)),
        stages=tuple(decimal(share, "stages") for share in stages),
    )


def decimal(value: Any, name: str) -> Decimal:
    """A finite Decimal out of text or a JSON number. Problem ``pricing.document`` names the field."""
    try:
        made = Decimal(str(value))
    except InvalidOperation as error:
        raise Problem("pricing.document", f"{name} is {value!r}; that is no number.", field=name) from error
    if not made.is_finite():
        raise Problem("pricing.document", f"{name} is {value!r}; that is no number.", field=name)
    return made
