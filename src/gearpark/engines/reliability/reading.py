"""Lives as people write them in a sheet, and a whole analysis as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gearpark.base.problems import Problem

from .compare import Comparison, compare
from .lives import Life, plot_points
from .weibull import Bounds, Fit, b_life, fisher_bounds, fit_mle, fit_ranks, likelihood_bounds

COLUMNS = ("life", "failed", "upper", "count", "design", "note")
NEEDED = ("life",)
FAILED = frozenset({"1", "f", "failed", "fail", "yes", "y", "true", "失效", "是", ""})
ALIVE = frozenset(
    {"0", "s", "suspended", "censored", "alive", "no", "n", "false", "+", "截尾", "未失效", "否"}
)


def life_from(values: Mapping[str, str], number: int) -> Life:
    """One row of a sheet; ``failed`` empty means failed. Problem ``reliability.row`` names the row."""
    word = values.get("failed", "").strip().lower()
    if word not in FAILED and word not in ALIVE:
        raise _unreadable(number, f"failed is {word[:20]!r}; write 1 or 0")
    try:
        upper = values.get("upper", "").strip()
        count = values.get("count", "").strip()
        return Life(
            float(values["life"].strip()),
            word in FAILED,
            float(upper) if upper else None,
            int(count) if count else 1,
        )
    except (KeyError, ValueError) as error:
        raise _unreadable(number, "life, upper and count are numbers") from error


def _unreadable(number: int, why: str) -> Problem:
    return Problem("reliability.row", f"Row {number} cannot be read: {why}.", status=422, row=number)


def analysed(lives: Sequence[Life], *, share: float = 0.1, confidence: float = 0.95) -> dict[str, Any]:
    """One design: fits, B-life with both kinds of bounds, points on probability paper."""
    fit = fit_mle(lives)
    ranks = fit_ranks(lives)
    profile = likelihood_bounds(lives, share, confidence)
    return {
        "lives": fit.lives,
        "failures": fit.failures,
        "beta": fit.beta,
        "eta": fit.eta,
        "mean": fit.mean,
        "log_likelihood": fit.log_likelihood,
        "rank_beta": ranks.beta,
        "rank_eta": ranks.eta,
        "rank_r2": ranks.fit_r2,
        "share": share,
        "confidence": confidence,
        "b_life": b_life(fit, share),
        **_bounds("likelihood", profile),
        **_bounds("fisher", fisher_bounds(fit, share, confidence)),
        "points": [{"life": point.time, "share": point.share} for point in plot_points(lives)],
    }


def _bounds(name: str, bounds: Bounds) -> dict[str, float | None]:
    return {f"b_lower_{name}": _finite(bounds.lower), f"b_upper_{name}": _finite(bounds.upper)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def compared(
    old: Iterable[Life], new: Iterable[Life], *, share: float, confidence: float, wanted: float
) -> dict[str, Any]:
    """Two designs as plain data."""
    found: Comparison = compare(old, new, share=share, confidence=confidence, wanted=wanted)
    return {
        "share": found.share,
        "ratio": found.ratio,
        "ratio_lower": _finite(found.lower),
        "ratio_upper": _finite(found.upper),
        "confidence": found.confidence,
        "p_same_shape": found.p_same_shape,
        "p_same": found.p_same,
        "wanted": found.wanted,
        "verdict": found.verdict.value,
    }


def curve(fit: Fit, low: float, high: float, points: int = 2) -> list[tuple[float, float]]:
    """(life, share failed) along the fitted line."""
    steps = [low * (high / low) ** (n / (points - 1)) for n in range(points)]
    return [(time, fit.share_failed(time)) for time in steps]
