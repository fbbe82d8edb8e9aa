"""Chart points from observations, and from roll-up tables with a fresh tail."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from . import sql
from .files import STATS_SLACK_US, Snapshot
from .series import ChartSeries, Series, ints_of, numbers_of, texts_of

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
        _last_texts(series, good, edges),
        count.astype(np.int64),
        np.add.reduceat(good.astype(np.int64), edges) / count,
    )


def _last_texts(series: Series, good: Any, edges: Any) -> Any:
    worded = good & (series.text != None)  # noqa: E711 - element by element
    texts = np.full(len(edges), None, dtype=object)
    if worded.any():
        at = np.maximum.reduceat(np.where(worded, np.arange(len(series)), -1), edges)
        some = at >= 0
        texts[some] = series.text[at[some]]
    return texts


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
    fresh = points.between(org, tail, end) if end > tail else []
    if not fresh:  # nothing newer, or retention dropped it: the roll-up is all there is
        tail = end
    where = sql.one_of(names)
    parts = []
    old = rolled.between(org, start, tail) if tail > start else []
    if old:
        span = f'{where} AND "at" >= {sql.moment(start)} AND "at" < {sql.moment(tail)}'
        parts.append(sql.newest_revision(sql.scan(old), span))
    if fresh:
        span = f'{where} AND "at" >= {sql.moment(tail)} AND "at" < {sql.moment(end)}'
        parts.append(sql.from_points(sql.scan(fresh), span, start, unit_us))
    if not parts:
        return {name: ChartSeries(_level(unit_us), bucket_us) for name in names}
    inner = " UNION ALL ".join(f"({part})" for part in parts)
    columns = cursor.execute(
        f'SELECT *, epoch_us("bucket") AS bucket_us FROM ({sql.combine(inner, start, bucket_us)}) '  # noqa: S608
        "ORDER BY tag, bucket_us"
    ).fetchnumpy()
    return _split(columns, names, bucket_us, unit_us)


def _split(columns: dict[str, Any], names: list[str], bucket_us: int, unit_us: int) -> dict[str, ChartSeries]:
    tags = texts_of(columns["tag"])
    count = ints_of(columns["count"])
    whole = ChartSeries(
        level=_level(unit_us),
        bucket_us=bucket_us,
        at_us=ints_of(columns["bucket_us"]),
        mean=numbers_of(columns["mean"]),
        min=numbers_of(columns["min"]),
        max=numbers_of(columns["max"]),
        first=numbers_of(columns["first"]),
        last=numbers_of(columns["last"]),
        last_text=texts_of(columns["last_text"]),
        count=count,
        good_share=ints_of(columns["good_count"]) / np.maximum(count, 1),
    )
    return {name: whole.rows(np.flatnonzero(tags == name)) for name in names}


def _level(unit_us: int) -> str:
    return "1h" if unit_us >= 3_600_000_000 else "1m"
