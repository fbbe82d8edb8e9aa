"""The crew's orders: done with what was weighed, skipped with a reason, taken back; and followed by the signals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.audit import record
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_NOTE, Potline, WorkOrder
from ..queries.cells import over, words_over
from ..queries.counters import taps
from ..queries.lines import info_of
from ..queries.plan_case import CHANGE
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
    """Close orders whose work the signals tell: metal weighed by the crane, anode change begun. Returns how many.

    A signal counts for one order, about its shift and after the plan's release; an order a person has touched is theirs.
    """
    scope = process_scope("potline")
    with acting(scope):
        today = day_of(now)
        near = WorkOrder.objects.of(scope).filter(
            plan__state=PlanState.RELEASED.value,
            day__gte=today - timedelta(days=1),
            day__lte=today + timedelta(days=1),
        )
        waiting = list(
            near.filter(state=OrderState.OPEN.value, source="")
            .select_related("plan")
            .order_by("day", "shift", "due")
        )
        spent = set(near.filter(source=CRANE).values_list("line_id", "kind", "cell", "at"))
        lines = [
            info_of(row) for row in Potline.objects.of(scope).filter(pk__in={row.line_id for row in waiting})
        ]
    closed = 0
    for info in lines:
        rows = [row for row in waiting if row.line_id == info.id and _window(row)[0] <= now < _window(row)[1]]
        for row, at, kg in _told(info, rows, spent, now):
            with acting(scope):
                closed += WorkOrder.objects.of(scope).filter(pk=row.pk, state=OrderState.OPEN.value, source="").update(
                    state=OrderState.DONE.value, kg=kg, at=at, source=CRANE
                )  # fmt: skip
    return closed


def _window(row: WorkOrder) -> tuple[datetime, datetime]:
    """From when until when a signal counts for an order."""
    begin, end = shift_times(row.day)[row.shift]
    released = row.plan.released_at
    return max(begin - EARLY, released) if released else begin - EARLY, end + LATE


def _told(
    info: PotlineInfo, rows: list[WorkOrder], spent: set[tuple[int, str, int, datetime | None]], now: datetime
) -> Iterator[tuple[WorkOrder, datetime, float | None]]:
    """Orders with the moment of their signal and what was weighed."""
    if not rows:
        return
    start = min(_window(row)[0] for row in rows)
    tapped = sorted({row.cell for row in rows if row.kind == OrderKind.TAP})
    changed = sorted({row.cell for row in rows if row.kind == OrderKind.ANODE})
    heard: dict[tuple[str, int], list[tuple[datetime, float | None]]] = {}
    if tapped:
        for cell, series in over(info, tapped, "tapped_total", start, now).items():
            heard[OrderKind.TAP.value, cell] = list(taps(series))
    if changed:
        for cell, told in words_over(info, changed, "work", start, now).items():
            heard[OrderKind.ANODE.value, cell] = [(at, None) for at, word in told if word == CHANGE]
    for row in rows:
        begin, end = _window(row)
        for at, kg in heard.get((row.kind, row.cell), ()):
            mark = (row.line_id, row.kind, row.cell, at)
            if begin <= at < end and mark not in spent:
                spent.add(mark)
                yield row, at, kg
                break


LOOPS = (Loop("potline.work", EVERY_S, follow),)
