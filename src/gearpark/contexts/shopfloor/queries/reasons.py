"""Stop-reason trees: what the line's template gives, and what the firm added."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models.figures import StopReason
from ..types import LineInfo
from ..types.figures import ReasonInfo


def reasons(scope: Scope, line: LineInfo, *, retired: bool = False) -> list[ReasonInfo]:
    """Every reason of a line in the order of the tree: a parent, then what lies below it. ``retired``: those too."""
    given = [
        ReasonInfo(one.code, one.parent, one.title_en, one.title_zh, one.loss, alarms=tuple(one.alarms))
        for one in line.template.stop_reasons
    ]
    rows = StopReason.objects.of(scope).filter(org=line.org, template__in=["", line.template.code])
    own = [reason_info(row) for row in rows.order_by("code") if retired or row.active]
    known = {one.code for one in given}
    return _as_tree([*given, *(one for one in own if one.code not in known)])


def reason(scope: Scope, line: LineInfo, code: str) -> ReasonInfo:
    """One reason that may be booked, or NotFound ``figures.reason_unknown``."""
    found = next((one for one in reasons(scope, line) if one.code == code), None)
    if found is None:
        raise NotFound("figures.reason_unknown", f"There is no stop reason {code!r} on line {line.asset}.")
    return found


def reason_titles(scope: Scope, line: LineInfo, language: str) -> dict[str, str]:
    """Code -> title in the reader's language, retired ones too: old bookings keep their words."""
    return {one.code: one.title(language) for one in reasons(scope, line, retired=True)}


def own_reasons(scope: Scope) -> QuerySet[StopReason]:
    """The reasons that firms of the scope added, as rows of a list."""
    return StopReason.objects.of(scope)


def reason_info(row: StopReason) -> ReasonInfo:
    return ReasonInfo(
        row.code, row.parent, row.title_en, row.title_zh, row.loss, True, row.active, (), row.pk, row.version
    )


def _as_tree(found: Iterable[ReasonInfo]) -> list[ReasonInfo]:
    below: dict[str, list[ReasonInfo]] = {}
    listed = list(found)
    codes = {one.code for one in listed}
    for one in listed:
        below.setdefault(one.parent if one.parent in codes else "", []).append(one)
    made: list[ReasonInfo] = []
    rest = list(reversed(below.get("", [])))
    while rest:
        one = rest.pop()
        made.append(one)
        rest.extend(reversed(below.pop(one.code, [])))
    return made
