"""Auctions in the room: deposits first, bids by the rules, the contract automatic, deposits freed or forfeited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.contexts.market.test_deals import balances, stock
from tests.factories.market import gear, listed
from tests.factories.registry import scope_of

from gearpark.base.problems import Forbidden, Problem
from gearpark.config.wiring import bind_all
from gearpark.contexts.market.models import Auction, Bid
from gearpark.contexts.market.queries import auctions as queries
from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import auctions, money, orders
from gearpark.contexts.market.services.custodian import carry_out
from gearpark.contexts.market.types.auctions import AuctionDraft, AuctionState, DepositState
from gearpark.contexts.market.types.deals import OrderState
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
HOST, A, B = scope_of("lankai"), scope_of("hengze"), scope_of("assembler")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
END, HARD = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
LOT = AuctionDraft(
    "Al99.70, 100 t", Kind.ENGLISH, "al-ingot", Decimal(100), "t", Decimal(20000), Decimal(20), NOW, END, HARD, deposit=Decimal(3000)
)  # fmt: skip


@pytest.fixture(autouse=True)
def custodian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEARPARK_CUSTODIAN", "simulated")
    bind_all()


def joined(lot: AuctionDraft = LOT, *bidders: Any) -> int:
    """An auction that both have joined, deposits held."""
    key = auctions.announce(HOST, lot, NOW)
    for bidder in bidders or (A, B):
        auctions.join(bidder, key, NOW)
    carry_out(NOW)
    return key


def test_no_bid_without_a_held_deposit(firms: object) -> None:
    key = auctions.announce(HOST, LOT, NOW)
    assert auctions.join(A, key, NOW) is DepositState.SENT
    assert auctions.join(A, key, NOW) is DepositState.SENT
    with pytest.raises(Problem) as caught:
        auctions.bid(A, key, Decimal(20000), NOW)
    assert caught.value.code == "market.deposit_missing"
    carry_out(NOW)
    assert auctions.bid(A, key, Decimal(20000), NOW) == 20000
    with pytest.raises(Problem):
        auctions.join(HOST, key, NOW)
    with pytest.raises(Forbidden):
        auctions.join(scope_of("hengze", "market.view"), key, NOW)


def test_two_bidders_a_soft_close_and_an_automatic_contract(firms: object) -> None:
    key = joined()
    auctions.bid(A, key, Decimal(20000), NOW)
    auctions.bid(B, key, Decimal(20020), END - timedelta(seconds=1))
    with acting(A):
        assert queries.auction_row(A, key).ends_at == END + timedelta(seconds=299)
    assert auctions.end_auction(key, END) is AuctionState.PLANNED
    auctions.bid(A, key, Decimal(20040), END + timedelta(seconds=1))
    over = END + timedelta(seconds=301)
    with pytest.raises(Problem) as caught:
        auctions.bid(B, key, Decimal(20060), over)
    assert caught.value.code == "auctions.late"
    assert auctions.end_auction(key, over) is AuctionState.SOLD
    assert auctions.end_auction(key, over) is AuctionState.SOLD
    with acting(A):
        order = deals.order_rows(A).get()
    assert (order.org, order.seller, order.amount) == ("hengze", "lankai", Decimal("2004000.00"))
    carry_out(over)
    assert deposits() == {"hengze": "held", "assembler": "released"}
    money.pay_stage(A, order.pk, 1, over)
    carry_out(over)
    carry_out(over)
    assert deposits() == {"hengze": "released", "assembler": "released"}
    assert balances()["assembler", "held"] == 0


def deposits() -> dict[str, str]:
    from gearpark.contexts.market.models import Deposit

    park = scope_of("park", park=True)
    with acting(park):
        return dict(Deposit.objects.of(park).values_list("org", "state"))


def test_a_winner_who_lets_the_contract_down_forfeits(firms: object) -> None:
    key = joined()
    auctions.bid(A, key, Decimal(20000), NOW)
    auctions.end_auction(key, END)
    with acting(A):
        order = deals.order_rows(A).get()
    assert orders.move(A, order.pk, "cancel", END) is OrderState.CANCELLED
    carry_out(END)
    assert deposits()["hengze"] == "forfeited"
    assert balances()["lankai", "custody"] == 3000


def test_void_and_cancelled_auctions_give_every_deposit_back(firms: object) -> None:
    key = joined(replace(LOT, least_bidders=2, reserve=Decimal(30000)))
    auctions.bid(A, key, Decimal(20000), NOW)
    with pytest.raises(Problem):
        auctions.cancel_auction(HOST, key, NOW)
    assert auctions.end_auction(key, END) is AuctionState.VOID
    other = joined()
    auctions.cancel_auction(HOST, other, NOW)
    carry_out(END)
    with acting(HOST), connection.cursor() as cursor:
        assert queries.auction_row(HOST, other).state == "cancelled"
        cursor.execute("SELECT count(*) FROM market_auction_secret")
        assert cursor.fetchone() == (0,)
    assert set(deposits().values()) == {"released"}


def test_dutch_ends_with_its_first_taker(firms: object) -> None:
    key = joined(replace(LOT, kind=Kind.DUTCH, step=Decimal(100), floor=Decimal(19000)))
    at = NOW + timedelta(minutes=3)
    assert auctions.bid(B, key, Decimal(19700), at) == 19700
    with acting(A):
        assert queries.auction_row(A, key).state == "sold"
    with pytest.raises(Problem):
        auctions.bid(A, key, Decimal(19700), at)


def test_a_reverse_auction_is_a_buyer_s_and_the_lowest_seller_wins(firms: object) -> None:
    key = joined(replace(LOT, kind=Kind.REVERSE, deposit=Decimal(0)))
    auctions.bid(A, key, Decimal(20000), NOW)
    auctions.bid(B, key, Decimal(19800), NOW)
    auctions.end_auction(key, END)
    with acting(HOST):
        order = deals.order_rows(HOST).get()
    assert (order.org, order.seller, order.price) == ("lankai", "assembler", Decimal(19800))


def test_bids_never_change_and_are_the_bidder_s_alone_while_it_runs(firms: object) -> None:
    key = joined()
    auctions.bid(A, key, Decimal(20000), NOW, limit=Decimal(20400))
    auctions.bid(B, key, Decimal(20020), NOW)
    with acting(A):
        (own,) = queries.own_bids(A, key)
        assert own.limit == 20400
        with pytest.raises(DatabaseError), transaction.atomic():
            Bid.objects.of(A).filter(pk=own.pk).update(price=1)
    for scope, seen in ((HOST, 0), (B, 1)):
        with acting(scope):
            assert Bid.objects.of(scope).filter(auction_id=key).count() == seen
            row = Auction.objects.of(scope).get(pk=key)
    assert (row.best, row.ladder[0]["alias"], row.bidders) == (Decimal(20040), 1, 2)


def test_wrong_auctions_are_refused(firms: object) -> None:
    for wrong in (
        replace(LOT, ends_at=NOW),
        replace(LOT, qty=Decimal(0)),
        replace(LOT, step=Decimal(0)),
        replace(LOT, hard_stop=NOW + timedelta(days=40)),
        replace(LOT, title=""),
    ):
        with pytest.raises(Problem):
            auctions.announce(HOST, wrong, NOW)


def test_a_lot_out_of_stock_is_in_one_sale_at_a_time(firms: object) -> None:
    offer = listed("lankai", gear("A-1", on_hand=Decimal(10), lead_days=None, price=Decimal(90)))
    lot = replace(LOT, product="gear", unit="piece", qty=Decimal(8), offer_id=offer.id, deposit=Decimal(0))
    key = joined(lot)
    assert stock(offer.id) == (10, 8)
    with pytest.raises(Problem) as caught:
        orders.place_order(B, offer.id, Decimal(3), "k", NOW)
    assert caught.value.code == "market.out_of_stock"
    auctions.end_auction(key, END)
    assert stock(offer.id) == (10, 0)
    again = joined(lot)
    auctions.bid(A, again, Decimal(20000), NOW)
    auctions.end_auction(again, END)
    assert stock(offer.id) == (10, 8)
    with acting(A):
        order = deals.order_rows(A).get()
    for deed in ("confirm", "ship"):
        orders.move(HOST, order.pk, deed, END)
    assert stock(offer.id) == (2, 0)
    third = joined(replace(lot, qty=Decimal(2)))
    assert stock(offer.id) == (2, 2)
    auctions.cancel_auction(HOST, third, NOW)
    assert stock(offer.id) == (2, 0)
