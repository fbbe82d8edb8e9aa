"""The shift as one band of states per station, and the output against plan as a step chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gearpark.engines.lines import Station
from gearpark.engines.oee import plan_at
from gearpark.ui.states import MACHINE_STATES, look_of

from ..queries.figures import bottleneck_codes, unseen
from ..types import LineFigures, UnitFigures
from .words import clock, shift_word

MIN_SHARE = 0.02  # per cent of the shift; thinner stretches are still drawn this wide
HOUR_US = 3_600_000_000
CHART_W, CHART_H = 430, 310
PLOT = (34, 14, 386, 276)  # left, top, right, bottom of the plot in the chart's units


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's band: per state the rectangles as (x %, width %)."""

    code: str
    title: str
    state: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    running: float | None
    bottleneck: bool


def band(figures: LineFigures, language: str) -> dict[str, Any]:
    """Context of ``shopfloor/band.html``: rows, hour ticks, where now is; x in per cent of the whole shift."""
    slow = set(bottleneck_codes(figures.line))
    stations = sorted(figures.line.template.stations, key=lambda s: (s.op, s.code))
    return {
        "rows": [_row(figures, station, station.code in slow, language) for station in stations],
        "ticks": _ticks(figures),
        "breaks": [(_x(figures, a), _width(figures, a, b)) for a, b in figures.shift.breaks],
        "now": _x(figures, figures.until_us) if figures.open else "",
        "rest": (_x(figures, figures.until_us), _width(figures, figures.until_us, figures.shift.end_us)),
        "states": [(state, str(look_of(state).word)) for state in MACHINE_STATES],
        "shift": shift_word(figures.shift, language),
    }


def unit_band(figures: LineFigures, unit: UnitFigures) -> dict[str, Any]:
    """The same for one unit."""
    return {
        "rows": [Row(unit.code, unit.code, unit.state, _groups(figures, unit), None, False)],
        "ticks": _ticks(figures),
        "breaks": [(_x(figures, a), _width(figures, a, b)) for a, b in figures.shift.breaks],
        "now": _x(figures, figures.until_us) if figures.open else "",
        "rest": (_x(figures, figures.until_us), _width(figures, figures.until_us, figures.shift.end_us)),
    }


def _row(figures: LineFigures, station: Station, slow: bool, language: str) -> Row:
    unit = figures.units[station.code]
    title = station.title_zh if language.startswith("zh") else station.title_en
    share = unit.account.figures.availability
    return Row(
        station.code,
        title,
        unit.state,
        _groups(figures, unit),
        None if share is None else float(share),
        slow,
    )


def _groups(figures: LineFigures, unit: UnitFigures) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    made: dict[str, list[tuple[str, str]]] = {}
    for item in unit.segments:
        made.setdefault(look_of(item.state).code, []).append(
            (_x(figures, item.start_us), _width(figures, item.start_us, item.end_us))
        )
    return tuple((state, tuple(made[state])) for state in MACHINE_STATES if state in made)


def _x(figures: LineFigures, at: int) -> str:
    return f"{100 * (at - figures.shift.start_us) / (figures.shift.end_us - figures.shift.start_us):.2f}"


def _width(figures: LineFigures, start: int, end: int) -> str:
    share = 100 * (end - start) / (figures.shift.end_us - figures.shift.start_us)
    return f"{max(MIN_SHARE, share):.2f}"


def _ticks(figures: LineFigures) -> list[tuple[str, str, str]]:
    """(x %, label, anchor) of the hours; the outer labels stay inside."""
    hours = _hours(figures)
    anchors = ["start", *["middle"] * (len(hours) - 2), "end"]
    zone = figures.line.calendar.zone
    return [(_x(figures, at), clock(at, zone), anchor) for at, anchor in zip(hours, anchors, strict=False)]


def _hours(figures: LineFigures) -> list[int]:
    return list(range(figures.shift.start_us, figures.shift.end_us + 1, HOUR_US))


def pace_chart(figures: LineFigures) -> dict[str, Any]:
    """Context of ``shopfloor/pace.html``: step chart of good pieces, plan line, projection with its band."""
    seen = figures.projection
    top = max(figures.plan, figures.made, seen.high if seen else 0, 1) * 1.06
    left, upper, right, lower = PLOT

    def x(at: float) -> float:
        share = (at - figures.shift.start_us) / (figures.shift.end_us - figures.shift.start_us)
        return left + share * (right - left)

    def y(pieces: float) -> float:
        return lower - pieces / top * (lower - upper)

    plan_points = [(figures.shift.start_us, 0.0)]
    for start, end in figures.shift.planned:
        plan_points.append((start, plan_at(figures.plan, figures.shift.planned, start)))
        plan_points.append((end, plan_at(figures.plan, figures.shift.planned, end)))
    steps, made = [f"M{x(figures.shift.start_us):.1f} {y(0):.1f}"], 0.0
    for step in figures.steps:
        made += step.pieces
        steps.append(f"H{x(step.at_us):.1f}V{y(made):.1f}")
    steps.append(f"H{x(figures.until_us):.1f}")
    unit = _nice(top)
    gaps = unseen(figures.line, figures.units, figures.shift, figures.until_us)
    context: dict[str, Any] = {
        "width": CHART_W,
        "height": CHART_H,
        "plan": "M" + "L".join(f"{x(at):.1f} {y(pieces):.1f}" for at, pieces in plan_points),
        "made": "".join(steps),
        "rows": [(y(v), v) for v in range(0, int(top) + 1, unit)],
        "ticks": [(x(at), clock(at, figures.line.calendar.zone)) for at in _hours(figures)[::2]],
        "breaks": [(x(a), x(b) - x(a)) for a, b in figures.shift.breaks],
        "gaps": [(x(a), x(b) - x(a)) for a, b in gaps],
        "left": left,
        "right": right,
        "upper": upper,
        "lower": lower,
        "tall": lower - upper,
        "now": x(figures.until_us),
        "plan_y": y(figures.plan),
        "made_y": y(figures.made),
    }
    if seen and figures.open:
        last = x(figures.shift.end_us)
        begin = f"M{x(figures.until_us):.1f} {y(figures.made):.1f}"
        context["cone"] = f"{begin}L{last:.1f} {y(seen.high):.1f}L{last:.1f} {y(seen.low):.1f}Z"
        context["ray"] = f"{begin}L{last:.1f} {y(seen.expected):.1f}"
        context["end"] = (last, y(seen.expected))
    return context


def _nice(top: float) -> int:
    """Step of the count axis: about five rows."""
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000):
        if top / step <= 6:
            return step
    return max(1, int(top // 5))
