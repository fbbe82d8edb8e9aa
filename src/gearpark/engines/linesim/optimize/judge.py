"""Output of designs by simulation, always several replications of every design over the same random numbers.

``Runs`` takes any line by the engines. ``chain.Chain`` takes plain serial lines that are never short of parts: the times at
work of each station are drawn once and passed through all designs (``kernel.screen``), which is a thousand times
quicker. Replications are numbered; a figure depends on the design, the seed and the numbers alone, so neither on the
company a design is looked at in nor on the number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from gearpark.base.problems import Problem

from ..experiment import Progress, simulate, warm_up_s
from ..model import Line
from ..serial import chain_of
from .space import Design, Space

MAX_PARTS = 20_000_000  # simulated by whole replications, unless the task says otherwise
MOST_DESIGNS = 400  # looked at one and all
HOUR_S = 3600.0


@dataclass
class Spent:
    """What has been simulated so far."""

    runs: int = 0
    parts: int = 0
    work: int = 0
    progress: Progress | None = None

    def tell(self, share: float) -> None:
        """Share of the limit, to whoever waits."""
        if self.progress:
            self.progress(min(100, round(100 * share)), 100)


class Judge(Protocol):
    """Tells the output of designs: ``sample`` in parts an hour, a row a design, a column a replication.

    effort   each step up doubles what is simulated
    first    number of the first replication
    """

    spent: Spent
    growth: int  # steps of effort from one look to the next
    most_designs: int
    engine: str

    def sample(self, designs: Sequence[Design], effort: int, first: int) -> Any: ...

    def used(self, effort: int) -> int:
        """Replications a sample takes."""
        ...

    def spent_with(self, designs: int, effort: int) -> float:
        """Share of the limit that is spent once so many designs have been sampled too."""
        ...

    def ceiling(self, k: int, choice: int) -> float:
        """Output no design with this value can exceed."""
        ...


@contextmanager
def hands(workers: int, items: int) -> Iterator[Callable[..., Any]]:
    """``map`` over as many threads as there is work for."""
    if workers == 1 or items < 2:
        yield map
        return
    with ThreadPoolExecutor(min(workers, items)) as pool:
        yield pool.map


class Runs:
    """Judges any line by whole replications of its model."""

    growth = 1

    def __init__(self, space: Space, seed: int, workers: int, replications: int) -> None:
        self.space, self.seed, self.workers = space, seed, workers
        self.first_replications = max(4, replications)
        self.spent = Spent()
        self.most_designs = MOST_DESIGNS
        self.engine = "recursion" if chain_of(space.line.plan) else "events"
        run = space.line.run
        self.warm_s = run.warm_s if run.warm_s is not None else warm_up_s(space.line, seed)
        self.parts_a_run = 1.0

    def used(self, effort: int) -> int:
        return self.first_replications << effort

    def spent_with(self, designs: int, effort: int) -> float:
        parts = designs * self.used(effort) * self.parts_a_run
        return (self.spent.parts + parts) / (self.space.task.parts or MAX_PARTS)

    def ceiling(self, k: int, choice: int) -> float:
        return math.inf

    def sample(self, designs: Sequence[Design], effort: int, first: int) -> Any:
        lines = [self.space.line_of(design) for design in designs]
        with hands(self.workers, len(lines)) as spread:
            rows = np.array(list(spread(lambda line: self._one(line, self.used(effort), first), lines)))
        run = self.space.line.run
        parts = rows.sum() * (run.time_s - self.warm_s) / HOUR_S
        self.spent.runs += rows.size
        self.spent.parts += int(parts)
        self.parts_a_run = max(1.0, float(parts) / rows.size)
        self.spent.tell(self.spent_with(0, 0))
        return rows

    def _one(self, line: Line, count: int, first: int) -> Any:
        """Parts an hour by replication; nothing from a line that locks itself or drowns."""
        try:
            return simulate(line, replications=count, seed=self.seed, warm_s=self.warm_s, first=first).per_h()
        except Problem as problem:
            if problem.code in {"twin.deadlock", "twin.queue_grows"}:
                return np.zeros(count)
            raise
