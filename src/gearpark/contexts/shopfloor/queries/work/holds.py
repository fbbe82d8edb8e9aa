"""Stations that are held."""

from __future__ import annotations

from gearpark.base.scope import Scope

from ...models import StationHold
from ...types.work import StationHoldInfo


def station_holds(scope: Scope, line_asset: str = "", station: str = "") -> list[StationHoldInfo]:
    """Standing holds, oldest first; of one line or one station when named."""
    rows = StationHold.objects.of(scope).filter(cleared_at=None).select_related("line")
    if line_asset:
        rows = rows.filter(line__asset=line_asset)
    if station:
        rows = rows.filter(station=station)
    return [hold_info(row) for row in rows.order_by("since_at", "id")]


def hold_info(row: StationHold) -> StationHoldInfo:
    """Row (with ``line`` selected) -> plain data."""
    return StationHoldInfo(
        row.pk, row.org, row.line.asset, row.station, row.reason, row.source, row.held_by, row.since_at
    )
