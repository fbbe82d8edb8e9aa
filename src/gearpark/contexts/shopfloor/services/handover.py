"""The hand-over log: notes, open points, and the two signatures of a shift change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.calendars import Shift
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models.figures import MAX_NOTE, MAX_TEXT, HandoverNote, ShiftHandover
from ..queries import setup
from ..queries.shifts import chosen_shift
from ..types import LineInfo
from ..types.figures import LEAD, WORK, NoteKind

MAX_NOTES = 200  # of one shift


def add_note(
    scope: Scope,
    asset: str,
    day: str,
    shift: str,
    kind: str,
    text: str,
    now: datetime,
    *,
    point: bool = False,
) -> int:
    """Write a note into a shift's hand-over; returns its id. Problems: ``figures.note_empty``, ``figures.too_many_notes``,
    ``figures.shift_not_begun``."""
    require(scope, WORK)
    words = _words(text)
    with acting(scope):
        info, chosen = _begun(scope, asset, day, shift, now)
        mine = HandoverNote.objects.of(scope).filter(line_id=info.id, on=chosen.day, shift=chosen.code)
        if mine.count() >= MAX_NOTES:
            raise Problem("figures.too_many_notes", f"A shift holds at most {MAX_NOTES} notes.")
        row = HandoverNote(
            org=info.org, line_id=info.id, on=chosen.day, shift=chosen.code, start_at=from_us(chosen.start_us),
            kind=_kind(kind), text=words, point=point, by=scope.actor, at=now,
        )  # fmt: skip
        row.save()
        record(scope, "shopfloor.note_written", "handover", _key(info, row), None, _facts(row), org=row.org)
        return int(row.pk)


def change_note(
    scope: Scope, key: int, version: int, now: datetime, *, kind: str, text: str, point: bool
) -> int:
    """Put a note right; returns its new version. Once the next shift has taken over, it stands as it was read:
    ``figures.note_signed``."""
    require(scope, WORK)
    words = _words(text)
    with acting(scope):
        row = _held(scope, key, version)
        if _taken(scope, row):
            raise Problem(
                "figures.note_signed", "The next shift has taken this note over; write a new one.", status=409
            )
        before = _facts(row)
        row.kind, row.text, row.point = _kind(kind), words, point or row.closed_at is not None
        row.version += 1
        row.save()
        record(scope, "shopfloor.note_changed", "handover", str(row.pk), before, _facts(row), org=row.org)
        return row.version


def close_point(scope: Scope, key: int, version: int, closing: str, now: datetime) -> None:
    """An open point is done: say what was done."""
    require(scope, WORK)
    with acting(scope):
        row = _held(scope, key, version)
        if not row.point or row.closed_at is not None:
            raise Problem(
                "figures.point_closed", "This is no open point, or somebody closed it already.", status=409
            )
        before = _facts(row)
        row.closed_at, row.closed_by, row.closing = now, scope.actor, closing.strip()[:MAX_NOTE]
        row.version += 1
        row.save()
        record(scope, "shopfloor.point_closed", "handover", str(row.pk), before, _facts(row), org=row.org)


def reopen_point(scope: Scope, key: int, version: int) -> None:
    """It was not done after all: the point stands again."""
    require(scope, WORK)
    with acting(scope):
        row = _held(scope, key, version)
        if row.closed_at is None:
            raise Problem("figures.point_closed", "This point is open.", status=409)
        before = _facts(row)
        row.closed_at, row.closed_by, row.closing = None, "", ""
        row.version += 1
        row.save()
        record(scope, "shopfloor.point_reopened", "handover", str(row.pk), before, _facts(row), org=row.org)


def hand_over(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> None:
    """The leader of a shift signs that its notes are complete. Problem ``figures.handed_already``."""
    require(scope, LEAD)
    with acting(scope):
        info, chosen = _begun(scope, asset, day, shift, now)
        if _sheet(scope, info, chosen) is not None:
            raise Problem("figures.handed_already", "This shift was handed over already.", status=409)
        row = ShiftHandover(
            org=info.org, line_id=info.id, on=chosen.day, shift=chosen.code, handed_by=scope.actor, handed_at=now,
            handed_person=scope.person_id,
        )  # fmt: skip
        row.save()
        after = {"handed_by": row.handed_by}
        record(scope, "shopfloor.handed_over", "handover", f"{asset} {chosen.key}", None, after, org=row.org)


def take_over(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> None:
    """The next leader has read a shift's notes and takes the line. Two people sign: ``figures.same_person``."""
    require(scope, LEAD)
    with acting(scope):
        info, chosen = _begun(scope, asset, day, shift, now)
        row = _sheet(scope, info, chosen)
        if row is None or row.taken_at is not None:
            raise Problem(
                "figures.not_handed",
                "This shift was not handed over yet, or somebody has taken it already.",
                status=409,
            )
        if scope.person_id is not None and scope.person_id == row.handed_person:
            raise Problem(
                "figures.same_person", "Whoever handed the shift over cannot also take it.", status=409
            )
        row.taken_by, row.taken_at, row.taken_person = scope.actor, now, scope.person_id
        row.version += 1
        row.save()
        before, after = {"handed_by": row.handed_by}, {"taken_by": row.taken_by}
        record(scope, "shopfloor.taken_over", "handover", f"{asset} {chosen.key}", before, after, org=row.org)


