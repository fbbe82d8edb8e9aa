"""Potlines as they are set up."""

from __future__ import annotations

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Potline
from ..types import Kpi, PotlineInfo, Target


def potlines(scope: Scope) -> list[PotlineInfo]:
    """Lines of the scope by organisation and code."""
    return [info_of(row) for row in Potline.objects.of(scope)]


def potline(scope: Scope, code: str) -> PotlineInfo:
    """One line, or NotFound ``potline.line_unknown``."""
    row = Potline.objects.of(scope).filter(code=code).first()
    if row is None:
        raise NotFound("potline.line_unknown", f"There is no potline {code[:40]!r} that you may see.")
    return info_of(row)


def info_of(row: Potline) -> PotlineInfo:
    return PotlineInfo(
        id=row.pk,
        org=row.org,
        code=row.code,
        name_en=row.name_en,
        name_zh=row.name_zh,
        cells=row.cells,
        rooms=row.rooms,
        targets={Kpi(name): Target(*pair) for name, pair in row.targets.items()},
        revision=row.revision,
        set_points=row.set_points,
    )
