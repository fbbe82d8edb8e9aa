"""Control charts, histograms and bounds as drawings: geometry only, templates write the marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.timezone import localtime

from gearpark.engines.quality import PassRate

from ...types.quality import ChartView, Point

WIDTH, HEIGHT, SPREAD_HEIGHT = 1120, 300, 130
LEFT, RIGHT, TOP, BOTTOM = 64, 44, 14, 26
CELL_WIDTH, CELL_HEIGHT = 150, 40
MAX_TICKS = 8
BINS = 24
SPEC_REACH = 1.35  # specification limits are drawn when they lie within this much of what is shown
HIST_WIDTH, HIST_HEIGHT = 420, 220


@dataclass(frozen=True, slots=True)
class Mark:
    """One drawn point."""

    x: float
    y: float
    number: int
    signals: str
    title: str


@dataclass(slots=True)
class Plot:
    """A drawing: paths and marks in units of its view box."""

    width: int
    height: int
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    line: str = ""
    limits: list[tuple[str, str]] = field(default_factory=list)  # (class, path)
    marks: list[Mark] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    rows: list[tuple[float, str]] = field(default_factory=list)
    tags: list[tuple[float, str, str]] = field(default_factory=list)  # (y, text, class)
    versions: list[tuple[float, str]] = field(default_factory=list)


def _scale(low: float, high: float, top: float, bottom: float) -> Any:
    span = high - low or 1.0

    def y(value: float) -> float:
        return bottom - (value - low) / span * (bottom - top)

    return y


def _finite(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def nice(low: float, high: float, count: int = 5) -> list[float]:
    """Round values between two ends."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    step = 10 ** math.floor(math.log10(span / count))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= count)
    first = math.ceil(low / step) * step
    return [round(first + i * step, 12) for i in range(int((high - first) / step + 1e-9) + 1)]


def number(value: float, decimals: int) -> str:
    """As axes write it."""
    return f"{value:.{decimals}f}".replace("-", "\u2212")


def control_chart(view: ChartView) -> Plot:
    """The chart of location."""
    points = view.points
    spec = view.chart.characteristic
    values = _finite([v for p in points for v in (p.value, p.lcl, p.ucl)])
    plot = Plot(WIDTH, HEIGHT)
    if not values:
        return plot
    low, high = min(values), max(values)
    middle, half = (low + high) / 2, (high - low) / 2 or 1.0
    shown = [
        limit
        for limit in (spec.lsl, spec.usl)
        if limit is not None and abs(limit - middle) <= half * SPEC_REACH * 2
    ]
    low, high = min([low, *shown]), max([high, *shown])
    pad = (high - low) * 0.08 or 1.0
    y = _scale(low - pad, high + pad, plot.top, plot.bottom)
    decimals = spec.decimals
    _points(plot, points, y, [p.value for p in points])
    for name in ("lcl", "centre", "ucl"):
        plot.limits.append((name, _steps(points, name, y, plot)))
    _zones(plot, points, y)
    for name, limit in (("LSL", spec.lsl), ("USL", spec.usl)):
        if limit in shown and limit is not None:
            plot.limits.append(("spec", f"M{plot.left} {y(limit):.1f}H{plot.right}"))
            plot.tags.append((y(limit), name, "spec"))
    last = points[-1]
    if math.isfinite(last.ucl):
        plot.tags += [
            (y(last.ucl), "UCL", "limit"),
            (y(last.centre), "CL", "centre"),
            (y(last.lcl), "LCL", "limit"),
        ]
    plot.rows = [(y(v), number(v, _digits(low, high, decimals))) for v in nice(low, high)]
    return plot


def _digits(low: float, high: float, decimals: int) -> int:
    step = (high - low) / 5 or 1.0
    return max(0, min(decimals, -math.floor(math.log10(step))))


def spread_chart(view: ChartView) -> Plot:
    """The chart of ranges or standard deviations under it."""
    points = view.points
    values = _finite([p.spread for p in points])
    plot = Plot(WIDTH, SPREAD_HEIGHT, bottom=SPREAD_HEIGHT - BOTTOM)
    how = view.limits.spread if view.limits else None
    if not values:
        return plot
    edge = max(values)
    if how is not None:
        edge = max(edge, float(how.bounds(view.chart.size)[2]))
    y = _scale(0.0, edge * 1.1 or 1.0, plot.top, plot.bottom)
    _points(plot, points, y, [p.spread for p in points], signals=False)
    if how is not None:
        low, middle, high = (float(v) for v in how.bounds(view.chart.size))
        for name, value in (("lcl", low), ("centre", middle), ("ucl", high)):
            plot.limits.append((name, f"M{plot.left} {y(value):.1f}H{plot.right}"))
        plot.tags += [(y(high), "UCL", "limit"), (y(middle), "CL", "centre")]
    plot.rows = [
        (y(v), number(v, _digits(0, edge, view.chart.characteristic.decimals))) for v in nice(0, edge, 3)
    ]
    return plot


def _x(index: int, count: int, plot: Plot) -> float:
    return plot.left + (plot.right - plot.left) * (index + 0.5) / max(count, 1)


def _points(
    plot: Plot, points: Sequence[Point], y: Any, values: Sequence[float | None], *, signals: bool = True
) -> None:
    path, pen = [], "M"
    for i, (point, value) in enumerate(zip(points, values, strict=True)):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        at = _x(i, len(points), plot)
        path.append(f"{pen}{at:.1f} {y(value):.1f}")
        pen = "L"
        rules = ", ".join(point.signals) if signals else ""
        if rules or len(points) <= 120:
            when = f"{localtime(point.at):%Y-%m-%d %H:%M}"
            title = f"{point.label} · {when} · {value:.6g}" + (f" · {rules}" if rules else "")
            plot.marks.append(Mark(at, y(value), point.number, rules, title))
    plot.line = "".join(path)
    plot.ticks = _ticks(points, plot)
    plot.versions = [
        (_x(i, len(points), plot) - (plot.right - plot.left) / max(len(points), 1) / 2, f"v{point.version}")
        for i, point in enumerate(points)
        if i and point.version != points[i - 1].version
    ]


