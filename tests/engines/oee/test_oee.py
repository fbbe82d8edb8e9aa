"""OEE by ISO 22400-2: published examples, and the laws every account must keep."""

import random
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Status
from gearpark.engines.calendars import merged, total
from gearpark.engines.oee import (
    Counts,
    Element,
    Flag,
    account,
    combined,
    count,
    figures,
    known_time,
    mapping_names,
    mapping_table,
    pieces_of,
    plan_at,
    project,
    read_mapping,
    with_scrap,
)

MIN = 60_000_000
TABLE = mapping_table("iso22400-1")


@dataclass(frozen=True)
class Span:
    start_us: int
    end_us: int
    state: str
    reason: str = ""


@pytest.mark.parametrize(
    ("planned", "run", "cycle", "made", "good", "a", "e", "q", "oee"),
    [
        (480, 420, Fraction(1), 400, 380, 0.875, 0.952, 0.95, 0.791),  # published calculator page
        (420, 378, Fraction(1), 300, 294, 0.9, 0.7937, 0.98, 0.7),  # published CNC guide
        (
            2780,
            1820,
            1 / Fraction("1.041"),
            1626,
            1618,
            0.6547,
            0.8582,
            0.995,
            0.559,
        ),  # Vorne worksheet as printed
        (
            2880,
            1820,
            1 / Fraction("1.041"),
            1626,
            1618,
            0.6319,
            0.8582,
            0.995,
            0.5397,
        ),  # breakdown is a loss, not plan
    ],
)
def test_published_worked_examples(planned, run, cycle, made, good, a, e, q, oee):
    values = figures(planned * MIN, run * MIN, made, good, round(cycle * MIN))
    assert float(values.availability) == pytest.approx(a, abs=6e-4)
    assert float(values.effectiveness) == pytest.approx(e, abs=6e-4)
    assert float(values.quality) == pytest.approx(q, abs=6e-4)
    assert float(values.oee) == pytest.approx(oee, abs=7e-4)  # the pages multiply factors already rounded
    assert values.oee == values.availability * values.effectiveness * values.quality


def test_nothing_planned_gives_no_figure_and_fast_is_flagged_not_clipped():
    assert figures(0, 0, 0, 0, MIN).oee is None
    made = account([Span(0, 60 * MIN, "running")], ((0, 60 * MIN),), (0, 60 * MIN), Counts(70), MIN, TABLE)
    assert made.figures.effectiveness == Fraction(70, 60)
    assert Flag.EFFECTIVENESS_OVER_ONE in made.flags
    assert sum(loss.time_us for loss in made.losses) + made.good_ideal_us == made.calendar_us


