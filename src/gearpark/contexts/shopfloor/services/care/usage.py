"""How far tools are used: reports of people, measured wear, and the sum of both with what machines counted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting

from ...models.care import Tool, ToolHour, ToolLife, ToolWear
from ...queries.care.blocks import at_limit
from ...types.care import ToolPlace, ToolState
from .common import FLOOR, believable, require_one

MAX_WEAR_MM = 10.0


def report_usage(scope: Scope, serial: str, added: float, at: datetime, key: str = "") -> float:
    """Add use (in the class's unit) to the life a tool is in; returns the life used so far.

    ``key`` makes it safe to repeat: a report with a key the tool has heard already changes nothing.
    Problems: ``care.tool_unknown``, ``care.tool_gone``, ``care.number_range``.
    """
    require_one(scope, *FLOOR)
    believable("use", added)
    return _report(scope, serial, at, added=added, wear_mm=None, key=key)


def measure_wear(scope: Scope, serial: str, wear_mm: float, at: datetime, key: str = "") -> float:
    """Keep a measured flank wear; at or beyond the class's limit the tool is worn. Returns the life used so far."""
    require_one(scope, *FLOOR)
    believable("wear", wear_mm, 0.0, MAX_WEAR_MM)
    return _report(scope, serial, at, added=0.0, wear_mm=wear_mm, key=key)


def _report(
    scope: Scope, serial: str, at: datetime, *, added: float, wear_mm: float | None, key: str
) -> float:
    with acting(scope):
        row = locked_tool(scope, serial)
        if row.place == ToolPlace.GONE.value:
            raise Problem("care.tool_gone", f"Tool {serial} is out of use; nothing was saved.", serial=serial)
        if key and ToolWear.objects.of(scope).filter(tool=row, key=key).exists():
            return float(row.used)
        ToolWear(
            org=row.org, tool=row, life_no=row.life_no, at=at, used=row.used + added, added=added,
            wear_mm=wear_mm, key=key, by=scope.actor,
        ).save(force_insert=True)  # fmt: skip
        before = {"used": row.used, "state": row.state}
        limit = row.tool_class.wear_limit_mm
        if wear_mm is not None and limit is not None and wear_mm >= limit:
            row.state = ToolState.WORN.value
        row.version += 1
        settle(scope, row)
        after = {"used": row.used, "state": row.state, "added": added, "wear_mm": wear_mm}
        record(scope, "care.tool_used", "tool", serial, before, after, org=row.org, at=at)
        return float(row.used)


def locked_tool(scope: Scope, serial: str) -> Tool:
    """The tool's row, locked for this transaction; NotFound ``care.tool_unknown``."""
    rows = Tool.objects.of(scope).filter(serial=serial).select_related("tool_class")
    row: Tool | None = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound("care.tool_unknown", f"There is no tool {serial!r} that you may see.", serial=serial)
    return row


def settle(scope: Scope, row: Tool) -> None:
    """Set ``used`` of the running life from reports and counted hours, and the state that follows; saves the row."""
    row.used = life_used(scope, row, row.life_no)
    if row.state in (ToolState.NEW.value, ToolState.IN_USE.value):
        if at_limit(row):
            row.state = ToolState.WORN.value
        elif row.used > 0 or row.place == ToolPlace.STATION.value:
            row.state = ToolState.IN_USE.value
    row.save()
    ToolLife.objects.of(scope).filter(tool=row, life_no=row.life_no).update(used=row.used)


def life_used(scope: Scope, row: Tool, life_no: int) -> float:
    """Use of one life: what people reported and what its machines counted."""
    counted = ToolHour.objects.of(scope).filter(tool=row, life_no=life_no).aggregate(all=Sum("parts"))
    told = ToolWear.objects.of(scope).filter(tool=row, life_no=life_no).aggregate(all=Sum("added"))
    return float(told["all"] or 0.0) + float(counted["all"] or 0) * row.tool_class.per_part
