"""Cleaning observations: alarms and hashes do not depend on the order of arrival."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.wire import Status
from gearpark.contexts.shopfloor.queries.observed import AlarmSpan, Column, alarms, digest
from gearpark.lake.series import Series

BAD = int(Status.BAD_NO_COMMUNICATION)


def series(points: list[tuple[int, str, int]]) -> Series:
    return Series(
        np.array([p[0] for p in points], np.int64),
        np.full(len(points), np.nan),
        np.array([p[1] for p in points], object),
        np.array([p[2] for p in points], np.int64),
    )


def test_an_alarm_stands_until_it_is_cleared_replaced_or_unknown() -> None:
    codes = series(
        [(0, "", 0), (10, "A1", 0), (20, "", 0), (30, "A1", 0), (40, "A2", 0), (50, "", BAD), (60, "A3", 0)]
    )
    texts = series([(0, "", 0), (10, "hot", 0), (31, "hot again", 0), (60, "low", 0)])
    assert alarms(codes, texts, 100) == [
        AlarmSpan("A1", "hot", 10, 20),
        AlarmSpan("A1", "hot again", 30, 40),
        AlarmSpan("A2", "hot again", 40, 50),
        AlarmSpan("A3", "low", 60, None),
    ]
    assert alarms(codes, texts, 35)[-1] == AlarmSpan("A1", "hot again", 30, None)
    assert alarms(None, texts, 100) == []


POINTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["", "A1", "A2"]), st.sampled_from([0, BAD])), max_size=20
)


@given(POINTS, st.randoms(use_true_random=False), st.lists(st.integers(0, 19), max_size=6))
def test_law_order_and_repeats_change_neither_alarms_nor_revision(points, rng, again) -> None:  # type: ignore[no-untyped-def]
    shuffled = points + [points[i] for i in again if i < len(points)]
    rng.shuffle(shuffled)
    first, second = series(points), series(shuffled)
    assert alarms(first, None, 99) == alarms(second, None, 99)
    assert digest({"t": first}, (1,)) == digest({"t": Column(second)}, (1,))
    assert digest({"t": first}, (1,)) != digest({"t": first}, (2,))
