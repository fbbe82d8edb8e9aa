"""Interlocks: why a part must not start an operation now. Each block says what would release it."""

from __future__ import annotations

from gearpark.base.scope import Scope

from ...models import Line, Serial, StationHold
from ...types.work import OPEN_ORDERS, Block, OrderStatus, SerialStatus
from .route import Step


def blocks_of(
    scope: Scope, row: Serial, line: Line, station: str, step: Step, operator: int | None
) -> list[Block]:
    """Every block of one part at one station, in the order a person would put them right."""
    return [
        *_order(row),
        *_part(row, step),
        *_station(scope, line, station),
    ]


def _order(row: Serial) -> list[Block]:
    order = row.order
    if order is None or order.status in OPEN_ORDERS or order.status == OrderStatus.DONE:
        return []
    if order.status == OrderStatus.HELD:
        return [Block("order_held", {"order": order.number, "reason": order.hold_reason}, signed=False)]
    return [Block("order_not_released", {"order": order.number, "status": order.status}, signed=False)]


def _part(row: Serial, step: Step) -> list[Block]:
    if row.status == SerialStatus.HELD:
        return [Block("part_held", {"serial": row.serial}, signed=False)]
    if row.status != SerialStatus.OPEN:
        return [Block("part_left", {"serial": row.serial, "status": row.status}, signed=False)]
    if row.next_op != step.op:
        return [Block("sequence", {"op": str(step.op), "next": str(row.next_op or "")})]
    return []


def _station(scope: Scope, line: Line, station: str) -> list[Block]:
    held = StationHold.objects.of(scope).filter(line=line, station=station, cleared_at=None)
    return [
        Block("station_held", {"station": station, "source": hold.source, "reason": hold.reason})
        for hold in held.order_by("since_at")
    ]
