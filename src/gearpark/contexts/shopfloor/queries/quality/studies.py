"""Gauge studies as stored."""

from __future__ import annotations

from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models.quality import GaugeStudy
from ...types.quality import StudyInfo, StudyKind


def study_rows(scope: Scope) -> Any:
    """Query set for the list."""
    return GaugeStudy.objects.of(scope)


def studies(scope: Scope, most: int = 50) -> list[StudyInfo]:
    """Studies, newest first."""
    with acting(scope):
        return [study_info(row) for row in GaugeStudy.objects.of(scope).order_by("-made_at")[:most]]


def study(scope: Scope, key: int) -> StudyInfo:
    """One study, or NotFound ``quality.study_missing``."""
    with acting(scope):
        row = GaugeStudy.objects.of(scope).filter(pk=key).first()
        if row is None:
            raise NotFound("quality.study_missing", "There is no such gauge study that you may see.")
        return study_info(row)


def study_info(row: GaugeStudy) -> StudyInfo:
    """Row -> plain data."""
    return StudyInfo(
        id=row.pk,
        org=row.org,
        kind=StudyKind(row.kind),
        title=row.title,
        gauge=row.gauge,
        characteristic=row.characteristic,
        rows=tuple(row.rows),
        options=dict(row.options),
        result=dict(row.result),
        verdict=row.verdict,
        data_hash=row.data_hash,
        made_by=row.made_by,
        made_at=row.made_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        line_asset=row.line_asset,
    )
