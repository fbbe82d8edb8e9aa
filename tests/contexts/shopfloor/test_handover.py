"""The hand-over log: points that stand until they are done, and two signatures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries.handover import handover, note, open_points
from gearpark.contexts.shopfloor.services import handover as log
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
CALENDAR = calendar_from(shipped("three-shift"))
EARLY = CALENDAR.shift_of(date(2026, 11, 20), "early")
LATE = CALENDAR.shift_of(date(2026, 11, 20), "late")
assert EARLY is not None
assert LATE is not None
DAY = "2026-11-20"
NOW = datetime.fromtimestamp(EARLY.end_us / 1e6, UTC) + timedelta(minutes=5)


@pytest.fixture
def leader(lake_root: Path, demo_lines: list[LineInfo]) -> Scope:
    return make.scope_of("qichi", person_id=1)


@pytest.fixture
def second() -> Scope:
    return make.scope_of("qichi", person_id=2)


def test_an_open_point_is_carried_until_it_is_closed(leader: Scope, demo_lines: list[LineInfo]) -> None:
    line = demo_lines[0]
    log.add_note(leader, "qc-l1", DAY, "early", "machine", "OP40A 主轴异响", NOW, point=True)
    log.add_note(leader, "qc-l1", DAY, "early", "people", "All there", NOW)
    with acting(leader):
        early, late = handover(leader, line, EARLY), handover(leader, line, LATE)
        assert [item.text for item in early.notes] == ["OP40A 主轴异响", "All there"]
        assert early.carried == ()
        (point,) = late.carried
        assert open_points(leader, line) == 1
    log.close_point(leader, point.id, point.version, "Bearing changed", NOW + timedelta(hours=9))
    with acting(leader):
        closed = note(leader, point.id)
        assert (closed.open, closed.closing) == (False, "Bearing changed")
        assert open_points(leader, line) == 0
        (seen,) = handover(
            leader, line, LATE
        ).carried  # closed during the late shift: its sheet still says so
        assert seen.closed_by
    with pytest.raises(Problem, match=r"kit\.conflict"):
        log.reopen_point(leader, point.id, point.version)
    log.reopen_point(leader, point.id, closed.version)
    with acting(leader):
        assert open_points(leader, line) == 1


def test_one_hands_over_another_takes_and_then_the_notes_stand(
    leader: Scope, second: Scope, demo_lines: list[LineInfo]
) -> None:
    key = log.add_note(leader, "qc-l1", DAY, "early", "safety", "Oil on the floor at OP20", NOW)
    with pytest.raises(Problem, match=r"figures\.not_handed"):
        log.take_over(second, "qc-l1", DAY, "early", NOW)
    log.hand_over(leader, "qc-l1", DAY, "early", NOW)
    log.take_back(leader, "qc-l1", DAY, "early", NOW)
    log.change_note(leader, key, 1, NOW, kind="safety", text="Oil at OP20, wiped", point=False)
    log.hand_over(leader, "qc-l1", DAY, "early", NOW)
    with pytest.raises(Problem, match=r"figures\.handed_already"):
        log.hand_over(second, "qc-l1", DAY, "early", NOW)
    with pytest.raises(Problem, match=r"figures\.same_person"):
        log.take_over(leader, "qc-l1", DAY, "early", NOW)
    log.take_over(second, "qc-l1", DAY, "early", NOW + timedelta(minutes=3))
    with acting(leader):
        sheet = handover(leader, demo_lines[0], EARLY)
    assert sheet.handed_by
    assert sheet.taken_at == NOW + timedelta(minutes=3)
    with pytest.raises(Problem, match=r"figures\.note_signed"):
        log.change_note(leader, key, 2, NOW, kind="safety", text="Nothing happened", point=False)


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_says_something(leader: Scope, text: str) -> None:
    with pytest.raises(Problem, match=r"figures\.note_empty"):
        log.add_note(leader, "qc-l1", DAY, "early", "other", text, NOW)


def test_nobody_writes_into_a_shift_to_come_or_without_the_right(leader: Scope) -> None:
    with pytest.raises(Problem, match=r"figures\.shift_not_begun"):
        log.add_note(leader, "qc-l1", "2026-11-25", "early", "other", "x", NOW)
    with pytest.raises(Problem, match=r"kit\.right_missing"):
        log.add_note(make.scope_of("qichi", "shopfloor.view"), "qc-l1", DAY, "early", "other", "x", NOW)
    with pytest.raises(Problem, match=r"kit\.right_missing"):
        log.hand_over(make.scope_of("qichi", "shopfloor.work"), "qc-l1", DAY, "early", NOW)
