"""Rules of one-lot auctions as a pure function: a state, a bid and its moment give the next state, or a refusal.

English: the first bid is the start price or whole steps above it, then whole steps above the best. Reverse: the
mirror, downwards. Dutch: the price falls by a step every interval; the first to take it has the lot. A best-improving
bid within the window before the end moves the end, never past the hard stop. Equal hidden limits: the earlier wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from gearpark.base.problems import Problem


class Kind(StrEnum):
    ENGLISH = "english"
    REVERSE = "reverse"
    DUTCH = "dutch"


class Outcome(StrEnum):
    """``void``: too few bidders, or the reserve price was not reached."""

    RUNNING = "running"
    SOLD = "sold"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Rules:
    """What was announced. Money a unit; ``step`` above 0.

    window     a best-improving bid at most this long before the end moves it
    extend     to this long after the bid; ``hard_stop``: never past it
    reserve    the seller's hidden least (reverse: most) price
    floor      Dutch: the price never falls below it; ``interval``: time between two falls
    ties       reverse only: whether equalling the best is taken (it does not lead)
    """

    kind: Kind
    start: Decimal
    step: Decimal
    opens_at: datetime
    ends_at: datetime
    hard_stop: datetime
    window: timedelta = timedelta(minutes=5)
    extend: timedelta = timedelta(minutes=5)
    least_bidders: int = 1
    reserve: Decimal | None = None
    floor: Decimal = Decimal(0)
    interval: timedelta = timedelta(minutes=1)
    ties: bool = False


@dataclass(frozen=True, slots=True)
class Bid:
    """``limit``: how far the house may bid for this bidder (English and reverse); None: this price only."""

    bidder: str
    price: Decimal
    at: datetime
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where an auction stands. ``limit``: the leader's hidden limit."""

    ends_at: datetime
    best: Decimal | None = None
    leader: str = ""
    limit: Decimal | None = None
    bidders: frozenset[str] = frozenset()
    bids: int = 0
    taken: bool = False  # Dutch: somebody had it


def begin(rules: Rules) -> State:
    """The state before the first bid. Problem ``auctions.rules`` names what cannot be."""
    tests = (
        (rules.step <= 0 or rules.start <= 0, "start and step are above 0"),
        (
            not rules.opens_at < rules.ends_at <= rules.hard_stop,
            "it opens before it ends, and ends by the hard stop",
        ),
        (
            rules.kind is Kind.DUTCH and not 0 < rules.floor <= rules.start,
            "the floor is above 0 and at most the start",
        ),
        (rules.least_bidders < 1, "at least one bidder is needed"),
        (
            min(rules.window, rules.extend) < timedelta(0) or rules.interval <= timedelta(0),
            "times are not negative",
        ),
    )
    for bad, why in tests:
        if bad:
            raise Problem("auctions.rules", f"The rules cannot be: {why}.", why=why)
    return State(ends_at=rules.ends_at)


