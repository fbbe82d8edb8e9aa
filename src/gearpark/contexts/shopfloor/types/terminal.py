"""Words of the dispatch list and of a terminal at a station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .instructions import CheckInfo, InstructionInfo
from .people import SignOnInfo
from .work import Block, StationHoldInfo, Tracking


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """Something a station may do next.

    serial    a waiting part; "" for a new part (or counted pieces) of the order
    left      new parts not begun, or counted pieces that are here
    since_at  when the part came free for this operation
    rework    it was sent back
    blocks    why it must not start now
    """

    order_id: int
    order: str
    product_id: int
    product_en: str
    product_zh: str
    tracking: Tracking
    op: int
    step_en: str
    step_zh: str
    serial: str = ""
    serial_id: int | None = None
    left: int = 0
    due_on: date | None = None
    priority: int = 50
    since_at: datetime | None = None
    rework: bool = False
    attempt: int = 1
    blocks: tuple[Block, ...] = ()

    def product(self, language: str) -> str:
        return (self.product_zh if language.startswith("zh") else self.product_en) or self.product_en

    def step(self, language: str) -> str:
        return (self.step_zh if language.startswith("zh") else self.step_en) or self.step_en


@dataclass(frozen=True, slots=True)
class AtWork:
    """A part on the station now, with the instruction it is made with and what was checked already.

    rework_to  operations it may be sent back to
    """

    row: DispatchRow
    run_id: int
    begun_at: datetime
    by: str
    machine: bool
    instruction: InstructionInfo | None
    checks: dict[int, CheckInfo]
    rework_to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One station: what is on it, what comes next in order, and what stands against everything.

    waiting  all parts and orders waiting, also those beyond the rows shown
    """

    line_asset: str
    station: str
    group: str
    station_en: str
    station_zh: str
    at: datetime
    at_work: tuple[AtWork, ...]
    rows: tuple[DispatchRow, ...]
    waiting: int
    holds: tuple[StationHoldInfo, ...]
    people: tuple[SignOnInfo, ...]
    operator: int | None

    def title(self, language: str) -> str:
        return (self.station_zh if language.startswith("zh") else self.station_en) or self.station_en
