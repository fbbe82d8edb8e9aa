"""Tools: the list, one tool with everything that is known of it, one kind with its lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.care import Life, LifeFigures, Survival, life_figures, survival

from ...models.care import Tool, ToolClass, ToolForecast, ToolHour, ToolLife, ToolPreset, ToolWear
from ...types.care import ENDED_BY_WEAR, ToolDue, ToolPlace
from .. import setup
from .forecasts import MAX_LIVES, tool_due

MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ToolPage:
    """One tool: its row, its lives, presets, measured wear, forecasts; ``due`` while it stands in a pocket.

    track  (use, share of life left by the machine) of the running life, once an hour
    """

    tool: Tool
    lives: Sequence[ToolLife]
    presets: Sequence[ToolPreset]
    wear: Sequence[ToolWear]
    forecasts: Sequence[ToolForecast]
    track: Sequence[tuple[float, float]]
    due: ToolDue | None


@dataclass(frozen=True, slots=True)
class ClassPage:
    """One kind of tool with its newest lives; ``cost_part`` is what tools of this kind cost a part, CNY."""

    kind: ToolClass
    tools: int
    lives: Sequence[ToolLife]
    figures: LifeFigures
    survival: Survival
    cost_part: Decimal | None


def tool_rows(scope: Scope) -> QuerySet[Any]:
    """Tools with ``spent``, the share of the life limit that is used up."""
    limit = Coalesce(F("life_limit"), F("tool_class__life_limit"))
    return Tool.objects.of(scope).select_related("tool_class", "line").annotate(spent=F("used") / limit)


def class_rows(scope: Scope) -> QuerySet[Any]:
    """Kinds of tools with how many are in use and how many lives ended."""
    gone = Q(tools__place=ToolPlace.GONE.value)
    return ToolClass.objects.of(scope).annotate(
        n_tools=Count("tools", filter=~gone, distinct=True),
        n_mounted=Count("tools", filter=Q(tools__place=ToolPlace.STATION.value), distinct=True),
        n_lives=Count("lives", filter=Q(lives__ended_at__isnull=False), distinct=True),
    )


def class_choices(scope: Scope, org: str) -> list[tuple[str, str, str]]:
    """(code, English name, Chinese name) of an organisation's kinds of tools."""
    rows = ToolClass.objects.of(scope).filter(org=org)
    return list(rows.values_list("code", "name_en", "name_zh"))


def tool_page(scope: Scope, key: int, now: datetime) -> ToolPage:
    """Everything of one tool, or NotFound ``care.tool_unknown``."""
    row = tool_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.tool_unknown", "There is no such tool that you may see.")
    lives = list(ToolLife.objects.of(scope).filter(tool=row).select_related("line")[:MAX_SHOWN])
    wear = ToolWear.objects.of(scope).filter(tool=row, life_no=row.life_no)
    mounted = row.place == ToolPlace.STATION.value and row.line is not None
    due = tool_due(scope, setup.line_info(row.line), row, now) if mounted else None
    return ToolPage(
        tool=row,
        lives=lives,
        presets=list(ToolPreset.objects.of(scope).filter(tool=row)[:MAX_SHOWN]),
        wear=list(wear.order_by("-at", "-id")[:MAX_SHOWN]),
        forecasts=list(ToolForecast.objects.of(scope).filter(tool=row)[:MAX_SHOWN]),
        track=_track(scope, row),
        due=due,
    )


def _track(scope: Scope, row: Any) -> list[tuple[float, float]]:
    parts, found = 0, []
    for hour in ToolHour.objects.of(scope).filter(tool=row, life_no=row.life_no).order_by("hour_us"):
        parts += hour.parts
        if hour.left_share is not None:
            found.append((parts * row.tool_class.per_part, hour.left_share))
    return found


def spare_tools(scope: Scope, row: Tool) -> list[str]:
    """Serials of sharp tools of the same kind that could follow this one."""
    rows = Tool.objects.of(scope).filter(tool_class=row.tool_class_id, place=ToolPlace.STORE.value)
    usable = rows.filter(state__in=["new", "in_use"]).order_by("used", "serial")
    return list(usable.values_list("serial", flat=True)[:MAX_SHOWN])


def class_page(scope: Scope, key: int) -> ClassPage:
    """One kind of tool, or NotFound ``care.tool_class_unknown``."""
    kind = ToolClass.objects.of(scope).filter(pk=key).first()
    if kind is None:
        raise NotFound("care.tool_class_unknown", "There is no such kind of tool that you may see.")
    ended = (
        ToolLife.objects.of(scope)
        .filter(tool_class=kind, ended_at__isnull=False)
        .select_related("tool", "line")
    )
    rows = list(ended.order_by("-ended_at")[:MAX_LIVES])
    lives = [Life(row.used, row.end in ENDED_BY_WEAR) for row in rows if row.used > 0 and not row.partial]
    whole = [row for row in rows if not row.partial]
    parts = sum(row.used for row in whole) / kind.per_part
    cost = sum((row.cost_cny for row in whole), Decimal(0))
    return ClassPage(
        kind=kind,
        tools=Tool.objects.of(scope).filter(tool_class=kind).exclude(place=ToolPlace.GONE.value).count(),
        lives=rows[:MAX_SHOWN],
        figures=life_figures(lives),
        survival=survival(lives),
        cost_part=(cost / Decimal(parts)).quantize(Decimal("0.0001")) if parts else None,
    )
