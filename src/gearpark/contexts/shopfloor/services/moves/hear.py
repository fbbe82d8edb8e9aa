"""What vehicles say, taken into the tables: each message once, in any order, whatever was lost between."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.bus import vda5050 as vda
from gearpark.kit.tenant import acting

from ...models.moves import Message, Vehicle, VehicleOrder
from ...types.moves import Means, OrderKind, OrderState, TaskState
from .orders import cancel, void
from .raising import advance, back_to_new, load_on, locked_task

STEP_OF = {
    vda.Reached.ACCEPTED: TaskState.ACCEPTED,
    vda.Reached.PICKED: TaskState.PICKED,
    vda.Reached.DROPPED: TaskState.DROPPED,
    vda.Reached.DONE: TaskState.DONE,
}
GRACE = timedelta(seconds=2)  # a vehicle that was told to stop may need this long to say so
log = logging.getLogger("gearpark.logistics")


class Heard(NamedTuple):
    """One message as it came, and when by our clock."""

    topic: str
    payload: bytes
    at: datetime


def hear(scope: Scope, messages: Iterable[Heard]) -> int:
    """Take messages in, in the order they came, in one transaction. Returns how many were understood and new.

    One that the tables cannot hold is logged and left out; it must not stop those behind it.
    """
    taken = 0
    with acting(scope):
        for message in messages:
            found = vda.parse_topic(message.topic)
            if found is None or found.kind not in _TAKE:
                continue
            row = (
                Vehicle.objects.of(scope)
                .select_for_update(no_key=True)  # people may store messages for it meanwhile
                .filter(manufacturer=found.manufacturer, serial=found.serial, active=True)
                .first()
            )
            if row is None:
                continue
            try:
                with transaction.atomic():
                    taken += _TAKE[found.kind](scope, row, message)
            except Problem as problem:
                log.warning("vehicle %s: %s", row.name, problem.sentence)
            except (DataError, IntegrityError):
                log.exception("vehicle %s: a message was left out", row.name)
    return taken


def _connection(scope: Scope, row: Vehicle, message: Heard) -> bool:
    said = vda.read_connection(message.payload)
    if said.state == "ONLINE":
        row.state_at = row.seen_at = None  # a new session: its numbers and its clock begin anew
        row.state_header = 0
        row.heard_at, row.lost = message.at, False
        row.online = True
        row.save(update_fields=["state_at", "seen_at", "state_header", "heard_at", "lost", "online"])
    elif row.online:
        row.online, row.ready = False, False
        row.save(update_fields=["online", "ready"])
        log.info("vehicle %s of %s: %s", row.name, row.org, said.state)
    return True


def _visualization(scope: Scope, row: Vehicle, message: Heard) -> bool:
    said = vda.read_visualization(message.payload)
    if said.position is None or (row.seen_at is not None and said.header.at <= row.seen_at):
        return False
    row.x_m, row.y_m, row.theta = said.position.x, said.position.y, said.position.theta
    row.seen_at, row.heard_at = said.header.at, message.at
    row.save(update_fields=["x_m", "y_m", "theta", "seen_at", "heard_at"])
    return True


def _factsheet(scope: Scope, row: Vehicle, message: Heard) -> bool:
    facts = vda.read_factsheet(message.payload)
    if facts != row.facts:
        row.facts = facts
        row.save(update_fields=["facts"])
    return True


def _state(scope: Scope, row: Vehicle, message: Heard) -> bool:
    said = vda.read_state(message.payload)
    last = None if row.state_at is None else vda.Mark(row.state_at, row.state_header)
    if not vda.is_news(last, said.header):
        return False
    _describe(row, said, message.at)
    live = Q(settled=False) | Q(
        order_id=said.order_id, state__in=[OrderState.VOID.value, OrderState.FAILED.value]
    )
    orders = VehicleOrder.objects.of(scope).select_for_update(no_key=True).filter(live, vehicle=row)
    for order in orders.order_by("pk"):
        _follow(scope, row, order, said, message.at)
    return True


def _describe(row: Vehicle, said: vda.State, at: datetime) -> None:
    ready = vda.is_ready(said)
    if ready != row.ready:
        row.ready_since = at if ready else None
    row.ready, row.online, row.lost, row.heard_at = ready, True, False, at
    row.state_at, row.state_header = said.header.at, said.header.id
    row.mode, row.battery, row.charging = said.mode, said.battery, said.charging
    row.driving, row.order_id = said.driving, said.order_id
    if said.position is not None and (row.seen_at is None or said.header.at >= row.seen_at):
        row.x_m, row.y_m, row.theta = said.position.x, said.position.y, said.position.theta
        row.seen_at = said.header.at
    row.said = _kept(said)
    row.save()


def _kept(said: vda.State) -> dict[str, Any]:
    """What pages show of a state beside the columns."""
    return {
        "last_node": said.last_node,
        "e_stop": said.e_stop,
        "field_violation": said.field_violation,
        "paused": said.paused,
        "nodes_left": [node for node, _sequence in said.nodes_left][:50],
        "loads": [load.id for load in said.loads or ()][:20],
        "actions": [
            {"id": one.id, "type": one.type, "status": one.status, "result": one.result}
            for one in said.actions[:20]
        ],
        "errors": [
            {"type": one.type, "level": one.level, "description": one.description} for one in said.errors[:20]
        ],
    }


# --- orders --------------------------------------------------------------------------------------------------------


def _follow(scope: Scope, row: Vehicle, order: VehicleOrder, said: vda.State, at: datetime) -> None:
    """What the state says of one order that is not settled yet."""
    found = vda.progress(order.order_id, order.pick, order.drop, said)
    if found is None:
        _gone(scope, order, said, at)
        return
    if order.state == OrderState.OPEN:
        _on(scope, row, order, found, at)
    else:
        _late(scope, row, order, found, said, at)


def _on(scope: Scope, row: Vehicle, order: VehicleOrder, found: vda.Progress, at: datetime) -> None:
    """An order that counts: on with its task, or note its failure for ``decide``."""
    if found.reached > order.reached:
        order.reached = int(found.reached)
        order.save(update_fields=["reached"])
        Message.objects.of(scope).filter(order=order, kind="order", settled_at=None).update(settled_at=at)
        _task(scope, row, order, found.reached, at)
    if found.failed:
        _end(order, OrderState.FAILED, at, found.failed)
    elif found.reached is vda.Reached.DONE:
        _end(order, OrderState.DONE, at)


def _task(scope: Scope, row: Vehicle, order: VehicleOrder, reached: vda.Reached, at: datetime) -> None:
    if order.task is None or reached not in STEP_OF:
        return
    task = locked_task(scope, order.task.number)
    state = STEP_OF[reached]
    if order.kind == OrderKind.DELIVER and reached is vda.Reached.ACCEPTED:
        state = TaskState.PICKED  # it has the load already
    advance(scope, task, state, at, vehicle=row, note=row.name)


def _gone(scope: Scope, order: VehicleOrder, said: vda.State, at: datetime) -> None:
    """The vehicle does not speak of the order: not yet, no more, or it never had it."""
    if order.state == OrderState.OPEN:
        if order.reached:  # it had the order and has it no more (started anew, or another system took it)
            _end(order, OrderState.FAILED, at, "order lost by the vehicle")
        return
    told = Message.objects.of(scope).filter(order=order, kind="instantActions").order_by("-pk").first()
    if order.state == OrderState.FAILED or (
        told is not None and told.sent_at is not None and at - told.sent_at > GRACE
    ):
        _settle(scope, order, at)


def _late(
    scope: Scope, row: Vehicle, order: VehicleOrder, found: vda.Progress, said: vda.State, at: datetime
) -> None:
    """An order that was taken back, and the vehicle has it all the same."""
    if order.state == OrderState.VOID and order.task_id is not None:
        _had_it(scope, row, order, found, at)
    if vda.is_free(said):
        if not order.settled:
            _settle(scope, order, at)
        return
    if order.settled:  # it took the order up after all
        order.settled = False
        order.save(update_fields=["settled"])
    cancel(scope, order, at)


def _had_it(scope: Scope, row: Vehicle, order: VehicleOrder, found: vda.Progress, at: datetime) -> None:
    """The load is where the old vehicle says it is: believe it while nobody else has it."""
    if order.task is None or found.reached < vda.Reached.PICKED or order.reached >= int(found.reached):
        return
    order.reached = int(found.reached)
    order.save(update_fields=["reached"])
    task = locked_task(scope, order.task.number)
    if task.state in (TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED, TaskState.PICKED):
        return
    other = (
        VehicleOrder.objects.of(scope)
        .select_for_update(no_key=True)
        .filter(task=task, state=OrderState.OPEN.value)
        .exclude(pk=order.pk)
        .first()
    )
    if other is not None:
        void(scope, other, at, f"{row.name} has the load")
    if found.reached >= vda.Reached.DROPPED:
        task.vehicle = row
        advance(scope, task, TaskState.DONE, at, vehicle=row, note=row.name)
        return
    load_on(scope, task, row, at)
    task.means = Means.AGV.value
    back_to_new(scope, task, at, f"{row.name} has the load", carried_by=row)


def _end(order: VehicleOrder, state: OrderState, at: datetime, note: str = "") -> None:
    order.state, order.ended_at, order.note = state.value, at, note[:400]
    order.settled = state is OrderState.DONE
    order.save(update_fields=["state", "ended_at", "note", "settled"])


def _settle(scope: Scope, order: VehicleOrder, at: datetime) -> None:
    """Nothing more is expected of the vehicle about this order."""
    order.settled = True
    order.save(update_fields=["settled"])
    Message.objects.of(scope).filter(order=order, settled_at=None).update(settled_at=at)


_TAKE = {
    "state": _state,
    "connection": _connection,
    "visualization": _visualization,
    "factsheet": _factsheet,
}
