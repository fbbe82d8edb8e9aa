"""Words of orders and work: what is made, on which route, by which order, as which serial."""

from __future__ import annotations

from enum import StrEnum

WORK = "shopfloor.work"  # right: sign on to a station, report pieces, stops and calls
RELEASE = "shopfloor.release"  # right: release routings, instructions, programs and orders


class RoutingStatus(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    RETIRED = "retired"


class OrderStatus(StrEnum):
    """A work order's life; ``held`` remembers what it goes back to by its counts."""

    DRAFT = "draft"
    RELEASED = "released"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SerialStatus(StrEnum):
    """Where a part stands: on the line, stopped by a hold, finished good, scrapped, gone to the customer."""

    OPEN = "open"
    HELD = "held"
    GOOD = "good"
    SCRAP = "scrap"
    SHIPPED = "shipped"
