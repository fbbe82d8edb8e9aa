"""Appending observations, exactly once.

A batch is named by (source, boot, seq). Each Delta commit carries, for every (source, boot) in it, a transaction
``app_id = "<source>:<boot>", version = last contiguous seq``: data and mark become visible in one step, so a batch
that is sent again after a kill is recognised and dropped, and one that was never committed is never acknowledged.
Batches that arrive past a hole are held (bounded) until the hole is filled; they are not acknowledged before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path

import numpy as np
from arro3.core import Array, DataType, Table
from deltalake import ColumnProperties, CommitProperties, Transaction, WriterProperties, write_deltalake
from numpy.typing import NDArray

from gearpark.base.problems import Problem

from . import schema, storage

FIRST_SEQ = 1  # the first seq of a boot
MAX_BATCH_POINTS = 500_000
MAX_PENDING_POINTS = 2_000_000  # accepted but not committed: the caller must commit before it goes on
MAX_HELD_BATCHES = 10_000  # per (source, boot), waiting behind a hole
DAY_US = 86_400_000_000
COMMIT_RETRIES = 15  # inside delta-rs, for a log entry somebody else wrote first

# Statistics only where queries prune by them; a dictionary of measured numbers costs time and saves nothing.
_PLAIN = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
_QUIET = ColumnProperties(dictionary_enabled=True, statistics_enabled="NONE")
_WRITER = WriterProperties(
    compression="SNAPPY",
    max_row_group_size=256 * 1024,
    column_properties={"num": _PLAIN, **dict.fromkeys(("text", "status", "source", "boot", "seq"), _QUIET)},
)
Source = tuple[str, int]


class Outcome(StrEnum):
    """What became of a batch handed to ``Writer.append``."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"  # past a hole
    REFUSED = "refused"  # past a hole, and too many are held already; send it again later


@dataclass(slots=True)
class Batch:
    """Observations of one organisation as columns of equal length.

    nums         float per point; None or nan where there is no number
    texts        text per point or None; may be None as a whole when no point is a text
    statuses     OPC UA status codes; may be None as a whole when all are good
    received_us  when the gateway received them: one number for all, or one per point
    """

    org: str
    source: str
    boot: int
    seq: int
    tags: Sequence[str]
    at_us: Sequence[int]
    nums: Sequence[float | None]
    texts: Sequence[str | None] | None = None
    statuses: Sequence[int] | None = None
    received_us: int | Sequence[int] = 0

    def check(self) -> None:
        """Problem ``lake.batch_shape`` unless all columns are as long as ``tags`` and not too long."""
        n = len(self.tags)
        columns = [self.at_us, self.nums, self.texts, self.statuses]
        if not isinstance(self.received_us, int):
            columns.append(self.received_us)
        if n > MAX_BATCH_POINTS or any(column is not None and len(column) != n for column in columns):
            raise Problem(
                "lake.batch_shape",
                f"A batch of {self.source} has columns of different lengths or more than {MAX_BATCH_POINTS} points.",
            )


@dataclass(slots=True)
class _Line:
    """What the writer knows of one (source, boot)."""

    committed: int
    accepted: int
    held: dict[int, Batch] = field(default_factory=dict)


