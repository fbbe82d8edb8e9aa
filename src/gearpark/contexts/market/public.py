"""The door: what higher rooms and the roof may use of the market."""

from __future__ import annotations

from .queries.offers import has_part
from .services.index import LOOPS, catch_up
from .services.offers import list_offer, save_offer
from .types import OfferDraft, OfferInfo, Tier

__all__ = ["LOOPS", "OfferDraft", "OfferInfo", "Tier", "catch_up", "has_part", "list_offer", "save_offer"]
