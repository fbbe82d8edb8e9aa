"""Facts declared wrong: never edited, never deleted, only said to be wrong, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Serial
from ...models.trace import Fact as FactTable
from ...models.trace import FactError, Measured
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...types.trace import Fact
from ...types.work import QUALITY

LATE = "late data of the machine say otherwise"
Window = tuple[int, str, datetime, datetime]  # serial id, station, begin, end


def declare_wrong(scope: Scope, serial_id: int, at: datetime, thing_id: int, reason: str) -> None:
    """Declare one fact of a part wrong. It stays readable; traces leave it out.

    Problems ``trace.serial_unknown``, ``trace.fact_unknown``, ``trace.reason_missing``.
    """
    require(scope, QUALITY)
    why = reason.strip()[:MAX_NOTE]
    if not why:
        raise Problem("trace.reason_missing", "Say why the fact is wrong; nothing was changed.")
    with acting(scope):
        row = Serial.objects.of(scope).filter(pk=serial_id).first()
        if row is None:
            raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
        told = FactTable.objects.of(scope).filter(serial_id=serial_id, at=at, thing_id=thing_id).exists()
        measured = Measured.objects.of(scope).filter(serial_id=serial_id, at=at, keys__contains=[thing_id])
        if not told and not measured.exists():
            raise NotFound("trace.fact_unknown", "There is no such fact of this part.")
        _made, new = FactError.objects.of(scope).get_or_create(
            serial_id=serial_id,
            at=at,
            thing_id=thing_id,
            defaults={
                "org": row.org,
                "reason": why,
                "declared_by": scope.actor[:MAX_ACTOR],
                "declared_at": now_utc(),
            },
        )
        if new:
            after = {"at": at, "thing": thing_id, "reason": why}
            record(scope, "trace.fact_declared_wrong", "serial", row.serial, None, after, org=row.org)


def withdraw_carried(scope: Scope, facts: Mapping[int, Sequence[Fact]], windows: Sequence[Window]) -> int:
    """Declare wrong what was carried into a visit from before it and late data no longer bear out.

    facts    what is true of these parts now
    windows  the visits that were heard anew
    """
    if not windows:
        return 0
    true = {(key, fact.at, fact.kind.value, fact.key) for key, found in facts.items() for fact in found}
    columns = [list(column) for column in zip(*windows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT f.serial_id, f.at, f.thing_id, f.org, t.kind, t.key FROM"
            " unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) w(s, p, b, e)"
            " JOIN shopfloor_fact f ON f.serial_id = w.s AND f.at >= w.b AND f.at < w.e AND f.station = w.p"
            " JOIN shopfloor_thing t ON t.id = f.thing_id WHERE f.data @> '{\"carried\": true}'",
            columns,
        )
        stale = [row for row in cursor.fetchall() if (row[0], row[1], row[4], row[5]) not in true]
    made = [
        FactError(
            serial_id=serial, at=at, thing_id=thing, org=org, reason=LATE, declared_by=scope.actor[:MAX_ACTOR],
            declared_at=now_utc(),
        )
        for serial, at, thing, org, _kind, _key in stale
    ]  # fmt: skip
    FactError.objects.of(scope).bulk_create(made, ignore_conflicts=True)
    return len(made)
