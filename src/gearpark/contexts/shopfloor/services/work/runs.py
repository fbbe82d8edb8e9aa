"""Starting and ending operations one part at a time: what terminals and other systems report."""

from __future__ import annotations

from datetime import datetime, timedelta

from gearpark.base.limits import MAX_FUTURE_S
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting, require

from ...models import Instruction, Line, OperationRun, Serial, WorkOrder
from ...models.lines import MAX_CODE
from ...models.work import MAX_ACTOR
from ...queries.work.instructions import checks, instruction, open_steps
from ...queries.work.interlocks import blocks_of, step_here
from ...queries.work.route import Route, Step, line_row, route_of, station_of
from ...types.work import (
    WORK,
    AtStation,
    Block,
    RoutingStatus,
    RunInfo,
    RunResult,
    RunSource,
    SerialStatus,
)
from .overrides import spent_override
from .parts import locked_serial, rework_target
from .serials import issue_serials
from .standing import STANDING, settle, stand, tell_left, tell_run

MAX_OFFLINE = timedelta(days=7)  # how long a terminal may be away before its reports are no longer believed


def start_operation(
    scope: Scope, where: AtStation, now: datetime, *, serial: str = "", order: str = ""
) -> RunInfo:
    """Put a part on a station. Without ``serial`` the next new one of ``order`` is given.

    Problems: ``work.blocked`` (with every reason and what releases it), ``work.on_station``, ``work.order_*``.
    A start that comes in after its end was reported only moves that run's begin.
    """
    require(scope, WORK)
    believe(where.at, now)
    with acting(scope):
        line = line_row(scope, where.line_asset)
        station = station_of(line, where.station)
        row = _part(scope, line, serial, order, where.at)
        way = route_of(scope, row)
        runs = _runs(scope, row)
        late = _late_start(runs, station.code, line, where.at)
        if late is not None:
            late.begun_at = where.at
            late.save(update_fields=["begun_at"])
            return run_info(late, row, line)
        for run in runs:
            if run.ended_at is None:
                mine = run.person_id == (where.operator or scope.person_id)
                if mine and (run.station, run.line_id) == (station.code, line.pk):
                    return run_info(run, row, line)
                raise _elsewhere(row, run)
        step = _step(row, way, station.group)
        _refuse_blocked(scope, row, line, where, way, step)
        made = _begin(scope, row, line, where, step.op, runs)
        settle(scope, [row.order_id], where.at)
        return run_info(made, row, line)


def finish_operation(
    scope: Scope,
    where: AtStation,
    now: datetime,
    serial: str,
    *,
    order: str = "",
    result: RunResult = RunResult.GOOD,
    reason: str = "",
    rework_to: int | None = None,
) -> RunInfo:
    """End the part's operation on a station; a part that nobody started there is started and ended at once.

    Without ``serial`` the next new part of ``order`` is given, started and ended.

    Problems: as for starting; ``work.reason_missing``, ``work.rework_limit``, ``work.rework_target``,
    ``work.checks_open`` when the work instruction's checks are not done.
    """
    require(scope, WORK)
    believe(where.at, now)
    if result in (RunResult.SCRAP, RunResult.REWORK) and not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        line = line_row(scope, where.line_asset)
        station = station_of(line, where.station)
        row = _part(scope, line, serial, order, where.at)
        way = route_of(scope, row)
        runs = _runs(scope, row)
        run = next((item for item in runs if item.ended_at is None), None)
        if run is not None and (run.station, run.line_id) != (station.code, line.pk):
            raise _elsewhere(row, run)
        if run is None:
            step = _step(row, way, station.group)
            _refuse_blocked(scope, row, line, where, way, step)
            run = _begin(scope, row, line, where, step.op, runs)
            runs.append(run)
        if result is RunResult.GOOD:
            _refuse_unchecked(scope, run)
        if result is RunResult.REWORK:
            run.rework_to = rework_target(row, way, run.op, rework_to)
        run.ended_at = max(where.at, run.begun_at)
        run.result, run.reason = result.value, reason.strip()[:MAX_CODE]
        run.save(update_fields=["ended_at", "result", "reason", "rework_to"])
        before = row.status
        if stand(row, way.ops, runs):
            row.save(update_fields=list(STANDING))
        tell_run(run, row, line.asset)
        tell_left(row, before)
        settle(scope, [row.order_id], run.ended_at)
        return run_info(run, row, line)


def _refuse_unchecked(scope: Scope, run: OperationRun) -> None:
    """A good part has every check of the instruction it was made with."""
    if run.instruction_id is None:
        return
    found = open_steps(instruction(scope, run.instruction_id), checks(scope, run.pk))
    if found:
        numbers = ", ".join(str(step.position) for step in found)
        raise Problem(
            "work.checks_open",
            f"Steps {numbers} of the work instruction are not checked, or their check failed.",
            status=409,
            steps=numbers,
        )


def scrap(scope: Scope, where: AtStation, now: datetime, serial: str, reason: str) -> RunInfo:
    """End the part's operation as scrap; ``reason`` is a code of the line type's scrap reasons."""
    return finish_operation(scope, where, now, serial, result=RunResult.SCRAP, reason=reason)


