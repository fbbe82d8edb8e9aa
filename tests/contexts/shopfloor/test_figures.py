"""Figures of a real simulated line in a real lake: exact, and the same however the data came in."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.contexts.shopfloor import plant

from gearpark.base.wire import Status
from gearpark.contexts.shopfloor import queries
from gearpark.contexts.shopfloor.queries.figures import line_figures
from gearpark.contexts.shopfloor.queries.history import LineHistory
from gearpark.contexts.shopfloor.queries.source import figures
from gearpark.contexts.shopfloor.queries.summary import line_state, spark, summary_of
from gearpark.contexts.shopfloor.types import LineFigures, LineInfo
from gearpark.engines.calendars import calendar_from, shipped
from gearpark.engines.lines import template
from gearpark.engines.oee import Element
from gearpark.lake import compaction
from gearpark.lake.reader import Reader

CALENDAR = calendar_from(shipped("three-shift"))
SHIFT = CALENDAR.shift_of(date(2026, 11, 20), "early")
assert SHIFT is not None
AFTER_US = SHIFT.end_us + plant.HOUR_US
LINE = LineInfo(
    id=1,
    org="qichi",
    asset="qc-l1",
    name_en="Housing line 1",
    name_zh="壳体1线",
    path="",
    template=template("housing-machining"),
    calendar=CALENDAR,
    calendar_id=1,
    calendar_revision=1,
    plan=75,
    states_mapping="machinery-1",
    oee_mapping="iso22400-1",
    bottleneck="op40",
)


def told(found: LineFigures) -> dict[str, object]:
    """Everything a page could say."""
    return {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}


@pytest.fixture(scope="module")
def points() -> list[plant.Point]:
    return plant.history("qc-l1", SHIFT.start_us, SHIFT.end_us, seed=11)


@pytest.fixture
def ordered(lake_root: Path, points: list[plant.Point]) -> LineFigures:
    plant.write(lake_root, "qichi", sorted(points, key=lambda p: (p[1], p[0])))
    return figures(LINE, SHIFT, 75, AFTER_US)


def test_a_shift_of_the_housing_line_is_believable_and_sums_to_the_calendar(ordered: LineFigures) -> None:
    account = ordered.account
    assert 55 <= ordered.made <= 90
    assert account.calendar_us == 2 * 8 * plant.HOUR_US  # two machines in parallel are the bottleneck
    assert account.unknown_us == 0
    assert sum(account.times_us.values()) + account.outside_us == account.calendar_us
    assert account.occupied_us == account.busy_us
    assert sum(loss.time_us for loss in account.losses) + account.good_ideal_us == account.calendar_us
    assert (
        account.figures.oee
        == account.figures.availability * account.figures.effectiveness * account.figures.quality
    )
    assert 0.5 < ordered.oee < 1
    for unit in ordered.units.values():
        assert unit.segments[0].start_us == SHIFT.start_us
        assert unit.segments[-1].end_us == SHIFT.end_us
        assert sum(s.end_us - s.start_us for s in unit.segments) == 8 * plant.HOUR_US
        assert all(a.end_us == b.start_us for a, b in zip(unit.segments, unit.segments[1:], strict=False))


def test_breakdowns_and_starvation_are_kept_apart(ordered: LineFigures) -> None:
    seen = {s.state for unit in ordered.units.values() for s in unit.segments}
    assert {"running", "starved", "blocked", "setup", "down"} <= seen
    assert any(alarm.text and alarm.end_us for alarm in ordered.alarms)
    assert ordered.account.times_us[Element.STOP] == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_late_and_doubled_data_gives_the_same_figures(
    lake_root: Path, points: list[plant.Point], ordered: LineFigures, tmp_path: Path, seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path / "other"))
    queries.forget()
    plant.write(tmp_path / "other" / "lake", "qichi", plant.late_and_twice(points, seed), commits=7)
    assert told(figures(LINE, SHIFT, 75, AFTER_US)) == told(ordered)


def test_late_data_reopens_a_shift_with_a_new_revision(lake_root: Path, points: list[plant.Point]) -> None:
    cut = SHIFT.start_us + 5 * plant.HOUR_US
    plant.write(lake_root, "qichi", [p for p in points if p[1] < cut])
    first = figures(LINE, SHIFT, 75, AFTER_US)
    assert first.account.unknown_us > 2 * 2 * plant.HOUR_US
    plant.write(lake_root, "qichi", [p for p in points if p[1] >= cut])
    second = figures(LINE, SHIFT, 75, AFTER_US)
    assert second.revision != first.revision
    assert second.account.unknown_us == 0
    assert second.made > first.made


def test_silence_is_no_data_and_in_no_figure(lake_root: Path, points: list[plant.Point]) -> None:
    start, end = SHIFT.start_us + 2 * plant.HOUR_US, SHIFT.start_us + 3 * plant.HOUR_US
    plant.write(lake_root, "qichi", [p for p in points if not start <= p[1] < end])
    found = figures(LINE, SHIFT, 75, AFTER_US)
    account = found.account
    assert account.unknown_us == pytest.approx(
        2 * 51 * plant.MINUTE_US, abs=2 * 4 * plant.MINUTE_US
    )  # 9 min are a break
    assert account.busy_us + account.unknown_us + account.outside_us == account.calendar_us
    assert account.counts.across_gap > 0
    assert account.figures.effectiveness <= 1
    assert None in spark(found)
    history = LineHistory(LINE, SHIFT.start_us - plant.HOUR_US)
    assert history.update(Reader(lake_root), SHIFT.end_us)
    (hole,) = history.silences(SHIFT.start_us)
    assert start < hole[0] < hole[1] <= end + plant.MINUTE_US


def test_history_read_back_without_heartbeats_is_known(lake_root: Path, points: list[plant.Point]) -> None:
    first_beat = SHIFT.start_us + 6 * plant.HOUR_US
    kept = [p for p in points if p[1] >= first_beat or not p[0].endswith("/power_kw")]
    plant.write(lake_root, "qichi", kept)
    assert figures(LINE, SHIFT, 75, AFTER_US).account.unknown_us == 0


def test_after_the_last_word_nothing_is_known(lake_root: Path, points: list[plant.Point]) -> None:
    cut = SHIFT.start_us + 6 * plant.HOUR_US
    plant.write(lake_root, "qichi", [p for p in points if p[1] < cut])
    found = figures(LINE, SHIFT, 75, AFTER_US)
    assert {unit.state for unit in found.units.values()} == {"no_data"}
    assert found.account.unknown_us == pytest.approx(2 * 2 * plant.HOUR_US, abs=2 * 4 * plant.MINUTE_US)


def test_bad_quality_of_one_machine_touches_only_that_machine(
    lake_root: Path, points: list[plant.Point]
) -> None:
    start = SHIFT.start_us + 4 * plant.HOUR_US
    bad = int(Status.BAD_NO_COMMUNICATION)
    gone = [
        p
        for p in points
        if p[0].startswith("qc-l1-op40a/") and p[1] >= start and not p[0].endswith("power_kw")
    ]
    lost = [(f"qc-l1-op40a/{name}", start, "", bad) for name in ("item_state", "packml_state", "part_count")]
    plant.write(lake_root, "qichi", [p for p in points if p not in set(gone)] + lost)
    found = figures(LINE, SHIFT, 75, AFTER_US)
    assert found.units["op40a"].state == "no_data"
    assert found.units["op40a"].account.unknown_us > 3 * plant.HOUR_US
    assert found.units["op40b"].account.unknown_us == 0
    assert found.account.figures.availability <= 1


def test_an_empty_lake_says_no_data_and_no_figure(lake_root: Path) -> None:
    found = figures(LINE, SHIFT, 75, AFTER_US)
    row = summary_of(found)
    assert (row.made, row.oee, row.availability) == (0, None, None)
    assert line_state(found) == "no_data"
    assert row.unknown_share == 1
    assert found.fresh_us is None
    assert found.projection is None


def test_a_running_shift_stops_at_now(lake_root: Path, points: list[plant.Point]) -> None:
    now = SHIFT.start_us + 3 * plant.HOUR_US + 17 * plant.MINUTE_US
    plant.write(lake_root, "qichi", [p for p in points if p[1] < now])
    found = figures(LINE, SHIFT, 75, now)
    assert found.open
    assert found.until_us == now
    assert found.account.calendar_us == 2 * (now - SHIFT.start_us)
    assert found.projection is not None
    assert found.projection.low <= found.projection.expected <= found.projection.high
    assert line_state(found) != "no_data"
    assert [row.begun for row in found.hours] == [True] * 4 + [False] * 4
    assert sum(row.made for row in found.hours) == found.made
    assert datetime.fromtimestamp(found.hours[0].start_us / 1e6, UTC).hour == 0  # 08:00 in Shanghai


def test_following_a_running_shift_equals_reading_it_whole(
    lake_root: Path, points: list[plant.Point]
) -> None:
    """Minute by minute, with late data, a compaction and a doubled batch on the way: never a difference."""
    ordered = sorted(points, key=lambda p: (p[1], p[0]))
    begin = SHIFT.start_us + plant.HOUR_US
    late = [p for p in ordered if begin - 40 * plant.MINUTE_US <= p[1] < begin - 35 * plant.MINUTE_US]
    plant.write(lake_root, "qichi", [p for p in ordered if p[1] < begin and p not in set(late)])
    history = LineHistory(LINE, SHIFT.start_us - plant.HOUR_US)
    lake = Reader(lake_root)
    at = begin
    for step in range(14):
        history.update(lake, at)
        fresh = LineHistory(LINE, SHIFT.start_us - plant.HOUR_US)
        fresh.update(Reader(lake_root), at)
        now = line_figures(LINE, SHIFT, 75, history.signals(), at, history.silences(SHIFT.start_us))
        anew = line_figures(LINE, SHIFT, 75, fresh.signals(), at, fresh.silences(SHIFT.start_us))
        assert told(now) == told(anew)
        until = at + 3 * plant.MINUTE_US
        plant.write(lake_root, "qichi", [p for p in ordered if at <= p[1] < until])
        if step == 8:
            plant.write(lake_root, "qichi", late + late[:50])
        if step in (4, 11):
            compaction.run(lake_root, datetime(2026, 11, 20, 12, tzinfo=UTC), min_new_files=2)
        at = until


def test_figures_are_kept_while_nothing_changed_and_made_anew_when_it_did(
    lake_root: Path, points: list[plant.Point]
) -> None:
    plant.write(lake_root, "qichi", points)
    first = figures(LINE, SHIFT, 75, AFTER_US)
    assert figures(LINE, SHIFT, 75, AFTER_US + plant.HOUR_US) is first
    plant.write(lake_root, "qichi", [("qc-l1-op10a/alarm", SHIFT.start_us + 1, "X-1", 0)])
    assert figures(LINE, SHIFT, 75, AFTER_US).revision != first.revision
    assert figures(LINE, SHIFT, 80, AFTER_US).plan == 80
