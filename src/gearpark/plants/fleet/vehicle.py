"""One simulated vehicle, without a wire: orders in, messages out, time told from outside."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from gearpark.base.problems import Problem
from gearpark.base.time import EPOCH
from gearpark.bus import vda5050 as vda

SPEED_M_S = 1.3
HANDLING_S = 7.0  # for a pick or a drop
DRAIN_PER_M = 1 / 7000  # of the battery
CHARGE_PER_S = 1 / 1800
STATE_EVERY_S = 5.0  # at least; the standard asks for 30
SEEN_EVERY_S = 1.0  # positions while driving
REACHED_M = 0.02
MAX_HANDLED = 200  # ids of instant actions remembered
HANDLING = frozenset({"pick", "drop"})
Document = vda.State | vda.Visualization


class Said(NamedTuple):
    """A message the vehicle has to send."""

    kind: str
    document: Document


@dataclass(slots=True)
class Doing:
    """One action of the order."""

    action: vda.Action
    status: str = "WAITING"
    result: str = ""
    left_s: float | None = None


@dataclass(slots=True)
class SimVehicle:
    """State of one vehicle. ``factor`` makes it that many times faster than life.

    fail_next  the next pick or drop fails with this text (fault injection)
    handle     asked before every pick and drop (kind, load, place): the text why it cannot be done, or ""
    """

    manufacturer: str
    serial: str
    x: float
    y: float
    chart: str = "shop"
    battery: float = 0.85
    factor: float = 1.0
    loads: list[str] = field(default_factory=list)
    fail_next: str = ""
    handle: Callable[[str, str, str], str] | None = None
    theta: float = 0.0
    charging: bool = False
    last_node: str = "start"
    order: vda.Order | None = None
    left: list[vda.Node] = field(default_factory=list)
    doing: list[Doing] = field(default_factory=list)
    instant: list[vda.ActionState] = field(default_factory=list)
    errors: list[vda.VehicleError] = field(default_factory=list)
    broken_until: datetime | None = None
    _at: datetime | None = None
    _headers: dict[str, int] = field(default_factory=dict)
    _said_at: datetime | None = None
    _seen_at: datetime | None = None
    _changed: bool = True
    _here: vda.Node | None = None
    _handled: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_HANDLED))
    _last_sequence: int = 0

    # --- in ------------------------------------------------------------------------------------------------------

    def take(self, kind: str, payload: bytes, now: datetime) -> None:
        """An order or instant actions; what cannot be read is refused as the standard says."""
        self._changed = True
        try:
            if kind == "order":
                self._take_order(vda.read_order(payload))
            elif kind == "instantActions":
                for action in vda.read_instant(payload).actions:
                    self._instant(action)
        except Problem as problem:
            self._error("validationError", problem.sentence)

    def _take_order(self, order: vda.Order) -> None:
        answer = vda.acceptance(self.state(EPOCH), order)
        if answer is vda.Answer.SAME:
            return
        if answer is vda.Answer.REFUSE:
            self._error("orderError", "the vehicle has another order", ("orderId", order.id))
            return
        self.order, self.left = order, list(order.nodes)
        self.doing = [Doing(action) for action in order.actions]
        self.errors, self.instant, self._here = [], [], None
        self.charging = False

    def _instant(self, action: vda.Action) -> None:
        if action.id in self._handled:
            return  # the same message once more; it must not stop a later order
        self._handled.append(action.id)
        if action.type != "cancelOrder":
            self.instant.append(vda.ActionState(action.id, "FAILED", action.type, "not known"))
            return
        if self.order is None or vda.is_free(self.state(EPOCH)):
            self._error("noOrderToCancel", "nothing to cancel", ("actionId", action.id))
            return
        for one in self.doing:
            if one.status in ("WAITING", "RUNNING"):
                one.status, one.result = "FAILED", "cancelled"
        self.left, self._here = [], None
        self.instant.append(vda.ActionState(action.id, "FINISHED", action.type))

    def _error(self, kind: str, words: str, *references: tuple[str, str]) -> None:
        self.errors = [
            *[one for one in self.errors if one.type != kind],
            vda.VehicleError(kind, "WARNING", words[:200], references),
        ][-5:]

    # --- time ----------------------------------------------------------------------------------------------------

    def step(self, now: datetime) -> list[Said]:
        """Live until ``now``; what has to be said."""
        before, self._at = self._at or now, now
        left_s = max(0.0, (now - before).total_seconds()) * self.factor
        if self.broken_until is not None:
            left_s = self._repair(now, left_s)
        while left_s > 1e-9 and self.left and self.broken_until is None:
            left_s = self._work(left_s)
        if self.charging:
            self.battery = min(1.0, self.battery + left_s * CHARGE_PER_S)
        return self._tell(now)

    def break_down(self, now: datetime, seconds: float) -> None:
        """Stand still with a fault that stops it."""
        self.broken_until = now + timedelta(seconds=seconds)
        self.errors.append(vda.VehicleError("driveError", "FATAL", "injected fault"))
        self._changed = True

    def _repair(self, now: datetime, left_s: float) -> float:
        assert self.broken_until is not None
        if now < self.broken_until:
            return 0.0
        left_s = (now - self.broken_until).total_seconds() * self.factor
        self.broken_until = None
        self.errors = [one for one in self.errors if one.level != "FATAL"]
        self._changed = True
        return left_s

    def _work(self, left_s: float) -> float:
        """Drive to the next node, or do what is to be done on it; the time that is left."""
        node = self.left[0]
        if self._here is not node:
            return self._drive(node, left_s)
        ids = {action.id for action in node.actions}
        for one in self.doing:
            if one.action.id in ids and one.status in ("WAITING", "RUNNING"):
                return self._do(one, left_s)
        self.left.pop(0)
        self._here = None
        self._changed = True
        return left_s

    def _drive(self, node: vda.Node, left_s: float) -> float:
        goal = node.position
        if goal is None:
            self._arrive(node)
            return left_s
        way = math.dist((self.x, self.y), (goal.x, goal.y))
        can = left_s * SPEED_M_S
        if way > REACHED_M:
            self.theta = math.atan2(goal.y - self.y, goal.x - self.x)
        part = 1.0 if way <= max(can, REACHED_M) else can / way
        self.x += (goal.x - self.x) * part
        self.y += (goal.y - self.y) * part
        self.battery = max(0.02, self.battery - way * part * DRAIN_PER_M)
        if part < 1.0:
            return 0.0
        self._arrive(node)
        return max(0.0, left_s - way / SPEED_M_S)

    def _arrive(self, node: vda.Node) -> None:
        self._here, self.last_node, self._last_sequence = node, node.id, node.sequence
        self._changed = True

    def _do(self, one: Doing, left_s: float) -> float:
        """Carry an action on by ``left_s`` seconds; the time that is left after it."""
        if one.left_s is None:
            one.status, self._changed = "RUNNING", True
            one.left_s = HANDLING_S if one.action.type in HANDLING else 0.0
        if one.left_s > left_s:
            one.left_s -= left_s
            return 0.0
        left_s -= one.left_s
        self._finish(one)
        return left_s

    def _finish(self, one: Doing) -> None:
        self._changed = True
        load = str(one.action.parameter("loadId", "load"))
        wrong = ""
        if one.action.type in HANDLING and self.fail_next:
            wrong, self.fail_next = self.fail_next, ""
        elif one.action.type == "pick" and self.loads:
            wrong = "a load is on board"
        elif one.action.type == "drop" and load not in self.loads:
            wrong = "no such load on board"
        if not wrong and self.handle is not None and one.action.type in HANDLING:
            wrong = self.handle(one.action.type, load, str(one.action.parameter("stationName", "")))
        if wrong:
            one.status, one.result = "FAILED", wrong
            for other in self.doing:
                if other.status == "WAITING":
                    other.status, other.result = "FAILED", "given up"
            self.left = []
            return
        one.status = "FINISHED"
        if one.action.type == "pick":
            self.loads.append(load)
        elif one.action.type == "drop":
            self.loads.remove(load)
        elif one.action.type == "startCharging":
            self.charging = True

    # --- out -----------------------------------------------------------------------------------------------------

    def _tell(self, now: datetime) -> list[Said]:
        made: list[Said] = []
        due = self._said_at is None or (now - self._said_at).total_seconds() >= STATE_EVERY_S
        if self._changed or due:
            self._changed, self._said_at, self._seen_at = False, now, now
            made.append(Said("state", self.state(now, self._header("state", now))))
        elif self._driving and (
            self._seen_at is None or (now - self._seen_at).total_seconds() >= SEEN_EVERY_S
        ):
            self._seen_at = now
            head = self._header("visualization", now)
            made.append(Said("visualization", vda.Visualization(head, self._position(), SPEED_M_S)))
        return made

    @property
    def _driving(self) -> bool:
        return bool(self.left) and self._here is not self.left[0] and self.broken_until is None

    def _position(self) -> vda.Position:
        return vda.Position(self.x, self.y, self.chart, self.theta)

    def _header(self, kind: str, now: datetime) -> vda.Header:
        self._headers[kind] = self._headers.get(kind, 0) + 1
        return vda.Header(self._headers[kind], now, self.manufacturer, self.serial)

    def state(self, now: datetime, header: vda.Header | None = None) -> vda.State:
        """The vehicle as it describes itself."""
        ahead = (
            self.left[1:] if self.left and self._here is self.left[0] and len(self.left) > 1 else self.left
        )
        nodes = tuple((node.id, node.sequence) for node in ahead)
        edges = tuple(
            (edge.id, edge.sequence)
            for edge in (self.order.edges if self.order is not None else ())
            if self.left and edge.sequence > self._last_sequence
        )
        return vda.State(
            header=header or vda.Header(0, now, self.manufacturer, self.serial),
            order_id=self.order.id if self.order is not None else "",
            order_update=self.order.update if self.order is not None else 0,
            last_node=self.last_node,
            last_sequence=self._last_sequence,
            driving=self._driving,
            mode="AUTOMATIC",
            battery=round(self.battery, 3),
            charging=self.charging,
            nodes_left=nodes,
            edges_left=edges,
            actions=(
                *(
                    vda.ActionState(one.action.id, one.status, one.action.type, one.result)
                    for one in self.doing
                ),
                *self.instant,
            ),
            errors=tuple(self.errors),
            loads=tuple(vda.Load(load, "container") for load in self.loads),
            position=self._position(),
        )

    def kept(self) -> dict[str, Any]:
        """What survives a restart: where it stands, its charge, what it carries. Its order does not."""
        return {
            "x": round(self.x, 3),
            "y": round(self.y, 3),
            "battery": round(self.battery, 4),
            "loads": list(self.loads),
            "last_node": self.last_node,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        self.x, self.y = float(kept["x"]), float(kept["y"])
        self.battery, self.loads = float(kept["battery"]), [str(one) for one in kept["loads"]]
        self.last_node = str(kept["last_node"])

    def clone(self) -> SimVehicle:
        """The vehicle after it was switched off and on: what survives, and nothing else."""
        fresh = SimVehicle(self.manufacturer, self.serial, self.x, self.y, self.chart, factor=self.factor)
        fresh.handle = self.handle
        fresh.restore(self.kept())
        return fresh
