"""Estimates against the truth a simulated line knows, on seeds that tuned nothing; and each of their parts by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gearpark.engines.electrolysis.constants import AL_KG_PER_KAH
from gearpark.engines.electrolysis.estimate import feeders, heat, metal
from gearpark.engines.electrolysis.estimate.diagnosis import FIGURES, causes, diagnose
from gearpark.engines.electrolysis.estimate.line import LineEstimate
from gearpark.engines.electrolysis.estimate.window import window
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters, estimate_parameters
from gearpark.engines.electrolysis.sim.run import HOUR_S, Line
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.engines.electrolysis.sim.sick import sick
from gearpark.engines.electrolysis.sim.truth import Follow, truth

P, Q, E = cell_parameters(), control_parameters(), estimate_parameters()
SEED = 4242


def test_estimates_are_nearer_to_the_truth_than_the_plain_way_and_know_how_near() -> None:
    seen = truth(P, Q, E, SCENARIOS["mixed"], 24, 72, SEED)
    for name in ("alumina", "temperature", "alf3", "superheat", "efficiency"):
        assert seen[name]["rms_error"] < seen[name]["plain_rms_error"], name
    assert seen["superheat"]["rms_error"] < 0.5 * seen["superheat"]["plain_rms_error"]
    for name in ("alumina", "temperature", "alf3", "superheat", "ledge", "efficiency"):
        assert seen[name]["in_90"] >= 0.82, name  # of a stated 90 %, with 24 cells
        assert seen[name]["sd_mean"] < 2.6 * seen[name]["rms_error"], name
    assert seen["metal"]["estimated_ce_pct"] == pytest.approx(seen["metal"]["true_ce_pct"], abs=0.4)


def test_causes_are_named_and_healthy_cells_left_alone() -> None:
    seen = sick(P, Q, E, SCENARIOS["mixed"], SEED)
    for name in ("hole_closed", "metering_short", "cover_thick", "metal_rolls", "iron_attack"):
        assert seen["named"][name] >= 0.8, name
    assert np.mean(list(seen["named"].values())) >= 0.85
    assert seen["wrong_names_per_cell_hour"] <= 0.1


def test_levels_and_taps_find_an_efficiency_that_the_bath_does_not_tell() -> None:
    true, days, rng = 0.925, 60, np.random.default_rng(7)
    m, mass = metal.begin(P, E, 40), np.full(40, P["metal_kg"])
    for _ in range(days):
        charge = np.full(40, 420.0 * 24)
        mass = mass + AL_KG_PER_KAH * charge * true
        metal.forward(m, E, np.full(40, 0.935), charge, 1.0)
        tap = 3050.0 + 60.0 * rng.standard_normal(40)
        mass -= tap
        metal.tapped(m, E, tap * (1.0 + E["tap_sd"] * rng.standard_normal(40)))
        level = mass / metal.kg_mm(P) + E["level_sd_mm"] * rng.standard_normal(40)
        metal.levelled(m, P, E, level)
    sd = metal.deviation(m)
    assert m.ce.mean() == pytest.approx(true, abs=3.0 * sd[0])
    assert abs(m.ce.mean() - true) < abs(0.935 - true) * 0.8
    assert sd[0] < 0.9 * E["prior_sd"]
    assert np.sqrt(np.mean((m.ce - true) ** 2)) < 2.0 * sd[0]
    assert metal.told_by_metal(m, E).mean() > 0.25


def test_the_steady_state_of_the_filter_is_that_of_the_window() -> None:
    h = heat.begin(P, E, 1)
    al2o3, amp, volt, ce = np.array([2.5]), np.array([420e3]), np.array([3.98]), np.array([0.94])
    charge = 420.0 * ce * AL_KG_PER_KAH
    fed = charge * 1.8895 / 6.0 / (1 - P["secondary_alf3"] - P["soda"] - P["lime"] - P["inert"])
    for _ in range(6 * 24 * 10):
        dose = np.array([0.0155 * charge[0] / 6.0])
        changed = np.array([P["anodes"] / P["anode_life_d"] / 144.0])
        heat.forward(h, P, E, heat.Inputs(volt, amp, al2o3, fed, dose, changed, ce), 600.0)
    found = window(h, P, E, al2o3, amp, volt, ce)
    superheat, _ = heat.superheat(h, P, al2o3, np.zeros(1))
    ledge, _ = heat.ledge_mm(h, P)
    assert superheat[0] == pytest.approx(found.steady_superheat_c[0], abs=0.25)
    assert ledge[0] == pytest.approx(found.steady_ledge_mm[0], abs=4.0)
    assert found.low_v[0] < 3.98 < found.high_v[0]
    at_low = window(h, P, E, al2o3, amp, found.low_v, ce)
    assert at_low.steady_superheat_c[0] == pytest.approx(E["superheat_low_c"], abs=1e-6)


def test_a_measurement_far_off_is_not_believed() -> None:
    h = heat.begin(P, E, 3)
    before = h.x.copy()
    wrong = heat.correct(h, E, np.array([1200.0, math.nan, 962.0]), np.full(3, math.nan))
    assert wrong.tolist() == [True, False, False]
    assert (h.x[:2] == before[:2]).all()
    assert h.x[2, 0] != before[2, 0]


def test_a_closed_hole_is_told_by_a_few_strikes_and_a_sound_one_is_not() -> None:
    strikes = np.full((1, 3), 20)
    told = feeders.closed_probability(E, strikes, np.array([[19, 3, 10]]))
    assert told[0, 0] < 0.001
    assert told[0, 1] > 0.99
    assert feeders.closed_probability(E, np.zeros(1), np.zeros(1)) == pytest.approx(E["closed_before"])
    each = feeders.verdicts(E, np.array([[20, 20, 20, 2]]), np.array([[19, 3, 20, 0]]))
    assert [feeders.VERDICTS[v] for v in each[0]] == ["sound", "closed", "sound", "unknown"]


def test_diagnosis_shows_what_speaks_for_and_against() -> None:
    assert {test.figure for one in causes() for test in one.evidence} <= set(FIGURES)
    assert diagnose({}) == []
    assert diagnose({"noise": math.nan}) == []
    found = diagnose({"closed_feeders": 2.0, "delivery": 1.0})
    assert [one.cause for one in found] == ["hole_closed"]
    assert [one.speaks_for for one in found[0].evidence] == [True, False]
    alone = diagnose({"closed_feeders": 2.0})[0]
    assert alone.probability > found[0].probability  # full delivery speaks against it
    odds = 0.02 / 0.98 * 0.95 / 0.004
    assert alone.probability == pytest.approx(odds / (1 + odds))


def test_a_kept_state_goes_on_to_the_bit() -> None:
    line = Line(P, Q, SCENARIOS["mixed"], 4, SEED)
    follow = Follow(line, E)
    line.run_to(2 * HOUR_S, each_minute=follow)
    other = LineEstimate(P, E, 4)
    assert other.restore(follow.made.state())
    line.minutes = 0
    seen = follow._seen(line, 300.0)
    follow.made.step(seen)
    other.step(seen)
    for name, value in follow.made.now.items():
        assert np.array_equal(value, other.now[name], equal_nan=True), name
    assert not LineEstimate(P, E, 5).restore(follow.made.state())


def test_a_stretch_that_nobody_counted_takes_no_metal_from_the_books() -> None:
    line = Line(P, Q, SCENARIOS["mixed"], 4, SEED)
    follow = Follow(line, E)
    line.run_to(2 * HOUR_S, each_minute=follow)
    before = follow.made.metal.x.copy()
    follow.made.forget_totals()
    line.run_to(8 * HOUR_S)  # unseen
    follow.made.step(follow._seen(line, 300.0))
    assert np.array_equal(follow.made.metal.x, before)
    assert (follow.made.metal.cov[:, 0, 0] == E["metal_start_kg"] ** 2).all()