def _ticks(points: Sequence[Point], plot: Plot) -> list[tuple[float, str]]:
    if not points:
        return []
    step = max(1, math.ceil(len(points) / MAX_TICKS))
    made, day = [], None
    for i in range(0, len(points), step):
        when: datetime = localtime(points[i].at)
        words = f"{when:%m-%d %H:%M}" if when.date() != day else f"{when:%H:%M}"
        day = when.date()
        made.append((_x(i, len(points), plot), words))
    return made


def _steps(points: Sequence[Point], name: str, y: Any, plot: Plot) -> str:
    """A stepped line, so that limits of unequal subgroups and of versions are drawn as they are."""
    half = (plot.right - plot.left) / max(len(points), 1) / 2
    path, last = [], None
    for i, point in enumerate(points):
        value = getattr(point, name)
        if not math.isfinite(value):
            last = None
            continue
        at = _x(i, len(points), plot)
        path.append(f"{'M' if last is None else 'L'}{at - half:.1f} {y(value):.1f}")
        path.append(f"L{at + half:.1f} {y(value):.1f}")
        last = value
    return "".join(path)


def _zones(plot: Plot, points: Sequence[Point], y: Any) -> None:
    """Lines at one and two standard deviations, while the limits are the same for all points."""
    edges = {
        (round(p.lcl, 12), round(p.centre, 12), round(p.ucl, 12)) for p in points if math.isfinite(p.ucl)
    }
    if len(edges) != 1:
        return
    low, centre, high = next(iter(edges))
    for share in (1 / 3, 2 / 3):
        for edge in (low, high):
            plot.limits.append(
                ("zone", f"M{plot.left} {y(centre + (edge - centre) * share):.1f}H{plot.right}")
            )


def cell(points: Sequence[Point], bounds: tuple[float, float, float] | None) -> dict[str, Any]:
    """A small chart for the cockpit: line, limits in force, marks of signals."""
    ends = bounds or ()
    values = _finite([*(p.value for p in points), *ends])
    if not values or not points:
        return {}
    y = _scale(min(values), max(values), 4, CELL_HEIGHT - 4)
    step = (CELL_WIDTH - 8) / max(len(points) - 1, 1)
    path, pen = [], "M"
    for i, point in enumerate(points):
        if math.isfinite(point.value):
            path.append(f"{pen}{4 + i * step:.1f} {y(point.value):.1f}")
            pen = "L"
    return {
        "path": "".join(path),
        "limits": [round(y(v), 1) for v in (ends[0], ends[2])] if ends else [],
        "centre": round(y(ends[1]), 1) if ends else None,
        "marks": [
            (round(4 + i * step - 3, 1), round(y(p.value) - 3, 1)) for i, p in enumerate(points) if p.signals
        ],
    }


def histogram(values: Sequence[float], lsl: float | None, usl: float | None, decimals: int) -> dict[str, Any]:
    """Bars of the values with the specification limits."""
    if len(values) < 2:
        return {}
    data = np.asarray(values, dtype=float)
    ends = _finite([lsl, usl, float(data.min()), float(data.max())])
    low, high = min(ends), max(ends)
    pad = (high - low) * 0.06 or 1.0
    low, high = low - pad, high + pad
    counts, edges = np.histogram(data, bins=BINS, range=(low, high))
    width, bottom = HIST_WIDTH - 20, HIST_HEIGHT - 26

    def x(value: float) -> float:
        return 10 + (value - low) / (high - low) * width

    most = int(counts.max()) or 1
    bars = [
        {
            "x": round(x(a), 1),
            "w": round(max(x(b) - x(a) - 1, 0.5), 1),
            "h": round(n / most * (bottom - 12), 1),
        }
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
        if n
    ]
    for bar in bars:
        bar["y"] = round(bottom - bar["h"], 1)
    return {
        "width": HIST_WIDTH,
        "height": HIST_HEIGHT,
        "bottom": bottom,
        "bars": bars,
        "spec": [(round(x(v), 1), name) for name, v in (("LSL", lsl), ("USL", usl)) if v is not None],
        "mean": round(x(float(data.mean())), 1),
        "ticks": [(round(x(v), 1), number(v, _digits(low, high, decimals))) for v in nice(low, high, 6)],
    }


def bound_bar(rate: PassRate, width: int = 560) -> dict[str, Any]:
    """Failures a million on a logarithmic axis: the two bounds, the ratio seen, the promise."""
    target_ppm = (1 - rate.target) * 1e6 if rate.target is not None else 100.0
    low = min(1.0, target_ppm / 100)
    high = max(1e5, rate.fail_upper_ppm * 1.5, target_ppm * 10)
    scale = math.log10(high) - math.log10(low)

    def x(ppm: float) -> float:
        return 28 + (math.log10(max(ppm, low)) - math.log10(low)) / scale * (width - 56)

    decades = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    return {
        "width": width,
        "from": round(x(rate.fail_lower_ppm), 1),
        "to": round(x(rate.fail_upper_ppm), 1),
        "seen": round(x(rate.fail_ppm), 1) if rate.fail_ppm > 0 else None,
        "target": round(x(target_ppm), 1),
        "ticks": [(round(x(10.0**d), 1), f"{10**d:,}" if d >= 0 else f"{10.0**d:g}") for d in decades],
    }
