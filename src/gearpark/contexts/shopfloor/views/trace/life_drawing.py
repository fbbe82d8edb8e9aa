"""Weibull probability paper: failures as points, the fitted line, its B-life with bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gearpark.engines.reliability import Bounds, Fit, PlotPoint

W, H, LEFT, BOTTOM, TOP, RIGHT = 900, 460, 64, 40, 12, 16
SHARES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.632, 0.9, 0.99)
LOWEST, HIGHEST = 0.001, 0.999


def paper(designs: Sequence[tuple[str, Fit, Sequence[PlotPoint], Bounds]], share: float) -> dict[str, Any]:
    """Everything the drawing needs, in its own units; ``designs`` in the order of their colours."""
    times = [point.time for _, _, points, _ in designs for point in points]
    times += [bounds.lower for _, _, _, bounds in designs if bounds.lower > 0]
    times += [min(fit.eta, max(times)) for _, fit, _, _ in designs]
    low, high = math.log10(min(times)) - 0.15, math.log10(max(times)) + 0.15
    least = min([share, *(points[0].share for _, _, points, _ in designs)])
    bottom = _y_of(max(LOWEST, least / 2))
    top = _y_of(HIGHEST)

    def x(time: float) -> float:
        return round(LEFT + (math.log10(time) - low) / (high - low) * (W - LEFT - RIGHT), 1)

    def y(part: float) -> float:
        at = (_y_of(min(max(part, 1e-9), 1 - 1e-9)) - bottom) / (top - bottom)
        return round(H - BOTTOM - at * (H - BOTTOM - TOP), 1)

    lines = []
    for number, (name, fit, points, bounds) in enumerate(designs, start=1):
        ends = (max(10**low, _time_of(fit, bottom)), min(10**high, _time_of(fit, top)))
        lines.append({
            "number": number, "name": name,
            "line": [x(ends[0]), y(fit.share_failed(ends[0])), x(ends[1]), y(fit.share_failed(ends[1]))],
            "points": [(x(p.time), y(p.share), p.time, round(p.share * 100, 1)) for p in points],
            "b": {"x": x(bounds.life) if 10**low <= bounds.life <= 10**high else None, "y": y(share),
                  "low": x(max(bounds.lower, 10**low)), "high": x(min(bounds.upper, 10**high))},
        })  # fmt: skip
    return {
        "width": W, "height": H, "left": LEFT, "right": W - RIGHT, "top": TOP, "bottom": H - BOTTOM, "lines": lines,
        "shares": [(y(part), f"{part * 100:g}") for part in SHARES if _y_of(part) >= bottom],
        "times": [(x(time), f"{time:,.6g}") for time in _ticks(low, high)],
    }  # fmt: skip


def _y_of(share: float) -> float:
    return math.log(-math.log1p(-share))


def _time_of(fit: Fit, y: float) -> float:
    """Where the fitted line crosses a height of the paper."""
    return fit.eta * math.exp(y / fit.beta)


def _ticks(low: float, high: float) -> list[float]:
    steps = (1, 2, 5) if high - low < 3 else (1,)
    found = [step * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps]
    return [time for time in found if low <= math.log10(time) <= high]
