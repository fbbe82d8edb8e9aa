"""What a plan is made from: each cell's metal, its analysis, its last tap and anode change, as the lake has them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from gearpark.base.time import now_utc
from gearpark.engines.electrolysis.control.plan import tap_kg
from gearpark.engines.electrolysis.estimate.metal import kg_mm
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.lake.series import Series

from ..types import PotlineInfo
from .cells import newest, over, words_over
from .counters import taps
from .shifts import SHIFTS, shift_times

BACK = timedelta(days=3)  # how far taps and changes are looked for
TAP_EVERY = timedelta(hours=24)
PAIR_EVERY_H = 28.0  # 48 anodes of 28 days, changed in pairs
LEAST_MM = 140.0  # metal that stays in the cell
MOST_TAP_T = 5.0
CAREFUL_FE, CAREFUL_SI = 0.25, 0.15  # of metal nobody has analysed: it is not counted as pure
CHANGE = "anode_change"


def plan_case(
    info: PotlineInfo, day: date, rules: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, int]]:
    """A case as ``engines.potplan.documents.read_case`` takes it, and how many cells lack a level, an analysis, a last tap."""
    times = shift_times(day)
    seen = min(now_utc(), times[0][0])
    numbers = range(1, info.cells + 1)
    found = newest(info, ("metal_level", "iron", "silicon", "efficiency"), seen, numbers)
    level, fe, si, ce = (
        _values(found[name], info.cells) for name in ("metal_level", "iron", "silicon", "efficiency")
    )
    tapped = over(info, numbers, "tapped_total", seen - BACK, seen)
    last_tap = {n: max((at for at, _kg in taps(s)), default=None) for n, s in tapped.items()}
    last_change = {
        n: max((at for at, word in told if word == CHANGE), default=None)
        for n, told in words_over(info, numbers, "work", seen - BACK, seen).items()
    }
    tap = _tap_t(level, ce)
    p = cell_parameters()
    cells = []
    for number in numbers:
        k = number - 1
        most = MOST_TAP_T if math.isnan(level[k]) else max(0.0, (level[k] - LEAST_MM) * kg_mm(p) / 1000.0)
        row, place = info.room_of(number)
        cells.append({
            "cell": number, "row": row, "place": place, "tap_t": round(min(tap[k], most), 3), "most_t": round(max(most, 0.0), 3),
            "fe_pct": CAREFUL_FE if math.isnan(fe[k]) else round(fe[k], 4), "si_pct": CAREFUL_SI if math.isnan(si[k]) else round(si[k], 4),
            "tap_due": _tap_due(number, last_tap.get(number), times), "anode_due": _anode_due(number, last_change.get(number), times),
        })  # fmt: skip
    unknown = {
        "level": int(np.isnan(level).sum()), "analysis": int((np.isnan(fe) | np.isnan(si)).sum()),
        "tap": sum(last_tap.get(n) is None for n in numbers),
    }  # fmt: skip
    return {
        "cells": cells,
        "rules": {**rules, "shifts": SHIFTS},
        "orders": [dict(one) for one in wanted],
    }, unknown


def _values(found: Mapping[int, Series], cells: int) -> np.ndarray[Any, Any]:
    made = np.full(cells, np.nan)
    for number, series in found.items():
        if len(series):
            made[number - 1] = series.num[-1]
    return made


def _tap_t(level: np.ndarray[Any, Any], ce_pct: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A day's make by the estimated efficiency, corrected by the level where one is known, t."""
    q, p = control_parameters(), cell_parameters()
    known = np.where(np.isnan(level), q["level_target_mm"], level)
    efficiency = np.where(np.isnan(ce_pct), q["tap_efficiency"], ce_pct / 100.0)
    return np.asarray(tap_kg(q, known, kg_mm(p), efficiency) / 1000.0)


def _tap_due(number: int, last: datetime | None, times: Sequence[tuple[datetime, datetime]]) -> int:
    """The shift in which a day has gone by since the last tap; cells of which none is known go round by their number."""
    if last is None:
        return (number - 1) % SHIFTS
    due = last + TAP_EVERY
    while due < times[0][0]:
        due += TAP_EVERY
    return next((k for k, (_begin, end) in enumerate(times) if due < end), SHIFTS - 1)


def _anode_due(number: int, last: datetime | None, times: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """Shifts in which a pair of anodes is due."""
    first, end = times[0][0], times[-1][1]
    step = timedelta(hours=PAIR_EVERY_H)
    due = last + step if last is not None else first + step * ((number * 0.618) % 1.0)
    while due < first:
        due += step
    made = []
    while due < end:
        made.append(next(k for k, (_begin, until) in enumerate(times) if due < until))
        due += step
    return made
