"""Auctions as they are read: rows, their rules and state for the engine, what a bidder sees of its own part."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.auctions import Kind, Rules, State

from ..models import Auction, AuctionSecret, Bid, Deposit


def auction_rows(scope: Scope) -> Any:
    return Auction.objects.of(scope)


def open_auctions(scope: Scope, now: datetime) -> bool:
    """Whether the firm holds an auction that has not ended."""
    return bool(Auction.objects.of(scope).filter(org=scope.org, ends_at__gt=now).exists())


def auction_row(scope: Scope, key: int) -> Auction:
    """NotFound ``market.auction_unknown``."""
    row = Auction.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("market.auction_unknown", "There is no such auction.")
    return row


def rules(row: Auction, reserve: Any = None) -> Rules:
    """The announced rules, with the hidden reserve where it is known."""
    return Rules(
        kind=Kind(row.kind), start=row.start, step=row.step, opens_at=row.opens_at, ends_at=row.announced_end, hard_stop=row.hard_stop,
        window=timedelta(seconds=row.window_s), extend=timedelta(seconds=row.extend_s), least_bidders=row.least_bidders,
        reserve=reserve, floor=row.floor, interval=timedelta(seconds=row.interval_s), ties=row.ties,
    )  # fmt: skip


def state(row: Auction, secret: AuctionSecret) -> State:
    """Where it stands, for the engine."""
    bidders = frozenset(secret.bidders)
    return State(
        ends_at=row.ends_at, best=row.best, leader=secret.leader, limit=secret.limit, bidders=bidders, bids=row.bids, taken=row.taken
    )  # fmt: skip


def deposit_of(scope: Scope, key: int) -> Deposit | None:
    """The firm's own deposit."""
    return Deposit.objects.of(scope).filter(auction_id=key, org=scope.org).first()


def own_bids(scope: Scope, key: int) -> list[Bid]:
    """The firm's own bids, newest first."""
    return list(Bid.objects.of(scope).filter(auction_id=key, org=scope.org).order_by("-number")[:50])
