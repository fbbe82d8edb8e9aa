"""Forecasts from live states: exact where nothing is random, unbiased and of the stated coverage where much is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.linesim.lines import line_of, serial_text

from gearpark.base.problems import Problem
from gearpark.engines.linesim.arrays import build
from gearpark.engines.linesim.forecast import crps, forecast, score
from gearpark.engines.linesim.kernel import layout as at
from gearpark.engines.linesim.live import LiveState, MachineState, laid, read_state
from gearpark.engines.linesim.model import build_line, read_document
from gearpark.engines.linesim.runner import State

MODELS = Path(__file__).parents[3] / "src/gearpark/config/demo/data/twin"
SHIFT_S, NOW_S, SHIFTS, REPLICATIONS = 8 * 3600.0, 2 * 3600.0, 150, 200
PHASES = {at.IDLE: "starved", at.BUSY: "busy", at.BLOCKED: "blocked", at.DOWN: "down"}


def seen(state: State, names: list[str], now: float) -> LiveState:
    """What a line that runs in the kernel looks like from outside at ``now``."""
    Z, R, made = state.Z, state.R, state.made
    machines = {}
    for name in names:
        m = made.machines[name]
        phase, spent = int(Z[m + at.PHASE]), now - float(R[m + at.F_SINCE])
        if phase == at.BUSY:
            spent = float(R[m + at.F_WORK]) - (float(R[m + at.F_REM]) - spent)
        held = "part" if Z[m + at.HOLD] >= 0 else ""
        machines[name] = MachineState(PHASES[phase], spent, part=held)
    buffers = {
        place.name: ("part",) * int(Z[made.places[place.name] + at.P_LEVEL])
        for place in made.plan.places
        if place.kind == "buffer"
    }
    return LiveState(SHIFT_S - now, machines, buffers, good=int(Z[at.H_GOOD]))


def test_forecasts_are_unbiased_and_as_sure_as_they_say() -> None:
    cycles = [
        "triangular(3 min, 4 min, 7 min)",
        "lognormal(4 min, 40 %)",
        "gamma(4 min, 30 %)",
        "exp(3.5 min)",
    ]
    fails = ['{mtbf: 2 h, mttr: "lognormal(12 min, 80 %)"}'] * 4
    line = line_of(serial_text(cycles, [2, 2, 2], fails), SHIFT_S)
    made, names = build(line.plan), [m.name for m in line.plan.machines]
    samples, happened = [], []
    for shift in range(SHIFTS):
        state = State.of(made, 5, shift)
        state.advance(NOW_S)
        told = forecast(line, seen(state, names, NOW_S), replications=REPLICATIONS, seed=900 + shift)
        samples.append(told.good)
        happened.append(float(state.advance(SHIFT_S)[at.X_GOOD]))
    told = score(samples, happened)
    spread = float(np.std([np.mean(s) - y for s, y in zip(samples, happened, strict=True)], ddof=1))
    assert (
        abs(told.bias) < 3.3 * spread / SHIFTS**0.5 + 0.3
    )  # a part begun anew after a repair costs up to 0.3
    assert (
        abs(told.inside - told.wanted) < 3.3 * (0.8 * 0.2 / SHIFTS) ** 0.5 + 0.04
    )  # whole parts: a little more
    assert told.crps < 0.95 * told.crps_plain


def test_a_line_without_chance_is_told_exactly() -> None:
    line = line_of(serial_text(["60 s", "60 s"], [1]), 3600.0)
    machines = {"s1": MachineState("busy", 20.0, part="part"), "s2": MachineState("busy", 45.0, part="part")}
    made = forecast(line, LiveState(600.0, machines, {"before s2": ("part",)}, good=7), replications=3)
    # done at 15, 75 (from the buffer), 135 ...: the first machine is never late
    assert made.good.tolist() == [7 + 10] * 3
    assert made.reaches(17) == 1.0
    assert made.reaches(18) == 0.0
    known = LiveState(600.0, {**machines, "s2": MachineState("busy", 0.0, 59.0, part="part")}, good=0)
    assert forecast(line, known, replications=1).good.tolist() == [10.0]


def test_a_carrier_sees_who_is_at_work_when_a_state_begins() -> None:
    """A blocked part waits where it is until there is room behind it: no carrier goes off with another one."""
    text = """schema: 1
