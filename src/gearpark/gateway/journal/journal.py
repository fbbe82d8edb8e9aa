"""Journal: put, group commit, ack, trim. One thread owns the file; every method may be called from any thread."""

from __future__ import annotations

import logging
import sqlite3
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from gearpark.base.ids import split_tag, tag
from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, Status
from gearpark.bus.sparkplug import Point

from .buckets import MAX_TIME_US, SourceBook, Ticket, clean
from .commit import Committer
from .problems import busy, closed, disk_full, full, too_many_tags
from .reserve import Reserve
from .salvage import salvage
from .store import AliasRow, Damaged, JournalRow, Store
from .types import (
    CRITICAL_SHARE,
    DEFAULT_BUDGET_BYTES,
    FLUSH_S,
    MAX_PENDING_POINTS,
    MAX_TAGS_PER_SOURCE,
    WARNING_SHARE,
    JournalState,
    JournalStats,
    Policy,
)

log = logging.getLogger(__name__)


class Journal(Committer):
    """See the package's page. Use `Journal.open`."""

    @classmethod
    def open(
        cls,
        path: Path,
        gateway: str,
        *,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        policy: Policy = "refuse",
        flush_s: float = FLUSH_S,
    ) -> Journal:
        """Open or create the file at `path`. A damaged file is salvaged and set aside; see `stats().salvaged`.

        Problems: ``journal.in_use`` (another process holds it), ``journal.unusable`` (rights, disk).
        """
        report = None
        try:
            store = _opened(path)
        except Damaged as damage:
            store, report = salvage(path, str(damage), time.time_ns() // 1000)
        journal = cls(store, gateway, budget_bytes, policy, flush_s)
        if report is not None:
            journal._salvaged = report.sentence()
            log.error("%s", journal._salvaged)
            for source in sorted(report.sources):
                journal._gap_for_all(source)
        journal._thread.start()
        return journal

    # --- taking in -----------------------------------------------------------------------------------------------

    def source(self, org: str) -> str:
        """The edge node id of this gateway's session for an organisation."""
        return f"{self.gateway}.{org}"

    def put(self, source: str, observations: Sequence[Observation], historical: bool = False) -> Future[None]:
        """The future is done once every observation is durable. Problems as in `DataPipe.put`."""
        grouped: dict[str, list[Point]] = {}
        with self._cond:
            self._refuse_if_unable(len(observations))
            book = self._book(source)
            for observation in observations:
                known = book.tags.get(observation.tag) or self._new_tag(book, observation)
                value, status, reason = clean(observation)
                if reason:
                    self._rejected[reason] += 1
                if not 0 < observation.at_us <= MAX_TIME_US:
                    self._rejected["time_out_of_range"] += 1
                    continue
                grouped.setdefault(known[0], []).append((known[1], int(observation.at_us), value, status))
            ticket = Ticket(len(grouped))
            for device, points in grouped.items():
                self._enqueue(source, device, points, historical, ticket)
        if not grouped:
            ticket.future.set_result(None)
        return ticket.future

    def know(self, source: str, device: str, signal: str, text: bool) -> int:
        """The alias of a declared signal, made when new. text: its values are words, not numbers."""
        name = tag(device, signal)
        with self._cond:
            book = self._book(source)
            known = book.tags.get(name) or book.add(device, signal, text)
        return known[1]

    def _new_tag(self, book: SourceBook, observation: Observation) -> tuple[str, int]:
        device, signal = split_tag(observation.tag)
        tag(device, signal)  # refuses an illegal name
        if len(book.tags) >= MAX_TAGS_PER_SOURCE:
            raise too_many_tags(book.name, observation.tag, MAX_TAGS_PER_SOURCE)
        return book.add(device, signal, isinstance(observation.value, str))

    def _gap_for_all(self, source: str) -> None:
        """After a salvage: what was lost is unknown, so every signal gets a gap from the last saved row on."""
        since_us = self.store.newest_us(source) or time.time_ns() // 1000
        with self._cond:
            book = self._book(source)
            gaps: dict[str, list[Point]] = {}
            for row in book.rows.values():
                gaps.setdefault(row.device, []).append((row.alias, since_us, None, int(Status.BAD_DATA_LOST)))
            ticket = Ticket(len(gaps))
            for device, points in gaps.items():
                self._enqueue(source, device, points, True, ticket)

    def _refuse_if_unable(self, points: int) -> None:
        if self._stopping or self._failed:
            raise closed()
        if self._disk_full:
            raise disk_full(self._last_error)
        if self._policy == "refuse" and self._bytes >= self._budget:
            raise full(self._budget)
        if self._pending and self._pending + points > MAX_PENDING_POINTS:
            raise busy(self._pending)

    def _book(self, source: str) -> SourceBook:
        """Called with the lock held."""
        book = self._books.get(source)
        if book is None:
            book = SourceBook(source, self._fresh_boot(self.store.last_boot(source)))
            for row in self.store.aliases(source):
                book.rows[row.alias] = row
                book.tags[f"{row.device}/{row.signal}"] = (row.device, row.alias)
            self._books[source] = book
        return book

    @staticmethod
    def _fresh_boot(last: int) -> int:
        # The clock makes the number new even when the file that held the last one is lost.
        return max(last + 1, int(time.time()))

    # --- for the forwarder ---------------------------------------------------------------------------------------

    def sources(self) -> list[str]:
        """Every source with rows or a part in this run."""
        with self._cond:
            known = set(self._books)
        return sorted(known | set(self.store.sources()))

    def boot(self, source: str) -> int:
        """The boot that new rows get."""
        with self._cond:
            return self._book(source).boot

    def new_boot(self, source: str) -> int:
        """New rows begin a new boot from seq 1: live data overtakes what is still to be sent of the old one."""
        with self._cond:
            book = self._book(source)
            book.boot, book.next_seq = self._fresh_boot(book.boot), 1
            return book.boot

    def alias_version(self, source: str) -> int:
        with self._cond:
            return self._book(source).version

    def aliases(self, source: str) -> list[AliasRow]:
        """All signals a source ever had, by number."""
        with self._cond:
            return sorted(self._book(source).rows.values())

    def unsent(self, source: str, boot: int, after_seq: int, limit: int) -> list[JournalRow]:
        """Committed rows of one boot after a seq, in order. A file found damaged turns the state to `failed`: the
        gateway is to be started again, which salvages it."""
        try:
            return self.store.unsent(source, boot, after_seq, limit)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                self._failed, self._last_error = True, str(error)
            raise

    def before(self, source: str, boot: int, seq: int) -> int:
        """The highest seq below `seq` still in the journal, 0 when none is."""
        return self.store.before(source, boot, seq)

    def boots(self, source: str) -> list[tuple[int, int, int]]:
        """(boot, rows, last seq) of boots that still have rows, oldest first."""
        if self._stopping:
            return []
        return self.store.boots(source)

    def ack(self, source: str, boot: int, seq: int) -> None:
        """The historian has committed everything up to seq; the rows go with the next commit."""
        with self._cond:
            key = (source, boot)
            if seq > self._acks.get(key, 0):
                if not self._acks:
                    self._acks_since = time.monotonic()
                self._acks[key] = seq
                self._cond.notify()

    def stats(self) -> JournalStats:
        """Figures for health; cheap."""
        oldest = self.store.oldest_us() if self._rows and not self._stopping else None
        with self._cond:
            share = self._bytes / self._budget
            commit_ms = statistics.median(self._commit_s) * 1000 if self._commit_s else 0.0
            return JournalStats(
                state=self._state(share),
                rows=self._rows,
                bytes=self._bytes,
                oldest_us=oldest,
                budget_bytes=self._budget,
                budget_share=share,
                points_in=self._points_in,
                commits=self._commits,
                commit_p50_ms=round(commit_ms, 2),
                rejected=dict(self._rejected),
                dropped_points=self._dropped,
                salvaged=self._salvaged,
                last_error=self._last_error,
            )

    def _state(self, share: float) -> JournalState:
        if self._failed:
            return "failed"
        if self._stopping:
            return "closed"
        if self._disk_full:
            return "disk_full"
        if share >= 1 and self._policy == "refuse":
            return "full"
        return "critical" if share >= CRITICAL_SHARE else "warning" if share >= WARNING_SHARE else "ok"

    def close(self) -> None:
        """Commit what was put, then close the file."""
        with self._cond:
            if self._stopping:
                return
            self._stopping = True
            self._cond.notify()
        self._thread.join()
        self.store.close()


def _opened(path: Path) -> Store:
    """The store; on a full disk with the help of the reserve, so that old rows can still be sent and trimmed."""
    try:
        return Store(path)
    except Problem as problem:
        reserve = Reserve(path)
        if problem.code != "journal.unusable" or not reserve.path.exists():
            raise
        reserve.give_up()
        return Store(path)
