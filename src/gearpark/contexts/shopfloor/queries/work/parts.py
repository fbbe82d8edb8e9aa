"""Parts that are held, and one part before a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models import OperationRun, Override, PartHold, Serial
from ...types.work import Decision, RunResult, RunSource, SerialStatus
from .route import Route, route_of

MAX_RUNS = 200


@dataclass(frozen=True, slots=True)
class HoldInfo:
    """One hold of a part, open or decided."""

    reason: str
    source: str
    held_by: str
    since_at: datetime
    decision: Decision | None
    decided_by: str
    decided_reason: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run of a part as lists show it."""

    op: int
    station: str
    attempt: int
    begun_at: datetime
    ended_at: datetime | None
    result: RunResult | None
    reason: str
    by: str
    source: RunSource


@dataclass(frozen=True, slots=True)
class OverrideInfo:
    """A signed override."""

    station: str
    op: int
    codes: tuple[str, ...]
    reason: str
    signed_by: str
    signed_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartInfo:
    """One part before a decision: where it stands, its runs, holds and overrides."""

    id: int
    org: str
    serial: str
    status: SerialStatus
    product: str
    order_id: int | None
    order: str
    line_asset: str
    line_template: str
    next_op: int | None
    rework_loops: int
    rework_limit: int
    route: Route
    runs: tuple[RunShown, ...]
    holds: tuple[HoldInfo, ...]
    overrides: tuple[OverrideInfo, ...]


def held_rows(scope: Scope) -> QuerySet[PartHold]:
    """Open holds of parts, oldest first."""
    return (
        PartHold.objects.of(scope)
        .filter(ended_at=None)
        .select_related("serial__product", "serial__order__line")
        .order_by("since_at", "pk")
    )


def decided_rows(scope: Scope, limit: int = 20) -> list[PartHold]:
    """Newest decisions."""
    rows = PartHold.objects.of(scope).filter(ended_at__isnull=False).select_related("serial__product")
    return list(rows.order_by("-ended_at", "-pk")[:limit])


def part(scope: Scope, key: int) -> PartInfo:
    """One part, or NotFound ``work.serial_unknown``."""
    row = Serial.objects.of(scope).select_related("product", "order__line").filter(pk=key).first()
    if row is None:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    runs = OperationRun.objects.of(scope).filter(serial=row).select_related("line").order_by("begun_at", "pk")
    found = list(runs[:MAX_RUNS])
    line = row.order.line if row.order is not None else (found[-1].line if found else None)
    return PartInfo(
        id=row.pk,
        org=row.org,
        serial=row.serial,
        status=SerialStatus(row.status),
        product=row.product.code,
        order_id=row.order_id,
        order=row.order.number if row.order is not None else "",
        line_asset=line.asset if line is not None else "",
        line_template=row.product.line_type,
        next_op=row.next_op,
        rework_loops=row.rework_loops,
        rework_limit=row.product.rework_limit,
        route=route_of(scope, row),
        runs=tuple(_run(run) for run in found),
        holds=tuple(
            HoldInfo(
                hold.reason,
                hold.source,
                hold.held_by,
                hold.since_at,
                Decision(hold.decision) if hold.decision else None,
                hold.decided_by,
                hold.decided_reason,
                hold.ended_at,
            )
            for hold in PartHold.objects.of(scope).filter(serial=row).order_by("-since_at", "-pk")
        ),
        overrides=tuple(
            OverrideInfo(
                item.station,
                item.op,
                tuple(item.codes),
                item.reason,
                item.signed_by,
                item.signed_at,
                item.used_at,
            )
            for item in Override.objects.of(scope).filter(serial=row).order_by("-signed_at")
        ),
    )


def _run(run: OperationRun) -> RunShown:
    return RunShown(
        run.op,
        run.station,
        run.attempt,
        run.begun_at,
        run.ended_at,
        RunResult(run.result) if run.result else None,
        run.reason,
        run.by,
        RunSource(run.source),
    )


def serial_id(scope: Scope, text: str, org: str = "") -> int | None:
    """Id of a part by its serial."""
    rows = Serial.objects.of(scope).filter(serial=text.strip())
    found = (rows.filter(org=org) if org else rows).values_list("pk", flat=True).first()
    return None if found is None else int(found)
