"""Measured values of one line out of the lake: which part was on the gauge, and which station had made it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gearpark.base.ids import tag
from gearpark.engines.lines import Characteristic
from gearpark.engines.lines.process import Kind
from gearpark.lake.reader import Reader
from gearpark.lake.series import Series

from ...types import LineInfo

LOOK_BACK_US = 12 * 3_600_000_000  # a part was made at most so long before it is measured
SLACK_US = 60_000_000  # receipts of several historians may cross by this much
SEVERITY_BITS = 30
MAX_STRETCH_US = 90 * 86_400_000_000  # the farthest back that late values are taken


@dataclass(frozen=True, slots=True)
class Taken:
    """One measured value as the line reported it. Time in microseconds UTC."""

    characteristic: str
    at_us: int
    value: float
    serial: str
    station: str
    maker: str
    gauge: str


def news(lake: Reader, line: LineInfo, mark_us: int, now_us: int) -> tuple[int, int] | None:
    """(earliest source time to read again, newest receipt) of what came in since ``mark_us``; None: nothing did."""
    files = lake.snapshot().between(line.org, max(0, now_us - MAX_STRETCH_US), now_us + LOOK_BACK_US)
    fresh = [file for file in files if file.received_max_us > mark_us]
    if not fresh:
        return None
    begin = min(file.at_min_us for file in fresh)
    return begin, max(file.received_max_us for file in fresh) - SLACK_US


def taken(lake: Reader, line: LineInfo, begin_us: int, end_us: int) -> list[Taken]:
    """Every good measured value of the stretch, of all variable characteristics of the line's type, by time."""
    found: list[Taken] = []
    shape = line.template
    wanted = [item for item in shape.characteristics if item.kind is Kind.VARIABLE]
    gauges = sorted({code for item in wanted for code in shape.ends_of(item.measured_at)})
    makers = sorted({code for item in wanted for code in _makers(line, item)})
    if not wanted:
        return found
    names = [
        tag(line.asset_of(code), item.signal) for item in wanted for code in shape.ends_of(item.measured_at)
    ]
    names += [tag(line.asset_of(code), signal) for code in gauges for signal in ("part_serial", "gauge_id")]
    values = lake.observations(line.org, list(dict.fromkeys(names)), begin_us, end_us)
    visits = lake.observations(
        line.org,
        [tag(line.asset_of(code), "part_serial") for code in makers],
        begin_us - LOOK_BACK_US,
        end_us,
    )
    made = {code: _visits(visits[tag(line.asset_of(code), "part_serial")]) for code in makers}
    for item in wanted:
        candidates = {code: made[code] for code in _makers(line, item)}
        for code in shape.ends_of(item.measured_at):
            asset = line.asset_of(code)
            found += _of_gauge(
                item,
                code,
                values[tag(asset, item.signal)],
                values[tag(asset, "part_serial")],
                values[tag(asset, "gauge_id")],
                candidates,
                begin_us,
            )
    found.sort(key=lambda one: (one.at_us, one.characteristic, one.station))
    return found


def _makers(line: LineInfo, item: Characteristic) -> tuple[str, ...]:
    """Stations that make a characteristic."""
    operation = line.template.operation(item.op)
    return line.template.ends_of(operation.group) if operation else ()


def _of_gauge(
    item: Characteristic,
    station: str,
    values: Series,
    serials: Series,
    gauges: Series,
    makers: Mapping[str, Mapping[str, Sequence[int]]],
    begin_us: int,
) -> list[Taken]:
    part_at, part = _words(serials)
    gauge_at, gauge = _words(gauges)
    found = []
    for i in range(len(values.at_us)):
        at, number = int(values.at_us[i]), float(values.num[i])
        if at < begin_us or number != number or int(values.status[i]) >> SEVERITY_BITS:
            continue
        serial = _standing(part_at, part, at)
        if not serial:
            continue  # a gauge without a part measures its master, or nothing
        made_at = {code: _last(visits.get(serial, ()), at) for code, visits in makers.items()}
        known = {code: when for code, when in made_at.items() if when is not None}
        maker = max(known, key=lambda code: known[code]) if known else ""
        found.append(Taken(item.code, at, number, serial, station, maker, _standing(gauge_at, gauge, at)))
    return found


def _words(series: Series) -> tuple[list[int], list[str]]:
    times = [int(at) for at in series.at_us]
    words = [
        "" if text is None or int(status) >> SEVERITY_BITS else str(text)
        for text, status in zip(series.text, series.status, strict=True)
    ]
    return times, words


def _standing(times: Sequence[int], words: Sequence[str], at: int) -> str:
    """The word in force at an instant."""
    place = bisect_right(times, at)
    return words[place - 1] if place else ""


def _visits(series: Series) -> dict[str, list[int]]:
    """Serial -> when it was on the station; a furnace names all parts of its charge."""
    found: dict[str, list[int]] = {}
    for at, word in zip(*_words(series), strict=True):
        for serial in word.split():
            found.setdefault(serial, []).append(at)
    return found


def _last(times: Sequence[int], at: int) -> int | None:
    place = bisect_right(times, at)
    return times[place - 1] if place else None
