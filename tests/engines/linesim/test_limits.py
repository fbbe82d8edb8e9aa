"""Limits: parts in the line, length of a run, warm-up where output comes late or in lumps."""

from __future__ import annotations

import pytest

from gearpark.base.problems import Problem
from gearpark.engines.linesim.arrays import own_exit
from gearpark.engines.linesim.experiment import simulate, warm_up_s

from .lines import line_of, serial_text

# A store of bought-in screws holds more than the limit allows of housings; a saturated one never ends.
ASSEMBLY = """
supplies: {supply: {}, screws: SCREWS}
limit: LIMIT
stations:
  cut: {cycle: 30 s, buffer: 5}
  join: {cycle: 30 s, assemble: true, buffer: 4}
flow:
  - supply > cut > join
  - {from: screws, to: join, take: 2}
  - join > exit
"""
WAITING = "{kind: arrivals, every: 5 s, full: wait, capacity: 40}"


@pytest.mark.parametrize("screws", [WAITING, "{}"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_limit_counts_the_parts_that_go_through(screws: str, limit: int) -> None:
    """Bought-in parts neither use it up nor wait for it: output is that of so many housings on two machines of 30 s."""
    line = line_of(ASSEMBLY.replace("SCREWS", screws).replace("LIMIT", str(limit)), 72_000, 3_600)
    found = simulate(line, replications=1)
    assert found.per_h()[0] == pytest.approx(60 * min(limit, 2), rel=0.01)
    assert {"supply", "exit"} <= own_exit(line.plan)
    assert "screws" not in own_exit(line.plan)


def test_a_limit_holds_the_parts_inside() -> None:
    text = serial_text(["exp(20 s)", "exp(30 s)", "exp(20 s)"], [50, 50])
    for limit in (2, 7):
        found = simulate(line_of(f"limit: {limit}\n{text}", 40_000), replications=3)
        assert 0.7 * limit < found.wip().min()
        assert found.wip().max() <= limit + 1e-9


@pytest.mark.parametrize("engine", ["events", "recursion"])
def test_an_endless_run_is_refused_before_it_begins(engine: str) -> None:
    for text in ("stations: {s: {cycle: 1 ms}}", "supply: {every: 1 ms}\nstations: {s: {cycle: 1 s}}"):
        with pytest.raises(Problem) as caught:
            simulate(line_of(text, 1e9), replications=2, engine=engine)
        assert caught.value.code == "twin.run_long"
        with pytest.raises(Problem, match="run_long"):
            warm_up_s(line_of(text, 1e10), 1)
        assert caught.value.details["events"] > caught.value.details["most"]


def test_warm_up_of_late_and_lumpy_output() -> None:
    """The first part after an hour; a furnace that gives 60 parts every four hours; a line too slow to tell."""
    late = serial_text(["600 s"] * 6, [10] * 5)
    assert 3_000 <= warm_up_s(line_of(late, 12_000), 1) <= 3_600
    furnace = "stations:\n  a: {cycle: 60 s}\n  oven: {cycle: 4 h, batch: 60, buffer: 120}\n  b: {cycle: 30 s, buffer: 60}\n"
    assert 3 <= warm_up_s(line_of(furnace, 200 * 3600), 1) / 3600 <= 20
    with pytest.raises(Problem) as caught:
        warm_up_s(line_of(furnace.replace("4 h", "40 h"), 200 * 3600), 1)
    assert caught.value.code == "twin.warmup_long"


def test_every_ordered_part_leaves_once() -> None:
    """Good and scrapped are what was ordered, through lots, rework, batches and a gantry; nothing is left inside."""
    text = """
parts: {a: {}, b: {factor: 0.5}}
supply: {orders: [{part: a, quantity: 60}, {part: b, quantity: 41, release: 1 h}]}
stations:
  mill: {cycle: exp(40 s), machines: 2, setup: {time: 60 s}, scrap: 4 %, fail: {mtbf: 1 h, mttr: 3 min}}
  oven: {cycle: 120 s, batch: 5, batch_min: 1, buffer: 6}
  test: {cycle: 30 s, buffer: 40, rework: {share: 10 %, to: oven, max: 2}}
transports: {gantry: {empty: 4 s}}
buffers: {store: {capacity: 3}}
limit: 12
flow: [supply > mill > store by gantry in 6 s, store > oven > test > exit]
"""
    found = simulate(line_of(text, 36_000), replications=4, seed=3)
    made = (found.per_h() + found.scrap_per_h()) * found.hours
    assert made == pytest.approx([101] * 4)
    assert found.scrap_per_h().min() > 0
