"""The live controller against a real OPC UA server: kill -9 in mid-quench, lost signals, hands on a cell, advice only."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants.conftest import open_port

from gearpark.config.potline import process
from gearpark.config.potline.brain import Brain
from gearpark.config.potline.keeper import Keeper
from gearpark.config.potline.orders import give, give_set_points
from gearpark.config.potline.process import Controller
from gearpark.config.processes import Process, module
from gearpark.config.supervisor import Supervisor
from gearpark.engines.electrolysis.control.codes import SAFE, UNDER
from gearpark.engines.electrolysis.control.curve import resistance_curve
from gearpark.engines.electrolysis.control.guard import refused
from gearpark.engines.electrolysis.control.state import fresh_control, measured
from gearpark.engines.electrolysis.control.telegram import LOCAL, MANUAL_CELL, REMOTE, packed, unpacked
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.live import LiveLine
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.plants.potline import PotlineServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
CELLS, FAST, SLOWER = 12, 40.0, 10.0
QUIET_S = 0.5
WAIT_LIMIT_S = 40.0
RESUME_LIMIT_S = 5.0
CALM = SCENARIOS["track"]  # no crew, no faults: what happens is what the test does
CURVE = resistance_curve(cell_parameters())
P, Q = cell_parameters(), control_parameters().with_values({"lost_s": 5})


def line_of(cells: int = CELLS) -> LiveLine:
    line = LiveLine(P.with_values(CALM.cell), Q, CALM, cells, 5)
    line.warm_up(300)
    return line


async def until(
    condition: Callable[[], object], what: str, step: Callable[[], object] = lambda: None
) -> None:
    """Wait for a condition while the server works; ``step`` is done each time."""
    end = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        step()
        await asyncio.sleep(0.01)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant() -> AsyncIterator[PotlineServer]:
    """A line of cells at ``FAST`` that falls back to its base feed after ``QUIET_S`` of silence."""
    server, stopping = PotlineServer(line_of(), open_port(), speed=FAST, quiet_s=QUIET_S), asyncio.Event()
    await server.start()
    running = asyncio.create_task(server.run(stopping))
    yield server
    stopping.set()
    await running
    await server.stop()


def told(folder: Path) -> list[tuple]:  # type: ignore[type-arg]
    with sqlite3.connect(f"file:{folder}/commands.db?mode=ro", uri=True) as db:
        return db.execute(
            "SELECT cell, kind, feeder, seq, was, value, outcome FROM commands ORDER BY seq"
        ).fetchall()


def assert_once(folder: Path, line: LiveLine) -> int:
    """Each journalled command was carried out once: chains without a hole, their ends are what the cells hold."""
    last: dict[tuple[int, str, int], float] = {}
    for cell, kind, feeder, seq, was, value, outcome in told(folder):
        if outcome in ("refused", "advice", "taken", "not_obeyed") or cell == 0 or seq > line.ack[cell - 1]:
            continue
        key = (cell, kind, feeder)
        assert key not in last or last[key] == was, f"a hole or a doubling at {key}, command {seq}"
        last[key] = value
    held = {
        "feed": line.held["shots"],
        "beam": line.held["beam_target_mm"],
        "fluoride": line.held["alf3_total_kg"],
    }
    for (cell, kind, feeder), value in last.items():
        now = held[kind][cell - 1]
        assert value == (now[feeder - 1] if feeder else now), (cell, kind, feeder)
    return len(last)


async def test_kill_in_mid_quench_loses_and_doubles_nothing(plant, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    plant.quiet_s = 10.0  # as a real line has it: the controller is back before its cells feed by themselves
    plant.speed = SLOWER  # and the quench lasts longer than the controller is away
    argv = module("gearpark.config.potline", "--url", plant.url, "--mode", "control")
    supervisor = Supervisor([Process("potline", argv)], quiet=True)
    line, cell = plant.line, 2
    try:
        await until(lambda: (line.control == REMOTE).all(), "all cells controlled", supervisor.step)
        top = float(line.held["beam_target_mm"][cell])
        plant.inject(f"{cell + 1}:effect:0")
        await until(lambda: line.held["beam_target_mm"][cell] < top - 1.0, "a quench stroke", supervisor.step)
        child = supervisor.children[0].popen
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        killed_s, heard, deepest = time.monotonic(), plant.telegrams, top
        child.wait()
        heard = plant.telegrams

        def watch() -> None:
            nonlocal deepest
            deepest = min(deepest, float(line.held["beam_target_mm"][cell]))
            supervisor.step()

        await until(lambda: plant.telegrams > heard, "a new telegram", watch)
        assert time.monotonic() - killed_s <= RESUME_LIMIT_S
        assert (line.control == REMOTE).all(), "no cell was given up meanwhile"
        await until(lambda: line.held["beam_target_mm"][cell] == top, "the beam back where it was", watch)
        assert json.loads((tmp_path / "run" / "potline.json").read_text())["resumed"]
        assert deepest >= top - Q["stroke_mm_down"] - 1e-9
        supervisor.stop()
        assert assert_once(tmp_path / "potline", line) > CELLS
        plant.quiet_s = 0.2
        await until(lambda: (line.control == LOCAL).all(), "base feed after the controller left")
    finally:
        supervisor.stop()
        plant.speed, plant.quiet_s = FAST, QUIET_S


@pytest_asyncio.fixture(loop_scope="module")
async def controller(plant: PotlineServer, tmp_path: Path) -> AsyncIterator[Controller]:
    made = Controller(plant.url, tmp_path / "potline", tmp_path / "status.json", P, Q, mode="control")
    task = asyncio.create_task(made.run())
    await until(lambda: (plant.line.control == REMOTE).all() and made.state == "ok", "all cells controlled")
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_lost_signals_fall_to_base_feed_and_say_so(plant, controller, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(process, "SILENT_S", 0.5)
    monkeypatch.setattr(process, "STATUS_EVERY_S", 0.1)
    plant.inject("4:no-data:10000")
    await until(lambda: controller.status()["safe_cells"] == [4], "the cell on base feed, said")
    assert controller.status()["alarms"]["signal_lost"] == 1
    await until(lambda: plant.line.mode[3] == SAFE + 1, "the cell told")
    begun, before = plant.line.t, plant.line.held["shots"][3].sum()
    await until(lambda: plant.line.t - begun > 90, "some minutes")
    used_kg = 90 * 0.634052 * Q["line_ka"] / 3600 * Q["need"]
    fed_kg = (plant.line.held["shots"][3].sum() - before) * Q["dose_kg"]
    assert abs(fed_kg - used_kg * controller.brain.k["factor"][3]) <= 2 * Q["dose_kg"]
    plant.inject("4:no-data:0")
    await until(lambda: not controller.status()["safe_cells"], "signals back")
    assert assert_once(tmp_path / "potline", plant.line)
    # all signals of the line stop: nothing is sent any more, and the cells notice by themselves
    ticking, plant.tick = (
        plant.tick,
        lambda: plant.line.second(quiet=time.monotonic() - plant.heard_s > QUIET_S),
    )
    await until(lambda: controller.state in ("silent", "down"), "silence, said")
    await until(lambda: (plant.line.control == LOCAL).all(), "all cells on their own base feed")
    plant.tick = ticking
    await until(lambda: (plant.line.control == REMOTE).all() and controller.state == "ok", "control again")


async def test_hands_on_a_cell_and_back_without_a_bump(plant, controller, tmp_path) -> None:
    line, cell = plant.line, 6
    plant.inject("7:manual:0")
    await until(lambda: line.control[cell] == MANUAL_CELL and controller.status()["by_hand"] == 1, "by hand")
    line.held["beam_target_mm"][cell] += 4.0  # people move it, and it feeds its base rate
    since = line.t
    await until(lambda: line.t > since + 50, "a while by hand")
    plant.inject("7:auto:0")
    await until(lambda: line.control[cell] == REMOTE, "taken again")
    held, fed = float(line.held["beam_target_mm"][cell]), line.held["shots"][cell].sum()
    since = line.t
    await until(lambda: line.t > since + 60, "a minute under control")
    assert line.held["beam_target_mm"][cell] == held, "the beam stays where people put it"
    assert line.held["shots"][cell].sum() - fed <= 4
    assert controller.brain.k["phase"][cell] == UNDER
    assert controller.brain.refusals == 0


async def test_advice_is_journalled_and_not_sent(plant, controller, tmp_path) -> None:
    folder, line = tmp_path / "potline", plant.line
    give(folder, "advise", [], "tester", "trial run")
    await until(lambda: (line.control == LOCAL).all(), "the line given back")
    beam, done = line.held["beam_target_mm"].copy(), line.executed
    plant.inject("1:effect:0")
    await until(lambda: any(row[6] == "advice" and row[1] == "beam" for row in told(folder)), "advice")
    assert (line.held["beam_target_mm"] == beam).all()
    assert line.executed == done
    give(folder, "control", [], "tester", "trial over")
    await until(lambda: (line.control == REMOTE).all(), "control again")
    assert {"mode advise", "mode control"} <= {row[1] for row in told(folder)}
    own = controller.brain.q.revision
    give_set_points(folder, {"volt": 3.93}, "tester", "trial of less voltage")
    await until(lambda: controller.brain.q["volt"] == 3.93, "the new set-point")
    give_set_points(folder, {"volt": 9.0}, "tester", "out of range: nothing changes")
    give_set_points(folder, {}, "tester", "taken back")
    await until(lambda: controller.brain.q.revision == own, "its own set-points")
    assert {"set-points volt=3.93", "set-points own"} <= {row[1] for row in told(folder)}


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(tmp_path, seed) -> None:
    """Journal, send, save, answer: the process dies at random between them, sometimes the telegram dies, too."""
    rng, line = np.random.default_rng(seed), line_of(6)
    folder = tmp_path / "potline"
    brain, keeper = Brain(Q, CURVE, 6), Keeper(folder, 6)
    boot, crashes = keeper.next_boot(0), 0
    for second in range(1, 151):
        line.second()
        if second == 20:
            line.effect(1)
        fate = rng.integers(0, 12)
        view = {k: np.array(v) if isinstance(v, np.ndarray) else v for k, v in line.arrays().items()}
        step = brain.cycle({**view, "Boot": 77, "Second": second})
        assert step is not None
        if fate != 0:
            keeper.journal(brain, step, second)
        if fate not in (0, 1, 4):
            read = unpacked(packed(boot, second, step.rows), 6)
            assert read is not None
            assert line.accept(read[0], read[2])
        if fate not in (0, 1, 2):
            keeper.save(brain)
        if fate <= 3:
            keeper.close()
            crashes += 1
            brain, keeper = Brain(Q, CURVE, 6), Keeper(folder, 6)
            keeper.load(brain)
            boot = keeper.next_boot(second)
    keeper.close()
    assert crashes > 25
    assert assert_once(folder, line) >= 6
    fed = (line.held["shots"].sum(axis=1)) * Q["dose_kg"]
    assert (fed > 0).all()
    assert line.held["beam_target_mm"][1] <= 0.5  # the quenched cell is not stuck above


async def test_cell_computers_that_start_anew_are_taken_as_they_are() -> None:
    line, brain = line_of(3), Brain(Q, CURVE, 3)
    for second in range(1, 40):
        line.second()
        step = brain.cycle({**line.arrays(), "Boot": 1, "Second": second})
        line.accept(5, step.rows)
    assert brain.side["ours"].all()
    factor, fresh = brain.k["factor"].copy(), line_of(3)
    fresh.held["shots"][:] = 3
    for second in range(10):
        fresh.second()
        step = brain.cycle({**fresh.arrays(), "Boot": 2, "Second": second})
        fresh.accept(5, step.rows)
    assert brain.t == 39 + 10, "the controller's clock goes on"
    assert (brain.k["factor"] == factor).all(), "what it learnt stays"
    assert (fresh.held["shots"] < 6).all(), "totals of the old count are forgotten"
    assert brain.side["ours"].all()
    assert brain.refusals == 0


async def test_what_cannot_be_journalled_is_not_sent(plant, controller, monkeypatch) -> None:
    def full(*given: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Keeper, "journal", full)
        await until(lambda: controller.state == "down", "said")
        assert "disk full" in controller.detail
        done = plant.line.executed
        await until(lambda: (plant.line.control == LOCAL).all(), "cells feed by themselves")
        assert plant.line.executed == done
    await until(lambda: (plant.line.control == REMOTE).all(), "control again")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    shots=st.integers(-2, 200),
    beam=st.floats(-600, 600),
    dose=st.floats(-1, 50),
    volt=st.floats(0, 40),
    seconds=st.integers(1, 60),
)
async def test_no_command_passes_its_limits(shots, beam, dose, volt, seconds) -> None:
    before, m = fresh_control(Q, 1), measured(1)
    after = before.copy()
    after["shots"][0, 0] += shots
    after["beam_target_mm"] += beam
    after["alf3_total_kg"] += dose
    m["volt"] = volt
    if refused(Q, before, after, m, seconds)[0] == 0:
        most_kg_s = Q["rate_boost"] * Q["factor_high"] * 0.634052 * Q["line_ka"] / 3600
        assert 0 <= shots * Q["dose_kg"] <= most_kg_s * seconds + 2 * Q["dose_kg"]
        assert abs(beam) <= 7.0
        assert beam >= 0 or volt >= Q["volt_low"]
        assert 0 <= dose <= 0.05 * seconds + 1.0


async def test_a_second_controller_is_refused(tmp_path) -> None:
    first = Keeper(tmp_path, 3)
    with pytest.raises(Exception, match="already runs"):
        Keeper(tmp_path, 3)
    first.close()
