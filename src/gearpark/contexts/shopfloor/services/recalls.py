"""Recall cases: the parts a cause touched, frozen with a name; held, a batch at a time; closed with what was done."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting, require

from ..models import MAX_NAME, PartHold
from ..models.recall import Recall, RecallPart
from ..models.work import MAX_ACTOR, MAX_NOTE
from ..queries.care.scopes import loop_scope
from ..queries.trace.down import counts, touched
from ..types.trace import Cause
from ..types.work import QUALITY, WORK, SerialStatus
from .work import hold_serial

MAX_RECALL = 500_000  # parts of one case
HOLD_BATCH = 100  # parts held in one transaction
EVERY_S = 3.0
CAN_BE_HELD = (SerialStatus.OPEN.value, SerialStatus.GOOD.value)


def open_recall(scope: Scope, name: str, cause: Cause, reason: str) -> int:
    """Freeze the parts a cause touched, and what they went into, as a named case; returns its id.

    Problems ``trace.recall_name``, ``trace.reason_missing``, ``trace.recall_empty``, ``trace.recall_too_big``,
    ``trace.cause_empty``.
    """
    require(scope, QUALITY)
    title, why = name.strip(), reason.strip()[:MAX_NOTE]
    if not title or len(title) > MAX_NAME:
        raise Problem("trace.recall_name", f"A case needs a name of at most {MAX_NAME} characters.")
    if not why:
        raise Problem("trace.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        if Recall.objects.of(scope).filter(org=scope.org, name=title).exists():
            raise Problem(
                "trace.recall_name",
                f"There is a case named {title!r} already; choose another name.",
                status=409,
            )
        with touched(scope, cause):
            found, total = counts()
            if not 1 <= total <= MAX_RECALL:
                raise _refused(total)
            case = Recall(
                org=scope.org,
                name=title,
                cause=cause.as_dict(),
                reason=why,
                parts=total,
                counts=found,
                opened_by=scope.actor[:MAX_ACTOR],
                opened_at=now_utc(),
            )
            case.save(force_insert=True)
            _freeze(case)
        after = {"cause": case.cause, "reason": why, "parts": total, "by_status": found}
        record(scope, "trace.recall_opened", "recall", title, None, after, org=case.org)
        return int(case.pk)


def _refused(total: int) -> Problem:
    if not total:
        return Problem(
            "trace.recall_empty", "This cause touched no part; there is nothing to freeze.", status=409
        )
    return Problem(
        "trace.recall_too_big", f"{total} parts are more than one case may hold; narrow the time.", status=413
    )


def _freeze(case: Recall) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_recall_part (org, recall_id, serial_id, status, station, touched_at)"
            " SELECT %s, %s, s.id, s.status, coalesce((SELECT station FROM shopfloor_run r WHERE r.serial_id = s.id"
            " ORDER BY begun_at DESC LIMIT 1), ''), h.touched_at"
            " FROM trace_hit h JOIN shopfloor_serial s ON s.id = h.serial_id",
            [case.org, case.pk],
        )


def hold_recalled(scope: Scope, recall_id: int) -> None:
    """Hold every part of a case that can be held; the first batch now, the others within seconds by the floor process.

    Problems ``trace.recall_unknown``, ``trace.recall_closed``.
    """
    require(scope, QUALITY)
    with acting(scope):
        case = _open_case(scope, recall_id)
        if not case.hold_by:
            case.hold_by, case.hold_done = scope.actor[:MAX_ACTOR], False
            case.save(update_fields=["hold_by", "hold_done"])
            record(scope, "trace.recall_held", "recall", case.name, None, {"parts": case.parts}, org=case.org)
        _hold_batch(scope, case)


def close_recall(scope: Scope, recall_id: int, note: str) -> None:
    """Close a case with what was done. Problems ``trace.recall_unknown``, ``trace.recall_closed``, ``trace.reason_missing``."""
    require(scope, QUALITY)
    done = note.strip()[:MAX_NOTE]
    if not done:
        raise Problem("trace.reason_missing", "Say what was done, in a few words; nothing was changed.")
    with acting(scope):
        case = _open_case(scope, recall_id)
        case.closed_by, case.closed_at, case.closed_note = scope.actor[:MAX_ACTOR], now_utc(), done
        case.save(update_fields=["closed_by", "closed_at", "closed_note"])
        record(scope, "trace.recall_closed", "recall", case.name, None, {"note": done}, org=case.org)


def _open_case(scope: Scope, recall_id: int) -> Recall:
    case = Recall.objects.of(scope).filter(pk=recall_id).select_for_update().first()
    if case is None:
        raise NotFound("trace.recall_unknown", "There is no such case that you may see.")
    if case.closed_at is not None:
        raise Problem("trace.recall_closed", f"The case {case.name} is closed.", status=409, case=case.name)
    return case


def _hold_batch(scope: Scope, case: Recall) -> int:
    """Hold the next parts; returns how many. A part somebody released by a signed decision is not held again."""
    source = f"recall:{case.pk}"
    held = PartHold.objects.of(scope).filter(source=source).values("serial_id")
    rows = RecallPart.objects.of(scope).filter(recall=case, serial__status__in=CAN_BE_HELD)
    keys = list(
        rows.exclude(serial_id__in=held)
        .order_by("serial_id")
        .values_list("serial_id", flat=True)[:HOLD_BATCH]
    )
    for key in keys:
        hold_serial(scope, key, f"{case.name}: {case.reason}"[:MAX_NOTE], source=source)
    if len(keys) < HOLD_BATCH and not case.hold_done:
        case.hold_done = True
        case.save(update_fields=["hold_done"])
    return len(keys)


def hold_all(now: datetime) -> int:
    """Go on holding the parts of cases that somebody wanted held; one batch of each case a round."""
    wide, count = loop_scope("recall"), 0
    with acting(wide):
        waiting = list(Recall.objects.of(wide).exclude(hold_by="").filter(hold_done=False, closed_at=None))
    for case in waiting:
        scope = Scope(case.org, None, frozenset((case.org,)), False, frozenset((WORK, QUALITY)), case.hold_by)
        with acting(scope):
            locked = Recall.objects.of(scope).select_for_update().get(pk=case.pk)
            if not locked.hold_done and locked.closed_at is None:
                count += _hold_batch(scope, locked)
    return count


LOOPS = (Loop("shopfloor.recall", EVERY_S, hold_all),)
