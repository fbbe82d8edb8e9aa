"""Trust: papers, flags with their figures, lists that keep a firm from trading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories.market import gear, listed
from tests.factories.registry import organisation, scope_of, signed_in

from gearpark.base.problems import Forbidden, Problem
from gearpark.contexts.market.queries.trust import trust
from gearpark.contexts.market.services import auctions, offers, orders, rfqs
from gearpark.contexts.market.services import trust as services
from gearpark.contexts.market.types.auctions import AuctionDraft
from gearpark.contexts.market.types.deals import QuoteDraft, RfqDraft
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
PARK, SELLER, BUYER = scope_of("qijiang-park", park=True), scope_of("lankai"), scope_of("assembler")


def flags(slug: str) -> set[str]:
    with acting(BUYER):
        return {flag.code for flag in trust(BUYER, slug, TODAY).flags}


def test_the_park_verifies_and_everybody_sees_until_when(firms: object) -> None:
    services.verify(PARK, "lankai", "Licence and IATF 16949 seen.", date(2027, 1, 1), NOW)
    with acting(BUYER):
        seen = trust(BUYER, "lankai", TODAY)
        assert seen.standing is not None
        assert "expired" in {flag.code for flag in trust(BUYER, "lankai", date(2027, 2, 1)).flags}
    with pytest.raises(Forbidden):
        services.verify(scope_of("lankai", "market.sell"), "lankai", "Myself.", date(2027, 1, 1), NOW)
    with pytest.raises(Problem):
        services.verify(PARK, "lankai", " ", date(2027, 1, 1), NOW)
    services.withdraw_verification(PARK, "lankai")
    with acting(BUYER):
        assert trust(BUYER, "lankai", TODAY).standing is None


def test_flags_say_what_and_by_which_figures(firms: object) -> None:
    organisation("right", uscc="91510100MA6GEAR08B", contact_phone="023-1")
    organisation("twin", contact_phone="023-1")
    assert flags("right") == {"contact"}
    assert "uscc" in flags("lankai")
    for number in range(9):
        listed("hengze", gear(f"H-{number}", price=Decimal(100 + number)))
    listed("lankai", gear("CHEAP", price=Decimal(30)))
    listed("lankai", gear("USUAL", price=Decimal(110)))
    with acting(BUYER):
        (found,) = [flag for flag in trust(BUYER, "lankai", TODAY).flags if flag.code == "price"]
    assert (found.facts["part_no"], found.facts["price"], found.facts["median"]) == ("CHEAP", "30", "104.00")


def test_a_firm_on_a_list_neither_lists_nor_quotes_nor_bids_nor_orders(firms: object) -> None:
    offer = listed("hengze", gear("H-1"))
    wish = RfqDraft("x", "gear", Decimal(1), "piece", NOW + timedelta(days=1))
    rfq = rfqs.ask(BUYER, wish, NOW)
    lot = AuctionDraft("Lot", Kind.ENGLISH, "gear", Decimal(1), "piece", Decimal(100), Decimal(1), NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2))  # fmt: skip
    auction = auctions.announce(scope_of("hengze"), lot, NOW)
    draft = offers.save_offer(SELLER, gear("A-1"))
    sheet = b"name,uscc,reason\nTest firm lankai,,unpaid judgments\n"
    assert services.keep_list(PARK, "court", sheet, "list.csv", NOW) == 1
    assert "blocked" in flags("lankai")
    tries = (
        lambda: offers.list_offer(SELLER, draft.id, NOW),
        lambda: rfqs.quote(
            SELLER, rfq, QuoteDraft(Decimal(1), Decimal(1), 1, TODAY + timedelta(days=9)), NOW
        ),
        lambda: auctions.join(SELLER, auction, NOW),
        lambda: orders.place_order(SELLER, offer.id, Decimal(1), "k", NOW),
    )
    for attempt in tries:
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == "market.firm_blocked"
    services.keep_list(PARK, "court", b"name,uscc,reason\nSomebody else,,x\n", "list.csv", NOW)
    offers.list_offer(SELLER, draft.id, NOW)


def test_over_the_pages(firms: object) -> None:
    listed("lankai", gear("A-1"))
    officer, buyer = signed_in("qijiang-park", "park-admin"), signed_in("assembler", "buyer")
    page = buyer.get("/market/firms/lankai/").content.decode()
    assert "not verified by the park" in page
    assert "missing or mistyped" in page
    assert buyer.get("/market/trust/").status_code == 403
    officer.post("/market/firms/lankai/verify/", {"note": "Licence seen.", "valid_until": "2099-01-01"})
    assert "verified by the park" in buyer.get("/market/firms/lankai/").content.decode()
    sheet = SimpleUploadedFile("list.csv", b"name,uscc,reason\nX,,y\n")
    assert (
        "1 lines are kept"
        in officer.post("/market/trust/", {"source": "court", "file": sheet}, follow=True).content.decode()
    )
    assert buyer.get("/market/firms/nobody/").status_code == 404
