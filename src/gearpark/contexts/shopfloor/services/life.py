"""Life data entered and kept: one study a design."""

from __future__ import annotations

from collections.abc import Sequence

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.reliability import Life, plot_points
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_NAME
from ..models.life import LifeStudy
from ..models.work import MAX_ACTOR, MAX_NOTE
from ..types.life import LifeRow, LifeStudyWanted
from ..types.work import QUALITY

MAX_ROWS = 5_000


def save_study(scope: Scope, wanted: LifeStudyWanted, key: int | None = None) -> int:
    """Make a study or replace one's data; returns its id.

    Problems ``reliability.study``, ``reliability.life``, ``reliability.study_changed``, ``reliability.study_unknown``.
    """
    require(scope, QUALITY)
    rows = _checked(wanted)
    with acting(scope):
        studies = LifeStudy.objects.of(scope)
        row = studies.filter(pk=key).select_for_update().first() if key else LifeStudy(org=scope.org)
        if row is None:
            raise NotFound("reliability.study_unknown", "There is no such study that you may see.")
        if key and row.revision != wanted.revision:
            raise Problem(
                "reliability.study_changed",
                f"{row.changed_by} changed the study meanwhile; look at it and save again.",
                status=409,
                by=row.changed_by,
            )
        if studies.filter(org=row.org, name=wanted.name.strip()).exclude(pk=row.pk).exists():
            raise Problem(
                "reliability.study", f"There is a study named {wanted.name.strip()!r} already.", status=409
            )
        before = {"lives": len(row.rows), "revision": row.revision} if key else None
        row.name, row.design = wanted.name.strip(), wanted.design.strip()
        row.product, row.source, row.unit = wanted.product.strip(), wanted.source.value, wanted.unit.strip()
        row.note, row.rows = wanted.note.strip()[:MAX_NOTE], rows
        row.revision = row.revision + 1 if key else 1
        row.changed_by, row.changed_at = scope.actor[:MAX_ACTOR], now_utc()
        row.save()
        after = {"lives": len(rows), "revision": row.revision, "design": row.design}
        record(scope, "reliability.study_saved", "life-study", row.name, before, after, org=row.org)
        return int(row.pk)


def _checked(wanted: LifeStudyWanted) -> list[list[object]]:
    texts = (wanted.name.strip(), wanted.design.strip(), wanted.unit.strip())
    if not all(texts) or max(map(len, texts[:2])) > MAX_NAME or len(texts[2]) > 20:
        raise Problem(
            "reliability.study", "A study needs a name, a design and the unit its lives are counted in."
        )
    if not 1 <= len(wanted.rows) <= MAX_ROWS:
        raise Problem("reliability.study", f"A study holds 1 to {MAX_ROWS} rows of lives.")
    plot_points(lives_of(wanted.rows))  # refuses what is no life
    return [[row.life, row.upper, row.failed, row.count, row.note[:200]] for row in wanted.rows]


def lives_of(rows: Sequence[LifeRow]) -> list[Life]:
    """Rows as the engine wants them."""
    return [Life(row.life, row.failed, row.upper, row.count) for row in rows]


def delete_study(scope: Scope, key: int) -> str:
    """Remove a study; returns its name. NotFound ``reliability.study_unknown``."""
    require(scope, QUALITY)
    with acting(scope):
        row = LifeStudy.objects.of(scope).filter(pk=key).first()
        if row is None:
            raise NotFound("reliability.study_unknown", "There is no such study that you may see.")
        name, before = row.name, {"lives": len(row.rows), "design": row.design, "rows": row.rows[:200]}
        row.delete()
        record(scope, "reliability.study_deleted", "life-study", name, before, None, org=row.org)
        return name