name: gantry
run: {time: 10 h, warmup: 0 h, replications: 2}
stations: {a: {cycle: 60 s, machines: 2}, b: {cycle: 90 s, machines: 2}}
buffers: {s: {capacity: 4}}
transports: {g: {}, h: {}}
flow: [supply > s by h in 5 s, s > a by g in 5 s, a > b by g in 5 s, b > exit by g in 5 s]
"""
    machines = {
        "a#1": MachineState("busy", 20.0, part="part"),
        "a#2": MachineState("blocked", 20.0, part="part"),
        "b#1": MachineState("busy", 30.0, part="part"),
        "b#2": MachineState("busy", 10.0, part="part"),
    }
    state = LiveState(3600.0, machines, {"s": ("part",) * 4})
    found = forecast(build_line(read_document(text, "gantry")), state, replications=2, seed=1)
    assert set(found.good) == {72.0}  # of each b one part in 90 s of work and two hauls of 5 s


def test_the_number_of_workers_changes_nothing() -> None:
    line = line_of(serial_text(["exp(60 s)"] * 3, [2, 2]), 3600.0)
    state = LiveState(1800.0, {name: MachineState("busy", 5.0, part="part") for name in ("s1", "s2", "s3")})
    one, four = (forecast(line, state, replications=40, workers=w) for w in (1, 4))
    assert one.good.tolist() == four.good.tolist()
    assert one.path.tolist() == four.path.tolist()


def test_the_path_ends_at_the_forecast() -> None:
    line = build_line(read_document((MODELS / "housing-automated.yaml").read_text("utf-8")))
    state = read_state(read_document((MODELS / "housing-automated-state.json").read_text("utf-8")), line)
    made = forecast(line, state, replications=100)
    assert made.path[1, -1] == pytest.approx(made.quantile(0.5))
    assert (np.diff(made.path, axis=1) >= 0).all()
    assert made.good.min() >= state.good


def test_what_is_in_the_state_is_in_the_line() -> None:
    line = build_line(read_document((MODELS / "housing-automated.yaml").read_text("utf-8")))
    state = read_state(read_document((MODELS / "housing-automated-state.json").read_text("utf-8")), line)
    made = laid(line, state)
    in_hand = sum(m.parts for m in state.machines.values() if m.state != "starved")
    assert made.Z[at.H_WIP] == in_hand + 3


GOOD = "{schema: 1, left: 1 h, stations: {s1: {state: busy, part: part}, s2: {state: starved}}}"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("s2: {state: starved}", "", "twin.state"),
        ("s2:", "s9:", "twin.state"),
        ("part: part", "part: nut", "twin.state"),
        ("left: 1 h", "left: 0 h", "twin.value"),
        ("state: busy", "state: asleep", "twin.value"),
        ("schema: 1,", "schema: 1, buffers: {b9: 1},", "twin.state"),
        ("schema: 1,", "schema: 1, buffers: {s2: 4},", "twin.state"),
        ("schema: 1,", "schema: 1, buffers: {s2: [nut]},", "twin.state"),
        ("state: busy", "state: setup", "twin.state"),
        ("state: busy", "state: tools", "twin.state"),
        ("state: busy", "state: down", "twin.state"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(old: str, new: str, code: str) -> None:
    line = line_of(serial_text(["60 s", "60 s"], [3]), 3600.0)
    assert forecast(line, read_state(read_document(GOOD), line), replications=1).good[0] > 0
    with pytest.raises(Problem) as refused:
        forecast(line, read_state(read_document(GOOD.replace(old, new)), line), replications=1)
    assert refused.value.code == code


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(0, 50))
def test_the_score_is_its_definition(sample: list[int], happened: int) -> None:
    x = np.array(sample, dtype=float)
    plain = np.abs(x - happened).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2
    assert crps(sample, happened) == pytest.approx(plain, abs=1e-9)


def test_a_score_needs_as_many_outcomes() -> None:
    with pytest.raises(ValueError, match="as many"):
        score([[1.0]], [])
