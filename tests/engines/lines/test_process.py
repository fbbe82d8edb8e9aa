"""Operations, characteristics, tools, gauges, reasons: what every packaged line type says, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.lines import (
    Kind,
    LineTemplate,
    Role,
    read_template,
    template,
    template_codes,
    template_text,
)
from gearpark.engines.oee import mapping_table

TYPES = [template(code) for code in template_codes()]
HOUSING = template_text("housing-machining")
each = pytest.mark.parametrize("made", TYPES, ids=lambda t: t.code)


@each
def test_a_type_says_what_all_its_users_need(made: LineTemplate) -> None:
    assert len(made.operations) == len(made.groups)
    for rows in (
        made.characteristics, made.tool_classes, made.gauge_classes, made.skills, made.stop_reasons,
        made.scrap_reasons, made.materials, made.containers, made.variants, made.losses,
    ):  # fmt: skip
        assert rows
    assert made.plan_per_shift > 0
    assert {s.type for s in made.stations} <= set(made.reliability)
    assert all(o.skill and o.program for o in made.operations)


@each
def test_every_class_named_is_used_and_every_skill_asked_for(made: LineTemplate) -> None:
    tools = {t for o in made.operations for t in o.tool_classes}
    gauges = {g for o in made.operations for g in o.gauge_classes}
    assert {t.code for t in made.tool_classes} == tools
    assert {g.code for g in made.gauge_classes} == gauges
    assert {s.code for s in made.skills} == {o.skill for o in made.operations}
    assert {c.gauge for c in made.characteristics if c.gauge} <= gauges


@each
def test_titles_are_in_both_languages(made: LineTemplate) -> None:
    rows = (
        made, *made.devices, *made.operations, *made.characteristics, *made.tool_classes, *made.gauge_classes,
        *made.skills, *made.stop_reasons, *made.scrap_reasons, *made.materials, *made.containers,
        *made.special_states, *made.variants, *made.losses,
    )  # fmt: skip
    for row in rows:
        assert re.search(r"[A-Za-z]", row.title("en")), row
        assert re.search(r"[\u4e00-\u9fff]", row.title("zh-hans")), row


@each
def test_measured_signals_are_canonical_signals_of_the_station(made: LineTemplate) -> None:
    for c in made.characteristics:
        for station in made.groups[c.measured_at]:
            signal = {s.name: s for s in made.types[station.type].signals}[c.signal]
            assert signal.kind == ("analog" if c.kind is Kind.VARIABLE else "state")
            assert signal.unit == c.unit
        assert made.operation_of(c.measured_at).is_test  # type: ignore[union-attr]


@each
def test_stops_belong_to_losses_of_the_oee_mapping(made: LineTemplate) -> None:
    known = {rule.loss for rule in mapping_table("iso22400-1").states.values() if rule.loss} | {"minor_stop"}
    assert {r.loss for r in made.stop_reasons} <= known
    assert {r.loss for r in made.stop_reasons} >= {
        "down",
        "setup",
        "starved",
        "blocked",
        "idle",
        "planned_stop",
    }


@each
def test_every_station_tells_order_lot_fixture_and_verdict(made: LineTemplate) -> None:
    for station in made.stations:
        names = {s.name for s in made.signals_of(station.code)}
        assert names >= {"part_serial", "work_order", "material_lot", "fixture", "part_result", "program"}
        assert ("tool_serial" in names) >= bool(made.operation(station.op).tool_classes)  # type: ignore[union-attr]
        assert ("gauge_id" in names) >= bool(made.operation(station.op).gauge_classes)  # type: ignore[union-attr]


def test_programs_carry_variant_and_revision() -> None:
    assert template("housing-machining").operation(40).program_of("H12-M") == "H12-M-OP40 r5"  # type: ignore[union-attr]


@given(st.floats(-100, 100))
def test_a_value_is_good_inside_its_limits_only(value: float) -> None:
    bore = template("housing-machining").characteristic("bore_1_um")
    assert bore is not None
    assert bore.good(value) == (-18 <= value <= 18)
    assert bore.tolerance == 36


BREAKS = {
    'group = "op40"\ntitle_en = "Fine bore"': ('group = "op99"\ntitle_en = "Fine bore"', "op99"),
    'tool_classes = ["FB62"': ('tool_classes = ["NONE"', "NONE"),
    'skill = "cnc-fine"': ('skill = "nobody"', "nobody"),
    "rework_to = 50": ("rework_to = 55", "55"),
    "tool_shares = [0.30, 0.22, 0.28, 0.20]": ("tool_shares = [0.30, 0.22, 0.28, 0.90]", "sum to 1"),
    'measured_at = "leak80"': ('measured_at = "op10"', "before it is made"),
    "lsl = -18.0": ("lsl = 18.0", "in order"),
    'kind = "attribute"': ('kind = "maybe"', "maybe"),
    "life_parts = 130": ("life_parts = 0", "life_parts"),
    "per_part = 1\nop = 10": ("per_part = 1\nop = 15", "15"),
    'to = "b10"': ('to = "b40"', "two flows"),
    'by = ["rb10"]': ('by = ["agv1"]', "carrier"),
    "setup_s = 420": ('setup_s = "long"', "number"),
    'loss = "starved"': ('loss = "bad luck"', "bad luck"),
    '{ code = "material",': ('{ parent = "material-none", code = "material",', "below itself"),
    'phase = "production"': ('phase = "dream"', "dream"),
    "capacity = 12": ("capacity = 12\ncolour = 3", "colour"),
    'type = "washer"': ('type = "wizard"', "wizard"),
    "x = 1060": ("x = 1150", "over each other"),
    "height = 440": ("height = 100", "outside"),
    'output = "cmm90"': ('output = "b100"', "no station"),
}


@pytest.mark.parametrize("before", BREAKS, ids=lambda text: text.split("\n")[-1][:40])
def test_what_does_not_hang_together_is_refused_and_named(before: str) -> None:
    after, word = BREAKS[before]
    assert before in HOUSING
    with pytest.raises(Problem, match=r"lines\.template_broken") as refused:
        read_template(HOUSING.replace(before, after))
    assert word in " ".join(refused.value.details["faults"])


def test_all_faults_are_listed_not_only_the_first() -> None:
    broken = HOUSING.replace('skill = "cnc-fine"', 'skill = "nobody"').replace("lsl = -18.0", "lsl = 20.0")
    with pytest.raises(Problem) as refused:
        read_template(broken)
    assert len(refused.value.details["faults"]) >= 5


def test_too_many_rows_are_refused_before_they_are_compared() -> None:
    rows = "".join(f'[[skills]]\ncode = "s{i}"\ntitle_en = "S"\ntitle_zh = "技"\n' for i in range(501))
    with pytest.raises(Problem) as refused:
        read_template(HOUSING + rows)
    assert refused.value.details["faults"] == ["there are more than 500 rows of skill"]


def test_deep_nesting_is_a_fault_not_a_crash() -> None:
    with pytest.raises(Problem, match=r"lines\.template_broken"):
        read_template("a = " + "[" * 50_000)


def test_a_document_of_any_size_is_not_read() -> None:
    with pytest.raises(Problem, match=r"lines\.template_too_big"):
        read_template("#" * 300_001)


def test_a_template_may_bring_its_own_asset_types() -> None:
    own = HOUSING.replace('type = "washer"', 'type = "dry-ice-blaster"').replace(
        "[reliability.washer]",
        '[types.dry-ice-blaster]\ntitle_en = "Dry-ice blaster"\ntitle_zh = "干冰清洗机"\nsignals = []\n'
        "[reliability.dry-ice-blaster]",
    )
    made = read_template(own)
    assert made.types["dry-ice-blaster"].role is Role.STATION
    assert "part_serial" in {s.name for s in made.signals_of("wash70")}


def test_a_characteristic_its_type_does_not_name_becomes_a_signal() -> None:
    made = read_template(HOUSING.replace('code = "flatness_um"', 'code = "waviness_um"').replace(
        'characteristics = ["flatness_um"]', 'characteristics = ["waviness_um"]'))  # fmt: skip
    signal = made.signals_of("cmm90")[-1]
    assert (signal.name, signal.unit, signal.kind) == ("waviness_um", "um", "analog")
