"""Orders for vehicles: made from tasks, put into the outbox, taken back."""

from __future__ import annotations

import itertools
import math
from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope
from gearpark.bus import vda5050 as vda
from gearpark.bus.vda5050.writing import as_dict
from gearpark.engines.transport import Point, route

from ...models.moves import Message, Place, Task, Vehicle, VehicleOrder
from ...queries.moves.places import SiteInfo
from ...types.moves import OrderKind, OrderState
from .numbers import next_number

MAX_SPEED = 1.5  # m/s on every edge


def give_order(
    scope: Scope, vehicle: Vehicle, site: SiteInfo, kind: OrderKind, now: datetime, task: Task | None = None
) -> VehicleOrder:
    """An order and its message, stored together with whatever made it necessary."""
    order_id = _order_id(scope, vehicle, task)
    number = _header_id(scope, vehicle, "order")
    made = VehicleOrder(
        org=vehicle.org,
        vehicle=vehicle,
        task=task,
        kind=kind.value,
        order_id=order_id,
        pick=f"{order_id}:pick" if kind is OrderKind.TRANSPORT else "",
        drop=f"{order_id}:drop" if kind is not OrderKind.PARK else "",
        made_at=now,
    )
    made.save(force_insert=True)
    header = vda.Header(number, now, vehicle.manufacturer, vehicle.serial)
    nodes, edges = _way(vehicle, site, _stops(vehicle, made, task))
    _put(scope, made, "order", order_id, as_dict(vda.Order(header, order_id, 0, nodes, edges)), now)
    return made


def _order_id(scope: Scope, vehicle: Vehicle, task: Task | None) -> str:
    """Unlike any order there ever was: the task with its number of orders, or the vehicle with its own."""
    orders = VehicleOrder.objects.of(scope)
    if task is None:
        return f"{vehicle.org}:park-{vehicle.pk}-{orders.filter(vehicle=vehicle).count() + 1}"
    return f"{vehicle.org}:{task.number}-{orders.filter(task=task).count() + 1}"


def _header_id(scope: Scope, vehicle: Vehicle, kind: str) -> int:
    """The next headerId of one topic of one vehicle."""
    return next_number(scope, vehicle.org, f"vehicle:{vehicle.pk}:{kind}")


def _stops(
    vehicle: Vehicle, order: VehicleOrder, task: Task | None
) -> list[tuple[Place, tuple[vda.Action, ...]]]:
    """Places of the order with what is done there."""
    if task is None:
        assert vehicle.home is not None
        return [(vehicle.home, (vda.Action("startCharging", f"{order.order_id}:charge"),))]
    load = task.carrier.code if task.carrier is not None else task.number
    kind = task.carrier.kind if task.carrier is not None else "load"
    stops: list[tuple[Place, tuple[vda.Action, ...]]] = []
    if order.pick:
        stops.append((task.source, (_handling("pick", order.pick, task.source, load, kind),)))
    stops.append((task.target, (_handling("drop", order.drop, task.target, load, kind),)))
    return stops


def _handling(kind: str, key: str, place: Place, load: str, load_type: str) -> vda.Action:
    parameters = (("stationName", place.code), ("loadId", load), ("loadType", load_type))
    return vda.Action(kind, key, "HARD", parameters)


def _way(
    vehicle: Vehicle, site: SiteInfo, stops: list[tuple[Place, tuple[vda.Action, ...]]]
) -> tuple[tuple[vda.Node, ...], tuple[vda.Edge, ...]]:
    """Nodes from where the vehicle stands through every stop, with the corners of the aisles between."""
    here = Point(vehicle.x_m or 0.0, vehicle.y_m or 0.0)
    start = str((vehicle.said or {}).get("last_node") or "start")
    nodes = [vda.Node(start, 0, vda.Position(here.x, here.y, site.map))]
    for place, actions in stops:
        there = Point(place.x_m, place.y_m)
        for corner in route(here, there, site.aisles)[1:-1]:
            nodes.append(_node(nodes, f"{corner.x:.1f}_{corner.y:.1f}", corner, site.map))
        nodes.append(_node(nodes, place.code, there, site.map, actions))
        here = there
    edges = tuple(
        vda.Edge(f"{a.id}>{b.id}", a.sequence + 1, a.id, b.id, MAX_SPEED)
        for a, b in itertools.pairwise(nodes)
    )
    return tuple(nodes), edges


def _node(
    nodes: list[vda.Node], key: str, at: Point, chart: str, actions: tuple[vda.Action, ...] = ()
) -> vda.Node:
    before = nodes[-1].position
    theta = math.atan2(at.y - before.y, at.x - before.x) if before is not None else 0.0
    return vda.Node(key, nodes[-1].sequence + 2, vda.Position(at.x, at.y, chart, round(theta, 4)), actions)


def _put(
    scope: Scope, order: VehicleOrder, kind: str, key: str, document: dict[str, Any], now: datetime
) -> None:
    Message(
        org=order.org,
        vehicle=order.vehicle,
        order=order,
        kind=kind,
        key=key,
        document=document,
        made_at=now,
        next_at=now,
    ).save(force_insert=True)


def void_order(scope: Scope, task: Task, now: datetime, note: str = "") -> None:
    """Take the task's open order back, if it has one."""
    order = (
        VehicleOrder.objects.of(scope)
        .select_for_update(of=("self",), no_key=True)
        .select_related("vehicle")
        .filter(task=task, state=OrderState.OPEN.value)
        .first()
    )
    if order is not None:
        void(scope, order, now, note)


def void(scope: Scope, order: VehicleOrder, now: datetime, note: str = "") -> None:
    """The order counts no more. A vehicle that may have it is told to stop; one that cannot have it is not."""
    order.state, order.ended_at, order.note = OrderState.VOID.value, now, note[:400]
    sent = Message.objects.of(scope).filter(order=order, kind="order", sends__gt=0).exists()
    Message.objects.of(scope).filter(order=order, kind="order", settled_at=None).update(settled_at=now)
    order.settled = not sent
    order.save(update_fields=["state", "ended_at", "note", "settled"])
    if sent:
        cancel(scope, order, now)


def cancel(scope: Scope, order: VehicleOrder, now: datetime) -> None:
    """Tell the vehicle to stop this order; at most one such message waits at a time."""
    waiting = Message.objects.of(scope).filter(order=order, kind="instantActions")
    if waiting.filter(settled_at=None).exists():
        return
    vehicle = Vehicle.objects.of(scope).get(pk=order.vehicle_id)
    key = f"{order.order_id}:cancel{waiting.count() + 1}"
    number = _header_id(scope, vehicle, "instantActions")
    header = vda.Header(number, now, vehicle.manufacturer, vehicle.serial)
    document = as_dict(vda.InstantActions(header, (vda.Action("cancelOrder", key),)))
    _put(scope, order, "instantActions", key, document, now)
