"""Roll-ups: aggregates per tag and minute, and per tag and hour, kept true to late data.

A run asks the Delta log which files came since the last run, finds the minutes they touch, and computes these minutes
anew from all observations of theirs. Rows are appended with ``revision`` = version of ``points``; readers take the
highest revision of a (tag, bucket), compaction drops the others. A run is repeatable: a killed one is simply done
again. Means are of observations, not weighted by time. Days whose observations retention dropped keep their old
rows; late data adds buckets there, it never overwrites one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake

from . import duck, schema, sql, storage
from .arrivals import added_since
from .files import DAY_US, DataFile, Snapshot, load, snapshot_of

MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000
APP = (
    "points"  # transaction name that remembers up to which version of ``points`` a roll-up table is complete
)
WIDE_US = 15 * MINUTE_US  # a new file that spans more is asked which minutes it really touches
SLICE_ROWS = 20_000_000  # observations one statement aggregates; bigger days go hour by hour
_WRITER = WriterProperties(compression="SNAPPY", max_row_group_size=128 * 1024)

Period = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Level:
    table: str
    unit_us: int


LEVELS = (_Level(schema.ROLLUP_1M, MINUTE_US), _Level(schema.ROLLUP_1H, HOUR_US))


def run(root: Path | str, now: dt.datetime) -> dict[str, Any]:
    """Bring both roll-up tables up to date with ``points``. ``now`` is only written to the answer.

    Returns rows written per table and the version of ``points`` reached. Raises ``lake.disk_full``.
    """
    base = Path(root)
    points = schema.open_table(base)
    answer: dict[str, Any] = {"at": now.isoformat(), "points_version": -1, "rollup_1m": 0, "rollup_1h": 0}
    if points is None:
        return answer
    version = points.version()
    answer["points_version"] = version
    snap = snapshot_of(points, base, schema.POINTS)
    for level in LEVELS:
        table = schema.ensure(base, level.table)
        done = table.transaction_version(APP)
        if done is not None and done >= version:
            continue
        storage.check_space(base)
        link = duck.connect()
        touched = _touched(link, base, points, snap, -1 if done is None else done, level.unit_us)
        answer[level.table] = _roll(link, base, level, table, points, snap, touched)
    return answer


# -- what to compute ----------------------------------------------------------------------------------------------
def _touched(
    link: duckdb.DuckDBPyConnection, root: Path, points: DeltaTable, snap: Snapshot, since: int, unit_us: int
) -> dict[str, list[Period]]:
    """Organisation -> periods (whole buckets, ascending, apart) that files added after version ``since`` touch."""
    added = added_since(root, since, snap.version) if since >= 0 else None
    files = snap.files if added is None else added
    periods: dict[str, list[Period]] = {}
    for file in files:
        spans: Iterable[Period] = [(file.at_min_us, file.at_max_us + 1)]
        if added is not None and file.at_max_us - file.at_min_us > WIDE_US and Path(file.uri).is_file():
            spans = _minutes_of(link, file)
        found = periods.setdefault(file.org, [])
        for begin, end in spans:
            found.append((begin // unit_us * unit_us, -(-end // unit_us) * unit_us))
    return {org: list(_joined(found)) for org, found in periods.items()}


def _minutes_of(link: duckdb.DuckDBPyConnection, file: DataFile) -> list[Period]:
    rows = link.execute(
        f'SELECT DISTINCT epoch_us("at") // {MINUTE_US} AS minute FROM {sql.scan([file])} ORDER BY minute'  # noqa: S608
    ).fetchall()
    return [(minute * MINUTE_US, (minute + 1) * MINUTE_US) for (minute,) in rows]


def _joined(periods: Iterable[Period]) -> Iterator[Period]:
    held: Period | None = None
    for begin, end in sorted(periods):
        if held is not None and begin <= held[1]:
            held = (held[0], max(held[1], end))
        else:
            if held is not None:
                yield held
            held = (begin, end)
    if held is not None:
        yield held


# -- computing ----------------------------------------------------------------------------------------------------
def _roll(
    link: duckdb.DuckDBPyConnection,
    root: Path,
    level: _Level,
    table: DeltaTable,
    points: DeltaTable,
    snap: Snapshot,
    touched: dict[str, list[Period]],
) -> int:
    """Append the buckets of the touched periods; the last commit remembers the version. Returns rows written."""
    minutes = load(root, schema.ROLLUP_1M) if level.unit_us == HOUR_US else snap
    own = load(root, level.table)
    slices = [
        (org, part)
        for org, periods in touched.items()
        for period in periods
        for part in _slices(snap, org, period)
    ]
    rows = 0
    for org, (begin, end) in slices:
        inner = _statement(level, minutes, org, begin, end)
        if inner is None:
            continue
        dropped = points.transaction_version(f"{schema.DROPPED}{org}")
        keep = ""
        day = dt.date(1970, 1, 1) + dt.timedelta(days=begin // DAY_US)
        old = own.of_day(org, day)
        if dropped is not None and day.toordinal() <= dropped and old:
            keep = f'WHERE NOT EXISTS (SELECT 1 FROM {sql.scan(old)} o WHERE o.tag = f.tag AND o."at" = f."bucket")'  # noqa: S608
        link.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM ({inner}) f {keep}")  # noqa: S608
        rows += link.execute("SELECT count(*) FROM fresh").fetchall()[0][0]
        _append(root, table, _relation(link, level, org, snap.version), [])
    marks = [Transaction(f"{schema.ROWS}{org}", snap.rows_of(org)) for org in snap.orgs()]
    _append(root, table, _empty(), [Transaction(APP, snap.version), *marks])
    return rows


def _slices(snap: Snapshot, org: str, period: Period) -> Iterator[Period]:
    """A period cut at days, and at hours where a day holds too much for one statement."""
    begin = period[0]
    while begin < period[1]:
        day = dt.date(1970, 1, 1) + dt.timedelta(days=begin // DAY_US)
        heavy = sum(file.rows for file in snap.of_day(org, day)) > SLICE_ROWS
        step = HOUR_US if heavy else DAY_US
        end = min(period[1], (begin // step + 1) * step)
        yield begin, end
        begin = end


def _statement(level: _Level, source: Snapshot, org: str, begin: int, end: int) -> str | None:
    files = source.between(org, begin, end)
    if not files:
        return None
    span = f'"at" >= {sql.moment(begin)} AND "at" < {sql.moment(end)}'
    if level.unit_us == MINUTE_US:
        return sql.from_points(sql.scan(files), span, 0, MINUTE_US)
    return sql.combine(sql.newest_revision(sql.scan(files), span), 0, level.unit_us)


def _relation(
    link: duckdb.DuckDBPyConnection, level: _Level, org: str, version: int
) -> duckdb.DuckDBPyRelation:
    day = "date_trunc('month', \"bucket\")" if level.table in schema.MONTHLY else '"bucket"'
    return link.sql(
        f'SELECT {sql.quoted(org)} AS org, CAST({day} AS DATE) AS day, tag, "bucket" AS "at", "count", '  # noqa: S608
        f'good_count, number_count, "mean", "min", "max", "first", "last", last_text, first_at, last_at, text_at, '
        f'{version}::BIGINT AS revision FROM fresh ORDER BY tag, "bucket"'
    )


def _empty() -> Any:
    from arro3.core import Table

    return Table.from_batches([], schema=schema.ROLLUP_SCHEMA)


def _append(root: Path, table: DeltaTable, rows: Any, transactions: list[Transaction]) -> None:
    properties = CommitProperties(max_commit_retries=15, app_transactions=transactions or None)
    storage.attempt(
        root,
        lambda: write_deltalake(
            table,
            rows,
            mode="append",
            partition_by=schema.PARTITIONS,
            writer_properties=_WRITER,
            commit_properties=properties,
            post_commithook_properties=schema.HOOKS,
        ),
    )
