"""Auctions as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from gearpark.engines.auctions import Kind


class AuctionState(StrEnum):
    PLANNED = "planned"  # announced, or running: the rules say which
    SOLD = "sold"
    VOID = "void"
    CANCELLED = "cancelled"


class DepositState(StrEnum):
    SENT = "sent"  # the custodian is told to hold it
    HELD = "held"
    RELEASED = "released"
    FORFEITED = "forfeited"


@dataclass(frozen=True, slots=True)
class AuctionDraft:
    """What is announced. Prices a unit with VAT; ``reserve`` stays hidden. Seconds for windows.

    An English or Dutch auction is held by the seller of an offer; a reverse one by a buyer.
    """

    title: str
    kind: Kind
    product: str
    qty: Decimal
    unit: str
    start: Decimal
    step: Decimal
    opens_at: datetime
    ends_at: datetime
    hard_stop: datetime
    deposit: Decimal = Decimal(0)
    window_s: int = 300
    extend_s: int = 300
    least_bidders: int = 1
    reserve: Decimal | None = None
    floor: Decimal = Decimal(0)
    interval_s: int = 60
    ties: bool = False
    offer_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class AuctionEnded:
    """Event: an auction was sold or is void."""

    auction_id: int
    org: str
    winner: str
    price: Decimal | None
