"""Runs as a line reports them, many at a time: idempotent by natural key, the same result in any order of arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import LineTemplate
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, Line, OperationRun, Serial, WorkOrder
from ...models.work import MAX_ACTOR, MAX_SERIAL
from ...queries.line_types import shape_of
from ...queries.work.route import Route, line_row, routes, template_route
from ...types.work import (
    END_NOT_SEEN,
    WORK,
    RunResult,
    RunSeen,
    RunSource,
    RunsRecorded,
    SerialStatus,
)
from .bulk import update_rows
from .line_orders import order_of_line, product_of_line
from .standing import STANDING, settle, stand, tell_left, tell_run

MAX_RUNS = 20_000  # of one call
CHUNK = 2_000  # rows of one statement
Key = tuple[str, str, datetime]


@dataclass(slots=True)
class _Batch:
    """What one call gathers before it writes."""

    line: Line
    shape: LineTemplate
    by: str
    serials: dict[str, Serial] = field(default_factory=dict)
    routes: dict[int, Route] = field(default_factory=dict)
    runs: dict[int, list[OperationRun]] = field(default_factory=lambda: defaultdict(list))
    added: list[OperationRun] = field(default_factory=list)
    changed: dict[int, OperationRun] = field(default_factory=dict)
    ended: list[OperationRun] = field(default_factory=list)
    adopted: set[int] = field(default_factory=set)
    known: int = 0
    conflicts: list[Key] = field(default_factory=list)


def record_runs(scope: Scope, line_asset: str, runs: Sequence[RunSeen]) -> RunsRecorded:
    """Store what a line reports about parts; orders and serials nobody planned are registered.

    The same runs may come twice, in parts and in any order. Machines are not asked for interlocks: what they did is
    a fact. ``OperationDone`` and ``SerialDone`` are told for what is new, in order of time.
    """
    require(scope, WORK)
    if len(runs) > MAX_RUNS:
        raise Problem("work.batch_size", f"At most {MAX_RUNS} runs are taken at a time.", status=413)
    for seen in runs:
        _check(seen)
    with acting(scope):
        line = line_row(scope, line_asset)
        batch = _Batch(line, shape_of(line), scope.actor[:MAX_ACTOR])
        _read_serials(scope, batch, runs)
        _read_runs(scope, batch)
        for seen in sorted(runs, key=lambda run: (run.begun_at, run.serial, run.station)):
            _merge(batch, seen)
        _close_left_open(batch)
        _write(scope, batch)
        return RunsRecorded(
            serial_ids={text: row.pk for text, row in batch.serials.items()},
            added=len(batch.added),
            ended=sum(1 for run in batch.ended if run.pk in batch.changed),
            known=batch.known,
            conflicts=tuple(batch.conflicts),
        )


def _check(seen: RunSeen) -> None:
    if not seen.serial or len(seen.serial) > MAX_SERIAL or not seen.station:
        raise Problem("work.run_unreadable", "A run needs a serial and a station.", serial=seen.serial[:80])
    if seen.ended_at is not None and seen.ended_at < seen.begun_at:
        raise Problem("work.run_unreadable", "A run cannot end before it began.", serial=seen.serial)


def _read_serials(scope: Scope, batch: _Batch, runs: Sequence[RunSeen]) -> None:
    """Lock the known serials and make the unknown ones, each under its order where the line named one."""
    firsts: dict[str, RunSeen] = {}
    for seen in sorted(runs, key=lambda run: run.begun_at):
        held = firsts.get(seen.serial)
        if held is None or (seen.order and not held.order):
            firsts[seen.serial] = seen
    begun = {text: min(run.begun_at for run in runs_) for text, runs_ in _by_serial(runs).items()}
    orders: dict[str, WorkOrder] = {}
    for seen in firsts.values():
        if seen.order and seen.order not in orders:
            orders[seen.order] = order_of_line(scope, batch.line, seen.order, seen.variant, seen.begun_at)
    _fetch(scope, batch, firsts)
    missing = [seen for text, seen in firsts.items() if text not in batch.serials]
    if missing:
        products = {
            word: product_of_line(scope, batch.line, word)
            for word in {seen.variant for seen in missing if not seen.order}
        }
        made = []
        for seen in missing:
            order = orders.get(seen.order)
            row = Serial(
                org=batch.line.org,
                serial=seen.serial,
                product=order.product if order else products[seen.variant],
                order=order,
                lot=seen.lot or (order.lot if order else ""),
                status=SerialStatus.OPEN.value,
                begun_at=begun[seen.serial],
            )
            made.append(row)
        Serial.objects.of(scope).bulk_create(made, batch_size=CHUNK, ignore_conflicts=True)
        _fetch(scope, batch, [seen.serial for seen in missing])
    _adopt(batch, firsts, orders)
    _read_routes(scope, batch)


def _by_serial(runs: Iterable[RunSeen]) -> dict[str, list[RunSeen]]:
    found: dict[str, list[RunSeen]] = defaultdict(list)
    for seen in runs:
        found[seen.serial].append(seen)
    return found


def _fetch(scope: Scope, batch: _Batch, texts: Iterable[str]) -> None:
    wanted = list(texts)
    for start in range(0, len(wanted), CHUNK):
        rows = (
            Serial.objects.of(scope)
            .select_related("order__line", "product")
            .filter(org=batch.line.org, serial__in=wanted[start : start + CHUNK])
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        batch.serials.update((row.serial, row) for row in rows)


def _adopt(batch: _Batch, firsts: dict[str, RunSeen], orders: dict[str, WorkOrder]) -> None:
    """A part that was first seen without an order takes the one that is named later; an order never changes."""
    for text, seen in firsts.items():
        row = batch.serials[text]
        if row.order is None and seen.order in orders:
            row.order = orders[seen.order]
            row.product = row.order.product
            row.version += 1
            batch.adopted.add(row.pk)


def _read_routes(scope: Scope, batch: _Batch) -> None:
    orders = {row.order.pk: row.order for row in batch.serials.values() if row.order is not None}
    batch.routes = routes(scope, orders.values())


def _read_runs(scope: Scope, batch: _Batch) -> None:
    keys = [row.pk for row in batch.serials.values()]
    for start in range(0, len(keys), CHUNK):
        for run in OperationRun.objects.of(scope).filter(serial_id__in=keys[start : start + CHUNK]):
            batch.runs[run.serial_id].append(run)


def _merge(batch: _Batch, seen: RunSeen) -> None:
    row = batch.serials[seen.serial]
    runs = batch.runs[row.pk]
    found = next(
        (
            run
            for run in runs
            if run.line_id == batch.line.pk and run.station == seen.station and run.begun_at == seen.begun_at
        ),
        None,
    )
    if found is None:
        _add(batch, row, runs, seen)
    elif seen.ended_at is None or (found.ended_at, found.result) == (seen.ended_at, seen.result.value):
        batch.known += 1
    elif found.ended_at is None or found.reason == END_NOT_SEEN:
        _end(found, seen)
        batch.ended.append(found)
        if found.pk is not None:
            batch.changed[found.pk] = found
    else:
        batch.conflicts.append((seen.serial, seen.station, seen.begun_at))


def _add(batch: _Batch, row: Serial, runs: list[OperationRun], seen: RunSeen) -> None:
    made = OperationRun(
        org=row.org,
        serial=row,
        line=batch.line,
        station=seen.station[:MAX_CODE],
        op=_op(batch, row, seen),
        begun_at=seen.begun_at,
        source=RunSource.LINE.value,
        by=batch.by,
    )
    if seen.ended_at is not None:
        _end(made, seen)
        batch.ended.append(made)
    runs.append(made)
    batch.added.append(made)


def _end(run: OperationRun, seen: RunSeen) -> None:
    run.ended_at, run.result = seen.ended_at, seen.result.value
    run.reason, run.rework_to = seen.reason[:MAX_CODE], seen.rework_to


def _op(batch: _Batch, row: Serial, seen: RunSeen) -> int:
    if seen.op is not None:
        return seen.op
    station = next((item for item in batch.shape.stations if item.code == seen.station), None)
    if station is None:
        raise Problem(
            "work.run_unreadable",
            f"Line {batch.line.asset} has no station {seen.station!r}.",
            serial=seen.serial,
        )
    here = _route(batch, row).at(station.group)
    if not here or any(step.op == station.op for step in here):
        return station.op
    return here[0].op


def _route(batch: _Batch, row: Serial) -> Route:
    found = batch.routes.get(row.order_id) if row.order_id is not None else None
    return found or template_route(batch.shape)


def _close_left_open(batch: _Batch) -> None:
    """A part is on one station at a time: an open run that another one follows ended unseen. Attempts are counted."""
    for runs in batch.runs.values():
        runs.sort(key=lambda run: (run.begun_at, run.station))
        passes: dict[int, int] = defaultdict(int)
        for run, after in zip(runs, [*runs[1:], None], strict=True):
            if run.ended_at is None and after is not None:
                run.ended_at, run.result = after.begun_at, RunResult.ABORTED.value
                run.reason = END_NOT_SEEN
                if run.pk is not None:
                    batch.changed[run.pk] = run
            attempt = passes[run.op] + 1
            if run.result != RunResult.ABORTED:
                passes[run.op] = attempt
            if run.attempt != attempt:
                run.attempt = attempt
                if run.pk is not None:
                    batch.changed[run.pk] = run


def _write(scope: Scope, batch: _Batch) -> None:
    # ends before begins: a part may not stand on two stations even for a moment
    update_rows(batch.changed.values(), ["ended_at", "result", "reason", "rework_to", "attempt"])
    OperationRun.objects.of(scope).bulk_create(batch.added, batch_size=CHUNK)
    before = {row.pk: row.status for row in batch.serials.values()}
    moved = []
    for row in batch.serials.values():
        first = min((run.begun_at for run in batch.runs[row.pk]), default=row.begun_at)
        earlier, row.begun_at = first < row.begun_at, min(first, row.begun_at)
        changed = stand(row, _route(batch, row).ops, batch.runs[row.pk])
        if changed or earlier or row.pk in batch.adopted:
            moved.append(row)
    update_rows(moved, [*STANDING, "begun_at", "order", "product"])
    by_id = {row.pk: row for row in batch.serials.values()}
    times = [run.ended_at or run.begun_at for run in batch.added]
    settle(scope, [row.order_id for row in batch.serials.values()], max(times, default=batch.line.changed_at))
    for run in sorted(batch.ended, key=lambda item: (item.ended_at or item.begun_at, item.serial_id)):
        tell_run(run, by_id[run.serial_id], batch.line.asset)
    for row in batch.serials.values():
        tell_left(row, before[row.pk])