def take_back(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> None:
    """Undo a hand-over that nobody has taken yet: there is more to write."""
    require(scope, LEAD)
    with acting(scope):
        info, chosen = _begun(scope, asset, day, shift, now)
        row = _sheet(scope, info, chosen)
        if row is None or row.taken_at is not None:
            raise Problem(
                "figures.not_handed",
                "This shift was not handed over yet, or somebody has taken it already.",
                status=409,
            )
        before = {"handed_by": row.handed_by}
        row.delete()
        record(
            scope,
            "shopfloor.hand_over_undone",
            "handover",
            f"{asset} {chosen.key}",
            before,
            None,
            org=info.org,
        )


def _begun(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> tuple[LineInfo, Shift]:
    info = setup.line(scope, asset)
    chosen = chosen_shift(info, to_us(now), day, shift)
    if chosen.start_us > to_us(now):
        raise Problem("figures.shift_not_begun", "This shift has not begun yet.")
    return info, chosen


def _sheet(scope: Scope, info: LineInfo, shift: Shift) -> ShiftHandover | None:
    rows = ShiftHandover.objects.of(scope).filter(line_id=info.id, on=shift.day, shift=shift.code)
    return rows.select_for_update().first()


def _taken(scope: Scope, row: HandoverNote) -> bool:
    sheets = ShiftHandover.objects.of(scope).filter(line_id=row.line_id, on=row.on, shift=row.shift)
    return sheets.filter(taken_at__isnull=False).exists()


def _held(scope: Scope, key: int, version: int) -> HandoverNote:
    row = HandoverNote.objects.of(scope).filter(pk=key).select_for_update().first()
    if row is None:
        raise NotFound("figures.note_unknown", "There is no such note that you may see.")
    if row.version != version:
        raise Problem("kit.conflict", "Somebody changed this note meanwhile; look again.", status=409)
    return row


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > MAX_TEXT:
        raise Problem("figures.note_empty", f"A note has 1 to {MAX_TEXT} characters.")
    return words


def _kind(kind: str) -> str:
    return kind if kind in [known.value for known in NoteKind] else NoteKind.OTHER.value


def _key(info: LineInfo, row: HandoverNote) -> str:
    return f"{info.asset} {row.on.isoformat()} {row.shift}"


def _facts(row: HandoverNote) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "text": row.text,
        "point": row.point,
        "closed": row.closed_at.isoformat() if row.closed_at else None,
        "closing": row.closing,
        "version": row.version,
    }
