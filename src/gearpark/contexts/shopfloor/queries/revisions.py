"""Published figures: the history of a shift, the newest of many shifts, what must be published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.calendars import Shift

from ..models.figures import FigureRevision
from ..types import LineFigures, LineInfo
from ..types.figures import RevisionInfo, RevisionReason, ShiftKpis
from . import source
from .figures import EDGE_US

MAX_REVISIONS = 200  # of one shift
MAX_SHIFTS = 400  # of one trend


def revisions(scope: Scope, line: LineInfo, on: date, shift: str) -> list[RevisionInfo]:
    """Every published state of one shift, newest first."""
    rows = FigureRevision.objects.of(scope).filter(line_id=line.id, on=on, shift=shift).order_by("-number")
    return [revision_info(row, line.asset) for row in rows[:MAX_REVISIONS]]


def newest_revision(scope: Scope, line: LineInfo, on: date, shift: str) -> RevisionInfo | None:
    row = (
        FigureRevision.objects.of(scope)
        .filter(line_id=line.id, on=on, shift=shift)
        .order_by("-number")
        .first()
    )
    return None if row is None else revision_info(row, line.asset)


def revision(scope: Scope, line: LineInfo, on: date, shift: str, number: int) -> RevisionInfo:
    """One published state, or NotFound ``figures.revision_unknown``."""
    row = FigureRevision.objects.of(scope).filter(line_id=line.id, on=on, shift=shift, number=number).first()
    if row is None:
        raise NotFound("figures.revision_unknown", f"This shift has no revision {number}.")
    return revision_info(row, line.asset)


def published(
    scope: Scope, lines: Sequence[LineInfo], since: datetime, until: datetime
) -> dict[str, list[ShiftKpis]]:
    """Line asset -> elements of its shifts that began in [since, until), newest revision of each, by time."""
    assets = {line.id: line.asset for line in lines}
    rows = (
        FigureRevision.objects.of(scope)
        .filter(line_id__in=assets, start_at__gte=since, start_at__lt=until)
        .order_by("line_id", "on", "shift", "-number")
        .distinct("line_id", "on", "shift")
        .values_list(
            "line_id", "on", "shift", "number", "revision", "mapping", "document__elements", "document__shift"
        )
    )
    found: dict[str, list[ShiftKpis]] = {line.asset: [] for line in lines}
    for key, on, code, number, mark, mapping, elements, shift in rows[: MAX_SHIFTS * len(assets)]:
        asset = assets[key]
        found[asset].append(
            ShiftKpis(asset, on, code, shift["start_us"], shift["end_us"], elements, number, mark, mapping)
        )
    for items in found.values():
        items.sort(key=lambda item: item.start_us)
    return found


def running(figures: LineFigures) -> ShiftKpis:
    """The shift of live figures in the same shape."""
    shift = figures.shift
    return ShiftKpis(
        figures.line.asset,
        shift.day,
        shift.code,
        shift.start_us,
        shift.end_us,
        figures.elements,
        0,
        figures.revision,
        figures.account.mapping,
    )


def lake_mark(org: str, shift: Shift) -> str:
    """Hash of the files that may hold observations of a shift: another mark means: look again. "": there is none."""
    files = source.reader().snapshot().between(org, shift.start_us - EDGE_US, shift.end_us)
    if not files:
        return ""
    return hashlib.sha256("\n".join(sorted(file.path for file in files)).encode()).hexdigest()[:16]


def newest_marks(
    scope: Scope, lines: Iterable[LineInfo], since: datetime
) -> dict[tuple[int, date, str], tuple[int, str, dict[str, str]]]:
    """(line id, day, shift) -> (row id, revision, marks) of the newest revision of shifts that began since then."""
    rows = (
        FigureRevision.objects.of(scope)
        .filter(line_id__in=[line.id for line in lines], start_at__gte=since)
        .order_by("line_id", "on", "shift", "-number")
        .distinct("line_id", "on", "shift")
        .values_list("line_id", "on", "shift", "id", "revision", "marks")
    )
    return {(key, on, code): (pk, mark, marks) for key, on, code, pk, mark, marks in rows}


def ended_shifts(line: LineInfo, since_us: int, until_us: int) -> list[Shift]:
    """Shifts of a line that ended in [since, until), by time."""
    found = line.calendar.shifts(since_us, until_us)
    return [shift for shift in found if since_us <= shift.end_us <= until_us]


def revision_info(row: FigureRevision, asset: str) -> RevisionInfo:
    return RevisionInfo(
        id=row.pk,
        org=row.org,
        line=asset,
        on=row.on,
        shift=row.shift,
        number=row.number,
        revision=row.revision,
        reason=RevisionReason(row.reason),
        mapping=row.mapping,
        published_at=row.published_at,
        document=row.document,
        changes=tuple(row.changes),
    )
