"""What a board shows beside the figures: pace of this hour, takt, orders, calls, holds, the worst losses and defects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from gearpark.base.scope import Scope
from gearpark.engines.calendars import clipped, total
from gearpark.engines.oee import Loss, plan_at

from ..types import LineFigures, LiveUnit
from ..types.calls import CallInfo
from ..types.work import OrderStatus, StationHoldInfo
from .calls import standing_calls
from .figures import bottleneck_codes
from .summary import WORST_FIRST
from .work.holds import station_holds
from .work.orders import order_rows

TOP = 3
TAKT_STEPS = 11  # the median takt is that of the last ten pieces
MAX_ORDERS = 3
STOPS = frozenset({"down", "minor_stop", "setup", "starved", "blocked", "idle"})


@dataclass(frozen=True, slots=True)
class FrontOrder:
    """An order that runs on the line: number, product, pieces done and wanted."""

    number: str
    product_en: str
    product_zh: str
    done: int
    quantity: int

    def product(self, language: str) -> str:
        return (self.product_zh if language.startswith("zh") else self.product_en) or self.product_en


@dataclass(frozen=True, slots=True)
class Front:
    """One line at a glance.

    hour_made, hour_due   good pieces of the running hour and what is due of it by now; None: no hour runs
    takt_us, takt_last_us, takt_target_us  median of the last ten, last, and what the plan asks; planned time
    stops     worst losses of the bottleneck that are stops;  defects (what, pieces), most first
    defects_by  ``reason`` (serials say why) or ``station`` (counters say where)
    age_s     seconds since anything was heard of the line; None: nothing is heard
    """

    state: str
    since_us: int
    hour_made: int | None
    hour_due: float | None
    takt_us: int | None
    takt_last_us: int | None
    takt_target_us: int | None
    stops: tuple[Loss, ...]
    defects: tuple[tuple[str, int], ...]
    defects_by: str
    orders: tuple[FrontOrder, ...]
    calls: tuple[CallInfo, ...]
    holds: tuple[StationHoldInfo, ...]
    age_s: float | None


def front(scope: Scope, figures: LineFigures, units: Mapping[str, LiveUnit]) -> Front:
    """The front of one line; three SQL queries."""
    asset = figures.line.asset
    calls = standing_calls(scope, lines=[asset]) if figures.open else []
    holds = station_holds(scope, asset) if figures.open else []
    orders = _orders(scope, figures) if figures.open else ()
    state, since = live_state(figures, units)
    hour_made, hour_due = _hour(figures)
    takt, last = _takt(figures)
    defects, by = _defects(figures)
    planned = figures.shift.planned_us
    return Front(
        state=state,
        since_us=since,
        hour_made=hour_made,
        hour_due=hour_due,
        takt_us=takt,
        takt_last_us=last,
        takt_target_us=round(planned / figures.plan) if figures.plan else None,
        stops=tuple(loss for loss in figures.account.losses if loss.code in STOPS)[:TOP],
        defects=defects[:TOP],
        defects_by=by,
        orders=orders,
        calls=tuple(calls),
        holds=tuple(holds),
        age_s=min((unit.age_s for unit in units.values() if unit.age_s is not None), default=None),
    )


def live_state(figures: LineFigures, units: Mapping[str, LiveUnit]) -> tuple[str, int]:
    """State of the line by what its bottleneck's machines show now: running when any runs, else the worst; and since when."""
    group = [units[code] for code in bottleneck_codes(figures.line) if code in units]
    states = {unit.state for unit in group}
    state = "running" if "running" in states else next((s for s in WORST_FIRST if s in states), "no_data")
    since = [unit.since_us for unit in group if unit.state == state and unit.since_us is not None]
    return state, min(since, default=figures.until_us)


def _hour(figures: LineFigures) -> tuple[int | None, float | None]:
    row = next((r for r in figures.hours if r.start_us <= figures.until_us < r.end_us), None)
    if row is None or not figures.open:
        return None, None
    due = plan_at(figures.plan, figures.shift.planned, figures.until_us)
    return row.made, due - plan_at(figures.plan, figures.shift.planned, row.start_us)


def _takt(figures: LineFigures) -> tuple[int | None, int | None]:
    """(median of the last ten, last) planned time between two good pieces."""
    steps = figures.steps[-TAKT_STEPS:]
    gaps = [
        total(clipped(figures.shift.planned, before.at_us, after.at_us)) // max(1, after.pieces)
        for before, after in pairwise(steps)
    ]
    gaps = [gap for gap in gaps if gap > 0]
    return (round(median(gaps)), gaps[-1]) if gaps else (None, None)


def _defects(figures: LineFigures) -> tuple[tuple[tuple[str, int], ...], str]:
    if figures.said.parts is not None and figures.said.parts.defects:
        return figures.said.parts.defects, "reason"
    found = [
        (station.code, figures.units[station.code].account.counts.scrap)
        for station in figures.line.template.stations
    ]
    return tuple(sorted((f for f in found if f[1]), key=lambda item: (-item[1], item[0]))), "station"


def _orders(scope: Scope, figures: LineFigures) -> tuple[FrontOrder, ...]:
    rows = order_rows(scope).filter(line_id=figures.line.id, status=OrderStatus.RUNNING)
    return tuple(
        FrontOrder(row.number, row.product.name_en, row.product.name_zh, row.n_good, row.quantity)  # type: ignore[attr-defined]
        for row in rows.order_by("-started_at", "number")[:MAX_ORDERS]
    )


def calls_by_line(scope: Scope, assets: Sequence[str]) -> dict[str, list[CallInfo]]:
    """Standing calls of several lines in one query."""
    found: dict[str, list[CallInfo]] = {asset: [] for asset in assets}
    for call in standing_calls(scope, lines=list(assets)):
        found.setdefault(call.line, []).append(call)
    return found


def overdue(call: CallInfo, now: datetime) -> bool:
    """True when the step that is waited for should have been done."""
    return call.next_step is not None and now > call.due_at(call.next_step)
