"""Plans become due, orders are worked through, the ledger of spare parts is never negative, swaps keep their history."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.models.care import (
    CareFollow,
    MachineDay,
    MaintenanceOrder,
    MaintenancePlan,
    Mounting,
    SpareMovement,
    SparePart,
)
from gearpark.contexts.shopfloor.queries import line, source
from gearpark.contexts.shopfloor.queries.care.plans import plan_dues
from gearpark.contexts.shopfloor.services import care
from gearpark.contexts.shopfloor.types.care import (
    CheckPoint,
    JobKind,
    JobWanted,
    MovementKind,
    PlanWanted,
    SpareWanted,
    Trigger,
)
from gearpark.kit.tenant import acting

from .signals import MINUTE_US, SECOND_US, write

ASSET = "qc-l1-op10a"
HOUR_US = 60 * MINUTE_US


def plan(scope: Scope, at: datetime, **fields: object) -> int:
    facts = {
        "code": "P1",
        "name_en": "Grease the axes",
        "asset": ASSET,
        "trigger": Trigger.TIME,
        "every": 30.0,
        **fields,
    }
    return care.save_plan(scope, PlanWanted(**facts), at)  # type: ignore[arg-type]


def job(scope: Scope, number: str) -> MaintenanceOrder:
    with acting(scope):
        return MaintenanceOrder.objects.of(scope).get(number=number)


def test_a_plan_by_time_opens_one_order_and_counts_anew(shop: Scope, now: datetime) -> None:
    plan(
        shop,
        now - timedelta(days=28),
        checklist=(CheckPoint("Oil level"), CheckPoint("Pressure", kind="value", low=4, high=6)),
    )
    (number,) = care.open_due_jobs(shop, now)
    assert care.open_due_jobs(shop, now) == []
    assert job(shop, number).planned_at == now + timedelta(days=2)
    care.start_job(shop, number, now)
    with pytest.raises(Problem) as caught:
        care.finish_job(shop, number, now, labour_min=20, downtime_min=0)
    assert caught.value.code == "care.checklist_open"
    assert care.check_point(shop, number, 0, now, done=True)
    assert not care.check_point(shop, number, 1, now, value=3.1)
    with pytest.raises(Problem) as caught:
        care.finish_job(shop, number, now, labour_min=20, downtime_min=0)
    assert caught.value.code == "care.remedy_missing"
    care.finish_job(shop, number, now, labour_min=20, downtime_min=5, remedy="Valve set")
    with acting(shop):
        (due,) = plan_dues(shop, now)
        assert (due.share, due.due_at, due.job) == (0.0, now + timedelta(days=30), None)
    with pytest.raises(Problem) as caught:
        care.start_job(shop, number, now)
    assert caught.value.code == "care.job_over"


def test_two_people_do_not_overwrite_each_other(shop: Scope, now: datetime) -> None:
    number = care.open_job(shop, JobWanted(ASSET, "Leak at the spindle"), now)
    version = job(shop, number).version
    care.plan_job(shop, number, now, planned_at=now, minutes=60, assigned_to="Wu", version=version)
    with pytest.raises(Problem) as caught:
        care.plan_job(shop, number, now, planned_at=None, minutes=10, version=version)
    assert caught.value.code == "care.changed_meanwhile"


def test_an_alarm_gives_one_order(shop: Scope, now: datetime) -> None:
    wanted = JobWanted(ASSET, "Spindle overload", source="alarm", source_key="alarm:x:1")
    assert care.open_job(shop, wanted, now) == care.open_job(shop, wanted, now)


def test_parts_and_run_hours_are_counted_from_the_machine(
    lake_root: Path, shop: Scope, now: datetime
) -> None:
    """Six hours of running with a part every ten minutes; the middle two hours arrive later."""
    start = to_us(now) - 8 * HOUR_US
    plan(shop, from_us(start), trigger=Trigger.COUNT, every=100.0)
    plan(shop, from_us(start), code="P2", trigger=Trigger.RUN_HOURS, every=10.0)
    points = [(f"{ASSET}/item_state", start + HOUR_US, "ProcessingExecuting"), (f"{ASSET}/operation_mode", start, "Processing"),
              (f"{ASSET}/item_state", start, "Executing"), (f"{ASSET}/operation_mode", start + 6 * HOUR_US, "Setup"),
              (f"{ASSET}/item_state", start + 6 * HOUR_US, "NotExecuting")]  # fmt: skip
    points = [p for p in points if p[2] != "ProcessingExecuting"]
    counts = [(f"{ASSET}/part_count", start + n * 10 * MINUTE_US, float(n)) for n in range(37)]
    lake, info = source.reader(), line
    with acting(shop):
        found = info(shop, "qc-l1")
        write(lake_root, points + counts[:12] + counts[24:], to_us(now))
        care.follow_machines(shop, lake, found, now)
        write(lake_root, counts[12:24], to_us(now))
        care.follow_machines(shop, lake, found, now)
        CareFollow.objects.of(shop).update(version=-1)
        care.follow_machines(shop, lake, found, now)
        dues = {due.code: due.counted for due in plan_dues(shop, now)}
        assert dues["P1"] == 36
        assert dues["P2"] == pytest.approx(6.0, abs=0.02)
        assert MachineDay.objects.of(shop).count() >= 1
        assert {due.due_at is not None for due in plan_dues(shop, now)} == {True}


def test_a_condition_that_stands_opens_an_order_once(lake_root: Path, shop: Scope, now: datetime) -> None:
    start = to_us(now) - HOUR_US
    care.save_zone(shop, "small", "Small machines", "2016", (1.4, 2.8, 4.5))
    key = plan(
        shop,
        from_us(start),
        trigger=Trigger.CONDITION,
        every=None,
        signal="vibration",
        hold_s=90,
        zone="small",
    )
    tag = f"{ASSET}/vibration"
    with acting(shop):
        row = MaintenancePlan.objects.of(shop).get(pk=key)
        assert (row.limit, row.release) == (2.8, 1.4)
        info, lake = line(shop, "qc-l1"), source.reader()
        for minute, value in ((1, 3.0), (2, 1.2), (3, 3.1)):
            at = start + minute * MINUTE_US
            write(lake_root, [(tag, at - SECOND_US, value), (tag, at, value)], at)
            care.follow_machines(shop, lake, info, from_us(at + 30 * SECOND_US))
        assert MaintenanceOrder.objects.of(shop).count() == 0
        write(lake_root, [(tag, start + 5 * MINUTE_US, 2.0)], start + 5 * MINUTE_US)
        for minute in (5, 6):
            care.follow_machines(shop, lake, info, from_us(start + minute * MINUTE_US))
        (order,) = MaintenanceOrder.objects.of(shop)
        assert (order.kind, order.text) == (JobKind.CONDITION.value, "vibration 3.1 >= 2.8")


@pytest.fixture
def part(shop: Scope, now: datetime) -> str:
    care.save_spare(shop, SpareWanted("BRG-7014", "Spindle bearing", minimum=Decimal(2), maximum=Decimal(8)))
    care.move_spare(shop, "BRG-7014", MovementKind.RECEIVE, Decimal(5), now)
    return "BRG-7014"


def test_what_is_reserved_belongs_to_its_order(shop: Scope, part: str, now: datetime) -> None:
    number = care.open_job(shop, JobWanted(ASSET, "Spindle"), now)
    other = care.open_job(shop, JobWanted(ASSET, "Other"), now)
    care.reserve_spare(shop, part, number, Decimal(4))
    with pytest.raises(Problem) as caught:
        care.move_spare(shop, part, MovementKind.ISSUE, Decimal(2), now, order=other)
    assert caught.value.code == "care.stock_short"
    assert care.move_spare(shop, part, MovementKind.ISSUE, Decimal(3), now, order=number, key="a") == 2
    assert care.move_spare(shop, part, MovementKind.ISSUE, Decimal(3), now, order=number, key="a") == 2
    care.finish_job(shop, number, now, labour_min=1, downtime_min=1, remedy="Done")
    with acting(shop):
        row = SparePart.objects.of(shop).get(code=part)
        assert (row.stock, row.reserved) == (2, 0)
        ledger = SpareMovement.objects.of(shop).filter(part=row)
        assert sum(item.quantity for item in ledger) == row.stock


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_never_negative_whoever_takes_at_once(now: datetime) -> None:
    from gearpark.contexts.shopfloor.public import ensure_demo_lines

    make.organisation("qichi")
    scope = make.scope_of("qichi")
    with acting(scope):
        ensure_demo_lines(scope)
    care.save_spare(scope, SpareWanted("O-RING", "O-ring"))
    care.move_spare(scope, "O-RING", MovementKind.RECEIVE, Decimal(10), now)
    refused: list[str] = []
    start = threading.Barrier(6)

    def take() -> None:
        try:
            start.wait()
            for _ in range(3):
                try:
                    care.move_spare(scope, "O-RING", MovementKind.ISSUE, Decimal(1), now)
                except Problem as problem:
                    refused.append(problem.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["care.stock_short"] * 8
    with acting(scope):
        assert SparePart.objects.of(scope).get(code="O-RING").stock == 0
        assert SpareMovement.objects.of(scope).count() == 11
        assert {item.after >= 0 for item in SpareMovement.objects.of(scope)} == {True}


def test_a_swapped_spindle_keeps_its_history(shop: Scope, now: datetime) -> None:
    care.swap(shop, ASSET, "spindle", "SP-1", now - timedelta(days=90))
    care.swap(shop, ASSET, "spindle", "SP-2", now - timedelta(days=10), reason="Bearing noise")
    care.swap(shop, "qc-l1-op20a", "spindle", "SP-1", now - timedelta(days=2))
    with pytest.raises(Problem) as caught:
        care.swap(shop, ASSET, "spindle", "SP-3", now - timedelta(days=30))
    assert caught.value.code == "care.mounting_order"
    with acting(shop):
        rows = Mounting.objects.of(shop).select_related("physical").order_by("since_at")
        told = [(row.physical.serial, row.asset[-5:], row.until_at) for row in rows]
    assert told == [
        ("SP-1", "op10a", now - timedelta(days=10)), ("SP-2", "op10a", None), ("SP-1", "op20a", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"every": None}, "care.trigger"),
        ({"every": -1.0}, "care.number_range"),
        ({"trigger": Trigger.CONDITION, "signal": "vibration", "limit": 1.0, "release": 2.0}, "care.trigger"),
        ({"zone": "no"}, "care.zone_unknown"),
        ({"spares": (("NO", Decimal(1)),)}, "care.spare_unknown"),
        ({"checklist": (CheckPoint("x", kind="poem"),)}, "care.checklist"),
        ({"name_en": " "}, "care.text_missing"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    shop: Scope, now: datetime, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Problem) as caught:
        plan(shop, now, **fields)
    assert caught.value.code == code
    with acting(shop):
        assert MaintenancePlan.objects.of(shop).count() == 0
