"""KPIs of ISO 22400-2: worked by hand, and the laws that hold for every machine, shift and zone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.oee.test_oee import MIN, TABLE, Span, tiled

from gearpark.base.problems import Problem
from gearpark.engines.calendars import calendar_from, merged, shipped, total
from gearpark.engines.oee import (
    CODES,
    Counts,
    Element,
    Flag,
    account,
    added,
    differences,
    elements_of,
    failures,
    kpi,
    kpis,
    mapping_table,
    read_mapping,
)

ORDERS = mapping_table("opc40001-1")
DAY = [  # 480 min: 30 min break at 240
    Span(0, 100 * MIN, "running"),
    Span(100 * MIN, 140 * MIN, "down", "A12"),
    Span(140 * MIN, 142 * MIN, "down", "A13"),
    Span(142 * MIN, 150 * MIN, "starved"),
    Span(150 * MIN, 170 * MIN, "setup"),
    Span(170 * MIN, 300 * MIN, "running"),
    Span(300 * MIN, 303 * MIN, "down", "A14"),
    Span(303 * MIN, 480 * MIN, "running"),
]
PLANNED = ((0, 240 * MIN), (270 * MIN, 480 * MIN))
WHOLE = (0, 480 * MIN)


def by_hand() -> dict[str, int | None]:
    made = account(DAY, PLANNED, WHOLE, Counts(70, 2), 5 * MIN, TABLE)
    failed = failures(DAY, PLANNED, WHOLE, TABLE)
    return elements_of(
        made, failed, first_operation=80, first_pass=(66, 70), reworked=2, maintenance_us=14 * MIN
    )


def test_every_kpi_worked_by_hand() -> None:
    """APT 377, AUST 20, ADET 45, ADOT 8, PBT 450 min; one failure of 42 min (three minutes are a minor stop)."""
    values = {one.code: one.value for one in kpis(by_hand())}
    assert values == {
        "oee": Fraction(68 * 5, 450),
        "availability": Fraction(377, 450),
        "effectiveness": Fraction(350, 377),
        "quality_ratio": Fraction(68, 70),
        "nee": Fraction(397, 450) * Fraction(350, 377) * Fraction(68, 70),
        "utilisation_efficiency": Fraction(377, 442),
        "allocation_efficiency": Fraction(442, 450),
        "technical_efficiency": Fraction(377, 422),
        "setup_ratio": Fraction(20, 397),
        "allocation_ratio": Fraction(442, 450),
        "production_process_ratio": Fraction(377, 450),
        "throughput_rate": Fraction(70 * 60, 450),
        "equipment_load_ratio": Fraction(350, 450),
        "first_pass_yield": Fraction(66, 70),
        "scrap_ratio": Fraction(2, 70),
        "rework_ratio": Fraction(2, 70),
        "fall_off_ratio": Fraction(2, 80),
        "mtbf": Fraction(439 * MIN, 2),
        "mtbf_plain": Fraction(439 * MIN),
        "mttf": Fraction(397 * MIN, 2),
        "mttf_plain": Fraction(397 * MIN),
        "mttr": Fraction(42 * MIN, 2),
        "mttr_plain": Fraction(42 * MIN),
        "corrective_maintenance_ratio": Fraction(42, 56),
    }
    assert set(values) == set(CODES)


def test_a_kpi_opens_to_its_elements_and_says_what_is_lacking() -> None:
    opened = kpi("technical_efficiency", by_hand())
    assert [(term.code, term.amount) for term in opened.below] == [("APT", 377 * MIN), ("ADET", 45 * MIN)]
    assert opened.formula.text == "APT / (APT + ADET)"
    unknown = kpi("rework_ratio", {**by_hand(), "RQ": None})
    assert unknown.value is None
    assert unknown.lacking == ("RQ",)


def test_no_failure_gives_the_standards_mean_but_no_plain_one() -> None:
    calm = [Span(0, 480 * MIN, "running")]
    made = elements_of(
        account(calm, PLANNED, WHOLE, Counts(), None, TABLE), failures(calm, PLANNED, WHOLE, TABLE)
    )
    assert kpi("mtbf", made).value == 450 * MIN
    assert kpi("mtbf_plain", made).value is None
    assert kpi("oee", made).lacking == ("GOOD_IDEAL",)


def test_published_trap_a_breakdown_is_a_loss_and_never_leaves_planned_time() -> None:
    """The Vorne worksheet takes 100 min of breakdown out of planned time (65.5 %); as a loss availability is 63.2 %."""
    spans = [
        Span(0, 1820 * MIN, "running"),
        Span(1820 * MIN, 1920 * MIN, "down", "E1"),
        Span(1920 * MIN, 2880 * MIN, "idle"),
    ]
    window = (0, 2880 * MIN)
    made = account(spans, (window,), window, Counts(1626, 8), round(MIN / 1.041), TABLE)
    assert made.busy_us == 2880 * MIN
    assert float(made.figures.availability) == pytest.approx(0.632, abs=5e-4)
    assert float(made.figures.oee) == pytest.approx(0.5397, abs=5e-4)


def test_effectiveness_over_one_is_flagged_not_clipped() -> None:
    made = account([Span(0, 60 * MIN, "running")], ((0, 60 * MIN),), (0, 60 * MIN), Counts(70), MIN, TABLE)
    found = kpi("effectiveness", elements_of(made))
    assert found.value == Fraction(70, 60)
    assert found.over
    assert Flag.EFFECTIVENESS_OVER_ONE in made.flags


# orders -----------------------------------------------------------------------------------------------------------


def test_without_an_order_not_executing_is_down_time_with_one_it_is_delay() -> None:
    spans = [
        Span(0, 60 * MIN, "running"),
        Span(60 * MIN, 100 * MIN, "idle"),
        Span(100 * MIN, 120 * MIN, "down"),
    ]
    window = (0, 120 * MIN)
    part = account(spans, (window,), window, Counts(5), 10 * MIN, ORDERS, orders=((0, 75 * MIN),))
    assert (part.times_us[Element.ADET], part.times_us[Element.ADOT]) == (35 * MIN, 25 * MIN)
    none = account(spans, (window,), window, Counts(5), 10 * MIN, ORDERS, orders=())
    assert (none.times_us[Element.ADET], none.times_us[Element.ADOT]) == (20 * MIN, 40 * MIN)
    assert Flag.NO_ORDER in none.flags
    assert Flag.NO_ORDER not in part.flags
    other = account(spans, (window,), window, Counts(5), 10 * MIN, TABLE, orders=((0, 75 * MIN),))
    assert (other.times_us[Element.ADET], other.times_us[Element.ADOT]) == (20 * MIN, 40 * MIN)
    assert part.figures == none.figures == other.figures


def test_mappings_carry_their_version_and_are_checked() -> None:
    assert (TABLE.version, ORDERS.version) == (1, 1)
    assert ORDERS.asks_for_orders
    assert not TABLE.asks_for_orders
    head = 'title_en="x"\ntitle_zh="x"\nsource="x"\nminor_stop_s=1\n[states]\nno_data={element="UNKNOWN",loss=""}\n'
    for text in (
        'name="mine"\n' + head,
        'name="mine-1"\n' + head + '[booked]\ndown={element="STOP",loss="down"}\n',
        'name="mine-1"\n' + head + 'running={element="APT",loss="",without_order="ADOT"}\n',
    ):
        with pytest.raises(Problem, match=r"oee\.mapping_invalid"):
            read_mapping(text)
    assert read_mapping('name="mine-7"\n' + head).version == 7


# laws -------------------------------------------------------------------------------------------------------------

TILES = st.lists(
    st.tuples(st.integers(1, 25 * MIN), st.sampled_from([*TABLE.states]), st.sampled_from(["", "A1"])),
    min_size=1,
    max_size=40,
)
PLANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6)


def elements(tiles, plan, window, made, orders=None):
    spans, planned = tiled(tiles), merged((a * MIN, b * MIN) for a, b in plan)
    return elements_of(
        account(spans, planned, window, made, 5 * MIN, ORDERS, orders=orders),
        failures(spans, planned, window, ORDERS),
        first_operation=made.produced,
        first_pass=(0, made.produced),
        reworked=0,
        maintenance_us=0,
    )


@given(TILES, PLANS, st.integers(0, 60), st.integers(0, 60), PLANS)
def test_law_shares_stay_shares_and_the_identities_hold(tiles, plan, made, scrap, ordered):
    orders = merged((a * MIN, b * MIN) for a, b in ordered)
    found = elements(tiles, plan, (0, 480 * MIN), Counts(made, min(scrap, made)), orders)
    values = {one.code: one.value for one in kpis(found)}
    for code in (
        "availability", "utilisation_efficiency", "allocation_efficiency", "technical_efficiency", "setup_ratio",
        "quality_ratio", "scrap_ratio", "corrective_maintenance_ratio",
    ):  # fmt: skip
        assert values[code] is None or 0 <= values[code] <= 1
    assert found["APT"] + found["AUST"] + found["ADET"] + found["ADOT"] == found["PBT"]
    assert found["PBT"] + found["OFF"] + found["STOP"] + found["UNKNOWN"] == found["CAL"] == 480 * MIN
    if None not in (values["availability"], values["effectiveness"], values["quality_ratio"]):
        assert values["oee"] == values["availability"] * values["effectiveness"] * values["quality_ratio"]
        assert values["nee"] >= values["oee"]
    if values["mtbf"] is not None:
        assert values["mtbf"] == values["mttf"] + values["mttr"]
    assert found["TTR"] <= found["PBT"]


@given(TILES, PLANS, st.integers(1, 479))
def test_law_two_stretches_add_up_to_the_whole(tiles, plan, cut):
    parts = [
        elements(tiles, plan, (0, cut * MIN), Counts(3)),
        elements(tiles, plan, (cut * MIN, 480 * MIN), Counts(4)),
    ]
    assert added(parts) == added([elements(tiles, plan, (0, 480 * MIN), Counts(7))])


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.sampled_from(["two-shift-0630", "three-shift"]),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    TILES,
)
def test_law_shifts_over_midnight_and_clock_changes_sum_to_the_calendar(zone, name, day, tiles):
    calendar = calendar_from({**shipped(name), "zone": zone})
    for shift in calendar.shifts_of_day(day):
        spans = [Span(s.start_us + shift.start_us, s.end_us + shift.start_us, s.state) for s in tiled(tiles)]
        made = account(spans, shift.planned, shift.span, Counts(1), MIN, TABLE)
        assert made.calendar_us == shift.end_us - shift.start_us
        assert sum(made.times_us.values()) + made.outside_us == made.calendar_us
        assert sum(loss.time_us for loss in made.losses) + made.good_ideal_us == made.calendar_us
        assert made.planned_us == total(shift.planned)


def test_what_changed_between_two_revisions_is_named_exactly() -> None:
    def document(made):
        losses = [
            {"code": one.code, "reason": one.reason, "booked": one.booked, "time_us": one.time_us}
            for one in made.losses
        ]
        return {"elements": elements_of(made), "counts": {"made": made.counts.good}, "losses": losses}

    before = account(DAY, PLANNED, WHOLE, Counts(70, 2), 5 * MIN, TABLE)
    later = [*DAY[:3], Span(142 * MIN, 150 * MIN, "running"), *DAY[4:]]
    after = account(later, PLANNED, WHOLE, Counts(71, 2), 5 * MIN, TABLE)
    found = differences(document(before), document(after))
    moved = {(change.kind, change.code): change.by for change in found}
    assert moved["element", "APT"] == 8 * MIN
    assert moved["element", "ADOT"] == -8 * MIN
    assert ("element", "PBT") not in moved
    assert moved["count", "made"] == 1
    assert moved["loss", "starved"] == -8 * MIN
    assert moved["loss", "speed"] == 3 * MIN
    assert differences(document(after), document(after)) == ()
