"""Words of logistics: places, carriers, transport tasks, vehicles. Positions in metres, charge as a share 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class PlaceKind(StrEnum):
    """What a place is for. Hand-over: where a line's own transport meets the shop's."""

    STATION = "station"
    BUFFER = "buffer"
    HANDOVER = "handover"
    STORE = "store"
    DOCK = "dock"
    PARK = "park"


class Flow(StrEnum):
    """A place's part in its line: where blanks come in, where finished parts go out, or between."""

    NONE = ""
    IN = "in"
    OUT = "out"
    INNER = "inner"


class CarrierKind(StrEnum):
    CONTAINER = "container"
    PALLET = "pallet"
    TRAY = "tray"
    RACK = "rack"


class RuleKind(StrEnum):
    """Output: a full carrier leaves the place. Supply: a carrier with material comes to it."""

    OUTPUT = "output"
    SUPPLY = "supply"


class Watch(StrEnum):
    """What a rule looks at: finished or begun parts as they are reported, the buffer's level as the machine says it,
    or the stock booked at the place."""

    PIECES = "pieces"
    LEVEL = "level"
    STOCK = "stock"


class Means(StrEnum):
    """Who carries it out."""

    AGV = "agv"
    PERSON = "person"
    WMS = "wms"


class TaskKind(StrEnum):
    OUTPUT = "output"
    SUPPLY = "supply"
    EMPTY = "empty"  # an empty carrier to where one is needed
    RETURN = "return"  # an empty carrier back to its store
    MANUAL = "manual"


class TaskState(StrEnum):
    """A task's life. The last three are final."""

    NEW = "new"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PICKED = "picked"
    DROPPED = "dropped"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (
    TaskState.NEW,
    TaskState.ASSIGNED,
    TaskState.ACCEPTED,
    TaskState.PICKED,
    TaskState.DROPPED,
)
ENDED = (TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED)
RANK = {state: rank for rank, state in enumerate(ACTIVE)}


class OrderKind(StrEnum):
    """What a vehicle is sent for: fetch and bring, bring what it has, or drive home."""

    TRANSPORT = "transport"
    DELIVER = "deliver"
    PARK = "park"


class OrderState(StrEnum):
    """A vehicle's order. Void: taken back; the vehicle is told to stop, if it has it."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    VOID = "void"


class PieceWhat(StrEnum):
    """A part came out of its line good, or its line began it and so took a blank."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class PlaceWanted:
    """A place as a person sets it up."""

    code: str
    kind: PlaceKind
    name_en: str
    name_zh: str = ""
    x_m: float = 0.0
    y_m: float = 0.0
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceInfo:
    """``line`` is the asset id of its line, "" for a place of the shop; ``device`` the device's code in it."""

    id: int
    org: str
    code: str
    kind: PlaceKind
    name_en: str
    name_zh: str
    x_m: float
    y_m: float
    line: str = ""
    device: str = ""
    flow: Flow = Flow.NONE
    capacity: int | None = None
    active: bool = True

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en


@dataclass(frozen=True, slots=True)
class RuleWanted:
    """A rule as a person sets it up. ``threshold``: parts (output) or what is left (supply) that raise a task;
    0 for an output: only a full carrier does."""

    name: str
    kind: RuleKind
    watch: Watch
    place: int
    store: int
    threshold: int
    material: str = ""
    quantity: int = 0
    means: Means = Means.AGV
    due_s: int = 1200
    priority: int = 50
    exchange: bool = True
    active: bool = True


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """One transport task as pages and the API show it."""

    id: int
    org: str
    number: str
    kind: TaskKind
    state: TaskState
    means: Means
    source: str
    target: str
    carrier: str
    material: str
    quantity: int
    vehicle: str
    person: str
    priority: int
    due_at: datetime
    made_at: datetime
    ended_at: datetime | None = None
    trouble: str = ""
    tries: int = 0
    rule: str = ""
    version: int = 1
    source_id: int = 0
    target_id: int = 0
    vehicle_id: int | None = None


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One line of a task's history."""

    at: datetime
    step: str
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class VehicleInfo:
    """A vehicle as it last described itself. ``heard_at``: by our clock."""

    id: int
    org: str
    manufacturer: str
    serial: str
    name: str
    online: bool
    lost: bool
    ready: bool
    mode: str
    battery: float
    charging: bool
    driving: bool
    x_m: float | None
    y_m: float | None
    theta: float | None
    home: str
    heard_at: datetime | None
    e_stop: str = ""
    field_violation: bool = False
    errors: tuple[dict[str, Any], ...] = ()
    loads: tuple[str, ...] = ()
    task: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True, slots=True)
class SeenVehicle:
    """A vehicle that speaks on the bus and belongs to nobody yet."""

    manufacturer: str
    serial: str
    connection: str
    facts: dict[str, Any] = field(default_factory=dict)
    known: bool = False


@dataclass(frozen=True, slots=True)
class CarrierInfo:
    id: int
    org: str
    code: str
    kind: CarrierKind
    capacity: int
    place: str
    vehicle: str
    material: str
    lot: str
    quantity: int
    serials: int
    task: str = ""
    active: bool = True

    @property
    def load(self) -> int:
        return self.serials + self.quantity


@dataclass(frozen=True, slots=True)
class WipRow:
    """Work in process of one step of a line: what machines say and what serials say.

    machine  parts in the buffer before the step and on its stations, by their signals; None: nothing is known
    serials  parts whose next operation is this step
    """

    op: int
    group: str
    title_en: str
    title_zh: str
    buffer: str
    level: int | None
    capacity: int
    on_stations: int | None
    serials: int
    held: int

    @property
    def machine(self) -> int | None:
        if self.level is None and self.on_stations is None:
            return None
        return (self.level or 0) + (self.on_stations or 0)

    @property
    def differs(self) -> int | None:
        """Machine minus serials; None when machines say nothing. One part may be in a gripper."""
        return None if self.machine is None else self.machine - self.serials


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """Event: a transport task ended."""

    org: str
    number: str
    kind: TaskKind
    state: TaskState
    at: datetime
