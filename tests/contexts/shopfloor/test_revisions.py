"""Published figures: once when a shift has ended; late data and bookings give a new revision that names every change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import LineInfo, set_plan
from gearpark.contexts.shopfloor.queries.revisions import published, revisions
from gearpark.contexts.shopfloor.queries.stops import stop_rows
from gearpark.contexts.shopfloor.queries.summary import board
from gearpark.contexts.shopfloor.services.bookings import book
from gearpark.contexts.shopfloor.services.revisions import publish_due
from gearpark.contexts.shopfloor.types.figures import BookingWanted, RevisionReason
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.engines.oee import kpi
from gearpark.kit.tenant import acting
from gearpark.lake import compaction

pytestmark = pytest.mark.django_db
SHIFT = calendar_from(shipped("three-shift")).shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
DAY, CODE = "2026-11-20", "early"
NOW = datetime.fromtimestamp(SHIFT.end_us / 1e6, UTC) + timedelta(hours=1)


@pytest.fixture(scope="module")
def points() -> list[plant.Point]:
    return plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11)


@pytest.fixture
def scope(lake_root: Path, demo_lines: list[LineInfo]) -> Scope:
    return make.scope_of("qichi", person_id=1)


def history(scope: Scope, line: LineInfo):
    with acting(scope):
        return revisions(scope, line, date(2026, 11, 20), CODE)


def test_a_shift_is_published_when_it_ended_and_anew_with_every_change(
    scope: Scope, demo_lines: list[LineInfo], lake_root: Path, points: list[plant.Point]
) -> None:
    line = demo_lines[0]
    assert publish_due(scope, NOW) == 0  # nothing was ever heard
    gap = SHIFT.start_us + 5 * plant.HOUR_US
    plant.write(lake_root, "qichi", [p for p in points if p[1] < gap])
    during = datetime.fromtimestamp((SHIFT.end_us - plant.HOUR_US) / 1e6, UTC)
    publish_due(scope, during)
    assert history(scope, line) == []
    assert publish_due(scope, NOW) >= 1
    (first,) = history(scope, line)
    assert (first.number, first.reason, first.changes) == (1, RevisionReason.FIRST, ())
    assert first.document["elements"]["UNKNOWN"] > 0
    assert publish_due(scope, NOW + timedelta(minutes=1)) == 0

    plant.write(lake_root, "qichi", [p for p in points if p[1] >= gap])
    assert publish_due(scope, NOW + timedelta(minutes=2)) == 1
    second = history(scope, line)[0]
    assert (second.number, second.reason) == (2, RevisionReason.LATE_DATA)
    moved = {
        (c["kind"], c["code"]): c["after"] - c["before"] for c in second.changes if c["before"] is not None
    }
    assert moved["element", "UNKNOWN"] == -first.document["elements"]["UNKNOWN"]
    assert moved["count", "made"] > 0
    assert moved["element", "PBT"] == moved["element", "APT"] + sum(
        moved.get(("element", code), 0) for code in ("AUST", "ADET", "ADOT")
    )

    with acting(scope):
        found = board(scope, "qc-l1", NOW, DAY, CODE)
        stop = max((r for r in stop_rows(found) if r.station == "op40a"), key=lambda row: row.planned_us)
    book(scope, "qc-l1", DAY, CODE, [BookingWanted("op40a", stop.start_us, "changeover-variant")], NOW)
    assert publish_due(scope, NOW + timedelta(minutes=3)) == 1
    third = history(scope, line)[0]
    assert (third.number, third.reason) == (3, RevisionReason.BOOKING)
    assert {c["code"] for c in third.changes if c["booked"]} == {"setup"}
    assert kpi("oee", third.document["elements"]).value == kpi("oee", second.document["elements"]).value

    set_plan(scope, "qc-l1", date(2026, 11, 20), CODE, 60)
    assert publish_due(scope, NOW + timedelta(minutes=4)) == 1
    assert history(scope, line)[0].reason == RevisionReason.SETUP
    compaction.run(lake_root, NOW, min_new_files=2)
    assert publish_due(scope, NOW + timedelta(minutes=5)) == 0  # other files, the same observations
    assert [one.number for one in history(scope, line)] == [4, 3, 2, 1]


def test_published_shifts_feed_trends_with_their_newest_revision(
    scope: Scope, demo_lines: list[LineInfo], lake_root: Path, points: list[plant.Point]
) -> None:
    plant.write(lake_root, "qichi", points)
    publish_due(scope, NOW)
    with acting(scope):
        found = published(scope, demo_lines, NOW - timedelta(days=2), NOW)
        live = board(scope, "qc-l1", NOW, DAY, CODE)
    (item,) = [one for one in found["qc-l1"] if one.shift == CODE]
    assert item.elements == live.elements
    assert (item.number, item.revision) == (1, live.revision)
    assert found["qc-l2"] == []


def test_other_firms_see_no_revision(
    scope: Scope, demo_lines: list[LineInfo], lake_root: Path, points: list[plant.Point]
) -> None:
    plant.write(lake_root, "qichi", points)
    publish_due(scope, NOW)
    stranger = make.scope_of("other-firm")
    with acting(stranger):
        assert revisions(stranger, demo_lines[0], date(2026, 11, 20), CODE) == []
