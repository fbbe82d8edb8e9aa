"""What a device sees of its line, and what quality sees of a station: words they share without knowing each other."""

from __future__ import annotations

import random
from typing import Any, Protocol

from gearpark.engines.lines import Characteristic, Commissioning, Flow, LineTemplate, Operation
from gearpark.engines.lines import Station as StationPlan

from .behaviour import Alarm
from .board import Board
from .parts import LotBook, OrderBook, Part


class World(Protocol):
    """A line as its devices see it. ``infeed`` and ``outfeed`` are buffers, places are stations or buffers."""

    line_id: str
    seed: str
    start_us: int
    template: LineTemplate
    board: Board
    orders: OrderBook
    lots: LotBook
    scrapped: list[Part]
    delivered: int
    working: bool
    trip_in: bool
    trip_out: bool
    no_blanks_until_us: int
    infeed: Any
    outfeed: Any
    pace: Commissioning
    first_number: int

    def at(self, at_us: int, call: Any, memory: Any) -> None:
        """Schedule ``call(at_us, memory)``."""

    def alarm(self, now: int, code: str, alarm: Alarm | None) -> None:
        """Raise or clear a device's alarm."""

    def clocks(self, code: str, kind: str) -> Any:
        """Clocks of failure of one device."""

    def coming(self, group: str) -> bool:
        """Can a part be brought to this group?"""
        ...

    def going(self, station: Any) -> bool:
        """Can the finished part of this station go on?"""
        ...

    def ready_source(self, flow: Flow) -> Any:
        """The place to fetch from, or None."""

    def free_target(self, now: int, flow: Flow, part: Part) -> Any:
        """The place to bring to, or None."""


class Worked(Protocol):
    """A station as making and measuring see it."""

    code: str
    plan: StationPlan
    operation: Operation
    rng: random.Random
    used: list[int]
    lives: list[int]
    makes: list[tuple[Characteristic, Any]]
    offsets: list[float]
    measures: list[tuple[Characteristic, Any]]
    readings: dict[str, tuple[float, float]]
    results: list[str]
    drift: float
    scrap_next: int
    line: World
