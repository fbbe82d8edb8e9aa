"""What the cells do, from the lake: at a moment, over a stretch, and who is off target together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from gearpark.base import home
from gearpark.base.ids import tag
from gearpark.base.problems import NotFound
from gearpark.base.time import from_us, to_us
from gearpark.lake.reader import MAX_TAGS, Reader, shared_reader
from gearpark.lake.series import ChartSeries, Series

from ..types import CellState, Group, Kpi, PotlineInfo

STALE = timedelta(minutes=3)  # without a figure for so long nothing is known of a cell
WORDS = ("phase", "control", "alarms")
NO_ALARM = "none"
MIN_GROUP = 3  # cells beside one another
MAX_POINTS = 1_200  # of a trend
BAD_BITS = 30


def lake() -> Reader:
    return shared_reader(home.folder("lake"))


def check_cell(info: PotlineInfo, number: int) -> int:
    """The number, or NotFound ``potline.cell_unknown``."""
    if not 1 <= number <= info.cells:
        raise NotFound(
            "potline.cell_unknown", f"Cells of {info.code} go from 1 to {info.cells}.", cells=info.cells
        )
    return number


def cells_at(info: PotlineInfo, at: datetime, kpis: Sequence[Kpi] = tuple(Kpi)) -> list[CellState]:
    """Every cell at a moment: the newest of each figure and state before it."""
    names = [*(kpi.value for kpi in kpis), *WORDS]
    if Kpi.VOLTAGE not in kpis:
        names.append(Kpi.VOLTAGE.value)  # tells whether a cell is heard
    numbers = range(1, info.cells + 1)
    found = newest(info, names, at, numbers)
    return [_state(info, number, found, kpis, at) for number in numbers]


def cell_at(info: PotlineInfo, number: int, at: datetime) -> CellState:
    """One cell at a moment."""
    asset = info.cell_asset(check_cell(info, number))
    names = [*(kpi.value for kpi in Kpi), *WORDS]
    read = lake().latest(info.org, [tag(asset, name) for name in names], before=at)
    found = {name: {number: read[tag(asset, name)]} if tag(asset, name) in read else {} for name in names}
    return _state(info, number, found, tuple(Kpi), at)


def trends(
    info: PotlineInfo, number: int, signals: Sequence[str], start: datetime, end: datetime
) -> dict[str, ChartSeries]:
    """Signals of a cell over a stretch, at most ``MAX_POINTS`` points each."""
    asset = info.cell_asset(check_cell(info, number))
    tags = {tag(asset, name): name for name in signals}
    read = lake().chart(info.org, list(tags), start, end, MAX_POINTS)
    return {tags[name]: series for name, series in read.items()}


def words_over(
    info: PotlineInfo, numbers: Sequence[int], signal: str, start: datetime, end: datetime
) -> dict[int, list[tuple[datetime, str]]]:
    """Cell -> (moment, word) of a state signal, the one in force at ``start`` first."""
    series = over(info, numbers, signal, start, end)
    return {
        number: [
            (from_us(int(at)), str(text))
            for at, text in zip(found.at_us, found.text, strict=True)
            if text is not None
        ]
        for number, found in series.items()
    }


def over(
    info: PotlineInfo, numbers: Sequence[int], signal: str, start: datetime, end: datetime
) -> dict[int, Series]:
    """Cell -> observations of a signal in [start, end), the one before in front."""
    tags = {tag(info.cell_asset(number), signal): number for number in numbers}
    names = list(tags)
    made: dict[int, Series] = {}
    for first in range(0, len(names), MAX_TAGS):
        read = lake().observations(info.org, names[first : first + MAX_TAGS], start, end)
        made |= {tags[name]: series for name, series in read.items()}
    return made


def newest(
    info: PotlineInfo, signals: Sequence[str], at: datetime, numbers: Sequence[int]
) -> dict[str, dict[int, Series]]:
    """Signal -> cell -> its newest observation before a moment."""
    tags = {tag(info.cell_asset(number), name): (name, number) for name in signals for number in numbers}
    names = list(tags)
    made: dict[str, dict[int, Series]] = {name: {} for name in signals}
    for first in range(0, len(names), MAX_TAGS):
        read = lake().latest(info.org, names[first : first + MAX_TAGS], before=at)
        for told, series in read.items():
            name, number = tags[told]
            made[name][number] = series
    return made


def _state(
    info: PotlineInfo,
    number: int,
    found: Mapping[str, Mapping[int, Series]],
    kpis: Sequence[Kpi],
    at: datetime,
) -> CellState:
    values = {}
    for kpi in kpis:
        series = found[kpi.value].get(number)
        if series is not None and len(series) and not int(series.status[-1]) >> BAD_BITS:
            values[kpi] = float(series.num[-1])
    heard = found[Kpi.VOLTAGE.value].get(number)
    newest = from_us(int(heard.at_us[-1])) if heard is not None and len(heard) else None
    words = {name: word_of(found[name].get(number)) for name in WORDS}
    return CellState(
        number=number,
        values=values,
        phase=words["phase"],
        control=words["control"],
        alarms=alarms_of(words["alarms"]),
        at=newest,
        stale=newest is None or at - newest > STALE or to_us(newest) > to_us(at),
    )


def word_of(series: Series | None) -> str:
    if series is None or not len(series) or series.text[-1] is None:
        return ""
    return str(series.text[-1])


def alarms_of(text: str) -> tuple[str, ...]:
    """Alarms as they are told in one word list."""
    return () if text in ("", NO_ALARM) else tuple(text.split())


def groups(info: PotlineInfo, kpi: Kpi, cells: Sequence[CellState]) -> list[Group]:
    """Runs of at least ``MIN_GROUP`` neighbours in one row that are off target the same way, the longest first."""
    target = info.targets.get(kpi)
    if target is None:
        return []

    def side(cell: CellState) -> tuple[int, int]:
        off = target.off(cell.values[kpi]) if kpi in cell.values and not cell.stale else 0.0
        return info.room_of(cell.number)[0], 1 if off > 1 else -1 if off < -1 else 0

    made = []
    for (_room, way), run in groupby(cells, side):
        numbers = [cell.number for cell in run]
        if way and len(numbers) >= MIN_GROUP:
            made.append(Group(numbers[0], numbers[-1], way > 0))
    return sorted(made, key=lambda group: group.first - group.last)
