"""Maintenance orders: opened by people, plans, alarms and calls; planned, worked through, finished."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from gearpark.base.ids import asset_id
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.care import MaintenanceOrder, MaintenancePlan
from ...models.care.files import MAX_ACTOR
from ...models.care.maintenance import MAX_TEXT
from ...models.care.tools import MAX_NOTE
from ...models.lines import MAX_NAME
from ...types.care import CARE, OPEN_JOBS, JobKind, JobStatus, JobWanted
from .common import FLOOR, believable, named, owner, require_one
from .plans import begin_count, place_of
from .spares import free_reservations, locked_spare, set_reservation

OPEN = [status.value for status in OPEN_JOBS]
MAX_MINUTES = 100_000
MAX_PRIORITY = 100


def open_job(scope: Scope, wanted: JobWanted, at: datetime, *, org: str = "") -> str:
    """Open a maintenance order; returns its number. A source (alarm, call) that has one gets that one.

    Problems: ``base.asset_id``, ``care.text_missing``, ``care.number_range``.
    """
    require_one(scope, *FLOOR)
    mine = owner(scope, org)
    asset_id(wanted.asset)
    believable("priority", wanted.priority, 0, MAX_PRIORITY)
    believable("duration", wanted.minutes, 0, MAX_MINUTES)
    with acting(scope):
        known = _by_source(scope, mine, wanted.source_key)
        if known is not None:
            return str(known.number)
        line, station = place_of(scope, mine, wanted.asset)
        row = MaintenanceOrder(
            org=mine, kind=wanted.kind.value, title=named("what", wanted.title, MAX_NAME), text=wanted.text[:MAX_TEXT],
            priority=wanted.priority, line=line, station=station, asset=wanted.asset, source=wanted.source,
            source_key=wanted.source_key, minutes=wanted.minutes, planned_at=wanted.planned_at,
            assigned_to=wanted.assigned_to.strip()[:MAX_ACTOR],
            status=(JobStatus.PLANNED if wanted.planned_at else JobStatus.OPEN).value,
        )  # fmt: skip
        return _opened(scope, row, at)


def open_planned(
    scope: Scope, plan: MaintenancePlan, at: datetime, planned_at: datetime | None, *, kind: JobKind, text: str = "",
    source_key: str = "",
) -> str:  # fmt: skip
    """Open the order of a plan that is due, with its checklist and what can be reserved of its spare parts."""
    with acting(scope):
        standing = MaintenanceOrder.objects.of(scope).filter(plan=plan, status__in=OPEN).first()
        known = standing or _by_source(scope, plan.org, source_key)
        if known is not None:
            return str(known.number)
        row = MaintenanceOrder(
            org=plan.org, plan=plan, kind=kind.value, title=plan.name_en, text=text[:MAX_TEXT], line=plan.line,
            station=plan.station, asset=plan.asset, source="plan", source_key=source_key, minutes=plan.minutes,
            planned_at=planned_at, checklist=[dict(point) for point in plan.checklist],
            priority=70 if kind is JobKind.CONDITION else 50, illustrative=plan.illustrative,
        )  # fmt: skip
        number = _opened(scope, row, at)
        for item in sorted(plan.spares, key=lambda item: str(item["code"])):
            part = locked_spare(scope, item["code"], plan.org)
            free = part.stock - part.reserved
            wanted = min(Decimal(item["quantity"]), free)
            if wanted > 0:
                set_reservation(scope, part, row, wanted)
        return number


def _opened(scope: Scope, row: MaintenanceOrder, at: datetime) -> str:
    row.opened_at, row.opened_by = at, scope.actor[:MAX_ACTOR]
    row.number = f"new-{row.org}"[:50]
    row.save(force_insert=True)
    row.number = f"MO-{row.pk:06d}"
    row.save(update_fields=["number"])
    after = {"asset": row.asset, "kind": row.kind, "title": row.title, "source": row.source}
    record(scope, "care.job_opened", "care-order", row.number, None, after, org=row.org, at=at)
    return row.number


def _by_source(scope: Scope, org: str, key: str) -> MaintenanceOrder | None:
    return MaintenanceOrder.objects.of(scope).filter(org=org, source_key=key).first() if key else None


def plan_job(
    scope: Scope, number: str, at: datetime, *, planned_at: datetime | None, minutes: int, assigned_to: str = "",
    priority: int | None = None, version: int | None = None,
) -> None:  # fmt: skip
    """Say when and by whom an order is done; without a time it is open again.

    Problems: ``care.job_unknown``, ``care.job_over``, ``care.changed_meanwhile``, ``care.number_range``.
    """
    require(scope, CARE)
    believable("duration", minutes, 0, MAX_MINUTES)
    with acting(scope):
        row = _standing(scope, number, version)
        before = _facts(row)
        row.planned_at, row.minutes, row.assigned_to = planned_at, minutes, assigned_to.strip()[:MAX_ACTOR]
        if priority is not None:
            row.priority = int(believable("priority", priority, 0, MAX_PRIORITY))
        if row.status != JobStatus.IN_PROGRESS.value:
            row.status = (JobStatus.PLANNED if planned_at else JobStatus.OPEN).value
        _saved(scope, row, "care.job_planned", before, at)


def start_job(scope: Scope, number: str, at: datetime, *, version: int | None = None) -> None:
    """Work on an order begins. Problems ``care.job_unknown``, ``care.job_over``, ``care.changed_meanwhile``."""
    require(scope, CARE)
    with acting(scope):
        row = _standing(scope, number, version)
        if row.status == JobStatus.IN_PROGRESS.value:
            return
        before = _facts(row)
        row.status, row.started_at = JobStatus.IN_PROGRESS.value, row.started_at or at
        row.assigned_to = row.assigned_to or scope.actor[:MAX_ACTOR]
        _saved(scope, row, "care.job_started", before, at)


def check_point(
    scope: Scope, number: str, index: int, at: datetime, *, done: bool = False, value: float | None = None
) -> bool:
    """Tick off a point of the checklist, or write down its value; returns whether the point is good.

    Problems: ``care.job_unknown``, ``care.job_over``, ``care.no_such_point``, ``care.number_range``.
    """
    require(scope, CARE)
    with acting(scope):
        row = _standing(scope, number, None)
        if not 0 <= index < len(row.checklist):
            raise NotFound("care.no_such_point", f"Order {number} has no such point on its checklist.")
        point: dict[str, Any] = row.checklist[index]
        if point["kind"] == "value" and value is not None:
            believable("value", value, -1e9)
            low, high = point.get("low"), point.get("high")
            point["value"] = value
            point["good"] = (low is None or value >= low) and (high is None or value <= high)
        else:
            point["good"] = done
            point.pop("value", None)
        point["done"] = done or value is not None
        point["by"], point["at"] = scope.actor[:MAX_ACTOR], at.isoformat()
        row.version += 1
        row.save()
        after = {name: point.get(name) for name in ("done", "value", "good")}
        record(scope, "care.job_checked", "care-order", f"{number}#{index}", None, after, org=row.org, at=at)
        return bool(point["good"])


def finish_job(
    scope: Scope, number: str, at: datetime, *, labour_min: int, downtime_min: int, cause: str = "", remedy: str = "",
    version: int | None = None,
) -> None:  # fmt: skip
    """The work is done: its plan counts anew, what was reserved and not taken is free.

    Problems: ``care.job_unknown``, ``care.job_over``, ``care.checklist_open``, ``care.remedy_missing`` (a breakdown, or a
    point that was not good), ``care.number_range``, ``care.changed_meanwhile``.
    """
    require(scope, CARE)
    believable("work", labour_min, 0, MAX_MINUTES)
    believable("downtime", downtime_min, 0, MAX_MINUTES)
    with acting(scope):
        row = _standing(scope, number, version)
        before = _facts(row)
        undone = [point for point in row.checklist if not point.get("done")]
        if undone:
            raise Problem(
                "care.checklist_open", f"{len(undone)} points of the checklist are not done yet; nothing was saved.",
                points=len(undone),
            )  # fmt: skip
        bad = any(not point.get("good") for point in row.checklist)
        if not remedy.strip() and (bad or row.kind == JobKind.CORRECTIVE.value):
            raise Problem("care.remedy_missing", "Say in a few words what was done; nothing was saved.")
        row.status, row.ended_at, row.ended_by = JobStatus.DONE.value, at, scope.actor[:MAX_ACTOR]
        row.started_at = row.started_at or at
        row.labour_min, row.downtime_min = labour_min, downtime_min
        row.cause, row.remedy = cause.strip()[:MAX_NOTE], remedy.strip()[:MAX_NOTE]
        free_reservations(scope, row)
        if row.plan_id is not None:
            plan = MaintenancePlan.objects.of(scope).select_for_update().get(pk=row.plan_id)
            plan.done_at = at
            begin_count(scope, plan, at)
            plan.version += 1
            plan.save()
        _saved(scope, row, "care.job_done", before, at)


def cancel_job(scope: Scope, number: str, at: datetime, reason: str, *, version: int | None = None) -> None:
    """The order will not be done. Problems ``care.job_unknown``, ``care.job_over``, ``care.reason_missing``."""
    require(scope, CARE)
    if not reason.strip():
        raise Problem("care.reason_missing", "Say why; nothing was changed.")
    with acting(scope):
        row = _standing(scope, number, version)
        before = _facts(row)
        row.status, row.ended_at, row.ended_by = JobStatus.CANCELLED.value, at, scope.actor[:MAX_ACTOR]
        row.remedy = reason.strip()[:MAX_NOTE]
        free_reservations(scope, row)
        _saved(scope, row, "care.job_cancelled", before, at)


def _standing(scope: Scope, number: str, version: int | None) -> MaintenanceOrder:
    rows = MaintenanceOrder.objects.of(scope).filter(number=number).select_related("plan")
    row: MaintenanceOrder | None = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound(
            "care.job_unknown", f"There is no maintenance order {number!r} that you may see.", number=number
        )
    if row.status not in OPEN:
        raise Problem(
            "care.job_over",
            f"Order {number} is {row.status}; nothing was changed.",
            number=number,
            status=409,
        )
    if version is not None and version != row.version:
        raise Problem(
            "care.changed_meanwhile", f"Somebody else changed {number} in the meantime; look at it again.", status=409,
            number=number,
        )  # fmt: skip
    return row


def _facts(row: MaintenanceOrder) -> dict[str, Any]:
    names = (
        "status",
        "planned_at",
        "minutes",
        "assigned_to",
        "priority",
        "labour_min",
        "downtime_min",
        "cause",
        "remedy",
    )
    return {name: getattr(row, name) for name in names}


def _saved(scope: Scope, row: MaintenanceOrder, action: str, before: dict[str, Any], at: datetime) -> None:
    row.version += 1
    row.save()
    record(scope, action, "care-order", row.number, before, _facts(row), org=row.org, at=at)
