"""Plans and the crew's orders as kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Plan, WorkOrder
from ..types import OrderKind, OrderState, PlanInfo, PlanState, PotlineInfo, TapLadle, TappingPlan, WorkInfo
from .shifts import shift_times

MAX_LISTED = 120
MAX_ORDERS = 3_000


def plans(scope: Scope, info: PotlineInfo) -> list[PlanInfo]:
    """Of a line, the latest day first, without what they were made from."""
    rows = Plan.objects.of(scope).filter(line_id=info.id).defer("case", "result")[:MAX_LISTED]
    return [plan_info(row, whole=False) for row in rows]


def plan(scope: Scope, key: int) -> PlanInfo:
    """One, or NotFound ``potline.plan_unknown``."""
    row = Plan.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("potline.plan_unknown", "There is no such plan that you may see.")
    return plan_info(row)


def plan_info(row: Plan, *, whole: bool = True) -> PlanInfo:
    case: Any = row.case if whole else {}
    result: Any = row.result if whole else {}
    return PlanInfo(
        id=row.pk, line_id=row.line_id, day=row.day, state=PlanState(row.state), rules=row.rules, wanted=tuple(row.wanted),
        case=case, result=result, unknown=row.unknown, problem=row.problem, made_by=row.made_by, made_at=row.made_at,
        released_by=row.released_by, released_at=row.released_at, note=row.note,
    )  # fmt: skip


def work(
    scope: Scope, info: PotlineInfo, day: date, shift: int | None = None, kind: OrderKind | None = None
) -> list[WorkInfo]:
    """Orders of a day's released plan, by shift, ladle and cell."""
    rows = WorkOrder.objects.of(scope).filter(line_id=info.id, day=day, plan__state=PlanState.RELEASED.value)
    if shift is not None:
        rows = rows.filter(shift=shift)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    return [work_info(row) for row in rows[:MAX_ORDERS]]


def work_info(row: WorkOrder) -> WorkInfo:
    return WorkInfo(
        id=row.pk, plan_id=row.plan_id, day=row.day, shift=row.shift, kind=OrderKind(row.kind), cell=row.cell, ladle=row.ladle,
        grade=row.grade, planned_kg=row.planned_kg, state=OrderState(row.state), kg=row.kg, by=row.by, at=row.at,
        source=row.source, note=row.note,
    )  # fmt: skip


def tapping_plan(scope: Scope, info: PotlineInfo, day: date) -> TappingPlan | None:
    """The released plan of a day with what was weighed; None where none is released."""
    row = (
        Plan.objects.of(scope)
        .filter(line_id=info.id, day=day, state=PlanState.RELEASED.value)
        .defer("case")
        .first()
    )
    if row is None or row.released_at is None:
        return None
    weighed: dict[tuple[int, int], float] = {}
    for order in work(scope, info, day, kind=OrderKind.TAP):
        at = (order.shift, order.ladle)
        weighed[at] = weighed.get(at, 0.0) + (order.kg or 0.0) / 1000.0
    times = shift_times(day)
    made, count = [], {0: 0, 1: 0, 2: 0}
    for ladle in row.result["ladles"]:
        shift = ladle["shift"]
        count[shift] += 1
        made.append(
            TapLadle(
                shift, times[shift][0], tuple(ladle["cells"]), ladle["tonnes"], ladle["fe"], ladle["si"], ladle["grade"],
                weighed.get((shift, count[shift]), 0.0),
            )
        )  # fmt: skip
    return TappingPlan(info.org, info.code, day, row.released_at, tuple(made))
