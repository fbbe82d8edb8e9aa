"""Shift calendars: the edges that shop-floor boards get wrong (night shifts, 06:30 starts, daylight saving)."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.time import to_us
from gearpark.engines.calendars import (
    calendar_from,
    document_of,
    instant_us,
    intersection,
    merged,
    shipped,
    slots,
    subtracted,
    total,
    zone_of,
)

H = 3_600_000_000
BERLIN_NIGHT = {
    "name": "night",
    "zone": "Europe/Berlin",
    "shifts": [
        {"code": "day", "start": "06:00", "end": "22:00"},
        {"code": "night", "start": "22:00", "end": "06:00", "breaks": [["02:15", "02:45"]], "day_offset": 1},
    ],
}


def at(*parts: int) -> int:
    return to_us(datetime(*parts, tzinfo=UTC))


@pytest.mark.parametrize("name", ["three-shift", "two-shift-0630"])
def test_shipped_documents_round_trip(name):
    calendar = calendar_from(shipped(name))
    assert calendar_from(document_of(calendar)) == calendar


def test_0630_shift_has_its_own_hour_rows():
    calendar = calendar_from(shipped("two-shift-0630"))
    shift = calendar.shift_of(date(2026, 11, 23), "early")
    assert shift is not None
    rows = slots(shift)
    assert rows[0][0] == at(2026, 11, 22, 22, 30)  # 06:30 in Shanghai
    assert len(rows) == 8
    assert shift.planned_us == 8 * H - 45 * 60_000_000


def test_night_shift_is_booked_on_its_production_day():
    calendar = calendar_from(BERLIN_NIGHT)
    late_evening = at(2026, 6, 1, 21, 30)  # 23:30 local on 1 June
    shift = calendar.shift_at(late_evening)
    assert shift is not None
    assert (shift.code, shift.day) == ("night", date(2026, 6, 2))
    assert calendar.production_day(late_evening) == date(2026, 6, 2)
    assert shift.key == "2026-06-02:night"


def test_daylight_saving_makes_a_night_of_7_and_of_9_hours():
    calendar = calendar_from(BERLIN_NIGHT)
    spring = calendar.shift_of(date(2026, 3, 29), "night")
    autumn = calendar.shift_of(date(2026, 10, 25), "night")
    assert spring is not None
    assert autumn is not None
    assert spring.end_us - spring.start_us == 7 * H
    assert spring.planned_us == 7 * H  # the break at 02:15 does not happen that night
    assert autumn.end_us - autumn.start_us == 9 * H
    assert autumn.planned_us == 9 * H - H // 2


def test_holiday_and_special_day_replace_the_week():
    document = shipped("two-shift-0630")
    document["exceptions"] = [
        {"on": "2026-10-01", "note": "National Day"},
        {"on": "2026-10-10", "shifts": [{"code": "early", "start": "06:30", "end": "12:30"}]},
    ]
    calendar = calendar_from(document)
    assert calendar.shifts_of_day(date(2026, 10, 1)) == []
    (saturday,) = calendar.shifts_of_day(date(2026, 10, 10))
    assert saturday.planned_us == 6 * H


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"zone": "Mars/Olympus"}, "calendars.zone_unknown"),
        ({"shifts": [{"code": "a", "start": "25:00", "end": "06:00"}]}, "calendars.clock"),
        ({"shifts": [{"code": "a", "start": "06:00"}]}, "calendars.document"),
        (
            {"shifts": [{"code": "a", "start": "06:00", "end": "14:00", "breaks": [["14:00", "15:00"]]}]},
            "calendars.break_outside",
        ),
        (
            {
                "shifts": [
                    {"code": "a", "start": "22:00", "end": "06:30"},
                    {"code": "b", "start": "06:00", "end": "14:00"},
                ]
            },
            "calendars.shifts_overlap",
        ),
        ({"exceptions": [{"on": "2026-10-01"}, {"on": "2026-10-01"}]}, "calendars.day_twice"),
        ({"exceptions": [{"on": "soon"}]}, "calendars.document"),
    ],
)
def test_bad_documents_are_refused_with_a_name(change, code):
    with pytest.raises(Problem) as caught:
        calendar_from({**BERLIN_NIGHT, **change})
    assert caught.value.code == code


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"])


@given(
    ZONES,
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.lists(st.integers(0, 2880), min_size=2, max_size=6),
)
def test_law_later_wall_time_is_never_earlier(zone, day, minutes):
    made = [instant_us(zone_of(zone), day, minute) for minute in sorted(minutes)]
    assert made == sorted(made)


@given(ZONES, st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 1439), st.sampled_from([8, 12]))
def test_law_round_the_clock_shifts_tile_time(zone, day, first, length):
    clock = [f"{m % 1440 // 60:02d}:{m % 60:02d}" for m in range(first, first + 1440, length * 60)]
    shifts = [
        {"code": f"s{i}", "start": start, "end": clock[(i + 1) % len(clock)], "breaks": []}
        for i, start in enumerate(clock)
    ]
    calendar = calendar_from({"name": "law", "zone": zone, "shifts": shifts})
    start = instant_us(zone_of(zone), day, 0)
    end = start + 3 * 24 * H
    found = calendar.shifts(start, end)
    assert found[0].start_us <= start
    assert found[-1].end_us >= end
    assert all(a.end_us == b.start_us for a, b in pairwise(found))
    assert calendar.planned(start, end) == ((start, end),)
    assert all(calendar.shift_at(shift.start_us) == shift for shift in found if shift.end_us > shift.start_us)


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12)


@given(SPANS, SPANS)
def test_law_span_algebra_agrees_with_sets(left, right):
    def as_set(spans):
        return {at for a, b in spans for at in range(a, b)}

    a, b = merged(left), merged(right)
    assert as_set(a) == as_set(left)
    assert as_set(intersection(a, b)) == as_set(left) & as_set(right)
    assert as_set(subtracted(a, b)) == as_set(left) - as_set(right)
    assert total(a) == len(as_set(left))
