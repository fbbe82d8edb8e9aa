"""What holds for every line: shares, Little, resumption, workers, common random numbers, one figure by both engines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.linesim.arrays import build
from gearpark.engines.linesim.experiment import (
    STATES,
    bottlenecks,
    compare,
    estimate,
    prepare,
    simulate,
    steady_from,
    warm_up_s,
)
from gearpark.engines.linesim.runner import State

from .lines import RICH, line_of, serial_text

DAY_S = 86_400.0
CYCLES = st.sampled_from(
    ["1 s", "exp(1 s)", "uniform(0.5 s, 1.5 s)", "lognormal(1 s, 50 %)", "gamma(1.2 s, 30 %)"]
)
FAILS = st.sampled_from(
    ["", "{mtbf: 60 s, mttr: 8 s}", "[{mtbf: 90 s, mttr: 5 s}, {name: jam, mtbf: 20 s, mttr: 1 s}]"]
)


@st.composite
def serial_models(draw: st.DrawFn) -> tuple[list[str], list[int], list[str]]:
    count = draw(st.integers(1, 5))
    cycles = draw(st.lists(CYCLES, min_size=count, max_size=count))
    buffers = draw(st.lists(st.integers(0, 4), min_size=count - 1, max_size=count - 1))
    return cycles, buffers, draw(st.lists(FAILS, min_size=count, max_size=count))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(serial_models(), st.sampled_from(["", "{every: exp(1.5 s)}"]), st.integers(0, 2**40))
def test_both_engines_give_one_answer(
    model: tuple[list[str], list[int], list[str]], supply: str, seed: int
) -> None:
    line = line_of(serial_text(*model, supply=supply), 700, 100)
    one, two = (simulate(line, replications=3, seed=seed, engine=e) for e in ("events", "recursion"))
    assert (one.per_h() == two.per_h()).all()
    np.testing.assert_allclose(one.wip(), two.wip(), rtol=1e-9)
    np.testing.assert_allclose(one.lead_s(), two.lead_s(), rtol=1e-9)
    for station in line.stations:
        for name, share in one.shares(station.name).items():
            assert two.shares(station.name)[name] == pytest.approx(share, abs=1e-9)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(serial_models(), st.integers(0, 3), st.integers(0, 2**40))
def test_more_room_never_costs_output(
    model: tuple[list[str], list[int], list[str]], where: int, seed: int
) -> None:
    """Path by path: the same random numbers, one buffer larger by two."""
    cycles, buffers, fails = model
    wider = [size + 2 * (k == where) for k, size in enumerate(buffers)]
    base, more = (
        simulate(line_of(serial_text(cycles, b, fails), 500), replications=3, seed=seed, warm_s=0.0)
        for b in (buffers, wider)
    )
    assert (more.per_h() >= base.per_h()).all()


def test_shares_sum_to_one_and_parts_are_kept() -> None:
    line = line_of(RICH, 5 * DAY_S, DAY_S)
    found = simulate(line, replications=6)
    for station in line.stations:
        shares = found.shares(station.name)
        assert all(share >= 0 for share in shares.values())
        assert sum(shares[name] for name in STATES) == pytest.approx(1.0, abs=1e-9)
    assert found.shares("mill")["on_shift"] == pytest.approx(15.5 / 24)
    assert found.per_h().min() > 0
    assert found.scrap_per_h().min() > 0


@pytest.mark.parametrize("engine", ["events", "recursion"])
def test_little(engine: str) -> None:
    """Parts inside = rate times time in the line, over a window long enough for its edges not to matter."""
    text = serial_text(["exp(1 s)"] * 4, [3] * 3, ["{mtbf: 90 s, mttr: 8 s}"] * 4, "{every: exp(2 s)}")
    found = simulate(line_of(text, 60_000, 1_000), replications=8, engine=engine)
    assert found.wip().mean() == pytest.approx((found.per_h() * found.lead_s()).mean() / 3600, rel=2e-3)


def test_a_resumed_run_is_the_straight_one() -> None:
    """Bit for bit, through JSON, wherever it is cut."""
    made = build(line_of(RICH, DAY_S).plan)
    straight = State.of(made, 7, 2)
    end = straight.advance(DAY_S)
    for cut in (1.0, 21_600.0, 22_000.25, 60_000.0):
        first = State.of(made, 7, 2)
        first.advance(cut)
        again = State.resumed(made, json.loads(json.dumps(first.snapshot())))
        assert again.advance(DAY_S).tolist() == end.tolist()
        assert again.snapshot() == straight.snapshot()
        assert first.copy().advance(DAY_S).tolist() == end.tolist()


def test_figures_do_not_depend_on_workers_but_on_the_seed() -> None:
    for text in (RICH, serial_text(["exp(1 s)"] * 3, [1] * 2)):
        line = line_of(text, DAY_S)
        one, three, again, other = (
            simulate(line, replications=11, seed=seed, workers=workers, warm_s=0.0)
            for seed, workers in ((5, 1), (5, 3), (5, 1), (6, 1))
        )
        assert (one.rows == three.rows).all()
        assert (one.rows == again.rows).all()
        assert (one.rows != other.rows).any()


def test_order_of_stations_in_the_file_does_not_matter() -> None:
    flow = "flow: supply > a > b > exit\n"
    one, two = (
        simulate(line_of("stations:\n" + rows + flow, 5_000), replications=4, warm_s=0.0)
        for rows in (
            "  a: {cycle: exp(1 s)}\n  b: {cycle: exp(1 s), buffer: 2}\n",
            "  b: {cycle: exp(1 s), buffer: 2}\n  a: {cycle: exp(1 s)}\n",
        )
    )
    assert (one.per_h() == two.per_h()).all()


def test_plain_python_gives_what_the_compiled_kernel_gives() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from lines import RICH, line_of\n"
        "from gearpark.engines.linesim import engine\n"
        "from gearpark.engines.linesim.experiment import simulate\n"
        "assert not engine.JIT\n"
        "found = simulate(line_of(RICH, 30000), replications=2, seed=3, warm_s=0.0)\n"
        "print(*found.per_h(), *found.wip(), *found.lead_s())\n"
    )
    environment = {**os.environ, "GEARPARK_NO_JIT": "1"}
    told = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
    ).stdout
    found = simulate(line_of(RICH, 30000), replications=2, seed=3, warm_s=0.0)
    np.testing.assert_allclose(
        [float(word) for word in told.split()],
        [*found.per_h(), *found.wip(), *found.lead_s()],
        rtol=1e-9,
    )


def test_a_full_loop_is_a_deadlock_that_names_its_machines() -> None:
    text = (
        "stations:\n  a: {cycle: 1 s}\n  b: {cycle: 1 s}\n  c: {cycle: 1 s, rework: {share: 50 %, to: b}}\n"
    )
    with pytest.raises(Problem) as caught:
        simulate(line_of(text, 10_000), replications=2, warm_s=0.0)
    assert caught.value.code == "twin.deadlock"
    assert sorted(caught.value.details["cycle"]) == ["b", "c"]
    held = simulate(line_of(text + "limit: 1\n", 10_000), replications=2, warm_s=0.0)
    assert held.per_h().min() > 0


def test_a_driver_is_free_again_when_the_machine_to_fetch_from_breaks_down() -> None:
    """The one who drives also repairs: kept at a carrier with nothing to carry, the line would stand."""
    text = (
        "people: {one: {count: 1, skills: [drive, repair]}}\n"
        "stations:\n"
        "  a: {cycle: exp(20 s), fail: {mtbf: 30 s, mttr: 20 s, clock: time, crew: repair}}\n"
        "  b: {cycle: exp(20 s)}\n"
        "transports: {agv: {empty: 15 s, operator: drive}}\n"
        "flow: supply > a > b by agv in 5 s > exit\n"
    )
    found = simulate(line_of(text, 50_000), replications=4, warm_s=0.0)
    assert found.per_h().min() > 20


def test_a_shift_ends_while_machines_wait_for_one_another_s_people() -> None:
    """The one freed at the shift's end is not given to a machine that stops at the same moment."""
    text = (
        "calendars: {day: {shifts: [Mon-Sun 06:00-14:00]}}\n"
        "people: {one: {count: 1, skills: [work]}}\n"
        "stations: {a: {cycle: exp(50 s), machines: 3, operator: work, calendar: day}}\n"
    )
    found = simulate(line_of(text, 10 * DAY_S), replications=4)
    assert found.shares("a")["on_shift"] == pytest.approx(1 / 3)
    assert found.shares("a")["busy"] == pytest.approx(1 / 3)
    assert found.shares("a")["waiting"] == pytest.approx(2 / 3)


