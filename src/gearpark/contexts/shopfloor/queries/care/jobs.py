"""Maintenance orders: the list, the board, the calendar, one order; spare parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.care import MaintenanceOrder, SpareMovement, SparePart, SpareReservation
from ...types.care import OPEN_JOBS, JobStatus

MAX_CARDS = 60
DONE_DAYS = 7
MAX_MOVEMENTS = 200
OPEN = [status.value for status in OPEN_JOBS]


@dataclass(frozen=True, slots=True)
class JobPage:
    """One order with what was taken for it and what is kept for it."""

    job: MaintenanceOrder
    movements: Sequence[SpareMovement]
    reservations: Sequence[SpareReservation]
    call: int | None


@dataclass(frozen=True, slots=True)
class SparePage:
    """One spare part with its newest movements and who reserved it."""

    part: SparePart
    movements: Sequence[SpareMovement]
    reservations: Sequence[SpareReservation]


def job_rows(scope: Scope) -> QuerySet[MaintenanceOrder]:
    return MaintenanceOrder.objects.of(scope).select_related("plan", "line")


def job_board(scope: Scope, now: datetime) -> dict[JobStatus, list[MaintenanceOrder]]:
    """Standing orders by status, urgent ones first, and those done in the last days. Two SQL queries."""
    found: dict[JobStatus, list[MaintenanceOrder]] = {status: [] for status in (*OPEN_JOBS, JobStatus.DONE)}
    standing = job_rows(scope).filter(status__in=OPEN)
    for row in standing.order_by("-priority", F("planned_at").asc(nulls_last=True), "opened_at")[
        : MAX_CARDS * 3
    ]:
        found[JobStatus(row.status)].append(row)
    done = job_rows(scope).filter(status=JobStatus.DONE.value, ended_at__gte=now - timedelta(days=DONE_DAYS))
    found[JobStatus.DONE] = list(done.order_by("-ended_at")[:MAX_CARDS])
    return found


def planned_jobs(scope: Scope, start: datetime, end: datetime) -> list[MaintenanceOrder]:
    """Orders planned for [start, end), or done then, by time."""
    rows = job_rows(scope).exclude(status=JobStatus.CANCELLED.value)
    return list(rows.filter(planned_at__gte=start, planned_at__lt=end).order_by("planned_at")[:500])


def job_page(scope: Scope, number: str) -> JobPage:
    """Everything of one order, or NotFound ``care.job_unknown``."""
    row = job_rows(scope).filter(number=number).first()
    if row is None:
        raise NotFound(
            "care.job_unknown", f"There is no maintenance order {number!r} that you may see.", number=number
        )
    movements = SpareMovement.objects.of(scope).filter(order=row).select_related("part")
    kept = SpareReservation.objects.of(scope).filter(order=row).select_related("part").order_by("part__code")
    call: Any = row.calls.model.objects.of(scope).filter(job=row).values_list("pk", flat=True).first()
    return JobPage(row, list(movements[:MAX_MOVEMENTS]), list(kept), call)


def spare_rows(scope: Scope) -> QuerySet[Any]:
    """Spare parts with ``free`` (not reserved) and ``to_order`` (what brings the stock to its maximum, when it is low)."""
    return SparePart.objects.of(scope).annotate(free=F("stock") - F("reserved"))


def reorder_rows(scope: Scope) -> QuerySet[Any]:
    """Parts whose free stock is below their minimum."""
    return spare_rows(scope).filter(free__lt=F("minimum"))


def spare_page(scope: Scope, key: int) -> SparePage:
    """Everything of one spare part, or NotFound ``care.spare_unknown``."""
    row = spare_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.spare_unknown", "There is no such spare part that you may see.")
    movements = SpareMovement.objects.of(scope).filter(part=row).select_related("order")
    kept = SpareReservation.objects.of(scope).filter(part=row).select_related("order")
    return SparePage(row, list(movements[:MAX_MOVEMENTS]), list(kept))


def parts_for(scope: Scope, org: str, asset: str, type_code: str) -> list[SparePart]:
    """Spare parts of an organisation, those that fit the asset or its type first."""
    rows = list(SparePart.objects.of(scope).filter(org=org).order_by("code")[:500])
    return sorted(rows, key=lambda row: not ({asset, type_code} & set(row.used_in)))
