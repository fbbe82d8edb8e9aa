"""Compaction: many small files of a day become few sorted ones, while appends go on.

A sorted file holds its rows by (tag, at), so that one tag's day is one or two row groups. Per organisation and partition (day; month for hours):
an open day's new files are merged once there are ``MIN_NEW_FILES``, its sorted ones once there are
``MIN_SORTED_FILES``; a day that is over is merged as far as ``TARGET_ROWS`` allows. The swap is one Delta commit that
changes no data. Every commit that removes files (here and in ``retention``) carries the transaction ``rewrite``, so of
two that race, one fails and leaves no trace. Roll-up tables also lose their superseded revisions here.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction

from . import duck, schema, sql, storage
from .files import STATS_SLACK_US, DataFile, Snapshot, files_of, snapshot_of

REWRITE = "rewrite"  # transaction every file-removing commit carries
SORTED = "sorted-"  # name prefix of files this module wrote
MIN_NEW_FILES = 24  # of an open day, before they are merged
MIN_SORTED_FILES = 8  # of an open day, below TARGET_ROWS each, before they are merged
TARGET_ROWS = 20_000_000  # rows of one sorted file at most; what one rewrite reads
ROW_GROUP_ROWS = 20_480  # a quarter of a tag's day at 1 Hz: little is decoded for nothing
CLOSED_AFTER_H = 1  # hours after a day's end it counts as over
MAX_REWRITES = 200  # of one run; the next one goes on


def run(
    root: Path | str, now: dt.datetime, *, min_new_files: int = MIN_NEW_FILES, vacuum: bool = True
) -> dict[str, Any]:
    """Compact all tables once. Returns per table: rewrites, files_before, files_after, conflicts, vacuumed.

    now  decides which days are over
    Raises ``lake.disk_full``; files that are only half written by then are removed.
    """
    base = Path(root)
    return {
        name: _table(base, name, now, min_new_files, vacuum)
        for name in schema.TABLES
        if schema.open_table(base, name) is not None
    }


def _table(root: Path, name: str, now: dt.datetime, min_new_files: int, vacuum: bool) -> dict[str, int]:
    table = schema.ensure(root, name)
    snap = snapshot_of(table, root, name)
    answer = {"rewrites": 0, "conflicts": 0, "files_before": len(snap.files), "files_after": 0, "vacuumed": 0}
    for group in _plan(snap, now, min_new_files):
        if answer["rewrites"] >= MAX_REWRITES:
            break
        try:
            _rewrite(root, name, group)
            answer["rewrites"] += 1
        except CommitFailedError as error:
            if storage.is_disk_full(error):
                raise storage.disk_full(root, str(error)) from error
            answer["conflicts"] += 1
    table = schema.ensure(root, name)
    if vacuum and answer["rewrites"]:
        answer["vacuumed"] = len(vacuum_table(table))
    answer["files_after"] = len(table.file_uris())
    return answer


def vacuum_table(
    table: DeltaTable, *, full: bool = False, kept_hours: int = schema.DELETED_KEPT_HOURS
) -> list[str]:
    """Delete files that are no part of the table for ``kept_hours``; ``full`` also finds leftovers of killed writers."""
    return table.vacuum(
        retention_hours=kept_hours, dry_run=False, enforce_retention_duration=False, full=full
    )


def _plan(snap: Snapshot, now: dt.datetime, min_new_files: int) -> Iterator[list[DataFile]]:
    """Groups of files to merge, each of one organisation and day."""
    for org in snap.orgs():
        for day in snap.days(org):
            files = sorted(snap.of_day(org, day), key=lambda f: (f.at_min_us, f.path))
            new = [f for f in files if not Path(f.path).name.startswith(SORTED)]
            small = [f for f in files if f not in new and f.rows < TARGET_ROWS // 2]
            over = dt.datetime.combine(snap.last_day(day), dt.time(), dt.UTC) + dt.timedelta(
                days=1, hours=CLOSED_AFTER_H
            )
            if now >= over:
                yield from (g for g in _groups(sorted(new + small, key=lambda f: f.at_min_us)) if _worth(g))
                continue
            if len(small) + (len(new) >= min_new_files) >= MIN_SORTED_FILES:
                yield from (g for g in _groups(sorted(new + small, key=lambda f: f.at_min_us)) if _worth(g))
            elif len(new) >= min_new_files:
                yield from (g for g in _groups(new) if _worth(g))


def _worth(group: list[DataFile]) -> bool:
    return len(group) > 1 or not Path(group[0].path).name.startswith(SORTED)


def _groups(files: list[DataFile]) -> Iterator[list[DataFile]]:
    group: list[DataFile] = []
    rows = 0
    for file in files:
        if group and rows + file.rows > TARGET_ROWS:
            yield group
            group, rows = [], 0
        group.append(file)
        rows += file.rows
    if group:
        yield group


def _rewrite(root: Path, name: str, group: list[DataFile]) -> None:
    """Merge one group into one sorted file, in one commit that fails if another rewrite came first."""
    storage.check_space(root, storage.MIN_FREE_BYTES + 2 * sum(file.bytes for file in group))
    table = schema.ensure(root, name)
    live = {file.path for file in files_of(table, root / name)}
    if any(file.path not in live for file in group):
        raise CommitFailedError("another rewrite came first")
    turn = (table.transaction_version(REWRITE) or 0) + 1
    partition: dict[str, str | None] = {"org": group[0].org, "day": group[0].day.isoformat()}
    path = f"{Path(group[0].path).parent.as_posix()}/{SORTED}{uuid.uuid4().hex}.parquet"
    target = Path(group[0].uri).parent / Path(path).name
    try:
        stats = _write(root, name, group, target)
        stamp = int(target.stat().st_mtime * 1000)
        actions: list[AddAction | RemoveAction] = [
            AddAction(path, target.stat().st_size, partition, stamp, False, json.dumps(stats))
        ]
        actions += [RemoveAction(file.path, False, stamp, file.bytes, partition) for file in group]
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=schema.PARTITIONS,
            commit_properties=CommitProperties(
                max_commit_retries=15, app_transactions=[Transaction(REWRITE, turn)]
            ),
            post_commithook_properties=schema.HOOKS,
        )
    except (OSError, DeltaError, duckdb.Error) as error:
        if target.name not in {Path(uri).name for uri in schema.ensure(root, name).file_uris()}:
            target.unlink(missing_ok=True)
        if storage.is_disk_full(error):
            raise storage.disk_full(root, str(error)) from error
        raise


def _write(root: Path, name: str, group: list[DataFile], target: Path) -> dict[str, Any]:
    """Write the sorted file, flush it to the disk, and return its Delta statistics."""
    link = duck.connect(spill=root / ".spill")
    columns = [
        c
        for c in (schema.POINT_COLUMNS if name == schema.POINTS else schema.ROLLUP_COLUMNS)
        if c not in schema.PARTITIONS
    ]
    listed = ", ".join(f'"{column}"' for column in columns)
    newest = (
        ""
        if name == schema.POINTS
        else 'QUALIFY row_number() OVER (PARTITION BY tag, "at" ORDER BY revision DESC) = 1'
    )
    link.execute(
        f'COPY (SELECT {listed} FROM {sql.scan(group)} {newest} ORDER BY tag, "at") TO {sql.quoted(str(target))} '  # noqa: S608
        f"(FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    )
    with target.open("rb") as handle:
        os.fsync(handle.fileno())
    moments = ["at", "received_at"] if name == schema.POINTS else ["at"]
    asked = ", ".join(f'epoch_us(min("{m}")), epoch_us(max("{m}"))' for m in moments)
    row = link.execute(
        f"SELECT count(*), min(tag), max(tag), {asked} FROM read_parquet({sql.quoted(str(target))}, hive_partitioning=false)"  # noqa: S608
    ).fetchall()[0]
    link.close()
    low: dict[str, Any] = {"tag": row[1]}
    high: dict[str, Any] = {"tag": row[2]}
    for place, moment in enumerate(moments):
        low[moment], high[moment] = _stat(row[3 + 2 * place]), _stat(row[4 + 2 * place])
    return {"numRecords": row[0], "minValues": low, "maxValues": high, "nullCount": dict.fromkeys(low, 0)}


def _stat(us: int) -> str:
    """A timestamp as Delta statistics write it: milliseconds, cut (readers allow for ``STATS_SLACK_US``)."""
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(
        microseconds=us // STATS_SLACK_US * STATS_SLACK_US
    )
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
