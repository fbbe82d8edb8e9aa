"""The benchmark's lines in SimPy, salabim and Ciw, each as that library is written well by hand.

Every function simulates one line from empty to ``until`` and returns (good parts out, operations done). ``Shop`` is the
plain line: a part that finds no room stays on its machine; failures count working time and the work goes on after the
repair. ``full`` adds operators who leave at a failure and are asked for again, repair crews, tool changes, scrap.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shop:
    """A serial line; times in seconds."""

    stations: int = 20
    buffer: int = 5
    cycle_s: float = 1.0
    mtbf_s: float = 100.0
    mttr_s: float = 5.0
    full: bool = False
    cycle_low_s: float = 0.8
    cycle_high_s: float = 1.2
    operators: int = 12
    crew: int = 2
    tool_every: int = 100
    tool_s: float = 2.0
    scrap: float = 0.01


class _Simpy:
    def __init__(self, shop: Shop, seed: int) -> None:
        import simpy

        self.shop, self.rng, self.env = shop, random.Random(seed), simpy.Environment()
        self.stores = [simpy.Store(self.env, capacity=shop.buffer) for _ in range(shop.stations - 1)]
        self.people = simpy.Resource(self.env, shop.operators)
        self.crew = simpy.Resource(self.env, shop.crew)
        self.good = self.done = 0
        body = self.full if shop.full else self.plain
        for k in range(shop.stations):
            self.env.process(body(k))

    def plain(self, k: int) -> Generator[Any, Any, Any]:
        shop, env, draw = self.shop, self.env, self.rng.expovariate
        before = self.stores[k - 1] if k else None
        after = self.stores[k] if k < shop.stations - 1 else None
        to_failure = draw(1 / shop.mtbf_s)
        while True:
            if before:
                yield before.get()
            left = shop.cycle_s
            while to_failure < left:
                yield env.timeout(to_failure)
                left -= to_failure
                yield env.timeout(draw(1 / shop.mttr_s))
                to_failure = draw(1 / shop.mtbf_s)
            yield env.timeout(left)
            to_failure -= left
            self.done += 1
            if after:
                yield after.put(1)
            else:
                self.good += 1

    def full(self, k: int) -> Generator[Any, Any, Any]:
        shop, env, rng = self.shop, self.env, self.rng
        before = self.stores[k - 1] if k else None
        after = self.stores[k] if k < shop.stations - 1 else None
        to_failure = rng.expovariate(1 / shop.mtbf_s)
        tool = shop.tool_every
        while True:
            if before:
                yield before.get()
            if tool == 0:
                yield env.timeout(shop.tool_s)
                tool = shop.tool_every
            left = rng.triangular(shop.cycle_low_s, shop.cycle_high_s, shop.cycle_s)
            held = self.people.request()
            yield held
            while to_failure < left:
                yield env.timeout(to_failure)
                left -= to_failure
                self.people.release(held)
                with self.crew.request() as call:
                    yield call
                    yield env.timeout(rng.expovariate(1 / shop.mttr_s))
                to_failure = rng.expovariate(1 / shop.mtbf_s)
                held = self.people.request()
                yield held
            yield env.timeout(left)
            self.people.release(held)
            to_failure -= left
            self.done += 1
            tool -= 1
            if rng.random() < shop.scrap:
                continue
            if after:
                yield after.put(1)
            else:
                self.good += 1


def simpy_line(shop: Shop, until: float, seed: int) -> tuple[int, int]:
    """SimPy: stores for buffers, resources for people."""
    made = _Simpy(shop, seed)
    made.env.run(until=until)
    return made.good, made.done


def salabim_line(shop: Shop, until: float, seed: int) -> tuple[int, int]:
    """salabim with counters and passivate/activate: its stores and monitors are many times slower."""
    import salabim as sim

    sim.yieldless(False)
    rng = random.Random(seed)
    levels = [0] * (shop.stations - 1)
    told = [0, 0]

    class Machine(sim.Component):  # type: ignore[misc]
        def setup(self, k: int) -> None:
            self.k, self.starved, self.blocked = k, False, False
            self.to_failure = rng.expovariate(1 / shop.mtbf_s)

        def process(self) -> Iterator[Any]:
            k, last = self.k, self.k == shop.stations - 1
            while True:
                if k:
                    while levels[k - 1] == 0:
                        self.starved = True
                        yield self.passivate()
                    self.starved = False
                    levels[k - 1] -= 1
                    if machines[k - 1].blocked:
                        machines[k - 1].blocked = False
                        machines[k - 1].activate()
                left = shop.cycle_s
                while self.to_failure < left:
                    yield self.hold(self.to_failure)
                    left -= self.to_failure
                    yield self.hold(rng.expovariate(1 / shop.mttr_s))
                    self.to_failure = rng.expovariate(1 / shop.mtbf_s)
                yield self.hold(left)
                self.to_failure -= left
                told[1] += 1
                if last:
                    told[0] += 1
                    continue
                while levels[k] == shop.buffer:
                    self.blocked = True
                    yield self.passivate()
                levels[k] += 1
                if machines[k + 1].starved:
                    machines[k + 1].starved = False
                    machines[k + 1].activate()

    env = sim.Environment(trace=False, random_seed=seed)
    machines = [Machine(k=k) for k in range(shop.stations)]
    for machine in machines:
        machine.mode.monitor(False)
        machine.status.monitor(False)
    env.run(till=until)
    return told[0], told[1]


def ciw_line(shop: Shop, until: float, seed: int) -> tuple[int, int]:
    """Ciw: nodes with limited queues; repairs are part of the service time, which is the same law of completion times.

    The first node is fed one part a cycle, so that it never waits once its queue holds a part.
    """
    import ciw

    class Completion(ciw.dists.Distribution):  # type: ignore[misc]
        def __init__(self) -> None:
            self.rng = random.Random(rng.random())
            self.to_failure = self.rng.expovariate(1 / shop.mtbf_s)

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            took = left = shop.cycle_s
            while self.to_failure < left:
                left -= self.to_failure
                took += self.rng.expovariate(1 / shop.mttr_s)
                self.to_failure = self.rng.expovariate(1 / shop.mtbf_s)
            self.to_failure -= left
            return took

    rng = random.Random(seed)
    count = shop.stations
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Deterministic(shop.cycle_s), *[None] * (count - 1)],
        service_distributions=[Completion() for _ in range(count)],
        routing=[[float(j == k + 1) for j in range(count)] for k in range(count)],
        number_of_servers=[1] * count,
        queue_capacities=[shop.buffer] * count,
    )
    ciw.seed(seed)
    made = ciw.Simulation(network)
    made.simulate_until_max_time(until)
    records = made.get_all_records(only=["service"])
    good = sum(record.node == count and record.exit_date <= until for record in records)
    return good, sum(record.service_end_date <= until for record in records)
