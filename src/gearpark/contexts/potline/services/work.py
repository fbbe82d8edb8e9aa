"""The crew's orders: done with what was weighed, skipped with a reason, taken back; and followed by the signals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import numpy as np

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, now_utc
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.audit import record
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting, require
from gearpark.lake.series import Series

from ..models import MAX_ACTOR, MAX_NOTE, Potline, WorkOrder
from ..queries.cells import over, words_over
from ..queries.lines import info_of
from ..queries.plan_case import CHANGE, TAP_JUMP_KG
from ..queries.plans import work_info
from ..queries.shifts import day_of, shift_times
from ..types import WORK, OrderKind, OrderState, PlanState, PotlineInfo, WorkInfo

MOST_KG = 20_000.0  # from one cell
UNDO_H = 24
EVERY_S = 60.0
EARLY, LATE = (
    timedelta(hours=4),
    timedelta(hours=8),
)  # around its shift, in which a signal counts for an order
CRANE = "crane"


def done(scope: Scope, key: int, kg: float | None = None) -> WorkInfo:
    """Say that an order was carried out; of a tap with the weighed ``kg``. Again: the newest weight stands. Problems
    ``potline.work_unknown``, ``potline.weight_wrong``, ``potline.work_over``."""
    with _taken(scope, key) as row:
        if row.kind == OrderKind.TAP and (kg is None or not math.isfinite(kg) or not 0 < kg <= MOST_KG):
            raise Problem(
                "potline.weight_wrong",
                f"Give the weighed metal in kg, above 0 and at most {MOST_KG:,.0f}.",
                most=int(MOST_KG),
            )
        row.kg = kg if row.kind == OrderKind.TAP else None
        row.state, row.note = OrderState.DONE.value, ""
        return _kept(scope, row, "potline.work_done")


def skip(scope: Scope, key: int, why: str) -> WorkInfo:
    """Say that an order is not carried out, and why. Problems ``potline.work_unknown``, ``potline.reason_missing``,
    ``potline.work_over``."""
    reason = why.strip()
    if not reason or len(reason) > MAX_NOTE:
        raise Problem("potline.reason_missing", f"Say why, in at most {MAX_NOTE} characters.", most=MAX_NOTE)
    with _taken(scope, key) as row:
        row.state, row.kg, row.note = OrderState.SKIPPED.value, None, reason
        return _kept(scope, row, "potline.work_skipped")


def undo(scope: Scope, key: int) -> WorkInfo:
    """Open an order again, within a day. Problems ``potline.work_unknown``, ``potline.work_over``."""
    with _taken(scope, key) as row:
        if row.at is not None and now_utc() - row.at > timedelta(hours=UNDO_H):
            raise _over()
        row.state, row.kg, row.note = OrderState.OPEN.value, None, ""
        return _kept(scope, row, "potline.work_reopened")


def _over() -> Problem:
    return Problem(
        "potline.work_over",
        "The order's plan is no longer in force, or a day has gone by: it cannot be changed.",
        status=409,
    )


@contextmanager
def _taken(scope: Scope, key: int) -> Iterator[WorkOrder]:
    require(scope, WORK)
    with acting(scope):
        row = (
            WorkOrder.objects.of(scope)
            .select_related("plan")
            .select_for_update(of=("self",))
            .filter(pk=key)
            .first()
        )
        if row is None:
            raise NotFound("potline.work_unknown", "There is no such order that you may see.")
        if row.plan.state != PlanState.RELEASED.value:
            raise _over()
        yield row


def _kept(scope: Scope, row: WorkOrder, action: str) -> WorkInfo:
    row.by, row.at, row.source = scope.actor[:MAX_ACTOR], now_utc(), "crew"
    row.save()
    record(
        scope,
        action,
        "potline.work",
        str(row.pk),
        None,
        {"cell": row.cell, "kg": row.kg, "note": row.note},
        org=row.org,
    )
    return work_info(row)


# -- signals ------------------------------------------------------------------------------------------------------


def follow(now: datetime) -> int:
    """Close orders whose work the signals tell: metal weighed by the crane, anode change begun. Returns how many."""
    scope = process_scope("potline")
    closed = 0
    with acting(scope):
        today = day_of(now)
        open_rows = list(
            WorkOrder.objects.of(scope).filter(
                state=OrderState.OPEN.value, plan__state=PlanState.RELEASED.value,
                day__gte=today - timedelta(days=1), day__lte=today + timedelta(days=1),
            )
        )  # fmt: skip
        lines = {
            row.pk: info_of(row)
            for row in Potline.objects.of(scope).filter(pk__in={r.line_id for r in open_rows})
        }
    for line_id, info in lines.items():
        rows = [row for row in open_rows if row.line_id == line_id and _begun(row, now)]
        found = _told(info, rows, now)
        for row, (at, kg) in found:
            with acting(scope):
                closed += WorkOrder.objects.of(scope).filter(pk=row.pk, state=OrderState.OPEN.value).update(
                    state=OrderState.DONE.value, kg=kg, at=at, by="", source=CRANE
                )  # fmt: skip
    return closed


def _begun(row: WorkOrder, now: datetime) -> bool:
    begin, end = shift_times(row.day)[row.shift]
    return begin - EARLY <= now and now < end + LATE


def _told(
    info: PotlineInfo, rows: list[WorkOrder], now: datetime
) -> list[tuple[WorkOrder, tuple[datetime, float | None]]]:
    if not rows:
        return []
    start = min(shift_times(row.day)[row.shift][0] for row in rows) - EARLY
    taps = sorted({row.cell for row in rows if row.kind == OrderKind.TAP})
    changes = sorted({row.cell for row in rows if row.kind == OrderKind.ANODE})
    weighed = (
        {cell: _jumps(series) for cell, series in over(info, taps, "tapped_total", start, now).items()}
        if taps
        else {}
    )
    begun = {
        cell: [at for at, word in told if word == CHANGE]
        for cell, told in (words_over(info, changes, "work", start, now) if changes else {}).items()
    }
    made: list[tuple[WorkOrder, tuple[datetime, float | None]]] = []
    for row in rows:
        begin, end = shift_times(row.day)[row.shift]
        if row.kind == OrderKind.TAP:
            hits = [(at, kg) for at, kg in weighed.get(row.cell, ()) if begin - EARLY <= at < end + LATE]
            if hits:
                made.append((row, (hits[0][0], hits[0][1])))
        else:
            seen = [at for at in begun.get(row.cell, ()) if begin - EARLY <= at < end + LATE]
            if seen:
                made.append((row, (seen[0], None)))
    return made


def _jumps(series: Series) -> list[tuple[datetime, float]]:
    good = ~np.isnan(series.num)
    at, value = series.at_us[good], series.num[good]
    steps = np.diff(value)
    return [(from_us(int(at[k + 1])), float(steps[k])) for k in np.flatnonzero(steps > TAP_JUMP_KG)]


LOOPS = (Loop("potline.work", EVERY_S, follow),)
