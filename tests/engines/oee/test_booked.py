"""Reasons that people book: they name stops and never move a figure; overlaps go by rank; open ones stay with their stop."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.engines.oee.test_oee import MIN, TABLE, Span, tiled

from gearpark.engines.calendars import merged
from gearpark.engines.oee import Booking, Counts, Element, account, failures, resolved, stops

WHOLE = (0, 480 * MIN)
SHIFT = [
    Span(0, 60 * MIN, "running"),
    Span(60 * MIN, 80 * MIN, "down", "A1"),
    Span(80 * MIN, 90 * MIN, "idle"),
    Span(90 * MIN, 200 * MIN, "running"),
    Span(200 * MIN, 260 * MIN, "idle"),
    Span(260 * MIN, 470 * MIN, "running"),
    Span(470 * MIN, 480 * MIN, "down", "A2"),
]


def bars(bookings, spans=SHIFT, planned=(WHOLE,)):
    made = account(
        spans, planned, WHOLE, Counts(20), 5 * MIN, TABLE, charges=resolved(bookings, spans, TABLE)
    )
    return {(loss.code, loss.reason, loss.booked): loss.time_us // MIN for loss in made.losses}


def test_a_booked_reason_replaces_the_machines_words_and_keeps_them_below() -> None:
    charges = resolved([Booking(60 * MIN, 90 * MIN, "spindle", "down")], SHIFT, TABLE)
    made = account(SHIFT, (WHOLE,), WHOLE, Counts(20), 5 * MIN, TABLE, charges=charges)
    (named,) = [loss for loss in made.losses if loss.booked]
    assert (named.code, named.reason, named.time_us, named.times) == ("down", "spindle", 30 * MIN, 1)
    assert named.machine == (("down", "A1", 20 * MIN), ("idle", "", 10 * MIN))
    assert made.times_us[Element.ADET] == 40 * MIN  # ten idle minutes became delay


def test_an_open_booking_ends_with_its_stop_and_never_reaches_a_later_one() -> None:
    found = bars([Booking(65 * MIN, None, "spindle", "down")])
    assert found["down", "spindle", True] == 25
    assert found["idle", "", False] == 60
    assert found["down", "A1", False] == 5
    assert resolved([Booking(100 * MIN, None, "late", "down")], SHIFT, TABLE) == ()
    assert bars([Booking(472 * MIN, None, "spindle", "down")])["down", "spindle", True] == 8


def test_overlapping_bookings_go_by_rank() -> None:
    operator = Booking(60 * MIN, 90 * MIN, "no-hands", "idle", (0, 5, 1))
    leader = Booking(70 * MIN, 100 * MIN, "spindle", "down", (1, 3, 2))
    for order in ([operator, leader], [leader, operator]):
        found = bars(order)
        assert found["idle", "no-hands", True] == 10
        assert found["down", "spindle", True] == 20


def test_bookings_are_charged_only_while_a_stop_is_planned_time() -> None:
    planned = ((0, 210 * MIN), (240 * MIN, 480 * MIN))
    found = bars([Booking(0, 480 * MIN, "meeting", "idle")], planned=planned)
    assert found["idle", "meeting", True] == 30 + 10 + 20 + 10
    assert found["not_planned", "", False] == 30


def test_breakdowns_are_failures_whoever_said_so() -> None:
    assert failures(SHIFT, (WHOLE,), WHOLE, TABLE).events == 2
    renamed = resolved([Booking(60 * MIN, 90 * MIN, "material", "starved")], SHIFT, TABLE)
    assert failures(SHIFT, (WHOLE,), WHOLE, TABLE, renamed).events == 1
    short = [*SHIFT[:4], Span(200 * MIN, 201 * MIN, "idle"), Span(201 * MIN, 480 * MIN, "running")]
    booked = resolved([Booking(200 * MIN, 201 * MIN, "jam", "down")], short, TABLE)
    found = failures(short, (WHOLE,), WHOLE, TABLE, booked)
    assert (found.events, found.restore_us) == (2, 21 * MIN)


def test_stops_end_at_planned_stops_and_unknown_time() -> None:
    spans = [
        Span(0, 5, "idle"),
        Span(5, 9, "no_data"),
        Span(9, 12, "down"),
        Span(12, 15, "planned_stop"),
        Span(15, 20, "starved"),
        Span(20, 25, "setup"),
    ]
    assert [(stop.start_us, stop.end_us) for stop in stops(spans, TABLE)] == [(0, 5), (9, 12), (15, 25)]


TILES = st.lists(
    st.tuples(st.integers(1, 25 * MIN), st.sampled_from([*TABLE.states]), st.sampled_from(["", "A1"])),
    min_size=1,
    max_size=30,
)
PLANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=5)
BOOKINGS = st.lists(
    st.tuples(
        st.integers(0, 480),
        st.one_of(st.none(), st.integers(0, 480)),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([*TABLE.booked, "never-heard-of"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


def booked(rows):
    return [
        Booking(start * MIN, None if end is None else end * MIN, reason, kind, (rank, number))
        for number, (start, end, reason, kind, rank) in enumerate(rows)
    ]


@given(TILES, PLANS, BOOKINGS, st.randoms(use_true_random=False))
def test_law_no_booking_moves_oee_and_everything_still_sums(tiles, plan, rows, rng):
    spans, planned = tiled(tiles), merged((a * MIN, b * MIN) for a, b in plan)
    counts = Counts(9, 2)
    plain = account(spans, planned, WHOLE, counts, 5 * MIN, TABLE)
    charges = resolved(booked(rows), spans, TABLE)
    named = account(spans, planned, WHOLE, counts, 5 * MIN, TABLE, charges=charges)
    assert named.figures == plain.figures
    assert (named.busy_us, named.times_us[Element.APT]) == (plain.busy_us, plain.times_us[Element.APT])
    assert sum(named.times_us.values()) + named.outside_us == named.calendar_us
    assert sum(loss.time_us for loss in named.losses) + named.good_ideal_us == named.calendar_us
    for loss in named.losses:
        assert not loss.booked or sum(part for _, _, part in loss.machine) == loss.time_us
    shuffled = booked(rows)
    rng.shuffle(shuffled)
    assert resolved(shuffled, spans, TABLE) == charges
    assert all(a.end_us <= b.start_us for a, b in pairwise(charges))
