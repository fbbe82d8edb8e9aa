"""The hand-over log: notes of a shift, open points from before, signatures."""

from __future__ import annotations

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.base.time import from_us
from gearpark.engines.calendars import Shift

from ..models.figures import HandoverNote, ShiftHandover
from ..types import LineInfo
from ..types.figures import HandoverInfo, NoteInfo, NoteKind

MAX_NOTES = 200
KINDS = [kind.value for kind in NoteKind]


def handover(scope: Scope, line: LineInfo, shift: Shift) -> HandoverInfo:
    """One shift's sheet: its notes, points still open from before its start, and who signed."""
    mine = HandoverNote.objects.of(scope).filter(line_id=line.id)
    notes = [note_info(row, line.asset) for row in mine.filter(on=shift.day, shift=shift.code)[:MAX_NOTES]]
    before = mine.filter(point=True, start_at__lt=from_us(shift.start_us))
    carried = before.filter(closed_at=None) | before.filter(closed_at__gte=from_us(shift.start_us))
    row = ShiftHandover.objects.of(scope).filter(line_id=line.id, on=shift.day, shift=shift.code).first()
    names = ("handed_by", "handed_at", "taken_by", "taken_at", "version")
    return HandoverInfo(
        line=line.asset,
        on=shift.day,
        shift=shift.code,
        notes=tuple(sorted(notes, key=lambda note: (KINDS.index(note.kind), note.at))),
        carried=tuple(note_info(old, line.asset) for old in carried.order_by("start_at", "id")[:MAX_NOTES]),
        **({name: getattr(row, name) for name in names} if row is not None else {}),
    )


def open_points(scope: Scope, line: LineInfo) -> int:
    return HandoverNote.objects.of(scope).filter(line_id=line.id, point=True, closed_at=None).count()


def note_rows(scope: Scope, line: LineInfo) -> QuerySet[HandoverNote]:
    """Every note of a line, newest first, as rows of a list."""
    return HandoverNote.objects.of(scope).filter(line_id=line.id).order_by("-at", "-id")


def note(scope: Scope, key: int) -> NoteInfo:
    """One note, or NotFound ``figures.note_unknown``."""
    row = HandoverNote.objects.of(scope).filter(pk=key).select_related("line").first()
    if row is None:
        raise NotFound("figures.note_unknown", "There is no such note that you may see.")
    return note_info(row, row.line.asset)


def note_info(row: HandoverNote, asset: str) -> NoteInfo:
    names = ("on", "shift", "text", "point", "by", "at", "version", "closed_at", "closed_by", "closing")
    return NoteInfo(
        id=row.pk, org=row.org, line=asset, kind=NoteKind(row.kind), **{n: getattr(row, n) for n in names}
    )
