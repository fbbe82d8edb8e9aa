"""Which buffers, machines, people and carriers a line should have: the best design a task allows, and how sure that is.

A search names a good design (``search``). What cannot be better than it by the rate of a station alone is ruled out.
All designs left are compared where they are few enough, otherwise the good one with all its neighbours; ``choose``
takes the best of them with a bound on the chance of being wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from ..experiment import MAX_WORKERS, Comparison, Progress, paired, simulate, warm_up_s
from ..model import Line, Task, build_line
from .chain import Chain, prepare
from .choose import Choice, Look, Race, best, cheapest, paired_half
from .judge import Judge, Runs
from .search import Search
from .space import Design, Space, share_out

__all__ = ["Found", "Rival", "optimize", "prepare", "share_out"]

ROUNDS = 4  # selections one after another, each around the best of the one before
FIRST_LOOK = 0.5  # share of the limit of parts that a look at all designs may use
ALONE = 6  # steps of effort by which one design is run longer to learn its output
SEARCHED = 8  # first number of replications of designs that the event kernel runs
TOLD_RIVALS = 20


@dataclass(frozen=True)
class Rival:
    """A design not told apart from the best, or for the goal cost one that may reach the output for no more.

    difference   of its output (for a profit, its value) to the best's, ``half`` its one-sided interval
    a_year       CNY a year more than the best
    """

    changes: dict[str, Any]
    difference: float
    half: float
    a_year: float


@dataclass(frozen=True)
class Found:
    """The best design and what stands behind it.

    changes      values by path
    comparison   the model as it stands and the best design on the same random numbers
    sure         ``certainty`` holds for ``within``, and that is no more than the indifference
    within       by how much a design compared may at most be better (goal cost: how far the output may fall short),
                 parts an hour, or CNY a year for a profit
    everything   all designs of the task were compared or ruled out; otherwise ``against`` so many of them, and
    neighbours   all designs one change or one exchange away among them
    designs      in the task; ``ruled_out`` of them by a bound, ``compared`` by simulation, ``searched`` by the search
    """

    line: Line
    task: Task
    engine: str
    seed: int
    changes: dict[str, Any]
    best: Line
    comparison: Comparison
    invested: float
    a_year: float
    profit: float | None
    sure: bool
    within: float
    everything: bool
    against: int
    neighbours: bool
    designs: int
    ruled_out: int
    compared: int
    searched: int
    runs: int
    parts: int
    rival_count: int
    rivals: list[Rival] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


class _Aim:
    """What makes a design better than another."""

    def __init__(self, space: Space) -> None:
        self.space, self.task = space, space.task
        money = space.line.money
        self.by_profit = self.task.goal == "profit"
        # value = rate * parts an hour - cost
        self.rate = money.hours * money.margin if self.by_profit else 1.0

    def cost(self, design: Design) -> float:
        return self.space.a_year(design)

    def score(self, design: Design, per_h: float) -> tuple[float, float]:
        if self.task.goal == "cost":
            enough = per_h >= self.task.reach_per_h
            return (1.0, -self.cost(design)) if enough else (0.0, per_h)
        return (self.rate * per_h - (self.cost(design) if self.by_profit else 0.0), 0.0)

    def worth(self, designs: Sequence[Design], per_h: Any) -> Any:
        """Value by design and replication."""
        costs = [self.cost(d) if self.by_profit else 0.0 for d in designs]
        return self.rate * per_h - np.array(costs)[:, None]

    def indifferent(self, per_h: float) -> float:
        return self.task.indifference * self.rate * per_h


def optimize(
    line: Line,
    task: Task | None = None,
    *,
    seed: int = 1,
    workers: int = 1,
    replications: int | None = None,
    progress: Progress | None = None,
) -> Found:
    """The best design. ``task`` as the model file says unless given; ``replications`` of the last comparison.

    ``progress`` hears per cent of the limit of parts; the answer is mostly found long before.
    """
    task = task or line.optimize
    if task is None:
        raise Problem(
            "twin.no_optimize",
            f"{line.document.name} says nothing of what may be changed: add a section optimize, or share out a total"
            " of buffers.",
        )
    space = Space(line, task)
    workers = max(1, min(workers, MAX_WORKERS))
    judge: Judge = Chain.of(space, seed, workers) or Runs(space, seed, workers, SEARCHED)
    judge.spent.progress = progress
    return _Optimizer(space, judge, seed, workers).run(replications or line.run.replications)


class _Optimizer:
    def __init__(self, space: Space, judge: Judge, seed: int, workers: int) -> None:
        self.space, self.judge, self.aim = space, judge, _Aim(space)
        self.task, self.seed, self.workers = space.task, seed, workers
        self.search = Search(judge, space, self.aim.score)
        self.first = judge.used(0) + judge.used(ALONE)  # numbers below belong to the search
        self.ruled_out = self.compared = self.against = 0
        self.neighbours = False
        self.looks: list[Look] = []

    def run(self, replications: int) -> Found:
        start = self.space.begin()
        if self.task.goal == "cost":
            self.search.level(start, float(self.judge.sample([start], ALONE, self.judge.used(0)).mean()))
            champion = self.search.priced(start, self.aim.cost, self.task.reach_per_h)
        else:
            champion = self.search.run(start)
        error = 1.0 - self.task.certainty
        kept = self._kept(champion, error / 10)
        left = self.space.count(kept)
        everything = left <= self.judge.most_designs and self.judge.spent_with(left, 0) <= FIRST_LOOK
        if everything:
            designs = list(self.space.designs(kept))
            self.ruled_out = self.space.size - len(designs)
            choice = self._choose(designs, champion, 0.9 * error, 1.0)
        else:
            choice = self._around(champion, 0.9 * error / ROUNDS)
        if not choice.met:
            reach = self.task.reach_per_h
            raise Problem(
                "twin.out_of_reach",
                f"No design of those compared gives {reach:.4g} parts an hour; the most found is {choice.per_h:.4g}."
                " Widen the ranges.",
                reach_per_h=reach,
                most_per_h=choice.per_h,
            )
        return self._told(choice, everything, replications)

    def _kept(self, champion: Design, level: float) -> list[list[int]]:
        """Values that can still belong to the best design, by variable: the rate of each station alone is a bound."""
        variables = self.space.variables
        ceilings = [[self.judge.ceiling(k, c) for c in range(len(v.values))] for k, v in enumerate(variables)]
        if all(math.isinf(x) for row in ceilings for x in row):
            return [list(range(len(row))) for row in ceilings]
        if self.task.goal == "cost":
            return [[c for c, top in enumerate(row) if top >= self.task.reach_per_h] for row in ceilings]
        rows = self.judge.sample([champion], 2, self.first)
        self.first += self.judge.used(2)
        value = self.aim.worth([champion], rows)
        least = float(value.mean() - paired_half(value, level)[0])
        costs = [[self._cost_of(k, c) for c in range(len(v.values))] for k, v in enumerate(variables)]
        cheap = [min(row) for row in costs]
        return [
            [
                c
                for c, top in enumerate(row)
                if self.aim.rate * top - (sum(cheap) - cheap[k] + costs[k][c]) >= least
            ]
            for k, row in enumerate(ceilings)
        ]

    def _cost_of(self, k: int, choice: int) -> float:
        if not self.aim.by_profit:
            return 0.0
        variable = self.space.variables[k]
        return variable.a_year(choice) + variable.invested(choice) / self.task.write_off_years

    def _choose(self, designs: Sequence[Design], champion: Design, error: float, share: float) -> Choice:
        race = Race(self.judge, self.first, share)
        if self.task.goal == "cost":
            margin = self.task.indifference * self.task.reach_per_h
            choice = cheapest(race, designs, champion, self.aim.cost, self.task.reach_per_h, margin, error)
        else:
            choice = best(race, designs, champion, self.aim.worth, self.aim.indifferent, error)
        self.first = race.first
        self.against = len(set(designs)) - 1
        self.compared += len(set(designs) - set(self.search.seen))
        self.looks += race.looks
        return choice

    def _around(self, champion: Design, error: float) -> Choice:
        """The best of a design and its neighbours, again around that one when it is another."""
        begun = self.judge.spent_with(0, 0)
        for k in range(ROUNDS):
            near, all_near = self.search.neighbours(champion)
            own = [self.space.now] if self.space.now else []
            before = champion
            share = begun + (1.0 - begun) * (k + 1) / ROUNDS
            choice = self._choose([champion, *near, *own], champion, error, share)
            champion = choice.design
            self.neighbours = champion == before and len(near) == all_near
            if champion == before and choice.met:
                break
            if not choice.met:  # now the output is known better than the search knew it
                self.search.level(champion, choice.per_h)
                champion = self.search.priced(champion, self.aim.cost, self.task.reach_per_h)
        return choice

    def _told(self, choice: Choice, everything: bool, replications: int) -> Found:
        space, line = self.space, self.space.line
        made = build_line(line.document.patched(space.values(choice.design)))
        warm = max(
            x.run.warm_s if x.run.warm_s is not None else warm_up_s(x, self.seed) for x in (line, made)
        )
        given: dict[str, Any] = {
            "replications": replications, "seed": self.seed, "warm_s": warm, "workers": self.workers
        }  # fmt: skip
        comparison = paired(simulate(line, **given), simulate(made, **given))
        profit = None
        if line.money.margin and line.money.hours:
            profit = line.money.margin * line.money.hours * (comparison.per_h.mean or 0.0) - space.a_year(
                choice.design
            )
        return Found(
            line=line,
            task=self.task,
            engine=self.judge.engine,
            seed=self.seed,
            changes=space.values(choice.design),
            best=made,
            comparison=comparison,
            invested=space.invested(choice.design),
            a_year=space.a_year(choice.design),
            profit=profit,
            sure=choice.sure,
            within=choice.within,
            everything=everything,
            against=self.against,
            neighbours=self.neighbours or everything,
            designs=space.size,
            ruled_out=self.ruled_out,
            compared=self.compared + len(self.search.seen),
            searched=len(self.search.seen),
            runs=self.judge.spent.runs,
            parts=self.judge.spent.parts,
            rivals=[
                Rival(space.values(d), apart, half, space.a_year(d) - space.a_year(choice.design))
                for d, apart, half in choice.rivals[:TOLD_RIVALS]
            ],
            rival_count=len(choice.rivals),
            looks=self.looks,
        )
