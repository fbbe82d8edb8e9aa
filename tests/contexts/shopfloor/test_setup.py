"""Setting up lines, calendars and plans: checked, audited, and closed to strangers."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories.registry import scope_of

from gearpark.base.problems import Problem
from gearpark.contexts.shopfloor import models, queries
from gearpark.contexts.shopfloor.public import (
    LineChanged,
    LineInfo,
    LineWanted,
    ensure_demo_lines,
    lines,
    save_calendar,
    save_line,
    set_plan,
)
from gearpark.engines.calendars import shipped
from gearpark.kit import events
from gearpark.kit.models import AuditEntry
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
SCOPE = scope_of("qichi")
STRANGER = scope_of("other-firm")
WANTED = LineWanted("qc-l1", "Housing line 1", "housing-machining", "three-shift", 75)


def test_the_demo_lines_are_made_once(demo_lines: list[LineInfo]) -> None:
    assert [line.asset for line in demo_lines] == [f"qc-l{n}" for n in range(1, 8)]
    assert {line.bottleneck for line in demo_lines} == {"op40"}
    with acting(SCOPE):
        again = ensure_demo_lines(SCOPE)
        assert [line.revision for line in again] == [1] * 7
        assert len(lines(SCOPE)) == 7


def test_other_organisations_see_nothing(demo_lines: list[LineInfo]) -> None:
    with acting(STRANGER):
        assert lines(STRANGER) == []
        assert queries.calendars(STRANGER) == []
        with pytest.raises(Problem, match=r"shopfloor\.line_unknown"):
            queries.line(STRANGER, "qc-l1")
        with pytest.raises(Problem, match=r"shopfloor\.org_unknown"):
            save_line(STRANGER, WANTED, org="qichi")
        # the second lock: the database itself shows none of the rows
        assert not models.Line.objects.of(scope_of("other-firm", park=True)).exists()


def test_a_dated_plan_overrides_the_usual_one_and_can_be_taken_back(demo_lines: list[LineInfo]) -> None:
    day = date(2026, 11, 20)
    shift = demo_lines[0].calendar.shift_of(day, "early")
    assert shift is not None
    told: list[LineChanged] = []
    events.bind(LineChanged, told.append)
    with acting(SCOPE):
        set_plan(SCOPE, "qc-l1", day, "early", 60, "short of blanks")
        assert queries.setup.plans(SCOPE, [(demo_lines[0], shift), (demo_lines[1], shift)]) == {
            "qc-l1": 60,
            "qc-l2": 75,
        }
        assert queries.dated_plans(SCOPE, demo_lines[0], day) == [(day, "early", 60, "short of blanks")]
        set_plan(SCOPE, "qc-l1", day, "early", None)
        assert queries.setup.plans(SCOPE, [(demo_lines[0], shift)]) == {"qc-l1": 75}
        actions = AuditEntry.objects.of(SCOPE).filter(action="shopfloor.plan_set").count()
    assert actions == 2
    assert told == [LineChanged("qichi", "qc-l1")] * 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template": "no-such"}, "lines.template_unknown"),
        ({"calendar": "no-such"}, "calendars.unknown"),
        ({"bottleneck": "op99"}, "shopfloor.bottleneck_unknown"),
        ({"bindings": {"op99": "x"}}, "shopfloor.binding_unknown"),
        ({"bindings": {"op10a": "Not An Id"}}, "base.asset_id"),
        ({"asset": "Not An Id"}, "base.asset_id"),
        ({"plan": -1}, "shopfloor.plan_range"),
        ({"oee_mapping": "mine"}, "oee.mapping_unknown"),
        ({"states_mapping": "mine"}, "states.mapping_unknown"),
        ({"name_en": "  "}, "shopfloor.name_missing"),
    ],
)
def test_a_wrong_line_is_refused_with_a_name(
    demo_lines: list[LineInfo], change: dict[str, object], code: str
) -> None:
    import dataclasses

    with acting(SCOPE), pytest.raises(Problem) as caught:
        save_line(SCOPE, dataclasses.replace(WANTED, **change))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_changed_calendar_is_a_new_revision(demo_lines: list[LineInfo]) -> None:
    with acting(SCOPE):
        key = save_calendar(SCOPE, shipped("three-shift"))
        assert queries.calendar(SCOPE, key).revision == 1
        document = shipped("three-shift")
        document["exceptions"] = [{"on": "2027-02-17", "note": "Spring Festival"}]
        assert save_calendar(SCOPE, document) == key
        assert queries.calendar(SCOPE, key).revision == 2
        assert queries.line(SCOPE, "qc-l1").calendar.shifts_of_day(date(2027, 2, 17)) == []


def test_editing_needs_the_right(demo_lines: list[LineInfo]) -> None:
    viewer = scope_of("qichi", "shopfloor.view")
    with acting(viewer):
        for attempt in (
            lambda: save_line(viewer, WANTED),
            lambda: save_calendar(viewer, shipped("three-shift")),
            lambda: set_plan(viewer, "qc-l1", date(2026, 11, 20), "early", 1),
        ):
            with pytest.raises(Problem, match=r"kit\.right_missing"):
                attempt()
