"""One report: claimed by its key, done once, answered the same way every time it is sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, Line, OperationRun, Serial, WorkOrder, WorkReport
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.people import names_of
from ...queries.work.route import line_row, station_of
from ...types.reports import Outcome, ReportWanted
from ...types.work import (
    WORK,
    AtStation,
    ReportKind,
    RunInfo,
    RunResult,
    SerialStatus,
)
from ..work.components import consume_component
from ..work.parts import hold_serial, locked_serial
from ..work.people import sign_off
from ..work.runs import believe, finish_operation, start_operation
from . import checks, counts, facts

MAX_REPORTS = 50  # of one request


@dataclass(frozen=True, slots=True)
class _Work:
    """A report with what it speaks of."""

    scope: Scope
    wanted: ReportWanted
    line: Line
    where: AtStation
    serial: str
    now: datetime


def report(scope: Scope, wanted: ReportWanted, now: datetime) -> Outcome:
    """Do what a report says. Sent again, it answers the same and does nothing.

    A refused report (any Problem) leaves nothing behind and may be sent again. Problems: those of what it does, and
    ``work.report_key`` (the key was used for something else), ``work.report_early`` (the start it follows is missing).
    """
    require(scope, WORK)
    believe(wanted.at, now)
    with acting(scope):
        line = line_row(scope, wanted.line)
        station_of(line, wanted.station)
        known = _claim(scope, wanted, line, now)
        if known is not None:
            return known
        operator = wanted.operator or scope.person_id
        by = names_of(scope, [line.org]).get(operator, "") if operator is not None else ""
        where = AtStation(wanted.line, wanted.station, wanted.at, wanted.operator, wanted.source, by)
        work = _Work(scope, wanted, line, where, _serial(scope, wanted, line), now)
        outcome, row = _DO[wanted.kind](work)
        _keep(scope, wanted, line, outcome, row, by or scope.actor)
        return outcome


def _claim(scope: Scope, wanted: ReportWanted, line: Line, now: datetime) -> Outcome | None:
    """Take the key; the outcome of the report that has it already. A rival still at work is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_report (org, key, kind, line_id, station, good, scrap, reason, note, client_at, at,"
            " received_at, by, person_id, outcome) VALUES (%s, %s, %s, %s, %s, 0, 0, %s, %s, %s, %s, %s, %s, %s, '{}')"
            " ON CONFLICT (org, key) DO NOTHING RETURNING id",
            [
                line.org, wanted.key, wanted.kind.value, line.pk, wanted.station, wanted.reason[:MAX_CODE],
                wanted.note[:MAX_NOTE], wanted.at, wanted.at, now, scope.actor[:MAX_ACTOR],
                wanted.operator or scope.person_id,
            ],
        )  # fmt: skip
        if cursor.fetchone() is not None:
            return None
    held = WorkReport.objects.of(scope).filter(org=line.org, key=wanted.key).first()
    same = held is not None and (held.kind, held.line_id, held.station) == (
        wanted.kind.value,
        line.pk,
        wanted.station,
    )
    if held is None or not same:
        raise Problem("work.report_key", "This key belongs to another report; make a new one.", status=409)
    return _outcome(wanted.key, wanted.kind, held.outcome)


def _outcome(key: UUID, kind: ReportKind, kept: dict[str, Any]) -> Outcome:
    status = kept.get("status")
    return Outcome(
        key,
        kind,
        repeated=True,
        serial=kept.get("serial", ""),
        order=kept.get("order", ""),
        op=kept.get("op"),
        status=SerialStatus(status) if status else None,
        next_op=kept.get("next_op"),
        passed=kept.get("passed"),
        good=kept.get("good", 0),
        scrap=kept.get("scrap", 0),
    )


def _serial(scope: Scope, wanted: ReportWanted, line: Line) -> str:
    """The part a report speaks of: named, or the one that an earlier report started."""
    if wanted.serial or wanted.of is None:
        return wanted.serial
    first = (
        WorkReport.objects.of(scope)
        .filter(org=line.org, key=wanted.of)
        .values_list("serial__serial", flat=True)
        .first()
    )
    if not first:
        raise Problem(
            "work.report_early", "The report that started this part has not come in yet.", status=425
        )
    return str(first)


def _keep(
    scope: Scope, wanted: ReportWanted, line: Line, outcome: Outcome, row: Serial | None, by: str
) -> None:
    order_id = row.order_id if row is not None else None
    if order_id is None and outcome.order:
        order_id = (
            WorkOrder.objects.of(scope)
            .filter(org=line.org, number=outcome.order)
            .values_list("pk", flat=True)[0]
        )
    kept = {
        "serial": outcome.serial,
        "order": outcome.order,
        "op": outcome.op,
        "status": outcome.status.value if outcome.status else None,
        "next_op": outcome.next_op,
        "passed": outcome.passed,
        "good": outcome.good,
        "scrap": outcome.scrap,
    }
    held = WorkReport.objects.of(scope).get(org=line.org, key=wanted.key)
    kept["last"] = held.outcome.get("last", False)
    held.serial, held.order_id, held.op = row, order_id, outcome.op
    held.good, held.scrap, held.by = outcome.good, outcome.scrap, by[:MAX_ACTOR]
    held.outcome = kept
    held.save()


