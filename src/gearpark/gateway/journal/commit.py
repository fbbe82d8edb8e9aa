"""The journal's thread: gathers batches, commits them with pending acknowledgements, makes room when told to."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gearpark.base.wire import Status
from gearpark.bus.sparkplug import Point, columns, decode, encode_points

from .buckets import Bucket, SourceBook, Ticket
from .problems import refused
from .reserve import Reserve
from .store import JournalRow, Store
from .types import (
    DROP_TO_SHARE,
    FULL_BATCH_POINTS,
    GROUP_COMMIT_S,
    LIGHT_ROWS_PER_S,
    MAX_ROW_POINTS,
    Policy,
)

log = logging.getLogger(__name__)
ACK_DELAY_S = 0.5  # acknowledgements wait this long for a commit to ride on
RETRY_S = 1.0  # pause after the disk refused a commit
RATE_WINDOW_S = 1.0
DROP_CHUNK_ROWS = 500
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(slots=True)
class _Plan:
    """One source's part of a commit: the rows and what is noted in the book when it succeeds."""

    book: SourceBook
    boot: int
    next_seq: int
    aliases: int
    rows: list[JournalRow] = field(default_factory=list)

    def add(self, device: str, points: list[Point], historical: bool, now_us: int) -> None:
        for start in range(0, len(points), MAX_ROW_POINTS):
            part = points[start : start + MAX_ROW_POINTS]
            body = encode_points(part, historical)
            self.rows.append(
                JournalRow(self.boot, self.next_seq, device, len(part), historical, now_us, body)
            )
            self.next_seq += 1