class Writer:
    """One appending process. Not thread-safe; many processes may write, one per (source, boot).

    durable  True: a commit returns when its files are on the disk (survives a power cut), not only in its cache
    """

    def __init__(
        self, root: Path | str, *, min_free_bytes: int = storage.MIN_FREE_BYTES, durable: bool = True
    ) -> None:
        self.root = Path(root)
        self.durable = durable
        self.min_free_bytes = min_free_bytes
        self.rejected_points = 0  # source times that are no times (before 1970, after 2200)
        self._table = schema.ensure(self.root)
        self._lines: dict[Source, _Line] = {}
        self._pending: list[Batch] = []
        self._pending_points = 0

    def append(self, batch: Batch) -> Outcome:
        """Take a batch for the next commit. Raises ``lake.batch_shape`` and ``lake.writer_full``."""
        batch.check()
        line = self._line((batch.source, batch.boot))
        if batch.seq <= line.accepted or batch.seq in line.held:
            return Outcome.DUPLICATE
        if batch.seq > line.accepted + 1:
            if len(line.held) >= MAX_HELD_BATCHES:
                return Outcome.REFUSED
            line.held[batch.seq] = batch
            return Outcome.HELD
        if self._pending_points + len(batch.tags) > MAX_PENDING_POINTS:
            raise Problem(
                "lake.writer_full",
                f"{self._pending_points} points wait for a commit; commit before more are appended.",
                status=503,
            )
        self._accept(line, batch)
        self._drain(line)
        return Outcome.ACCEPTED

    def skip_to(self, source: str, boot: int, seq: int) -> int:
        """The source says that nothing before ``seq`` exists any more (dropped by its budget, or another lake had it).

        Returns how many numbers were skipped. The next commit carries the mark; held batches follow.
        """
        line = self._line((source, boot))
        missing = max(0, seq - 1 - line.accepted)
        for number in [n for n in line.held if n < seq]:
            self._accept(line, line.held.pop(number))
            missing -= 1
        line.accepted = max(line.accepted, seq - 1)
        self._drain(line)
        return max(0, missing)

    def commit(self) -> dict[Source, int]:
        """Write everything accepted in one Delta commit; returns the marks that moved (empty: nothing to do).

        On ``lake.disk_full`` nothing was stored, everything stays pending and the same call may be made again. On
        ``lake.conflict`` nothing was stored and pending batches are forgotten: none was acknowledged, so their source
        sends them again, and what the other process stored is recognised by its mark.
        """
        moved = {key: line.accepted for key, line in self._lines.items() if line.accepted > line.committed}
        if not moved:
            return {}
        storage.check_space(self.root, self.min_free_bytes)
        data = self._build()
        properties = CommitProperties(
            max_commit_retries=COMMIT_RETRIES,
            app_transactions=[Transaction(f"{source}:{boot}", seq) for (source, boot), seq in moved.items()],
        )

        def write() -> None:
            write_deltalake(
                self._table,
                data,
                mode="append",
                partition_by=schema.PARTITIONS,
                writer_properties=_WRITER,
                commit_properties=properties,
                post_commithook_properties=schema.HOOKS,
            )

        try:
            storage.attempt(self.root, write)
            if self.durable:
                storage.flush(self.root / schema.POINTS, self._table.version())
        except Problem as problem:
            if problem.code == "lake.conflict":  # another process speaks for the same boot: its marks count
                self.forget()
            raise
        for key, seq in moved.items():
            self._lines[key].committed = seq
        self._pending.clear()
        self._pending_points = 0
        return moved

    def forget(self) -> None:
        """Drop everything not committed and read marks afresh from the table."""
        self._lines.clear()
        self._pending.clear()
        self._pending_points = 0

    def marks(self) -> dict[Source, int]:
        """Last committed seq of every (source, boot) this writer has met."""
        return {key: line.committed for key, line in self._lines.items()}

    def mark(self, source: str, boot: int) -> int:
        """Last committed seq of one boot; ``FIRST_SEQ - 1`` when none."""
        return self._line((source, boot)).committed

    def held(self) -> dict[Source, tuple[int, int]]:
        """Per (source, boot) with a hole: (first missing seq, batches held behind it)."""
        return {key: (line.accepted + 1, len(line.held)) for key, line in self._lines.items() if line.held}

    @property
    def pending_points(self) -> int:
        return self._pending_points

    @property
    def version(self) -> int:
        return self._table.version()

    def _line(self, key: Source) -> _Line:
        line = self._lines.get(key)
        if line is None:
            self._table.update_incremental()
            mark = self._table.transaction_version(f"{key[0]}:{key[1]}")
            last = FIRST_SEQ - 1 if mark is None else mark
            line = self._lines[key] = _Line(last, last)
        return line

    def _accept(self, line: _Line, batch: Batch) -> None:
        line.accepted = max(line.accepted, batch.seq)
        self._pending.append(batch)
        self._pending_points += len(batch.tags)

    def _drain(self, line: _Line) -> None:
        while line.held and self._pending_points < MAX_PENDING_POINTS:
            following = line.held.pop(line.accepted + 1, None)
            if following is None:
                break
            self._accept(line, following)

    def _build(self) -> Table:
        table, dropped = build(self._pending)
        self.rejected_points += dropped
        return table


