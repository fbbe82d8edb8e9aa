"""Control limits: computed once, frozen, and applied to what comes later without moving."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from . import constants as k
from .guards import Floats, spread

PLOTTED = ("mean", "range", "sd", "individual", "moving_range", "p", "np", "c", "u")
OF_MEASURES = frozenset({"mean", "range", "sd", "individual", "moving_range"})
FLOOR_ZERO = frozenset({"range", "sd", "moving_range", "p", "np", "c", "u"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a chart judges by. Everything needed to draw limits at any subgroup size, and where it came from.

    plotted    statistic on the chart: mean range sd individual moving_range p np c u
    centre     of the process: mean of the values (mean, individual), else mean of the statistic for the size ``size``;
               share for p and np, rate a unit for c and u
    sigma      standard deviation of single values (measures); for counts 1, or Laney's factor (p', u')
    estimator  name of the estimator behind sigma; ``model`` for counts
    phase      1: from the very data shown; 2: frozen, applied to later data
    n, points  values and subgroups the limits were computed from
    data_hash  SHA-256 of them in canonical form
    left_out   points (from 1) that were left out for a reason found
    width      in standard deviations of the plotted statistic
    printed    constants rounded as in tables
    """

    plotted: str
    centre: float
    sigma: float
    estimator: str
    size: float
    n: int
    points: int
    data_hash: str
    phase: int = 1
    left_out: tuple[int, ...] = ()
    width: float = 3.0
    printed: bool = False

    def __post_init__(self) -> None:
        if self.plotted not in PLOTTED:
            raise Problem(
                "quality.chart_unknown",
                f"No statistic {self.plotted!r} is charted.",
                known=", ".join(PLOTTED),
            )

    def frozen(self) -> Limits:
        """The same limits, from now on for later data."""
        return replace(self, phase=2)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; ``Limits.read`` takes it back."""
        return asdict(self) | {"left_out": list(self.left_out)}

    @classmethod
    def read(cls, document: dict[str, Any]) -> Limits:
        try:
            return cls(**{**document, "left_out": tuple(document.get("left_out", ()))})
        except TypeError as error:
            raise Problem(
                "quality.limits_broken", "These limits were not written by this product."
            ) from error

    def middle(self, sizes: Any) -> Floats:
        """Centre line of the plotted statistic at these subgroup sizes."""
        n = np.asarray(sizes, dtype=np.float64)
        if self.plotted == "range":
            return self.sigma * self._each(n, lambda c: c.d2)
        if self.plotted == "sd":
            return self.sigma * self._each(n, lambda c: c.c4)
        if self.plotted == "moving_range":
            return np.full(n.shape, self.sigma * k.constants(2, printed=self.printed).d2)
        if self.plotted in {"np", "c"}:
            return self.centre * n
        return np.full(n.shape, self.centre)

    def deviation(self, sizes: Any) -> Floats:
        """Standard deviation of the plotted statistic at these subgroup sizes."""
        n = np.asarray(sizes, dtype=np.float64)
        if self.plotted == "individual":
            return np.full(n.shape, self.sigma)
        if self.plotted == "mean":
            return self.sigma / np.sqrt(n)
        if self.plotted == "range":
            return self.sigma * self._each(n, lambda c: c.d3)
        if self.plotted == "sd":
            return self.sigma * self._each(n, lambda c: (1.0 - c.c4**2) ** 0.5)
        if self.plotted == "moving_range":
            return np.full(n.shape, self.sigma * k.constants(2, printed=self.printed).d3)
        one = self.centre * (1.0 - self.centre) if self.plotted in {"p", "np"} else self.centre
        return self.sigma * (np.sqrt(one / n) if self.plotted in {"p", "u"} else np.sqrt(one * n))

    def bounds(self, sizes: Any) -> tuple[Floats, Floats, Floats]:
        """Lower limit, centre line, upper limit; limits stop where the statistic itself stops (0, or all pieces)."""
        middle, reach = self.middle(sizes), self.width * self.deviation(sizes)
        low, high = middle - reach, middle + reach
        if self.plotted in FLOOR_ZERO:
            low = np.maximum(low, 0.0)
        if self.plotted == "p":
            high = np.minimum(high, 1.0)
        if self.plotted == "np":
            high = np.minimum(high, np.asarray(sizes, dtype=np.float64))
        return low, middle, high

    def z(self, values: Any, sizes: Any) -> Floats:
        """How far values lie from the centre line, in standard deviations scaled so that 3 is the limit."""
        deviation = self.deviation(sizes) * (self.width / 3.0)
        found: Floats = (np.asarray(values, dtype=np.float64) - self.middle(sizes)) / deviation
        return found

    def _each(self, sizes: Floats, take: Any) -> Floats:
        unique, back = np.unique(sizes, return_inverse=True)
        found = np.array([take(k.constants(max(2, int(n)), printed=self.printed)) for n in unique])
        return found[back].reshape(sizes.shape)


def checked(limits: Limits) -> Limits:
    """The limits, refused when they have no width."""
    if limits.plotted in OF_MEASURES:
        spread(limits.sigma)
    elif not limits.centre > 0 or (limits.plotted in {"p", "np"} and limits.centre >= 1):
        raise Problem(
            "quality.no_spread",
            "All counts are alike at the edge (none, or all), so a chart of counts has no limits. "
            "Count the pieces between two failures instead (CCC chart).",
        )
    return limits
