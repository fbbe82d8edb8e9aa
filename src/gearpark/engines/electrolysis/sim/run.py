"""A line of cells run under a controller for some hours; the same seed gives every controller the same line."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from ..cell.state import DAY_S, fresh
from ..cell.steps import begin_all
from ..control.curve import resistance_curve
from ..control.state import fresh_control, measured
from ..parameters import Parameters
from .crew import MINUTE_S, Crew
from .kernel import line_block
from .scenarios import Scenario

HOUR_S = 3600
MAX_WORKERS = 4
MIN_CHUNK = 32  # cells below which a further thread costs more than it brings


def line_current(p: Parameters, seconds: int, rng: np.random.Generator, last: float) -> np.ndarray[Any, Any]:
    """Relative ripple of the line current, second by second; ``last``: where it stood."""
    keep = math.exp(-1.0 / p["ripple_tau_s"])
    push = p["ripple"] * math.sqrt(1.0 - keep * keep) * rng.standard_normal(seconds)
    made = np.empty(seconds)
    for place in range(seconds):
        last = keep * last + push[place]
        made[place] = last
    return made


@dataclass
class Line:
    """Cells, controllers, measurements, crew. ``run_to`` steps them; nothing else has to be known."""

    p: Parameters
    q: Parameters
    case: Scenario
    count: int
    seed: int
    known: Parameters | None = None  # the cell as the controller believes it to be, where that is not ``p``
    t: int = 0
    cells: np.ndarray[Any, Any] = field(init=False)
    controls: np.ndarray[Any, Any] = field(init=False)
    measures: np.ndarray[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = fresh(self.p, self.count, self.seed)
        begin_all(self.cells, self.p.record)
        self.controls = fresh_control(self.q, self.count)
        self.measures = measured(self.count)
        self.curve = resistance_curve(self.p if self.known is None else self.known)
        self.crew = Crew(self.p, self.q, self.case, self.cells, self.seed)
        self.current = np.random.default_rng([self.seed, 205])
        self.ripple = 0.0
        self.amp_seen = self.p["current_ka"] * 1e3  # as measured, mean of the last minute
        self.start_c = float(self.cells["t_c"].mean())
        self.qs = self.q.record

    def run_to(
        self, end_s: int, workers: int = 1, each_hour: Callable[[Line], None] | None = None,
        each_minute: Callable[[Line], None] | None = None,
    ) -> None:  # fmt: skip
        """Step on to ``end_s``, whole hours at a time."""
        shares = max(1, min(workers, MAX_WORKERS, self.count // MIN_CHUNK))
        edges = [self.count * share // shares for share in range(shares + 1)]
        parts = [slice(low, high) for low, high in pairwise(edges)]
        with ThreadPoolExecutor(shares) as pool:
            while self.t < end_s:
                self._hour(pool, parts, each_minute)
                if each_hour is not None:
                    each_hour(self)

    def _hour(
        self, pool: ThreadPoolExecutor, parts: list[slice], each_minute: Callable[[Line], None] | None
    ) -> None:
        ripple = line_current(self.p, HOUR_S, self.current, self.ripple)
        self.ripple = float(ripple[-1])
        amps = self.p["current_ka"] * 1e3 * (1.0 + ripple)
        seen = amps * (1.0 + self.p["amp_noise"] * self.current.standard_normal(HOUR_S))
        for start in range(0, HOUR_S, MINUTE_S):
            self.crew.minute(self.cells, self.controls, self.measures, self.t)
            swing = self.p["ambient_swing_c"] * math.sin(2.0 * math.pi * self.t / DAY_S)
            around = np.array([self.p["ambient_c"] + swing, self.start_c])
            now = slice(start, start + MINUTE_S)
            self._minute(pool, parts, amps[now], seen[now], around)
            self.amp_seen = float(seen[now].mean())
            self.t += MINUTE_S
            if each_minute is not None:
                each_minute(self)

    def _minute(self, pool: ThreadPoolExecutor, parts: list[slice], *given: np.ndarray[Any, Any]) -> None:
        amps, seen, around = given

        def part(which: slice) -> None:
            line_block(
                self.cells[which], self.crew.record, self.controls[which], self.qs, self.curve,
                self.measures[which], amps, seen, around, self.t,
            )  # fmt: skip

        if len(parts) == 1:
            part(parts[0])
        else:
            list(pool.map(part, parts))
