"""Lines with known answers: each exact figure inside a 99.9 % interval no wider than 1 % to each side.

Sources: closed forms (M/M/c, Pollaczek-Khinchine, M/M/R//N), Hunt 1956 and the tables after him for balanced lines,
Gershwin and Buzacott for two machines with geometric failures, Markov chains solved exactly for the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from gearpark.engines.linesim.experiment import Answer, Estimate, estimate, simulate
from gearpark.engines.linesim.kernel import layout as at

from .lines import line_of, serial_text

REPLICATIONS = 40
CONFIDENCE, WIDEST = 0.999, 0.01


def held(name: str, found: Estimate, exact: float) -> None:
    assert found.mean is not None
    assert found.half is not None
    assert found.half <= WIDEST * exact, f"{name}: {found.mean:.6g} +- {found.half:.2g} is too wide"
    assert abs(found.mean - exact) <= found.half, (
        f"{name}: {found.mean:.6g} +- {found.half:.2g}, exact {exact}"
    )


def steadied(values: Any, control: Any, known: float) -> Estimate:
    """Mean with its interval, after what a control of known mean explains of the values is taken off (regression)."""
    count = len(values)
    rows = np.column_stack([np.ones(count), control - known])
    found, _, _, _ = np.linalg.lstsq(rows, values, rcond=None)
    left = values - rows @ found
    variance = left @ left / (count - 2) * np.linalg.inv(rows.T @ rows)[0, 0]
    return Estimate(float(found[0]), float(stdtrit(count - 2, 0.5 + CONFIDENCE / 2) * np.sqrt(variance)))


def answer(text: str, time_s: float, seed: int = 1, engine: str = "auto") -> Answer:
    line = line_of(text, time_s, time_s / 20)
    return simulate(line, replications=REPLICATIONS, seed=seed, engine=engine)


def spent(found: Answer, phase: int) -> Any:
    """Machines of the first station in a phase on average, by replication."""
    machines = found.line.stations[0].machines
    first = [
        found.made.columns["machines"] + list(found.made.machines).index(m) * at.XM + 4 for m in machines
    ]
    return sum(found.rows[:, k + phase] for k in first) / (found.until_s - found.warm_s)


def level(found: Answer, place: str) -> Any:
    """Parts in a place on average, by replication."""
    column = found.made.columns["places"] + list(found.made.places).index(place)
    return found.rows[:, column] / (found.until_s - found.warm_s)


def queue(every: str, cycle: str, more: str = "", supply: str = "") -> str:
    return f"supply: {{every: {every}{supply}}}\nstations: {{s: {{cycle: {cycle}{more}}}}}\n"


# name, model, time, arrivals a second = machines at work, Lq exact, W exact.
# L = Lq + the machines at work, Wq = Lq / arrivals; of M/M/c P(wait) = Lq (1 - rho) / rho: 0.647191 and 0.409180.
QUEUES = [
    ("M/M/1 at 0.9", queue("exp(1.1111111111 s)", "exp(1 s)"), 2e6, 0.9, 8.1, 10.0),
    ("M/M/3", queue("exp(0.4166666667 s)", "exp(1 s)", ", machines: 3"), 2.5e5, 2.4, 2.588764, 2.078652),
    ("M/M/10", queue("exp(0.125 s)", "exp(1 s)", ", machines: 10"), 1.3e5, 8.0, 1.636721, 1.204590),
    ("M/D/1", queue("exp(1.25 s)", "1 s"), 3e5, 0.8, 1.6, 3.0),
    ("M/G/1 with breakdowns", queue("exp(1.4285714286 s)", "1 s", ", fail: {mtbf: 20 s, mttr: 2 s}"), 5e5, 0.7, 1.715, 3.55),
]  # fmt: skip


@pytest.mark.parametrize("case", QUEUES, ids=[q[0] for q in QUEUES])
def test_queues(case: tuple[str, str, float, float, float, float]) -> None:
    name, text, time_s, rate, waiting, lead = case
    found = answer(text, time_s, seed=4)
    held(f"{name}: Lq", steadied(level(found, "supply"), spent(found, at.BUSY), rate), waiting)
    held(f"{name}: W", estimate(found.lead_s(), CONFIDENCE), lead)
    held(f"{name}: L", steadied(found.wip(), spent(found, at.BUSY), rate), rate * lead)


def test_a_full_room_loses_arrivals() -> None:
    """M/M/1/5 at 0.8: one in work, room for four."""
    found = answer(queue("exp(1.25 s)", "exp(1 s)", supply=", full: lose, capacity: 4"), 3e5)
    arrived = found.per_h() + found.lost_per_h()
    held("inside", estimate(found.wip(), CONFIDENCE), 1.868332)
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
    held(f"{men} repairmen", estimate(spent(found, at.BUSY) / 20, CONFIDENCE), available)


E1 = "exp(1 s)"
FAIL = "{mtbf: 100 s, mttr: 10 s}"


def geometric(p: float, r: float) -> str:
    return f'{{mtbf: "geometric(1 s, {p})", mttr: "geometric(1 s, {r})"}}'


UNLIKE = ["exp(0.5 s)", "exp(0.6666666667 s)"]
UNLIKE_FAIL = ["{mtbf: 50 s, mttr: 10 s}", FAIL]
WEAK_FAIL = "{mtbf: 20 s, mttr: 10 s}"

# name, cycles, buffers, failures, time, parts a second
LINES: list[tuple[str, list[str], list[int], list[str], float, float]] = [
    *((f"two, room for {q}", [E1] * 2, [q], [], 3e4, (q + 2) / (q + 3)) for q in (0, 1, 2, 4, 10)),
    *(
        (f"two unlike, room for {q}", [E1, "exp(0.8333333333 s)"], [q], [], 3e4, rate)
        for q, rate in ((0, 0.725275), (2, 0.865620), (10, 0.979380))
    ),
    *(
        (f"{count}, room for {q}", [E1] * count, [q] * (count - 1), [], 3e4, rate)
        for count, rates in (
            (3, {0: 0.564103, 1: 0.670466, 2: 0.734017, 4: 0.807486, 10: 0.894419}),
            (4, {0: 0.514775, 1: 0.631153, 2: 0.700713}),
            (5, {0: 0.485798, 1: 0.607583, 2: 0.680489}),
            (6, {0: 0.466713, 1: 0.591826}),
        )
        for q, rate in rates.items()
    ),
    ("four, (1, 2, 1)", [E1] * 4, [1, 2, 1], [], 3e4, 0.657175),
    ("five, (1, 2, 2, 1)", [E1] * 5, [1, 2, 2, 1], [], 3e4, 0.647957),
    *(
        (f"unreliable two, room for {q}", [E1] * 2, [q], [FAIL] * 2, 1.5e5, rate)
        for q, rate in ((0, 0.589955), (2, 0.695386), (4, 0.741359), (8, 0.785921))
    ),
    *(
        (f"unreliable unlike, room for {q}", UNLIKE, [q], UNLIKE_FAIL, 1.5e5, rate)
        for q, rate in ((0, 0.957208), (4, 1.168103), (10, 1.237639))
    ),
    ("unreliable three, no room", [E1] * 3, [0] * 2, [FAIL] * 3, 1.5e5, 0.4862),
    ("unreliable three, room for 4", [E1] * 3, [4] * 2, [FAIL] * 3, 1.5e5, 0.671315),
    ("unreliable bottleneck", [E1] * 4, [3, 2, 1], [FAIL, WEAK_FAIL, FAIL, FAIL], 2e5, 0.470111),
    ("the same from its end", [E1] * 4, [1, 2, 3], [FAIL, FAIL, WEAK_FAIL, FAIL], 2e5, 0.470111),
]


@pytest.mark.parametrize("case", LINES, ids=[c[0] for c in LINES])
def test_serial_lines(case: tuple[str, list[str], list[int], list[str], float, float]) -> None:
    name, cycles, buffers, fails, time_s, rate = case
    found = answer(serial_text(cycles, buffers, fails), time_s)
    assert found.engine == "recursion"
    held(name, estimate(found.per_h() / 3600.0, CONFIDENCE), rate)


# room between two machines counted with the parts in hand, (p1, r1, p2, r2), time, parts a cycle, parts between
GERSHWIN = [
    (4, (0.01, 0.1, 0.01, 0.1), 2e5, 0.840936, 2.0),
    (10, (0.01, 0.1, 0.01, 0.1), 5e5, 0.856175, 5.0),
    (20, (0.01, 0.1, 0.01, 0.1), 9e5, 0.870541, 10.0),
    (10, (0.01, 0.1, 0.03, 0.2), 3e5, 0.830375, 6.591570),
    (10, (0.01, 0.08, 0.02, 0.1), 3e5, 0.782114, 6.288739),
]


@pytest.mark.parametrize("case", GERSHWIN, ids=[f"N = {g[0]}, {g[1]}" for g in GERSHWIN])
def test_two_machines_with_geometric_failures(
    case: tuple[int, tuple[float, float, float, float], float, float, float],
) -> None:
    """Between the machines lies all but what the first has at work; one it cannot hand on counts."""
    room, (p1, r1, p2, r2), time_s, rate, between = case
    found = answer(serial_text(["1 s"] * 2, [room - 2], [geometric(p1, r1), geometric(p2, r2)]), time_s)
    held("rate", estimate(found.per_h() / 3600.0, CONFIDENCE), rate)
    inside = found.wip() - 1.0 + spent(found, at.BLOCKED)
    held("between", estimate(inside, CONFIDENCE), between)


def test_parts_in_the_buffers_of_an_unreliable_line() -> None:
    found = answer(serial_text([E1] * 3, [2] * 2, [FAIL] * 3), 3e5)
    held("rate", estimate(found.per_h() / 3600.0, CONFIDENCE), 0.614296)
    held("first buffer", estimate(level(found, "before s2"), CONFIDENCE), 1.23810)
    held("second buffer", estimate(level(found, "before s3"), CONFIDENCE), 0.78394)


def test_a_line_and_its_reverse_give_the_same() -> None:
    """Muth's theorem, on a line without a solved value."""
    cycles = [E1, "exp(0.8 s)", "erlang(1.1 s, 2)", "uniform(0.5 s, 1.3 s)"]
    one, two = (
        answer(serial_text(times, room), 1e5).per_h() for times, room in ((cycles, [2, 0, 3]), (cycles[::-1], [3, 0, 2]))
    )  # fmt: skip
    apart = estimate(two - one, CONFIDENCE)
    assert apart.half is not None
    assert apart.half <= WIDEST * one.mean()
    assert abs(apart.mean or 0.0) <= apart.half


def test_no_line_beats_its_slowest_station_alone() -> None:
    """Stoppages of a station that fails as it works take MTTR / MTBF of its working time: 1.2 s a part here."""
    fails = [FAIL, "{mtbf: 50 s, mttr: 10 s}", FAIL]
    rates = [
        answer(serial_text([E1] * 3, [q] * 2, fails), 1e5).per_h().mean() / 3600 for q in (0, 5, 50, 500)
    ]
    assert rates == sorted(rates)
    assert 0.99 / 1.2 < rates[-1] < 1.003 / 1.2
