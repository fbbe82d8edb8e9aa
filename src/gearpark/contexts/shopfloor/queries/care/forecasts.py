"""When the tools of a line will be worn, and how good earlier forecasts were."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.engines.calendars import Spans, merged
from gearpark.engines.care import (
    Life,
    Pace,
    Remaining,
    due_at,
    pace_of,
    planned_between,
    remaining_uses,
)

from ...models.care import Tool, ToolForecast, ToolHour, ToolLife, ToolWear
from ...types.care import ENDED_BY_WEAR, ForecastScore, ToolDue, ToolPlace, ToolState
from ...types.lines import LineInfo
from .blocks import at_limit, life_limit
from .heard import HOUR_US

DAY_US = 24 * HOUR_US
PACE_DAYS = 5  # how far back hours are counted for the pace
AHEAD_DAYS = 14  # planned time looked at
MAX_LIVES = 400  # newest past lives of a kind that are asked
MAX_POINTS = 400
FULL_HOUR = 0.9  # share of an hour that must be planned for its count to say something of the pace
FEW_USES = 3  # from here on the share the machine has left says how long the whole life is
ROUGH = 1.25  # factor up and down of that first guess


def tool_dues(scope: Scope, line: LineInfo, now: datetime) -> list[ToolDue]:
    """Every tool in a pocket of the line, the soonest due first. Four SQL queries, whatever the number of tools."""
    rows = Tool.objects.of(scope).filter(line_id=line.id, place=ToolPlace.STATION.value)
    tools = list(rows.select_related("tool_class"))
    return _dues(scope, line, tools, now) if tools else []


def tool_due(scope: Scope, line: LineInfo, tool: Tool, now: datetime) -> ToolDue:
    """The forecast of one mounted tool."""
    (found,) = _dues(scope, line, [tool], now)
    return found


def _dues(scope: Scope, line: LineInfo, tools: Sequence[Tool], now: datetime) -> list[ToolDue]:
    now_us = to_us(now)
    since = now_us - PACE_DAYS * DAY_US
    hours = list(ToolHour.objects.of(scope).filter(line_id=line.id, hour_us__gte=since).order_by("hour_us"))
    past = lives_of(scope, {tool.tool_class_id for tool in tools})
    wear = _wear(scope, tools)
    partial = set(
        ToolLife.objects.of(scope)
        .filter(tool__in=[tool.pk for tool in tools], ended_at=None, partial=True)
        .values_list("tool_id", flat=True)
    )
    paces = station_paces(line, hours, now_us)
    ahead = planned_spans(line, now_us, now_us + AHEAD_DAYS * DAY_US)
    found = []
    for tool in tools:
        said = _machine(tool, [h for h in hours if (h.tool_id, h.life_no) == (tool.pk, tool.life_no)])
        left = remaining_of(tool, said, wear.get(tool.pk, ()), past[tool.tool_class_id], tool.pk in partial)
        counted = paces.get(tool.station)
        found.append(
            _due(
                tool,
                left,
                counted or plan_pace(line, tool.station, now_us),
                counted is not None,
                now_us,
                ahead,
            )
        )
    return sorted(
        found, key=lambda due: (not due.now, due.due_us is None, due.due_us or 0, due.station, due.pocket)
    )


def _due(tool: Tool, left: Remaining, pace: Pace | None, counted: bool, now_us: int, ahead: Spans) -> ToolDue:
    when = due_at(now_us, left, pace, ahead, tool.tool_class.per_part) if pace else None
    kind = tool.tool_class
    return ToolDue(
        id=tool.pk, serial=tool.serial, tool_class=kind.code, name_en=kind.name_en, name_zh=kind.name_zh,
        station=tool.station, pocket=tool.pocket, state=ToolState(tool.state), used=tool.used,
        limit=life_limit(tool), left_share=tool.left_share, unit=kind.unit, change_s=kind.change_s,
        left_low=left.low, left=left.middle, left_high=None if math.isinf(left.high) else left.high,
        method=left.method, early_us=when.early_us if when else None, due_us=when.due_us if when else None,
        late_us=when.late_us if when else None, counted=counted, life_no=tool.life_no, class_id=kind.pk,
    )  # fmt: skip


def remaining_of(
    tool: Tool,
    machine: Sequence[tuple[float, float]],
    wear: Sequence[tuple[float, float]],
    lives: Sequence[Life],
    partial: bool,
) -> Remaining:
    """Use left to a tool. Where its machine keeps its life, the machine's word stands for the limit."""
    if at_limit(tool) or tool.state in (ToolState.WORN.value, ToolState.BROKEN.value):
        return Remaining(0.0, 0.0, 0.0, "machine" if tool.left_share is not None else "limit")
    kind, share = tool.tool_class, tool.left_share
    limit = life_limit(tool) if share is None else math.inf
    found = remaining_uses(
        tool.used, limit, machine=machine, wear=wear, wear_limit=kind.wear_limit_mm,
        lives=() if partial else lives,
    )  # fmt: skip
    if share is None or not math.isinf(found.middle):
        return found
    uses = tool.used / kind.per_part - 1  # the share was told before the newest part was cut
    if not partial and uses >= FEW_USES and share < 1:
        rest = uses * share / (1 - share) * kind.per_part
        return Remaining(rest / ROUGH, rest, rest * ROUGH, "machine")
    rest = share * life_limit(tool)
    return Remaining(rest / ROUGH, rest, rest * ROUGH, "limit")


