"""A call from hand to hand: raised, accepted, on site, contained, closed. Times are the server's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ...models import Line
from ...models.calls import Call, CallReason, CallType
from ...models.care import MaintenanceOrder
from ...models.care.files import MAX_ACTOR
from ...models.care.tools import MAX_NOTE
from ...types.calls import STANDING, CallRaised, CallStatus, CallWanted
from ...types.care import JobWanted
from ...types.work import WORK
from ..care.common import line_row
from ..care.files import keep_photo
from ..care.jobs import open_job

MAX_KEY = 200
MAX_STANDING_A_LINE = 50  # calls of one line that may stand at once
ORDER = (CallStatus.OPEN, CallStatus.ACCEPTED, CallStatus.ON_SITE, CallStatus.CONTAINED)


def raise_call(scope: Scope, wanted: CallWanted, at: datetime) -> int:
    """Call for help at a line; returns the call's id.

    Problems: ``shopfloor.line_unknown``, ``care.station_unknown``, ``calls.type_unknown``, ``calls.too_many``, ``picture.*``.
    """
    require(scope, WORK)
    with acting(scope):
        line = line_row(scope, wanted.line, wanted.station)
        key = wanted.key[:MAX_KEY]
        known = Call.objects.of(scope).filter(org=line.org, key=key).first() if key else None
        if known is not None:
            return int(known.pk)
        kind = CallType.objects.of(scope).filter(org=line.org, code=wanted.type, active=True).first()
        if kind is None:
            raise NotFound("calls.type_unknown", f"There is no type of call {wanted.type!r} in {line.org}.")
        standing = Call.objects.of(scope).filter(line=line, status__in=[s.value for s in STANDING])
        if standing.count() >= MAX_STANDING_A_LINE:
            raise Problem(
                "calls.too_many", f"{MAX_STANDING_A_LINE} calls stand at this line already; close some first.",
                status=409,
            )  # fmt: skip
        photo = keep_photo(scope, line.org, wanted.photo, wanted.photo_name, at) if wanted.photo else None
        return _raised(scope, line, kind, wanted, key, photo, at)


def _raised(
    scope: Scope, line: Line, kind: CallType, wanted: CallWanted, key: str, photo: int | None, at: datetime
) -> int:
    facts = {
        "org": line.org, "type": kind, "line": line, "station": wanted.station, "text": wanted.text.strip()[:MAX_NOTE],
        "source": wanted.source.value, "accept_s": kind.accept_s, "on_site_s": kind.on_site_s,
        "contain_s": kind.contain_s, "raised_at": at, "raised_by": scope.actor[:MAX_ACTOR], "photo_id": photo,
    }  # fmt: skip
    if key:  # another process may raise the same call at this moment
        row, new = Call.objects.of(scope).get_or_create(org=line.org, key=key, defaults=facts)
        if not new:
            return int(row.pk)
    else:
        row = Call(**facts)
        row.save(force_insert=True)
    after = {"type": kind.code, "line": line.asset, "station": wanted.station, "source": wanted.source.value}
    record(scope, "calls.raised", "call", str(row.pk), None, after, org=line.org, at=at)
    tell(CallRaised(line.org, row.pk, line.asset, wanted.station, kind.code, at))
    return int(row.pk)


def accept_call(scope: Scope, key: int, at: datetime) -> None:
    """Somebody takes the call on. Problems ``calls.call_unknown``, ``calls.over``, ``calls.taken``."""
    require(scope, WORK)
    with acting(scope):
        row = _standing(scope, key)
        if row.accepted_at is not None:
            if row.accepted_by == scope.actor[:MAX_ACTOR]:
                return
            raise Problem("calls.taken", f"{row.accepted_by} has accepted this call already.", status=409,
                          by=row.accepted_by)  # fmt: skip
        _step(scope, row, CallStatus.ACCEPTED, at)


def on_site(scope: Scope, key: int, at: datetime) -> None:
    """Somebody stands at the station; accepts the call too if nobody did. Problems ``calls.call_unknown``, ``calls.over``."""
    require(scope, WORK)
    with acting(scope):
        _step(scope, _standing(scope, key), CallStatus.ON_SITE, at)


def contain_call(scope: Scope, key: int, at: datetime) -> None:
    """The harm is stopped, though its cause may stand. Problems ``calls.call_unknown``, ``calls.over``."""
    require(scope, WORK)
    with acting(scope):
        _step(scope, _standing(scope, key), CallStatus.CONTAINED, at)


def close_call(scope: Scope, key: int, at: datetime, reason: str, note: str = "") -> None:
    """The call is over; ``reason`` is one of its type's. Steps not said before happened now.

    Problems: ``calls.call_unknown``, ``calls.over``, ``calls.reason_unknown``.
    """
    require(scope, WORK)
    with acting(scope):
        row = _standing(scope, key)
        why = CallReason.objects.of(scope).filter(type_id=row.type_id, code=reason, active=True).first()
        if why is None:
            raise Problem(
                "calls.reason_unknown", "Choose one of the reasons of this type of call; nothing was changed."
            )
        row.reason, row.note = why, note.strip()[:MAX_NOTE]
        _step(scope, row, CallStatus.CLOSED, at)


def cancel_call(scope: Scope, key: int, at: datetime, note: str) -> None:
    """The call was a mistake; it stays in the list and out of the statistics. Problems as ``close_call``, ``care.reason_missing``."""
    require(scope, WORK)
    if not note.strip():
        raise Problem("care.reason_missing", "Say why; nothing was changed.")
    with acting(scope):
        row = _standing(scope, key)
        before = _facts(row)
        row.status, row.closed_at, row.closed_by = CallStatus.CANCELLED.value, at, scope.actor[:MAX_ACTOR]
        row.note = note.strip()[:MAX_NOTE]
        _saved(scope, row, "calls.cancelled", before, at)


def attach_photo(scope: Scope, key: int, data: bytes, name: str, at: datetime) -> None:
    """Put a photo to a call; it replaces the one before. Problems ``calls.call_unknown``, ``picture.*``."""
    require(scope, WORK)
    with acting(scope):
        row = _locked(scope, key)
        before = {"photo": row.photo_id}
        row.photo_id = keep_photo(scope, row.org, data, name, at)
        row.version += 1
        row.save()
        record(scope, "calls.photo", "call", str(key), before, {"photo": row.photo_id}, org=row.org, at=at)


def order_for_call(scope: Scope, key: int, wanted: JobWanted, at: datetime) -> str:
    """Open the maintenance order of a call; returns its number. A call has one order, however often it is asked for."""
    require(scope, WORK)
    with acting(scope):
        row = _locked(scope, key)
        number = open_job(scope, wanted, at, org=row.org)
        job = MaintenanceOrder.objects.of(scope).get(org=row.org, number=number)
        if row.job_id != job.pk:
            row.job = job
            row.version += 1
            row.save()
            record(scope, "calls.order", "call", str(key), None, {"order": number}, org=row.org, at=at)
        return number


def _step(scope: Scope, row: Call, status: CallStatus, at: datetime) -> None:
    """Move on to ``status``; every step between that nobody reported happened at the same time, by the same person."""
    before = _facts(row)
    done = ORDER.index(status) if status in ORDER else len(ORDER)
    for step, name in enumerate(("accepted", "on_site", "contained"), start=1):
        if step <= done and getattr(row, f"{name}_at") is None:
            setattr(row, f"{name}_at", at)
            setattr(row, f"{name}_by", scope.actor[:MAX_ACTOR])
    if status is CallStatus.CLOSED:
        row.closed_at, row.closed_by = at, scope.actor[:MAX_ACTOR]
    elif ORDER.index(status) <= ORDER.index(CallStatus(row.status)):
        return  # it is further already
    row.status = status.value
    _saved(scope, row, f"calls.{status.value}", before, at)


def _locked(scope: Scope, key: int) -> Call:
    row: Call | None = Call.objects.of(scope).filter(pk=key).select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound("calls.call_unknown", "There is no such call that you may see.")
    return row


def _standing(scope: Scope, key: int) -> Call:
    row = _locked(scope, key)
    if row.status not in [status.value for status in STANDING]:
        raise Problem("calls.over", f"This call is {row.status}; nothing was changed.", status=409)
    return row


def _facts(row: Call) -> dict[str, Any]:
    names = (
        "status",
        "accepted_by",
        "on_site_by",
        "contained_by",
        "closed_by",
        "reason_id",
        "note",
        "photo_id",
    )
    return {name: getattr(row, name) for name in names}


def _saved(scope: Scope, row: Call, action: str, before: dict[str, Any], at: datetime) -> None:
    row.version += 1
    row.save()
    record(scope, action, "call", str(row.pk), before, _facts(row), org=row.org, at=at)