def _start(work: _Work) -> tuple[Outcome, Serial | None]:
    info = start_operation(work.scope, work.where, work.now, serial=work.serial, order=work.wanted.order)
    return _done(work, info)


def _finish(result: RunResult) -> Callable[[_Work], tuple[Outcome, Serial | None]]:
    def do(work: _Work) -> tuple[Outcome, Serial | None]:
        wanted = work.wanted
        info = finish_operation(
            work.scope,
            work.where,
            work.now,
            work.serial,
            order="" if work.serial else wanted.order,
            result=result,
            reason=wanted.reason,
            rework_to=wanted.rework_to,
        )
        if result is not RunResult.ABORTED:
            facts.of_run(work.scope, info)
        return _done(work, info, good=int(result is RunResult.GOOD), scrap=int(result is RunResult.SCRAP))

    return do


def _done(work: _Work, info: RunInfo, *, good: int = 0, scrap: int = 0) -> tuple[Outcome, Serial | None]:
    row = Serial.objects.of(work.scope).select_related("order").get(pk=info.serial_id)
    number = row.order.number if row.order is not None else ""
    return (
        Outcome(
            work.wanted.key,
            work.wanted.kind,
            serial=info.serial,
            order=number,
            op=info.op,
            status=info.status,
            next_op=info.next_op,
            good=good,
            scrap=scrap,
        ),
        row,
    )


def _hold(work: _Work) -> tuple[Outcome, Serial | None]:
    row = _row(work)
    why = work.wanted.reason or work.wanted.note
    hold_serial(work.scope, row.pk, why, by=work.where.by, at=work.where.at)
    return Outcome(
        work.wanted.key, work.wanted.kind, serial=row.serial, status=SerialStatus.HELD, next_op=row.next_op
    ), row


def _check(work: _Work) -> tuple[Outcome, Serial | None]:
    row = _row(work)
    run = _open_run(work, row)
    passed = checks.check_step(work.scope, row, run, work.wanted.step, work.wanted.value, work.where)
    return Outcome(work.wanted.key, work.wanted.kind, serial=row.serial, op=run.op, passed=passed), row


def _consume(work: _Work) -> tuple[Outcome, Serial | None]:
    row = _row(work)
    run = _open_run(work, row)
    if consume_component(work.scope, row, work.wanted.value, run.op, work.where.at):
        facts.of_component(work.scope, row, run, work.wanted.value, work.where.at)
    return Outcome(work.wanted.key, work.wanted.kind, serial=row.serial, op=run.op, passed=True), row


def _count(work: _Work) -> tuple[Outcome, Serial | None]:
    done = counts.count_pieces(work.scope, work.wanted, work.line, work.where)
    return Outcome(
        work.wanted.key,
        work.wanted.kind,
        order=work.wanted.order,
        op=done,
        good=work.wanted.good,
        scrap=work.wanted.scrap,
    ), None


def _sign_off(work: _Work) -> tuple[Outcome, Serial | None]:
    person = work.wanted.operator or work.scope.person_id
    if person is not None:
        sign_off(work.scope, work.wanted.line, work.wanted.station, person, work.where.at)
    return Outcome(work.wanted.key, work.wanted.kind), None


def _row(work: _Work) -> Serial:
    found = (
        Serial.objects.of(work.scope)
        .filter(org=work.line.org, serial=work.serial)
        .values_list("pk", flat=True)
    )
    if not found:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    return locked_serial(work.scope, found[0])


def _open_run(work: _Work, row: Serial) -> OperationRun:
    run = (
        OperationRun.objects.of(work.scope)
        .filter(serial=row, line=work.line, station=work.wanted.station, ended_at=None)
        .first()
    )
    if run is None:
        raise Problem(
            "work.not_on_station",
            f"Part {row.serial} is not on station {work.wanted.station}; start it there first.",
            status=409,
            serial=row.serial,
            station=work.wanted.station,
        )
    return run


_DO: dict[ReportKind, Callable[[_Work], tuple[Outcome, Serial | None]]] = {
    ReportKind.START: _start,
    ReportKind.GOOD: _finish(RunResult.GOOD),
    ReportKind.SCRAP: _finish(RunResult.SCRAP),
    ReportKind.REWORK: _finish(RunResult.REWORK),
    ReportKind.ABORT: _finish(RunResult.ABORTED),
    ReportKind.HOLD: _hold,
    ReportKind.CHECK: _check,
    ReportKind.CONSUME: _consume,
    ReportKind.COUNT: _count,
    ReportKind.SIGN_OFF: _sign_off,
}
