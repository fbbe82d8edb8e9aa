"""Calls that stand, and one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.calls import Call, CallEscalation
from ...types.calls import STANDING, CallColour, CallInfo, CallSource, CallStatus

MAX_STANDING = 200  # calls of one answer; a board with more has another problem


def call_rows(scope: Scope) -> QuerySet[Call]:
    """Calls of the scope with what their words need."""
    return Call.objects.of(scope).select_related("type", "line", "reason")


def open_calls(scope: Scope, line_asset: str) -> list[CallInfo]:
    """Calls of one line that are not closed, oldest first."""
    return standing_calls(scope, lines=[line_asset])


def standing_calls(scope: Scope, lines: Sequence[str] | None = None) -> list[CallInfo]:
    """Calls that are not closed, oldest first; ``lines`` narrows them to asset ids. One SQL query."""
    rows = call_rows(scope).filter(status__in=[status.value for status in STANDING])
    if lines is not None:
        rows = rows.filter(line__asset__in=lines)
    return call_infos(rows.order_by("raised_at", "id")[:MAX_STANDING])


def call(scope: Scope, key: int) -> CallInfo:
    """One call, or NotFound ``calls.call_unknown``."""
    row = call_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("calls.call_unknown", "There is no such call that you may see.")
    return call_info(row)


def call_infos(rows: Iterable[Call]) -> list[CallInfo]:
    return [call_info(row) for row in rows]


def call_info(row: Call) -> CallInfo:
    """Row (with type, line and reason) -> plain data."""
    names = (
        "station", "text", "raised_at", "raised_by", "accept_s", "on_site_s", "contain_s", "level", "accepted_at",
        "accepted_by", "on_site_at", "on_site_by", "contained_at", "contained_by", "closed_at", "closed_by", "note",
    )  # fmt: skip
    reason = row.reason
    return CallInfo(
        id=row.pk,
        org=row.org,
        type=row.type.code,
        type_en=row.type.name_en,
        type_zh=row.type.name_zh,
        colour=CallColour(row.type.colour),
        line=row.line.asset,
        line_en=row.line.name_en,
        line_zh=row.line.name_zh,
        status=CallStatus(row.status),
        source=CallSource(row.source),
        reason=reason.code if reason else "",
        reason_en=reason.name_en if reason else "",
        reason_zh=reason.name_zh if reason else "",
        photo=row.photo_id,
        job=row.job_id,
        **{name: getattr(row, name) for name in names},
    )


def call_escalations(scope: Scope, key: int) -> list[CallEscalation]:
    """What was escalated of one call, oldest first."""
    return list(CallEscalation.objects.of(scope).filter(call_id=key).order_by("at", "id"))
