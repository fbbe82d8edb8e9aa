"""Sampling schemes, where their switching rules stand, and the lots they judged."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.quality.acceptance import Severity
from gearpark.engines.quality.plans import Plan, plan_for
from gearpark.kit.tenant import acting

from ...models.quality import InspectedLot, SamplingScheme
from ...types.quality import LotInfo, SchemeInfo


def scheme_rows(scope: Scope) -> Any:
    """Query set for the list."""
    return (
        SamplingScheme.objects.of(scope)
        .select_related("product")
        .annotate(lots=Count("inspected"))
        .order_by("code")
    )


def schemes(scope: Scope) -> list[SchemeInfo]:
    """Schemes by code."""
    with acting(scope):
        return [scheme_info(row) for row in scheme_rows(scope)]


def scheme(scope: Scope, key: int) -> SchemeInfo:
    """One scheme, or NotFound ``quality.scheme_missing``. Needs ``acting``."""
    row = scheme_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("quality.scheme_missing", "There is no such sampling scheme that you may see.")
    return scheme_info(row)


def scheme_info(row: SamplingScheme) -> SchemeInfo:
    """Row -> plain data."""
    return SchemeInfo(
        id=row.pk,
        org=row.org,
        code=row.code,
        title=row.title,
        product=row.product.code if row.product else "",
        supplier=row.supplier,
        level=row.level,
        aql=row.aql,
        steady=row.steady,
        authorised=row.authorised,
        severity=row.severity,
        score=row.score,
        rejected=row.rejected,
        recent=tuple(bool(item) for item in row.recent),
        active=row.active,
        lots=getattr(row, "lots", 0),
    )


def lot_rows(scope: Scope, key: int, most: int = 200) -> list[LotInfo]:
    """Lots of a scheme, newest first. Needs ``acting``."""
    rows = InspectedLot.objects.of(scope).filter(scheme_id=key).order_by("-at", "-id")[:most]
    return [
        LotInfo(
            id=row.pk,
            lot=row.lot,
            size=row.size,
            severity=row.severity,
            code=row.code,
            sample=row.sample,
            ac=row.ac,
            re=row.re,
            found=row.found,
            accepted=row.accepted,
            resubmitted=row.attempt > 1,
            severity_after=row.severity_after,
            note=row.note,
            by=row.by,
            at=row.at,
        )
        for row in rows
    ]


def next_plan(info: SchemeInfo, size: int) -> Plan:
    """What the next lot of this size is inspected by. Problem ``quality.discontinued`` while inspection is stopped."""
    if info.severity == Severity.DISCONTINUED:
        raise Problem(
            "quality.discontinued",
            "Inspection was discontinued after too many rejected lots. Resume it when the supplier has improved.",
            status=409,
        )
    return plan_for(size, info.level, info.aql, info.severity)