def price_at(rules: Rules, now: datetime) -> Decimal:
    """Dutch: the price at a moment, the start before the opening."""
    falls = max(0, (now - rules.opens_at) // rules.interval)
    return max(rules.floor, rules.start - rules.step * falls)


def next_price(rules: Rules, state: State) -> Decimal:
    """The price the next bidder has to give at least (reverse: at most)."""
    if state.best is None:
        return rules.start
    return state.best - rules.step if rules.kind is Kind.REVERSE else state.best + rules.step


def accept(rules: Rules, state: State, bid: Bid) -> State:
    """The state after a bid. Problems ``auctions.early``, ``auctions.late``, ``auctions.taken``, ``auctions.step``,
    ``auctions.low`` (with the price that would do), ``auctions.leads`` (the leader need not outbid itself)."""
    if bid.at < rules.opens_at:
        raise Problem("auctions.early", "The auction has not opened yet.", status=409)
    if bid.at >= state.ends_at:
        raise Problem("auctions.late", "The auction has ended; the bid came too late.", status=409)
    if rules.kind is Kind.DUTCH:
        return _take(rules, state, bid)
    down = rules.kind is Kind.REVERSE
    _check_price(rules, state, bid, down)
    limit = bid.limit if bid.limit is not None else bid.price
    if (limit > bid.price) if down else (limit < bid.price):
        raise Problem("auctions.limit", "The limit is worse than the bid itself.", status=422)
    told = replace(state, bidders=state.bidders | {bid.bidder}, bids=state.bids + 1)
    if down and rules.ties and state.best is not None and bid.price == state.best:
        return told
    return _contested(rules, told, bid, limit, down)


def _check_price(rules: Rules, state: State, bid: Bid, down: bool) -> None:
    if bid.price <= 0 or (bid.price - rules.start) % rules.step:
        raise Problem(
            "auctions.step",
            f"Bid the start price {_plain(rules.start)} or whole steps of {_plain(rules.step)} from it.",
            step=_plain(rules.step),
        )
    wanted = next_price(rules, state)
    equal = down and rules.ties and state.best is not None and bid.price == state.best
    if not equal and ((bid.price > wanted) if down else (bid.price < wanted)):
        raise Problem("auctions.low", f"The next bid is {_plain(wanted)}.", status=409, wanted=_plain(wanted))
    if bid.bidder == state.leader and bid.limit is None:
        raise Problem("auctions.leads", "You lead already; nobody has outbid you.", status=409)


def _contested(rules: Rules, state: State, bid: Bid, limit: Decimal, down: bool) -> State:
    """The new bid against the leader's hidden limit: the price is what beats the loser's limit by a step."""
    sign = -1 if down else 1
    held = state.limit
    if state.best is None or bid.bidder == state.leader or held is None or sign * (bid.price - held) > 0:
        return _leads(rules, state, bid, bid.bidder, bid.price, limit)
    if sign * (limit - held) > 0:  # the newcomer goes further
        price = held + sign * rules.step
        price = price if sign * (limit - price) >= 0 else limit
        return _leads(rules, state, bid, bid.bidder, price, limit)
    price = limit + sign * rules.step  # the leader goes further, or came earlier
    price = price if sign * (held - price) >= 0 else held
    return _leads(rules, state, bid, state.leader, price, held)


def _leads(rules: Rules, state: State, bid: Bid, leader: str, price: Decimal, limit: Decimal) -> State:
    end = state.ends_at
    if bid.at >= end - rules.window:
        end = min(max(end, bid.at + rules.extend), rules.hard_stop)
    return replace(state, best=price, leader=leader, limit=limit, ends_at=end)


def _take(rules: Rules, state: State, bid: Bid) -> State:
    if state.taken:
        raise Problem("auctions.taken", "Somebody took it a moment before.", status=409)
    now = price_at(rules, bid.at)
    if bid.price < now:
        raise Problem("auctions.low", f"The price is {_plain(now)} now.", status=409, wanted=_plain(now))
    return replace(
        state,
        best=now,
        leader=bid.bidder,
        limit=now,
        bidders=state.bidders | {bid.bidder},
        bids=state.bids + 1,
        taken=True,
        ends_at=bid.at,
    )


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def outcome(rules: Rules, state: State, now: datetime) -> Outcome:
    """How it stands at a moment."""
    if now < state.ends_at:
        return Outcome.RUNNING
    if state.best is None or len(state.bidders) < rules.least_bidders:
        return Outcome.VOID
    if rules.reserve is not None and rules.kind is not Kind.DUTCH:
        missed = state.best > rules.reserve if rules.kind is Kind.REVERSE else state.best < rules.reserve
        if missed:
            return Outcome.VOID
    return Outcome.SOLD


def replay(rules: Rules, bids: Iterable[Bid]) -> tuple[State, list[tuple[Bid, str]]]:
    """The state after bids in their order, and the refused ones with the code of their refusal."""
    state, refused = begin(rules), []
    for bid in bids:
        try:
            state = accept(rules, state, bid)
        except Problem as problem:
            refused.append((bid, problem.code))
    return state, refused