def rework(
    scope: Scope, where: AtStation, now: datetime, serial: str, reason: str, to_op: int | None = None
) -> RunInfo:
    """End the part's operation and send it back to ``to_op`` (else where the routing says)."""
    return finish_operation(
        scope, where, now, serial, result=RunResult.REWORK, reason=reason, rework_to=to_op
    )


def _elsewhere(row: Serial, run: OperationRun) -> Problem:
    return Problem(
        "work.on_station",
        f"Part {row.serial} is on station {run.station} ({run.by}); take it off there first.",
        status=409,
        serial=row.serial,
        station=run.station,
        by=run.by,
    )


def believe(at: datetime, now: datetime) -> None:
    """Refuse a terminal's time that cannot be: ahead of the server's clock or older than MAX_OFFLINE."""
    if at > now + timedelta(seconds=MAX_FUTURE_S) or at < now - MAX_OFFLINE:
        raise Problem(
            "work.time_unbelievable",
            "The terminal's clock is off, or the report is older than a week; nothing was changed.",
            status=422,
            at=at.isoformat(),
        )


def _part(scope: Scope, line: Line, serial: str, order: str, at: datetime) -> Serial:
    if not serial:
        if not order:
            raise Problem("work.serial_missing", "Scan a part or choose an order.")
        key = (
            WorkOrder.objects.of(scope)
            .filter(org=line.org, number=order)
            .values_list("pk", flat=True)
            .first()
        )
        if key is None:
            raise NotFound("work.order_unknown", "There is no such order that you may see.")
        return locked_serial(scope, issue_serials(scope, key, 1, at)[0].pk)
    key = Serial.objects.of(scope).filter(org=line.org, serial=serial).values_list("pk", flat=True).first()
    if key is None:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    return locked_serial(scope, key)


def _runs(scope: Scope, row: Serial) -> list[OperationRun]:
    return list(OperationRun.objects.of(scope).filter(serial=row).order_by("begun_at", "pk"))


def _late_start(runs: list[OperationRun], station: str, line: Line, at: datetime) -> OperationRun | None:
    """The run whose end came in before this start: it has no length yet and nothing lies between."""
    for index, run in enumerate(runs):
        if (
            run.station == station
            and run.line_id == line.pk
            and run.ended_at == run.begun_at
            and at <= run.begun_at
            and run.source != RunSource.LINE
            and (index == 0 or (runs[index - 1].ended_at or at) <= at)
        ):
            return run
    return None


def _step(row: Serial, way: Route, group: str) -> Step:
    found = step_here(row, way, group)
    if found is None:
        raise Problem(
            "work.not_on_route",
            f"Part {row.serial} has no operation at {group} on its route.",
            status=409,
            serial=row.serial,
            group=group,
        )
    return found


def _refuse_blocked(scope: Scope, row: Serial, line: Line, where: AtStation, way: Route, step: Step) -> None:
    operator = where.operator or scope.person_id
    people = operator is not None or where.source is not RunSource.API
    found = blocks_of(scope, row, line, where.station, way, step, operator, where.at, people=people)
    signed = spent_override(scope, row, line, where.station, step.op, found, where.at)
    left = [block for block in found if block.code not in signed]
    if left:
        raise blocked(row.serial, where.station, left)


def blocked(serial: str, station: str, found: list[Block]) -> Problem:
    """The refusal that names every interlock."""
    return Problem(
        "work.blocked",
        f"Part {serial} must not start at {station}: {', '.join(block.code for block in found)}.",
        status=409,
        serial=serial,
        station=station,
        codes=", ".join(block.code for block in found),
        blocks=[{"code": block.code, "facts": block.facts, "signed": block.signed} for block in found],
    )


def _begin(
    scope: Scope, row: Serial, line: Line, where: AtStation, op: int, runs: list[OperationRun]
) -> OperationRun:
    made = OperationRun(
        org=row.org,
        serial=row,
        line=line,
        station=where.station,
        op=op,
        attempt=1 + sum(1 for run in runs if run.op == op and run.result != RunResult.ABORTED),
        begun_at=where.at,
        source=where.source.value,
        by=(where.by or scope.actor)[:MAX_ACTOR],
        person_id=where.operator or scope.person_id,
        instruction_id=Instruction.objects.of(scope)
        .filter(product_id=row.product_id, op=op, status=RoutingStatus.RELEASED.value)
        .values_list("pk", flat=True)
        .first(),
    )
    made.save(force_insert=True)
    return made


def run_info(run: OperationRun, row: Serial, line: Line) -> RunInfo:
    """Rows -> plain data."""
    return RunInfo(
        id=run.pk,
        serial_id=row.pk,
        serial=row.serial,
        order_id=row.order_id,
        line_asset=line.asset,
        station=run.station,
        op=run.op,
        attempt=run.attempt,
        begun_at=run.begun_at,
        ended_at=run.ended_at,
        result=RunResult(run.result) if run.result else None,
        reason=run.reason,
        by=run.by,
        source=RunSource(run.source),
        status=SerialStatus(row.status),
        next_op=row.next_op,
    )
