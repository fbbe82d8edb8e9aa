"""Reading a line's observations from the lake, at most once per ``REFRESH_S`` and process, whoever asks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from pathlib import Path

from gearpark.base import home
from gearpark.base.ids import split_tag, tag
from gearpark.engines.calendars import Shift, Spans, clipped, merged, subtracted
from gearpark.lake.reader import Reader

from ..types import LineFigures, LineInfo
from .figures import EDGE_US, Signals, line_figures
from .observed import FIGURE_SIGNALS

REFRESH_S = 3.0  # figures of a running shift are made anew at most this often
MAX_CACHED = 64  # shifts kept in memory
MAX_READERS = 4
HEARTBEAT = "power_kw"  # moves whenever the source is heard
HEARTBEAT_UNITS = 20
SILENT_US = 120_000_000  # nothing heard of any unit of the line for so long: nothing is known of it
MINUTE_US = 60_000_000

_lock = threading.Lock()
_readers: OrderedDict[Path, Reader] = OrderedDict()
_kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()


class _Kept:
    """One shift's figures with what they were made from."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.files: frozenset[str] = frozenset()
        self.until_us = -1
        self.made_at = 0.0
        self.figures: LineFigures | None = None


def reader() -> Reader:
    """The process's reader of this installation's lake."""
    root = home.folder("lake")
    with _lock:
        found = _readers.get(root)
        if found is None:
            found = _readers[root] = Reader(root)
            while len(_readers) > MAX_READERS:
                _readers.popitem(last=False)
        return found


def figures(line: LineInfo, shift: Shift, plan: int, now_us: int) -> LineFigures:
    """Figures of one shift, as a pure function of the lake; kept while nothing they rest on has changed."""
    lake = reader()
    until = max(shift.start_us, min(now_us, shift.end_us))
    kept = _keep(
        (str(lake.root), line.org, line.asset, line.revision, line.calendar_revision, shift.key, plan)
    )
    with kept.lock:
        running = until < shift.end_us
        young = time.monotonic() - kept.made_at < REFRESH_S
        if kept.figures is not None and running and young and 0 <= until - kept.until_us <= REFRESH_S * 1e6:
            return kept.figures
        files = frozenset(
            file.path for file in lake.snapshot().between(line.org, shift.start_us - EDGE_US, until)
        )
        if kept.figures is not None and files == kept.files and until == kept.until_us:
            return kept.figures
        observed = observations(lake, line, shift.start_us - EDGE_US, until)
        kept.figures = line_figures(
            line, shift, plan, observed, until, silences(lake, line, shift.start_us, until)
        )
        kept.files, kept.until_us, kept.made_at = files, until, time.monotonic()
        return kept.figures


def observations(lake: Reader, line: LineInfo, start_us: int, end_us: int) -> dict[str, Signals]:
    """asset -> signal -> observations of [start, end) with the newest one before, of what figures need."""
    assets = [line.asset_of(device.code) for device in line.template.devices]
    tags = [tag(asset, signal) for asset in assets for signal in FIGURE_SIGNALS]
    found: dict[str, dict[str, object]] = {asset: {} for asset in assets}
    for name, series in lake.observations(line.org, tags, start_us, end_us).items():
        if len(series):
            asset, signal = split_tag(name)
            found[asset][signal] = series
    return found  # type: ignore[return-value]


def silences(lake: Reader, line: LineInfo, start_us: int, end_us: int) -> Spans:
    """Stretches of more than SILENT_US in which no unit of the line was heard.

    A line that never sent the heartbeat signal has no silences: there, only explicit bad records say "no data".
    """
    if end_us <= start_us:
        return ()
    stations = [station.code for station in line.template.stations][:HEARTBEAT_UNITS]
    tags = [tag(line.asset_of(code), HEARTBEAT) for code in stations]
    begin = start_us - SILENT_US - MINUTE_US  # what was heard just before still speaks for the first moments
    charts = lake.chart(line.org, tags, begin, end_us, max_points=-(-(end_us - begin) // MINUTE_US))
    heard = [
        (int(at), int(at) + max(chart.bucket_us, 1) + SILENT_US)
        for chart in charts.values()
        for at, number in zip(chart.at_us, chart.count, strict=True)
        if number
    ]
    if not heard and not lake.latest(line.org, tags):
        return ()
    return subtracted(((start_us, end_us),), clipped(merged(heard), start_us, end_us))


def forget() -> None:
    """Drop everything kept in memory (tests, and after the lake was replaced under us)."""
    with _lock:
        _readers.clear()
        _kept.clear()


def _keep(key: tuple[object, ...]) -> _Kept:
    with _lock:
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = _Kept()
            while len(_kept) > MAX_CACHED:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return found
