"""Plans of tapping and anode changes: rules never broken, optimal on what can be counted out, refusals that name their place."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.potplan.documents import plan_document, read_case, shipped_grades
from gearpark.engines.potplan.example import example_case
from gearpark.engines.potplan.ladles import blend, grade_of, possible_t
from gearpark.engines.potplan.plan import plain, plan, premium_of
from gearpark.engines.potplan.shifts import assign
from gearpark.engines.potplan.types import Case, Cell, Grade, Order, Plan, Rules

GRADES = (Grade("pure", 0.12, 0.08, 300.0), Grade("usual", 0.20, 0.10, 60.0))


@st.composite
def cases(draw: Any) -> Case:
    cells = []
    for k in range(draw(st.integers(3, 24))):
        tap = draw(st.sampled_from((0.0, 3.0, 3.6, 4.2)))
        cells.append(
            Cell(
                k + 1,
                k // 12,
                k % 12,
                tap,
                tap + 1.0,
                draw(st.floats(0.05, 0.3)),
                draw(st.floats(0.03, 0.12)),
                draw(st.integers(0, 2)),
                tuple(draw(st.sets(st.integers(0, 2), max_size=2))),
            )
        )
    orders = tuple(
        Order(
            draw(st.sampled_from(("pure", "usual"))),
            draw(st.floats(1, 20)),
            draw(st.sampled_from((None, 0, 1, 2))),
        )
        for _ in range(draw(st.integers(0, 2)))
    )
    rules = Rules(3, draw(st.integers(0, 8)), draw(st.integers(1, 12)), 1, 1, 9.0, 3.0, 3, 4)
    return Case(tuple(cells), GRADES, orders, rules)


def assert_keeps(case: Case, made: Plan) -> None:
    """Every rule of the case."""
    cells, rules = {cell.number: cell for cell in case.cells}, case.rules
    taps = {number: ladle.shift for ladle in made.ladles for number in ladle.cells}
    assert len(taps) == sum(len(ladle.cells) for ladle in made.ladles)  # no cell twice
    assert {*taps, *made.untapped} == {cell.number for cell in case.cells if cell.tap_t > 0}
    for shift in range(rules.shifts):
        assert sum(at == shift for at in taps.values()) <= rules.taps
        changed = {one.cell for one in made.changes if one.shift == shift}
        assert len(changed) == sum(one.shift == shift for one in made.changes) <= rules.changes
        assert not changed & {number for number, at in taps.items() if at == shift}
        for a, b in combinations(changed, 2):
            assert cells[a].row != cells[b].row or abs(cells[a].place - cells[b].place) > 1
    for one in made.changes:
        assert -rules.early <= one.shift - one.due <= rules.late
    done = {(one.cell, one.due) for one in made.changes}
    assert done | set(made.unchanged) == {(cell.number, due) for cell in case.cells for due in cell.anode_due}
    for ladle in made.ladles:
        group = [cells[number] for number in ladle.cells]
        assert blend(group) == pytest.approx((ladle.tonnes, ladle.fe, ladle.si))
        assert rules.ladle_least_t - 1e-6 <= ladle.tonnes <= rules.ladle_t + 1e-6
        assert len({cell.row for cell in group}) == 1
        assert max(cell.place for cell in group) - min(cell.place for cell in group) <= rules.reach
        assert all(cell.tap_t <= cell.most_t for cell in group)
        if ladle.grade:
            limit = next(grade for grade in case.grades if grade.name == ladle.grade)
            assert ladle.fe <= limit.fe + 1e-6
            assert ladle.si <= limit.si + 1e-6
    assert sum(made.tonnes.values()) == pytest.approx(sum(ladle.tonnes for ladle in made.ladles))
    for short in made.short:
        assert short.planned_t < short.asked_t
        assert short.planned_t <= short.possible_t + 1e-4
        assert short.why


@settings(max_examples=40, deadline=None)
@given(cases())
def test_no_rule_is_broken(case: Case) -> None:
    assert_keeps(case, plan(case))


def test_the_example_meets_its_orders_and_beats_cell_after_cell() -> None:
    case = read_case(example_case(120, seed=4))
    made = plan(case)
    assert_keeps(case, made)
    assert made.short == ()
    assert made.untapped == ()
    assert made.gap <= 1e-4
    usual = plain(case, {number: ladle.shift for ladle in made.ladles for number in ladle.cells})
    assert made.premium > 1.05 * premium_of(case, usual)
    assert plan_document(made)["ladles"][0]["grade"]


def test_ladles_are_the_best_there_are() -> None:
    """Six cells in one shift, every way to part them counted out."""
    analyses = ((0.10, 0.05), (0.14, 0.05), (0.18, 0.06), (0.08, 0.04), (0.22, 0.06), (0.11, 0.05))
    cells = tuple(Cell(k + 1, 0, k, 3.5, 5.0, fe, si) for k, (fe, si) in enumerate(analyses))
    case = Case(cells, GRADES, (), Rules(1, 0, 6, 1, 1, 7.5, 3.0, 2, 5, 200.0))

    def worth(group: tuple[Cell, ...]) -> float:
        tonnes, fe, si = blend(group)
        place = grade_of(GRADES, fe, si)
        return (GRADES[place].premium * tonnes if place >= 0 else 0.0) - 200.0

    def best(left: tuple[Cell, ...]) -> float:
        if not left:
            return 0.0
        first, rest = left[0], left[1:]
        alone = worth((first,)) + best(rest)
        return max(
            [alone, *(worth((first, other)) + best(tuple(c for c in rest if c != other)) for other in rest)]
        )

    made = plan(case)
    assert made.premium == pytest.approx(best(cells), abs=0.5)  # short ways count a little too
    assert made.untapped == ()


def test_changes_keep_off_one_another_at_the_least_delay() -> None:
    """Three neighbours due in one shift: the middle one goes a shift off."""
    cells = tuple(Cell(k + 1, 0, k, anode_due=(1,)) for k in range(3))
    found = assign(Case(cells, GRADES, (), Rules(3, 10, 10)))
    assert {one.cell: one.shift for one in found.changes} in ({1: 1, 3: 1, 2: 0}, {1: 1, 3: 1, 2: 2})
    tight = assign(Case(cells, GRADES, (), Rules(3, 10, 10, 0, 0)))
    assert len(tight.changes) == 2
    assert len(tight.unchanged) == 1


def test_an_order_that_cannot_be_met_says_why() -> None:
    cells = tuple(Cell(k + 1, 0, k, 4.0, 5.0, 0.16, 0.05) for k in range(4))
    made = plan(
        Case(cells, GRADES, (Order("pure", 8.0), Order("usual", 30.0)), Rules(1, 0, 4, 1, 1, 8.5, 3.0, 2, 4))
    )
    pure, usual = made.short
    assert pure.possible_t == pytest.approx(0.0, abs=1e-9)
    assert "however they are blended" in pure.why
    assert usual.planned_t == pytest.approx(16.0)
    assert "only 16.0 t are tapped" in usual.why


def test_blending_bound_is_a_fractional_knapsack() -> None:
    cells = [Cell(1, 0, 0, 4.0, 5.0, 0.10, 0.01), Cell(2, 0, 1, 4.0, 5.0, 0.20, 0.01)]
    assert possible_t(cells, Grade("g", 0.12, 1.0)) == pytest.approx(
        5.0
    )  # a tonne of the second for four of the first


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"cells": []}, "cells"),
        ({"cells": [{"cell": 1, "tap_t": 4, "most_t": 3}]}, "cells[0].tap_t"),
        ({"cells": [{"cell": 1, "tap_t": 40, "most_t": 50}]}, "cells[0].tap_t"),
        ({"cells": [{"cell": 1}, {"cell": 1, "place": 7}]}, "cells"),
        ({"cells": [{"cell": 1, "iron": 2}]}, "cells[0].iron"),
        ({"cells": [{"cell": 1, "fe_pct": float("nan")}]}, "cells[0].fe_pct"),
        ({"orders": [{"grade": "gold", "tonnes": 1}]}, "orders[0].grade"),
        ({"orders": [{"grade": "Al99.70", "tonnes": 1, "shift": 3}]}, "orders[0].shift"),
        ({"rules": {"shifts": 0}}, "rules.shifts"),
        ({"rules": {"speed": 1}}, "rules.speed"),
        ({"premiums": {"gold": 1}}, "premiums.gold"),
        ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Problem) as refused:
        read_case({"cells": [{"cell": 1}]} | change)
    assert refused.value.code == "potplan.case"
    assert refused.value.details["path"] == path


def test_too_many_ways_are_refused_before_the_work() -> None:
    cells = tuple(Cell(k + 1, 0, k, 1.0, 2.0, 0.1, 0.05) for k in range(100))
    with pytest.raises(Problem, match=r"potplan\.too_many"):
        plan(Case(cells, GRADES, (), Rules(1, 0, 100, 1, 1, 9.0, 1.0, 6, 40)))


def test_shipped_grades_grow_plainer() -> None:
    grades = shipped_grades()
    assert [one.fe for one in grades] == sorted(one.fe for one in grades)
    assert (grades[0].name, grades[0].fe, grades[0].si) == ("Al99.85", 0.12, 0.08)
