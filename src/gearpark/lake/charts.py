"""Chart points from observations, and from roll-up tables with a fresh tail."""

from __future__ import annotations

from dataclasses import dataclass, fields

import duckdb
import numpy as np

from . import sql
from .files import STATS_SLACK_US, Snapshot
from .series import ChartSeries, Floats, Int64s, Objects, Series, ints_of, numbers_of, texts_of

GOOD_LIMIT = 1 << 30  # status codes below have severity good


def from_observations(series: Series) -> ChartSeries:
    """Every observation as a point of its own."""
    good = series.status < GOOD_LIMIT
    num = np.where(good, series.num, np.nan)
    return ChartSeries(
        "raw",
        0,
        series.at_us,
        num,
        num,
        num,
        num,
        num,
        np.where(good, series.text, np.full(len(series), None, dtype=object)),
        np.ones(len(series), np.int64),
        good.astype(np.float64),
    )


def bucketed(series: Series, start_us: int, width_us: int) -> ChartSeries:
    """Observations (in canonical order) -> buckets of ``width_us`` counted from ``start_us``; empty ones left out."""
    if not len(series):
        return ChartSeries("bucket", width_us)
    slot = (series.at_us - start_us) // width_us
    edges = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    good = series.status < GOOD_LIMIT
    number = good & ~np.isnan(series.num)
    count = np.diff(np.append(edges, len(series)))
    numbers = np.add.reduceat(number.astype(np.int64), edges)
    none = numbers == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(np.where(number, series.num, 0.0), edges) / numbers
        low = np.minimum.reduceat(np.where(number, series.num, np.inf), edges)
        high = np.maximum.reduceat(np.where(number, series.num, -np.inf), edges)
    places = np.arange(len(series))
    first_at = np.minimum.reduceat(np.where(number, places, len(series) - 1), edges)
    last_at = np.maximum.reduceat(np.where(number, places, 0), edges)
    return ChartSeries(
        "bucket",
        width_us,
        start_us + slot[edges] * width_us,
        np.where(none, np.nan, mean),
        np.where(none, np.nan, low),
        np.where(none, np.nan, high),
        np.where(none, np.nan, series.num[first_at]),
        np.where(none, np.nan, series.num[last_at]),
        _last_of(np.where(good, series.text, np.full(len(series), None, dtype=object)), edges),
        count.astype(np.int64),
        np.add.reduceat(good.astype(np.int64), edges) / count,
    )


def _last_of(words: Objects, edges: Int64s) -> Objects:
    """The last text of each group that begins at ``edges``; None where a group has none."""
    worded = words != None  # noqa: E711 - element by element
    texts = np.full(len(edges), None, dtype=object)
    if worded.any():
        at = np.maximum.reduceat(np.where(worded, np.arange(len(words)), -1), edges)
        some = at >= 0
        texts[some] = words[at[some]]
    return texts


@dataclass(slots=True)
class _Rows:
    """Roll-up rows of several tags, ordered by (tag number, bucket), one revision each."""

    tag_no: Int64s
    at_us: Int64s
    count: Int64s
    good_count: Int64s
    number_count: Int64s
    mean: Floats
    min: Floats
    max: Floats
    first: Floats
    last: Floats
    last_text: Objects


