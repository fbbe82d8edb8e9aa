"""One unit opened: figures -> elements -> intervals -> raw observations."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.ids import tag
from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..types import LineFigures, RawRow, StateSegment, UnitFigures
from . import source, summary
from .observed import FIGURE_SIGNALS, rows

MAX_RAW_ROWS = 2000
MAX_RAW_US = 24 * 3_600_000_000
AROUND_US = 1_000_000  # a second before and after: what began and ended the stretch


def unit(
    scope: Scope, asset: str, code: str, now: datetime, day: str = "", shift: str = ""
) -> tuple[LineFigures, UnitFigures]:
    """One unit of one line over a shift; NotFound ``shopfloor.unit_unknown``."""
    found = summary.board(scope, asset, now, day, shift)
    if code not in found.units:
        raise NotFound("shopfloor.unit_unknown", f"Line {asset} has no unit {code!r}.")
    return found, found.units[code]


def segments(found: UnitFigures, state: str = "") -> list[StateSegment]:
    """The unit's stretches, newest first; of one state only when named."""
    return [item for item in reversed(found.segments) if not state or item.state == state]


def raw_rows(
    figures: LineFigures, found: UnitFigures, start_us: int, end_us: int
) -> tuple[list[RawRow], bool]:
    """Observations behind a stretch: those in force at its start and all up to its end. (rows, cut off)."""
    start = max(start_us, figures.shift.start_us) - AROUND_US
    end = min(end_us, figures.until_us, start_us + MAX_RAW_US) + AROUND_US
    tags = {tag(found.asset, signal): signal for signal in FIGURE_SIGNALS}
    read = source.reader().observations(figures.line.org, list(tags), start, end)
    made = [
        RawRow(tags[name], at, value, status)
        for name, series in read.items()
        for at, status, value in rows(series)
    ]
    made.sort(key=lambda row: (row.at_us, row.signal, row.status, str(row.value)))
    return made[:MAX_RAW_ROWS], len(made) > MAX_RAW_ROWS
