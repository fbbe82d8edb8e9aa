"""Reasons booked to stops, on a real shift: what they change, what they never change, and two people at one stop."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.contexts.shopfloor import plant
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import LineInfo
from gearpark.contexts.shopfloor.queries.shifts import chosen_shift
from gearpark.contexts.shopfloor.queries.stops import booking, shares, stop_rows
from gearpark.contexts.shopfloor.queries.summary import of_shift
from gearpark.contexts.shopfloor.services import bookings, stop_reasons
from gearpark.contexts.shopfloor.types import LineFigures
from gearpark.contexts.shopfloor.types.figures import BookingWanted, StopRow
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.kit import audit
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
SHIFT = calendar_from(shipped("three-shift")).shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
DAY, CODE = "2026-11-20", "early"
NOW = datetime.fromtimestamp(SHIFT.end_us / 1e6, UTC) + timedelta(hours=1)
OPERATOR = ("shopfloor.view", "shopfloor.work")
LEADER = (*OPERATOR, "shopfloor.edit")


@pytest.fixture(scope="module")
def points() -> list[plant.Point]:
    return plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11)


@pytest.fixture
def shop(lake_root: Path, demo_lines: list[LineInfo], points: list[plant.Point]) -> LineInfo:
    plant.write(lake_root, "qichi", points)
    return demo_lines[0]


@pytest.fixture
def operator() -> Scope:
    return make.scope_of("qichi", *OPERATOR, person_id=11)


@pytest.fixture
def leader() -> Scope:
    return make.scope_of("qichi", *LEADER, person_id=12)


def figures(scope: Scope, line: LineInfo, now: datetime = NOW) -> LineFigures:
    with acting(scope):
        at = int(now.timestamp() * 1e6)
        return of_shift(scope, line, chosen_shift(line, at, DAY, CODE), at)


def longest(found: LineFigures, station: str = "op40a", *, free: bool = True) -> StopRow:
    rows = [row for row in stop_rows(found) if row.station == station and (row.booking is None or not free)]
    return max(rows, key=lambda row: row.planned_us)


def test_a_booked_stop_changes_its_name_and_no_figure(shop: LineInfo, operator: Scope) -> None:
    before = figures(operator, shop)
    stop = longest(before)
    (key,) = bookings.book(
        operator,
        "qc-l1",
        DAY,
        CODE,
        [BookingWanted("op40a", stop.start_us, "technical-spindle", note="x")],
        NOW,
    )
    after = figures(operator, shop)
    assert after.account.figures == before.account.figures
    assert after.elements["PBT"] == before.elements["PBT"]
    assert after.revision != before.revision
    (named,) = [loss for loss in after.account.losses if loss.booked]
    assert (named.code, named.reason, named.time_us) == ("down", "technical-spindle", stop.planned_us)
    assert sum(part for _, _, part in named.machine) == stop.planned_us
    assert sum(loss.time_us for loss in after.account.losses) + after.account.good_ideal_us == (
        after.account.calendar_us
    )
    booked, whole = shares(stop_rows(after))
    assert (booked, whole) == (stop.planned_us, shares(stop_rows(before))[1])
    with acting(operator):
        entry = audit.entries(operator).filter(action="shopfloor.stop_booked").get()
        assert entry.after["reason"] == "technical-spindle"
        found = booking(operator, key)
    bookings.remove_booking(operator, key, found.version, NOW)
    assert figures(operator, shop).revision == before.revision


def test_two_people_at_one_stop_the_second_is_told(shop: LineInfo, operator: Scope, leader: Scope) -> None:
    stop = longest(figures(operator, shop))
    wanted = [BookingWanted("op40a", stop.start_us, "technical-spindle")]
    (key,) = bookings.book(operator, "qc-l1", DAY, CODE, wanted, NOW)
    assert bookings.book(operator, "qc-l1", DAY, CODE, wanted, NOW) == [key]  # a second touch changes nothing
    other = dataclasses.replace(make.scope_of("qichi", *OPERATOR, person_id=13), actor="person:other")
    with pytest.raises(Problem, match=r"kit\.conflict"):
        bookings.book(other, "qc-l1", DAY, CODE, [BookingWanted("op40a", stop.start_us, "organisation")], NOW)
    bookings.change_booking(operator, key, 1, NOW, reason="technical-axis")
    with pytest.raises(Problem, match=r"kit\.conflict"):
        bookings.change_booking(other, key, 1, NOW, reason="organisation")
    over = bookings.book(leader, "qc-l1", DAY, CODE, [BookingWanted("op40a", stop.start_us, "quality")], NOW)
    found = figures(leader, shop)
    assert [loss.reason for loss in found.account.losses if loss.booked] == ["quality"]
    with pytest.raises(Problem, match=r"figures\.leader_booked"):
        bookings.change_booking(operator, over[0], 1, NOW, reason="organisation")


def test_a_stop_is_split_merged_and_booked_in_bulk(shop: LineInfo, operator: Scope) -> None:
    rows = [row for row in stop_rows(figures(operator, shop)) if row.station == "op40a"][:5]
    wanted = [BookingWanted("op40a", row.start_us, "material-none") for row in rows]
    keys = bookings.book(operator, "qc-l1", DAY, CODE, wanted, NOW)
    assert len(set(keys)) == 5
    named = [loss for loss in figures(operator, shop).account.losses if loss.booked]
    assert [(loss.reason, loss.time_us, loss.times) for loss in named] == [
        ("material-none", sum(row.planned_us for row in rows), 5)
    ]
    planned = [p for p in zip(rows, keys, strict=True) if p[0].planned_us == p[0].end_us - p[0].start_us]
    long = max(planned, key=lambda pair: pair[0].planned_us)
    middle = (long[0].start_us + long[0].end_us) // 2
    second = bookings.split_booking(operator, long[1], 1, middle, "material-supply", NOW)
    spoken = {loss.reason for loss in figures(operator, shop).account.losses if loss.booked}
    assert spoken == {"material-none", "material-supply"}
    left = bookings.merge_bookings(operator, {**dict.fromkeys(keys, 1), long[1]: 2, second: 1}, NOW)
    found = figures(operator, shop)
    assert [item.id for item in found.said.bookings] == [left]
    assert {loss.reason for loss in found.account.losses if loss.booked} == {"material-none"}
    assert found.account.figures == figures(operator, shop).account.figures


def test_an_open_booking_follows_its_stop_and_never_a_later_one(shop: LineInfo, operator: Scope) -> None:
    whole = figures(operator, shop)
    stop = max(
        (row for row in stop_rows(whole) if row.station == "op40a"), key=lambda row: row.end_us - row.start_us
    )
    during = datetime.fromtimestamp((stop.start_us + stop.end_us) // 2 / 1e6, UTC)
    (key,) = bookings.book(
        operator, "qc-l1", DAY, CODE, [BookingWanted("op40a", stop.start_us, "technical")], during
    )
    with acting(operator):
        assert booking(operator, key).end_us is None
    found = figures(operator, shop)
    named = [row for row in stop_rows(found) if row.booking is not None]
    assert [(row.start_us, row.end_us) for row in named] == [(stop.start_us, stop.end_us)]


@pytest.mark.parametrize(
    ("station", "start", "reason", "code"),
    [
        ("op40a", "run", "technical", "figures.no_stop"),
        ("op99", "stop", "technical", "figures.no_stop"),
        ("op40a", "stop", "nonsense", "figures.reason_unknown"),
    ],
)
def test_what_cannot_be_booked_is_refused(
    shop: LineInfo, operator: Scope, station: str, start: str, reason: str, code: str
) -> None:
    found = figures(operator, shop)
    at = longest(found).start_us
    if start == "run":
        at = next(s.start_us for s in found.units["op40a"].segments if s.state == "running")
    with pytest.raises(Problem) as refused:
        bookings.book(operator, "qc-l1", DAY, CODE, [BookingWanted(station, at, reason)], NOW)
    assert refused.value.code == code
    assert not figures(operator, shop).said.bookings


def test_operators_book_for_a_day_leaders_always_viewers_never(
    shop: LineInfo, operator: Scope, leader: Scope
) -> None:
    stop, late = longest(figures(operator, shop)), NOW + timedelta(days=2)
    wanted = [BookingWanted("op40a", stop.start_us, "technical")]
    with pytest.raises(Problem, match=r"figures\.too_late"):
        bookings.book(operator, "qc-l1", DAY, CODE, wanted, late)
    with pytest.raises(Problem, match=r"kit\.right_missing"):
        bookings.book(make.scope_of("qichi", "shopfloor.view"), "qc-l1", DAY, CODE, wanted, NOW)
    assert bookings.book(leader, "qc-l1", DAY, CODE, wanted, late)


def test_a_firm_adds_reasons_below_the_templates(shop: LineInfo, leader: Scope) -> None:
    save: Callable[..., int] = stop_reasons.save_reason
    save(
        leader, "spindle-cooling", title_en="Spindle cooling", title_zh="主轴冷却", parent="technical-spindle"
    )
    stop = longest(figures(leader, shop))
    bookings.book(leader, "qc-l1", DAY, CODE, [BookingWanted("op40a", stop.start_us, "spindle-cooling")], NOW)
    (named,) = [loss for loss in figures(leader, shop).account.losses if loss.booked]
    assert (named.code, named.reason) == ("down", "spindle-cooling")
    for code, fields in (
        ("technical", {"title_en": "x"}),
        ("Bad Code", {"title_en": "x"}),
        ("alone", {"title_en": "x", "loss": "nonsense"}),
        ("alone", {"title_en": "x", "parent": "nobody"}),
        ("spindle-cooling", {"title_en": "again"}),
    ):
        with pytest.raises(Problem):
            save(leader, code, **fields)
    save(leader, "spindle-cooling", title_en="Spindle chiller", loss="down", version=1, active=False)
    other = longest(figures(leader, shop), "op40b")
    with pytest.raises(Problem, match=r"figures\.reason_unknown"):
        bookings.book(
            leader, "qc-l1", DAY, CODE, [BookingWanted("op40b", other.start_us, "spindle-cooling")], NOW
        )
