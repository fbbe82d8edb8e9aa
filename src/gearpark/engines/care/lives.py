"""Past lives of a kind of tool -> how long the next one may last (Kaplan and Meier 1958, right-censored)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MIN_ENDS = 5  # ends by wear from which on past lives say anything


@dataclass(frozen=True, slots=True)
class Life:
    """One life: ``used`` at its end; ``worn`` False when it was cut off before it wore out (censored)."""

    used: float
    worn: bool


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of lives that last longer than each of ``used`` (growing); 1 before the first."""

    used: tuple[float, ...]
    share: tuple[float, ...]
    ends: int

    def at(self, used: float) -> float:
        """Share of lives longer than ``used``."""
        share = 1.0
        for step, left in zip(self.used, self.share, strict=True):
            if step > used:
                break
            share = left
        return share

    def quantile(self, share: float) -> float | None:
        """Smallest use that at most ``share`` of lives outlast; None when the lives seen do not reach so far."""
        for step, left in zip(self.used, self.share, strict=True):
            if left <= share + 1e-12:
                return step
        return None


@dataclass(frozen=True, slots=True)
class LifeFigures:
    """Lives in figures: how many, how many ended by wear, the median, the use that 90 % outlast, the mean so far."""

    lives: int
    ends: int
    median: float | None
    b10: float | None
    mean: float | None


def survival(lives: Sequence[Life]) -> Survival:
    """Product-limit estimate. A life censored at the same use as an end counts as having outlasted it."""
    at_risk = len(lives)
    used: list[float] = []
    share: list[float] = []
    now, ends = 1.0, 0
    for step in sorted({life.used for life in lives}):
        worn = sum(1 for life in lives if life.worn and life.used == step)
        if worn:
            now *= 1 - worn / at_risk
            ends += worn
            used.append(step)
            share.append(now)
        at_risk -= sum(1 for life in lives if life.used == step)
    return Survival(tuple(used), tuple(share), ends)


def remaining(known: Survival, used: float, shares: Sequence[float]) -> list[float | None]:
    """Use left to a life that has lasted ``used``: for each of ``shares`` what is not reached with that probability.

    ``shares`` 0.5 gives the median; None where the lives seen do not reach so far.
    """
    outlasted = known.at(used)
    found: list[float | None] = []
    for share in shares:
        at = known.quantile(outlasted * (1 - share)) if outlasted > 0 else None
        found.append(None if at is None else max(at - used, 0.0))
    return found


def life_figures(lives: Sequence[Life]) -> LifeFigures:
    """Figures of the lives of one kind of tool."""
    known = survival(lives)
    mean = math.fsum(life.used for life in lives) / known.ends if known.ends else None
    return LifeFigures(len(lives), known.ends, known.quantile(0.5), known.quantile(0.9), mean)
