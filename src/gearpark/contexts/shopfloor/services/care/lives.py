"""Lives of tools: how one begins in a pocket and how it ends. Callers hold the tool's row and write the audit."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gearpark.base.scope import Scope

from ...models import Line
from ...models.care import Tool, ToolForecast, ToolLife
from ...models.care.tools import MAX_NOTE
from ...types.care import ENDED_BY_WEAR, LifeEnd, ToolPlace, ToolState

CENT = Decimal("0.01")


def put_in(
    scope: Scope, row: Tool, line: Line, station: str, pocket: str, at: datetime, *, partial: bool = False
) -> None:
    """The tool stands in a pocket from ``at`` on: its life begins, or goes on after a rest in the store."""
    lives = ToolLife.objects.of(scope)
    life = lives.filter(tool=row, life_no=row.life_no).first()
    if life is not None and life.ended_at is not None:  # came back sharp without anybody saying so
        row.life_no, row.regrinds, row.used, life = row.life_no + 1, row.regrinds + 1, 0.0, None
    if life is None:
        life = ToolLife(
            org=row.org,
            tool=row,
            tool_class=row.tool_class,
            life_no=row.life_no,
            begun_at=at,
            partial=partial,
        )
    life.line, life.station, life.pocket, life.out_at = line, station, pocket, None
    life.save()
    row.place, row.state = ToolPlace.STATION.value, ToolState.IN_USE.value
    row.line, row.station, row.pocket, row.mounted_at = line, station, pocket, at
    row.left_share = row.left_at = None
    row.version += 1
    row.save()


def take_out(scope: Scope, row: Tool, at: datetime, place: ToolPlace = ToolPlace.STORE) -> None:
    """The tool leaves its pocket; a life that has not ended rests. Saves the row."""
    resting = ToolLife.objects.of(scope).filter(tool=row, life_no=row.life_no, ended_at=None, out_at=None)
    resting.update(out_at=at)
    row.place, row.line, row.station, row.pocket = place.value, None, "", ""
    row.mounted_at = row.left_share = row.left_at = None
    row.version += 1
    row.save()


def end_life(scope: Scope, row: Tool, at: datetime, end: LifeEnd, note: str = "") -> None:
    """End the running life, score what was forecast of it, take the tool out of its pocket."""
    life = ToolLife.objects.of(scope).filter(tool=row, life_no=row.life_no, ended_at=None).first()
    if life is not None:
        life.ended_at, life.end, life.used = max(at, life.begun_at), end.value, row.used
        life.note, life.by, life.cost_cny = note[:MAX_NOTE], scope.actor, life_cost(row)
        life.save()
    if end is LifeEnd.SCHEDULED:
        row.state = ToolState.WORN.value if row.used > 0 else row.state
    else:
        row.state = (ToolState.BROKEN if end is LifeEnd.BROKEN else ToolState.WORN).value
    _score(scope, row, at, end)
    take_out(scope, row, at)


def life_cost(row: Tool) -> Decimal:
    """What one life costs: the price spread over all lives it may have, and its regrind, if it is not the first."""
    kind = row.tool_class
    share = Decimal(kind.price_cny) / (1 + kind.regrinds_max)
    return (share + (Decimal(kind.regrind_cny) if row.life_no > 1 else 0)).quantize(CENT)


def _score(scope: Scope, row: Tool, at: datetime, end: LifeEnd) -> None:
    """A forecast is right when the end lies in its interval; a change ahead of time proves nothing."""
    rows = ToolForecast.objects.of(scope).filter(tool=row, life_no=row.life_no, ended_at=None)
    for said in rows:
        said.ended_at = at
        if end in ENDED_BY_WEAR:
            said.inside = said.early_at <= at and (said.late_at is None or at <= said.late_at)
        said.save(update_fields=["ended_at", "inside"])
