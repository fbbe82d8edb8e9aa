"""Life studies as stored."""

from __future__ import annotations

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models.life import LifeStudy
from ..types.life import LifeRow, LifeSource, LifeStudyInfo

MAX_STUDIES = 200


def studies(scope: Scope) -> list[LifeStudyInfo]:
    """Studies of the scope by name."""
    return [_info(row) for row in LifeStudy.objects.of(scope).order_by("name")[:MAX_STUDIES]]


def study(scope: Scope, key: int) -> LifeStudyInfo:
    """One study. NotFound ``reliability.study_unknown``."""
    row = LifeStudy.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("reliability.study_unknown", "There is no such study that you may see.")
    return _info(row)


def _info(row: LifeStudy) -> LifeStudyInfo:
    return LifeStudyInfo(
        id=row.pk,
        org=row.org,
        name=row.name,
        design=row.design,
        product=row.product,
        source=LifeSource(row.source),
        unit=row.unit,
        note=row.note,
        rows=tuple(
            LifeRow(life, failed, upper, count, note) for life, upper, failed, count, note in row.rows
        ),
        revision=row.revision,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
