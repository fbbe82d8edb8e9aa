"""Real concurrency on PostgreSQL behind a barrier: nothing is oversold, ordered twice, booked twice or won twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from tests.contexts.market.test_deals import balances, stock
from tests.factories.market import gear, listed
from tests.factories.registry import organisation, scope_of

from gearpark.base.problems import Problem
from gearpark.contexts.market.models import Bid, Order
from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import auctions, money, orders
from gearpark.contexts.market.types.auctions import AuctionDraft
from gearpark.contexts.market.types.deals import OrderState
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
THREADS = 10


def together(work: Callable[[int], Any], count: int = THREADS) -> list[Any]:
    """What ``count`` threads get that begin at one moment: answers, or the codes of their problems."""
    barrier, told = threading.Barrier(count), [None] * count

    def one(number: int) -> None:
        barrier.wait()
        try:
            told[number] = work(number)
        except Problem as problem:
            told[number] = problem.code  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.fixture
def offer() -> int:
    organisation("lankai")
    for number in range(THREADS):
        organisation(f"buyer-{number}")
    return listed("lankai", gear("A-1", on_hand=Decimal(4), lead_days=None, price=Decimal(90))).id


def test_the_last_pieces_go_once(offer: int) -> None:
    told = together(lambda n: orders.place_order(scope_of(f"buyer-{n}"), offer, Decimal(1), "k", NOW))
    assert told.count("market.out_of_stock") == THREADS - 4
    assert stock(offer) == (4, 4)
    park = scope_of("park", park=True)
    with acting(park):
        assert sum(order.qty for order in Order.objects.of(park)) == 4


def test_one_key_sent_many_times_at_once_is_one_order(offer: int) -> None:
    told = together(lambda n: orders.place_order(scope_of("buyer-0"), offer, Decimal(1), "same", NOW))
    assert len(set(told)) == 1
    assert stock(offer) == (4, 1)


def test_an_order_is_moved_once_when_many_press_at_once(offer: int) -> None:
    key = orders.place_order(scope_of("buyer-0"), offer, Decimal(1), "k", NOW)
    told = together(lambda n: orders.move(scope_of("lankai"), key, "confirm" if n % 2 else "decline", NOW))
    assert told.count("market.deed_not_now") == THREADS - 1
    (state,) = {one for one in told if one != "market.deed_not_now"}
    with acting(scope_of("lankai")):
        assert deals.order_row(scope_of("lankai"), key).state == state
        record = deals.entries(scope_of("lankai"), key)
    assert [entry.number for entry in record] == [1, 2]
    assert stock(offer) == (4, 1 if state is OrderState.CONFIRMED else 0)


def test_a_confirmation_told_many_times_at_once_is_booked_once(offer: int) -> None:
    key = orders.place_order(scope_of("buyer-0"), offer, Decimal(1), "k", NOW)
    hold = money.pay_stage(scope_of("buyer-0"), key, 1, NOW)
    told = together(lambda n: money.confirm(hold, f"R-{n}", NOW))
    assert sorted(told) == [False] * (THREADS - 1) + [True]
    assert balances()["buyer-0", "held"] == Decimal("90.00")


def test_of_equal_bids_at_one_moment_one_is_taken_and_the_ladder_has_no_gap(offer: int) -> None:
    lot = AuctionDraft("Lot", Kind.ENGLISH, "gear", Decimal(1), "piece", Decimal(100), Decimal(1), NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2))  # fmt: skip
    key = auctions.announce(scope_of("lankai"), lot, NOW)
    bidders = [scope_of(f"buyer-{n}") for n in range(THREADS)]
    for bidder in bidders:
        auctions.join(bidder, key, NOW)
    for price in (100, 101, 102):
        told = together(lambda n, price=price: auctions.bid(bidders[n], key, Decimal(price), NOW))  # type: ignore[misc]
        assert sum(one == Decimal(price) for one in told) == 1
    park = scope_of("park", park=True)
    with acting(park):
        bids = list(Bid.objects.of(park).filter(auction_id=key).order_by("number"))
    assert [bid.number for bid in bids] == [1, 2, 3]
    assert [bid.price for bid in bids] == [100, 101, 102]
