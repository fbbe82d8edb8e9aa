"""Offers: checked by engineering, kept in revisions, seen by others only while listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.market import gear, listed
from tests.factories.registry import scope_of

from gearpark.base.problems import Forbidden, NotFound, Problem
from gearpark.base.time import now_utc
from gearpark.contexts.market.models import Offer, OfferRevision
from gearpark.contexts.market.queries import offers as queries
from gearpark.contexts.market.services import offers as services
from gearpark.contexts.market.services.files import add_file
from gearpark.contexts.market.types import FileKind, OfferDraft, OfferState, Tier, Weight
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
SELLER, BUYER = scope_of("lankai"), scope_of("assembler")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
TODAY = date(2026, 11, 27)


def test_a_sound_gear_is_kept_listed_and_then_seen_by_others(firms: object) -> None:
    kept = services.save_offer(SELLER, gear("A-1"))
    assert (kept.revision, kept.state, kept.findings) == (1, OfferState.DRAFT, ())
    with acting(BUYER), pytest.raises(NotFound):
        queries.offer(BUYER, kept.id)
    services.list_offer(SELLER, kept.id, now_utc())
    with acting(BUYER):
        assert queries.offer(BUYER, kept.id).values["module_mm"] == "3"
    services.withdraw_offer(SELLER, kept.id)
    with acting(BUYER), pytest.raises(NotFound):
        queries.offer(BUYER, kept.id)


def test_a_wrong_listing_is_told_why_with_the_figures(firms: object) -> None:
    kept = services.save_offer(SELLER, gear("A-2", {"tip_mm": "75.2"}))
    (found,) = kept.findings
    assert (found.code, found.weight, found.details["stated"]) == ("gears.tip_mm", Weight.ERROR, "75.2")
    assert float(found.details["computed"]) == pytest.approx(69.917, abs=0.001)
    with pytest.raises(Problem) as caught:
        services.list_offer(SELLER, kept.id, now_utc())
    assert caught.value.code == "market.offer_refused"
    mended = services.save_offer(SELLER, gear("A-2", {"tip_mm": "69.917"}), kept.id)
    assert services.list_offer(SELLER, mended.id, now_utc()).state is OfferState.LISTED


def test_a_class_without_its_standard_and_year_is_refused(firms: object) -> None:
    kept = services.save_offer(SELLER, gear("A-3", {"flank_standard": ""}))
    assert [one.code for one in kept.findings] == ["market.class_ambiguous"]


def test_an_ingot_outside_its_grade_is_refused_and_names_the_element(firms: object) -> None:
    draft = OfferDraft("AL-1", "al-ingot", title_zh="铝锭", malls=("aluminium",), unit="t", values={"alloy": "Al99.70", "fe_pct": "0.26", "si_pct": "0.09"})  # fmt: skip
    (found,) = services.save_offer(SELLER, draft).findings
    assert (found.code, found.details["element"], found.details["stated"]) == (
        "market.composition",
        "Fe",
        "0.26",
    )


def test_everything_wrong_is_told_at_once_and_nothing_is_kept(firms: object) -> None:
    draft = replace(gear("", {"teeth": "20.5", "material": ""}), malls=("aluminium",), price=Decimal(0))
    with pytest.raises(Problem) as caught:
        services.save_offer(SELLER, draft)
    assert set(caught.value.details["fields"]) == {
        "part_no",
        "values.teeth",
        "values.material",
        "malls",
        "price",
    }
    with acting(SELLER):
        assert not Offer.objects.of(SELLER).exists()


def test_a_part_number_is_taken_once_in_a_firm_and_free_in_another(firms: object) -> None:
    services.save_offer(SELLER, gear("A-1"))
    services.save_offer(scope_of("hengze"), gear("A-1"))
    with pytest.raises(Problem) as caught:
        services.save_offer(SELLER, gear("A-1"))
    assert caught.value.code == "market.part_no_taken"


def test_two_people_at_one_offer_do_not_overwrite_each_other(firms: object) -> None:
    kept = services.save_offer(SELLER, gear("A-1"))
    services.save_offer(SELLER, gear("A-1", price=Decimal(90)), kept.id, base=1)
    with pytest.raises(Problem) as caught:
        services.save_offer(SELLER, gear("A-1", price=Decimal(80)), kept.id, base=1)
    assert caught.value.code == "kit.conflict"


def test_another_firm_changes_nothing_and_a_viewer_neither(firms: object) -> None:
    kept = listed("lankai", gear("A-1"))
    with pytest.raises(NotFound):
        services.withdraw_offer(BUYER, kept.id)
    with pytest.raises(NotFound):
        services.save_offer(BUYER, gear("A-9"), kept.id)
    with pytest.raises(Forbidden):
        services.save_offer(scope_of("lankai", "market.view"), gear("A-9"))


def test_the_database_refuses_to_change_a_revision(firms: object) -> None:
    services.save_offer(SELLER, gear("A-1"))
    with acting(SELLER):
        row = OfferRevision.objects.of(SELLER).get()
        for change in (
            lambda: OfferRevision.objects.of(SELLER).filter(pk=row.pk).update(number=9),
            row.delete,
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_the_database_refuses_to_promise_more_than_is_there(firms: object) -> None:
    kept = listed("lankai", gear("A-1", on_hand=Decimal(5)))
    with acting(SELLER), pytest.raises(DatabaseError), transaction.atomic():
        Offer.objects.of(SELLER).filter(pk=kept.id).update(reserved=6)


def test_prices_a_tier_and_an_agreed_price_that_only_its_buyer_gets(firms: object) -> None:
    tiers = (Tier(Decimal(100), Decimal(80)), Tier(Decimal(1000), Decimal(70)))
    kept = listed("lankai", gear("A-1", price=Decimal(90), tiers=tiers))
    services.agree_price(SELLER, kept.id, "assembler", Decimal(60), from_qty=Decimal(50), from_on=TODAY, until_on=date(2027, 1, 1))  # fmt: skip
    other = scope_of("hengze")
    for scope, qty, day, price in (
        (BUYER, 10, TODAY, 90),
        (BUYER, 50, TODAY, 60),
        (BUYER, 5000, TODAY, 60),
        (BUYER, 50, date(2027, 1, 1), 90),
        (other, 10, TODAY, 90),
        (other, 100, TODAY, 80),
        (other, 1000, TODAY, 70),
    ):
        with acting(scope):
            assert queries.unit_price(scope, queries.offer(scope, kept.id), Decimal(qty), day) == price


def test_an_agreed_price_is_invisible_to_every_other_firm_in_the_database_itself(firms: object) -> None:
    kept = listed("lankai", gear("A-1"))
    services.agree_price(SELLER, kept.id, "assembler", Decimal(60), from_qty=Decimal(1), from_on=TODAY, until_on=None)  # fmt: skip
    for scope, seen in ((SELLER, 1), (BUYER, 1), (scope_of("hengze"), 0)):
        with acting(scope), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM market_contract_price")
            assert cursor.fetchone() == (seen,)


def test_quantities_are_sold_in_steps(firms: object) -> None:
    kept = listed("lankai", gear("A-1", min_qty=Decimal(10), step_qty=Decimal(5)))
    queries.check_quantity(kept, Decimal(25))
    for wrong in ("5", "12", "0"):
        with pytest.raises(Problem):
            queries.check_quantity(kept, Decimal(wrong))


def test_a_file_is_what_its_content_says_and_is_kept_once(firms: object) -> None:
    kept = listed("lankai", gear("A-1"))
    key = add_file(SELLER, kept.id, FileKind.PICTURE, "../../gear photo<1>.png", PNG)
    with acting(BUYER):
        name, media, content = queries.file_content(BUYER, kept.id, key)
    assert (name, media, content) == (".._.._gear photo_1_.png", "image/png", PNG)
    for kind, data in ((FileKind.PICTURE, PNG), (FileKind.PICTURE, b"<svg>"), (FileKind.CAD, b"")):
        with pytest.raises(Problem):
            add_file(SELLER, kept.id, kind, "x", data)
