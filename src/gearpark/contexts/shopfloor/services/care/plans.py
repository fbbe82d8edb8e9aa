"""Maintenance plans: what is done to which asset, by which trigger; limits of vibration zones."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from gearpark.base.ids import SIGNAL
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Line
from ...models.care import ConditionZone, MachineDay, MaintenancePlan, SparePart
from ...models.lines import MAX_CODE, MAX_NAME
from ...queries.line_types import shape_of
from ...types.care import CARE, CheckPoint, PlanWanted, Trigger
from .common import believable, named, owner

MAX_POINTS = 60
MAX_SPARES = 40
LONGEST = {Trigger.TIME: 3650.0, Trigger.COUNT: 1e9, Trigger.RUN_HOURS: 1e6}
MAX_HOLD_S = 86_400
FACTS = ("name_en", "name_zh", "line_id", "station", "asset", "trigger", "every", "warn_share", "signal", "limit",
         "release", "hold_s", "zone_id", "checklist", "spares", "minutes", "stops_line", "active")  # fmt: skip


def save_plan(scope: Scope, wanted: PlanWanted, at: datetime, *, org: str = "") -> int:
    """Make a plan or change the one of this code; a new one counts from ``at``. Returns its id.

    Problems: ``care.text_missing``, ``care.number_range``, ``care.trigger``, ``care.zone_unknown``, ``care.spare_unknown``,
    ``care.checklist``.
    """
    require(scope, CARE)
    mine = owner(scope, org)
    code = named("code", wanted.code, MAX_CODE)
    with acting(scope):
        facts = _facts(scope, mine, wanted)
        row = MaintenancePlan.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in FACTS} if row else None
        if row is None:
            row = MaintenancePlan(org=mine, code=code, counts_from=at, illustrative=wanted.illustrative)
        elif before == facts:
            return int(row.pk)
        again = before is None or (before["asset"], before["trigger"]) != (facts["asset"], facts["trigger"])
        for name, value in facts.items():
            setattr(row, name, value)
        if again:
            begin_count(scope, row, row.done_at or at)
        row.version += 1
        row.save()
        record(scope, "care.plan_saved", "care-plan", code, before, facts, org=mine, at=at)
        return int(row.pk)


def begin_count(scope: Scope, row: MaintenancePlan, at: datetime) -> None:
    """Parts or run hours begin anew at ``at``; what that day had before does not count. The caller saves."""
    row.counts_from, row.counted, row.offset, row.watch = at, 0.0, 0.0, {}
    day = MachineDay.objects.of(scope).filter(org=row.org, asset=row.asset, on=at.date()).first()
    if day is not None:
        row.offset = day.run_s / 3600 if row.trigger == Trigger.RUN_HOURS.value else float(day.parts)


def save_zone(
    scope: Scope, group: str, name_en: str, edition: str, limits: tuple[float, float, float], *, name_zh: str = "",
    unit: str = "mm/s", org: str = "", illustrative: bool = False,
) -> int:  # fmt: skip
    """Make or change the zone limits A/B, B/C, C/D of a machine group. Problem ``care.zone_order``."""
    require(scope, CARE)
    mine = owner(scope, org)
    for value in limits:
        believable("limit", value, 1e-6, 1e6)
    if not limits[0] < limits[1] < limits[2]:
        raise Problem("care.zone_order", "The limits A/B, B/C and C/D must grow; nothing was saved.")
    code = named("machine group", group, MAX_CODE)
    facts: dict[str, Any] = {"name_en": named("name", name_en, MAX_NAME), "name_zh": name_zh.strip()[:MAX_NAME],
             "edition": named("edition", edition, MAX_CODE), "ab": limits[0], "bc": limits[1], "cd": limits[2],
             "unit": named("unit", unit, 16)}  # fmt: skip
    with acting(scope):
        row = ConditionZone.objects.of(scope).filter(org=mine, group=code).select_for_update().first()
        before = {name: getattr(row, name) for name in facts} if row else None
        if row is None:
            row = ConditionZone(org=mine, group=code, illustrative=illustrative)
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "care.zone_saved", "zone-limits", code, before, facts, org=mine)
        return int(row.pk)


def _facts(scope: Scope, org: str, wanted: PlanWanted) -> dict[str, Any]:
    line, station = place_of(scope, org, wanted.asset)
    zone = ConditionZone.objects.of(scope).filter(org=org, group=wanted.zone).first() if wanted.zone else None
    if wanted.zone and zone is None:
        raise NotFound("care.zone_unknown", f"There is no machine group {wanted.zone!r} in {org}.")
    believable("announce at", wanted.warn_share, 0.01, 1.0)
    believable("duration", wanted.minutes, 0, 100_000)
    facts = {
        "name_en": named("name", wanted.name_en, MAX_NAME), "name_zh": wanted.name_zh.strip()[:MAX_NAME],
        "line_id": line.pk if line else None, "station": station, "asset": named("asset", wanted.asset, MAX_CODE),
        "trigger": wanted.trigger.value, "warn_share": wanted.warn_share, "zone_id": zone.pk if zone else None,
        "checklist": _points(wanted.checklist), "spares": _spares(scope, org, wanted), "minutes": wanted.minutes,
        "stops_line": wanted.stops_line, "active": wanted.active,
    }  # fmt: skip
    return facts | _trigger(wanted, zone)


def _trigger(wanted: PlanWanted, zone: ConditionZone | None) -> dict[str, Any]:
    """Interval or condition; a condition with a zone table and no limit of its own takes B/C, released at A/B."""
    none = {"every": None, "signal": "", "limit": None, "release": None, "hold_s": 0}
    if wanted.trigger is not Trigger.CONDITION:
        if wanted.every is None:
            raise Problem(
                "care.trigger", "Say after how many days, parts or run hours it is due; nothing was saved."
            )
        believable("interval", wanted.every, 1e-3, LONGEST[wanted.trigger])
        return none | {"every": wanted.every}
    limit = wanted.limit if wanted.limit is not None else (zone.bc if zone else None)
    release = (
        wanted.release
        if wanted.release is not None
        else (zone.ab if zone and wanted.limit is None else limit)
    )
    if limit is None or release is None or release > limit or not SIGNAL.fullmatch(wanted.signal):
        raise Problem(
            "care.trigger",
            "A condition needs a signal, a limit, and a release at or below the limit; nothing was saved.",
        )
    believable("limit", limit, -1e9)
    believable("release", release, -1e9)
    believable("holding time", wanted.hold_s, 0, MAX_HOLD_S)
    return none | {"signal": wanted.signal, "limit": limit, "release": release, "hold_s": wanted.hold_s}


def _points(points: tuple[CheckPoint, ...]) -> list[dict[str, Any]]:
    if len(points) > MAX_POINTS:
        raise Problem("care.checklist", f"A checklist has at most {MAX_POINTS} points; nothing was saved.")
    for point in points:
        named("point of the checklist", point.en or point.zh, MAX_NAME)
        backwards = point.low is not None and point.high is not None and point.low > point.high
        if point.kind not in ("check", "value") or backwards:
            raise Problem("care.checklist", f"The point {point.en!r} cannot be checked; nothing was saved.")
    return [asdict(point) for point in points]


def _spares(scope: Scope, org: str, wanted: PlanWanted) -> list[dict[str, Any]]:
    codes = [code for code, _quantity in wanted.spares]
    known = set(SparePart.objects.of(scope).filter(org=org, code__in=codes).values_list("code", flat=True))
    missing = sorted(set(codes) - known)
    if missing or len(codes) > MAX_SPARES:
        raise NotFound(
            "care.spare_unknown", f"There is no spare part {missing[0] if missing else codes[0]!r} that you may see.",
            item=missing[0] if missing else codes[0],
        )  # fmt: skip
    for _code, quantity in wanted.spares:
        believable("quantity", float(quantity), 1e-3, 1e6)
    return [{"code": code, "quantity": str(quantity)} for code, quantity in wanted.spares]


def place_of(scope: Scope, org: str, asset: str) -> tuple[Line | None, str]:
    """The line and station an asset stands in: (None, "") when it belongs to no line."""
    for row in Line.objects.of(scope).filter(org=org):
        if row.asset == asset:
            return row, ""
        bound = next((code for code, other in row.bindings.items() if other == asset), "")
        station = bound or (asset[len(row.asset) + 1 :] if asset.startswith(f"{row.asset}-") else "")
        if station in {device.code for device in shape_of(row).devices}:
            return row, station
    return None, ""
