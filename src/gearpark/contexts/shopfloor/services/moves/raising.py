"""Raising tasks, and the one way their state changes: with a step in their history and what it does to the load."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.events import tell

from ...models.moves import Carrier, CarrierItem, Place, Rule, Task, TaskStep, Vehicle
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...types.moves import ACTIVE, ENDED, RANK, Means, TaskEnded, TaskKind, TaskState
from .numbers import next_number

ACTIVE_STATES = [state.value for state in ACTIVE]


def raise_task(
    scope: Scope,
    org: str,
    *,
    kind: TaskKind,
    trigger: str,
    source: Place,
    target: Place,
    means: Means,
    due_s: int,
    priority: int,
    now: datetime,
    rule: Rule | None = None,
    carrier: Carrier | None = None,
    material: str = "",
    quantity: int = 0,
) -> Task | None:
    """A new task, or None when this trigger has had its task: the database keeps one a trigger."""
    if Task.objects.of(scope).filter(org=org, trigger=trigger).exists():
        return None
    made = Task(
        org=org,
        number=f"T-{next_number(scope, org, 'task'):06d}",
        kind=kind.value,
        trigger=trigger,
        rule=rule,
        source=source,
        target=target,
        carrier=carrier,
        material=material,
        quantity=quantity,
        means=means.value,
        state=TaskState.NEW.value,
        priority=priority,
        made_at=now,
        due_at=now + timedelta(seconds=due_s),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # the same trigger, or the same carrier, at this very moment
        return None
    if carrier is None and kind is not TaskKind.OUTPUT:
        find_carrier(scope, made, now)
    log(scope, made, "new", now, f"{source.code} → {target.code}")
    return made


def log(scope: Scope, task: Task, step: str, now: datetime, note: str = "", actor: str = "") -> None:
    TaskStep(
        org=task.org,
        task=task,
        at=now,
        step=step,
        actor=(actor or scope.actor)[:MAX_ACTOR],
        note=note[:MAX_NOTE],
    ).save(force_insert=True)


def locked_task(scope: Scope, number: str) -> Task:
    """The task under lock, with its places and carrier; NotFound ``moves.task_unknown``."""
    row = (
        Task.objects.of(scope)
        .select_related("source", "target", "carrier", "vehicle", "rule")
        .select_for_update(of=("self",))
        .filter(number=number)
        .first()
    )
    if row is None:
        raise Problem("moves.task_unknown", f"There is no task {number[:40]!r} that you may see.", status=404)
    return row


def advance(
    scope: Scope,
    task: Task,
    state: TaskState,
    now: datetime,
    *,
    vehicle: Vehicle | None = None,
    note: str = "",
    actor: str = "",
) -> bool:
    """Bring a task on; False when it is that far already. What was skipped (a pick nobody told) happens too."""
    here = TaskState(task.state)
    if here in ENDED:
        return False
    if state in RANK and RANK[state] <= RANK[here]:
        return False
    if state is TaskState.PICKED or (state in (TaskState.DROPPED, TaskState.DONE) and here not in _LOADED):
        _picked(scope, task, vehicle, now)
    if state in (TaskState.DROPPED, TaskState.DONE) and here is not TaskState.DROPPED:
        _dropped(scope, task, now)
    task.state = state.value
    if state in ENDED:
        task.ended_at = now
        task.trouble = note[:MAX_NOTE] if state is TaskState.FAILED else task.trouble
        if state is TaskState.DONE:
            task.trouble, task.carried_by = "", None
    _save(task)
    log(scope, task, state.value, now, note, actor)
    if state is TaskState.PICKED:
        _after_pick(scope, task, now)
    elif state is TaskState.DONE:
        _after_done(scope, task, now)
    if state in ENDED:
        tell(TaskEnded(task.org, task.number, TaskKind(task.kind), state, now))
    return True


_LOADED = (TaskState.PICKED, TaskState.DROPPED)


def back_to_new(scope: Scope, task: Task, now: datetime, why: str, *, carried_by: Vehicle | None) -> None:
    """A try went wrong: the task waits again; ``carried_by`` has the load."""
    task.state, task.vehicle, task.person = TaskState.NEW.value, None, ""
    task.carried_by, task.trouble = carried_by, why[:MAX_NOTE]
    _save(task)
    log(scope, task, "new", now, why)


def _save(task: Task) -> None:
    task.version += 1
    task.save(
        update_fields=[
            "state", "vehicle", "carried_by", "person", "carrier", "ended_at", "picked_at", "trouble", "tries", "means",
            "version", "changed_at",
        ]
    )  # fmt: skip


# --- what happens to the load --------------------------------------------------------------------------------------


def _picked(scope: Scope, task: Task, vehicle: Vehicle | None, now: datetime) -> None:
    task.picked_at = now
    if task.carrier_id is None:
        return
    row = Carrier.objects.of(scope).select_for_update().get(pk=task.carrier_id)
    row.place, row.vehicle, row.arrived_at = None, vehicle, now
    row.save(update_fields=["place", "vehicle", "arrived_at", "changed_at"])


def load_on(scope: Scope, task: Task, vehicle: Vehicle, now: datetime) -> None:
    """The load turned out to be on this vehicle."""
    _picked(scope, task, vehicle, now)


def _dropped(scope: Scope, task: Task, now: datetime) -> None:
    if task.carrier_id is None:
        return
    row = Carrier.objects.of(scope).select_for_update().get(pk=task.carrier_id)
    row.place, row.vehicle, row.arrived_at = task.target, None, now
    row.save(update_fields=["place", "vehicle", "arrived_at", "changed_at"])


def _after_pick(scope: Scope, task: Task, now: datetime) -> None:
    """A full carrier left a line: an empty one takes its place."""
    rule = task.rule
    if rule is None or not rule.exchange or task.kind != TaskKind.OUTPUT or task.carrier_id is None:
        return
    raise_task(
        scope,
        task.org,
        kind=TaskKind.EMPTY,
        trigger=f"after:{task.number}",
        source=rule.store,
        target=rule.place,
        means=Means(rule.means),
        due_s=rule.due_s,
        priority=min(rule.priority + 10, 99),
        now=now,
        rule=rule,
    )


def _after_done(scope: Scope, task: Task, now: datetime) -> None:
    """Material came to a line: the empty carrier that stands there goes back to the store."""
    rule = task.rule
    if rule is None or not rule.exchange or task.kind != TaskKind.SUPPLY:
        return
    empty = empty_at(scope, rule.place)
    if empty is not None:
        raise_task(
            scope,
            task.org,
            kind=TaskKind.RETURN,
            trigger=f"after:{task.number}",
            source=rule.place,
            target=rule.store,
            means=Means(rule.means),
            due_s=rule.due_s * 2,
            priority=max(rule.priority - 20, 0),
            now=now,
            rule=rule,
            carrier=empty,
        )


# --- which carrier -------------------------------------------------------------------------------------------------


def empty_at(scope: Scope, place: Place) -> Carrier | None:
    """The empty carrier that stands longest at a place and that no task moves, locked."""
    return (
        Carrier.objects.of(scope)
        .select_for_update(of=("self",))
        .filter(place=place, active=True, quantity=0, material="")
        .exclude(tasks__state__in=ACTIVE_STATES)
        .exclude(pk__in=CarrierItem.objects.of(scope).filter(carrier__place=place).values("carrier_id"))
        .order_by("arrived_at", "pk")
        .first()
    )


def find_carrier(scope: Scope, task: Task, now: datetime) -> bool:
    """Choose the carrier a task is to bring; without one the task waits and says so."""
    if task.kind == TaskKind.SUPPLY:
        found = _with_material(scope, task, now)
    elif task.kind in (TaskKind.EMPTY, TaskKind.RETURN):
        found = empty_at(scope, task.source)
    else:
        found = None
    before = (task.carrier_id, task.trouble)
    if found is None:
        if task.kind not in (TaskKind.MANUAL, TaskKind.OUTPUT):
            task.trouble = f"no_carrier:{task.source.code}"
    else:
        task.carrier, task.trouble = found, ""
        task.quantity = found.quantity or task.quantity
    if (task.carrier_id, task.trouble) != before:
        task.save(update_fields=["carrier", "trouble", "quantity", "changed_at"])
    return found is not None


def _with_material(scope: Scope, task: Task, now: datetime) -> Carrier | None:
    """A carrier with the material, first in first out; else an empty one, filled from the store's stock."""
    from .carriers import take_stock

    found = (
        Carrier.objects.of(scope)
        .select_for_update(of=("self",))
        .filter(place=task.source, active=True, material=task.material, quantity__gt=0)
        .exclude(tasks__state__in=ACTIVE_STATES)
        .order_by("arrived_at", "pk")
        .first()
    )
    if found is not None:
        return found
    found = empty_at(scope, task.source)
    if found is None:
        return None
    quantity = min(task.quantity or found.capacity, found.capacity)
    try:
        with transaction.atomic():
            take_stock(scope, task.source, task.material, "", quantity)
    except Problem:  # the store has not enough: the task waits
        return None
    found.material, found.lot, found.quantity = task.material, "", quantity
    found.save(update_fields=["material", "lot", "quantity", "changed_at"])
    return found
