"""Recall cases as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import parse_iso

from ...models import PartHold
from ...models.recall import Recall, RecallPart
from ...types.trace import Cause, FactKind
from ...types.work import SerialStatus


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    counts  parts by status when it was opened; ``now`` by status now; ``held`` parts this case put on hold so far
    """

    id: int
    org: str
    name: str
    cause: Cause
    reason: str
    parts: int
    counts: dict[str, int]
    now: dict[str, int]
    held: int
    to_hold: int
    hold_by: str
    hold_done: bool
    opened_by: str
    opened_at: datetime
    closed_by: str
    closed_at: datetime | None
    closed_note: str


def recall_rows(scope: Scope) -> QuerySet[Recall]:
    """Cases, newest first."""
    return Recall.objects.of(scope).order_by("-opened_at", "-pk")


def recall_case(scope: Scope, key: int) -> Case:
    """One case. NotFound ``trace.recall_unknown``. Three SQL queries."""
    row = Recall.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("trace.recall_unknown", "There is no such case that you may see.")
    by_status = RecallPart.objects.of(scope).filter(recall=row).values_list("serial__status")
    now = dict(by_status.annotate(n=Count("serial_id")).order_by("serial__status"))
    held = PartHold.objects.of(scope).filter(source=f"recall:{row.pk}").aggregate(n=Count("pk"))["n"]
    can = now.get(SerialStatus.OPEN.value, 0) + now.get(SerialStatus.GOOD.value, 0)
    return Case(
        id=row.pk, org=row.org, name=row.name, cause=cause_of(row.cause), reason=row.reason, parts=row.parts,
        counts=row.counts, now=now, held=held, to_hold=can, hold_by=row.hold_by, hold_done=row.hold_done,
        opened_by=row.opened_by, opened_at=row.opened_at, closed_by=row.closed_by, closed_at=row.closed_at,
        closed_note=row.closed_note,
    )  # fmt: skip


def recall_parts(scope: Scope, key: int) -> QuerySet[RecallPart]:
    """Rows of one case with the part as it is now."""
    rows = RecallPart.objects.of(scope).filter(recall_id=key)
    return rows.select_related("serial__product", "serial__order__line").order_by("serial_id")


def recalls_of(scope: Scope, serial_id: int) -> list[tuple[int, str]]:
    """(id, name) of the cases a part belongs to."""
    rows = RecallPart.objects.of(scope).filter(serial_id=serial_id).order_by("-recall__opened_at")
    return list(rows.values_list("recall_id", "recall__name"))


def open_cases(scope: Scope) -> int:
    return int(Recall.objects.of(scope).aggregate(n=Count("pk", filter=Q(closed_at=None)))["n"])


def cause_of(document: dict[str, Any]) -> Cause:
    """``Cause.as_dict`` read back, also from a form. Problem ``trace.cause_unreadable``."""
    kind = str(document.get("kind", ""))
    if kind and kind not in set(FactKind):
        raise Problem("trace.cause_unreadable", f"There is no kind of thing {kind[:20]!r}.")
    return Cause(
        kind=FactKind(kind) if kind else None,
        key=str(document.get("key", "")).strip(),
        version=str(document.get("version", "")).strip(),
        line=str(document.get("line", "")),
        since_at=_moment(document.get("since_at")),
        until_at=_moment(document.get("until_at")),
        deep=bool(document.get("deep", True)),
    )


def _moment(text: Any) -> datetime | None:
    return parse_iso(str(text)) if text else None
