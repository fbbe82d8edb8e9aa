"""Components issued to orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gearpark.base.scope import Scope

from ...models import Reservation

MAX_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ReservationInfo:
    """One component issued to an order; ``parent`` is the part it went into, "" while it waits."""

    component: str
    product: str
    issued_at: datetime
    issued_by: str
    parent: str
    consumed_at: datetime | None


def reservations(scope: Scope, order_id: int) -> list[ReservationInfo]:
    """Components of an order that were not given back, those still waiting first."""
    rows = (
        Reservation.objects.of(scope)
        .filter(order_id=order_id, returned_at=None)
        .select_related("component__product", "consumed_by")
        .order_by("consumed_at", "component__serial")[:MAX_SHOWN]
    )
    found = [
        ReservationInfo(
            row.component.serial,
            row.component.product.code,
            row.issued_at,
            row.issued_by,
            row.consumed_by.serial if row.consumed_by is not None else "",
            row.consumed_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda item: (item.parent != "", item.component))
