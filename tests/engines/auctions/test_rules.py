"""Auction rules: whole steps, soft close to the millisecond, hard stop, proxies, reverse and Dutch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.auctions import (
    Bid,
    Kind,
    Outcome,
    Rules,
    accept,
    begin,
    next_price,
    outcome,
    price_at,
    replay,
)

OPEN = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
END, HARD, MS = OPEN + timedelta(hours=1), OPEN + timedelta(hours=1, minutes=20), timedelta(milliseconds=1)
ENGLISH = Rules(Kind.ENGLISH, Decimal(20000), Decimal(20), OPEN, END, HARD)
REVERSE = replace(ENGLISH, kind=Kind.REVERSE)
DUTCH = replace(ENGLISH, kind=Kind.DUTCH, floor=Decimal(19500), step=Decimal(100))


def bid(who: str, price: int, at: datetime = OPEN, limit: int | None = None) -> Bid:
    return Bid(who, Decimal(price), at, None if limit is None else Decimal(limit))


def refused(rules: Rules, *bids: Bid) -> str:
    state = begin(rules)
    for one in bids[:-1]:
        state = accept(rules, state, one)
    with pytest.raises(Problem) as caught:
        accept(rules, state, bids[-1])
    return caught.value.code


def test_bids_are_whole_steps_above_the_best() -> None:
    assert refused(ENGLISH, bid("a", 19980)) == "auctions.low"
    assert refused(ENGLISH, bid("a", 20010)) == "auctions.step"
    assert refused(ENGLISH, bid("a", 20000), bid("b", 20000)) == "auctions.low"
    assert refused(ENGLISH, bid("a", 20000), bid("a", 20020)) == "auctions.leads"
    state, out = replay(ENGLISH, [bid("a", 20000), bid("b", 20040), bid("a", 20060)])
    assert (state.best, state.leader, state.bids, out) == (Decimal(20060), "a", 3, [])
    assert next_price(ENGLISH, state) == 20080


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (END - timedelta(minutes=5) - MS, END),
        (END - timedelta(minutes=5), END),
        (END - timedelta(minutes=5) + MS, END + MS),
        (END - MS, END + timedelta(minutes=5) - MS),
    ],
)
def test_a_late_best_bid_moves_the_end_by_the_millisecond(at: datetime, end: datetime) -> None:
    assert accept(ENGLISH, begin(ENGLISH), bid("a", 20000, at)).ends_at == end


def test_the_end_never_moves_past_the_hard_stop_and_nothing_is_taken_at_it() -> None:
    state, price, at = begin(ENGLISH), 20000, END - MS
    for number in range(30):
        state = accept(ENGLISH, state, bid("ab"[number % 2], price, at))
        price, at = price + 20, state.ends_at - MS
    assert state.ends_at == HARD
    with pytest.raises(Problem) as caught:
        accept(ENGLISH, state, bid("c", price, HARD))
    assert caught.value.code == "auctions.late"


@pytest.mark.parametrize(
    ("at", "code"), [(OPEN - MS, "auctions.early"), (END, "auctions.late"), (END + MS, "auctions.late")]
)
def test_before_the_opening_and_from_the_end_on_nothing_is_taken(at: datetime, code: str) -> None:
    assert refused(ENGLISH, bid("a", 20000, at)) == code


def test_a_hidden_limit_bids_for_its_owner_and_the_earlier_of_equal_ones_wins() -> None:
    state, _ = replay(ENGLISH, [bid("a", 20000, limit=20400), bid("b", 20020)])
    assert (state.best, state.leader) == (Decimal(20040), "a")
    state = accept(ENGLISH, state, bid("b", 20060, limit=20400))
    assert (state.best, state.leader) == (Decimal(20400), "a")
    state, _ = replay(ENGLISH, [bid("a", 20000, limit=20400), bid("b", 20020, limit=20800)])
    assert (state.best, state.leader, state.limit) == (Decimal(20420), "b", Decimal(20800))
    assert refused(ENGLISH, bid("a", 20040, limit=20000)) == "auctions.limit"


def test_reverse_is_the_mirror_and_ties_may_be_taken_without_leading() -> None:
    state, _ = replay(REVERSE, [bid("a", 20000), bid("b", 19960)])
    assert (state.best, state.leader, next_price(REVERSE, state)) == (Decimal(19960), "b", Decimal(19940))
    assert refused(REVERSE, bid("a", 20000), bid("b", 20000)) == "auctions.low"
    tied, _ = replay(replace(REVERSE, ties=True), [bid("a", 20000), bid("b", 20000)])
    assert (tied.leader, len(tied.bidders)) == ("a", 2)


def test_dutch_falls_by_the_clock_and_the_first_taker_has_it() -> None:
    assert price_at(DUTCH, OPEN) == 20000
    assert price_at(DUTCH, OPEN + timedelta(seconds=60) - MS) == 20000
    assert price_at(DUTCH, OPEN + timedelta(seconds=60)) == 19900
    assert price_at(DUTCH, END) == 19500
    at = OPEN + timedelta(minutes=2)
    state = accept(DUTCH, begin(DUTCH), bid("a", 19800, at))
    assert (state.best, outcome(DUTCH, state, at)) == (Decimal(19800), Outcome.SOLD)
    assert refused(DUTCH, bid("a", 19700, at)) == "auctions.low"


def test_too_few_bidders_or_a_missed_reserve_make_it_void() -> None:
    state, _ = replay(ENGLISH, [bid("a", 20000)])
    assert outcome(ENGLISH, state, END - MS) is Outcome.RUNNING
    assert outcome(ENGLISH, state, END) is Outcome.SOLD
    assert outcome(replace(ENGLISH, least_bidders=3), state, END) is Outcome.VOID
    assert outcome(replace(ENGLISH, reserve=Decimal(20020)), state, END) is Outcome.VOID
    assert outcome(replace(REVERSE, reserve=Decimal(19000)), replace(state), END) is Outcome.VOID
    assert outcome(ENGLISH, begin(ENGLISH), END) is Outcome.VOID


@pytest.mark.parametrize(
    "rules",
    [
        replace(ENGLISH, step=Decimal(0)),
        replace(ENGLISH, hard_stop=END - MS),
        replace(DUTCH, floor=Decimal(0)),
        replace(ENGLISH, least_bidders=0),
    ],
)
def test_rules_that_cannot_be_are_refused(rules: Rules) -> None:
    with pytest.raises(Problem):
        begin(rules)


BIDS = st.lists(
    st.builds(
        bid,
        st.sampled_from("abcd"),
        st.integers(990, 1060).map(lambda n: n * 20),
        st.integers(0, 5400).map(lambda s: OPEN + timedelta(seconds=s)),
        st.none() | st.integers(990, 1080).map(lambda n: n * 20),
    ),
    max_size=40,
).map(lambda bids: sorted(bids, key=lambda one: one.at))


@given(BIDS, st.sampled_from([ENGLISH, REVERSE]))
def test_price_is_monotone_the_end_is_bounded_and_the_winner_is_the_best_limit(
    bids: list[Bid], rules: Rules
) -> None:
    state, states = begin(rules), [begin(rules)]
    limits: dict[str, Decimal] = {}
    down = rules.kind is Kind.REVERSE
    for one in bids:
        try:
            state = accept(rules, state, one)
        except Problem:
            continue
        states.append(state)
        limits[one.bidder] = one.limit if one.limit is not None else one.price
    sign = -1 if down else 1
    for before, after in pairwise(states):
        assert after.ends_at >= before.ends_at
        if before.best is not None and after.best is not None:
            assert sign * (after.best - before.best) >= 0
    assert state.ends_at <= HARD
    if limits and state.limit is not None:
        assert all(sign * (state.limit - limit) >= 0 for limit in limits.values())
    assert replay(rules, bids)[0] == state
