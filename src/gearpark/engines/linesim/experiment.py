"""Runs a line model: engine, warm-up and workers chosen, replications turned into figures with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import stdtrit

from gearpark.base.problems import Problem

from . import cluster
from .arrays import Arrays, build
from .engine import events, recursion
from .kernel import layout as at
from .laws import exponential
from .model import Line
from .plan import Plan, serial
from .runner import refuse_endless, replicate
from .serial import Recursion, chain_of

ENGINES = ("auto", "events", "recursion")
MAX_CELLS = 100_000_000  # results kept at a time: replications times figures each
MAX_WORKERS = 64
CONFIDENCE = 0.95
CUT = 0.1  # share by which a station is made quicker to see what that brings
PILOT_REPLICATIONS, PILOT_BINS = 10, 1000
NO_SPREAD = 1e-12  # share of the largest spread that is rounding
BATCHES = (5, 10, 20, 50)  # values a batch of MSER-5, more where output comes in lumps
# What a machine's phases are told as; the shares are of its time on shift.
STATES: dict[str, tuple[int, ...]] = {
    "busy": (at.BUSY,),
    "starved": (at.IDLE,),
    "blocked": (at.BLOCKED,),
    "down": (at.DOWN, at.CALL),
    "setup": (at.SETUP, at.TOOL, at.LOAD),
    "waiting": (at.WAIT,),
}
POWERED = {"idle": (at.IDLE,), "off": (at.OFF,)} | {k: v for k, v in STATES.items() if k != "starved"}


Progress = Callable[[int, int], None]  # steps done, of so many


@dataclass(frozen=True)
class Estimate:
    """Mean over replications and half the width of its interval; None where there is nothing to tell it by."""

    mean: float | None
    half: float | None


def estimate(values: Any, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of independent values with its interval by Student's t."""
    kept = np.asarray(values, dtype=float)
    kept = kept[np.isfinite(kept)]
    if not len(kept):
        return Estimate(None, None)
    mean = float(kept.mean())
    if len(kept) < 2:
        return Estimate(mean, None)
    spread = float(kept.std(ddof=1)) / math.sqrt(len(kept))
    return Estimate(mean, float(stdtrit(len(kept) - 1, 0.5 + confidence / 2)) * spread)


@dataclass(frozen=True)
class Answer:
    """Replications of a line: a row of results each, statistics from ``warm_s`` to ``until_s``."""

    line: Line
    made: Arrays
    engine: str
    seed: int
    warm_s: float
    until_s: float
    rows: Any

    @property
    def hours(self) -> float:
        return (self.until_s - self.warm_s) / 3600.0

    def per_h(self) -> Any:
        """Good parts an hour, by replication."""
        return self.rows[:, at.X_GOOD] / self.hours

    def scrap_per_h(self) -> Any:
        return self.rows[:, at.X_SCRAP] / self.hours

    def lost_per_h(self) -> Any:
        """Arrivals an hour that found no room."""
        return self.rows[:, at.X_LOST] / self.hours

    def wip(self) -> Any:
        """Parts inside on average, by replication."""
        return self.rows[:, at.X_WIP] / (self.until_s - self.warm_s)

    def lead_s(self) -> Any:
        """Time in the line of good parts, by replication; not a number where none came out."""
        good = self.rows[:, at.X_GOOD]
        return np.where(good > 0, self.rows[:, at.X_LEAD] / np.maximum(good, 1.0), np.nan)

    def phases(self, machine: str) -> Any:
        """Seconds by phase of one machine, mean over replications."""
        first = self.made.columns["machines"] + list(self.made.machines).index(machine) * at.XM + 4
        return self.rows[:, first : first + at.PHASES].mean(axis=0)

    def shares(self, station: str) -> dict[str, float]:
        """Shares of a station's time on shift, sum 1, and ``on_shift``, the share of all time it is there.

        A station that never came on shift counts as starved.
        """
        seconds = self._seconds(station)
        on = float(seconds.sum() - seconds[at.OFF])
        if on <= 0:
            return {name: float(name == "starved") for name in STATES} | {"on_shift": 0.0}
        shares = {name: float(sum(seconds[p] for p in phases)) / on for name, phases in STATES.items()}
        return shares | {"on_shift": on / float(seconds.sum())}

    def energy_kwh(self) -> float:
        """Electric energy of a replication."""
        total = 0.0
        for station in self.line.stations:
            seconds = self._seconds(station.name)
            for state, power in station.power_kw.items():
                total += power * float(sum(seconds[p] for p in POWERED[state])) / 3600.0
        return total

    def contents(self) -> dict[str, float]:
        """Parts in each buffer on average."""
        first, names = self.made.columns["places"], list(self.made.places)
        span = self.until_s - self.warm_s
        return {b: float(self.rows[:, first + names.index(b)].mean()) / span for b in self.line.buffers}

    def _seconds(self, station: str) -> Any:
        machines = next(s.machines for s in self.line.stations if s.name == station)
        return sum(self.phases(name) for name in machines)


