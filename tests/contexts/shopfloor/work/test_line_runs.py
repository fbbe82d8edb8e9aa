"""Runs as a line reports them: idempotent, in any order, orders and serials registered as seen."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import registry as make

from gearpark.contexts.shopfloor.models import OperationRun, Serial, WorkOrder
from gearpark.contexts.shopfloor.services import work
from gearpark.contexts.shopfloor.types.work import (
    OperationDone,
    OrderStatus,
    RunResult,
    RunSeen,
    SerialDone,
)
from gearpark.kit import events
from gearpark.kit.tenant import acting

T0 = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OPS = ((10, "op10a"), (20, "op20b"), (30, "op30a"), (40, "op40a"), (50, "op50b"), (60, "op60a"))
OPS += ((70, "wash70"), (80, "leak80"), (90, "cmm90"))


def story(serial: str, start: datetime, *, scrap_at: int = 0) -> list[RunSeen]:
    """A housing through all nine operations, ten minutes each."""
    found = []
    for index, (op, station) in enumerate(OPS):
        at = start + timedelta(minutes=12 * index)
        bad = op == scrap_at
        found.append(
            RunSeen(
                serial,
                station,
                at,
                at + timedelta(minutes=10),
                RunResult.SCRAP if bad else RunResult.GOOD,
                "leak" if bad else "",
                order="qc-l1-261124-01",
                variant="hx6",
            )
        )
        if bad:
            break
    return found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Events of the test, bound for its length."""
    heard: list[object] = []
    bound = {kind: [*events._listeners[kind], heard.append] for kind in (OperationDone, SerialDone)}
    for kind, listeners in bound.items():
        monkeypatch.setitem(events._listeners, kind, listeners)
    return heard


def picture(scope: object) -> list[tuple[object, ...]]:
    """Everything the runs left behind, without database keys."""
    with acting(scope):  # type: ignore[arg-type]
        runs = OperationRun.objects.of(scope).order_by("serial__serial", "begun_at")  # type: ignore[arg-type]
        parts = Serial.objects.of(scope).order_by("serial")  # type: ignore[arg-type]
        return [
            *runs.values_list("serial__serial", "station", "op", "attempt", "begun_at", "ended_at", "result"),
            *parts.values_list("serial", "status", "next_op", "rework_loops", "begun_at", "done_at"),
        ]


def test_a_shuffled_and_repeated_story_is_the_same_story(demo_lines: object, told: list[object]) -> None:
    scope = make.scope_of("qichi")
    runs = [
        *story("1-261124-00001", T0),
        *story("1-261124-00002", T0 + timedelta(minutes=5), scrap_at=80),
        *story("1-261124-00003", T0 + timedelta(minutes=9))[:4],
    ]
    mixed = runs * 2
    random.Random(4).shuffle(mixed)
    for start in range(0, len(mixed), 7):
        work.record_runs(scope, "qc-l1", mixed[start : start + 7])
    with acting(scope):
        order = WorkOrder.objects.of(scope).get()
        assert (order.number, order.source, order.status, order.quantity) == (
            "qc-l1-261124-01", "line", OrderStatus.RUNNING, 3,
        )  # fmt: skip
        assert OperationRun.objects.of(scope).count() == len(runs)
        assert list(Serial.objects.of(scope).order_by("serial").values_list("status", "next_op")) == [
            ("good", None), ("scrap", None), ("open", 50),
        ]  # fmt: skip
    assert sum(isinstance(event, OperationDone) for event in told) == len(runs)
    assert sum(isinstance(event, SerialDone) for event in told) == 2
    before = picture(scope)
    done = work.record_runs(scope, "qc-l1", runs)
    assert (done.added, done.ended, done.known, done.conflicts) == (0, 0, len(runs), ())
    assert picture(scope) == before


def test_an_end_that_came_late_replaces_the_guess(demo_lines: object) -> None:
    scope = make.scope_of("qichi")
    first = RunSeen("p1", "op10a", T0, order="o1")
    work.record_runs(scope, "qc-l1", [first, RunSeen("p1", "op20a", T0 + timedelta(minutes=15))])
    with acting(scope):
        guessed = OperationRun.objects.of(scope).get(station="op10a")
        assert (guessed.result, guessed.reason) == ("aborted", "end-not-seen")
    done = work.record_runs(scope, "qc-l1", [RunSeen("p1", "op10a", T0, T0 + timedelta(minutes=10))])
    assert (done.added, done.ended) == (0, 1)
    with acting(scope):
        known = OperationRun.objects.of(scope).get(station="op10a")
        assert (known.result, known.ended_at) == ("good", T0 + timedelta(minutes=10))
        assert Serial.objects.of(scope).get().next_op == 20
    other = work.record_runs(scope, "qc-l1", [RunSeen("p1", "op10a", T0, T0 + timedelta(minutes=11))])
    assert other.conflicts == (("p1", "op10a", T0),)


def test_rework_goes_back_and_counts_attempts(demo_lines: object) -> None:
    scope = make.scope_of("qichi")
    at = [T0 + timedelta(minutes=10 * index) for index in range(8)]
    work.record_runs(
        scope,
        "qc-l1",
        [
            RunSeen("p1", "op10a", at[0], at[1]),
            RunSeen("p1", "op20a", at[1], at[2], RunResult.REWORK, "bore", rework_to=10),
            RunSeen("p1", "op10b", at[2], at[3]),
            RunSeen("p1", "op20a", at[3], at[4]),
        ],
    )
    with acting(scope):
        row = Serial.objects.of(scope).get()
        assert (row.next_op, row.rework_loops, row.order_id) == (30, 1, None)
        assert list(OperationRun.objects.of(scope).order_by("begun_at").values_list("op", "attempt")) == [
            (10, 1), (20, 1), (10, 2), (20, 2),
        ]  # fmt: skip
    work.record_runs(scope, "qc-l1", [RunSeen("p1", "op30a", at[5], order="late-order")])
    with acting(scope):
        assert Serial.objects.of(scope).get().order.number == "late-order"
