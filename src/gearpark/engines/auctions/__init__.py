"""One-lot auctions: English, reverse and Dutch, soft close, proxy limits, reserve price."""

from .rules import Bid, Kind, Outcome, Rules, State, accept, begin, next_price, outcome, price_at, replay

__all__ = [
    "Bid",
    "Kind",
    "Outcome",
    "Rules",
    "State",
    "accept",
    "begin",
    "next_price",
    "outcome",
    "price_at",
    "replay",
]
