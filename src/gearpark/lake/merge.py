"""Adding observations that may be there already: compared by (tag, time, value, status), in one commit."""

from __future__ import annotations

from pathlib import Path

import duckdb
from deltalake import CommitProperties, write_deltalake

from gearpark.base.wire import Value

from . import duck, schema, sql, storage
from .files import snapshot_of
from .writer import COMMIT_RETRIES, Batch, build


class Columns:
    """Observations collected in memory."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.at_us: list[int] = []
        self.nums: list[float | None] = []
        self.texts: list[str | None] = []
        self.statuses: list[int] = []

    def __len__(self) -> int:
        return len(self.tags)

    def add(self, tag: str, at_us: int, value: Value, status: int) -> None:
        self.tags.append(tag)
        self.at_us.append(at_us)
        word = isinstance(value, str)
        self.nums.append(None if word else value)  # type: ignore[arg-type]
        self.texts.append(value if word else None)  # type: ignore[arg-type]
        self.statuses.append(status)

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]


def merge(root: Path, org: str, asset: str, columns: Columns, *, source: str, received_us: int) -> int:
    """Store the observations of one asset that the lake does not hold yet; returns how many that were.

    The commit is atomic. Callers keep other merges of the same asset out (``recordings`` holds a lock).
    """
    storage.check_space(root)
    batch = Batch(
        org,
        source,
        0,
        0,
        columns.tags,
        columns.at_us,
        columns.nums,
        columns.texts,
        columns.statuses,
        received_us,
    )
    offered, _ = build([batch])
    table = schema.ensure(root)
    table.update_incremental()
    snap = snapshot_of(table, Path(root), schema.POINTS)
    held = snap.between(org, min(columns.at_us), max(columns.at_us) + 1)
    link = duck.connect()
    link.register("offered", offered)
    fresh = 'SELECT DISTINCT tag, "at", num, text, status FROM offered'
    if held:
        fresh += (
            f' EXCEPT SELECT tag, "at", num, text, status FROM {sql.scan(held)} '  # noqa: S608
            f'WHERE {sql.of_asset(asset)} AND "at" >= {sql.moment(min(columns.at_us))} '
            f'AND "at" <= {sql.moment(max(columns.at_us))}'
        )
    link.execute(f"CREATE TABLE fresh AS {fresh}")
    stored = int(link.execute("SELECT count(*) FROM fresh").fetchall()[0][0])
    if stored:
        rows = link.sql(
            f'SELECT {sql.quoted(org)} AS org, CAST("at" AS DATE) AS day, tag, "at", num, text, status, '  # noqa: S608
            f"{sql.moment(received_us)} AS received_at, {sql.quoted(source)} AS source, 0::BIGINT AS boot, "
            '0::BIGINT AS seq FROM fresh ORDER BY tag, "at"'
        )
        storage.attempt(root, lambda: _append(root, rows))
    return stored


def _append(root: Path, rows: duckdb.DuckDBPyRelation) -> None:
    table = schema.ensure(root)
    write_deltalake(
        table,
        rows,
        mode="append",
        partition_by=schema.PARTITIONS,
        commit_properties=CommitProperties(max_commit_retries=COMMIT_RETRIES),
        post_commithook_properties=schema.HOOKS,
    )
    storage.flush(root / schema.POINTS, table.version())
