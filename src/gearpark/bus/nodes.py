"""What a Sparkplug host knows of edge nodes, and the events it yields."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gearpark.base.wire import Value

from .sparkplug import Identity
from .sparkplug.topics import Topic

REBIRTH_FIRST_S = 2.0  # pause after the first rebirth request to a node; doubles
MAX_WAITING = 400  # messages of one node kept while its birth is awaited


class NodeKey(NamedTuple):
    group: str
    node: str


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A metric as its birth declares it."""

    name: str
    datatype: int
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Data:
    """Values of one device (device "" for the node's own), as columns of equal length.

    at_us       source times; None where the sender gave none
    identity    journal row of a Gearpark gateway, None for another maker's node
    birth       True when these are the values of a birth certificate
    journalled  the node keeps a journal: what a birth repeats comes (or came) as a row of its own
    transient   positions not to be stored
    """

    key: NodeKey
    device: str
    names: list[str]
    at_us: list[int | None]
    values: list[Value]
    statuses: list[int]
    identity: Identity | None
    historical: bool
    birth: bool
    received_us: int
    journalled: bool = False
    transient: frozenset[int] = frozenset()
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alive:
    """A device (or "" the node) was born: its metrics by name."""

    key: NodeKey
    device: str
    metrics: dict[str, MetricInfo]


@dataclass(frozen=True, slots=True)
class Dead:
    """A device, or with device "" the node and all its devices, is gone. reason: death, link, node."""

    key: NodeKey
    device: str
    reason: str


Event = Data | Alive | Dead


@dataclass(slots=True)
class Node:
    """What the host knows of one edge node."""

    key: NodeKey
    online: bool = False
    bd_seq: int | None = None
    next_seq: int = 0
    devices: dict[str, dict[str, MetricInfo]] = field(default_factory=dict)
    dead_devices: set[str] = field(default_factory=set)
    aliases: dict[int, tuple[str, str]] = field(default_factory=dict)  # alias -> (device, name)
    names: dict[str, dict[int, str]] = field(default_factory=dict)  # device -> alias -> name
    datatypes: dict[int | str, int] = field(default_factory=dict)  # alias -> data type of the birth
    early: dict[int, tuple[Topic, Any, int]] = field(default_factory=dict)  # seq -> message past a gap
    gap_since_s: float | None = None
    unborn: deque[tuple[Topic, Any, int]] = field(default_factory=lambda: deque(maxlen=MAX_WAITING))
    asked_s: float | None = None
    ask_pause_s: float = REBIRTH_FIRST_S
    deviations: Counter[str] = field(default_factory=Counter)
    seq_gaps: int = 0
    rebirths_asked: int = 0
    messages: int = 0
