"""Reading observations and charts: DuckDB over exactly the files a question needs.

Delta says which files are live; partition days and file statistics prune them; DuckDB reads the rest. A file that
compaction replaced and vacuum removed while a query ran is answered by asking once more with a fresh file list.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from gearpark.base.limits import MAX_CHART_POINTS, MAX_CHART_TAGS
from gearpark.base.problems import Problem
from gearpark.base.time import to_us

from . import duck, schema, sql
from .arrivals import added_since
from .charts import bucketed, from_observations, from_rollup
from .files import Catalogue, DataFile, Snapshot, day_us
from .hashing import content_hash
from .series import ChartSeries, Series, canonical_order, ints_of, numbers_of, texts_of

MAX_TAGS = 500  # of one question
MAX_ROWS = 20_000_000  # observations one answer may hold
MAX_ASKED = 5_000  # tags asked about for what arrived
RENEW_AFTER_VERSIONS = 1_000
MAX_SHARED = 4  # readers a process keeps
RETRIES = 2  # when files vanish under a query
LOOKBACK_STEP = 2  # days of the first step back for a carried-in value; doubles
MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000
HOURS_FROM_US = (
    20 * MINUTE_US
)  # points wider than this are drawn from hours: fewer points, a tenth of the rows
DAY_US = 86_400_000_000

Moment = dt.datetime | int


def as_us(moment: Moment) -> int:
    """Aware datetime or microseconds -> microseconds."""
    return moment if isinstance(moment, int) else to_us(moment)


class Reader:
    """Read access to one lake. Thread-safe: every thread has a cursor of its own."""

    def __init__(self, root: Path | str, *, threads: int = 2) -> None:
        self.root = Path(root)
        self._points = Catalogue(self.root, schema.POINTS)
        self._rollups = {name: Catalogue(self.root, name) for name in (schema.ROLLUP_1M, schema.ROLLUP_1H)}
        self._duck = duck.connect(threads=threads, metadata_cache=True)
        self._threads = threads
        self._opened_at = 0  # version of ``points``
        self._renewing = threading.Lock()
        self._mine = threading.local()

    def snapshot(self) -> Snapshot:
        """Live files of the points table."""
        return self._points.snapshot()

    # -- observations ---------------------------------------------------------------------------------------------
    def observations(
        self, org: str, tags: Sequence[str], start: Moment, end: Moment, *, carry_in: bool = True
    ) -> dict[str, Series]:
        """Observations with ``start <= at < end`` per tag (every asked tag is a key), in canonical order.

        carry_in  puts the newest observation before ``start`` in front, with its own time: the value in force
                  when the period begins.
        Raises Problem ``lake.too_many_tags``, ``lake.too_many_rows``.
        """
        names = self._tags(tags)
        start_us, end_us = as_us(start), as_us(end)
        found = self._ask(
            lambda snap: self._read(names, snap.between(org, start_us, end_us), start_us, end_us)
        )
        if carry_in:
            before = self.latest(org, names, before=start_us)
            for name, series in before.items():
                found[name] = _joined(series, found[name])
        return found

    def latest(self, org: str, tags: Sequence[str], *, before: Moment | None = None) -> dict[str, Series]:
        """The newest observation by source time per tag (tags never seen are left out).

        before  only observations older than this instant; None: all, also ones from the future.
        """
        names = self._tags(tags)
        limit = schema.AT_MAX_US if before is None else as_us(before)
        return self._ask(lambda snap: self._look_back(snap, org, names, limit))

    def _look_back(self, snap: Snapshot, org: str, names: list[str], limit: int) -> dict[str, Series]:
        wanted, found = list(names), {}
        days = [d for d in reversed(snap.days(org)) if day_us(d) < limit]
        step, at = LOOKBACK_STEP, 0
        while wanted and at < len(days):
            files = [f for d in days[at : at + step] for f in snap.of_day(org, d) if f.at_min_us < limit]
            found.update(self._newest(wanted, files, limit))
            wanted = [name for name in wanted if name not in found]
            at, step = at + step, step * 2
        return found

    def _newest(self, names: list[str], files: list[DataFile], limit: int) -> dict[str, Series]:
        if not files:
            return {}
        source = sql.scan(files)
        where = f'{sql.one_of(names)} AND "at" < {sql.moment(limit)}'
        rows = self._cursor().execute(
            f'WITH newest AS (SELECT tag AS name, max("at") AS newest_at FROM {source} WHERE {where} GROUP BY tag) '  # noqa: S608
            f'SELECT tag, epoch_us("at") AS at_us, num, text, status FROM {source} '
            f'JOIN newest ON tag = name AND "at" = newest_at WHERE {where}'
        )
        columns = rows.fetchnumpy()
        tags = texts_of(columns["tag"])
        series = _series(columns)
        return {
            name: _last(_picked(series, np.flatnonzero(tags == name))) for name in sorted(set(tags.tolist()))
        }

    def _read(self, names: list[str], files: list[DataFile], start_us: int, end_us: int) -> dict[str, Series]:
        if not files or start_us >= end_us:
            return {name: Series() for name in names}
        listed = ", ".join(map(sql.quoted, names))
        which = "0::SMALLINT" if len(names) == 1 else f"(list_position([{listed}], tag) - 1)::SMALLINT"
        columns = (
            self._cursor()
            .execute(
                f'SELECT {which} AS tag_no, epoch_us("at") AS at_us, num, text, status FROM {sql.scan(files)} '  # noqa: S608
                f'WHERE {sql.one_of(names)} AND "at" >= {sql.moment(start_us)} AND "at" < {sql.moment(end_us)} '
                f"LIMIT {MAX_ROWS + 1}"
            )
            .fetchnumpy()
        )
        series = _series(columns)
        if len(series) > MAX_ROWS:
            raise Problem(
                "lake.too_many_rows", f"More than {MAX_ROWS} observations; ask for a shorter period."
            )
        if len(names) == 1:
            return {names[0]: _picked(series, None)}
        number = ints_of(columns["tag_no"])
        order = np.argsort(number.astype(np.int16), kind="stable")
        edges = np.searchsorted(number[order], np.arange(len(names) + 1))
        return {name: _picked(series, order[edges[i] : edges[i + 1]]) for i, name in enumerate(names)}

    def arrived(self, org: str, tags: Sequence[str], since: int) -> tuple[int, int | None]:
        """(newest version, earliest source time of these tags among what came in versions after ``since``; None: nothing).

        Observations arrive late and out of order, so what is new is known by version, never by time. ``since`` -1, or
        so old that the log was cleaned up: the earliest observation there is.
        """
        names = self._tags(tags, MAX_ASKED)

        def look(snap: Snapshot) -> tuple[int, int | None]:
            if snap.version <= since:
                return snap.version, None
            added = added_since(self.root, since, snap.version) if since >= 0 else None
            live = {file.path for file in snap.files}
            files = [f for f in (snap.files if added is None else added) if f.org == org]
            here = [f for f in files if f.path in live]
            found = [
                f.at_min_us for f in files if f.path not in live
            ]  # rewritten already: asked less exactly
            if here:
                row = (
                    self._cursor()
                    .execute(
                        f'SELECT epoch_us(min("at")) FROM {sql.scan(here)} WHERE {sql.one_of(names)}'  # noqa: S608
                    )
                    .fetchone()
                )
                found += [int(row[0])] if row is not None and row[0] is not None else []
            return snap.version, min(found, default=None)

        answer: tuple[int, int | None] = self._ask(look)
        return answer

    # -- charts ---------------------------------------------------------------------------------------------------
    def chart(
        self, org: str, tags: Sequence[str], start: Moment, end: Moment, max_points: int = 1000
    ) -> dict[str, ChartSeries]:
        """At most ``max_points`` points per tag over ``[start, end)``: observations themselves when they are few,
        else buckets made from observations, from minutes or from hours, whichever is the finest that is needed.

        Whatever the roll-up job has not reached yet is aggregated from observations in the same answer. Where
        retention dropped the finer level, the coarser one is shown: points are then at least that wide.
        """
        names = self._tags(tags, MAX_CHART_TAGS)
        start_us, end_us = as_us(start), as_us(end)
        limit = max(1, min(max_points, MAX_CHART_POINTS))
        if end_us <= start_us:
            return {name: ChartSeries() for name in names}
        width = -(-(end_us - start_us) // limit)
        period = (start_us, end_us)

        def draw(snap: Snapshot) -> dict[str, ChartSeries]:
            unit = max(self._finest_kept(snap, org, period), 0 if width < MINUTE_US else MINUTE_US)
            if not unit:
                return self._fine_chart(snap, org, names, period, width, limit)
            unit = HOUR_US if width > HOURS_FROM_US else unit
            rolled = self._rollups[schema.ROLLUP_1H if unit == HOUR_US else schema.ROLLUP_1M].snapshot()
            bucket = -(-width // unit) * unit
            return from_rollup(self._cursor(), rolled, snap, org, names, period, bucket, unit)

        return self._ask(draw)

    def _finest_kept(self, snap: Snapshot, org: str, period: tuple[int, int]) -> int:
        """Unit of the finest level that still has all of the period: 0 observations, else a minute or an hour."""
        minutes, hours = (self._rollups[name].snapshot() for name in (schema.ROLLUP_1M, schema.ROLLUP_1H))
        lost = minutes.dropped.get(org)
        if lost is not None and hours.between(org, period[0], min(period[1], day_us(lost) + DAY_US)):
            return HOUR_US
        return MINUTE_US if minutes.days_between(org, *period) - snap.days_between(org, *period) else 0

    def _fine_chart(
        self, snap: Snapshot, org: str, names: list[str], period: tuple[int, int], width: int, limit: int
    ) -> dict[str, ChartSeries]:
        files = snap.between(org, *period)
        rows = self._read(names, files, *period)
        charts = {}
        for name, series in rows.items():
            charts[name] = (
                from_observations(series) if len(series) <= limit else bucketed(series, period[0], width)
            )
        return charts

    # -- what is there --------------------------------------------------------------------------------------------
    def span(self, org: str, asset: str) -> tuple[int, int] | None:
        """First and last source time of an asset, microseconds; None when it has no observation."""

        def look(snap: Snapshot) -> tuple[int, int] | None:
            days = snap.days(org)
            first = next((r for d in days if (r := self._edge(snap.of_day(org, d), asset)) is not None), None)
            last = next(
                (r for d in reversed(days) if (r := self._edge(snap.of_day(org, d), asset)) is not None), None
            )
            return None if first is None or last is None else (first[0], last[1])

        return self._ask(look)

    def _edge(self, files: list[DataFile], asset: str) -> tuple[int, int] | None:
        row = (
            self._cursor()
            .execute(
                f'SELECT epoch_us(min("at")), epoch_us(max("at")) FROM {sql.scan(files)} '  # noqa: S608
                f"WHERE {sql.of_asset(asset)}"
            )
            .fetchone()
        )
        return None if row is None or row[0] is None else (int(row[0]), int(row[1]))

    def tags(self, org: str, asset: str = "") -> list[dict[str, Any]]:
        """Tags with observations: ``tag``, ``count``, ``first_us``, ``last_us``; of one asset or of all."""

        def look(snap: Snapshot) -> list[dict[str, Any]]:
            files = [f for d in snap.days(org) for f in snap.of_day(org, d)]
            if not files:
                return []
            where = f"WHERE {sql.of_asset(asset)}" if asset else ""
            rows = self._cursor().execute(
                f'SELECT tag, count(*), epoch_us(min("at")), epoch_us(max("at")) FROM {sql.scan(files)} {where} '  # noqa: S608
                "GROUP BY tag ORDER BY tag"
            )
            return [
                {"tag": tag, "count": count, "first_us": first, "last_us": last}
                for tag, count, first, last in rows.fetchall()
            ]

        return self._ask(look)

    def content_hash(self, org: str, assets: Sequence[str]) -> str:
        """SHA-256 over what the assets' observations say (tag, time, value, status), whatever order they came in."""
        return self._ask(lambda snap: content_hash(self._cursor(), snap, org, assets))

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own; opening one for every question would cost milliseconds.

        DuckDB keeps the footer of every file it met, also of files that compaction replaced: after
        ``RENEW_AFTER_VERSIONS`` commits it is opened anew, so that memory stays flat.
        """
        with self._renewing:
            version = self._points.version
            if version - self._opened_at > RENEW_AFTER_VERSIONS:
                self._duck, self._opened_at = (
                    duck.connect(threads=self._threads, metadata_cache=True),
                    version,
                )
            source = self._duck
        if getattr(self._mine, "source", None) is not source:
            self._mine.source, self._mine.cursor = source, source.cursor()
        found: duckdb.DuckDBPyConnection = self._mine.cursor
        return found

    # -- how --------------------------------------------------------------------------------------------------------
    def _tags(self, tags: Sequence[str], limit: int = MAX_TAGS) -> list[str]:
        names = list(dict.fromkeys(tags))
        if len(names) > limit:
            raise Problem("lake.too_many_tags", f"{len(names)} tags asked at once; at most {limit}.")
        return names

    def _ask(self, work: Any) -> Any:
        for attempt in range(RETRIES + 1):
            try:
                return work(self._points.snapshot())
            except (duckdb.IOException, duckdb.HTTPException):
                if attempt == RETRIES:
                    raise
                for catalogue in (self._points, *self._rollups.values()):
                    catalogue.reopen()
        raise AssertionError("unreachable")


_shared: OrderedDict[Path, Reader] = OrderedDict()
_sharing = threading.Lock()


def shared_reader(root: Path) -> Reader:
    """The process's one reader of a lake: what it knows of files and footers serves every room."""
    with _sharing:
        found = _shared.get(root)
        if found is None:
            found = _shared[root] = Reader(root)
            while len(_shared) > MAX_SHARED:
                _shared.popitem(last=False)
        return found


def forget_shared() -> None:
    """Drop the shared readers (after a lake was replaced under them)."""
    with _sharing:
        _shared.clear()


def _series(columns: dict[str, Any]) -> Series:
    return Series(
        ints_of(columns["at_us"]),
        numbers_of(columns["num"]),
        texts_of(columns["text"]),
        ints_of(columns["status"]),
    )


def _picked(series: Series, rows: Any) -> Series:
    part = series
    if rows is not None:
        part = Series(series.at_us[rows], series.num[rows], series.text[rows], series.status[rows])
    order = canonical_order(part.at_us, part.num, part.text, part.status)
    if order is None:
        return part
    return Series(part.at_us[order], part.num[order], part.text[order], part.status[order])


def _last(series: Series) -> Series:
    return Series(series.at_us[-1:], series.num[-1:], series.text[-1:], series.status[-1:])


def _joined(left: Series, right: Series) -> Series:
    return Series(
        np.concatenate([left.at_us, right.at_us]),
        np.concatenate([left.num, right.num]),
        np.concatenate([left.text, right.text]),
        np.concatenate([left.status, right.status]),
    )
