"""Parts of the demo shop for tests of genealogy: a product, an order and serials, made through the work services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.services.trace import add_facts
from gearpark.contexts.shopfloor.services.work import record_runs
from gearpark.contexts.shopfloor.types.trace import Fact, FactKind
from gearpark.contexts.shopfloor.types.work import RunResult, RunSeen
from gearpark.kit.tenant import acting

LINE = "qc-l1"
T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def serials(scope: Scope, *names: str, line: str = LINE, lot: str = "", order: str = "WO-1") -> list[int]:
    """Ids of serials that the line's first station has seen."""
    seen = [
        RunSeen(
            serial=name,
            station="op10a",
            begun_at=T0 + timedelta(minutes=10 * index),
            ended_at=T0 + timedelta(minutes=10 * index + 5),
            result=RunResult.GOOD,
            order=order,
            variant="H12-M",
            lot=lot,
        )
        for index, name in enumerate(names)
    ]
    with acting(scope):
        done = record_runs(scope, line, seen)
    return [done.serial_ids[name] for name in names]


def fact(kind: FactKind, key: str, minutes: float = 0.0, **fields: object) -> Fact:
    return Fact(kind, key, T0 + timedelta(minutes=minutes), **fields)  # type: ignore[arg-type]


def touched(scope: Scope, serial_id: int, *facts: Fact) -> int:
    with acting(scope):
        return add_facts(scope, serial_id, facts)
