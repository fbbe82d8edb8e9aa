"""Transport tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.moves import Task, TaskStep
from ...types.moves import ACTIVE, Means, StepInfo, TaskInfo, TaskKind, TaskState

MAX_ACTIVE = 500
MAX_FEED = 500


def task_rows(scope: Scope) -> QuerySet[Task]:
    """For the list page."""
    return Task.objects.of(scope).select_related("source", "target", "carrier", "vehicle", "rule")


def task_info(row: Task) -> TaskInfo:
    return TaskInfo(
        id=row.pk,
        org=row.org,
        number=row.number,
        kind=TaskKind(row.kind),
        state=TaskState(row.state),
        means=Means(row.means),
        source=row.source.code,
        target=row.target.code,
        carrier=row.carrier.code if row.carrier is not None else "",
        material=row.material,
        quantity=row.quantity,
        vehicle=row.vehicle.name if row.vehicle is not None else "",
        person=row.person,
        priority=row.priority,
        due_at=row.due_at,
        made_at=row.made_at,
        ended_at=row.ended_at,
        trouble=row.trouble,
        tries=row.tries,
        rule=row.rule.name if row.rule is not None else "",
        version=row.version,
        source_id=row.source_id,
        target_id=row.target_id,
        vehicle_id=row.vehicle_id,
    )


def active_tasks(scope: Scope, means: Means | None = None) -> list[TaskInfo]:
    """Tasks that have not ended, most urgent first."""
    rows = task_rows(scope).filter(state__in=[state.value for state in ACTIVE])
    if means is not None:
        rows = rows.filter(means=means.value)
    return [task_info(row) for row in rows.order_by("-priority", "due_at", "id")[:MAX_ACTIVE]]


def task(scope: Scope, number: str) -> TaskInfo:
    """One task, or NotFound ``moves.task_unknown``."""
    row = task_rows(scope).filter(number=number).first()
    if row is None:
        raise NotFound("moves.task_unknown", f"There is no task {number[:40]!r} that you may see.")
    return task_info(row)


def tasks_of_vehicle(scope: Scope, vehicle_id: int) -> list[TaskInfo]:
    """The newest tasks a vehicle carried out."""
    rows = task_rows(scope).filter(orders__vehicle_id=vehicle_id).order_by("-pk").distinct()
    return [task_info(row) for row in rows[:20]]


def steps(scope: Scope, task_id: int) -> list[StepInfo]:
    """What happened to a task, oldest first."""
    rows = TaskStep.objects.of(scope).filter(task_id=task_id).order_by("id")
    return [StepInfo(row.at, row.step, row.actor, row.note) for row in rows[:MAX_FEED]]


def feed(scope: Scope, after: int, means: Means, limit: int = 100) -> tuple[list[dict[str, Any]], int]:
    """Steps of one means' tasks after a cursor, oldest first, and the next cursor: what a warehouse system reads."""
    rows = (
        TaskStep.objects.of(scope)
        .select_related("task__source", "task__target", "task__carrier")
        .filter(pk__gt=after, task__means=means.value)
        .order_by("pk")[: max(1, min(limit, MAX_FEED))]
    )
    made = [
        {
            "id": row.pk,
            "at": row.at,
            "step": row.step,
            "note": row.note,
            "task": row.task.number,
            "kind": row.task.kind,
            "state": row.task.state,
            "source": row.task.source.code,
            "target": row.task.target.code,
            "carrier": row.task.carrier.code if row.task.carrier is not None else "",
            "material": row.task.material,
            "quantity": row.task.quantity,
            "due_at": row.task.due_at,
        }
        for row in rows
    ]
    return made, rows[-1].pk if made else after
