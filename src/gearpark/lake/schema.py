"""Tables of the lake: columns, partitions, Delta properties, and how they are opened.

``<root>/points``     one row per observation, append-only, partitioned by organisation and UTC day of the source time
``<root>/rollup_1m``  aggregates per tag and minute; ``<root>/rollup_1h`` per tag and hour (see ``rollup``)
``<root>/devices``    device models of imported recordings (see ``recordings``)
"""

from __future__ import annotations

from pathlib import Path

from arro3.core import DataType, Field, Schema
from deltalake import DeltaTable, PostCommitHookProperties
from deltalake.exceptions import TableNotFoundError

POINTS = "points"
ROLLUP_1M = "rollup_1m"
ROLLUP_1H = "rollup_1h"
TABLES = (POINTS, ROLLUP_1M, ROLLUP_1H)
PARTITIONS = ["org", "day"]
MONTHLY = frozenset(
    {ROLLUP_1H}
)  # ``day`` is the first of the month: a year of hours is twelve files, not 365

# transactions in the Delta log, each followed by an organisation
ROWS = "rows:"  # in a roll-up table: observations of ``points`` it is complete for
DROPPED = "dropped:"  # newest day (ordinal) that retention dropped from this table

CHECKPOINT_EVERY = 50  # commits; bounds how many log files a fresh reader replays
LOG_KEPT_HOURS = 2  # of Delta log files behind a checkpoint; the roll-up job reads them every minute
DELETED_KEPT_HOURS = 1  # data files replaced by compaction stay this long for readers in flight

AT_MIN_US = 0  # 1970
AT_MAX_US = 7_258_118_400_000_000  # 2200; a source time outside is garbage, not history

_UTC_US = DataType.timestamp("us", tz="UTC")
_POINT_FIELDS = [
    Field("org", DataType.string(), nullable=False),
    Field("day", DataType.date32(), nullable=False),
    Field("tag", DataType.string(), nullable=False),
    Field("at", _UTC_US, nullable=False),
    Field("num", DataType.float64(), nullable=True),
    Field("text", DataType.string(), nullable=True),
    Field("status", DataType.int64(), nullable=False),
    Field("received_at", _UTC_US, nullable=False),
    Field("source", DataType.string(), nullable=False),
    Field("boot", DataType.int64(), nullable=False),
    Field("seq", DataType.int64(), nullable=False),
]
_ROLLUP_FIELDS = [
    Field("org", DataType.string(), nullable=False),
    Field("day", DataType.date32(), nullable=False),
    Field("tag", DataType.string(), nullable=False),
    Field("at", _UTC_US, nullable=False),  # start of the bucket
    Field("count", DataType.int64(), nullable=False),  # observations
    Field("good_count", DataType.int64(), nullable=False),  # of them with good status
    Field(
        "number_count", DataType.int64(), nullable=False
    ),  # good numbers: what mean, min, max, first, last rest on
    Field("mean", DataType.float64(), nullable=True),  # of observations, not weighted by time
    Field("min", DataType.float64(), nullable=True),
    Field("max", DataType.float64(), nullable=True),
    Field("first", DataType.float64(), nullable=True),
    Field("last", DataType.float64(), nullable=True),
    Field("last_text", DataType.string(), nullable=True),
    Field("first_at", _UTC_US, nullable=True),  # of the first and last good number
    Field("last_at", _UTC_US, nullable=True),
    Field("text_at", _UTC_US, nullable=True),  # of last_text
    Field(
        "revision", DataType.int64(), nullable=False
    ),  # version of ``points`` it was computed from; highest wins
]
POINT_SCHEMA = Schema(_POINT_FIELDS)
ROLLUP_SCHEMA = Schema(_ROLLUP_FIELDS)
POINT_COLUMNS = [field.name for field in _POINT_FIELDS]
ROLLUP_COLUMNS = [field.name for field in _ROLLUP_FIELDS]
DELTA_CONFIGURATION: dict[str, str | None] = {
    "delta.checkpointInterval": str(CHECKPOINT_EVERY),
    "delta.logRetentionDuration": f"interval {LOG_KEPT_HOURS} hours",
    "delta.deletedFileRetentionDuration": f"interval {DELETED_KEPT_HOURS} hours",
    "delta.enableExpiredLogCleanup": "true",
    "delta.dataSkippingStatsColumns": "tag,at,received_at",
}
HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=True)


def schema_of(table: str) -> Schema:
    return POINT_SCHEMA if table == POINTS else ROLLUP_SCHEMA


def ensure(root: Path, table: str = POINTS) -> DeltaTable:
    """Open the table, making it (and the folder) when it is not there yet. Safe to race."""
    path = Path(root) / table
    found = open_table(root, table)
    if found is not None:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    configuration = dict(DELTA_CONFIGURATION)
    if table != POINTS:
        configuration["delta.dataSkippingStatsColumns"] = "tag,at"
    return DeltaTable.create(
        str(path), schema_of(table), mode="ignore", partition_by=PARTITIONS, configuration=configuration
    )


def open_table(root: Path, table: str = POINTS) -> DeltaTable | None:
    """Open the table; None when nothing was ever written."""
    path = Path(root) / table
    if not (path / "_delta_log").is_dir():
        return None
    try:
        return DeltaTable(str(path))
    except TableNotFoundError:
        return None
