"""A line as modelled: the plan for the kernel and what the questions need to know beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..plan import Plan
from .document import Document
from .task import Task


@dataclass(frozen=True)
class StationInfo:
    """A station (or carrier) and its machines.

    power_kw  electric power of one machine by state
    """

    name: str
    machines: tuple[str, ...]
    carrier: bool = False
    power_kw: Mapping[str, float] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Run:
    """How long to run: ``warm_s`` None finds the warm-up by itself."""

    time_s: float
    warm_s: float | None
    replications: int


@dataclass(frozen=True)
class Money:
    """What things are worth, CNY; ``hours`` planned a year."""

    margin: float = 0.0
    hours: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """Named changes, what they cost once and save every year beside what the parts bring."""

    name: str
    title: str
    changes: Mapping[str, Any]
    cost: float = 0.0
    saves: float = 0.0


@dataclass(frozen=True)
class Line:
    """A checked line model."""

    name: str
    document: Document
    plan: Plan
    stations: tuple[StationInfo, ...]
    buffers: tuple[str, ...]
    run: Run
    money: Money
    scenarios: tuple[Scenario, ...]
    optimize: Task | None = None
