"""Visits: what a station says of its part becomes stretches; what nobody saw is said to be unseen."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gearpark.engines.traceability import SILENT_US, Visit, visits_of

S = 1_000_000
BEATS = list(range(0, 4000 * S, 60 * S))


def test_parts_come_and_go() -> None:
    said = [(10 * S, True, "a"), (100 * S, True, ""), (130 * S, True, "b"), (200 * S, True, "c")]
    assert visits_of(said, BEATS) == [
        Visit("a", 10 * S, 100 * S),
        Visit("b", 130 * S, 200 * S),
        Visit("c", 200 * S),
    ]


def test_a_charge_has_a_visit_for_every_part() -> None:
    said = [(1, True, "a"), (2, True, "a b"), (3, True, "a b c"), (9, True, "b c"), (10, True, "")]
    assert visits_of(said) == [Visit("a", 1, 9), Visit("b", 2, 10), Visit("c", 3, 10)]


def test_the_same_value_told_again_is_the_same_visit() -> None:
    said = [(1, True, "a"), (5, True, "a"), (7, False, ""), (8, True, "a"), (9, True, "")]
    assert visits_of(said) == [Visit("a", 1, 9)]


def test_an_end_in_silence_is_not_seen() -> None:
    said = [(10 * S, True, "a"), (3000 * S, True, "b")]
    silent = [at for at in BEATS if at <= 600 * S or at >= 2400 * S]
    assert visits_of(said, silent) == [Visit("a", 10 * S, 600 * S, end_seen=False), Visit("b", 3000 * S)]
    assert visits_of(said, BEATS)[0] == Visit("a", 10 * S, 3000 * S)
    assert visits_of(said)[0] == Visit("a", 10 * S, 3000 * S)


def test_an_end_after_a_bad_reading_is_not_seen() -> None:
    said = [(10 * S, True, "a"), (60 * S, False, ""), (200 * S, True, "b")]
    assert visits_of(said)[0] == Visit("a", 10 * S, 60 * S, end_seen=False)


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.booleans(), st.sampled_from(["", "a", "b", "a b", "c"])),
        max_size=40,
    ),
    st.lists(st.integers(0, 5000), max_size=40),
)
def test_visits_of_one_serial_never_overlap_and_never_run_backwards(
    rows: list[tuple[int, bool, str]], heard: list[int]
) -> None:
    scale = SILENT_US // 100
    said = sorted((at * scale, good, text) for at, good, text in rows)
    found = visits_of(said, sorted(at * scale for at in heard))
    for serial in "abc":
        mine = [visit for visit in found if visit.serial == serial]
        for earlier, later in pairwise(mine):
            assert earlier.ended_us is not None
            assert earlier.begun_us <= earlier.ended_us <= later.begun_us
