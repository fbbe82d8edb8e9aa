"""The documents as plain data. Lengths in metres, angles in radians, charge as a share 0..1 (per cent on the wire)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

VERSION = "2.1.0"
NO_STOP = "NONE"  # eStop: no emergency stop is active
PENDING = frozenset({"WAITING", "INITIALIZING", "RUNNING", "PAUSED"})


@dataclass(frozen=True, slots=True)
class Header:
    """Who says it when. ``id`` counts the messages of one topic."""

    id: int
    at: datetime
    manufacturer: str
    serial: str
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Position:
    """Where on which map; ``theta`` None: any direction."""

    x: float
    y: float
    map: str
    theta: float | None = None
    initialized: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done on a node, or at once. ``blocking``: NONE, SOFT or HARD."""

    type: str
    id: str
    blocking: str = "HARD"
    parameters: tuple[tuple[str, Any], ...] = ()

    def parameter(self, key: str, default: Any = None) -> Any:
        return dict(self.parameters).get(key, default)


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    sequence: int
    position: Position | None = None
    actions: tuple[Action, ...] = ()
    released: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    id: str
    sequence: int
    start: str
    end: str
    max_speed: float | None = None
    released: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    header: Header
    id: str
    update: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action in the order of its node."""
        return tuple(action for node in self.nodes for action in node.actions)


@dataclass(frozen=True, slots=True)
class InstantActions:
    header: Header
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class ActionState:
    """``status``: WAITING, INITIALIZING, RUNNING, PAUSED, FINISHED or FAILED."""

    id: str
    status: str
    type: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class VehicleError:
    """``level`` WARNING or FATAL; ``references`` say which order or action is meant."""

    type: str
    level: str
    description: str = ""
    references: tuple[tuple[str, str], ...] = ()

    def refers_to(self, key: str, value: str) -> bool:
        return (key, value) in self.references


@dataclass(frozen=True, slots=True)
class Load:
    id: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A vehicle as it describes itself. ``nodes_left`` and ``edges_left`` are what it still has to pass."""

    header: Header
    order_id: str
    order_update: int
    last_node: str
    last_sequence: int
    driving: bool
    mode: str
    battery: float
    charging: bool
    nodes_left: tuple[tuple[str, int], ...] = ()
    edges_left: tuple[tuple[str, int], ...] = ()
    actions: tuple[ActionState, ...] = ()
    errors: tuple[VehicleError, ...] = ()
    loads: tuple[Load, ...] | None = None  # None: the vehicle does not say
    position: Position | None = None
    paused: bool = False
    e_stop: str = NO_STOP
    field_violation: bool = False
    more: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """``state``: ONLINE, OFFLINE (said goodbye) or CONNECTIONBROKEN (the broker says so)."""

    header: Header
    state: str


@dataclass(frozen=True, slots=True)
class Visualization:
    """Position more often than the state is sent."""

    header: Header
    position: Position | None
    velocity: float | None = None
