"""The malls in a browser: a gear is listed and corrected as it is typed, a request goes to acceptance, looks in all dresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from tests.browser.looks import assert_sound
from tests.browser.pictures import demo_park
from tests.factories.registry import organisation, scope_of

from gearpark.base.time import now_utc
from gearpark.config.wiring import bind_all
from gearpark.contexts.market.queries import index
from gearpark.contexts.market.services.auctions import announce
from gearpark.contexts.market.services.custodian import carry_out
from gearpark.contexts.market.types.auctions import AuctionDraft
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

Open = Callable[..., Page]
SELLER, BUYER = "lankai-gear", "jingjiang"


def seed() -> None:
    """The demo's offers and deals."""
    from gearpark.config.demo.deals import load_deals
    from gearpark.config.demo.market import load_market
    from gearpark.config.demo.park import park_scope

    demo_park()
    load_market(park_scope(), now_utc())
    load_deals(park_scope(), now_utc())


@pytest.fixture(scope="module", autouse=True)
def home(committed_db: set[object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An index of this module's own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GEARPARK_HOME", str(tmp_path_factory.mktemp("home")))
    index.forget()
    yield
    index.forget()
    patch.undo()


@pytest.mark.parametrize(
    "path",
    ["/market/", "/market/m/gears/?kind=gear&q=m3", "/market/m/aluminium/", "/market/rfqs/?side=asked"],
)
def test_a_buyer_s_pages_look_sound(open_page: Open, path: str) -> None:
    page = open_page(path, role="buyer", org=BUYER, seed=seed)
    assert_sound(page, "market-" + path.strip("/").replace("/", "-").split("?")[0])


def test_an_offer_and_a_comparison_look_sound(open_page: Open) -> None:
    page = open_page("/market/m/gears/?kind=gear&q=m3", role="buyer", org=BUYER, seed=seed)
    boxes = page.locator(".mk-choose input")
    for number in range(3):
        boxes.nth(number).check()
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator(".mk-compare thead th")).to_have_count(3)
    offer = page.locator(".mk-compare thead a").first.get_attribute("href")
    assert_sound(page, "market-compare")
    page = open_page(str(offer), role="buyer", org=BUYER)
    expect(page.get_by_role("heading", name="Computed from the parameters")).to_be_visible()
    assert_sound(page, "market-offer")


def test_a_gear_is_listed_and_corrected_as_it_is_typed(open_page: Open) -> None:
    page = open_page("/market/sell/new/?kind=gear", role="seller", org=SELLER, seed=seed)
    values = {"Normal module, mm *": "3", "Number of teeth *": "20", "Pressure angle, deg *": "20", "Helix angle, deg *": "15", "Face width, mm *": "3 cm", "Tip diameter, mm": "75"}  # fmt: skip
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Hand of helix *").select_option("right")
    page.get_by_label("Material *").select_option("20CrMnTi")
    check = page.locator("#mk-check")
    expect(check.get_by_text("refused")).to_be_visible()
    expect(check).to_contain_text("68.117")
    page.get_by_label("Tip diameter, mm").fill("68.117")
    expect(check.get_by_text("no objection")).to_be_visible()
    page.get_by_label("Part number *").fill("BROWSER-1")
    page.get_by_label("Title (English)").fill("Browser gear")
    page.get_by_role("button", name="Check and keep").click()
    page.get_by_role("button", name="List it").click()
    expect(page.get_by_text("Listed: buyers find it within seconds.")).to_be_visible()
    page.get_by_role("link", name="As buyers see it").click()
    expect(page.get_by_role("heading", name="Browser gear")).to_be_visible()


def test_three_firms_from_request_to_acceptance(open_page: Open) -> None:
    page = open_page("/market/rfqs/?side=asked", role="buyer", org=BUYER, seed=seed)
    page.get_by_role("link", name="半轴花键轴 φ45，样件与小批").click()
    expect(page.locator("table tbody tr").filter(has_text="¥")).to_have_count(3)
    page.get_by_role("button", name="Award these quantities").click()
    expect(page.get_by_text("Awarded: the sellers confirm next.")).to_be_visible()
    room = page.url
    page.get_by_role("button", name="Pay in").first.click()
    expect(page.get_by_text("The custodian is told to hold the amount")).to_be_visible()
    sells = open_page("/market/" + room.split("/market/")[1], role="seller", org="hengze-gear", seed=None)
    for name in ("Confirm the order", "Report shipment"):
        sells.get_by_role("button", name=name).click()
    page.goto(room)
    for name in ("Report receipt", "Accept the goods"):
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name="Rate the seller")).to_be_visible()
    assert_sound(page, "market-order")


def test_two_bidders_and_a_soft_close_live(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of one bidder shows the other's bid, and the end it moved, without a reload."""
    monkeypatch.setenv("GEARPARK_CUSTODIAN", "simulated")
    bind_all()
    host = scope_of("qineng")
    organisation("qineng")
    now = now_utc()
    ends = now + timedelta(minutes=4)
    lot = AuctionDraft("Al99.70, 100 t", Kind.ENGLISH, "al-ingot", Decimal(100), "t", Decimal(20000), Decimal(20), now, ends, ends + timedelta(hours=1), deposit=Decimal(3000))  # fmt: skip
    with acting(host):
        key = announce(host, lot, now)
    address = f"/market/auctions/{key}/"
    rooms = [open_page(address, role="buyer", org=org, seed=seed) for org in ("jingjiang", "qichi")]
    for room in rooms:
        room.get_by_role("button", name="Join with a deposit of ¥3,000.00").click()
    carry_out(now_utc())
    one, two = rooms
    one.get_by_label("My bid a unit").fill("20000")
    one.get_by_role("button", name="Bid").click()
    expect(one.get_by_text("you lead")).to_be_visible()
    expect(one.get_by_text("moved by a late bid")).to_be_visible()
    expect(two.locator(".mk-ladder li")).to_have_count(1)
    two.get_by_label("My bid a unit").fill("20020")
    two.get_by_role("button", name="Bid").click()
    expect(one.get_by_text("you are outbid")).to_be_visible()
    expect(one.locator(".mk-ladder li")).to_have_count(2)
    assert_sound(two, "market-auction")


def test_auction_pages_look_sound(open_page: Open) -> None:
    assert_sound(open_page("/market/auctions/", role="seller", org=SELLER, seed=seed), "market-auctions")
    assert_sound(open_page("/market/auctions/new/", role="seller", org=SELLER, seed=seed), "market-announce")