def test_one_shift_by_hand():
    """480 min: 30 break, 20 no data, 40 down by A12, 2 min idle (minor), 8 starved, 10 set-up, the rest runs."""
    spans = [
        Span(0, 100 * MIN, "running"),
        Span(100 * MIN, 140 * MIN, "down", "A12"),
        Span(140 * MIN, 142 * MIN, "idle"),
        Span(142 * MIN, 150 * MIN, "starved"),
        Span(150 * MIN, 160 * MIN, "setup"),
        Span(160 * MIN, 180 * MIN, "no_data"),
        Span(180 * MIN, 480 * MIN, "running"),
    ]
    planned = ((0, 240 * MIN), (270 * MIN, 480 * MIN))
    made = account(spans, planned, (0, 480 * MIN), Counts(60, 3), 5 * MIN, TABLE)
    assert made.busy_us == 430 * MIN
    assert made.occupied_us == made.busy_us
    assert made.times_us[Element.APT] == 370 * MIN
    assert made.run_outside_us == 30 * MIN
    assert made.figures.availability == Fraction(370, 430)
    assert made.figures.oee == Fraction(57 * 5, 430)
    bars = {(loss.code, loss.reason): loss.time_us // MIN for loss in made.losses}
    assert bars == {
        ("speed", ""): 70,
        ("down", "A12"): 40,
        ("not_planned", ""): 30,
        ("unknown", ""): 20,
        ("quality", ""): 15,
        ("setup", ""): 10,
        ("starved", ""): 8,
        ("minor_stop", ""): 2,
    }
    assert made.mapping == "iso22400-1"


def test_scrap_found_down_the_line_and_parallel_machines():
    one = account([Span(0, 60 * MIN, "running")], ((0, 60 * MIN),), (0, 60 * MIN), Counts(10), 5 * MIN, TABLE)
    two = account([Span(0, 60 * MIN, "starved")], ((0, 60 * MIN),), (0, 60 * MIN), Counts(2), 5 * MIN, TABLE)
    line = with_scrap(combined([one, two]), 3)
    assert line.figures.oee == Fraction(9 * 5, 120)
    assert sum(loss.time_us for loss in line.losses) + line.good_ideal_us == 120 * MIN
    other = account([], (), (0, 60 * MIN), Counts(), 6 * MIN, TABLE)
    with pytest.raises(Problem, match=r"oee\.not_alike"):
        combined([one, other])


def test_overlapping_states_are_refused():
    with pytest.raises(Problem, match=r"oee\.intervals_overlap"):
        account([Span(0, 10, "running"), Span(9, 20, "down")], ((0, 20),), (0, 20), Counts(), 1, TABLE)


def test_mapping_tables_are_data():
    assert mapping_names() == ["iso22400-1", "opc40001-1"]
    with pytest.raises(Problem, match=r"oee\.mapping_unknown"):
        mapping_table("../../etc/passwd")
    with pytest.raises(Problem, match=r"oee\.mapping_invalid"):
        read_mapping("name = 3")


# counters ---------------------------------------------------------------------------------------------------------


def test_counter_reset_wrap_duplicate_gap_and_nonsense():
    readings = [
        (0, 65_530.0, 0),
        (10, 65_533.0, 0),
        (10, 65_533.0, 0),  # duplicate
        (20, 2.0, 0),  # wrap: 5
        (30, 8.0, 0),  # 6
        (40, 1.0, 0),  # reset: 1
        (45, float("nan"), 0),  # rejected
        (46, -3.0, 0),  # rejected
        (47, 2.5, 0),  # rejected
        (50, 0.0, int(Status.BAD_NO_COMMUNICATION)),  # gap
        (60, 4.0, 0),  # 3, across the gap
        (60, 3.0, 0),  # conflict: the higher stands
    ]
    made = pieces_of(*zip(*readings, strict=True), wraps_at=65_536)
    assert [(s.at_us, s.pieces, s.across_gap) for s in made.steps] == [
        (10, 3, False),
        (20, 5, False),
        (30, 6, False),
        (40, 1, False),
        (60, 3, True),
    ]
    assert (made.duplicates, made.conflicts, made.rejected, made.resets, made.wraps) == (1, 1, 3, 1, 1)


def test_impossible_jump_is_left_out_and_said():
    made = pieces_of([0, MIN, 2 * MIN, 3 * MIN], [10, 11, 4_000_000, 12], [0] * 4, fastest_us=MIN // 2)
    assert made.total(0, 9 * MIN) == 1
    assert made.doubtful == 3_999_989 + 12


READINGS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0, 99.0, float("inf"), -1.0]),
        st.sampled_from([0, int(Status.BAD_DATA_LOST), int(Status.UNCERTAIN_LAST_USABLE)]),
    ),
    max_size=30,
)


@given(READINGS, st.randoms(use_true_random=False), st.lists(st.integers(0, 29), max_size=10))
def test_law_order_and_repeats_change_no_piece(readings, rng, again):
    shuffled = readings + [readings[i] for i in again if i < len(readings)]
    rng.shuffle(shuffled)
    first = pieces_of(*(zip(*readings, strict=True) if readings else ((), (), ())), wraps_at=100)
    second = pieces_of(*(zip(*shuffled, strict=True) if shuffled else ((), (), ())), wraps_at=100)
    assert first.steps == second.steps


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_law_steady_counter_gives_every_piece(growth):
    at, values, value = [], [], 0
    for index, grow in enumerate(growth):
        value += grow
        at.append(index * MIN)
        values.append(value)
    made = pieces_of(at, values, [0] * len(at))
    assert made.total(0, len(at) * MIN) == value - values[0]


# accounts ---------------------------------------------------------------------------------------------------------

STATES = st.sampled_from([*TABLE.states, "never-heard-of"])
TILES = st.lists(st.tuples(st.integers(1, 12 * MIN), STATES, st.sampled_from(["", "A1", "A2"])), max_size=40)
PLANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6)


def tiled(tiles):
    spans, at = [], 0
    for length, state, reason in tiles:
        spans.append(Span(at, at + length, state, reason))
        at += length
    return spans


