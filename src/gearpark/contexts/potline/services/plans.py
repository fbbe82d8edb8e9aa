"""Plans of tapping and anode changes: asked for, made by a job, released to the crew, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.potplan.documents import plan_document, read_case
from gearpark.engines.potplan.plan import plain, plan, premium_of, tonnes_of
from gearpark.engines.potplan.shifts import assign
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.http import unforeseen
from gearpark.kit.jobs import defer
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_NOTE, Plan, Potline, WorkOrder
from ..queries.lines import info_of
from ..queries.plan_case import plan_case
from ..queries.plans import plan_info
from ..queries.shifts import day_of
from ..types import CONTROL, OrderKind, OrderState, PlanInfo, PlanState, TappingPlanReleased
from .lines import line_row

TASK = "potline.plan"
MAX_OPEN = 5
AHEAD = timedelta(days=7)  # analyses and levels of today say little of later days


def draft(
    scope: Scope, code: str, day: date, rules: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]
) -> PlanInfo:
    """Ask for a plan of a day; a job makes it. Problems ``potline.line_unknown``, ``potline.day_wrong``,
    ``potline.too_many_plans``, ``potplan.case`` (rules or wanted metal)."""
    require(scope, CONTROL)
    read_case(
        {"cells": [{"cell": 1}], "rules": {**rules, "shifts": 3}, "orders": list(wanted)}
    )  # refuse now, not in the job
    today = day_of(now_utc())
    if not today <= day <= today + AHEAD:
        raise Problem(
            "potline.day_wrong",
            f"A plan is made for a day from today to {AHEAD.days} days ahead.",
            days=AHEAD.days,
        )
    with acting(scope):
        line = line_row(scope, code)
        open_states = (PlanState.WAITING.value, PlanState.SOLVING.value)
        if Plan.objects.of(scope).filter(line=line, state__in=open_states).count() >= MAX_OPEN:
            raise Problem(
                "potline.too_many_plans", f"{MAX_OPEN} plans of this line are being made already.", status=409, most=MAX_OPEN
            )  # fmt: skip
        row = Plan(
            org=line.org, line=line, day=day, rules=dict(rules), wanted=[dict(one) for one in wanted],
            made_by=scope.actor[:MAX_ACTOR], made_at=now_utc(),
        )  # fmt: skip
        row.save(force_insert=True)
        record(
            scope,
            "potline.plan_asked",
            "potline.plan",
            str(row.pk),
            None,
            {"day": day.isoformat()},
            org=row.org,
        )
        defer(TASK, plan_id=row.pk)
        return plan_info(row)


def perform(scope: Scope, key: int) -> PlanState | None:
    """Make a waiting plan. None when there is nothing to do."""
    with acting(scope):
        row = (
            Plan.objects.of(scope)
            .select_for_update(of=("self",))
            .filter(pk=key, state=PlanState.WAITING.value)
            .first()
        )
        if row is None:
            return None
        row.state = PlanState.SOLVING.value
        row.save(update_fields=["state"])
        info = info_of(Potline.objects.of(scope).get(pk=row.line_id))
    try:
        raw, unknown = plan_case(info, row.day, row.rules, row.wanted)
        case = read_case(raw)
        made = plan(case)
        beside = plain(case, assign(case).taps)
        result = plan_document(made) | {
            "plain": {
                "ladles": len(beside),
                "tonnes": tonnes_of(case, beside),
                "premium": premium_of(case, beside),
            }
        }
    except Problem as problem:
        return _fail(scope, key, problem)
    except Exception as error:  # a fault is told with the plan; the worker goes on
        return _fail(scope, key, unforeseen(error, TASK))
    with acting(scope):
        Plan.objects.of(scope).filter(pk=key, state=PlanState.SOLVING.value).update(
            state=PlanState.DRAFT.value, case=raw, result=result, unknown=unknown
        )
    return PlanState.DRAFT


def _fail(scope: Scope, key: int, problem: Problem) -> PlanState:
    told = {"code": problem.code, "sentence": problem.sentence, "details": problem.details}
    with acting(scope):
        Plan.objects.of(scope).filter(pk=key, state=PlanState.SOLVING.value).update(
            state=PlanState.FAILED.value, problem=told
        )
    return PlanState.FAILED


def release(scope: Scope, key: int) -> PlanInfo:
    """Give a draft to the crew: its orders are made. Tells ``TappingPlanReleased``. Problems ``potline.plan_unknown``,
    ``potline.plan_not_so_far``, ``potline.plan_released_already``."""
    with _taken(scope, key, PlanState.DRAFT) as row:
        Potline.objects.of(scope).select_for_update().get(pk=row.line_id)  # two releases of one day wait here
        if (
            Plan.objects.of(scope)
            .filter(line_id=row.line_id, day=row.day, state=PlanState.RELEASED.value)
            .exists()
        ):
            raise Problem(
                "potline.plan_released_already",
                f"A plan of {row.day.isoformat()} is released already: withdraw it first.",
                status=409,
                day=row.day.isoformat(),
            )
        row.state = PlanState.RELEASED.value
        row.released_by, row.released_at = scope.actor[:MAX_ACTOR], now_utc()
        row.save()
        WorkOrder.objects.of(scope).bulk_create(_orders(row))
        return _told(scope, row, "potline.plan_released")


def withdraw(scope: Scope, key: int, note: str = "") -> PlanInfo:
    """Take a released plan back, or drop a draft. What the crew has done stays; open orders are skipped. Problems
    ``potline.plan_unknown``, ``potline.plan_not_so_far``."""
    with _taken(scope, key, PlanState.RELEASED, PlanState.DRAFT, PlanState.FAILED) as row:
        was_released = row.state == PlanState.RELEASED.value
        row.state, row.note = PlanState.WITHDRAWN.value, note.strip()[:MAX_NOTE]
        row.save()
        WorkOrder.objects.of(scope).filter(plan=row, state=OrderState.OPEN.value).update(
            state=OrderState.SKIPPED.value, by=scope.actor[:MAX_ACTOR], at=now_utc(), note=row.note
        )
        return _told(scope, row, "potline.plan_withdrawn", was_released=was_released)


def _orders(row: Plan) -> list[WorkOrder]:
    """One order a tapped cell and a changed pair of anodes."""
    tap_t = {cell["cell"]: cell["tap_t"] for cell in row.case["cells"]}
    made, numbers = [], [0, 0, 0]
    for ladle in row.result["ladles"]:
        numbers[ladle["shift"]] += 1
        made += [
            WorkOrder(
                org=row.org, plan=row, line_id=row.line_id, day=row.day, shift=ladle["shift"], kind=OrderKind.TAP.value,
                cell=cell, ladle=numbers[ladle["shift"]], grade=ladle["grade"], planned_kg=round(1000.0 * tap_t[cell], 1),
            )
            for cell in ladle["cells"]
        ]  # fmt: skip
    made += [
        WorkOrder(
            org=row.org, plan=row, line_id=row.line_id, day=row.day, shift=change["shift"], kind=OrderKind.ANODE.value,
            cell=change["cell"], due=change["due"] + 1,
        )
        for change in row.result["changes"]
    ]  # fmt: skip
    return made


@contextmanager
def _taken(scope: Scope, key: int, *states: PlanState) -> Iterator[Plan]:
    require(scope, CONTROL)
    with acting(scope):
        row = Plan.objects.of(scope).select_for_update(of=("self",)).filter(pk=key).first()
        if row is None:
            raise NotFound("potline.plan_unknown", "There is no such plan that you may see.")
        if row.state not in states:
            raise Problem(
                "potline.plan_not_so_far",
                f"The plan is {row.state}; that is possible when it is {' or '.join(states)}.",
                status=409,
                state=row.state,
            )
        yield row


def _told(scope: Scope, row: Plan, action: str, *, was_released: bool = True) -> PlanInfo:
    record(
        scope,
        action,
        "potline.plan",
        str(row.pk),
        None,
        {"day": row.day.isoformat(), "note": row.note},
        org=row.org,
    )
    if was_released:
        line = Potline.objects.of(scope).get(pk=row.line_id)
        events.tell(TappingPlanReleased(row.org, line.code, row.day, row.state == PlanState.WITHDRAWN.value))
    return plan_info(row)
