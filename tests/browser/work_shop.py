"""The demo shop at work, as browser tests look at it: orders part way, parts held and scrapped, a station held."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from tests.browser.pictures import demo_park
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.config.demo.park import park_scope
from gearpark.config.demo.work import load_work
from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor.models import WorkOrder
from gearpark.contexts.shopfloor.queries.work.instructions import released_instruction
from gearpark.contexts.shopfloor.services import reports, work
from gearpark.contexts.shopfloor.types.orders import OrderWanted
from gearpark.contexts.shopfloor.types.people import SignedBy
from gearpark.contexts.shopfloor.types.reports import ReportWanted
from gearpark.contexts.shopfloor.types.work import ReportKind
from gearpark.kit.tenant import acting

LINE = "qc-l1"
STATIONS = {
    10: "op10a",
    20: "op20a",
    30: "op30a",
    40: "op40a",
    50: "op50a",
    60: "op60a",
    70: "wash70",
    80: "leak80",
    90: "cmm90",
}


def boss() -> Scope:
    """A process with every right at the shop."""
    return make.scope_of("qichi")


def worker() -> Scope:
    """The demo's operator with all skills, signed on everywhere on line 1."""
    scope = boss()
    with acting(scope):
        person = next(item for item in registry.people(scope, "qichi") if item.sign_in == "operator")
    for skill in ("line", "cnc", "cnc-fine", "test", "metrology"):
        work.grant_skill(scope, person.id, skill, 4, None, now_utc())
    for station in STATIONS.values():
        work.sign_on(scope, LINE, station, person.id, SignedBy.LEADER, now_utc() - timedelta(hours=6))
    return make.scope_of("qichi", person_id=person.id)


def say(scope: Scope, kind: ReportKind, station: str, at: datetime, **facts: object) -> str:
    values: dict[str, object] = {"key": uuid4(), "operator": scope.person_id, **facts}
    wanted = ReportWanted(kind=kind, line=LINE, station=station, at=at, **values)  # type: ignore[arg-type]
    return reports.report(scope, wanted, now_utc()).serial


def through(scope: Scope, serial: str, order_id: int, ops: list[int], at: datetime) -> None:
    """Report a part good at each operation, with every check of its instruction."""
    answers = {"confirm": "done", "choice": "clean"}
    for count, op in enumerate(ops):
        station, begun = STATIONS[op], at + timedelta(minutes=2 * count)
        say(scope, ReportKind.START, station, begun, serial=serial)
        with acting(scope):
            product = WorkOrder.objects.of(scope).get(pk=order_id).product_id
            shown = released_instruction(scope, product, op)
        for place, step in enumerate(shown.steps if shown else ()):
            if step.gated:
                wanted = step.wanted
                middle = f"{((wanted.lower or 0) + (wanted.upper or 0)) / 2:g}"
                value = answers.get(wanted.check.value, middle)
                when = begun + timedelta(seconds=place)
                say(scope, ReportKind.CHECK, station, when, serial=serial, step=step.id, value=value)
        say(scope, ReportKind.GOOD, station, begun + timedelta(minutes=1), serial=serial)


def shop_at_work() -> None:
    """Seed: the demo park, its orders, and a morning's work on line 1."""
    demo_park()
    now = now_utc()
    load_work(park_scope(), now)
    scope, person = boss(), worker()
    key = work.create_order(
        scope, OrderWanted("H12-M", LINE, 24, number="WO-DEMO", customer_ref="illustrative")
    )
    work.release_order(scope, key, 1, now)
    begun = now - timedelta(hours=5)
    serials = [row.serial for row in work.issue_serials(scope, key, 9, begun)]
    ops = list(STATIONS)
    for number, serial in enumerate(serials):
        at = begun + timedelta(minutes=6 * number)
        through(person, serial, key, ops[: (9, 9, 7, 6, 4, 3, 2, 1, 0)[number]], at)
    late = now - timedelta(minutes=20)
    say(person, ReportKind.SCRAP, "leak80", late, serial=serials[2], reason="leak")
    say(person, ReportKind.HOLD, "op50a", late, serial=serials[4], reason="Scratch on the joint face")
    say(person, ReportKind.START, "op10a", late, serial=serials[8])
    work.hold_station(scope, LINE, "op40b", "Two of three points beyond two sigma", source="spc")
    other = work.create_order(scope, OrderWanted("H12-R", "qc-l2", 40, number="WO-DEMO-2"))
    work.release_order(scope, other, 1, now)
    work.hold_order(scope, other, 2, "Drawing change pending")
    work.create_order(scope, OrderWanted("H12-C", "qc-l3", 60, number="WO-DEMO-3", priority=10))