@given(
    TILES,
    PLANS,
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(1, 8),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_law_everything_sums_to_the_calendar(tiles, plan, made, scrap, cycle, low, length):
    spans = tiled(tiles)
    planned = merged((a * MIN, b * MIN) for a, b in plan)
    window = (low * MIN, (low + length) * MIN)
    result = account(spans, planned, window, Counts(made, min(scrap, made)), cycle * MIN, TABLE)
    assert result.calendar_us == length * MIN
    assert sum(result.times_us.values()) + result.outside_us == result.calendar_us
    assert result.occupied_us == result.busy_us >= 0
    assert sum(loss.time_us for loss in result.losses) + result.good_ideal_us == result.calendar_us
    values = result.figures
    if values.availability is not None:
        assert 0 <= values.availability <= 1
    if None not in (values.availability, values.effectiveness, values.quality):
        assert values.oee == values.availability * values.effectiveness * values.quality
        assert values.oee == Fraction(result.counts.good * cycle * MIN, result.busy_us)


@given(TILES, PLANS, st.randoms(use_true_random=False))
def test_law_order_of_intervals_is_nothing(tiles, plan, rng):
    spans = tiled(tiles)
    planned = merged((a * MIN, b * MIN) for a, b in plan)
    window = (0, 480 * MIN)
    shuffled = list(spans)
    rng.shuffle(shuffled)
    assert account(spans, planned, window, Counts(3), MIN, TABLE) == account(
        shuffled, planned, window, Counts(3), MIN, TABLE
    )


def test_pieces_land_where_they_were_made():
    states = [Span(0, 100, "running"), Span(100, 200, "no_data"), Span(200, 300, "running")]
    known = known_time(states, TABLE)
    assert total(known) == 200
    made = pieces_of([0, 50, 150, 210, 260, 290], [0, 1, 2, 3, 4, 6], [0, 0, 0x80310000, 0, 0, 0])
    counts = count(made, [], ((0, 250),), known, 0, 300)
    assert (counts.produced, counts.across_gap, counts.outside) == (1, 2, 3)
    assert counts.output == 6


# pace -------------------------------------------------------------------------------------------------------------


def test_plan_rests_in_breaks_and_projection_meets_the_pace():
    planned = ((0, 240 * MIN), (270 * MIN, 480 * MIN))
    assert plan_at(90, planned, 240 * MIN) == plan_at(90, planned, 270 * MIN) == pytest.approx(48)
    assert plan_at(90, planned, 480 * MIN) == 90
    steps = pieces_of([i * 5 * MIN for i in range(49)], list(range(49)), [0] * 49).steps
    seen = project(steps, planned, 240 * MIN + 1)
    assert seen is not None
    assert seen.rate_per_h == pytest.approx(12, rel=0.01)
    assert seen.low < seen.expected < seen.high
    assert seen.expected == pytest.approx(90, rel=0.02)
    assert project(steps[:2], planned, 20 * MIN) is None
    over = project(steps, planned, 600 * MIN)
    assert over is not None
    assert over.low == over.expected == over.high == 48


def test_time_and_pieces_unseen_say_nothing_about_the_rate():
    planned = ((0, 480 * MIN),)
    readings = [(i * 5 * MIN, float(i)) for i in range(40) if not 60 <= i * 5 < 120]
    made = pieces_of([a for a, _ in readings], [v for _, v in readings], [0] * len(readings))
    seen = project(made.steps, planned, 200 * MIN, known=((0, 60 * MIN), (120 * MIN, 200 * MIN)))
    assert seen is not None
    assert seen.rate_per_h == pytest.approx(12, rel=0.1)
    assert project(made.steps, planned, 200 * MIN, known=((195 * MIN, 200 * MIN),)) is None


def test_uneven_output_widens_the_band():
    planned = ((0, 480 * MIN),)
    even = [(i * 5 * MIN, i) for i in range(49)]
    rng = random.Random(7)
    burst = [(i * 60 * MIN + rng.randrange(5) * MIN, i * 12) for i in range(5)]
    bands = []
    for readings in (even, burst):
        made = pieces_of([a for a, _ in readings], [v for _, v in readings], [0] * len(readings))
        seen = project(made.steps, planned, 245 * MIN)
        assert seen is not None
        bands.append(seen.high - seen.low)
    assert bands[1] > 3 * bands[0]
