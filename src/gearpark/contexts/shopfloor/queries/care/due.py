"""What is due or overdue, of every kind, for the landing page and its time line."""

from __future__ import annotations

from datetime import datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us

from ...types.care import DueItem, GaugeState, ToolDue, Trigger
from ...types.lines import LineInfo
from .. import setup
from .blocks import gauge_reason
from .forecasts import tool_dues
from .gauges import gauge_rows
from .jobs import job_rows, reorder_rows
from .plans import plan_dues

AHEAD = timedelta(days=14)
MAX_ITEMS = 400


def line_tools(scope: Scope, now: datetime) -> list[tuple[LineInfo, list[ToolDue]]]:
    """Every line that keeps account of its tools, with their forecasts."""
    found = [(line, tool_dues(scope, line, now)) for line in setup.lines(scope)]
    return [(line, dues) for line, dues in found if dues]


def due_items(scope: Scope, now: datetime, ahead: timedelta = AHEAD) -> list[DueItem]:
    """Gauges, plans and planned orders due until ``now + ahead`` or overdue, the longest overdue first."""
    until = now + ahead
    items = [*_gauges(scope, now, until), *_plans(scope, now, until), *_jobs(scope, until)]
    return sorted(items, key=lambda item: (item.at, item.kind, item.title))[:MAX_ITEMS]


def _gauges(scope: Scope, now: datetime, until: datetime) -> list[DueItem]:
    rows = gauge_rows(scope).exclude(state__in=[GaugeState.SCRAPPED.value, GaugeState.AT_LAB.value])
    began = {line.id: _began(line, now) for line in setup.lines(scope)}
    found = []
    for row in rows.order_by("due_at")[:MAX_ITEMS]:
        reason, since = gauge_reason(row, began.get(row.line_id), now)
        at = since or (now if reason is not None else row.due_at)
        if at is None or at > until:
            continue
        where = f"{row.line.asset} {row.station}" if row.line else row.place
        found.append(
            DueItem("gauge", row.pk, row.code, row.gauge_class.name_en, row.gauge_class.name_zh, where, at,
                    reason is not None, reason, row.line.asset if row.line else "", row.station)
        )  # fmt: skip
    return found


def _began(line: LineInfo, now: datetime) -> datetime | None:
    shift = line.calendar.last_shift(to_us(now))
    return from_us(shift.start_us) if shift is not None and shift.end_us > to_us(now) else None


def _plans(scope: Scope, now: datetime, until: datetime) -> list[DueItem]:
    """Plans that no order stands for yet; those with one are shown by their order."""
    return [
        DueItem("plan", due.id, due.code, due.name_en, due.name_zh, due.asset, min(due.due_at, now) if due.due else due.due_at,
                due.due, None, due.line, due.station)
        for due in plan_dues(scope, now)
        if due.job is None and due.trigger is not Trigger.CONDITION and due.due_at is not None and due.due_at <= until
    ]  # fmt: skip


def _jobs(scope: Scope, until: datetime) -> list[DueItem]:
    rows = job_rows(scope).filter(status__in=["open", "planned", "in_progress"])
    found = []
    for row in rows.order_by("planned_at", "opened_at")[:MAX_ITEMS]:
        at = row.planned_at or row.opened_at
        if at <= until:
            english = row.plan.name_en if row.plan else row.title
            chinese = row.plan.name_zh if row.plan else row.title
            found.append(
                DueItem("job", row.pk, row.number, english, chinese, row.asset, at, False, None,
                        row.line.asset if row.line else "", row.station)
            )  # fmt: skip
    return found


def overdue(item: DueItem, now: datetime) -> bool:
    """True when it should have been done already, or blocks something now."""
    return item.late or item.at < now


def care_counts(scope: Scope, now: datetime) -> dict[str, int]:
    """Counts for the landing page that are not in its picture."""
    return {"reorder": reorder_rows(scope).count()}
