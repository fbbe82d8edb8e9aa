"""What machines said of tools, parts and running time, read from the lake where something new arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gearpark.base.ids import tag
from gearpark.engines.care import Use, uses_of
from gearpark.lake.reader import MAX_TAGS, Reader
from gearpark.lake.series import Series

from ...types.lines import LineInfo
from ..observed import SEVERITY_BITS, rows

TOOL_SIGNALS = ("tool", "tool_serial", "tool_life", "part_serial")
LATE_US = 7 * 86_400_000_000  # what arrives later than this no longer changes counters
HOUR_US = 3_600_000_000
FIRST_LOOK_US = 24 * HOUR_US  # a line that was never followed is read this far back


def fresh_from(
    lake: Reader, org: str, names: Sequence[str], seen: int, now_us: int
) -> tuple[int, int | None]:
    """What arrived of these tags in lake versions after ``seen`` (-1: never looked): (newest version, time to read from).

    Rows arrive late and out of order (a gateway empties its journal after an outage), so what is new is known by version.
    """
    newest, earliest = lake.arrived(org, names, seen)
    if earliest is None:
        return newest, None
    return newest, max(earliest, now_us - (LATE_US if seen >= 0 else FIRST_LOOK_US))


def tool_tags(line: LineInfo) -> list[str]:
    """Tags that say something of a line's tools."""
    assets = [line.asset_of(station.code) for station in line.template.stations]
    return [tag(asset, signal) for asset in assets for signal in TOOL_SIGNALS]


def station_uses(lake: Reader, line: LineInfo, start_us: int, end_us: int) -> dict[str, list[Use]]:
    """Station code -> uses of its tools in [start, end), by time. Stations that say nothing of tools are left out."""
    assets = {line.asset_of(station.code): station.code for station in line.template.stations}
    series = read(lake, line.org, tool_tags(line), start_us, end_us)
    found = {}
    for asset, code in assets.items():
        said = {signal: series.get(tag(asset, signal)) for signal in TOOL_SIGNALS}
        if not any(_any(said[signal]) for signal in ("tool", "tool_serial")):
            continue
        uses = uses_of(
            _texts(said["tool"]), _texts(said["tool_serial"]), _numbers(said["tool_life"]), _texts(said["part_serial"])
        )  # fmt: skip
        found[code] = [use for use in uses if start_us <= use.at_us < end_us]
    return found


def read(lake: Reader, org: str, names: Sequence[str], start_us: int, end_us: int) -> Mapping[str, Series]:
    """Observations of any number of tags, in as many questions as the lake takes."""
    found: dict[str, Series] = {}
    for begin in range(0, len(names), MAX_TAGS):
        found.update(lake.observations(org, names[begin : begin + MAX_TAGS], start_us, end_us))
    return found


def _any(series: Series | None) -> bool:
    return series is not None and len(series) > 0


def _texts(series: Series | None) -> list[tuple[int, str]]:
    if series is None:
        return []
    return [(at, value if isinstance(value, str) else "") for at, status, value in rows(series)
            if not status >> SEVERITY_BITS]  # fmt: skip


def _numbers(series: Series | None) -> list[tuple[int, float]]:
    if series is None:
        return []
    return [(at, float(value)) for at, status, value in rows(series)
            if not status >> SEVERITY_BITS and isinstance(value, int | float)]  # fmt: skip