def _machine(tool: Tool, hours: Sequence[ToolHour]) -> list[tuple[float, float]]:
    """(use, share left) once an hour; the share was told before the hour's last part was cut."""
    points, parts = [], 0
    for hour in hours:
        if hour.left_share is not None:
            points.append(((parts + hour.left_parts - 1) * tool.tool_class.per_part, hour.left_share))
        parts += hour.parts
    if not points:
        return []
    reported = tool.used - parts * tool.tool_class.per_part  # use the hours looked at do not hold
    return [(use + reported, share) for use, share in points]


def _wear(scope: Scope, tools: Sequence[Tool]) -> dict[int, list[tuple[float, float]]]:
    life = {tool.pk: tool.life_no for tool in tools}
    rows = ToolWear.objects.of(scope).filter(tool__in=list(life), wear_mm__isnull=False).order_by("used")
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row.life_no == life[row.tool_id] and row.wear_mm is not None:
            found[row.tool_id].append((row.used, row.wear_mm))
    return {key: points[-MAX_POINTS:] for key, points in found.items()}


def lives_of(scope: Scope, classes: Iterable[int]) -> Mapping[int, list[Life]]:
    """Class id -> its newest past lives that were counted from their begin."""
    rows = ToolLife.objects.of(scope).filter(
        tool_class__in=list(classes), ended_at__isnull=False, partial=False
    )
    found: dict[int, list[Life]] = defaultdict(list)
    for row in rows.order_by("-ended_at")[: MAX_LIVES * 40]:
        mine = found[row.tool_class_id]
        if len(mine) < MAX_LIVES and row.used > 0:
            mine.append(Life(row.used, row.end in ENDED_BY_WEAR))
    return found


def station_paces(line: LineInfo, hours: Sequence[ToolHour], now_us: int) -> dict[str, Pace]:
    """Station -> parts an hour of planned time, from the hours counted there (the busiest pocket tells)."""
    pockets: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for hour in hours:
        pockets[hour.station][hour.pocket][hour.hour_us] += hour.parts
    if not pockets:
        return {}
    first = min(hour.hour_us for hour in hours)
    planned = planned_spans(line, first, now_us)
    full = [h for h in range(first, now_us - HOUR_US + 1, HOUR_US)
            if planned_between(planned, h, h + HOUR_US) >= FULL_HOUR]  # fmt: skip
    found = {}
    for station, counts in pockets.items():
        begun = min(min(by_hour) for by_hour in counts.values())
        most = [max(by_hour.get(h, 0) for by_hour in counts.values()) for h in full if h > begun]
        pace = pace_of(most)
        if pace is not None:
            found[station] = pace
    return found


def plan_pace(line: LineInfo, station: str, now_us: int) -> Pace | None:
    """Parts an hour a station makes when the line keeps its plan: shared by the stations of its group."""
    mine = next((item for item in line.template.stations if item.code == station), None)
    if mine is None or line.plan <= 0:
        return None
    shifts = line.calendar.shifts(now_us, now_us + 7 * DAY_US)
    hours = sum(shift.planned_us for shift in shifts) / HOUR_US / max(len(shifts), 1)
    parallel = len(line.template.groups.get(mine.group, (mine,)))
    mean = line.plan / hours / parallel if hours else 0.0
    return Pace(mean, mean, 8) if mean > 0 else None


def planned_spans(line: LineInfo, start_us: int, end_us: int) -> Spans:
    """Planned time of the line's calendar in [start, end)."""
    return merged(span for shift in line.calendar.shifts(start_us, end_us) for span in shift.planned)


def forecast_score(scope: Scope, now: datetime, *, days: int = 30, org: str = "") -> ForecastScore:
    """Forecasts whose tools wore out in the last ``days``, all of them as they were said once a shift."""
    rows = ToolForecast.objects.of(scope).filter(
        ended_at__gte=now - timedelta(days=days), inside__isnull=False
    )
    rows = rows.filter(org=org) if org else rows
    facts = list(rows.values_list("inside", "due_at", "ended_at")[:10_000])
    misses = [abs((due - ended).total_seconds()) / 3600 for _inside, due, ended in facts if ended is not None]
    return ForecastScore(
        len(facts), sum(1 for inside, *_ in facts if inside), median(misses) if misses else None
    )
