"""Holding a part, and the signed decision that ends a hold."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import OperationRun, PartHold, Serial
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.route import Route, route_of
from ...types.work import (
    QUALITY,
    RETURNED,
    WORK,
    Decision,
    RunResult,
    RunSource,
    SerialStatus,
)
from .standing import STANDING, settle, stand, tell_left, tell_run

PERSON = "person"


def locked_serial(scope: Scope, serial_id: int) -> Serial:
    """The part's row under lock, with order, line and product; NotFound ``work.serial_unknown``."""
    row = (
        Serial.objects.of(scope)
        .select_related("order__line", "order__product", "product")
        .filter(pk=serial_id)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    return row


def hold_serial(
    scope: Scope,
    serial_id: int,
    reason: str,
    *,
    source: str = PERSON,
    by: str = "",
    at: datetime | None = None,
) -> int:
    """Take a part out of the flow; returns the hold's id. Holding a held part again changes nothing.

    by  shown name of who holds it, where that is not who is signed in
    """
    require(scope, WORK)
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        row = locked_serial(scope, serial_id)
        standing = PartHold.objects.of(scope).filter(serial=row, ended_at=None).first()
        if standing is not None:
            return int(standing.pk)
        if row.status in (SerialStatus.SCRAP, SerialStatus.SHIPPED):
            raise Problem(
                "work.part_left",
                f"Part {row.serial} is {row.status}; only a part in the house can be held.",
                status=409,
                serial=row.serial,
                status_word=row.status,
            )
        made = PartHold(
            org=row.org,
            serial=row,
            reason=reason.strip()[:MAX_NOTE],
            source=source,
            held_by=(by or scope.actor)[:MAX_ACTOR],
            since_at=at or now_utc(),
        )
        made.save(force_insert=True)
        before = row.status
        row.status, row.version = SerialStatus.HELD.value, row.version + 1
        row.save(update_fields=["status", "version"])
        after = {"reason": made.reason, "source": source}
        record(scope, "work.part_held", "serial", row.serial, {"status": before}, after, org=row.org)
        settle(scope, [row.order_id], made.since_at)
        return int(made.pk)


def release_serial(
    scope: Scope,
    serial_id: int,
    decision: Decision,
    reason: str,
    *,
    rework_to: int | None = None,
    at: datetime | None = None,
) -> SerialStatus:
    """Sign what happens to a held (or scrapped) part: use as is, rework, scrap, return. Needs shopfloor.quality.

    A process cannot sign: the scope must be a person's.
    """
    require(scope, QUALITY)
    signer(scope, reason)
    with acting(scope):
        row = locked_serial(scope, serial_id)
        if row.status not in (SerialStatus.HELD, SerialStatus.SCRAP):
            raise Problem(
                "work.nothing_to_decide",
                f"Part {row.serial} is {row.status}; there is nothing to decide. Hold it first.",
                status=409,
                serial=row.serial,
                status_word=row.status,
            )
        way = route_of(scope, row)
        now = at or now_utc()
        hold = PartHold.objects.of(scope).filter(serial=row, ended_at=None).select_for_update().first()
        before = row.status
        run = _decided_run(scope, row, way, decision, rework_to, now)
        if row.status == SerialStatus.HELD:
            row.status = SerialStatus.OPEN.value
        _sign(scope, row, hold, decision, reason, now)
        stand(row, way.ops, OperationRun.objects.of(scope).filter(serial=row))
        row.version += 1
        row.save(update_fields=list(STANDING))
        after = {"decision": decision.value, "reason": reason.strip()[:MAX_NOTE], "status": row.status}
        record(scope, "work.part_decided", "serial", row.serial, {"status": before}, after, org=row.org)
        if run is not None:
            tell_run(run, row, run.line.asset)
        tell_left(row, before)
        settle(scope, [row.order_id], now)
        return SerialStatus(row.status)


def signer(scope: Scope, reason: str) -> int:
    """Who signs: a person, with a reason. Problems ``work.signature_person``, ``work.reason_missing``."""
    if scope.person_id is None:
        raise Problem(
            "work.signature_person", "Only a person can sign this; a token or process cannot.", status=403
        )
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    return scope.person_id


def _sign(
    scope: Scope, row: Serial, hold: PartHold | None, decision: Decision, reason: str, now: datetime
) -> None:
    if hold is None:  # a scrapped part that nobody held: the decision still leaves its line
        hold = PartHold(org=row.org, serial=row, reason=SerialStatus.SCRAP.value, source=PERSON, since_at=now)
        hold.held_by = scope.actor[:MAX_ACTOR]
    hold.decision, hold.decided_by = decision.value, scope.actor[:MAX_ACTOR]
    hold.person_id, hold.decided_reason = scope.person_id, reason.strip()[:MAX_NOTE]
    hold.ended_at = max(now, hold.since_at)
    hold.save()


def _decided_run(
    scope: Scope, row: Serial, way: Route, decision: Decision, rework_to: int | None, now: datetime
) -> OperationRun | None:
    """The run a decision leaves behind, so that the part's story and standing hold it. None for a plain release."""
    runs = list(OperationRun.objects.of(scope).filter(serial=row).order_by("begun_at"))
    for run in runs:
        if run.ended_at is None:
            run.ended_at, run.result, run.reason = max(now, run.begun_at), RunResult.ABORTED.value, "held"
            run.save(update_fields=["ended_at", "result", "reason"])
    scrapped = row.status == SerialStatus.SCRAP
    if decision is Decision.USE_AS_IS and not scrapped:
        return None
    last = runs[-1] if runs else None
    op = last.op if last is not None else (way.ops[0] if way.ops else 0)
    if row.order is None and last is None:
        raise Problem("work.no_route", f"Part {row.serial} has no order and no run; nothing can be decided.")
    result, reason = {
        Decision.USE_AS_IS: (RunResult.GOOD, ""),
        Decision.REWORK: (RunResult.REWORK, ""),
        Decision.SCRAP: (RunResult.SCRAP, "disposition"),
        Decision.RETURN: (RunResult.SCRAP, RETURNED),
    }[decision]
    if result is RunResult.REWORK:
        rework_to = rework_target(row, way, op, rework_to)
    line = last.line if last is not None else row.order.line  # type: ignore[union-attr]
    made = OperationRun(
        org=row.org,
        serial=row,
        line=line,
        station="",
        op=op,
        attempt=1 + sum(1 for run in runs if run.op == op and run.result != RunResult.ABORTED),
        begun_at=now,
        ended_at=now,
        result=result.value,
        reason=reason,
        rework_to=rework_to if result is RunResult.REWORK else None,
        source=RunSource.DISPOSITION.value,
        by=scope.actor[:MAX_ACTOR],
        person_id=scope.person_id,
    )
    made.save(force_insert=True)
    return made


def rework_target(row: Serial, way: Route, op: int, wanted: int | None) -> int:
    """Where rework sends the part: the wanted operation, else the routing's, else the same. Checks the loop limit."""
    if row.rework_loops >= row.product.rework_limit:
        raise Problem(
            "work.rework_limit",
            f"Part {row.serial} was reworked {row.rework_loops} times; its product allows {row.product.rework_limit}. "
            "Hold it for a decision, or scrap it.",
            status=409,
            serial=row.serial,
            loops=row.rework_loops,
            limit=row.product.rework_limit,
        )
    step = way.step(op)
    target = wanted if wanted is not None else (step.rework_to if step and step.rework_to is not None else op)
    if target not in way.ops or target > op:
        raise Problem(
            "work.rework_target",
            f"Rework from operation {op} goes to an operation of the route up to {op}, not to {target}.",
            op=op,
            target=target,
        )
    return target