def _repeated(values: Sequence[str], counts: NDArray[np.int64]) -> Array:
    """Each text as often as its count says."""
    places = np.repeat(np.arange(len(values), dtype=np.uint64), counts)
    return Array(values, DataType.string()).take(Array.from_numpy(places))


def _numbers(batches: list[Batch]) -> Array:
    if all(isinstance(batch.nums, np.ndarray) for batch in batches):
        values = np.concatenate([np.asarray(batch.nums, dtype=np.float64) for batch in batches])
        if not np.isnan(values).any():
            return Array.from_numpy(values)
        return Array([None if v != v else v for v in values.tolist()], DataType.float64())
    listed = [v for batch in batches for v in batch.nums]
    return Array([None if v is None or v != v else v for v in listed], DataType.float64())


def _whole(batches: list[Batch], pick: Callable[[Batch], Sequence[int] | int | None]) -> NDArray[np.int64]:
    """A column of whole numbers; a single number or None (zero) stands for all points of its batch."""
    parts = []
    for batch in batches:
        found = pick(batch)
        parts.append(
            np.full(len(batch.tags), found or 0, np.int64)
            if found is None or isinstance(found, int)
            else np.asarray(found, dtype=np.int64)
        )
    return np.concatenate(parts)


def _texts(batches: list[Batch], n: int) -> Array:
    if all(batch.texts is None for batch in batches):
        return Array([None], DataType.string()).take(Array.from_numpy(np.zeros(n, dtype=np.uint64)))
    listed: list[str | None] = []
    for batch in batches:
        listed += [None] * len(batch.tags) if batch.texts is None else batch.texts
    return Array(listed, DataType.string())


def build(batches: list[Batch]) -> tuple[Table, int]:
    """Batches -> (arrow table of ``points``, how many points had an impossible source time and were left out)."""
    batches = [batch for batch in batches if len(batch.tags)]
    if not batches:
        return Table.from_batches([], schema=schema.POINT_SCHEMA), 0
    counts = np.array([len(batch.tags) for batch in batches])
    at = _whole(batches, lambda batch: batch.at_us)
    moment = DataType.timestamp("us", tz="UTC")
    columns = [
        _repeated([batch.org for batch in batches], counts),
        Array.from_numpy((at // DAY_US).astype(np.int32)).cast(DataType.date32()),
        Array(list(chain.from_iterable(batch.tags for batch in batches)), DataType.string()),
        Array.from_numpy(at).cast(moment),
        _numbers(batches),
        _texts(batches, len(at)),
        Array.from_numpy(_whole(batches, lambda batch: batch.statuses)),
        Array.from_numpy(_whole(batches, lambda batch: batch.received_us)).cast(moment),
        _repeated([batch.source for batch in batches], counts),
        Array.from_numpy(_whole(batches, lambda batch: batch.boot)),
        Array.from_numpy(_whole(batches, lambda batch: batch.seq)),
    ]
    sane = (at >= schema.AT_MIN_US) & (at < schema.AT_MAX_US)
    if not sane.all():
        keep = Array.from_numpy(np.flatnonzero(sane).astype(np.uint64))
        columns = [column.take(keep) for column in columns]
    return Table.from_arrays(columns, schema=schema.POINT_SCHEMA), int(len(at) - sane.sum())
