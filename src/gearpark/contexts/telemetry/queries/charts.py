"""Chart documents: columns for ``<park-chart>``, strips for words, rows for export. From a year down to a second."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gearpark.base.limits import MAX_CHART_POINTS
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, parse_iso, to_us
from gearpark.base.wire import SignalKind, quality_of
from gearpark.lake.reader import ChartSeries, Series

from ..types import TagInfo
from .latest import reader
from .quality import stale_after_s
from .tags import known

DEFAULT_LAST_S = 3600
MIN_SPAN = timedelta(milliseconds=10)
MAX_SPAN = timedelta(days=366 * 5)
MIN_POINTS = 50
DEFAULT_POINTS = 900
MAX_STRIP_SEGMENTS = 2000
EXACT_STRIP_SPAN = timedelta(days=32)  # longer strips show the newest word of each bucket
EXPORT_SLICE = timedelta(hours=6)  # raw export reads the lake in such slices, so memory stays flat
MAX_EXPORT_ROWS = 2_000_000
MAX_XLSX_ROWS = 200_000
MAX_RAW_ROWS = 50_000
NUMBERS = frozenset((SignalKind.ANALOG, SignalKind.COUNTER))


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open period [start, end) that a chart shows."""

    start: datetime
    end: datetime

    @property
    def start_us(self) -> int:
        return to_us(self.start)

    @property
    def end_us(self) -> int:
        return to_us(self.end)


def window_of(now: datetime, *, start: str = "", end: str = "", last_s: float | None = None) -> Window:
    """The page's parameters -> Window. ``start`` and ``end`` win over ``last_s``; nothing given: the last hour."""
    if start or end:
        to = parse_iso(end) if end else now
        since = parse_iso(start) if start else to - timedelta(seconds=last_s or DEFAULT_LAST_S)
    else:
        to, since = now, now - timedelta(seconds=last_s or DEFAULT_LAST_S)
    if to - since < MIN_SPAN:
        raise Problem("telemetry.period", "The end of the period must lie after its start.")
    if to - since > MAX_SPAN:
        raise Problem("telemetry.period", f"A chart shows at most {MAX_SPAN.days} days.")
    return Window(since, to)


def chart(
    scope: Scope, tags: Sequence[str], window: Window, *, max_points: int, language: str
) -> dict[str, Any]:
    """The document of one chart: ``series`` of numbers with band and quality, ``strips`` of words.

    Every series says its ``grain``: "raw" or the roll-up's bucket in words ("1 min"). A None in ``value`` is a gap.
    """
    infos = known(scope, tags)
    points = max(MIN_POINTS, min(int(max_points), MAX_CHART_POINTS))
    series: list[dict[str, Any]] = []
    strips: list[dict[str, Any]] = []
    for org in dict.fromkeys(info.org for info in infos):
        mine = [info for info in infos if info.org == org]
        numbers = [info for info in mine if info.kind in NUMBERS]
        words = [info for info in mine if info.kind not in NUMBERS]
        if numbers:
            found = reader().chart(org, [info.tag for info in numbers], window.start, window.end, points)
            series += [_series(info, found[info.tag], language) for info in numbers]
        if words:
            strips += _strips(org, words, window, points, language)
    order = {info.tag: place for place, info in enumerate(infos)}
    return {
        "kind": "line",
        "start_us": window.start_us,
        "end_us": window.end_us,
        "series": sorted(series, key=lambda item: order[item["tag"]]),
        "strips": sorted(strips, key=lambda item: order[item["tag"]]),
    }


def label(info: TagInfo, language: str) -> str:
    """What a chart calls a tag: the asset's id and the signal's name in the language."""
    return f"{info.asset} {info.title(language)}"


def _clean(values: Any) -> list[float | None]:
    return [float(v) if v is not None and math.isfinite(v) else None for v in values]


