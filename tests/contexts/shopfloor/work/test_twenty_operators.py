"""Twenty operators on one order at the same moment, each on a connection of their own: nothing twice, nothing crossed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from tests.contexts.shopfloor.work.conftest import LINE, NOW, Shop, build_shop
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import OperationRun, Reservation, Serial, WorkOrder
from gearpark.contexts.shopfloor.services import reports, work
from gearpark.contexts.shopfloor.types.orders import OrderWanted
from gearpark.contexts.shopfloor.types.people import SignedBy
from gearpark.contexts.shopfloor.types.reports import ReportWanted
from gearpark.contexts.shopfloor.types.work import OrderStatus, ReportKind
from gearpark.kit.tenant import acting

OPERATORS = 20
PARTS_EACH = 2
WAIT_S = 60.0
pytestmark = pytest.mark.django_db(transaction=True)


def together(jobs: list[Callable[[], object]]) -> list[object]:
    """Run all jobs from one barrier, each in a thread with its own connection; results or the Problems raised."""
    barrier = threading.Barrier(len(jobs))
    found: list[object] = [None] * len(jobs)

    def run(index: int, job: Callable[[], object]) -> None:
        try:
            barrier.wait(WAIT_S)
            found[index] = job()
        except Exception as error:
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, job)) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive()
    return found


def crew(shop: Shop) -> list[Scope]:
    """Twenty people at one station, skilled enough."""
    boss = make.scope_of("qichi")
    found = []
    for _number in range(OPERATORS):
        person = make.person("qichi", "operator", f"op-{uuid4().hex[:8]}")
        work.grant_skill(boss, person.pk, "cnc", 3, None, NOW)
        work.sign_on(boss, LINE, "op10a", person.pk, SignedBy.LEADER, NOW)
        found.append(make.scope_of("qichi", person_id=person.pk))
    return found


def say(scope: Scope, kind: ReportKind, **facts: object) -> str:
    values: dict[str, object] = {
        "key": uuid4(),
        "at": NOW + timedelta(seconds=1),
        "operator": scope.person_id,
    }
    wanted = ReportWanted(kind=kind, line=LINE, station="op10a", **{**values, **facts})  # type: ignore[arg-type]
    return reports.report(scope, wanted, NOW + timedelta(seconds=2)).serial


def grabs(scope: Scope, serial: str, component: str) -> bool:
    """Build a component in; False when somebody was quicker."""
    try:
        say(scope, ReportKind.CONSUME, serial=serial, value=component)
    except Problem as problem:
        if problem.code == "work.component_used":
            return False
        raise
    return True


def components(shop: Shop) -> list[str]:
    """As many finished parts as all operators will build in, issued to the order."""
    boss = make.scope_of("qichi")
    count = OPERATORS * PARTS_EACH
    source = work.create_order(boss, OrderWanted("HX6", LINE, count, number="SUB"))
    work.release_order(boss, source, 1, NOW)
    texts = [row.serial for row in work.issue_serials(boss, source, count, NOW)]
    with acting(boss):
        Serial.objects.of(boss).filter(order_id=source).update(status="good", next_op=None, done_at=NOW)
    work.issue_components(boss, shop.order_id, texts, NOW)
    return texts


def test_no_serial_twice_and_no_part_crossed() -> None:
    shop = build_shop(quantity=OPERATORS * PARTS_EACH)
    people, stock = crew(shop), components(shop)

    def shift(scope: Scope) -> list[tuple[str, str]]:
        """Start a part, grab the first component that nobody else grabbed, finish; again."""
        made = []
        for part in range(PARTS_EACH):
            serial = say(scope, ReportKind.START, order=shop.order)
            wanted = stock[part * OPERATORS : (part + 1) * OPERATORS]  # everybody wants the same ones
            component = next(item for item in wanted if grabs(scope, serial, item))
            say(scope, ReportKind.GOOD, serial=serial)
            made.append((serial, component))
        return made

    found = together([lambda scope=scope: shift(scope) for scope in people])  # type: ignore[misc]
    assert [item for item in found if isinstance(item, Exception)] == []
    pairs = [pair for made in found for pair in made]  # type: ignore[attr-defined]
    assert len({serial for serial, _ in pairs}) == OPERATORS * PARTS_EACH
    assert {component for _, component in pairs} == set(stock)
    boss = make.scope_of("qichi")
    with acting(boss):
        runs = OperationRun.objects.of(boss).filter(serial__order_id=shop.order_id)
        held = dict(runs.values_list("serial__serial", "person_id"))
        for scope, made in zip(people, found, strict=True):
            assert {held[serial] for serial, _ in made} == {scope.person_id}  # type: ignore[attr-defined]
        assert runs.filter(result="good").count() == OPERATORS * PARTS_EACH
        used = Reservation.objects.of(boss).values_list("consumed_by__serial", "component__serial")
        assert sorted(used) == sorted(pairs)
        order = WorkOrder.objects.of(boss).get(pk=shop.order_id)
        assert (order.serials_issued, order.status) == (OPERATORS * PARTS_EACH, OrderStatus.RUNNING)


def test_one_waiting_part_goes_to_one_operator_and_the_last_serial_too() -> None:
    shop = build_shop(quantity=2)
    people = crew(shop)
    serial = work.issue_serials(make.scope_of("qichi"), shop.order_id, 1, NOW)[0].serial
    found = together([lambda s=scope: say(s, ReportKind.START, serial=serial) for scope in people])  # type: ignore[misc]
    codes = Counter(item.code for item in found if isinstance(item, Problem))
    assert found.count(serial) == 1
    assert codes == {"work.on_station": OPERATORS - 1}
    found = together([lambda s=scope: say(s, ReportKind.GOOD, order=shop.order) for scope in people])  # type: ignore[misc]
    codes = Counter(item.code for item in found if isinstance(item, Problem))
    assert codes == {"work.order_all_issued": OPERATORS - 1}


def test_one_report_sent_twenty_times_at_once_counts_once() -> None:
    shop = build_shop()
    key = uuid4()
    scope = crew(shop)[0]
    found = together(
        [lambda: say(scope, ReportKind.GOOD, order=shop.order, key=key) for _ in range(OPERATORS)]
    )
    assert len(set(found)) == 1
    assert not isinstance(found[0], Exception)
    with acting(scope):
        assert Serial.objects.of(scope).count() == 1
