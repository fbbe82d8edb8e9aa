"""Formula prices: the worked settlement to the cent, provisional then final once, more and less."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from tests.contexts.market.test_deals import balances
from tests.factories.market import indexed
from tests.factories.registry import scope_of, signed_in

from gearpark.base.problems import Problem
from gearpark.contexts.market.models import Settlement
from gearpark.contexts.market.queries import deals, pricing
from gearpark.contexts.market.services import money, offers, orders
from gearpark.contexts.market.services import pricing as services
from gearpark.contexts.market.types import Formula, OfferDraft, OfferInfo, Window
from gearpark.contexts.market.types.pricing import QuoteIn
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
PARK, SELLER, BUYER = scope_of("qijiang-park", park=True), scope_of("lankai"), scope_of("assembler")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
QUOTES = (
    19600,
    19470,
    19410,
    19670,
    19480,
    19440,
    19440,
    19580,
    19440,
    19440,
)  # as published for the Yangtze delta
INDEX = "changjiang-a00"


def take_in(first: date, prices: tuple[int, ...]) -> None:
    services.keep_quotes(
        PARK, [QuoteIn(INDEX, first + timedelta(days=n), Decimal(p)) for n, p in enumerate(prices)], "test"
    )


def offered(window: Window = Window.AFTER_ORDER, days: int = 10) -> OfferInfo:
    formula = Formula(INDEX, window, days, premium=Decimal(30), processing=Decimal(500))
    draft = OfferDraft(
        "B-152", "al-billet", title_en="Billet", malls=("aluminium",), unit="t", values={"alloy": "6063", "diameter_mm": "152"},
        formula=formula, lead_days=5, min_qty=Decimal("0.001"), step_qty=Decimal("0.001"),
    )  # fmt: skip
    kept = offers.save_offer(SELLER, draft)
    return offers.list_offer(SELLER, kept.id, NOW)


def shipped(qty: str = "26.348") -> int:
    key = orders.place_order(BUYER, offered().id, Decimal(qty), "k", NOW)
    for deed in ("confirm", "ship"):
        orders.move(SELLER, key, deed, NOW)
    return key


def test_the_worked_settlement_to_the_cent(firms: object) -> None:
    take_in(NOW.date() - timedelta(days=9), QUOTES)
    key = orders.place_order(BUYER, offered().id, Decimal("26.348"), "k", NOW)
    with acting(BUYER):
        row, (one,) = deals.order_row(BUYER, key), pricing.settlements(BUYER, key)
    assert (one.index_mean, one.unit_price) == (Decimal("19497.00"), Decimal("20027.00"))
    assert (row.amount, one.net, one.vat) == (Decimal("527671.40"), Decimal("466965.84"), Decimal("60705.56"))
    with acting(BUYER), pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.of(BUYER).filter(pk=one.pk).update(amount=1)


def test_without_a_quote_there_is_no_price(firms: object) -> None:
    with pytest.raises(Problem) as caught:
        orders.place_order(BUYER, offered().id, Decimal(1), "k", NOW)
    assert caught.value.code == "pricing.no_quotes"


def test_final_waits_for_its_window_and_comes_once(firms: object) -> None:
    take_in(NOW.date() - timedelta(days=9), QUOTES)
    key = shipped()
    take_in(NOW.date() + timedelta(days=1), tuple(q + 100 for q in QUOTES[:9]))
    later = NOW + timedelta(days=12)
    with pytest.raises(Problem) as caught:
        services.settle_final(BUYER, key, later)
    assert caught.value.code == "market.window_open"
    take_in(NOW.date() + timedelta(days=10), (QUOTES[9] + 100,))
    difference = services.settle_final(BUYER, key, later)
    assert difference == Decimal("2634.80")
    with acting(BUYER):
        stages = deals.stages(BUYER, key)
        assert [stage.amount for stage in stages] == [Decimal("527671.40"), Decimal("2634.80")]
        assert deals.order_row(BUYER, key).amount == Decimal("530306.20")
    with pytest.raises(Problem) as caught:
        services.settle_final(SELLER, key, later)
    assert caught.value.code == "market.settled_already"


def test_less_shortens_what_is_due_and_what_was_paid_is_credited(firms: object) -> None:
    take_in(NOW.date() - timedelta(days=9), QUOTES)
    due, paid = shipped("10"), None
    with acting(SELLER):
        offer = deals.order_row(SELLER, due).offer_id
    paid = orders.place_order(BUYER, int(offer or 0), Decimal(10), "k2", NOW)
    money.confirm(money.pay_stage(BUYER, paid, 1, NOW), "R-1", NOW)
    for scope, deed in ((SELLER, "confirm"), (SELLER, "ship"), (BUYER, "receive"), (BUYER, "accept")):
        orders.move(scope, paid, deed, NOW)
    with acting(BUYER):
        number = deals.order_row(BUYER, paid).number
    money.confirm(f"{number}-1-release", "R-2", NOW)
    take_in(NOW.date() + timedelta(days=1), tuple(q - 100 for q in QUOTES))
    later = NOW + timedelta(days=12)
    assert services.settle_final(BUYER, due, later) == Decimal("-1000.00")
    with acting(BUYER):
        assert [stage.amount for stage in deals.stages(BUYER, due)] == [Decimal("199270.00")]
    assert services.settle_final(BUYER, paid, later) == Decimal("-1000.00")
    assert money.confirm(f"{number}-credit", "R-3", later)
    assert balances()["assembler", "custody"] == Decimal(1000)


def test_the_month_of_shipment_is_over_on_the_first(firms: object) -> None:
    take_in(NOW.date() - timedelta(days=9), QUOTES)
    key = orders.place_order(BUYER, offered(Window.SHIPMENT_MONTH).id, Decimal(1), "k", NOW)
    for deed in ("confirm", "ship"):
        orders.move(SELLER, key, deed, NOW)
    with pytest.raises(Problem):
        services.settle_final(BUYER, key, datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert services.settle_final(BUYER, key, datetime(2026, 12, 1, tzinfo=UTC)) == 0


def test_a_formula_that_cannot_be_is_refused_and_quotes_are_the_park_s(firms: object) -> None:
    for formula in (Formula("", days=5), Formula(INDEX, days=0), Formula(INDEX, k=Decimal(0))):
        draft = OfferDraft(
            "X",
            "al-billet",
            title_en="x",
            malls=("aluminium",),
            unit="t",
            values={"alloy": "6063", "diameter_mm": "152"},
            formula=formula,
        )
        with pytest.raises(Problem) as caught:
            offers.save_offer(SELLER, draft)
        assert "formula" in caught.value.details["fields"]
    with pytest.raises(Problem):
        services.keep_quotes(scope_of("lankai", "market.sell"), [QuoteIn(INDEX, NOW.date(), Decimal(1))], "x")


def test_over_the_pages(firms: object) -> None:
    take_in(NOW.date() - timedelta(days=9), QUOTES)
    kept = offered()
    indexed()
    buyer = signed_in("assembler", "buyer")
    page = buyer.get(f"/market/offers/{kept.id}/").content.decode()
    assert "¥20,027.00" in page
    assert "changjiang-a00 + ¥30.00 + ¥500.00" in page
    assert "by formula" in buyer.get("/market/m/aluminium/").content.decode()
    room = buyer.post(f"/market/offers/{kept.id}/order/", {"qty": "2", "key": "x"})["Location"]
    assert "provisional" in buyer.get(room).content.decode()
    assert INDEX in buyer.get("/market/indices/").content.decode()
    assert buyer.post("/market/indices/").status_code in (302, 403)
