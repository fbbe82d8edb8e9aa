"""Lines with known answers: each exact figure inside a 99.9 % interval no wider than 1 % to each side.

Sources: closed forms (M/M/c, Pollaczek-Khinchine, M/M/R//N), Hunt 1956 and the tables after him for balanced lines,
Gershwin and Buzacott for two machines with geometric failures, Markov chains solved exactly for the rest.
"""

from __future__ import annotations

from typing import Any

import pytest

from gearpark.engines.linesim.experiment import Answer, estimate, simulate
from gearpark.engines.linesim.kernel import layout as at

from .lines import line_of, serial_text

REPLICATIONS = 40
CONFIDENCE, WIDEST = 0.999, 0.01


def held(name: str, values: Any, exact: float) -> None:
    found = estimate(values, CONFIDENCE)
    assert found.mean is not None
    assert found.half is not None
    assert found.half <= WIDEST * exact, f"{name}: {found.mean:.6g} +- {found.half:.2g} is too wide"
    assert abs(found.mean - exact) <= found.half, (
        f"{name}: {found.mean:.6g} +- {found.half:.2g}, exact {exact}"
    )


def answer(text: str, time_s: float, seed: int = 1, engine: str = "auto") -> Answer:
    line = line_of(text, time_s, time_s / 20)
    return simulate(line, replications=REPLICATIONS, seed=seed, engine=engine)


def queue(every: str, cycle: str, more: str = "", supply: str = "") -> str:
    return f"supply: {{every: {every}{supply}}}\nstations: {{s: {{cycle: {cycle}{more}}}}}\n"


# name, model, time, L exact, W exact
QUEUES = [
    ("M/M/1 at 0.9", queue("exp(1.1111111111 s)", "exp(1 s)"), 3e6, 9.0, 10.0),
    ("M/M/3", queue("exp(0.4166666667 s)", "exp(1 s)", ", machines: 3"), 1.5e5, 4.988764, 2.078652),
    ("M/M/10", queue("exp(0.125 s)", "exp(1 s)", ", machines: 10"), 2e4, 9.636721, 1.204590),
    ("M/D/1", queue("exp(1.25 s)", "1 s"), 3e5, 2.4, 3.0),
    ("M/G/1 with breakdowns", queue("exp(1.4285714286 s)", "1 s", ", fail: {mtbf: 20 s, mttr: 2 s}"), 5e5, 2.485, 3.55),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "time_s", "inside", "lead"), QUEUES, ids=[q[0] for q in QUEUES])
def test_queues(name: str, text: str, time_s: float, inside: float, lead: float) -> None:
    found = answer(text, time_s)
    held(name, found.wip(), inside)
    held(name, found.lead_s(), lead)


def test_a_full_room_loses_arrivals() -> None:
    """M/M/1/5 at 0.8: one in work, room for four."""
    found = answer(queue("exp(1.25 s)", "exp(1 s)", supply=", full: lose, capacity: 4"), 3e5)
    arrived = found.per_h() + found.lost_per_h()
    held("inside", found.wip(), 1.868332)
    shares = found.lost_per_h() / arrived
    assert estimate(shares, CONFIDENCE).half < 0.001
    assert abs(estimate(shares, CONFIDENCE).mean - 0.0888195) <= estimate(shares, CONFIDENCE).half


@pytest.mark.parametrize(("men", "available"), [(1, 0.841108), (2, 0.942363), (3, 0.951073)])
@pytest.mark.parametrize("clock", ["busy", "time"])
def test_machine_repair(men: int, available: float, clock: str) -> None:
    """20 machines, mean time to failure 100, to repair 5, and so many repairmen."""
    text = (
        f"people: {{crew: {{count: {men}, skills: [repair]}}}}\n"
        f"stations: {{m: {{cycle: exp(40 s), machines: 20, fail: {{mtbf: 100 s, mttr: 5 s, crew: repair, clock: {clock}}}}}}}\n"
    )
    found = answer(text, 2e4)
    first = found.made.columns["machines"] + 4 + at.BUSY
    worked = sum(found.rows[:, first + k * at.XM] for k in range(20)) / (20 * 3600.0 * found.hours)
    held(f"{men} repairmen", worked, available)


