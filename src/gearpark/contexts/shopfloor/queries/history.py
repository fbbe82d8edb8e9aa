"""One line's observations of one stretch, kept in memory and brought up to date from what the lake added.

Exact, not approximate: what is kept equals what a full read would give. Only rows at or after the earliest source time
of any file that is new are read again; older rows cannot have changed. Files that compaction made of files already seen
(same number of rows) hold nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np

from gearpark.base.ids import split_tag, tag
from gearpark.engines.calendars import Spans, clipped, merged, subtracted
from gearpark.lake.compaction import SORTED
from gearpark.lake.files import DataFile
from gearpark.lake.reader import Reader
from gearpark.lake.series import Int64s, Series

from ..types import LineInfo
from .observed import FIGURE_SIGNALS, SEVERITY_BITS, Column

HEARTBEAT = "power_kw"  # moves whenever the source is heard
HEARTBEAT_UNITS = 20  # stations asked; one that speaks is enough
SILENT_US = 120_000_000  # nothing heard of any unit of the line for so long: nothing is known of it
MINUTE_US = 60_000_000
MAX_TAIL_US = 15 * MINUTE_US  # a longer stretch to read again is read as a whole
LOOK_BACK_US = 86_400_000_000  # files this far before the stretch may hold the value it begins with


@dataclass
class LineHistory:
    """Observations of ``line`` in [start_us, until_us), with the newest ones before.

    series   tag -> observations, canonical order
    heard    minutes (since 1970) in which any station's heartbeat was observed
    spoke    some station once sent a heartbeat: only then silence means something
    """

    line: LineInfo
    start_us: int
    until_us: int = -1
    series: dict[str, Series] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    spoke: bool = False
    files: dict[str, DataFile] = field(default_factory=dict)
    _columns: dict[str, Column] = field(default_factory=dict)

    def update(self, lake: Reader, until_us: int) -> bool:
        """Bring up to date; True when anything may differ from before."""
        now = {
            file.path: file
            for file in lake.snapshot().between(self.line.org, self.start_us - LOOK_BACK_US, until_us)
        }
        if until_us == self.until_us and not self._news(now):
            self.files = now
            return False
        begin = self._read_from(now, until_us)
        if begin is None:
            self._load(lake, until_us)
        else:
            self._extend(lake, begin, until_us)
        self.files, self.until_us = now, until_us
        return True

    def signals(self) -> dict[str, dict[str, Column]]:
        """asset -> signal -> observations, without signals that never spoke."""
        found: dict[str, dict[str, Column]] = {}
        for name, series in self.series.items():
            if len(series):
                column = self._columns.get(name)
                if column is None or column.series is not series:
                    column = self._columns[name] = Column(series)
                asset, signal = split_tag(name)
                found.setdefault(asset, {})[signal] = column
        return found

    def silences(self, start_us: int) -> Spans:
        """Stretches of [start_us, until) in which nobody can say what the line did.

        A stretch of more than SILENT_US without a heartbeat is silent, unless states or counts were observed inside it
        (history read back later carries no heartbeats); after the last observation of any kind nothing is known.
        A line that never sent the heartbeat signal has none: there, only explicit bad records say "no data".
        """
        if not self.spoke or self.until_us <= start_us:
            return ()
        heard = merged((m * MINUTE_US, (m + 1) * MINUTE_US + SILENT_US) for m in self.heard)
        changes = self._changes()
        found = []
        for begin, end in subtracted(
            ((self.start_us, self.until_us),), clipped(heard, self.start_us, self.until_us)
        ):
            first, last = np.searchsorted(changes, (begin, end))
            if first == last:
                found.append((begin, end))
            elif end == self.until_us:
                found.append((int(changes[last - 1]) + SILENT_US, end))
        return clipped(merged(found), start_us, self.until_us)

    def _changes(self) -> Int64s:
        """Source times of all good observations of states and counts, sorted."""
        good = [
            series.at_us[(series.status >> SEVERITY_BITS) == 0]
            for series in self.series.values()
            if len(series)
        ]
        return np.sort(np.concatenate(good)) if good else np.empty(0, np.int64)

    def _news(self, now: Mapping[str, DataFile]) -> list[DataFile]:
        """Files that may hold rows not read yet."""
        added = [file for path, file in now.items() if path not in self.files]
        gone = [file for path, file in self.files.items() if path not in now]
        rewritten = [file for file in added if PurePosixPath(file.path).name.startswith(SORTED)]
        if rewritten and _rows_by_day(rewritten) == _rows_by_day(gone):
            added = [file for file in added if file not in rewritten]
        return added

    def _read_from(self, now: Mapping[str, DataFile], until_us: int) -> int | None:
        """Earliest instant to read again (a full minute), or None: read everything."""
        if self.until_us < 0 or until_us < self.until_us:
            return None
        begin = min([self.until_us, *(file.at_min_us for file in self._news(now))])
        begin -= begin % MINUTE_US
        return begin if begin >= self.start_us and until_us - begin <= MAX_TAIL_US else None

    def _load(self, lake: Reader, until_us: int) -> None:
        self.series = lake.observations(self.line.org, figure_tags(self.line), self.start_us, until_us)
        beats = heartbeat_tags(self.line)
        begin = self.start_us - self.start_us % MINUTE_US
        end = -(-until_us // MINUTE_US) * MINUTE_US
        minutes = max(1, (end - begin) // MINUTE_US)
        charts = lake.chart(self.line.org, beats, begin, end, max_points=minutes)
        self.heard = {
            int(at) // MINUTE_US
            for chart in charts.values()
            for at, count in zip(chart.at_us.tolist(), chart.count.tolist(), strict=True)
            if count
        }
        self.spoke = bool(self.heard) or bool(lake.latest(self.line.org, beats))

    def _extend(self, lake: Reader, begin: int, until_us: int) -> None:
        beats = heartbeat_tags(self.line)
        tags = figure_tags(self.line)
        fresh = lake.observations(self.line.org, [*tags, *beats], begin, until_us, carry_in=False)
        for name in tags:
            kept = self.series.get(name)
            self.series[name] = _spliced(kept, fresh[name], begin) if kept is not None else fresh[name]
        minutes = {at // MINUTE_US for name in beats for at in fresh[name].at_us.tolist()}
        self.heard = {minute for minute in self.heard if minute < begin // MINUTE_US} | minutes
        self.spoke = self.spoke or bool(minutes)


def figure_tags(line: LineInfo) -> list[str]:
    """Tags that figures rest on."""
    assets = [line.asset_of(device.code) for device in line.template.devices]
    return [tag(asset, signal) for asset in assets for signal in FIGURE_SIGNALS]


def heartbeat_tags(line: LineInfo) -> list[str]:
    stations = line.template.stations[:HEARTBEAT_UNITS]
    return [tag(line.asset_of(station.code), HEARTBEAT) for station in stations]


def _spliced(kept: Series, fresh: Series, begin: int) -> Series:
    """``kept`` before ``begin``, then ``fresh``; the same object when nothing changes."""
    cut = int(np.searchsorted(kept.at_us, begin, side="left"))
    if cut == len(kept) and not len(fresh):
        return kept
    return Series(
        np.concatenate([kept.at_us[:cut], fresh.at_us]),
        np.concatenate([kept.num[:cut], fresh.num]),
        np.concatenate([kept.text[:cut], fresh.text]),
        np.concatenate([kept.status[:cut], fresh.status]),
    )


def _rows_by_day(files: Sequence[DataFile] | Iterable[DataFile]) -> dict[object, int]:
    made: dict[object, int] = {}
    for file in files:
        made[file.day] = made.get(file.day, 0) + file.rows
    return made
