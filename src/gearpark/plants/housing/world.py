"""What a device sees of its line, and what a gauge sees of its station: the words they share without knowing each other."""

from __future__ import annotations

import random
from typing import Any, Protocol

from gearpark.engines.lines import Flow, LineTemplate
from gearpark.engines.lines import Station as StationPlan

from .board import Board
from .parts import OrderBook, Part
from .shop import Alarm


class World(Protocol):
    """A line as its devices see it. ``infeed`` and ``outfeed`` are buffers, places are stations or buffers."""

    line_id: str
    seed: str
    template: LineTemplate
    board: Board
    orders: OrderBook
    scrapped: list[Part]
    delivered: int
    working: bool
    trip_in: bool
    trip_out: bool
    no_blanks_until_us: int
    infeed: Any
    outfeed: Any

    def at(self, at_us: int, call: Any, memory: Any) -> None:
        """Schedule ``call(at_us, memory)``."""

    def alarm(self, now: int, code: str, alarm: Alarm | None) -> None:
        """Raise or clear a device's alarm."""

    def coming(self, group: str) -> bool:
        """Can a part be brought to this group?"""
        ...

    def going(self, station: Any) -> bool:
        """Can the finished part of this station go on?"""
        ...

    def ready_source(self, flow: Flow) -> Any:
        """The place to fetch from, or None."""

    def free_target(self, flow: Flow) -> Any:
        """The place to bring to, or None."""


class Gauged(Protocol):
    """A station as cutting and measuring see it."""

    code: str
    plan: StationPlan
    rng: random.Random
    used: list[int]
    lives: list[int]
    offset_um: list[float]
    drift_um: float
    scrap_next: int
    line: World