class Committer:
    """State and thread of a journal; `Journal` adds what others call."""

    def __init__(self, store: Store, gateway: str, budget_bytes: int, policy: Policy, flush_s: float) -> None:
        self.gateway, self.store = gateway, store
        self._budget, self._policy, self._flush_s = budget_bytes, policy, flush_s
        self._cond = threading.Condition()
        self._books: dict[str, SourceBook] = {}
        self._buckets: dict[tuple[str, str, bool], Bucket] = {}
        self._pending = 0
        self._acks: dict[tuple[str, int], int] = {}
        self._acks_since = 0.0
        self._stopping = self._disk_full = self._failed = False
        self._reserve = Reserve(store.path)
        self._disk_full = not self._reserve.take()
        self._rows, self._bytes = store.size()
        self._points_in = self._commits = self._dropped = 0
        self._rejected: Counter[str] = Counter()
        self._commit_s: deque[float] = deque(maxlen=200)
        self._recent_rows: deque[tuple[float, int]] = deque()
        self._last_commit_s = 0.0
        self._last_error = self._salvaged = ""
        self.on_commit: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def _enqueue(
        self, source: str, device: str, points: list[Point], historical: bool, ticket: Ticket
    ) -> None:
        """Add points to the device's open batch; the lock is held."""
        key = (source, device, historical)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(source, device, historical, time.monotonic())
            self._cond.notify()
        was = len(bucket.points)
        bucket.points.extend(points)
        bucket.tickets.append(ticket)
        self._pending += len(points)
        if was < FULL_BATCH_POINTS <= len(bucket.points):
            self._cond.notify()

    # --- when to commit ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            taken = self._wait()
            if taken is None:
                return
            if any(taken) and not self._commit(*taken):
                if self._stopping:
                    return  # what was put was refused; rows not trimmed are trimmed next time
                with self._cond:
                    self._cond.wait_for(lambda: self._stopping, RETRY_S)
            elif self._disk_full:
                self._recover()

    def _wait(self) -> tuple[list[Bucket], dict[tuple[str, int], int]] | None:
        """Block until something is due; None when closing and nothing is left."""
        with self._cond:
            while True:
                now_s = time.monotonic()
                if self._stopping and not self._buckets and not self._acks:
                    return None
                due_s = self._due_s(now_s)
                if self._stopping or due_s <= now_s:
                    return self._take(now_s)
                self._cond.wait(None if due_s == float("inf") else due_s - now_s)

    def _due_s(self, now_s: float) -> float:
        """When the next commit should begin (monotonic seconds)."""
        due_s = self._acks_since + ACK_DELAY_S if self._acks else float("inf")
        if self._disk_full:
            due_s = min(due_s, self._last_commit_s + RETRY_S)
        light = self._light(now_s)
        for bucket in self._buckets.values():
            due_s = min(due_s, bucket.opened_s + self._gather_s(bucket, light))
        return max(due_s, self._last_commit_s + GROUP_COMMIT_S)

    def _light(self, now_s: float) -> bool:
        while self._recent_rows and self._recent_rows[0][0] < now_s - RATE_WINDOW_S:
            self._recent_rows.popleft()
        return sum(rows for _, rows in self._recent_rows) < LIGHT_ROWS_PER_S * RATE_WINDOW_S

    def _gather_s(self, bucket: Bucket, light: bool) -> float:
        full = len(bucket.points) >= FULL_BATCH_POINTS
        return GROUP_COMMIT_S if light or full else self._flush_s

    def _take(self, now_s: float) -> tuple[list[Bucket], dict[tuple[str, int], int]]:
        """Batches due now or within one group commit, and all acknowledgements; the lock is held."""
        light, horizon_s = self._light(now_s), now_s + GROUP_COMMIT_S
        keys = [
            key
            for key, bucket in self._buckets.items()
            if self._stopping or bucket.opened_s + self._gather_s(bucket, light) <= horizon_s
        ]
        buckets = [self._buckets.pop(key) for key in keys]
        acks, self._acks, self._last_commit_s = self._acks, {}, now_s
        return buckets, acks

    # --- the commit ----------------------------------------------------------------------------------------------

    def _commit(self, buckets: list[Bucket], acks: dict[tuple[str, int], int]) -> bool:
        """One transaction; True when it is durable. On failure the puts are refused and the acks kept."""
        begun_s = time.monotonic()
        error: Exception | None = None
        plans: list[_Plan] = []
        rows = size = dropped = 0
        try:
            plans = self._plan(buckets)
            self.store.begin()
            for plan in plans:
                self._write_book(plan)
                size += self.store.add_rows(plan.book.name, plan.rows)
                rows += len(plan.rows)
            for (source, boot), seq in acks.items():
                trimmed, freed = self.store.trim(source, boot, seq)
                rows, size = rows - trimmed, size - freed
            if self._policy == "drop_oldest" and self._bytes + size > self._budget:
                gone, freed, dropped = self._drop_oldest(plans, self._bytes + size)
                rows, size = rows + gone, size + freed
            self.store.commit()
        except Exception as caught:
            error = self._refuse(caught)
        with self._cond:
            if error is None:
                self._note(plans, rows, size, dropped, begun_s, sum(len(b.points) for b in buckets))
            else:
                for key, seq in acks.items():
                    self._acks[key] = max(seq, self._acks.get(key, 0))
                self._acks_since = time.monotonic()
            self._pending -= sum(len(bucket.points) for bucket in buckets)
        for bucket in buckets:
            for ticket in bucket.tickets:
                ticket.done(error)
        if error is None:
            self._tidy(bool(acks))
            self.on_commit()
        return error is None

    def _plan(self, buckets: list[Bucket]) -> list[_Plan]:
        now_us = time.time_ns() // 1000
        plans: dict[str, _Plan] = {}
        for bucket in buckets:
            plan = plans.get(bucket.source) or plans.setdefault(bucket.source, self._open_plan(bucket.source))
            plan.add(bucket.device, bucket.points, bucket.historical, now_us)
        return list(plans.values())

    def _open_plan(self, source: str) -> _Plan:
        with self._cond:
            book = self._books[source]
            return _Plan(book, book.boot, book.next_seq, len(book.unsaved))

    def _write_book(self, plan: _Plan) -> None:
        self.store.add_epoch(plan.book.name, plan.boot)
        if plan.aliases:
            self.store.add_aliases(plan.book.name, plan.book.unsaved[: plan.aliases])

    def _note(
        self, plans: list[_Plan], rows: int, size: int, dropped: int, begun_s: float, points: int
    ) -> None:
        """A commit succeeded; the lock is held."""
        for plan in plans:
            del plan.book.unsaved[: plan.aliases]
            if plan.book.boot == plan.boot:
                plan.book.next_seq = plan.next_seq
        self._rows += rows
        self._bytes += size
        self._dropped += dropped
        self._points_in += points
        self._commits += 1
        now_s = time.monotonic()
        self._commit_s.append(now_s - begun_s)
        self._recent_rows.append((now_s, sum(len(plan.rows) for plan in plans)))

    def _refuse(self, error: Exception) -> Exception:
        """Roll back, name the state, and say what the putters hear."""
        try:
            self.store.rollback()
            self.store.forget_ids()
        except sqlite3.Error as second:
            log.error("journal: roll-back failed: %s", second)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        self._last_error = str(error)
        if code in _DISK:
            if not self._disk_full:
                log.error("journal: the disk refused a commit: %s", error)
            self._disk_full = True
            self._reserve.give_up()  # what is acknowledged can go, and make room
        elif code in _BROKEN:
            self._failed = True
            log.critical("journal: the file is damaged: %s; restart the gateway to salvage it", error)
        else:
            log.exception("journal: commit failed", exc_info=error)
        return refused(error)

    def _recover(self) -> None:
        """Out of the disk_full state as soon as the reserve can be held again."""
        if self._reserve.take():
            self._disk_full = False
            log.info("journal: there is disk space again")

    def _tidy(self, trimmed: bool) -> None:
        if not trimmed:
            return
        try:
            if self._disk_full:
                self.store.shrink()
            else:
                self.store.give_back_space()
        except sqlite3.Error as error:
            log.warning("journal: space not returned: %s", error)

    # --- making room ---------------------------------------------------------------------------------------------

    def _drop_oldest(self, plans: list[_Plan], total: int) -> tuple[int, int, int]:
        """Delete the oldest rows down to DROP_TO_SHARE of the budget; leave a gap record for every signal in them.

        Returns (change in rows, change in bytes, points dropped). Inside the caller's transaction.
        """
        lost: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        rows = size = points = 0
        target = self._budget * DROP_TO_SHARE
        while total + size > target:
            gone: list[int] = []
            for ident, source, row, row_size in self.store.oldest(DROP_CHUNK_ROWS):
                if total + size <= target:
                    break
                gone.append(ident)
                rows, size, points = rows - 1, size - row_size, points + row.points
                first = lost[source, row.device]
                for alias, at_us in _aliases_and_times(row):
                    first[alias] = min(at_us, first.get(alias, at_us))
            if not gone:
                break
            self.store.delete(gone)
        log.warning("journal: over budget, %d observations dropped, gap records written", points)
        by_name = {plan.book.name: plan for plan in plans}
        for (source, device), first in lost.items():
            plan = by_name.get(source) or by_name.setdefault(source, self._open_plan_for_gap(source, plans))
            before = len(plan.rows)
            gap: list[Point] = [
                (alias, at_us, None, int(Status.BAD_DATA_LOST)) for alias, at_us in sorted(first.items())
            ]
            plan.add(device, gap, True, time.time_ns() // 1000)
            size += self.store.add_rows(source, plan.rows[before:])
            rows += len(plan.rows) - before
        return rows, size, points

    def _open_plan_for_gap(self, source: str, plans: list[_Plan]) -> _Plan:
        with self._cond:
            self._book(source)
        plan = self._open_plan(source)
        self._write_book(plan)
        plans.append(plan)
        return plan

    def _book(self, source: str) -> SourceBook:
        raise NotImplementedError


def _aliases_and_times(row: JournalRow) -> Iterator[tuple[int, int]]:
    found = columns(decode(row.body))
    for key, at_us in zip(found.keys, found.at_us, strict=True):
        if isinstance(key, int) and at_us is not None:
            yield key, at_us
