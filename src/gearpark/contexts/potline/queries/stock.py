"""Silos as their books and the cells' use leave them, and the fills of hoppers that come next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.engines.electrolysis.constants import AL2O3_KG_PER_KAH
from gearpark.engines.electrolysis.parameters import control_parameters
from gearpark.engines.potplan.delivery import Section, fills, hours_left
from gearpark.lake.series import Series

from ..models import Silo, StockMove
from ..types import Material, MoveInfo, MoveKind, PotlineInfo, SectionFill, SiloInfo
from .cells import over
from .counters import growth, heard_s

DAY = timedelta(days=1)
SIGNALS = {Material.ALUMINA: "feed_total", Material.FLUORIDE: "fluoride_total"}
SECTION = 15  # cells that are filled together
HOPPER_KG = 2_000.0
FILL_MIN = 12  # of a section, the way there included
LOOK_H = 12  # of the plan of fills
MAX_MOVES = 200


def silos(scope: Scope, info: PotlineInfo, now: datetime) -> list[SiloInfo]:
    """Silos of a line with their stock now."""
    return [_silo(scope, info, row, now) for row in Silo.objects.of(scope).filter(line_id=info.id)]


def moves(scope: Scope, info: PotlineInfo) -> list[tuple[str, MoveInfo]]:
    """Newest entries of all silos of a line: (code, entry)."""
    rows = StockMove.objects.of(scope).filter(silo__line_id=info.id).select_related("silo")[:MAX_MOVES]
    return [(row.silo.code, move_info(row)) for row in rows]


def move_info(row: StockMove) -> MoveInfo:
    return MoveInfo(row.pk, MoveKind(row.kind), row.t, row.at, row.by, row.note, row.first, row.last)


def _silo(scope: Scope, info: PotlineInfo, row: Silo, now: datetime) -> SiloInfo:
    material = Material(row.material)
    numbers = list(range(row.first, min(row.last, info.cells) + 1))
    use_t_d = _used_t(info, numbers, SIGNALS[material], now - DAY, now, by_time=True)
    entries = StockMove.objects.of(scope).filter(silo=row, at__lte=now)
    count = entries.filter(kind=MoveKind.COUNT.value).first()
    stock = None
    if count is not None:
        delivered = sum(
            entries.filter(kind=MoveKind.DELIVERY.value, at__gte=count.at).values_list("t", flat=True),
            start=0.0,
        )
        stock = count.t + delivered - _used_t(info, numbers, SIGNALS[material], count.at, now)
    left = None if stock is None else hours_left(stock, use_t_d / 24.0)
    return SiloInfo(
        id=row.pk, code=row.code, material=material, capacity_t=row.capacity_t, reorder_t=row.reorder_t, first=row.first,
        last=row.last, stock_t=stock, use_t_d=use_t_d, hours_left=None if left is None or math.isinf(left) else left,
        counted_at=count.at if count else None,
    )  # fmt: skip


def _used_t(
    info: PotlineInfo,
    numbers: Sequence[int],
    signal: str,
    start: datetime,
    end: datetime,
    *,
    by_time: bool = False,
) -> float:
    """What counters of cells grew by, t; ``by_time``: a day's worth, by the time each was heard."""
    total = 0.0
    for series in over(info, numbers, signal, start, end).values():
        kg, seconds = growth(series) or 0.0, heard_s(series, start)
        total += kg * (DAY.total_seconds() / seconds if seconds > 0 else 0.0) if by_time else kg
    return total / 1000.0


def next_fills(scope: Scope, info: PotlineInfo, now: datetime) -> list[SectionFill]:
    """Fills of alumina hoppers of the next hours; empty while no fill was ever entered."""
    filled = _last_fills(scope, info)
    if not filled:
        return []
    numbers = list(range(1, info.cells + 1))
    start = max(min(filled.values()), now - 3 * DAY)
    read = over(info, numbers, SIGNALS[Material.ALUMINA], start, now)
    usual = AL2O3_KG_PER_KAH * control_parameters()["line_ka"] * control_parameters()["need"]
    sections = []
    for first in range(1, info.cells + 1, SECTION):
        cells = range(first, min(first + SECTION, info.cells + 1))
        left, rates = [], []
        for cell in cells:
            since = filled.get(cell, start)
            series = _after(read[cell], since)
            kg, seconds = growth(series) or 0.0, heard_s(series, since)
            left.append(max(HOPPER_KG - kg, 0.0))
            rates.append(3600.0 * kg / seconds if seconds > 1800 else usual)
        worst = min(range(len(left)), key=lambda k: left[k] / rates[k])
        sections.append(
            Section(
                str(first),
                left[worst],
                rates[worst],
                sum(HOPPER_KG - kg for kg in left),
                sum(rates),
                HOPPER_KG,
            )
        )
    return [
        SectionFill(
            int(one.section), min(int(one.section) + SECTION - 1, info.cells), now + timedelta(hours=one.start_h),
            now + timedelta(hours=one.end_h), now + timedelta(hours=one.dry_h), one.tonnes, one.late,
        )
        for one in fills(sections, LOOK_H, FILL_MIN / 60.0)
    ]  # fmt: skip


def _last_fills(scope: Scope, info: PotlineInfo) -> dict[int, datetime]:
    """Cell -> when its hopper was filled last."""
    rows = StockMove.objects.of(scope).filter(silo__line_id=info.id, kind=MoveKind.FILL.value).order_by("-at")
    made: dict[int, datetime] = {}
    for row in rows[:2_000]:
        for cell in range(row.first, row.last + 1):
            made.setdefault(cell, row.at)
    return made


def _after(series: Series, at: datetime) -> Series:
    """The value in force at a moment and all later ones."""
    first = max(int(np.searchsorted(series.at_us, to_us(at), side="right")) - 1, 0)
    return Series(series.at_us[first:], series.num[first:], series.text[first:], series.status[first:])
