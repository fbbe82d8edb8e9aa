"""Facts behind serials: kept once, in any order, for one firm only, never changed; traced up and down."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models.trace import Fact as FactTable
from gearpark.contexts.shopfloor.models.trace import Measured
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries import trace
from gearpark.contexts.shopfloor.services.trace import add_facts, add_facts_of_many
from gearpark.contexts.shopfloor.types.trace import Cause, FactKind
from gearpark.kit.tenant import acting

from .parts import T0, fact, serials, touched

ScopeOf = Callable[..., Scope]
KIND = FactKind


@pytest.fixture
def shop(demo_lines: list[LineInfo], scope_of: ScopeOf) -> Scope:
    return scope_of("qichi")


def story(shop: Scope, key: int) -> list[tuple[str, str, float | None]]:
    return [(row.kind.value, row.key, row.value) for row in trace.passport(shop, key).facts]


def test_facts_are_kept_once_in_any_order(shop: Scope) -> None:
    first, second = serials(shop, "A-1", "A-2")
    limits = {"lower": -18.0, "upper": 18.0}
    told = [
        fact(KIND.MATERIAL, "HEAT-7", 0, op=10),
        fact(KIND.TOOL, "T-100", 1, op=10, value=12.0, station="op10a"),
        fact(KIND.PROGRAM, "P10", 1, op=10, data={"hash": "ab12", "by": "mill"}),
        *[fact(KIND.VALUE, f"bore_{n}_um", 9, value=n / 3, unit="um", data=limits) for n in range(1, 5)],
    ]
    assert touched(shop, first, *told) == len(told)
    shuffled = told * 2
    random.Random(3).shuffle(shuffled)
    assert touched(shop, first, *shuffled) == 0
    with acting(shop):
        for one in shuffled:  # one at a time gives the same as all at once
            add_facts(shop, second, [one])
    assert story(shop, first) == story(shop, second)
    assert len(story(shop, first)) == len(told)
    rows = {row.key: row for row in trace.passport(shop, first).facts}
    assert (rows["P10"].spec, rows["P10"].data) == ({"hash": "ab12"}, {"by": "mill"})
    assert rows["bore_2_um"].spec == limits
    assert rows["bore_2_um"].inside is True


def test_a_late_value_of_the_same_moment_joins_and_a_second_reading_of_it_does_not(shop: Scope) -> None:
    (key,) = serials(shop, "A-1")
    touched(shop, key, fact(KIND.VALUE, "bore", 5, value=1.5, unit="um"))
    late = [
        fact(KIND.VALUE, "bore", 5, value=9.9, unit="um", data={"upper": 3.0}),
        fact(KIND.VALUE, "flatness", 5, value=20.0, unit="um", data={"temperature_c": 21.5}),
    ]
    assert touched(shop, key, *late) == 1
    rows = {row.key: row for row in trace.passport(shop, key).facts}
    assert rows["bore"].value == 1.5
    assert rows["flatness"].data == {"temperature_c": 21.5}


@pytest.mark.parametrize(
    "wrong",
    [
        fact(KIND.TOOL, ""),
        fact(KIND.TOOL, "x" * 121),
        fact(KIND.VALUE, "bore"),
        fact(KIND.VALUE, "bore", value=float("nan")),
        fact(KIND.TOOL, "t", data={"much": "x" * 3000}),
    ],
    ids=["no name", "long name", "no number", "nan", "too much data"],
)
def test_what_cannot_be_kept_is_refused_whole(shop: Scope, wrong: object) -> None:
    (key,) = serials(shop, "A-1")
    with pytest.raises(Problem) as refused, acting(shop):
        add_facts(shop, key, [fact(KIND.TOOL, "good"), wrong])  # type: ignore[list-item]
    assert refused.value.code == "trace.fact_unreadable"
    assert story(shop, key) == []


def test_facts_belong_to_their_firm(
    shop: Scope, scope_of: ScopeOf, organisation: Callable[..., object]
) -> None:
    (key,) = serials(shop, "A-1")
    touched(shop, key, fact(KIND.TOOL, "T-100"))
    organisation("other")
    other = scope_of("other")
    with pytest.raises(NotFound) as unknown, acting(other):
        add_facts(other, key, [fact(KIND.TOOL, "T-100")])
    assert unknown.value.code == "trace.serial_unknown"
    with pytest.raises(NotFound):
        trace.passport(other, key)
    assert trace.trace_down(other, Cause(KIND.TOOL, "T-100")).total == 0


@pytest.mark.parametrize("table", ["shopfloor_fact", "shopfloor_measured", "shopfloor_thing"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET org = org", "DELETE FROM {}"])
def test_facts_are_never_changed(shop: Scope, table: str, statement: str) -> None:
    (key,) = serials(shop, "A-1")
    touched(shop, key, fact(KIND.TOOL, "T-100"), fact(KIND.VALUE, "bore", value=1.0))
    with acting(shop), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_a_serial_with_facts_stays(shop: Scope) -> None:
    (key,) = serials(shop, "A-1")
    touched(shop, key, fact(KIND.TOOL, "T-100"))
    with acting(shop), pytest.raises(DatabaseError, match="has facts"), transaction.atomic():
        connection.cursor().execute("DELETE FROM shopfloor_serial WHERE id = %s", [key])


def test_trace_down_by_thing_and_time(shop: Scope) -> None:
    keys = serials(shop, *[f"A-{n}" for n in range(6)])
    with acting(shop):
        add_facts_of_many(
            shop,
            {
                key: [
                    fact(KIND.GAUGE, "G-9", 60 * n, station="cmm90"),
                    fact(KIND.PROGRAM, "P90", 60 * n, data={"hash": "old" if n < 3 else "new"}),
                ]
                for n, key in enumerate(keys)
            },
        )
    found = trace.trace_down(shop, Cause(KIND.GAUGE, "G-9"))
    assert (found.total, [row.id for row in found.parts]) == (6, keys)
    since = T0 + timedelta(hours=2)
    until = T0 + timedelta(hours=4)
    found = trace.recall(shop, Cause(KIND.GAUGE, "G-9", since_at=since, until_at=until))
    assert [row.serial for row in found.parts] == ["A-2", "A-3"]
    assert found.first_at == since
    assert found.by_status == {"open": 2}
    assert found.groups[0].line == "qc-l1"
    versions = [trace.trace_down(shop, Cause(KIND.PROGRAM, "P90", v)).total for v in ("", "old", "new", "x")]
    assert versions == [6, 3, 3, 0]
    first = trace.trace_down(shop, Cause(KIND.GAUGE, "G-9"), limit=4)
    rest = trace.trace_down(shop, Cause(KIND.GAUGE, "G-9"), after=first.next_after, limit=4)
    assert [row.id for row in (*first.parts, *rest.parts)] == keys
    assert rest.next_after == 0


def test_a_part_that_went_into_another_is_followed_both_ways(shop: Scope) -> None:
    """Two castings of one heat go into gear housings; one housing into an axle; a lot of pins into the axle as well."""
    a, b, housing, axle = serials(shop, "cast-a", "cast-b", "housing", "axle")
    pins = serials(shop, "pin-1", "pin-2", order="WO-2", lot="PIN-LOT")
    touched(shop, a, fact(KIND.MATERIAL, "HEAT-7"))
    touched(shop, b, fact(KIND.MATERIAL, "HEAT-7"))
    touched(shop, housing, fact(KIND.CHILD, "cast-a", 30), fact(KIND.TOOL, "T-1", 31))
    touched(shop, axle, fact(KIND.CHILD, "housing", 90), fact(KIND.MATERIAL, "PIN-LOT", 91))
    for pin in pins:
        touched(shop, pin, fact(KIND.MATERIAL, "WIRE-3"))
    up = trace.trace_up(shop, axle)
    assert {row.serial for row in up.parts} == {"axle", "housing", "cast-a", "pin-1", "pin-2"}
    assert up.parts[0].serial == "axle"
    assert {(use.kind.value, use.key, use.parts) for use in up.things} >= {
        ("material", "HEAT-7", 1),
        ("material", "WIRE-3", 2),
        ("tool", "T-1", 1),
    }
    assert set(up.edges) == {(axle, housing), (housing, a), (axle, pins[0]), (axle, pins[1])}
    down = trace.recall(shop, Cause(KIND.MATERIAL, "HEAT-7"))
    assert {(row.serial, row.depth) for row in down.parts} == {
        ("cast-a", 0),
        ("cast-b", 0),
        ("housing", 1),
        ("axle", 2),
    }
    lot = trace.recall(shop, Cause(KIND.MATERIAL, "WIRE-3"))
    assert {(row.serial, row.depth) for row in lot.parts} == {("pin-1", 0), ("pin-2", 0), ("axle", 1)}
    assert trace.trace_down(shop, Cause(KIND.MATERIAL, "HEAT-7", deep=False)).total == 2
    assert [row.serial for row in trace.passport(shop, housing).went_into] == ["axle"]
    assert [row.serial for row in trace.passport(shop, housing).made_of] == ["cast-a"]


def test_a_circle_of_parts_ends(shop: Scope) -> None:
    a, b = serials(shop, "a", "b")
    touched(shop, a, fact(KIND.CHILD, "b"))
    touched(shop, b, fact(KIND.CHILD, "a"))
    assert len(trace.trace_up(shop, a).parts) == 2
    assert trace.recall(shop, Cause(KIND.CHILD, "a")).total == 2


def test_a_line_in_a_stretch_of_time_is_a_cause(shop: Scope) -> None:
    keys = serials(shop, "A-1", "A-2", "A-3")
    for n, key in enumerate(keys):
        touched(shop, key, fact(KIND.MACHINE, "qc-l1-op10a", 60 * n, station="op10a"))
    found = trace.recall(shop, Cause(line="qc-l1", since_at=T0 + timedelta(minutes=30)))
    assert [row.serial for row in found.parts] == ["A-2", "A-3"]
    with pytest.raises(Problem) as empty:
        trace.recall(shop, Cause(line="qc-l1"))
    assert empty.value.code == "trace.cause_empty"


def test_bulk_is_one_transaction_of_few_statements(
    shop: Scope, django_assert_max_num_queries: Callable[..., object]
) -> None:
    keys = serials(shop, *[f"A-{n}" for n in range(50)])
    facts = {
        key: [fact(KIND.TOOL, f"T-{n % 7}", n), *[fact(KIND.VALUE, f"v{v}", n, value=v) for v in range(20)]]
        for n, key in enumerate(keys)
    }
    with django_assert_max_num_queries(12), acting(shop):  # type: ignore[attr-defined]
        assert add_facts_of_many(shop, facts) == 50 * 21
    with acting(shop):
        assert (FactTable.objects.of(shop).count(), Measured.objects.of(shop).count()) == (50, 50)
