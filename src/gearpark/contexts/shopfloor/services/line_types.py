"""A firm's own line types: saved in revisions that never change, retired, and lines moved to the newest one."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import read_template
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import ScopedQuerySet, acting, require

from ..models import MAX_NAME, MAX_PATH, Line, LineType
from ..queries.line_types import line_type, shape_by_digest
from ..types import EDIT, LineChanged
from ..types.line_types import LineTypeInfo
from .setup import fitting, owner_of

MAX_TYPES = 100  # own line types of a firm
MAX_REVISIONS = 500  # of one type
MAX_ACTOR = 160


def save_line_type(scope: Scope, text: str, *, note: str = "", org: str = "") -> LineTypeInfo:
    """Check a document and keep it as the newest revision of its code. The same document again changes nothing.

    Problems: ``lines.template_broken``, ``lines.template_too_big``, ``shopfloor.too_many_line_types``.
    """
    require(scope, EDIT)
    owner = owner_of(scope, org)
    clean = text.replace("\r\n", "\n").replace("\x00", "")
    shape = read_template(clean)
    digest = hashlib.sha256(clean.encode()).hexdigest()
    with acting(scope):
        rows = LineType.objects.of(scope).filter(org=owner).select_for_update()
        mine = list(rows.filter(code=shape.code).order_by("-revision").defer("document"))
        if mine and mine[0].digest == digest and not mine[0].retired:
            return line_type(scope, shape.code, owner)
        if (not mine and rows.values("code").distinct().count() >= MAX_TYPES) or len(mine) >= MAX_REVISIONS:
            raise Problem(
                "shopfloor.too_many_line_types",
                f"A firm keeps at most {MAX_TYPES} line types of its own, each in at most {MAX_REVISIONS} revisions.",
            )
        row = LineType(
            org=owner,
            code=shape.code,
            revision=mine[0].revision + 1 if mine else 1,
            title_en=shape.title_en[:MAX_NAME],
            title_zh=shape.title_zh[:MAX_NAME],
            document=clean,
            digest=digest,
            note=note.strip()[:MAX_PATH],
            saved_by=scope.actor[:MAX_ACTOR],
        )
        _keep(row)
        _of_code(scope, owner, shape.code).update(retired=False)
        before = {"revision": mine[0].revision, "digest": mine[0].digest} if mine else None
        after = {"revision": row.revision, "digest": digest, "note": row.note}
        record(scope, "shopfloor.line_type_saved", "line type", shape.code, before, after, org=owner)
        return line_type(scope, shape.code, owner)


def retire_line_type(scope: Scope, code: str, *, org: str = "", back: bool = False) -> None:
    """No new line can choose the type any more; lines that have it keep it. ``back``: it can be chosen again."""
    require(scope, EDIT)
    owner = owner_of(scope, org)
    with acting(scope):
        row = _newest(scope, owner, code)
        if row.retired == (not back):
            return
        _of_code(scope, owner, code).update(retired=not back)
        record(scope, "shopfloor.line_type_retired", "line type", code, {"retired": back}, {"retired": not back},
               org=owner)  # fmt: skip


def move_lines(scope: Scope, code: str, *, org: str = "") -> list[str]:
    """Move every line of the firm's own type to its newest revision; returns their assets.

    Problems as of ``save_line``: nothing is moved when one line does not fit.
    """
    require(scope, EDIT)
    owner = owner_of(scope, org)
    with acting(scope):
        newest = _newest(scope, owner, code)
        shape = shape_by_digest(scope, newest.digest)
        rows = (
            Line.objects.of(scope)
            .filter(org=owner, template=code)
            .exclude(type_digest__in=["", newest.digest])
        )
        moved = []
        for row in rows.select_for_update():
            fitting(shape, row.bottleneck, row.bindings)
            before, row.type_digest = row.type_digest, newest.digest
            row.revision += 1
            row.save()
            record(scope, "shopfloor.line_type_moved", "line", row.asset, {"digest": before},
                   {"digest": newest.digest, "revision": newest.revision}, org=owner)  # fmt: skip
            tell(LineChanged(owner, row.asset))
            moved.append(row.asset)
        return moved


def _keep(row: LineType) -> None:
    """Store a revision; somebody who stored the same number at the same moment goes first."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Problem(
            "kit.conflict",
            f"Somebody kept revision {row.revision} of {row.code} at the same moment; look at it, then send yours again.",
            status=409,
        ) from error


def _of_code(scope: Scope, owner: str, code: str) -> ScopedQuerySet[LineType]:
    return LineType.objects.of(scope).filter(org=owner, code=code)


def _newest(scope: Scope, owner: str, code: str) -> LineType:
    row = _of_code(scope, owner, code).order_by("-revision").defer("document").select_for_update().first()
    if row is None:
        raise NotFound("lines.template_unknown", f"There is no line type {code!r} of your own.", known=[])
    return row