E1 = "exp(1 s)"
FAIL = "{mtbf: 100 s, mttr: 10 s}"


def geometric(p: float, r: float) -> str:
    return f'{{mtbf: "geometric(1 s, {p})", mttr: "geometric(1 s, {r})"}}'


# name, cycles, buffers, failures, time, parts a second
LINES: list[tuple[str, list[str], list[int], list[str], float, float]] = [
    ("two, no room", [E1, E1], [0], [], 5e4, 2 / 3),
    ("two, room for 1", [E1, E1], [1], [], 5e4, 0.75),
    ("two, room for 4", [E1, E1], [4], [], 5e4, 6 / 7),
    ("two unlike, room for 2", [E1, "exp(0.8333333333 s)"], [2], [], 5e4, 0.865620),
    ("two unlike, room for 10", [E1, "exp(0.8333333333 s)"], [10], [], 5e4, 0.979380),
    ("three, no room", [E1] * 3, [0] * 2, [], 5e4, 0.564103),
    ("three, room for 2", [E1] * 3, [2] * 2, [], 5e4, 0.734017),
    ("three, room for 10", [E1] * 3, [10] * 2, [], 5e4, 0.894419),
    ("four, no room", [E1] * 4, [0] * 3, [], 5e4, 0.514775),
    ("four, (1, 2, 1)", [E1] * 4, [1, 2, 1], [], 5e4, 0.657175),
    ("five, room for 2", [E1] * 5, [2] * 4, [], 5e4, 0.680489),
    ("six, room for 1", [E1] * 6, [1] * 5, [], 5e4, 0.591826),
    ("Gershwin, N = 4", ["1 s"] * 2, [2], [geometric(0.01, 0.1)] * 2, 2e5, 0.840936),
    ("Gershwin, N = 10", ["1 s"] * 2, [8], [geometric(0.01, 0.1)] * 2, 2e5, 0.856175),
    ("Gershwin, N = 20", ["1 s"] * 2, [18], [geometric(0.01, 0.1)] * 2, 2e5, 0.870541),
    ("Gershwin, unlike", ["1 s"] * 2, [8], [geometric(0.01, 0.1), geometric(0.03, 0.2)], 2e5, 0.830375),
    ("unreliable two, no room", [E1] * 2, [0], [FAIL] * 2, 3e5, 0.589955),
    ("unreliable two, room for 4", [E1] * 2, [4], [FAIL] * 2, 3e5, 0.741359),
    ("unreliable unlike", ["exp(0.5 s)", "exp(0.6666666667 s)"], [4], ["{mtbf: 50 s, mttr: 10 s}", FAIL], 3e5, 1.168103),
    ("unreliable three, room for 2", [E1] * 3, [2] * 2, [FAIL] * 3, 3e5, 0.614296),
    ("unreliable bottleneck", [E1] * 4, [3, 2, 1], [FAIL, "{mtbf: 20 s, mttr: 10 s}", FAIL, FAIL], 3e5, 0.470111),
    ("the same from its end", [E1] * 4, [1, 2, 3], [FAIL, FAIL, "{mtbf: 20 s, mttr: 10 s}", FAIL], 3e5, 0.470111),
]  # fmt: skip


@pytest.mark.parametrize("case", LINES, ids=[c[0] for c in LINES])
def test_serial_lines(case: tuple[str, list[str], list[int], list[str], float, float]) -> None:
    name, cycles, buffers, fails, time_s, rate = case
    found = answer(serial_text(cycles, buffers, fails), time_s)
    assert found.engine == "recursion"
    held(name, found.per_h() / 3600.0, rate)
