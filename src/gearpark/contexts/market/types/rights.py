"""Rights of the market."""

from __future__ import annotations

VIEW = "market.view"
SELL = "market.sell"  # list offers, quote, bid in reverse auctions
BUY = "market.buy"  # ask for quotations, order, bid
RUN = "market.run"  # the park: admit members, hold auctions, settle disputes
CUSTODY = "market.custody"  # the custodian's token: confirms instructions, delivers statements
