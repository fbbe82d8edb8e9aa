"""A shop ready for work: product, released routing, order, people with skills at a station of line 1."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.shopfloor.services import reports, work
from gearpark.contexts.shopfloor.types.orders import OperationWanted, OrderWanted, ProductWanted
from gearpark.contexts.shopfloor.types.people import SignedBy
from gearpark.contexts.shopfloor.types.reports import Outcome, ReportWanted
from gearpark.contexts.shopfloor.types.work import ReportKind, Tracking
from gearpark.kit.tenant import acting

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LINE = "qc-l1"


@dataclass
class Shop:
    """What the tests work with. ``scope`` is a person with every right, signed on at the stations they use."""

    scope: Scope
    person_id: int
    product_id: int
    routing_id: int
    order_id: int
    order: str

    def report(self, kind: ReportKind | str, station: str = "op10a", **facts: object) -> Outcome:
        """One report of this person at a station."""
        values: dict[str, object] = {"key": uuid4(), "at": NOW, "operator": self.person_id, **facts}
        wanted = ReportWanted(kind=ReportKind(kind), line=LINE, station=station, **values)  # type: ignore[arg-type]
        return reports.report(self.scope, wanted, NOW)


def operations() -> list[OperationWanted]:
    """Three operations: cut, test, pack."""
    return [
        OperationWanted(10, "op10", "Cut", 60.0, skill="cnc", program="P10"),
        OperationWanted(80, "leak80", "Leak test", 60.0, is_test=True, rework_to=10),
        OperationWanted(90, "cmm90", "Measure", 60.0, is_test=True, needs_test=True),
    ]


def build_shop(tracking: Tracking = Tracking.SERIAL, quantity: int = 20) -> Shop:
    """Everything through the services, as people do it."""
    person = make.person("qichi", "firm-admin", f"worker-{uuid4().hex[:6]}")
    scope = make.scope_of("qichi", person_id=person.pk)
    boss = make.scope_of("qichi")
    with acting(boss):
        ensure_demo_lines(boss)
    work.save_skill(boss, "cnc", "Machining", "机加工")
    work.grant_skill(boss, person.pk, "cnc", 3, date(2027, 1, 1), NOW)
    program = work.add_program(boss, "P10", "r1", sha256=hashlib.sha256(b"P10").hexdigest())
    work.release_program(boss, program)
    product = work.save_product(
        boss, ProductWanted("HX6", "Housing", "housing-machining", variant="H12-M", tracking=tracking)
    )
    routing = work.draft_routing(boss, product)
    work.save_operations(boss, routing, operations())
    work.release_routing(boss, routing)
    order = work.create_order(boss, OrderWanted("HX6", LINE, quantity, number="A-1"))
    work.release_order(boss, order, 1, NOW)
    for station in ("op10a", "op10b", "leak80", "cmm90"):
        work.sign_on(boss, LINE, station, person.pk, SignedBy.LEADER, NOW)
    return Shop(scope, person.pk, product, routing, order, "A-1")


@pytest.fixture
def shop(db: None) -> Shop:
    return build_shop()


@pytest.fixture
def make_shop(db: None) -> Callable[..., Shop]:
    return build_shop
