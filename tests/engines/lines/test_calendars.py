"""Shift calendars tile the time line exactly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.lines import calendar

SHIFTS = calendar("three-shift")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def test_shift_at_local_noon_is_the_early_shift() -> None:
    shift = SHIFTS.shift_at(NOW)
    assert shift is not None
    assert shift.code == "early"
    assert shift.start_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert shift.planned_s == 8 * 3600 - 30 * 60
    assert shift.on.isoformat() == "2026-11-23"


def test_bounds_are_half_open() -> None:
    early = SHIFTS.shift_at(datetime(2026, 11, 23, 0, 0, tzinfo=UTC))
    night = SHIFTS.shift_at(datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC))
    assert early is not None
    assert night is not None
    assert (early.code, night.code) == ("early", "night")


@given(st.integers(0, 3 * 86_400), st.integers(1, 3 * 86_400))
def test_periods_tile_any_span(offset_s: int, length_s: int) -> None:
    start = NOW + timedelta(seconds=offset_s)
    end = start + timedelta(seconds=length_s)
    at = start
    for period in SHIFTS.periods(start, end):
        assert period.start_at == at
        at = period.end_at
    assert at == end


def test_breaks_of_a_day() -> None:
    day = list(SHIFTS.periods(NOW, NOW + timedelta(days=1)))
    assert sum(p.seconds for p in day if p.kind == "break") == 3 * 30 * 60


def test_unknown_calendar() -> None:
    with pytest.raises(Problem, match=r"lines\.calendar_unknown"):
        calendar("nothing")