def test_a_queue_without_end_is_refused() -> None:
    text = "supply: {every: exp(1 s)}\nstations: {s: {cycle: 3 s}}\n"
    with pytest.raises(Problem) as caught:
        simulate(line_of(text, 1e8), replications=1, warm_s=0.0, engine="events")
    assert caught.value.code == "twin.queue_grows"


def test_warm_up_is_found_or_refused() -> None:
    text = serial_text(["exp(60 s)"] * 6, [10] * 5)
    ramp = np.minimum(np.arange(1000.0), 300.0)
    assert 200 <= steady_from(ramp) <= 300
    assert steady_from(np.arange(1000.0)) is None
    assert 0 < warm_up_s(line_of(text, 100 * 3600.0), 1) < 50 * 3600.0
    with pytest.raises(Problem) as caught:
        warm_up_s(line_of(serial_text(["600 s"] * 6, [10] * 5), 7_000), 1)
    assert caught.value.code == "twin.warmup_long"


def test_comparison_and_bottleneck_under_common_numbers() -> None:
    def line(buffer: int) -> str:
        return serial_text(
            ["exp(60 s)", "exp(70 s)", "exp(60 s)"], [2, buffer], ["", "{mtbf: 2 h, mttr: 5 min}", ""]
        )

    made = compare(*(line_of(line(b), 400 * 3600.0, 20 * 3600.0) for b in (2, 3)), replications=20)
    assert made.per_h.mean > made.per_h.half > 0
    assert made.variance_ratio > 5
    with pytest.raises(Problem) as caught:
        compare(line_of(line(2), 1000), line_of(line(2), 2000))
    assert caught.value.code == "twin.not_comparable"
    base, levers = bottlenecks(line_of(line(2), 400 * 3600.0, 20 * 3600.0), replications=20)
    assert levers[0].station == "s2"
    assert levers[0].sure
    assert levers[0].saved_s == pytest.approx(7.0)
    assert len(base.rows) == 20


def test_intervals() -> None:
    assert estimate([]).mean is None
    assert (estimate([2.0]).mean, estimate([2.0]).half) == (2.0, None)
    found = estimate([1.0, 2.0, 3.0, 4.0, float("nan")])
    assert (found.mean, found.half) == (2.5, pytest.approx(2.0542, abs=1e-3))  # t(3) = 3.1824
    prepare()
