"""From a request to acceptance: sealed quotations, awards, orders along their edges, progress, disputes, ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.market import gear, listed
from tests.factories.registry import organisation, scope_of

from gearpark.base.problems import NotFound, Problem
from gearpark.contexts.market.models import DealEntry, Offer, Order, QuoteContent
from gearpark.contexts.market.queries import deals as queries
from gearpark.contexts.market.services import money, orders, rfqs
from gearpark.contexts.market.services.progress import escalate_silent, on_serial_done
from gearpark.contexts.market.types.deals import OrderState, Party, QuoteDraft, RfqDraft, RfqState
from gearpark.contexts.shopfloor.public import SerialDone, SerialStatus
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
A, B, BUYER = scope_of("lankai"), scope_of("hengze"), scope_of("assembler")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
SOON = NOW + timedelta(hours=1)
WISH = RfqDraft(
    "Helical gears m3 z20", "gear", Decimal(1000), "piece", SOON, values={"module_mm": "3", "teeth": "20"},
    target_price=Decimal(80), invited=("lankai", "hengze"),
)  # fmt: skip
QUOTE = QuoteDraft(Decimal("79.50"), Decimal(1000), 20, date(2026, 12, 31), landed=Decimal("1.50"))


def test_a_request_is_seen_by_the_invited_alone(firms: object) -> None:
    key = rfqs.ask(BUYER, WISH, NOW)
    organisation("stranger")
    stranger = scope_of("stranger")
    for scope, seen in ((A, True), (B, True), (BUYER, True), (stranger, False)):
        with acting(scope):
            assert queries.rfq_rows(scope, asked=scope is BUYER).filter(pk=key).exists() is seen
    with pytest.raises(NotFound):
        rfqs.quote(stranger, key, QUOTE, NOW)
    open_to_all = rfqs.ask(BUYER, replace(WISH, invited=()), NOW)
    assert rfqs.quote(stranger, open_to_all, QUOTE, NOW) == 1


def test_a_wrong_request_is_told_all_that_is_wrong(firms: object) -> None:
    wrong = replace(
        WISH,
        title=" ",
        qty=Decimal(0),
        closes_at=NOW,
        invited=("nobody", "assembler"),
        stages=(Decimal("0.5"),),
    )
    with pytest.raises(Problem) as caught:
        rfqs.ask(BUYER, wrong, NOW)
    assert len(caught.value.details["why"]) == 6


def test_a_sealed_quotation_is_read_by_nobody_else_before_the_deadline(firms: object) -> None:
    closes = datetime.now(UTC) + timedelta(hours=1)
    key = rfqs.ask(BUYER, replace(WISH, closes_at=closes), datetime.now(UTC))
    rfqs.quote(A, key, replace(QUOTE, valid_until=closes.date()), datetime.now(UTC))
    park = scope_of("park", park=True)
    for scope, seen in ((A, 1), (B, 0), (BUYER, 0), (park, 0)):
        with acting(scope), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM market_quote_content")
            assert cursor.fetchone() == (seen,)
    with acting(BUYER):
        (version,) = queries.versions(BUYER, key)
    assert version.sealed
    assert (version.price, len(version.digest)) == (None, 64)


@pytest.mark.parametrize(("at", "taken"), [(SOON - MS, True), (SOON, False), (SOON + MS, False)])
def test_the_deadline_is_exact_to_the_millisecond(firms: object, at: datetime, taken: bool) -> None:
    key = rfqs.ask(BUYER, WISH, NOW)
    if taken:
        assert rfqs.quote(A, key, QUOTE, at) == 1
    else:
        with pytest.raises(Problem) as caught:
            rfqs.quote(A, key, QUOTE, at)
        assert caught.value.code == "market.rfq_late"


def test_versions_never_change_and_are_opened_once_after_the_deadline(firms: object) -> None:
    key = rfqs.ask(BUYER, WISH, NOW)
    assert rfqs.quote(A, key, QUOTE, NOW) == 1
    assert rfqs.quote(A, key, replace(QUOTE, price=Decimal(78)), NOW) == 2
    with acting(A):
        content = QuoteContent.objects.of(A).first()
        with pytest.raises(DatabaseError), transaction.atomic():
            QuoteContent.objects.of(A).filter(pk=content.pk).update(price=1)
    with pytest.raises(Problem):
        rfqs.open_quotes(BUYER, key, SOON - MS)
    assert rfqs.open_quotes(BUYER, key, SOON) is RfqState.OPENED
    with pytest.raises(Problem):
        rfqs.open_quotes(BUYER, key, SOON)


def test_too_few_quotations_make_it_void(firms: object) -> None:
    key = rfqs.ask(BUYER, replace(WISH, least_quotes=2), NOW)
    rfqs.quote(A, key, QUOTE, NOW)
    assert rfqs.open_quotes(BUYER, key, SOON) is RfqState.VOID


def test_questions_are_read_by_all_who_may_quote_without_the_asker(firms: object) -> None:
    key = rfqs.ask(BUYER, WISH, NOW)
    rfqs.question(A, key, "Which flank class?", NOW)
    with acting(B):
        (asked,) = queries.questions(B, key)
    rfqs.answer(BUYER, key, asked.pk, "Six.", NOW)
    with acting(B):
        assert queries.questions(B, key).get().answer == "Six."
    with pytest.raises(Problem):
        rfqs.answer(BUYER, key, asked.pk, "Seven.", NOW)


@pytest.fixture
def awarded(firms: object) -> tuple[int, int]:
    """A request with a counter-offer in it, split between two sellers; the two orders."""
    key = rfqs.ask(BUYER, WISH, NOW)
    rfqs.quote(A, key, QUOTE, NOW)
    rfqs.quote(B, key, replace(QUOTE, price=Decimal(82)), NOW)
    rfqs.open_quotes(BUYER, key, SOON)
    assert rfqs.counter(BUYER, key, "hengze", replace(QUOTE, price=Decimal(79)), SOON) == 2
    with acting(BUYER):
        ranked = queries.newest_quotes(BUYER, key)
    assert [one.org for one in ranked] == ["hengze", "lankai"]
    with pytest.raises(Problem) as caught:
        rfqs.award(BUYER, key, [(ranked[0].id, Decimal(1000))], SOON)
    assert caught.value.code == "market.award_wrong"
    assert rfqs.quote(B, key, replace(QUOTE, price=Decimal(79)), SOON) == 3
    with acting(BUYER):
        ranked = queries.newest_quotes(BUYER, key)
    made = rfqs.award(BUYER, key, [(ranked[0].id, Decimal(600)), (ranked[1].id, Decimal(400))], SOON)
    with pytest.raises(Problem):
        rfqs.award(BUYER, key, [(ranked[0].id, Decimal(1))], SOON)
    return made[0], made[1]


def test_an_award_is_split_into_orders_with_exact_stages(awarded: tuple[int, int]) -> None:
    with acting(BUYER):
        first, second = (queries.order_row(BUYER, key) for key in awarded)
        assert (first.seller, first.amount) == ("hengze", Decimal("48300.00"))
        assert (second.seller, second.amount) == ("lankai", Decimal("32400.00"))
        stages = queries.stages(BUYER, first.pk)
    assert [stage.amount for stage in stages] == [Decimal("14490.00")] * 3 + [Decimal("4830.00")]
    assert [stage.when for stage in stages] == ["order", "shipment", "acceptance", "warranty"]


def test_an_order_moves_along_its_edges_only_and_each_party_does_its_own(awarded: tuple[int, int]) -> None:
    key = awarded[0]
    for scope, deed in ((BUYER, "confirm"), (B, "ship"), (BUYER, "accept"), (A, "confirm")):
        with pytest.raises(Problem):
            orders.move(scope, key, deed, SOON)
    assert orders.move(B, key, "confirm", SOON) is OrderState.CONFIRMED
    assert orders.move(B, key, "ship", SOON) is OrderState.SHIPPED
    assert orders.move(BUYER, key, "receive", SOON) is OrderState.RECEIVED
    assert orders.move(BUYER, key, "accept", SOON) is OrderState.ACCEPTED
    with acting(BUYER):
        told = queries.entries(BUYER, key)
        assert [entry.deed for entry in told] == ["place", "confirm", "ship", "receive", "accept"]
        assert len({entry.digest for entry in told}) == 5
        with pytest.raises(DatabaseError), transaction.atomic():
            DealEntry.objects.of(BUYER).filter(order_id=key).update(text="x")
    with acting(A), pytest.raises(NotFound):
        queries.order_row(A, key)


def test_money_is_held_and_released_by_stages_less_the_fee(awarded: tuple[int, int]) -> None:
    key = awarded[0]
    hold = money.pay_stage(BUYER, key, 1, SOON)
    assert money.pay_stage(BUYER, key, 1, SOON) == hold
    release = hold.replace("hold", "release")
    with pytest.raises(NotFound):
        money.confirm(release, "R-1", SOON)
    assert money.confirm(hold, "R-1", SOON)
    assert not money.confirm(hold, "R-1", SOON)
    orders.move(B, key, "confirm", SOON)
    with pytest.raises(Problem) as caught:
        money.confirm(release, "R-2", SOON, amount=Decimal(1))
    assert caught.value.code == "market.custodian_amount"
    assert money.confirm(release, "R-2", SOON)
    assert balances() == {
        ("assembler", "held"): Decimal(0),
        ("assembler", "outside"): Decimal("-14490.00"),
        ("hengze", "custody"): Decimal("14446.53"),
        ("qijiang-park", "fee"): Decimal("43.47"),
    }


def balances() -> dict[tuple[str, str], Decimal]:
    """Every account; each is the fold of its postings, and all sum to 0."""
    with acting(scope_of("park", park=True)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.org, a.kind, a.balance, coalesce(sum(p.amount), 0) FROM market_account a"
            " LEFT JOIN market_posting p ON p.account_id = a.id GROUP BY a.id"
        )
        rows = cursor.fetchall()
    assert all(kept == folded for _org, _kind, kept, folded in rows)
    assert sum(kept for _org, _kind, kept, _folded in rows) == 0
    return {(org, kind): kept for org, kind, kept, _folded in rows}


def test_a_declined_order_gives_the_held_money_back(awarded: tuple[int, int]) -> None:
    key = awarded[1]
    money.confirm(money.pay_stage(BUYER, key, 1, SOON), "R-1", SOON)
    orders.move(A, key, "decline", SOON)
    with acting(BUYER):
        number = queries.order_row(BUYER, key).number
    assert money.confirm(f"{number}-1-refund", "R-2", SOON)
    assert balances()["assembler", "custody"] == Decimal("9720.00")


def test_the_database_refuses_a_booking_that_does_not_sum_to_nothing(firms: object) -> None:
    park = scope_of("park", park=True)
    with pytest.raises(Problem):
        money.book(park, "lankai", "", "k", "x", "CNY", [("lankai", "custody", Decimal(1))], NOW)
    sides = [("lankai", "custody", Decimal(1)), ("lankai", "outside", Decimal(-1))]
    with pytest.raises(DatabaseError):
        _book_and_add_five(park, sides)


def _book_and_add_five(park: Any, sides: list[tuple[str, str, Decimal]]) -> None:
    with acting(park):
        money.book(park, "lankai", "", "k", "x", "CNY", sides, NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO market_posting (org, entry_id, account_id, amount)"
                " SELECT org, entry_id, account_id, 5 FROM market_posting LIMIT 1"
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_dispute_has_a_clock(awarded: tuple[int, int]) -> None:
    key, park = awarded[0], scope_of("park", park=True)
    orders.move(B, key, "confirm", SOON)
    orders.move(B, key, "ship", SOON)
    with pytest.raises(Problem):
        orders.move(BUYER, key, "dispute", SOON)
    orders.move(BUYER, key, "dispute", SOON, text="Flank class 7 measured, 6 agreed.")
    with acting(BUYER):
        row, told = queries.order_row(BUYER, key), queries.entries(BUYER, key)
    assert queries.clock(row, told) == (Party.SELLER, SOON + timedelta(days=3))
    assert "escalate" not in queries.deeds(row, Party.BUYER, told, SOON + timedelta(days=4) - MS)
    assert "escalate" in queries.deeds(row, Party.BUYER, told, SOON + timedelta(days=4))
    assert queries.deeds(row, Party.PARK, told, SOON) == []
    assert escalate_silent() == 0 or datetime.now(UTC) - timedelta(days=8) > SOON
    orders.move(BUYER, key, "escalate", SOON + timedelta(days=4))
    assert orders.move(park, key, "refund", SOON + timedelta(days=5)) is OrderState.CLOSED


def test_orders_from_stock_are_placed_once_per_key_and_never_oversell(firms: object) -> None:
    kept = listed("lankai", gear("A-1", on_hand=Decimal(10), lead_days=None, price=Decimal(90)))
    first = orders.place_order(BUYER, kept.id, Decimal(6), "key-1", NOW)
    assert orders.place_order(BUYER, kept.id, Decimal(6), "key-1", NOW) == first
    with pytest.raises(Problem) as caught:
        orders.place_order(BUYER, kept.id, Decimal(5), "key-1", NOW)
    assert (caught.value.code, caught.value.status) == ("market.order_key", 422)
    with pytest.raises(Problem) as caught:
        orders.place_order(BUYER, kept.id, Decimal(5), "key-2", NOW)
    assert (caught.value.code, caught.value.details["left"]) == ("market.out_of_stock", "4")
    with pytest.raises(Problem):
        orders.place_order(A, kept.id, Decimal(1), "key-3", NOW)
    assert stock(kept.id) == (10, 6)
    orders.move(BUYER, first, "cancel", NOW)
    assert stock(kept.id) == (10, 0)
    second = orders.place_order(BUYER, kept.id, Decimal(4), "key-4", NOW)
    orders.move(A, second, "confirm", NOW)
    orders.move(A, second, "ship", NOW)
    assert stock(kept.id) == (6, 0)


def stock(key: int) -> tuple[Decimal, Decimal]:
    with acting(A):
        row = Offer.objects.of(A).get(pk=key)
        return row.on_hand, row.reserved


def test_progress_comes_from_the_shop_alone_and_only_with_consent(awarded: tuple[int, int]) -> None:
    key = awarded[0]
    with pytest.raises(NotFound):
        orders.link_job(B, key, "no such order", True, NOW)
    with acting(B):
        Order.objects.of(B).filter(pk=key).update(job=77, shows=True)
    for number, status in enumerate((SerialStatus.GOOD, SerialStatus.GOOD, SerialStatus.SCRAP)):
        on_serial_done(SerialDone("hengze", number, f"S{number}", status, NOW, 77))
    on_serial_done(SerialDone("lankai", 9, "S9", SerialStatus.GOOD, NOW, 77))
    on_serial_done(SerialDone("hengze", 9, "S9", SerialStatus.GOOD, NOW, None))
    with acting(BUYER):
        row = queries.order_row(BUYER, key)
    assert (row.made, row.scrapped) == (2, 1)


def test_a_finished_order_is_rated_once_by_its_buyer(awarded: tuple[int, int]) -> None:
    key = awarded[0]
    with pytest.raises(Problem):
        orders.rate(BUYER, key, 5, "", NOW)
    for scope, deed in ((B, "confirm"), (B, "ship"), (BUYER, "receive"), (BUYER, "accept")):
        orders.move(scope, key, deed, SOON)
    with pytest.raises(Problem):
        orders.rate(B, key, 5, "", NOW)
    orders.rate(BUYER, key, 4, "Good gears.", NOW)
    with pytest.raises(Problem):
        orders.rate(BUYER, key, 5, "", NOW)
    with acting(A):
        assert queries.ratings(A, ["hengze", "lankai"]) == {"hengze": (4.0, 1.0, 1)}