def _series(info: TagInfo, found: ChartSeries, language: str) -> dict[str, Any]:
    counter = info.kind is SignalKind.COUNTER
    at = [int(us) for us in found.at_us]
    columns: dict[str, list[Any]] = {
        "at_us": at,
        "value": _clean(found.last if counter else found.mean),
        "min": _clean(found.min),
        "max": _clean(found.max),
        "good_share": _clean(found.good_share),
        "count": [int(n) for n in found.count],
    }
    bucket_us = int(found.bucket_us)
    limit_s = stale_after_s(info)
    gap_us = max(2 * bucket_us, int(limit_s * 1e6) if limit_s is not None else 0)
    if bucket_us or limit_s is not None:
        columns = with_gaps(columns, gap_us)
    rolled = bucket_us > 0
    if not rolled:
        columns.pop("min")
        columns.pop("max")
    return {
        "tag": info.tag,
        "name": label(info, language),
        "unit": info.shown_unit,
        "kind": info.kind.value,
        "grain_s": bucket_us / 1e6,
        **columns,
    }


def with_gaps(columns: dict[str, list[Any]], gap_us: int) -> dict[str, list[Any]]:
    """Put an empty point into every hole wider than ``gap_us``, so that a line breaks where nothing is known."""
    at = columns["at_us"]
    holes = [k for k in range(1, len(at)) if at[k] - at[k - 1] > gap_us]
    if not holes:
        return columns
    made: dict[str, list[Any]] = {}
    for name, values in columns.items():
        filled: list[Any] = []
        start = 0
        for k in holes:
            filled += values[start:k]
            filled.append(
                at[k - 1] + max(1, min(gap_us, at[k] - at[k - 1]) // 2) if name == "at_us" else None
            )
            start = k
        made[name] = filled + values[start:]
    return made


def _strips(
    org: str, infos: list[TagInfo], window: Window, points: int, language: str
) -> list[dict[str, Any]]:
    tags = [info.tag for info in infos]
    if window.end - window.start <= EXACT_STRIP_SPAN:
        told = reader().observations(org, tags, window.start, window.end, carry_in=True)
        return [_strip(info, _changes(told[info.tag]), window, language) for info in infos]
    rolled = reader().chart(org, tags, window.start, window.end, points)
    return [_strip(info, _newest_words(rolled[info.tag]), window, language, thinned=True) for info in infos]


def _changes(told: Series) -> Iterator[tuple[int, str, str]]:
    for at_us, num, text, status in zip(told.at_us, told.num, told.text, told.status, strict=True):
        word = text if text is not None else ("" if np.isnan(num) else f"{num:g}")
        yield int(at_us), word, quality_of(int(status)).value


def _newest_words(rolled: ChartSeries) -> Iterator[tuple[int, str, str]]:
    for at_us, text, last, share in zip(
        rolled.at_us, rolled.last_text, rolled.last, rolled.good_share, strict=True
    ):
        word = text if text is not None else ("" if np.isnan(last) else f"{last:g}")
        yield int(at_us), word, "good" if share > 0 else "bad"


def _strip(
    info: TagInfo,
    told: Iterable[tuple[int, str, str]],
    window: Window,
    language: str,
    *,
    thinned: bool = False,
) -> dict[str, Any]:
    """Segments of equal words. Beyond MAX_STRIP_SEGMENTS the shortest give way; ``thinned`` says that words are
    missing, for that or because the period is so long that only the newest word of each bucket is drawn."""
    segments: list[dict[str, Any]] = []
    for at_us, word, quality in told:
        start_us = max(at_us, window.start_us)
        if segments and segments[-1]["text"] == word and segments[-1]["quality"] == quality:
            continue
        if segments:
            segments[-1]["end_us"] = start_us
        segments.append({"start_us": start_us, "end_us": window.end_us, "text": word, "quality": quality})
    segments = [segment for segment in segments if segment["end_us"] > segment["start_us"]]
    if len(segments) > MAX_STRIP_SEGMENTS:
        thinned = True
        shortest = sorted(s["end_us"] - s["start_us"] for s in segments)[len(segments) - MAX_STRIP_SEGMENTS]
        segments = [s for s in segments if s["end_us"] - s["start_us"] >= shortest][:MAX_STRIP_SEGMENTS]
    return {
        "tag": info.tag,
        "name": label(info, language),
        "kind": info.kind.value,
        "segments": segments,
        "thinned": thinned,
    }


def table(document: dict[str, Any], rows: int) -> list[dict[str, Any]]:
    """The newest ``rows`` instants of a chart document as table rows: at, and one cell per series and strip."""
    names = [*document["series"], *document["strips"]]
    cells: dict[int, list[Any]] = {}
    for place, item in enumerate(names):
        if "segments" in item:
            pairs = [(segment["start_us"], segment["text"]) for segment in item["segments"]]
        else:
            pairs = list(zip(item["at_us"], item["value"], strict=True))
        for at_us, value in pairs[-rows:]:
            cells.setdefault(at_us, [None] * len(names))[place] = value
    return [{"at": from_us(at_us), "cells": cells[at_us]} for at_us in sorted(cells, reverse=True)[:rows]]


# --- export ----------------------------------------------------------------------------------------------------

RAW_HEAD = ("tag", "at", "value", "text", "status", "quality")
ROLLED_HEAD = ("tag", "at", "mean", "min", "max", "first", "last", "count", "good_share")


def export_rows(
    scope: Scope, tags: Sequence[str], window: Window, *, raw: bool, max_points: int = MAX_CHART_POINTS
) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """(header, rows) of an export. Times are ISO 8601 UTC with microseconds; gaps are rows with their status.

    The tags are checked now; the rows are read while they are written out. Raw export ends with a Problem row count
    above MAX_EXPORT_ROWS, never silently.
    """
    infos = known(scope, tags)
    if raw:
        return RAW_HEAD, _raw_rows(infos, window)
    return ROLLED_HEAD, _rolled_rows(infos, window, max_points)


def _raw_rows(infos: list[TagInfo], window: Window) -> Iterator[tuple[Any, ...]]:
    written = 0
    for info in infos:
        start = window.start
        while start < window.end:
            end = min(start + EXPORT_SLICE, window.end)
            told = reader().observations(info.org, [info.tag], start, end, carry_in=False)[info.tag]
            for at_us, num, text, status in zip(told.at_us, told.num, told.text, told.status, strict=True):
                written += 1
                if written > MAX_EXPORT_ROWS:
                    yield ("", "", "", f"cut after {MAX_EXPORT_ROWS} rows: choose a shorter period", "", "")
                    return
                value = "" if np.isnan(num) else float(num)
                word = quality_of(int(status)).value
                yield (info.tag, from_us(int(at_us)).isoformat(), value, text or "", int(status), word)
            start = end


def raw_page(scope: Scope, tag: str, *, start: str, end: str, now: datetime, limit: int) -> dict[str, Any]:
    """At most ``limit`` observations of one tag from ``start`` on; ``next_start`` when there are more.

    A page never ends between observations of one instant, so that nothing is told twice or left out.
    """
    [info] = known(scope, [tag])
    window = window_of(now, start=start, end=end)
    rows: list[list[Any]] = []
    since = window.start
    while since < window.end:
        until = min(since + EXPORT_SLICE, window.end)
        told = reader().observations(info.org, [tag], since, until, carry_in=False)[tag]
        for at_us, num, text, status in zip(told.at_us, told.num, told.text, told.status, strict=True):
            at = from_us(int(at_us)).isoformat()
            if len(rows) >= limit and rows[-1][0] != at:
                return {"tag": tag, "columns": list(RAW_HEAD[1:]), "rows": rows, "next_start": at}
            value = None if np.isnan(num) else float(num)
            rows.append([at, value, text, int(status), quality_of(int(status)).value])
        since = until
    return {"tag": tag, "columns": list(RAW_HEAD[1:]), "rows": rows, "next_start": None}


def _rolled_rows(infos: list[TagInfo], window: Window, max_points: int) -> Iterator[tuple[Any, ...]]:
    for info in infos:
        found = reader().chart(info.org, [info.tag], window.start, window.end, max_points)[info.tag]
        columns = [found.mean, found.min, found.max, found.first, found.last]
        for k, at_us in enumerate(found.at_us):
            cells = [float(c[k]) if math.isfinite(c[k]) else "" for c in columns]
            share = round(float(found.good_share[k]), 4)
            yield (info.tag, from_us(int(at_us)).isoformat(), *cells, int(found.count[k]), share)
