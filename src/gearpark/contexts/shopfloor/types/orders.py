"""Words of products, routings and orders as people write and read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from .work import OrderSource, OrderStatus, RoutingStatus, Tracking

RUSH, NORMAL, FILLER = 10, 50, 90  # priorities of an order; smaller goes first


@dataclass(frozen=True, slots=True)
class ProductWanted:
    """A product as a person or the demo wants it. ``gtin`` with 8, 12, 13 or 14 digits or ""."""

    code: str
    name_en: str
    line_type: str
    name_zh: str = ""
    variant: str = ""
    gtin: str = ""
    drawing: str = ""
    drawing_revision: str = ""
    safety_part: bool = False
    tracking: Tracking = Tracking.SERIAL
    serial_pattern: str = ""  # "": the usual one
    rework_limit: int = 2
    active: bool = True
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class OperationWanted:
    """One operation of a routing as written. Times in seconds."""

    op: int
    group: str
    name_en: str
    cycle_s: float
    name_zh: str = ""
    setup_s: float = 0.0
    skill: str = ""
    program: str = ""
    tool_classes: tuple[str, ...] = ()
    gauge_classes: tuple[str, ...] = ()
    is_test: bool = False
    needs_test: bool = False
    rework_to: int | None = None


@dataclass(frozen=True, slots=True)
class RoutingInfo:
    """One revision of a routing with its operations."""

    id: int
    org: str
    product_id: int
    product: str
    line_type: str
    revision: int
    status: RoutingStatus
    note: str
    released_by: str
    released_at: datetime | None
    changed_at: datetime
    operations: tuple[OperationWanted, ...]
    hashes: dict[int, str] = field(default_factory=dict)  # operation -> program hash it was released with
    orders: int = 0


@dataclass(frozen=True, slots=True)
class OrderWanted:
    """An order as written. ``number`` "" lets the house give one."""

    product: str
    line: str
    quantity: int
    number: str = ""
    lot: str = ""
    customer_ref: str = ""
    due_on: date | None = None
    priority: int = NORMAL
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of an order's pieces. ``issued`` were given a serial (or started, where pieces are counted)."""

    quantity: int
    issued: int = 0
    good: int = 0
    scrap: int = 0
    open: int = 0
    held: int = 0

    @property
    def left(self) -> int:
        """Pieces not begun."""
        return max(0, self.quantity - self.issued)

    @property
    def short(self) -> int:
        """Good pieces still missing to the quantity, whatever happens to the open ones."""
        return max(0, self.quantity - self.good)


@dataclass(frozen=True, slots=True)
class OrderInfo:
    """One order with its progress."""

    id: int
    org: str
    number: str
    product_id: int
    product: str
    product_name_en: str
    product_name_zh: str
    tracking: Tracking
    routing_id: int | None
    routing_revision: int | None
    line_asset: str
    line_name_en: str
    line_name_zh: str
    quantity: int
    lot: str
    customer_ref: str
    note: str
    due_on: date | None
    priority: int
    sequence: int
    source: OrderSource
    status: OrderStatus
    hold_reason: str
    released_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    version: int
    split_from: str
    progress: Progress

    def product_name(self, language: str) -> str:
        zh = language.startswith("zh")
        return (self.product_name_zh if zh else self.product_name_en) or self.product_name_en or self.product

    def line_name(self, language: str) -> str:
        zh = language.startswith("zh")
        return (self.line_name_zh if zh else self.line_name_en) or self.line_name_en or self.line_asset


@dataclass(frozen=True, slots=True)
class Standing:
    """How many parts of an order stand at one operation.

    waiting   ready for it, on no station
    at_work   on a station now
    held      waiting for it but held
    done      have it behind them (good)
    scrap     were scrapped in it
    """

    op: int
    group: str
    name_en: str
    name_zh: str
    waiting: int = 0
    at_work: int = 0
    held: int = 0
    done: int = 0
    scrap: int = 0

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an order or routing cannot be released; ``facts`` fill the sentence."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What closing or cancelling an order would do, said before it is done.

    at_work    parts on a station now: they must be taken off first
    waiting    parts that would be held for a decision
    reserved   components that would be given back
    short      good pieces that will be missing
    """

    at_work: int
    waiting: int
    reserved: int
    short: int
