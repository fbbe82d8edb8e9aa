"""Gears against printed and published figures, and laws of the involute.

Sources: drivetrainhub notebooks-gears chapter 3 (first pair), centre distances stated in REXS models of FVA and SEW
(Apache-2.0, github.com/fva-net/rexs-api-java and BearinxSimulationSuite/REXSapi), ISO 1328-1:2013.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.gears import (
    Gear,
    Hand,
    gear_findings,
    gear_from,
    geometry,
    mesh,
    outline,
    pair_findings,
    pairs_from_rexs,
    planetary,
    span,
    span_teeth,
    tolerances,
)
from gearpark.engines.gears.geometry import inverse_involute, involute
from gearpark.engines.gears.tolerances import rounded

PINION = Gear(1, 17, helix_deg=15, hand=Hand.RIGHT, shift=0.2, width_mm=9)
WHEEL = Gear(1, 35, helix_deg=15, hand=Hand.LEFT, shift=-0.1, width_mm=9)


def test_the_printed_gear() -> None:
    seen = geometry(PINION)
    printed = {
        "transverse_module_mm": 1.035276, "transverse_pressure_deg": 20.646896, "reference_mm": 17.599695,
        "base_mm": 16.469288, "tip_mm": 19.999695, "root_mm": 15.499695, "base_helix_deg": 14.076095,
        "tooth_thickness_mm": 1.776932, "normal_base_pitch_mm": 2.952131,
    }  # fmt: skip
    for name, value in printed.items():
        assert getattr(seen, name) == pytest.approx(value, abs=1e-6), name


def test_the_printed_pair() -> None:
    seen = mesh(PINION, WHEEL, 27.5)
    printed = {
        "reference_distance_mm": 26.917181, "zero_backlash_mm": 27.015921, "working_pressure_deg": 23.660563,
        "transverse_contact": 1.068817, "overlap": 0.741462, "total_contact": 1.810279,
    }  # fmt: skip
    for name, value in printed.items():
        assert getattr(seen, name) == pytest.approx(value, abs=1e-6), name


@pytest.mark.parametrize(
    ("module", "helix", "z1", "z2", "x1", "x2", "internal", "stated_mm"),
    [
        (1.0, 30, 23, 67, 0.581, 0.5131, False, 53),
        (1.25, 10, 13, 76, 0.521, -0.094, False, 57),
        (1.5, 10, 14, 87, 0.536, -0.4815, False, 77),
        (4.5, 21, 27, 51, 0.231415, 0.231415, False, 190),
        (6.5, 10, 23, 34, 0.15074, 0.15074, False, 190),
        (4.0, 0, 17, 22, 0, 0, False, 78),
        (4.0, 0, 22, 61, 0, 0, True, 78),
    ],
)
def test_published_gearboxes(
    module: float, helix: float, z1: int, z2: int, x1: float, x2: float, internal: bool, stated_mm: float
) -> None:
    hands = (Hand.SPUR, Hand.SPUR) if not helix else (Hand.RIGHT, Hand.LEFT)
    pinion = Gear(module, z1, helix_deg=helix, hand=hands[0], shift=x1)
    wheel = Gear(module, z2, helix_deg=helix, hand=hands[1], shift=x2, internal=internal)
    assert mesh(pinion, wheel).zero_backlash_mm == pytest.approx(stated_mm, abs=6e-5)


def test_a_planetary_set() -> None:
    made = planetary(Gear(4, 17), Gear(4, 22), Gear(4, 61, internal=True), 3)
    assert made.ratio == pytest.approx(4.588235, abs=1e-6)
    assert made.mounts
    assert made.center_distance_mm == made.ring_distance_mm == pytest.approx(78)


def test_spans() -> None:
    spur, wheel = Gear(3, 20, width_mm=30), Gear(3, 60, width_mm=30)
    assert (round(span(spur, 3), 4), round(span(wheel, 7), 4)) == (22.9813, 60.0876)
    assert (span_teeth(spur), span_teeth(wheel)) == (3, 7)


def test_the_tolerance_row() -> None:
    row = tolerances(Gear(3, 40, width_mm=30), 6)
    assert (row.f_pt_um, row.f_p_total_um, row.f_h_alpha_um, row.f_f_alpha_um, row.f_alpha_um) == (
        9,
        29,
        7.5,
        9.5,
        12,
    )
    assert (row.f_h_beta_um, row.f_f_beta_um, row.f_beta_um, row.f_r_um) == (9, 10, 14, 26)
    assert row.standard == "ISO 1328-1:2013"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(10.5, 11), (10.49, 10), (9.75, 10), (7.24, 7), (7.25, 7.5), (4.95, 5.0), (4.94, 4.9)],
)
def test_rounding_of_tolerances(value: float, expected: float) -> None:
    assert rounded(value) == expected


def test_outside_the_scope_nothing_is_extrapolated() -> None:
    for gear, name in ((Gear(0.4, 40, width_mm=30), "module_mm"), (Gear(3, 40, width_mm=3), "width_mm")):
        with pytest.raises(Problem) as refused:
            tolerances(gear, 6)
        assert (refused.value.code, refused.value.details["name"]) == ("gears.tolerance_scope", name)
    with pytest.raises(Problem, match=r"gears\.tolerance_class"):
        tolerances(Gear(3, 40, width_mm=30), 12)


@pytest.mark.parametrize(
    ("gear", "stated", "code"),
    [
        (Gear(3, 20, bore_mm=53), {}, "gears.bore"),
        (Gear(3, 12, shift=1.0), {}, "gears.pointed_tooth"),
        (Gear(3, 12), {}, "gears.undercut"),
        (Gear(3.1, 40), {}, "gears.module_unusual"),
        (Gear(3, 40), {"tip_mm": 127}, "gears.tip_mm"),
        (Gear(3, 20), {"span_mm": 23.2, "span_teeth": 3}, "gears.span_mm"),
    ],
)
def test_a_gear_is_told_why(gear: Gear, stated: dict[str, float], code: str) -> None:
    assert code in {finding.code for finding in gear_findings(gear, stated)}


def test_a_sound_gear_has_no_findings() -> None:
    assert gear_findings(Gear(3, 40, width_mm=30), {"tip_mm": 126, "reference_mm": 120}) == []
    assert pair_findings(Gear(3, 20), Gear(3, 60), 120, 3) == []


@pytest.mark.parametrize(
    ("pinion", "wheel", "distance", "ratio", "code"),
    [
        (Gear(3, 20), Gear(4, 60), None, None, "gears.pair_module_mm"),
        (PINION, Gear(1, 35, helix_deg=15, hand=Hand.RIGHT), None, None, "gears.pair_hand"),
        (Gear(3, 20), Gear(3, 60), 119, None, "gears.center_distance"),
        (Gear(3, 20), Gear(3, 60), 123, None, "gears.contact_ratio"),
        (Gear(3, 20), Gear(3, 60), None, 3.2, "gears.ratio"),
    ],
)
def test_a_pair_is_told_why(
    pinion: Gear, wheel: Gear, distance: float | None, ratio: float | None, code: str
) -> None:
    assert code in {finding.code for finding in pair_findings(pinion, wheel, distance, ratio)}


@pytest.mark.parametrize(
    "raw",
    [
        {}, {"teeth": 20}, {"module_mm": "x", "teeth": 20}, {"module_mm": 3, "teeth": 20, "colour": 1},
        {"module_mm": 3, "teeth": 20, "hand": "up"},
    ],
)  # fmt: skip
def test_broken_documents_are_named(raw: dict[str, object]) -> None:
    with pytest.raises(Problem, match=r"gears\.document"):
        gear_from(raw)


@pytest.mark.parametrize(
    "gear", [Gear(-1, 20), Gear(3, 0), Gear(3, 20, helix_deg=15), Gear(3, 20, width_mm=math.nan)]
)
def test_impossible_parameters_are_named(gear: Gear) -> None:
    with pytest.raises(Problem, match=r"gears\.parameter"):
        geometry(gear)


def test_a_document_type_is_refused() -> None:
    with pytest.raises(Problem, match=r"gears\.document"):
        pairs_from_rexs(b'<!DOCTYPE a [<!ENTITY b "c">]><model/>')


@given(st.floats(0.001, 1.5))
def test_the_involute_is_inverted(angle: float) -> None:
    assert inverse_involute(involute(angle)) == pytest.approx(angle, rel=1e-9)


@given(
    st.integers(18, 120),
    st.integers(18, 120),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
    st.sampled_from([0, 8, 15, 25]),
)
def test_pairs_obey_their_laws(z1: int, z2: int, x1: float, x2: float, helix: int) -> None:
    """Swapping a pair changes nothing but the ratio; without shift sum the pair runs at the reference distance."""
    hands = (Hand.RIGHT, Hand.LEFT) if helix else (Hand.SPUR, Hand.SPUR)
    one = Gear(2, z1, helix_deg=helix, hand=hands[0], shift=x1)
    two = Gear(2, z2, helix_deg=helix, hand=hands[1], shift=x2)
    there, back = mesh(one, two), mesh(two, one)
    assert there.zero_backlash_mm == pytest.approx(back.zero_backlash_mm)
    assert there.transverse_contact == pytest.approx(back.transverse_contact)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert (there.zero_backlash_mm >= there.reference_distance_mm - 1e-9) == (x1 + x2 >= 0)
    against = Gear(2, z2, helix_deg=helix, hand=hands[1], shift=-x1)
    balanced = mesh(one, against)
    assert balanced.zero_backlash_mm == pytest.approx(balanced.reference_distance_mm)


@given(st.integers(20, 200), st.integers(2, 8))
def test_one_tooth_more_adds_a_base_pitch(teeth: int, over: int) -> None:
    gear = Gear(3, teeth)
    assert span(gear, over + 1) - span(gear, over) == pytest.approx(geometry(gear).normal_base_pitch_mm)


def test_the_drawn_flank_lies_on_the_gear() -> None:
    gear = Gear(3, 40)
    seen, points = geometry(gear), outline(gear)
    radii = [math.hypot(x, y) for x, y in points]
    assert radii == sorted(radii)
    assert radii[-1] == pytest.approx(seen.tip_mm / 2)
    assert 2 * points[-1][1] == pytest.approx(seen.tip_thickness_mm, rel=1e-3)
