"""Estimates of the cells and the causes named for them, as the controller's process told the lake."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from gearpark.base.time import from_us
from gearpark.lake.series import Series

from ..types import Cause, CellEstimate, PotlineInfo
from .cells import BAD_BITS, newest, word_of

OLD = timedelta(minutes=15)  # estimates come every five
ESTIMATES = (
    "alumina", "alumina_sd", "temperature_estimate", "temperature_sd", "superheat_estimate", "superheat_sd", "alf3_estimate",
    "alf3_sd", "ledge", "ledge_sd", "heat_loss", "efficiency", "efficiency_sd", "by_metal", "window_low", "window_high", "held",
    "delivery",
)  # fmt: skip


def estimates_at(info: PotlineInfo, at: datetime, numbers: Sequence[int] = ()) -> list[CellEstimate]:
    """Newest estimates before a moment, of some cells or all."""
    wanted = list(numbers) or list(range(1, info.cells + 1))
    found = newest(info, (*ESTIMATES, "closed_feeders", "causes"), at, wanted)
    return [
        _one(number, {name: series.get(number) for name, series in found.items()}, at) for number in wanted
    ]


def _one(number: int, found: dict[str, Series | None], at: datetime) -> CellEstimate:
    told = found["efficiency"]
    moment = from_us(int(told.at_us[-1])) if told is not None and len(told) else None
    if moment is None or at - moment > OLD:
        return CellEstimate(number, {}, (), (), None)
    values = {}
    for name in ESTIMATES:
        series = found[name]
        if series is not None and len(series) and not int(series.status[-1]) >> BAD_BITS:
            values[name] = float(series.num[-1])
    closed = tuple(int(part) for part in word_of(found["closed_feeders"]).split() if part.isdecimal())
    return CellEstimate(number, values, closed, causes_of(word_of(found["causes"])), moment)


def causes_of(text: str) -> tuple[Cause, ...]:
    """Causes as they are told: JSON, a list of [name, probability, {figure: value}]; none for a text that is something else."""
    try:
        return tuple(
            Cause(str(name), float(probability), {str(k): float(v) for k, v in figures.items()})
            for name, probability, figures in json.loads(text)
        )
    except (ValueError, TypeError, AttributeError):
        return ()
