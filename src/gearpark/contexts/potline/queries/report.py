"""A stretch of the line in figures: means, metal, energy, effects and their gases, cell by cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.electrolysis.efficiency import energy_kwh_kg, loss_pct, metal_kg, pfc_co2e_kg_t
from gearpark.engines.electrolysis.parameters import cell_parameters
from gearpark.lake.series import Series

from ..models import WorkOrder
from ..types import CellReport, Episode, Kpi, LineReport, PotlineInfo
from .alarms import EFFECT, episodes
from .cells import BAD_BITS, lake, over, words_over
from .counters import growth


def line_report(scope: Scope, info: PotlineInfo, start: datetime, end: datetime) -> LineReport:
    """Figures of [start, end), made of what the lake holds."""
    numbers = list(range(1, info.cells + 1))
    means = {kpi: _means(over(info, numbers, kpi.value, start, end), start, end) for kpi in Kpi}
    fed = _grown(over(info, numbers, "feed_total", start, end))
    dosed = _grown(over(info, numbers, "fluoride_total", start, end))
    tapped = _tapped(scope, info, numbers, start, end)
    away = _hours_away(info, numbers, start, end)
    alarms: dict[int, list[Episode]] = {}
    for one in episodes(scope, info, start, end):
        alarms.setdefault(one.cell, []).append(one)
    cells = tuple(
        CellReport(
            number=number,
            means={kpi: found[number] for kpi, found in means.items() if number in found},
            effects=sum(one.alarm == EFFECT and one.began >= start for one in alarms.get(number, ())),
            effect_min=sum(
                _minutes(one, start, end) for one in alarms.get(number, ()) if one.alarm == EFFECT
            ),
            alumina_kg=fed.get(number),
            fluoride_kg=dosed.get(number),
            hours_away=away.get(number, 0.0),
            alarms=sum(one.began >= start for one in alarms.get(number, ())),
            tapped_kg=tapped.get(number, 0.0),
        )
        for number in numbers
    )
    return _line(info, cells, start, end)


def _line(info: PotlineInfo, cells: tuple[CellReport, ...], start: datetime, end: datetime) -> LineReport:
    hours = (end - start).total_seconds() / 3600.0
    heard = [cell for cell in cells if Kpi.VOLTAGE in cell.means]
    read = lake().observations(info.org, [f"{info.code}/current"], start, end)[f"{info.code}/current"]
    current = _mean(read, to_us(start), to_us(end))
    volts = _average(heard, Kpi.VOLTAGE)
    superheat, acidity = _average(cells, Kpi.SUPERHEAT), _average(cells, Kpi.ACIDITY)
    estimated = _average(cells, Kpi.EFFICIENCY)
    efficiency = None if estimated is None else estimated / 100.0
    if efficiency is None and superheat is not None and acidity is not None:
        p = cell_parameters()
        efficiency = 1.0 - float(loss_pct(superheat, acidity, p["lif_pct"], p["loss_log"])) / 100.0
    effects = sum(cell.effects for cell in cells)
    minutes = sum(cell.effect_min for cell in cells)
    cell_days = len(heard) * hours / 24.0
    metal = energy = specific = None
    if current and volts and heard:
        energy = current * volts * hours * len(heard) / 1000.0
        if efficiency:
            metal = metal_kg(current, efficiency, hours) * len(heard) / 1000.0
            specific = energy_kwh_kg(volts, efficiency)
    return LineReport(
        begin=start, end=end, heard=len(heard), current_ka=current, volts=volts, energy_mwh=energy,
        efficiency=efficiency, metal_t=metal, kwh_per_kg=specific, effects=effects,
        effects_per_cell_day=effects / cell_days if cell_days else None, effect_min=minutes,
        pfc_co2e_t=pfc_co2e_kg_t(minutes / cell_days) * metal / 1000.0 if metal and cell_days else None,
        tapped_t=sum(cell.tapped_kg for cell in cells) / 1000.0, cells=cells,
    )  # fmt: skip


def _tapped(
    scope: Scope, info: PotlineInfo, numbers: list[int], start: datetime, end: datetime
) -> dict[int, float]:
    """Metal weighed of each cell: the crane's, else what the crew wrote down."""
    crane = {n: kg for n, kg in _grown(over(info, numbers, "tapped_total", start, end)).items() if kg > 0}
    crew: dict[int, float] = {}
    rows = WorkOrder.objects.of(scope).filter(line_id=info.id, source="crew", at__gte=start, at__lt=end)
    for cell, kg in rows.exclude(kg=None).values_list("cell", "kg"):
        crew[cell] = crew.get(cell, 0.0) + (kg or 0.0)
    return crew | crane


def _grown(read: dict[int, Series]) -> dict[int, float]:
    found = {number: growth(series) for number, series in read.items()}
    return {number: kg for number, kg in found.items() if kg is not None}


def _average(cells: Any, kpi: Kpi) -> float | None:
    values = [cell.means[kpi] for cell in cells if kpi in cell.means]
    return float(np.mean(values)) if values else None


def _means(read: dict[int, Series], start: datetime, end: datetime) -> dict[int, float]:
    found = {number: _mean(series, to_us(start), to_us(end)) for number, series in read.items()}
    return {number: value for number, value in found.items() if value is not None}


def _mean(series: Series, start_us: int, end_us: int) -> float | None:
    """Mean of a signal that holds its value until the next one, over the time it is known."""
    good = (series.status >> BAD_BITS) == 0
    at, value = series.at_us[good], series.num[good]
    known = ~np.isnan(value)
    at, value = np.maximum(at[known], start_us), value[known]
    if not len(at):
        return None
    lasted = np.diff(np.append(at, end_us)).astype(float)
    return float(np.average(value, weights=lasted)) if lasted.sum() > 0 else None


def _hours_away(info: PotlineInfo, numbers: list[int], start: datetime, end: datetime) -> dict[int, float]:
    made = {}
    for number, told in words_over(info, numbers, "control", start, end).items():
        at = [max(moment, start) for moment, _ in told] + [end]
        made[number] = sum(
            (after - before).total_seconds() / 3600.0
            for before, after, (_, word) in zip(at, at[1:], told, strict=False)
            if word not in ("automatic", "")
        )
    return made


def _minutes(one: Episode, start: datetime, end: datetime) -> float:
    return (min(one.ended or end, end) - max(one.began, start)).total_seconds() / 60.0


def newest_moment(info: PotlineInfo) -> datetime | None:
    """When the line was heard last; None when never."""
    read = lake().latest(info.org, [f"{info.code}/current"])
    series = read.get(f"{info.code}/current")
    return from_us(int(series.at_us[-1])) if series is not None and len(series) else None
