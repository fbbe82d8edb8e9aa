"""Connections, gateways, and how the data flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Protocol(StrEnum):
    """What a gateway can speak to a machine."""

    OPCUA = "opcua"
    MTCONNECT = "mtconnect"
    SHDR = "shdr"


URL_SCHEMES: dict[Protocol, tuple[str, ...]] = {
    Protocol.OPCUA: ("opc.tcp",),
    Protocol.MTCONNECT: ("http", "https"),
    Protocol.SHDR: ("shdr", "tcp"),
}


class ConnectionState(StrEnum):
    """How a connection is, as its gateway says; the last two are ours when no gateway says anything."""

    OK = "ok"
    CONNECTING = "connecting"
    STALLED = "stalled"  # the peer answers but no fresh observation came in twice the expected interval
    FAILED = "failed"
    STOPPED = "stopped"  # disabled by a person
    WAITING = "waiting"  # the gateway has not picked the configuration up yet
    GATEWAY_SILENT = "gateway-silent"  # no health from the gateway


BAD_STATES = frozenset({ConnectionState.STALLED, ConnectionState.FAILED, ConnectionState.GATEWAY_SILENT})


@dataclass(frozen=True, slots=True)
class Device:
    """One asset that a connection feeds. ``address`` is where the connector finds it, if it needs that."""

    id: str
    type: str
    name: str = ""
    path: str = ""
    address: str = ""
    states: str = ""  # versioned state mapping, for example machinery-1

    def as_dict(self) -> dict[str, str]:
        return {
            "id": self.id,
            "type": self.type,
            "name": self.name,
            "path": self.path,
            "address": self.address,
            "states": self.states,
        }


@dataclass(frozen=True, slots=True)
class Health:
    """What a gateway says of one connection. Times are aware UTC; shares 0..1."""

    state: ConnectionState
    since_at: datetime | None = None
    last_value_at: datetime | None = None
    points_per_s: float = 0.0
    reconnects: int = 0
    last_error: str = ""
    clock_offset_s: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """The gateway's journal: what is written down at the factory but not yet acknowledged by the lake."""

    rows: int = 0
    bytes: int = 0
    oldest_at: datetime | None = None
    budget_share: float = 0.0


@dataclass(frozen=True, slots=True)
class GatewayInfo:
    """One gateway as pages show it. ``alive`` when its health is fresh."""

    name: str
    org: str
    shared: bool
    alive: bool
    seen_at: datetime | None
    config_current: bool
    journal: JournalHealth
    points_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """One connection with its health."""

    key: str
    org: str
    name: str
    gateway: str
    protocol: Protocol
    url: str
    enabled: bool
    deleted: bool
    revision: int
    devices: tuple[Device, ...]
    tag_count: int
    health: Health
    journal: JournalHealth
    changed_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DataFlow:
    """The park's data flow in one line. ``last_commit_age_s`` None: the lake is empty.

    devices_live  devices with a good, not stale value of the last minute
    """

    connections_ok: int = 0
    connections_stalled: int = 0
    connections_failed: int = 0
    connections_other: int = 0
    points_per_s: float = 0.0
    devices_live: int = 0
    devices_total: int = 0
    journal_rows: int = 0
    journal_bytes: int = 0
    last_commit_age_s: float | None = None
    bus_connected: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """Event: what a gateway shall keep open has changed."""

    org: str
    connection: str
