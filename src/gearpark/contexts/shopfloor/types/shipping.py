"""Words of shipping: units of parts, shipments and the advice that goes with them. Weights in kilograms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class UnitKind(StrEnum):
    BOX = "box"
    PALLET = "pallet"


class UnitState(StrEnum):
    """Open: being packed. Undone: unpacked again; its SSCC is never used for another unit."""

    OPEN = "open"
    CLOSED = "closed"
    SHIPPED = "shipped"
    UNDONE = "undone"


class ShipmentState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PackRuleInfo:
    """How a product is packed: so many a unit, and what may be together in one."""

    product: str
    kind: UnitKind
    quantity: int
    mixed_orders: bool = True
    mixed_lots: bool = True
    mixed_products: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """One shipping unit. ``capacity`` 0: as many as fit."""

    id: int
    org: str
    sscc: str
    kind: UnitKind
    state: UnitState
    product: str
    quantity: int
    capacity: int
    parent: str = ""
    children: int = 0
    shipment: str = ""
    made_at: datetime | None = None
    closed_at: datetime | None = None
    shipped_at: datetime | None = None
    gross_kg: float | None = None
    partial: bool = False
    version: int = 1

    @property
    def share(self) -> float | None:
        return self.quantity / self.capacity if self.capacity else None


@dataclass(frozen=True, slots=True)
class ShipmentInfo:
    id: int
    org: str
    number: str
    state: ShipmentState
    ship_to: str
    reference: str
    haulier: str
    vehicle: str
    units: int
    parts: int
    made_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShipmentSent:
    """Event: a shipment left. ``advice`` is the dispatch advice as it was fixed at that moment.

    For whoever books stock, invoices or plans deliveries: every serial is in it once, with its unit and product.
    """

    org: str
    shipment: str
    ship_to: str
    reference: str
    sent_at: datetime
    serials: tuple[str, ...]
    advice: dict[str, Any] = field(default_factory=dict)