def simulate(
    line: Line,
    *,
    replications: int | None = None,
    seed: int = 1,
    warm_s: float | None = None,
    engine: str = "auto",
    workers: int = 1,
    first: int = 0,
) -> Answer:
    """Replications of a line. The same seed gives the same figures, whatever the number of workers.

    warm_s   time before statistics begin; None: as the model says, found by itself where it says nothing
    first    number of the first replication
    """
    count = replications or line.run.replications
    made = build(line.plan)
    if count * made.width > MAX_CELLS:
        most = MAX_CELLS // made.width
        raise Problem("twin.too_large", f"This line takes {most:,} replications at most.", most=most)
    chain = chain_of(line.plan) if engine != "events" else None
    if chain is None and engine == "recursion":
        raise Problem(
            "twin.engine",
            "The recursion takes plain serial lines only (single machines in a row, no people, calendars, rework or"
            " transport). Leave the choice to auto.",
        )
    refuse_endless(line.plan, line.run.time_s, count)
    if warm_s is None:
        warm_s = line.run.warm_s if line.run.warm_s is not None else warm_up_s(line, seed)
    until = line.run.time_s
    short = Recursion(made, chain) if chain is not None else None
    (recursion if short else events)()  # compiled once, before the threads ask for it

    def part(after: int, many: int) -> Any:
        if short:
            return short.replicate(seed, first + after, many, warm_s, until)
        return replicate(made, seed, first + after, many, warm_s, until).rows

    rows = spread(part, count, workers)
    return Answer(line, made, "recursion" if short else "events", seed, warm_s, until, rows)


def spread(part: Any, count: int, workers: int) -> Any:
    """Blocks of replications on threads, for the kernel lets them run side by side; or on the cluster that is named."""
    if cluster.wanted() and (rows := cluster.spread(part, count)) is not None:
        return np.concatenate(rows)
    workers = max(1, min(workers, count, MAX_WORKERS))
    if workers == 1:
        return part(0, count)
    size = -(-count // workers)
    blocks = [(first, min(size, count - first)) for first in range(0, count, size)]
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(lambda block: part(*block), blocks)))


def warm_up_s(line: Line, seed: int) -> float:
    """Warm-up by MSER-5 on the output of pilot replications, the line empty at first.

    A line with shift calendars is left as it is: its output follows the shifts, and a shift begins with its first part.
    """
    if line.plan.calendars:
        return 0.0
    refuse_endless(line.plan, line.run.time_s, PILOT_REPLICATIONS)
    span = line.run.time_s / PILOT_BINS
    pilot = build(line.plan, bins=PILOT_BINS, bin_s=span)
    rows = replicate(pilot, seed, 0, PILOT_REPLICATIONS, 0.0, line.run.time_s).rows
    first = pilot.columns["bins"]
    output = rows[:, first : first + PILOT_BINS].mean(axis=0)
    cut = steady_from(output)
    if cut is None:
        hours = line.run.time_s / 3600.0
        raise Problem(
            "twin.warmup_long",
            f"The line is not steady after half of its {hours:,.1f} h: run it longer, or give a warm-up.",
            hours=hours,
        )
    return cut * span


