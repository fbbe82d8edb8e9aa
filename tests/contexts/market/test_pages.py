"""The market's pages: a seller lists and is corrected, a buyer finds, asks, awards, orders; nobody sees too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.market import GEAR, gear, indexed, listed
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import orders, rfqs
from gearpark.contexts.market.types.deals import QuoteDraft, RfqDraft
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
FORM = {
    "part_no": "P-1", "title_en": "Helical gear", "malls": ["gears"], "price": "90", "currency": "CNY", "unit": "piece", "vat": "13",
    "min_qty": "1", "step_qty": "1", "on_hand": "25", "lead_days": "10", **{f"v-{key}": value for key, value in GEAR.items()},
}  # fmt: skip


@pytest.fixture
def seller(firms: object) -> Client:
    return signed_in("lankai", "seller")


@pytest.fixture
def buyer(firms: object) -> Client:
    return signed_in("assembler", "buyer")


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_seller_lists_a_gear_and_is_corrected(seller: Client, buyer: Client) -> None:
    checked = seller.post("/market/sell/check/gear/", {**FORM, "v-tip_mm": "75"})
    assert "not what the parameters give" in text(checked)
    assert "69.917" in text(checked)
    made = seller.post("/market/sell/new/?kind=gear", {**FORM, "v-tip_mm": "75"})
    assert made.status_code == 302
    refused = seller.post(made["Location"] + "do/", {"what": "list"}, follow=True)
    assert "Engineering refuses the offer" in text(refused)
    base = {"base": "1"}
    assert seller.post(made["Location"], {**FORM, **base, "v-tip_mm": "69.917"}).status_code == 302
    done = seller.post(made["Location"] + "do/", {"what": "list"}, follow=True)
    assert "Listed" in text(done)
    indexed()
    found = buyer.get("/market/m/gears/?q=m3+z20")
    assert "Helical gear" in text(found)
    assert "1 offer" in text(found)


def test_what_is_wrong_stands_beside_its_field(seller: Client) -> None:
    page = text(seller.post("/market/sell/new/?kind=gear", {**FORM, "v-teeth": "20.5", "price": "-1"}))
    assert "give a whole number" in page
    assert "A price is above 0" in page


def test_a_store_page_takes_the_same_number_of_queries_whatever_it_shows(
    buyer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    listed("lankai", gear("A-0"))
    indexed()
    buyer.get("/market/m/gears/")
    with django_assert_num_queries(19) as first:
        buyer.get("/market/m/gears/")
    for number in range(1, 9):
        listed("hengze" if number % 2 else "lankai", gear(f"A-{number}"))
    indexed()
    with django_assert_num_queries(len(first.captured_queries)):
        assert "9 offers" in text(buyer.get("/market/m/gears/?page=1"))


@pytest.mark.parametrize(
    "path",
    ["/market/", "/market/m/aluminium/", "/market/compare/", "/market/searches/", "/market/rfqs/", "/market/rfqs/?side=asked",
     "/market/orders/", "/market/orders/?side=seller", "/market/ask/", "/market/ask/?kind=al-ingot"],
)  # fmt: skip
def test_pages_open_while_there_is_nothing_yet(buyer: Client, path: str) -> None:
    assert buyer.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/market/sell/", "/market/sell/new/", "/market/sell/import/"])
def test_a_seller_s_pages_are_a_seller_s(seller: Client, buyer: Client, path: str) -> None:
    assert seller.get(path).status_code == 200
    assert buyer.get(path).status_code == 403


def test_an_offer_a_comparison_and_a_mate(buyer: Client) -> None:
    one, two = listed("lankai", gear("A-1")), listed("hengze", gear("A-2", {"hand": "left", "teeth": "60"}))
    indexed()
    page = text(buyer.get(f"/market/offers/{one.id}/"))
    assert "69.917" in page
    assert "ISO 1328-1:2013" in page
    mates = page.split('">Find a mate<')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert "Helical gear A-2" in text(buyer.get(mates))
    assert "Helical gear A-1" not in text(buyer.get(mates))
    side = text(buyer.get(f"/market/compare/?id={one.id}&id={two.id}"))
    assert side.count('class="differs"') == 2


def test_the_seller_s_line_is_shown_by_consent_alone(buyer: Client) -> None:
    from gearpark.contexts.shopfloor.public import ensure_demo_lines

    organisation("qichi")
    maker = scope_of("qichi")
    with acting(maker):
        line = ensure_demo_lines(maker)[0].asset
    shown = listed("qichi", gear("Q-1", line=line, shows=True))
    hidden = listed("qichi", gear("Q-2", line=line))
    assert "good pieces in the running shift" in text(buyer.get(f"/market/offers/{shown.id}/proof/"))
    assert "/proof/" in text(buyer.get(f"/market/offers/{shown.id}/"))
    assert "good pieces" not in text(buyer.get(f"/market/offers/{hidden.id}/proof/"))
    assert "/proof/" not in text(buyer.get(f"/market/offers/{hidden.id}/"))


def test_a_sheet_keeps_what_it_can_and_tells_the_rest_by_row_and_column(seller: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    head = "Model Number,Product Name,FOB Price,MOQ,module_mm,teeth,pressure_deg,helix_deg,hand,width_mm,material,list\n"
    rows = "S-1,Spur gear,12.5,10,2,30,20,0,spur,20,C45,yes\nS-2,Spur gear,12.5,10,2,thirty,20,0,spur,20,C45,yes\n"
    sheet = SimpleUploadedFile("offers.csv", (head + rows).encode())
    page = text(seller.post("/market/sell/import/", {"kind": "gear", "file": sheet}))
    assert "1 added, 0 changed, 1 listed" in page
    assert "teeth" in page
    exported = text(seller.get("/market/sell/?export=csv"))
    assert "S-1" in exported
    assert "S-2" not in exported


def test_from_a_request_to_acceptance_over_the_pages(seller: Client, buyer: Client) -> None:
    offer = listed("lankai", gear("A-1"))
    indexed()
    closes = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    asked = buyer.post(
        f"/market/ask/?offer={offer.id}",
        {"title": "Gears", "qty": "100", "unit": "piece", "closes_at": closes, "least": "1", "stages": "30-60-10", "v-module_mm": "3"},
    )  # fmt: skip
    assert asked.status_code == 302
    where = asked["Location"]
    assert "Listed offers that are this, or better" in text(buyer.get(where))
    sent = {
        "what": "quote",
        "price": "79.5",
        "landed": "0",
        "qty": "100",
        "lead_days": "9",
        "valid_until": "2030-01-01",
    }
    assert "Version 1 is sent" in text(seller.post(where + "do/", sent, follow=True))
    assert "¥79.50" in text(buyer.get(where))
    assert "after the deadline" in text(buyer.post(where + "do/", {"what": "open"}, follow=True))


def test_orders_over_the_pages(seller: Client, buyer: Client) -> None:
    offer = listed("lankai", gear("A-1"))
    indexed()
    sent = {"qty": "5", "key": "abc"}
    first, second = (buyer.post(f"/market/offers/{offer.id}/order/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    room = first["Location"]
    for client, what in ((seller, "confirm"), (seller, "ship"), (buyer, "receive"), (buyer, "accept")):
        assert client.post(room + "do/", {"what": what}).status_code == 302
    page = text(buyer.get(room))
    assert "goods accepted" in page
    assert "Rate the seller" in page
    assert "not possible for you now" in text(seller.post(room + "do/", {"what": "ship"}, follow=True))
    paper = buyer.get(room + "contract.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert b"PayableAmount" in buyer.get(room + "order.xml").content
    assert b"DRAFT-" in seller.get(room + "invoice.xml").content
    stranger = signed_in("hengze", "firm-admin")
    assert stranger.get(room + "contract.pdf").status_code == 404
    assert stranger.get(room).status_code == 404
    assert stranger.post(room + "do/", {"what": "message", "text": "x"}).status_code == 404


def test_a_seller_never_sees_another_seller_s_quotation(seller: Client) -> None:
    now = datetime.now(UTC)
    wish = RfqDraft("Gears", "gear", Decimal(10), "piece", now + timedelta(days=1))
    asks, quotes = scope_of("assembler"), scope_of("hengze")
    key = rfqs.ask(asks, wish, now)
    rfqs.quote(quotes, key, QuoteDraft(Decimal("77.77"), Decimal(10), 5, now.date() + timedelta(days=9)), now)
    page = text(seller.get(f"/market/rfqs/{key}/"))
    assert "77.77" not in page
    assert "hengze" not in page


def test_the_list_of_orders_does_not_grow_its_queries(
    buyer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = listed("lankai", gear("A-1"))
    scope = scope_of("assembler")
    orders.place_order(scope, offer.id, Decimal(1), "k0", datetime.now(UTC))
    with django_assert_num_queries(15) as first:
        buyer.get("/market/orders/")
    for number in range(1, 6):
        orders.place_order(scope, offer.id, Decimal(1), f"k{number}", datetime.now(UTC))
    with django_assert_num_queries(len(first.captured_queries)):
        buyer.get("/market/orders/")
    with acting(scope):
        assert deals.order_rows(scope).count() == 6
