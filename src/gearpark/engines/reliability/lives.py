"""Lives as observed, and where failures stand on probability paper (Johnson's adjusted ranks, exact median ranks)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import beta as beta_distribution

from gearpark.base.problems import Problem

MAX_LIVES = 100_000  # counted with their number
MAX_TIME = 1e15


@dataclass(frozen=True, slots=True)
class Life:
    """One life, or ``count`` alike.

    time    time to failure, or survived so far
    failed  False: alive at ``time``
    upper   failed after ``time`` and not after this; None: at ``time``
    """

    time: float
    failed: bool = True
    upper: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """One failure on probability paper: its time and the share failed by then (median rank), with its 5 and 95 % ranks."""

    time: float
    rank: float
    share: float
    low: float
    high: float


def checked(lives: Iterable[Life]) -> list[Life]:
    """The lives by time. Problems ``reliability.life``, ``reliability.too_many``."""
    found = sorted(lives, key=lambda life: (life.time, not life.failed))
    for life in found:
        good = math.isfinite(life.time) and 0 <= life.time <= MAX_TIME and life.count >= 1
        if life.upper is not None:
            good = good and life.failed and life.time < life.upper <= MAX_TIME
        else:
            good = good and life.time > 0
        if not good:
            raise Problem(
                "reliability.life",
                "A life is a number above 0; an interval needs an end after its begin, and a count is at least 1.",
                time=life.time,
            )
    if sum(life.count for life in found) > MAX_LIVES:
        raise Problem("reliability.too_many", f"At most {MAX_LIVES} lives are taken at a time.", status=413)
    return found


def failures(lives: Sequence[Life]) -> int:
    return sum(life.count for life in lives if life.failed)


def plot_points(lives: Iterable[Life]) -> list[PlotPoint]:
    """Failures with adjusted ranks: a censored life shares its place among those after it (Johnson 1964).

    An interval counts at its middle. Median ranks are exact (beta distribution), not Benard's approximation.
    """
    listed = [
        (life.time if life.upper is None else (life.time + life.upper) / 2, life.failed)
        for life in checked(lives)
        for _ in range(life.count)
    ]
    listed.sort(key=lambda item: (item[0], not item[1]))
    total, rank = len(listed), 0.0
    found = []
    for place, (time, failed) in enumerate(listed):
        if not failed:
            continue
        rank += (total + 1 - rank) / (1 + total - place)
        a, b = rank, total - rank + 1
        share, low, high = (float(beta_distribution.ppf(q, a, b)) for q in (0.5, 0.05, 0.95))
        found.append(PlotPoint(time, rank, share, low, high))
    return found
