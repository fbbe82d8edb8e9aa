"""Steering the fleet: facts from the tables to ``engines.transport.decide``, and its decisions back into them."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from datetime import datetime

from django.db.models import Min

from gearpark.base.scope import Scope
from gearpark.engines.transport import (
    Assign,
    Decision,
    GiveUp,
    Job,
    JobState,
    Limits,
    MarkLost,
    Park,
    Point,
    TakeBack,
    Truck,
    decide,
)
from gearpark.kit.tenant import acting

from ...models.moves import Carrier, Message, Task, Vehicle, VehicleOrder
from ...queries.moves.places import site_of
from ...types.moves import Means, OrderKind, OrderState, TaskKind, TaskState
from .orders import give_order, void
from .raising import ACTIVE_STATES, advance, back_to_new, locked_task

NEVER_S = 1e9  # "silent for" of a vehicle that never spoke
HOME_M = 1.5  # nearer than this a vehicle stands on its parking place
log = logging.getLogger("gearpark.logistics")


def steer(scope: Scope, now: datetime) -> int:
    """Decide and do, firm by firm. Returns how many decisions were carried out."""
    with acting(scope):
        tasks: dict[str, list[Task]] = defaultdict(list)
        found = Task.objects.of(scope).filter(state__in=ACTIVE_STATES, means=Means.AGV.value)
        for task in found.select_related("source", "target", "carrier", "vehicle"):
            tasks[task.org].append(task)
        vehicles: dict[str, list[Vehicle]] = defaultdict(list)
        for vehicle in Vehicle.objects.of(scope).select_related("home").filter(active=True):
            vehicles[vehicle.org].append(vehicle)
        done = 0
        for org, fleet in vehicles.items():
            done += _firm(scope, org, tasks[org], fleet, now)
        return done


def _firm(scope: Scope, org: str, tasks: list[Task], fleet: list[Vehicle], now: datetime) -> int:
    site = site_of(scope, org)
    limits = Limits(lost_after_s=site.lost_after_s, unanswered_after_s=site.unanswered_after_s)
    by_task, by_vehicle = {task.pk: task for task in tasks}, {vehicle.pk: vehicle for vehicle in fleet}
    decisions = decide(_jobs(scope, tasks, now), _trucks(scope, fleet, tasks, now), limits)
    for one in decisions:
        _do(scope, one, by_task, by_vehicle, now)
    return len(decisions)


def _jobs(scope: Scope, tasks: list[Task], now: datetime) -> list[Job]:
    orders = {
        order.task_id: order
        for order in VehicleOrder.objects.of(scope)
        .filter(task__in=[task.pk for task in tasks])
        .order_by("pk")
    }
    sent = dict(
        Message.objects.of(scope)
        .filter(order__in=[order.pk for order in orders.values()], kind="order")
        .values_list("order_id")
        .annotate(first=Min("sent_at"))
    )
    made = []
    for task in tasks:
        if task.state == TaskState.NEW and not _complete(task):
            continue  # waits for a carrier, not for a vehicle
        order = orders.get(task.pk)
        running = order is not None and task.state != TaskState.NEW
        unanswered = None
        refused = ""
        if running and order is not None:
            first = sent.get(order.pk)
            if order.state == OrderState.OPEN and not order.reached and first is not None:
                unanswered = (now - first).total_seconds()
            if order.state in (OrderState.FAILED, OrderState.VOID):
                refused = order.note or "failed"
        made.append(
            Job(
                id=task.pk,
                state=JobState(task.state),
                source=Point(task.source.x_m, task.source.y_m),
                due_in_s=(task.due_at - now).total_seconds(),
                priority=task.priority,
                truck=task.vehicle_id if running else None,
                unanswered_s=unanswered,
                refused=refused,
                tries=task.tries,
                carried_by=task.carried_by_id,
            )
        )
    return made


def _complete(task: Task) -> bool:
    return task.carrier_id is not None or task.kind in (TaskKind.MANUAL, TaskKind.OUTPUT)


def _trucks(scope: Scope, fleet: list[Vehicle], tasks: list[Task], now: datetime) -> list[Truck]:
    keys = [vehicle.pk for vehicle in fleet]
    ordered = set(
        VehicleOrder.objects.of(scope)
        .filter(vehicle__in=keys, settled=False)
        .values_list("vehicle_id", flat=True)
    )
    loaded = set(Carrier.objects.of(scope).filter(vehicle__in=keys).values_list("vehicle_id", flat=True)) - {
        task.carried_by_id for task in tasks
    }
    made = []
    for vehicle in fleet:
        at = None if vehicle.x_m is None or vehicle.y_m is None else Point(vehicle.x_m, vehicle.y_m)
        home = None if vehicle.home is None else Point(vehicle.home.x_m, vehicle.home.y_m)
        ready = vehicle.online and vehicle.ready and vehicle.pk not in ordered and vehicle.pk not in loaded
        made.append(
            Truck(
                id=vehicle.pk,
                at=at,
                ready=ready,
                battery=vehicle.battery,
                silent_s=_since(vehicle.heard_at, now),
                idle_s=_since(vehicle.ready_since, now) if ready else 0.0,
                home=home,
                at_home=at is not None and home is not None and math.dist(at, home) < HOME_M,
                lost=vehicle.lost,
            )
        )
    return made


def _since(at: datetime | None, now: datetime) -> float:
    return NEVER_S if at is None else (now - at).total_seconds()


def _do(
    scope: Scope, one: Decision, tasks: dict[int, Task], fleet: dict[int, Vehicle], now: datetime
) -> None:
    if isinstance(one, MarkLost):
        vehicle = fleet[one.truck]
        vehicle.lost, vehicle.online, vehicle.ready = True, False, False
        vehicle.save(update_fields=["lost", "online", "ready"])
        log.warning("vehicle %s of %s is lost", vehicle.name, vehicle.org)
    elif isinstance(one, Park):
        _park(scope, fleet[one.truck], now)
    elif isinstance(one, Assign):
        _assign(scope, tasks[one.job], fleet[one.truck], one.deliver_only, now)
    elif isinstance(one, TakeBack):
        _take_back(scope, tasks[one.job], fleet.get(one.truck), one.why, now)
    elif isinstance(one, GiveUp):
        task = locked_task(scope, tasks[one.job].number)
        advance(scope, task, TaskState.FAILED, now, note=task.trouble or "tries")


def _locked(scope: Scope, vehicle: Vehicle) -> Vehicle:
    """Under a lock that lets people store messages for it meanwhile."""
    rows = Vehicle.objects.of(scope).select_related("home").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=vehicle.pk)


def _park(scope: Scope, vehicle: Vehicle, now: datetime) -> None:
    locked = _locked(scope, vehicle)
    give_order(scope, locked, site_of(scope, locked.org), OrderKind.PARK, now)


def _assign(scope: Scope, task: Task, vehicle: Vehicle, deliver_only: bool, now: datetime) -> None:
    row = locked_task(scope, task.number)
    if row.state != TaskState.NEW or row.means != Means.AGV:
        return  # a person was quicker
    locked = _locked(scope, vehicle)
    row.vehicle, row.tries = locked, row.tries + 1
    advance(scope, row, TaskState.ASSIGNED, now, vehicle=locked, note=locked.name)
    kind = OrderKind.DELIVER if deliver_only else OrderKind.TRANSPORT
    give_order(scope, locked, site_of(scope, row.org), kind, now, row)


def _take_back(scope: Scope, task: Task, vehicle: Vehicle | None, why: str, now: datetime) -> None:
    row = locked_task(scope, task.number)
    if row.state == TaskState.NEW:
        return
    order = (
        VehicleOrder.objects.of(scope)
        .select_for_update(of=("self",), no_key=True)
        .filter(task=row)
        .order_by("-pk")
        .first()
    )
    note = why
    if order is not None:
        note = f"{why}: {order.note}" if order.note else why
        if order.state == OrderState.OPEN:
            void(scope, order, now, why)
    loaded = row.state == TaskState.PICKED or row.carried_by_id is not None
    carrier = row.vehicle if loaded else None
    back_to_new(scope, row, now, note, carried_by=carrier)