def from_rollup(
    cursor: duckdb.DuckDBPyConnection,
    rolled: Snapshot,
    points: Snapshot,
    org: str,
    names: list[str],
    period: tuple[int, int],
    bucket_us: int,
    unit_us: int,
) -> dict[str, ChartSeries]:
    """Buckets of ``bucket_us`` (a multiple of ``unit_us``) from a roll-up table; newer observations join in.

    The period is widened to whole units. From the last unit the roll-up holds onwards, observations are read.
    """
    start = period[0] // unit_us * unit_us
    end = -(-period[1] // unit_us) * unit_us
    reached = max((f.at_max_us - STATS_SLACK_US for f in rolled.files if f.org == org), default=start)
    tail = min(max(start, reached // unit_us * unit_us), end)
    complete = rolled.rows_done.get(org) == points.rows_of(org)
    fresh = points.between(org, tail, end) if end > tail and not complete else []
    if not fresh:  # nothing newer, or retention dropped it: the roll-up is all there is
        tail = end
    parts = []
    old = rolled.between(org, start, tail) if tail > start else []
    if old:
        where = f'{sql.one_of(names)} AND "at" >= {sql.moment(start)} AND "at" < {sql.moment(tail)}'
        parts.append(_rows(cursor, names, f'{_COLUMNS}, "at", revision FROM {sql.scan(old)} WHERE {where}'))
    if fresh:
        where = f'{sql.one_of(names)} AND "at" >= {sql.moment(tail)} AND "at" < {sql.moment(end)}'
        inner = sql.from_points(sql.scan(fresh), where, start, unit_us)
        parts.append(_rows(cursor, names, f'{_COLUMNS}, "bucket" AS "at", 0 AS revision FROM ({inner})'))
    if not parts:
        return {name: ChartSeries(_level(unit_us), bucket_us) for name in names}
    return _widened(_merged(parts), names, start, bucket_us, unit_us)


_COLUMNS = 'tag, "count", good_count, number_count, "mean", "min", "max", "first", "last", last_text'


def _rows(cursor: duckdb.DuckDBPyConnection, names: list[str], selected: str) -> _Rows:
    """``selected``: what follows SELECT."""
    listed = ", ".join(map(sql.quoted, names))
    columns = cursor.execute(
        f'SELECT *, epoch_us("at") AS at_us, list_position([{listed}], tag)::INTEGER - 1 AS tag_no FROM (SELECT {selected})'  # noqa: S608
    ).fetchnumpy()
    tag_no, at_us, revision = (ints_of(columns[name]) for name in ("tag_no", "at_us", "revision"))
    order = np.lexsort((revision, at_us, tag_no))
    tag_no, at_us = tag_no[order], at_us[order]
    newest = (
        np.append((np.diff(tag_no) != 0) | (np.diff(at_us) != 0), True) if len(order) else np.empty(0, bool)
    )
    keep = order[newest]
    ints = {name: ints_of(columns[name])[keep] for name in ("count", "good_count", "number_count")}
    floats = {name: numbers_of(columns[name])[keep] for name in ("mean", "min", "max", "first", "last")}
    return _Rows(
        tag_no[newest], at_us[newest], **ints, **floats, last_text=texts_of(columns["last_text"])[keep]
    )


def _merged(parts: list[_Rows]) -> _Rows:
    if len(parts) == 1:
        return parts[0]
    whole = {one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(_Rows)}
    order = np.lexsort((whole["at_us"], whole["tag_no"]))
    return _Rows(**{name: column[order] for name, column in whole.items()})


def _widened(
    rows: _Rows, names: list[str], start_us: int, bucket_us: int, unit_us: int
) -> dict[str, ChartSeries]:
    if not len(rows.at_us):
        return {name: ChartSeries(_level(unit_us), bucket_us) for name in names}
    slot = (rows.at_us - start_us) // bucket_us
    begins = np.append(True, (np.diff(slot) != 0) | (np.diff(rows.tag_no) != 0))
    edges = np.flatnonzero(begins)
    some = rows.number_count > 0
    numbers = np.add.reduceat(rows.number_count, edges)
    none = numbers == 0
    places = np.arange(len(slot))
    first = np.minimum.reduceat(np.where(some, places, len(slot) - 1), edges)
    last = np.maximum.reduceat(np.where(some, places, 0), edges)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(np.where(some, rows.mean * rows.number_count, 0.0), edges) / numbers
    single = np.diff(np.append(edges, len(slot))) == 1
    count = np.add.reduceat(rows.count, edges)
    whole = ChartSeries(
        level=_level(unit_us),
        bucket_us=bucket_us,
        at_us=start_us + slot[edges] * bucket_us,
        mean=np.where(none, np.nan, np.where(single, rows.mean[edges], mean)),
        min=np.where(none, np.nan, np.minimum.reduceat(np.where(some, rows.min, np.inf), edges)),
        max=np.where(none, np.nan, np.maximum.reduceat(np.where(some, rows.max, -np.inf), edges)),
        first=np.where(none, np.nan, rows.first[first]),
        last=np.where(none, np.nan, rows.last[last]),
        last_text=_last_of(rows.last_text, edges),
        count=count,
        good_share=np.add.reduceat(rows.good_count, edges) / np.maximum(count, 1),
    )
    tag_no = rows.tag_no[edges]
    return {name: whole.rows(np.flatnonzero(tag_no == number)) for number, name in enumerate(names)}


def _level(unit_us: int) -> str:
    return "1h" if unit_us >= 3_600_000_000 else "1m"