def steady_from(output: Any) -> int | None:
    """MSER-5: how many values to leave out so that the mean of what is left is known best; None: more than half.

    Output that comes late or in lumps is taken in larger batches, until each of the last half holds some: a run of
    empty batches at the end would look steadier than all that went before.
    """
    for size in BATCHES:
        batches = output.reshape(-1, size).mean(axis=1)
        if (batches[len(batches) // 2 :] > 0).all():
            break
    else:
        return None
    last = len(batches) - max(1, len(batches) // 40)
    left = len(batches) - np.arange(len(batches))
    tail_sum, tail_square = np.cumsum(batches[::-1])[::-1], np.cumsum(batches[::-1] ** 2)[::-1]
    mser = ((tail_square - tail_sum**2 / left) / left**2)[:last]
    found = int(np.argmax(mser <= mser.min() + NO_SPREAD * mser.max()))  # the first of equals
    return found * size if found <= len(batches) // 2 else None


@dataclass(frozen=True)
class Comparison:
    """B less A over the same random numbers, replication by replication."""

    a: Answer
    b: Answer
    per_h: Estimate
    wip: Estimate
    lead_s: Estimate
    variance_ratio: (
        float | None
    )  # variance of the difference with numbers of its own over that with common ones


def compare(
    a: Line, b: Line, *, replications: int | None = None, seed: int = 1, workers: int = 1
) -> Comparison:
    """Two lines under common random numbers, over one window of time."""
    if a.run.time_s != b.run.time_s:
        raise Problem(
            "twin.not_comparable",
            f"The models run for {a.run.time_s / 3600:,.1f} h and {b.run.time_s / 3600:,.1f} h; give both the same time.",
        )
    count = replications or max(a.run.replications, b.run.replications)
    warm = max(x.run.warm_s if x.run.warm_s is not None else warm_up_s(x, seed) for x in (a, b))
    one, two = (simulate(x, replications=count, seed=seed, warm_s=warm, workers=workers) for x in (a, b))
    return paired(one, two)


def paired(one: Answer, two: Answer) -> Comparison:
    """The second answer less the first; both of one seed and window."""
    apart = two.per_h() - one.per_h()
    ratio = None
    if len(apart) > 1 and apart.var(ddof=1) > 0:
        ratio = float((one.per_h().var(ddof=1) + two.per_h().var(ddof=1)) / apart.var(ddof=1))
    return Comparison(
        a=one,
        b=two,
        per_h=estimate(apart),
        wip=estimate(two.wip() - one.wip()),
        lead_s=estimate(two.lead_s() - one.lead_s()),
        variance_ratio=ratio,
    )


@dataclass(frozen=True)
class Lever:
    """What the line gains when one station gets quicker by ``CUT``."""

    station: str
    per_h: Estimate
    saved_s: float  # by which the mean time gets shorter
    busy: float
    sure: bool  # the interval of the gain lies above zero


def bottlenecks(
    line: Line,
    *,
    replications: int | None = None,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[Answer, list[Lever]]:
    """Gain in good parts an hour when each station in turn works quicker by ``CUT``, largest first."""
    base = simulate(line, replications=replications, seed=seed, workers=workers)
    levers: list[Lever] = []
    for station in line.stations:
        if progress:
            progress(len(levers) + 1, len(line.stations) + 1)
        quicker = replace(line, plan=_quickened(line.plan, station.name, 1.0 - CUT))
        other = simulate(quicker, replications=len(base.rows), seed=seed, warm_s=base.warm_s, workers=workers)
        gain = paired(base, other).per_h
        levers.append(
            Lever(
                station=station.name,
                per_h=gain,
                saved_s=CUT * _mean_s(line.plan, station.name),
                busy=base.shares(station.name)["busy"],
                sure=gain.half is not None and (gain.mean or 0.0) > gain.half,
            )
        )
    return base, sorted(levers, key=lambda lever: -(lever.per_h.mean or 0.0))


def _quickened(plan: Plan, station: str, factor: float) -> Plan:
    machines = [
        replace(
            m,
            work=tuple(law.scaled(factor) for law in m.work),
            flows=tuple(replace(flow, time=flow.time.scaled(factor)) for flow in m.flows),
        )
        if m.station == station
        else m
        for m in plan.machines
    ]
    return replace(plan, machines=machines)


def _mean_s(plan: Plan, station: str) -> float:
    machine = next(m for m in plan.machines if m.station == station)
    laws = machine.work or tuple(flow.time for flow in machine.flows)
    return sum(law.mean for law in laws) / len(laws)


def prepare() -> None:
    """Compile both kernels, or load them from the disk: a run of each on the smallest line."""
    plan = serial([exponential(1.0)] * 2, [1])
    made, chain = build(plan), chain_of(plan)
    if chain is None:
        raise AssertionError("the smallest line is serial")
    replicate(made, 1, 0, 1, 0.0, 10.0)
    Recursion(made, chain).replicate(1, 0, 1, 0.0, 10.0)
