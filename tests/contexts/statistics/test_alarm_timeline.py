"""Alarms on the time line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.time import to_us
from gearpark.contexts.shopfloor.types import Alarm
from gearpark.contexts.statistics.queries.timeline import MAX_LANES, MAX_MARKS, PERIOD, lay_out

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def alarm(start_min: float, end_min: float | None, name: str = "a") -> Alarm:
    """An alarm that began ``start_min`` minutes ago and ended ``end_min`` minutes ago (None: it stands)."""
    at = to_us(NOW)
    return Alarm(
        "qichi", "qc-l1", "op10a", f"qc-l1-{name}", "W17", "Coolant low",
        at - round(start_min * 6e7), None if end_min is None else at - round(end_min * 6e7),
    )  # fmt: skip


def test_position_is_the_share_of_the_period() -> None:
    (mark,) = lay_out([alarm(240, 120)], NOW, ZONE).marks
    assert (mark.x, mark.width) == (50.0, 25.0)
    assert not mark.standing


def test_a_standing_alarm_reaches_now_and_comes_first() -> None:
    line = lay_out([alarm(30, 20, "b"), alarm(400, None)], NOW, ZONE)
    assert line.newest[0].standing
    assert line.newest[0].x + line.newest[0].width == 100.0


def test_what_is_over_before_the_period_is_left_out() -> None:
    minutes = PERIOD / timedelta(minutes=1)
    assert not lay_out([alarm(minutes + 10, minutes + 5)], NOW, ZONE).marks
    (mark,) = lay_out([alarm(minutes + 10, minutes - 10)], NOW, ZONE).marks
    assert mark.x == 0.0


def test_hours_are_local() -> None:
    ticks = lay_out([], NOW, ZONE).ticks
    assert [tick.label for tick in ticks] == [
        "04:00",
        "05:00",
        "06:00",
        "07:00",
        "08:00",
        "09:00",
        "10:00",
        "",
    ]


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 300) | st.none()), max_size=90))
def test_lanes_do_not_overlap_and_nothing_is_lost_silently(spans: list[tuple[int, int | None]]) -> None:
    alarms = [
        alarm(start, None if gap is None else max(0, start - 1 - gap), f"m{i}")
        for i, (start, gap) in enumerate(spans)
    ]
    line = lay_out(alarms, NOW, ZONE)
    touching = [a for a in alarms if a.end_us is None or a.end_us > to_us(NOW - PERIOD)]
    assert len(line.marks) + line.left_out == len(touching)
    assert len(line.marks) <= MAX_MARKS
    for lane in range(MAX_LANES - 1):  # the last lane takes what is left over
        right = -1.0
        for mark in (m for m in line.marks if m.lane == lane):
            assert mark.x >= right - 0.002  # three decimals
            right = mark.x + mark.width
    assert all(mark.x >= 0 and mark.x + mark.width <= 100.01 for mark in line.marks)
