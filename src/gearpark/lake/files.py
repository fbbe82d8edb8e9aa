"""Which data files of a table a query needs: the Delta snapshot as columns, pruned by partition and file statistics."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable

from gearpark.base.time import to_us

from . import schema

STATS_SLACK_US = 1_000  # Delta writes timestamp statistics in milliseconds, cut
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class DataFile:
    """One live data file. Times are source times, microseconds, inclusive and up to a millisecond too wide."""

    path: str  # as the log writes it, relative to the table
    uri: str  # what a reader opens
    org: str
    day: dt.date
    rows: int
    bytes: int
    at_min_us: int
    at_max_us: int
    received_max_us: int


def _us(value: object, otherwise: int) -> int:
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return to_us(aware)
    return int(value) if isinstance(value, int) else otherwise


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def files_of(table: DeltaTable, folder: Path) -> list[DataFile]:
    """Live files of the table's loaded version; ``folder`` is where the table lies."""
    actions = table.get_add_actions(flatten=True)
    names = set(actions.schema.names)
    columns = {name: actions.column(name).to_pylist() for name in names if name in _WANTED}
    count = actions.num_rows
    none = [None] * count
    found = []
    for i in range(count):
        path = str(columns["path"][i])
        day = _day(columns["partition.day"][i])
        start = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) * 1_000_000
        found.append(
            DataFile(
                path=path,
                uri=f"{folder}/{unquote(path)}",
                org=str(columns["partition.org"][i]),
                day=day,
                rows=int(columns["num_records"][i] or 0),
                bytes=int(columns["size_bytes"][i] or 0),
                at_min_us=_us(columns.get("min.at", none)[i], start) - STATS_SLACK_US,
                at_max_us=_us(columns.get("max.at", none)[i], start + DAY_US) + STATS_SLACK_US,
                received_max_us=_us(columns.get("max.received_at", none)[i], 0),
            )
        )
    return found


_WANTED = frozenset(
    {
        "path",
        "size_bytes",
        "num_records",
        "partition.org",
        "partition.day",
        "min.at",
        "max.at",
        "max.received_at",
    }
)


class Snapshot:
    """The files of one version, grouped by organisation and partition.

    monthly    partitions are months (named by their first day), not days
    rows_done  per organisation, of a roll-up table: observations it was complete for (``rollup.ROWS``)
    """

    def __init__(self, version: int, files: list[DataFile], *, monthly: bool = False) -> None:
        self.version = version
        self.files = files
        self.monthly = monthly
        self.rows_done: dict[str, int] = {}
        self.dropped: dict[str, dt.date] = {}
        self._by_org: dict[str, dict[dt.date, list[DataFile]]] = {}
        for file in files:
            self._by_org.setdefault(file.org, {}).setdefault(file.day, []).append(file)

    def orgs(self) -> list[str]:
        return sorted(self._by_org)

    def days(self, org: str) -> list[dt.date]:
        """Partitions of an organisation that hold data, ascending."""
        return sorted(self._by_org.get(org, {}))

    def of_day(self, org: str, day: dt.date) -> list[DataFile]:
        """Files of the partition that day falls into."""
        return self._by_org.get(org, {}).get(day.replace(day=1) if self.monthly else day, [])

    def last_day(self, day: dt.date) -> dt.date:
        """The last day of a partition."""
        if not self.monthly:
            return day
        return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)

    def between(self, org: str, start_us: int, end_us: int) -> list[DataFile]:
        """Files that may hold rows with ``start_us <= at < end_us``, by partition."""
        days = self._by_org.get(org, {})
        found = []
        for day in sorted(days):
            if day_us(day) < end_us and day_us(self.last_day(day)) + DAY_US > start_us:
                found += [f for f in days[day] if f.at_min_us < end_us and f.at_max_us >= start_us]
        return found

    def days_between(self, org: str, start_us: int, end_us: int) -> set[dt.date]:
        """Partitions with data that overlap ``[start_us, end_us)``."""
        return {
            day
            for day in self._by_org.get(org, {})
            if day_us(day) < end_us and day_us(self.last_day(day)) + DAY_US > start_us
        }

    @property
    def rows(self) -> int:
        """Rows in the table, by file statistics."""
        return sum(file.rows for file in self.files)

    def rows_of(self, org: str) -> int:
        return sum(file.rows for files in self._by_org.get(org, {}).values() for file in files)


_EPOCH_DAY = dt.date(1970, 1, 1)


def day_us(day: dt.date) -> int:
    """Midnight UTC of a day, microseconds."""
    return (day - _EPOCH_DAY).days * DAY_US


def snapshot_of(table: DeltaTable, root: Path, name: str) -> Snapshot:
    """Snapshot of an open table, with what its transactions say of every organisation."""
    snap = Snapshot(table.version(), files_of(table, root / name), monthly=name in schema.MONTHLY)
    for org in snap.orgs():
        done = table.transaction_version(f"{schema.ROWS}{org}")
        if done is not None:
            snap.rows_done[org] = done
        dropped = table.transaction_version(f"{schema.DROPPED}{org}")
        if dropped is not None:
            snap.dropped[org] = dt.date.fromordinal(dropped)
    return snap


def load(root: Path, name: str) -> Snapshot:
    """The newest version of a table, which is made when it does not exist yet."""
    return snapshot_of(schema.ensure(root, name), root, name)


class Catalogue:
    """Keeps one table's snapshot fresh; cheap when nothing was committed. Thread-safe."""

    def __init__(self, root: Path | str, name: str) -> None:
        self.root = Path(root)
        self.name = name
        self._lock = threading.Lock()
        self._table: DeltaTable | None = None
        self._snapshot = Snapshot(-1, [])
        self._checkpoint = 0

    def snapshot(self) -> Snapshot:
        """The newest version's files; an empty snapshot (version -1) when the table does not exist yet."""
        with self._lock:
            if self._table is None:
                self._table = schema.open_table(self.root, self.name)
                if self._table is None:
                    return self._snapshot
            elif not self._moved():
                return self._snapshot
            else:
                self._table.update_incremental()
            version = self._table.version()
            if version != self._snapshot.version:
                self._snapshot = snapshot_of(self._table, self.root, self.name)
            self._checkpoint = self._checkpoint_stamp()
            return self._snapshot

    @property
    def version(self) -> int:
        """Of the snapshot handed out last."""
        return self._snapshot.version

    def _moved(self) -> bool:
        """Whether a version follows ours. Two file look-ups; asking delta-rs costs milliseconds on a busy machine."""
        log = self.root / self.name / "_delta_log"
        following = log / f"{self._snapshot.version + 1:020d}.json"
        return following.exists() or self._checkpoint_stamp() != self._checkpoint

    def _checkpoint_stamp(self) -> int:
        """Changes with every checkpoint: the log file after ours may be cleaned up already."""
        try:
            return (self.root / self.name / "_delta_log" / "_last_checkpoint").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def reopen(self) -> None:
        """Forget everything, after the table was seen to change under a reader."""
        with self._lock:
            self._table = None
            self._snapshot = Snapshot(-1, [])
