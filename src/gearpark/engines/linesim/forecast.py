"""What a line will have made by the end of the shift, from its live state; and how good such forecasts were.

Quantiles are those of the simulated replications. Scores: share of outcomes inside the band, bias, and the continuous
ranked probability score of the sample, E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007), in parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .engine import events
from .experiment import MAX_CELLS, spread
from .kernel import layout as at
from .live import LiveState, laid
from .model import Line
from .runner import replicate

BINS = 48  # moments of the way to the end of the shift
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
REPLICATIONS = 1_000


@dataclass(frozen=True)
class Forecast:
    """Good parts by the end of the shift.

    good    good parts in all by replication, those made already included
    path_s  seconds from now, and ``path`` the parts made by then: rows low, middle, high
    """

    line: Line
    seed: int
    made: int
    left_s: float
    target: int | None
    good: Any
    path_s: Any
    path: Any

    @property
    def mean(self) -> float:
        return float(self.good.mean())

    def quantile(self, share: float) -> float:
        return float(np.quantile(self.good, share))

    def reaches(self, wanted: int) -> float:
        """Share of replications that make ``wanted`` or more."""
        return float((self.good >= wanted).mean())


def forecast(
    line: Line, state: LiveState, *, replications: int = REPLICATIONS, seed: int = 1, workers: int = 1
) -> Forecast:
    """Simulate the rest of the shift. Problems ``twin.state``, ``twin.too_large``, ``twin.deadlock``."""
    made = laid(line, state, bins=BINS, bin_s=state.left_s / BINS)
    if replications * made.width > MAX_CELLS:
        most = MAX_CELLS // made.width
        raise Problem("twin.too_large", f"This line takes {most:,} replications at most.", most=most)
    events()  # compiled once, before the threads ask for it
    rows = spread(
        lambda first, count: replicate(made, seed, first, count, 0.0, state.left_s).rows,
        replications,
        workers,
    )
    bins = rows[:, made.columns["bins"] : made.columns["bins"] + BINS].cumsum(axis=1)
    return Forecast(
        line=line,
        seed=seed,
        made=state.good,
        left_s=state.left_s,
        target=state.target,
        good=state.good + rows[:, at.X_GOOD],
        path_s=np.arange(1, BINS + 1) * (state.left_s / BINS),
        path=state.good + np.quantile(bins, (LOW, MIDDLE, HIGH), axis=0),
    )


@dataclass(frozen=True)
class Score:
    """Forecasts held against what happened.

    inside  share of outcomes between the low and the high quantile; ``wanted`` is what it should be at least
    bias    mean forecast less outcome, parts
    crps    mean score of the forecasts, parts; ``crps_plain`` that of "as many as on average", for comparison
    """

    count: int
    inside: float
    wanted: float
    bias: float
    crps: float
    crps_plain: float


def crps(sample: Any, happened: float) -> float:
    """Continuous ranked probability score of a sample, in its unit; smaller is better."""
    x = np.sort(np.asarray(sample, dtype=float))
    n = len(x)
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0  # sum over pairs of |x - x'| by ranks
    return float(np.abs(x - happened).mean() - (weights * x).sum() / n**2)


def score(samples: Sequence[Any], happened: Sequence[float]) -> Score:
    """Score forecasts (good parts by replication, one sample each) against the outcomes.

    Raises ValueError when there are none or their numbers differ.
    """
    if not samples or len(samples) != len(happened):
        raise ValueError("as many forecasts as outcomes are expected, and at least one")
    told = np.asarray(happened, dtype=float)
    low, high = (np.array([np.quantile(s, q) for s in samples]) for q in (LOW, HIGH))
    return Score(
        count=len(told),
        inside=float(((told >= low) & (told <= high)).mean()),
        wanted=HIGH - LOW,
        bias=float(np.mean([np.mean(s) for s in samples] - told)),
        crps=float(np.mean([crps(s, y) for s, y in zip(samples, told, strict=True)])),
        crps_plain=float(np.mean([crps(told, y) for y in told])),
    )
