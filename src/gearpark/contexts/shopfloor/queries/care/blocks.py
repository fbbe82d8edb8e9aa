"""Why a station must not go on: worn or broken tools in its pockets, gauges nobody may trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, now_utc, to_us

from ...models.care import Gauge, Tool
from ...types.care import Blocked, CareBlock, CheckKind, GaugeState, ToolPlace, ToolState
from ...types.lines import LineInfo
from .. import setup


def tool_blocks(scope: Scope, line: str, station: str) -> list[CareBlock]:
    """Tools in the pockets of a station that must be changed first. ``line`` is the line's asset id."""
    rows = _mounted(scope, line).filter(station=station)
    return [block for row in rows if (block := _tool_block(row)) is not None]


def gauge_blocks(scope: Scope, line: str, station: str, now: datetime | None = None) -> list[CareBlock]:
    """Gauges of a station that must not be used now. ``line`` is the line's asset id."""
    rows = list(_placed(scope, line).filter(station=station))
    if not rows:
        return []
    return _gauge_blocks(rows, setup.line(scope, line), now or now_utc())


def line_blocks(scope: Scope, line: str, now: datetime) -> list[CareBlock]:
    """Every block of every station of a line, for boards. Three SQL queries."""
    found = [block for row in _mounted(scope, line) if (block := _tool_block(row)) is not None]
    rows = list(_placed(scope, line))
    return found + (_gauge_blocks(rows, setup.line(scope, line), now) if rows else [])


def _mounted(scope: Scope, line: str) -> QuerySet[Tool]:
    rows = Tool.objects.of(scope).filter(line__asset=line, place=ToolPlace.STATION.value)
    return rows.select_related("tool_class").order_by("station", "pocket")


def _placed(scope: Scope, line: str) -> QuerySet[Gauge]:
    master = Max("checks__at", filter=Q(checks__kind=CheckKind.MASTER.value, checks__left_good=True))
    rows = Gauge.objects.of(scope).filter(line__asset=line).exclude(state=GaugeState.SCRAPPED.value)
    return (
        rows.exclude(station="")
        .select_related("gauge_class")
        .annotate(master_at=master)
        .order_by("station", "code")
    )


def tool_reason(row: Tool) -> Blocked | None:
    """Why this tool must be changed; None while it is good."""
    if row.state == ToolState.BROKEN.value:
        return Blocked.TOOL_BROKEN
    if row.state == ToolState.WORN.value:
        return Blocked.TOOL_WORN
    return Blocked.TOOL_AT_LIMIT if at_limit(row) else None


def at_limit(row: Tool) -> bool:
    """Nothing is left of its life. Where the machine's own tool table speaks, it decides; else the limit does."""
    if row.left_share is not None:
        return row.left_share <= 0
    return row.used >= life_limit(row)


def life_limit(row: Tool) -> float:
    """The tool's own limit, else its class's."""
    return float(row.life_limit or row.tool_class.life_limit)


def _tool_block(row: Tool) -> CareBlock | None:
    reason = tool_reason(row)
    if reason is None:
        return None
    return CareBlock(
        what="tool",
        key=row.serial,
        kind=row.tool_class.code,
        reason=reason,
        station=row.station,
        since_at=row.changed_at,
        value=row.used,
        limit=life_limit(row),
        unit=row.tool_class.unit,
    )


def _gauge_blocks(rows: Iterable[Gauge], line: LineInfo, now: datetime) -> list[CareBlock]:
    shift = line.calendar.last_shift(to_us(now))
    begun = from_us(shift.start_us) if shift is not None and shift.end_us > to_us(now) else None
    rows = list(rows)
    here = Counter((row.station, row.gauge_class_id) for row in rows if row.state == GaugeState.IN_USE.value)
    found = []
    for row in rows:
        reason, since = gauge_reason(row, begun, now)
        if reason is Blocked.GAUGE_AWAY and here[row.station, row.gauge_class_id]:
            continue  # another one of its class stands in for it
        if reason is not None:
            found.append(_gauge_block(row, reason, since))
    return found


def gauge_reason(
    row: Gauge, shift_began: datetime | None, now: datetime
) -> tuple[Blocked | None, datetime | None]:
    """Why this gauge must not be used, and since when. Needs ``master_at`` on the row where masters are asked for.

    shift_began  begin of the running shift, None between shifts: then no master check is due
    """
    plan = row.gauge_class
    if row.state == GaugeState.AT_LAB.value:
        return Blocked.GAUGE_AWAY, None
    if row.state == GaugeState.BLOCKED.value or row.failed_at is not None:
        return Blocked.GAUGE_FAILED, row.failed_at
    if row.calibrated_at is None:
        return Blocked.GAUGE_EXPIRED, None
    if row.due_at is not None and row.due_at <= now:
        return Blocked.GAUGE_EXPIRED, row.due_at
    if plan.every_uses is not None and row.uses >= plan.every_uses:
        return Blocked.GAUGE_USES, None
    if plan.master_each_shift and shift_began is not None:
        checked: datetime | None = getattr(row, "master_at", None)
        if checked is None or checked < shift_began:
            return Blocked.MASTER_CHECK_DUE, shift_began
    return None, None


def _gauge_block(row: Gauge, reason: Blocked, since: datetime | None) -> CareBlock:
    by_uses = reason is Blocked.GAUGE_USES
    return CareBlock(
        what="gauge",
        key=row.code,
        kind=row.gauge_class.code,
        reason=reason,
        station=row.station,
        since_at=since,
        value=float(row.uses) if by_uses else None,
        limit=float(row.gauge_class.every_uses or 0) if by_uses else None,
    )
