"""The door: what higher rooms and the roof may use of the market."""

from __future__ import annotations

from gearpark.contexts.shopfloor.public import SerialDone

from .queries.deals import has_deals
from .queries.offers import has_part, stocked_offer
from .services.custodian import LOOPS as CUSTODIAN_LOOPS
from .services.index import LOOPS as INDEX_LOOPS
from .services.index import catch_up
from .services.offers import list_offer, save_offer
from .services.orders import move, place_order
from .services.progress import escalate_silent, on_serial_done
from .services.rfqs import ask, open_quotes, quote
from .types import OfferDraft, OfferInfo, Tier
from .types.deals import OrderMoved, OrderPlaced, QuoteDraft, RfqDraft

LOOPS = (*INDEX_LOOPS, *CUSTODIAN_LOOPS)
LISTENERS = ((SerialDone, on_serial_done),)

__all__ = [
    "LISTENERS",
    "LOOPS",
    "OfferDraft",
    "OfferInfo",
    "OrderMoved",
    "OrderPlaced",
    "QuoteDraft",
    "RfqDraft",
    "Tier",
    "ask",
    "catch_up",
    "escalate_silent",
    "has_deals",
    "has_part",
    "list_offer",
    "move",
    "open_quotes",
    "place_order",
    "quote",
    "save_offer",
    "stocked_offer",
]
