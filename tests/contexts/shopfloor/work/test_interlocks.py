"""Interlocks, one row a cause: what blocks, what the block says, what releases it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.contexts.shopfloor.work.conftest import LINE, NOW, Shop
from tests.contexts.shopfloor.work.test_reports import code_of
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.contexts.shopfloor.models import Serial, WorkOrder
from gearpark.contexts.shopfloor.models.care import Gauge, GaugeClass, Tool, ToolClass
from gearpark.contexts.shopfloor.queries.work.dispatch import dispatch
from gearpark.contexts.shopfloor.queries.work.interlocks import blocks
from gearpark.contexts.shopfloor.services import work
from gearpark.contexts.shopfloor.types.orders import OperationWanted
from gearpark.contexts.shopfloor.types.work import Decision
from gearpark.kit.tenant import acting


def codes(shop: Shop, serial: str, station: str) -> list[str]:
    with acting(shop.scope):
        return [block.code for block in blocks(shop.scope, serial, LINE, station, NOW, shop.person_id)]


def key_of(shop: Shop, serial: str) -> int:
    with acting(shop.scope):
        return int(Serial.objects.of(shop.scope).get(serial=serial).pk)


def version(shop: Shop) -> int:
    with acting(shop.scope):
        return WorkOrder.objects.of(shop.scope).get(pk=shop.order_id).version


def hold_order(shop: Shop, serial: str) -> Callable[[], object]:
    work.hold_order(shop.scope, shop.order_id, version(shop), "drawing in question")
    return lambda: work.unhold_order(shop.scope, shop.order_id, version(shop))


def hold_part(shop: Shop, serial: str) -> Callable[[], object]:
    work.hold_serial(shop.scope, key_of(shop, serial), "scratch", at=NOW)
    return lambda: work.release_serial(
        shop.scope, key_of(shop, serial), Decision.USE_AS_IS, "inside limits", at=NOW
    )


def hold_station(shop: Shop, serial: str) -> Callable[[], object]:
    work.hold_station(shop.scope, LINE, "op10a", "two of three outside", source="spc", at=NOW)
    return lambda: work.clear_station(shop.scope, LINE, "op10a", "offset corrected", at=NOW)


def unrelease_program(shop: Shop, serial: str) -> Callable[[], object]:
    with acting(shop.scope):
        from gearpark.contexts.shopfloor.models import Program

        key = Program.objects.of(shop.scope).get().pk
    work.retire_program(shop.scope, key)
    same = hashlib.sha256(b"P10").hexdigest()
    return lambda: work.release_program(shop.scope, work.add_program(shop.scope, "P10", "r1b", sha256=same))


def change_program(shop: Shop, serial: str) -> Callable[[], object]:
    other = work.add_program(shop.scope, "P10", "r2", content=b"G01 X0")
    work.release_program(shop.scope, other)

    def put_right() -> None:
        same = hashlib.sha256(b"P10").hexdigest()
        work.release_program(shop.scope, work.add_program(shop.scope, "P10", "r3", sha256=same))

    return put_right


def wear_tool(shop: Shop, serial: str) -> Callable[[], object]:
    scope = shop.scope
    with acting(scope):
        from gearpark.contexts.shopfloor.models import Line

        line = Line.objects.of(scope).get(asset=LINE)
        kind = ToolClass.objects.of(scope).create(org="qichi", code="T10", name_en="Mill", life_limit=100)
        tool = Tool.objects.of(scope).create(
            org="qichi", serial="T10-1", tool_class=kind, line=line, station="op10a", pocket="1",
            place="station", state="worn",
        )  # fmt: skip

    def change() -> None:
        with acting(scope):
            Tool.objects.of(scope).filter(pk=tool.pk).update(state="in_use", used=0)

    return change


def expire_gauge(shop: Shop, serial: str) -> Callable[[], object]:
    scope = shop.scope
    with acting(scope):
        from gearpark.contexts.shopfloor.models import Line

        line = Line.objects.of(scope).get(asset=LINE)
        kind = GaugeClass.objects.of(scope).create(
            org="qichi", code="G1", name_en="Probe", limit=1.0, every_days=365
        )
        gauge = Gauge.objects.of(scope).create(
            org="qichi", code="G1-1", gauge_class=kind, line=line, station="op10a", state="in_use", resolution=0.001, range_low=0.0, range_high=1.0,
            calibrated_at=NOW - timedelta(days=400), due_at=NOW - timedelta(days=1),
        )  # fmt: skip

    def calibrate() -> None:
        with acting(scope):
            Gauge.objects.of(scope).filter(pk=gauge.pk).update(due_at=NOW + timedelta(days=90))

    return calibrate


def sign_off(shop: Shop, serial: str) -> Callable[[], object]:
    early = NOW - timedelta(hours=1)
    work.sign_off(shop.scope, LINE, "op10a", shop.person_id, early)
    with acting(shop.scope):
        from gearpark.contexts.shopfloor.models import SignOn

        SignOn.objects.of(shop.scope).filter(station="op10a").update(since_at=early, until_at=early)
    boss = make.scope_of("qichi")
    from gearpark.contexts.shopfloor.types.people import SignedBy

    return lambda: work.sign_on(boss, LINE, "op10a", shop.person_id, SignedBy.LEADER, NOW)


def lose_skill(level: int, until: date | None) -> Callable[[Shop, str], Callable[[], object]]:
    def do(shop: Shop, serial: str) -> Callable[[], object]:
        boss = make.scope_of("qichi")
        work.grant_skill(boss, shop.person_id, "cnc", level, until, NOW)
        return lambda: work.grant_skill(boss, shop.person_id, "cnc", 3, None, NOW)

    return do


CAUSES = [
    ("order_held", hold_order, False),
    ("part_held", hold_part, False),
    ("station_held", hold_station, True),
    ("program_not_released", unrelease_program, True),
    ("program_changed", change_program, True),
    ("tool_worn", wear_tool, True),
    ("gauge_expired", expire_gauge, True),
    ("not_signed_on", sign_off, False),
    ("skill_missing", lose_skill(0, None), True),
    ("skill_expired", lose_skill(3, date(2026, 11, 1)), True),
    ("skill_alone", lose_skill(2, None), True),
]


@pytest.mark.parametrize(("code", "cause", "signable"), CAUSES, ids=[row[0] for row in CAUSES])
def test_a_cause_blocks_until_it_is_put_right(
    shop: Shop, code: str, cause: Callable[[Shop, str], Callable[[], object]], signable: bool
) -> None:
    serial = work.issue_serials(shop.scope, shop.order_id, 1, NOW)[0].serial
    assert codes(shop, serial, "op10a") == []
    put_right = cause(shop, serial)
    assert codes(shop, serial, "op10a") == [code]
    with pytest.raises(Problem) as caught:
        shop.report("start", serial=serial)
    assert (caught.value.code, caught.value.details["codes"]) == ("work.blocked", code)
    with acting(shop.scope):
        listed = dispatch(shop.scope, LINE, "op10a", NOW, shop.person_id)
    assert code in {block.code for row in listed.rows for block in row.blocks}
    sign = lambda: work.sign_override(  # noqa: E731
        shop.scope,
        key_of(shop, serial),
        LINE,
        "op10a",
        [code],
        "seen and judged",
        operator=shop.person_id,
        at=NOW,
    )
    if signable:
        sign()
        assert shop.report("start", serial=serial).op == 10
        shop.report("abort", serial=serial)
    else:
        assert code_of(sign) == "work.not_signable"
    put_right()
    assert codes(shop, serial, "op10a") == []
    assert shop.report("good", serial=serial, at=NOW + timedelta(seconds=5)).next_op == 80


def test_sequence_and_tests(shop: Shop) -> None:
    serial = work.issue_serials(shop.scope, shop.order_id, 1, NOW)[0].serial
    assert codes(shop, serial, "leak80") == ["sequence"]
    assert codes(shop, serial, "cmm90") == ["sequence", "test_missing"]
    shop.report("good", serial=serial)
    shop.report("rework", "leak80", serial=serial, reason="leak", rework_to=80)
    assert codes(shop, serial, "cmm90") == ["sequence", "test_failed"]
    shop.report("good", "leak80", serial=serial, at=NOW + timedelta(seconds=1))
    assert codes(shop, serial, "cmm90") == []


def test_an_override_is_for_one_start_only(shop: Shop) -> None:
    first, second = (row.serial for row in work.issue_serials(shop.scope, shop.order_id, 2, NOW))
    hold_station(shop, first)
    work.sign_override(shop.scope, key_of(shop, first), LINE, "op10a", ["station_held"], "trial part", at=NOW)
    assert code_of(lambda: shop.report("start", serial=second)) == "work.blocked"
    shop.report("good", serial=first)
    shop.report("rework", "leak80", serial=first, reason="leak", at=NOW + timedelta(seconds=1))
    again = lambda: shop.report("start", serial=first, at=NOW + timedelta(seconds=2))  # noqa: E731
    assert code_of(again) == "work.blocked"
    with pytest.raises(Problem) as caught:
        work.sign_override(
            make.scope_of("qichi"), key_of(shop, first), LINE, "op10a", ["station_held"], "no person", at=NOW
        )
    assert caught.value.code == "work.signature_person"


def test_a_missing_tool_blocks_only_where_tools_are_kept(shop: Shop) -> None:
    draft = work.draft_routing(shop.scope, shop.product_id)
    steps = [
        OperationWanted(10, "op10", "Cut", 60.0, skill="cnc", program="P10", tool_classes=("T9",)),
        OperationWanted(90, "cmm90", "Measure", 60.0),
    ]
    work.save_operations(shop.scope, draft, steps)
    work.release_routing(shop.scope, draft)
    from gearpark.contexts.shopfloor.types.orders import OrderWanted

    order = work.create_order(shop.scope, OrderWanted("HX6", LINE, 2, number="A-9"))
    work.release_order(shop.scope, order, 1, NOW)
    serial = work.issue_serials(shop.scope, order, 1, NOW)[0].serial
    assert codes(shop, serial, "op10a") == []
    wear_tool(shop, serial)()
    assert codes(shop, serial, "op10a") == ["tool_absent"]


def test_the_dispatch_list_asks_the_database_no_more_for_more_parts(shop: Shop) -> None:
    def count() -> int:
        with (
            acting(shop.scope),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            dispatch(shop.scope, LINE, "op10a", NOW, shop.person_id)
        return len(asked)

    work.issue_serials(shop.scope, shop.order_id, 1, NOW)
    few = count()
    work.issue_serials(shop.scope, shop.order_id, 15, NOW)
    assert count() == few <= 20
