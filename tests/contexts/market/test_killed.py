"""kill -9 inside a step: nothing is half done, and the step done again does it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import HOME
from tests.contexts.market.test_deals import balances, stock
from tests.factories.market import gear, listed
from tests.factories.registry import organisation, scope_of

from gearpark.contexts.market.models import Auction, Entry, Order, Unindexed
from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import auctions, money, orders
from gearpark.contexts.market.types.auctions import AuctionDraft, AuctionState
from gearpark.contexts.market.types.deals import OrderState
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SELLER, BUYER, PARK = scope_of("lankai"), scope_of("assembler"), scope_of("park", park=True)
LIMIT_S = 60


def killed(*words: str) -> None:
    """The step begins in a process of its own, which dies inside it."""
    root = Path(__file__).parents[3]
    environment = {
        **os.environ,
        "GEARPARK_HOME": str(HOME),
        "PYTHONPATH": os.pathsep.join([str(root), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), *words],
        env=environment,
        cwd=root,
        timeout=LIMIT_S,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("GEARPARK_HOME", str(HOME))
    for slug in ("lankai", "assembler"):
        organisation(slug)
    return listed("lankai", gear("A-1", on_hand=Decimal(4), price=Decimal(90))).id


def test_an_order_that_died_was_never_placed_and_nothing_is_promised(offer: int) -> None:
    killed("place", "assembler", str(offer), "k")
    assert stock(offer) == (4, 0)
    with acting(PARK):
        assert not Order.objects.of(PARK).exists()
        assert Unindexed.objects.of(PARK).count() == 1
    key = orders.place_order(BUYER, offer, Decimal(1), "k", NOW)
    assert orders.place_order(BUYER, offer, Decimal(1), "k", NOW) == key
    assert stock(offer) == (4, 1)


def test_a_shipment_that_died_left_stock_state_and_record_as_they_were(offer: int) -> None:
    key = orders.place_order(BUYER, offer, Decimal(1), "k", NOW)
    orders.move(SELLER, key, "confirm", NOW)
    killed("ship", "lankai", str(key))
    with acting(SELLER):
        assert OrderState(deals.order_row(SELLER, key).state) is OrderState.CONFIRMED
        assert [entry.deed for entry in deals.entries(SELLER, key)] == ["place", "confirm"]
    assert stock(offer) == (4, 1)
    orders.move(SELLER, key, "ship", NOW)
    assert stock(offer) == (3, 0)


def test_a_confirmation_that_died_is_booked_once_when_told_again(offer: int) -> None:
    key = orders.place_order(BUYER, offer, Decimal(1), "k", NOW)
    hold = money.pay_stage(BUYER, key, 1, NOW)
    killed("confirm", hold, "BANK-1")
    with acting(PARK):
        assert not Entry.objects.of(PARK).exists()
    assert money.confirm(hold, "BANK-1", NOW)
    assert not money.confirm(hold, "BANK-1", NOW)
    assert balances()["assembler", "held"] == Decimal("90.00")


def test_an_auction_whose_end_died_is_ended_once_with_one_contract(offer: int) -> None:
    end = NOW + timedelta(hours=1)
    lot = AuctionDraft(
        "Lot", Kind.ENGLISH, "gear", Decimal(1), "piece", Decimal(100), Decimal(1), NOW, end, end
    )
    key = auctions.announce(SELLER, lot, NOW)
    auctions.join(BUYER, key, NOW)
    auctions.bid(BUYER, key, Decimal(100), NOW)
    killed("end", str(key), end.isoformat())
    with acting(PARK):
        assert Auction.objects.of(PARK).get(pk=key).state == "planned"
        assert not Order.objects.of(PARK).exists()
    for _again in range(2):
        assert auctions.end_auction(key, end) is AuctionState.SOLD
    with acting(PARK):
        assert Order.objects.of(PARK).count() == 1
