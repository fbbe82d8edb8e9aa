"""Deals as data: requests for quotation, quotations, orders with their stages, and the edges between their states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RfqState(StrEnum):
    """``opened``: the deadline passed and the quotations lie open; ``void``: it passed with too few of them."""

    OPEN = "open"
    OPENED = "opened"
    AWARDED = "awarded"
    VOID = "void"
    CANCELLED = "cancelled"


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    PARK = "park"


class StageState(StrEnum):
    """``held``: the custodian holds the buyer's money for it; ``released``: it went to the seller."""

    DUE = "due"
    HELD = "held"
    RELEASED = "released"
    REFUNDED = "refunded"


class StageWhen(StrEnum):
    """What has to happen before a stage may be released."""

    ORDER = "order"
    SHIPMENT = "shipment"
    ACCEPTANCE = "acceptance"
    WARRANTY = "warranty"


# (state, deed) -> (next state, who may do it); nothing else is possible
EDGES: dict[tuple[OrderState, str], tuple[OrderState, frozenset[Party]]] = {
    (OrderState.PLACED, "confirm"): (OrderState.CONFIRMED, frozenset({Party.SELLER})),
    (OrderState.PLACED, "decline"): (OrderState.CANCELLED, frozenset({Party.SELLER})),
    (OrderState.PLACED, "cancel"): (OrderState.CANCELLED, frozenset({Party.BUYER})),
    (OrderState.CONFIRMED, "ship"): (OrderState.SHIPPED, frozenset({Party.SELLER})),
    (OrderState.CONFIRMED, "cancel-agreed"): (OrderState.CANCELLED, frozenset({Party.SELLER})),
    (OrderState.SHIPPED, "receive"): (OrderState.RECEIVED, frozenset({Party.BUYER})),
    (OrderState.SHIPPED, "dispute"): (OrderState.DISPUTED, frozenset({Party.BUYER})),
    (OrderState.RECEIVED, "accept"): (OrderState.ACCEPTED, frozenset({Party.BUYER, Party.PARK})),
    (OrderState.RECEIVED, "dispute"): (OrderState.DISPUTED, frozenset({Party.BUYER})),
    (OrderState.DISPUTED, "settle"): (OrderState.ACCEPTED, frozenset({Party.BUYER, Party.PARK})),
    (OrderState.DISPUTED, "refund"): (OrderState.CLOSED, frozenset({Party.SELLER, Party.PARK})),
    (OrderState.ACCEPTED, "close"): (OrderState.CLOSED, frozenset({Party.BUYER, Party.PARK})),
}


@dataclass(frozen=True, slots=True)
class RfqDraft:
    """What a buyer asks for. ``values``: wished attribute texts of ``kind``; ``offer_id``: an offer it began from."""

    title: str
    kind: str
    qty: Decimal
    unit: str
    closes_at: datetime
    values: dict[str, str] = field(default_factory=dict)
    text: str = ""
    offer_id: int | None = None
    target_price: Decimal | None = None
    needed_on: date | None = None
    delivery: str = ""
    sealed: bool = True
    invited: tuple[str, ...] = ()
    least_quotes: int = 1
    stages: tuple[Decimal, ...] = (Decimal("0.3"), Decimal("0.3"), Decimal("0.3"), Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class QuoteDraft:
    """What a seller answers, per unit with VAT; ``landed``: freight and duty a unit on top."""

    price: Decimal
    qty: Decimal
    lead_days: int
    valid_until: date
    landed: Decimal = Decimal(0)
    values: dict[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class QuoteInfo:
    """One version of a quotation; ``sealed``: its content is not to be read yet. ``by``: the seller, or the buyer's counter-offer."""

    id: int
    rfq_id: int
    org: str
    version: int
    by: Party
    sealed: bool
    digest: str
    sent_at: datetime
    price: Decimal | None = None
    qty: Decimal | None = None
    landed: Decimal | None = None
    lead_days: int | None = None
    valid_until: date | None = None
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    @property
    def total(self) -> Decimal | None:
        """Landed cost of the whole quantity."""
        if self.price is None or self.qty is None or self.landed is None:
            return None
        return (self.price + self.landed) * self.qty


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """Event: an order came about. Higher rooms (statistics) count it."""

    order_id: int
    buyer: str
    seller: str
    kind: str
    amount_cny: Decimal


@dataclass(frozen=True, slots=True)
class StageHeld:
    """Event: the custodian holds a stage's amount."""

    order_id: int
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """Event: an order went to another state."""

    order_id: int
    buyer: str
    seller: str
    state: OrderState
    deed: str
    at: datetime
