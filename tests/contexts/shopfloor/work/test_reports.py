"""What people report at stations: one step, once, gated by interlocks and checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.contexts.shopfloor.work.conftest import LINE, NOW, Shop

from gearpark.base.problems import Problem
from gearpark.contexts.shopfloor.models import OperationRun, Serial, WorkOrder, WorkReport
from gearpark.contexts.shopfloor.queries.work.orders import order, standings
from gearpark.contexts.shopfloor.services import work
from gearpark.contexts.shopfloor.types.work import Decision, OrderStatus, SerialStatus, Tracking
from gearpark.kit.tenant import acting


def code_of(action: Callable[[], object]) -> str:
    """The code of the Problem that ``action`` raises."""
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_a_part_goes_its_way(shop: Shop) -> None:
    first = shop.report("start", order=shop.order)
    assert first.serial == f"{LINE}-261124-00001"
    done = shop.report("good", serial=first.serial)
    assert (done.op, done.next_op, done.status) == (10, 80, SerialStatus.OPEN)
    assert shop.report("good", "leak80", serial=first.serial).next_op == 90
    last = shop.report("good", "cmm90", serial=first.serial)
    assert (last.status, last.next_op) == (SerialStatus.GOOD, None)
    with acting(shop.scope):
        info = order(shop.scope, shop.order_id)
        assert (info.status, info.progress.good, info.progress.left) == (OrderStatus.RUNNING, 1, 19)
        assert [(item.op, item.done) for item in standings(shop.scope, shop.order_id)] == [
            (10, 1),
            (80, 1),
            (90, 1),
        ]


def test_a_report_counts_once(shop: Shop) -> None:
    key = uuid4()
    first = shop.report("good", order=shop.order, key=key)
    again = shop.report("good", order=shop.order, key=key)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.serial == first.serial
    with acting(shop.scope):
        assert Serial.objects.of(shop.scope).count() == 1
        held = WorkReport.objects.of(shop.scope).get()
        assert (held.good, held.serial.serial, held.order_id) == (1, first.serial, shop.order_id)
    assert code_of(lambda: shop.report("scrap", order=shop.order, key=key)) == "work.report_key"


def test_reports_in_the_wrong_order_tell_the_same(shop: Shop) -> None:
    key = uuid4()
    assert code_of(lambda: shop.report("good", of=key)) == "work.report_early"
    start = shop.report("start", order=shop.order, key=key)
    assert shop.report("good", of=key).serial == start.serial
    # the end of a second part comes in before its start
    work.issue_serials(shop.scope, shop.order_id, 1, NOW)
    serial = f"{LINE}-261124-00002"
    shop.report("good", serial=serial)
    shop.report("start", serial=serial, at=NOW - timedelta(minutes=9))
    with acting(shop.scope):
        run = OperationRun.objects.of(shop.scope).get(serial__serial=serial)
        assert (run.begun_at, run.ended_at) == (NOW - timedelta(minutes=9), NOW)


@pytest.mark.parametrize("shift", [timedelta(minutes=10), timedelta(days=-8)])
def test_a_clock_that_cannot_be_believed(shop: Shop, shift: timedelta) -> None:
    assert code_of(lambda: shop.report("good", order=shop.order, at=NOW + shift)) == "work.time_unbelievable"
    with acting(shop.scope):
        assert not WorkReport.objects.of(shop.scope).exists()


def test_scrap_needs_a_reason_and_is_final_until_signed(shop: Shop) -> None:
    serial = shop.report("start", order=shop.order).serial
    assert code_of(lambda: shop.report("scrap", serial=serial)) == "work.reason_missing"
    assert shop.report("scrap", serial=serial, reason="damage").status is SerialStatus.SCRAP
    assert code_of(lambda: shop.report("good", "leak80", serial=serial)) == "work.blocked"
    with acting(shop.scope):
        key = Serial.objects.of(shop.scope).get().pk
    status = work.release_serial(shop.scope, key, Decision.REWORK, "nick polished out", rework_to=10, at=NOW)
    assert status is SerialStatus.OPEN
    assert shop.report("good", serial=serial, at=NOW + timedelta(minutes=1)).next_op == 80


def test_rework_goes_back_as_the_routing_says_and_not_for_ever(shop: Shop) -> None:
    serial = shop.report("good", order=shop.order).serial
    for minute in (1, 3):
        at = NOW + timedelta(minutes=minute)
        assert shop.report("rework", "leak80", serial=serial, reason="leak", at=at).next_op == 10
        shop.report("good", serial=serial, at=at + timedelta(minutes=1))
    late = NOW + timedelta(minutes=4, seconds=30)
    again = lambda: shop.report("rework", "leak80", serial=serial, reason="leak", at=late)  # noqa: E731
    assert code_of(again) == "work.rework_limit"
    shop.report("hold", "leak80", serial=serial, reason="third leak", at=late)
    with acting(shop.scope):
        row = Serial.objects.of(shop.scope).get()
    assert (row.status, row.rework_loops) == (SerialStatus.HELD, 2)
    assert work.release_serial(shop.scope, row.pk, Decision.SCRAP, "porous", at=late) is SerialStatus.SCRAP


def test_a_hold_ends_with_a_signature(shop: Shop) -> None:
    shop.report("good", order=shop.order)
    with acting(shop.scope):
        key = Serial.objects.of(shop.scope).get().pk
    work.hold_serial(shop.scope, key, "scratch", at=NOW)
    token = shop.scope.__class__(**{**_facts(shop), "person_id": None})
    release = lambda scope: work.release_serial(scope, key, Decision.USE_AS_IS, "within drawing", at=NOW)  # noqa: E731
    assert code_of(lambda: release(token)) == "work.signature_person"
    assert release(shop.scope) is SerialStatus.OPEN
    assert code_of(lambda: release(shop.scope)) == "work.nothing_to_decide"


def _facts(shop: Shop) -> dict[str, object]:
    scope = shop.scope
    return {"org": scope.org, "orgs": scope.orgs, "rights": scope.rights, "actor": scope.actor}


def test_planned_twenty_made_sixteen_closes_without_an_edit(shop: Shop) -> None:
    for number in range(20):
        at = NOW + timedelta(seconds=number)
        serial = shop.report("good", order=shop.order, at=at).serial
        if number % 5 == 0:
            shop.report("scrap", "leak80", serial=serial, reason="leak", at=at)
        else:
            shop.report("good", "leak80", serial=serial, at=at)
            shop.report("good", "cmm90", serial=serial, at=at)
    with acting(shop.scope):
        info = order(shop.scope, shop.order_id)
        assert (info.status, info.progress.good, info.progress.scrap) == (OrderStatus.DONE, 16, 4)
    assert code_of(lambda: shop.report("start", order=shop.order)) == "work.order_all_issued"
    work.close_order(shop.scope, shop.order_id, info.version, at=NOW)
    with acting(shop.scope):
        row = WorkOrder.objects.of(shop.scope).get()
        assert (row.status, row.quantity) == (OrderStatus.CLOSED, 20)


def test_counted_pieces_never_exceed_what_came(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(Tracking.LOT, 100)
    shop.report("count", order=shop.order, good=80, scrap=5, reason="damage")
    assert code_of(lambda: shop.report("count", order=shop.order, good=16)) == "work.count_over"
    assert code_of(lambda: shop.report("count", "leak80", order=shop.order, good=81)) == "work.count_over"
    shop.report("count", order=shop.order, good=10, scrap=5, reason="damage")
    shop.report("count", "leak80", order=shop.order, good=90)
    shop.report("count", "cmm90", order=shop.order, good=80, scrap=10, reason="bore")
    with acting(shop.scope):
        info = order(shop.scope, shop.order_id)
        assert (info.status, info.progress.good, info.progress.scrap) == (OrderStatus.DONE, 80, 20)
    assert code_of(lambda: shop.report("start", order=shop.order)) == "work.counted_only"


def test_components_go_only_where_they_were_issued(shop: Shop) -> None:
    finished = shop.report("good", order=shop.order).serial
    for station in ("leak80", "cmm90"):
        shop.report("good", station, serial=finished)
    parent = shop.report("start", order=shop.order).serial
    consume = lambda: shop.report("consume", serial=parent, value=finished)  # noqa: E731
    assert code_of(consume) == "work.component_not_issued"
    other = _second_order(shop)
    work.issue_components(shop.scope, other, [finished], NOW)
    assert code_of(consume) == "work.component_not_issued"
    assert code_of(lambda: work.issue_components(shop.scope, shop.order_id, [finished], NOW)) == (
        "work.component_elsewhere"
    )
    work.return_component(shop.scope, other, finished, NOW)
    assert work.issue_components(shop.scope, shop.order_id, [finished], NOW) == 1
    assert consume().passed is True
    # the database itself refuses a component of another order and a second parent
    from gearpark.contexts.shopfloor.models import Reservation

    with acting(shop.scope):
        row = Reservation.objects.of(shop.scope).get(returned_at=None)
        row.order_id = other
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def _second_order(shop: Shop) -> int:
    from gearpark.contexts.shopfloor.types.orders import OrderWanted

    made = work.create_order(shop.scope, OrderWanted("HX6", LINE, 5, number="A-2"))
    work.release_order(shop.scope, made, 1, NOW)
    return made
