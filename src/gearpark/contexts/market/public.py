"""The door: what higher rooms and the roof may use of the market."""

from __future__ import annotations

from gearpark.contexts.shopfloor.public import SerialDone

from .queries.auctions import open_auctions
from .queries.deals import has_deals
from .queries.offers import has_part, stocked_offer
from .services.auctions import LOOPS as AUCTION_LOOPS
from .services.auctions import announce, on_order_moved, on_stage_held
from .services.custodian import LOOPS as CUSTODIAN_LOOPS
from .services.index import LOOPS as INDEX_LOOPS
from .services.index import catch_up
from .services.money import pay_stage
from .services.offers import list_offer, save_offer
from .services.orders import move, place_order
from .services.pricing import keep_quotes
from .services.progress import escalate_silent, on_serial_done
from .services.rfqs import ask, open_quotes, quote
from .types import Formula, OfferDraft, OfferInfo, Tier, Window
from .types.auctions import AuctionDraft, AuctionEnded
from .types.deals import OrderMoved, OrderPlaced, QuoteDraft, RfqDraft, StageHeld
from .types.pricing import QuoteIn

LOOPS = (*INDEX_LOOPS, *CUSTODIAN_LOOPS, *AUCTION_LOOPS)
LISTENERS = ((SerialDone, on_serial_done), (StageHeld, on_stage_held), (OrderMoved, on_order_moved))

__all__ = [
    "LISTENERS",
    "LOOPS",
    "AuctionDraft",
    "AuctionEnded",
    "Formula",
    "OfferDraft",
    "OfferInfo",
    "OrderMoved",
    "OrderPlaced",
    "QuoteDraft",
    "QuoteIn",
    "RfqDraft",
    "StageHeld",
    "Tier",
    "Window",
    "announce",
    "ask",
    "catch_up",
    "escalate_silent",
    "has_deals",
    "has_part",
    "keep_quotes",
    "list_offer",
    "move",
    "open_auctions",
    "open_quotes",
    "pay_stage",
    "place_order",
    "quote",
    "save_offer",
    "stocked_offer",
]
