"""What machines said of tools, parts and running time, read from the lake where something new arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from gearpark.base.ids import tag
from gearpark.engines.care import Use, uses_of
from gearpark.lake.compaction import SORTED
from gearpark.lake.files import DataFile
from gearpark.lake.reader import MAX_TAGS, Reader
from gearpark.lake.series import Series

from ...types.lines import LineInfo
from ..observed import SEVERITY_BITS, rows

TOOL_SIGNALS = ("tool", "tool_serial", "tool_life", "part_serial")
LATE_US = 7 * 86_400_000_000  # what arrives later than this no longer changes counters
HOUR_US = 3_600_000_000


class News:
    """Which files of the lake a follower has applied. Forgotten with the process: then it looks back by ``otherwise_us``.

    Rows arrive late and out of order (a gateway empties its journal after an outage), so what counts as news is a file
    that was not there before, whatever times are in it.
    """

    def __init__(self) -> None:
        self._files: dict[str, dict[str, DataFile]] = {}
        self._looked: dict[str, dict[str, DataFile]] = {}

    def since(self, lake: Reader, key: str, org: str, now_us: int, otherwise_us: int) -> int | None:
        """Earliest source time among what arrived since ``kept(key)``; None when nothing did."""
        found = lake.snapshot().between(org, now_us - LATE_US, now_us + HOUR_US)
        now = self._looked[key] = {file.path: file for file in found}
        before = self._files.get(key)
        if before is None:
            return max(otherwise_us, now_us - LATE_US) if now else None
        added = [file for path, file in now.items() if path not in before]
        gone = [file for path, file in before.items() if path not in now]
        sorted_anew = [file for file in added if PurePosixPath(file.path).name.startswith(SORTED)]
        if sorted_anew and sum(file.rows for file in sorted_anew) <= sum(file.rows for file in gone):
            added = [file for file in added if file not in sorted_anew]
        start = min((file.at_min_us for file in added), default=None)
        return None if start is None else max(start, now_us - LATE_US)

    def kept(self, key: str) -> None:
        """What ``since`` saw last is applied and stored."""
        self._files[key] = self._looked[key]


def station_uses(lake: Reader, line: LineInfo, start_us: int, end_us: int) -> dict[str, list[Use]]:
    """Station code -> uses of its tools in [start, end), by time. Stations that say nothing of tools are left out."""
    assets = {line.asset_of(station.code): station.code for station in line.template.stations}
    names = [tag(asset, signal) for asset in assets for signal in TOOL_SIGNALS]
    series = read(lake, line.org, names, start_us, end_us)
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
