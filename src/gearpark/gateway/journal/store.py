"""The SQLite file of the journal: schema and statements. One writing connection, one reading connection."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from gearpark.base.problems import Problem

from .types import ROW_OVERHEAD_BYTES

SCHEMA_VERSION = 1
VACUUM_PAGES = 500  # free pages returned to the disk per commit
VACUUM_FROM_PAGES = 2000  # free pages that are worth returning
CHECKPOINT_PAGES = 4000  # WAL pages (16 MB) before SQLite copies them into the file
BUSY_MS = 5000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS epoch (
    source_id INTEGER NOT NULL, boot INTEGER NOT NULL, PRIMARY KEY (source_id, boot)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias (
    source_id INTEGER NOT NULL, alias INTEGER NOT NULL, device TEXT NOT NULL, signal TEXT NOT NULL,
    text INTEGER NOT NULL, PRIMARY KEY (source_id, alias), UNIQUE (source_id, device, signal)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL, boot INTEGER NOT NULL, seq INTEGER NOT NULL,
    device TEXT NOT NULL, points INTEGER NOT NULL, historical INTEGER NOT NULL, committed_us INTEGER NOT NULL,
    size INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (source_id, boot, seq));
"""
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_INSERT = (
    "INSERT INTO batch (source_id, boot, seq, device, points, historical, committed_us, size, crc, payload) "
    "VALUES (?,?,?,?,?,?,?,?,?,?)"
)


class JournalRow(NamedTuple):
    """One encoded batch: Sparkplug metrics of one device, without payload seq and identity."""

    boot: int
    seq: int
    device: str
    points: int
    historical: bool
    committed_us: int
    body: bytes


class AliasRow(NamedTuple):
    """A signal's number on the wire; never reused. text: values are text, not numbers."""

    alias: int
    device: str
    signal: str
    text: bool


class Damaged(Exception):
    """The file is not (or no longer) a whole SQLite database."""


def packed(body: bytes) -> bytes:
    """A payload as it lies on disk."""
    return zlib.compress(body, 1)


class Store:
    """Statements over one journal file. Writing methods belong to the journal's thread; reading ones to any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_file = _locked(path)
        try:
            self._write = _connect(path)
            self._check()
            self._write.executescript(_SCHEMA)
            self._write.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            self._read = _connect(path)
        except sqlite3.DatabaseError as error:
            self._lock_file.close()
            raise _named(error, path) from error
        except Damaged:
            self._write.close()
            self._lock_file.close()
            raise
        self._read_lock = threading.Lock()
        self._ids: dict[str, int] = {
            name: ident for ident, name in self._write.execute("SELECT id, name FROM source")
        }

    def _check(self) -> None:
        """Structure (SQLite's own check), then every payload's checksum; raises Damaged."""
        found = self._write.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise Damaged(found)
        if self._write.execute("SELECT count(*) FROM sqlite_master WHERE name='batch'").fetchone()[0]:
            for seq, crc, payload in self._write.execute("SELECT seq, crc, payload FROM batch"):
                if zlib.crc32(payload) != crc:
                    raise Damaged(f"row {seq} fails its checksum")

    # --- writing, inside one transaction -------------------------------------------------------------------------

    def begin(self) -> None:
        self._write.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._write.execute("COMMIT")

    def rollback(self) -> None:
        if self._write.in_transaction:
            self._write.execute("ROLLBACK")

    def source_id(self, name: str) -> int:
        """The number of a source, made when new (inside the caller's transaction)."""
        if name not in self._ids:
            self._write.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (name,))
            row = self._write.execute("SELECT id FROM source WHERE name=?", (name,)).fetchone()
            self._ids[name] = row[0]
        return self._ids[name]

    def forget_ids(self) -> None:
        """After a rollback: numbers may not exist."""
        self._ids = {name: ident for ident, name in self._write.execute("SELECT id, name FROM source")}

    def add_epoch(self, source: str, boot: int) -> None:
        self._write.execute("INSERT OR IGNORE INTO epoch VALUES (?, ?)", (self.source_id(source), boot))

    def add_aliases(self, source: str, aliases: Iterable[AliasRow]) -> None:
        ident = self.source_id(source)
        self._write.executemany(
            "INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?, ?)", [(ident, *row) for row in aliases]
        )

    def add_rows(self, source: str, rows: Sequence[JournalRow]) -> int:
        """Insert; returns the bytes they take, as `JournalStats.bytes` counts them."""
        ident = self.source_id(source)
        values = []
        size = 0
        for row in rows:
            blob = packed(row.body)
            size += len(blob) + ROW_OVERHEAD_BYTES
            values.append((ident, *row[:6], len(blob) + ROW_OVERHEAD_BYTES, zlib.crc32(blob), blob))
        self._write.executemany(_INSERT, values)
        return size

    def trim(self, source: str, boot: int, seq: int) -> tuple[int, int]:
        """Delete rows up to seq; returns (rows, bytes) removed."""
        key = (self.source_id(source), boot, seq)
        rows, size = self._write.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM batch WHERE source_id=? AND boot=? AND seq<=?", key
        ).fetchone()
        if rows:
            self._write.execute("DELETE FROM batch WHERE source_id=? AND boot=? AND seq<=?", key)
        return rows, size

    def oldest(self, limit: int) -> list[tuple[int, str, JournalRow, int]]:
        """(row id, source, row, bytes) of the oldest rows, all sources."""
        names = {ident: name for name, ident in self._ids.items()}
        found = self._write.execute(
            "SELECT id, source_id, size, boot, seq, device, points, historical, committed_us, payload "
            "FROM batch ORDER BY id LIMIT ?",
            (limit,),
        )
        return [(ident, names[source_id], _row(rest), size) for ident, source_id, size, *rest in found]

    def delete(self, idents: Sequence[int]) -> None:
        self._write.executemany("DELETE FROM batch WHERE id=?", [(ident,) for ident in idents])

    def give_back_space(self) -> None:
        """Return free pages to the disk, a bounded number at a time."""
        if self._write.execute("PRAGMA freelist_count").fetchone()[0] > VACUUM_FROM_PAGES:
            self._write.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()

    def shrink(self) -> None:
        """Return all free space to a disk that is full: free pages first, so that the WAL has less to copy."""
        self._write.execute("PRAGMA incremental_vacuum").fetchall()
        self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # --- reading -------------------------------------------------------------------------------------------------

    def unsent(self, source: str, boot: int, after_seq: int, limit: int) -> list[JournalRow]:
        """Rows of one boot after a seq, in order."""
        with self._read_lock:
            found = self._read.execute(
                "SELECT b.boot, b.seq, b.device, b.points, b.historical, b.committed_us, b.payload FROM batch b "
                "JOIN source s ON s.id=b.source_id WHERE s.name=? AND b.boot=? AND b.seq>? ORDER BY b.seq LIMIT ?",
                (source, boot, after_seq, limit),
            ).fetchall()
        return [_row(row) for row in found]

    def before(self, source: str, boot: int, seq: int) -> int:
        """The highest seq below `seq` still in the journal, 0 when none is."""
        with self._read_lock:
            found = self._read.execute(
                "SELECT max(b.seq) FROM batch b JOIN source s ON s.id=b.source_id "
                "WHERE s.name=? AND b.boot=? AND b.seq<?",
                (source, boot, seq),
            ).fetchone()
        return found[0] or 0

    def boots(self, source: str) -> list[tuple[int, int, int]]:
        """(boot, rows, last seq) of every boot that has rows, oldest first."""
        with self._read_lock:
            return self._read.execute(
                "SELECT b.boot, count(*), max(b.seq) FROM batch b JOIN source s ON s.id=b.source_id "
                "WHERE s.name=? GROUP BY b.boot ORDER BY b.boot",
                (source,),
            ).fetchall()

    def devices(self, source: str) -> set[str]:
        """Devices that have rows."""
        with self._read_lock:
            found = self._read.execute(
                "SELECT DISTINCT b.device FROM batch b JOIN source s ON s.id=b.source_id WHERE s.name=?",
                (source,),
            ).fetchall()
        return {device for (device,) in found}

    def sources(self) -> list[str]:
        with self._read_lock:
            return [name for (name,) in self._read.execute("SELECT name FROM source ORDER BY id")]

    def last_boot(self, source: str) -> int:
        with self._read_lock:
            found = self._read.execute(
                "SELECT max(e.boot) FROM epoch e JOIN source s ON s.id=e.source_id WHERE s.name=?", (source,)
            ).fetchone()
        return found[0] or 0

    def aliases(self, source: str) -> list[AliasRow]:
        with self._read_lock:
            found = self._read.execute(
                "SELECT a.alias, a.device, a.signal, a.text FROM alias a JOIN source s ON s.id=a.source_id "
                "WHERE s.name=? ORDER BY a.alias",
                (source,),
            ).fetchall()
        return [AliasRow(alias, device, signal, bool(text)) for alias, device, signal, text in found]

    def size(self) -> tuple[int, int]:
        """(rows, bytes) in the journal."""
        with self._read_lock:
            return self._read.execute("SELECT count(*), coalesce(sum(size), 0) FROM batch").fetchone()

    def oldest_us(self) -> int | None:
        with self._read_lock:
            found = self._read.execute("SELECT committed_us FROM batch ORDER BY id LIMIT 1").fetchone()
        return found[0] if found else None

    def newest_us(self, source: str) -> int | None:
        """When the newest row of a source was committed."""
        with self._read_lock:
            found = self._read.execute(
                "SELECT max(b.committed_us) FROM batch b JOIN source s ON s.id=b.source_id WHERE s.name=?",
                (source,),
            ).fetchone()
        return found[0]

    def close(self) -> None:
        with self._read_lock:
            self._read.close()
        self._write.close()
        self._lock_file.close()


def _row(values: Sequence) -> JournalRow:  # type: ignore[type-arg]
    boot, seq, device, points, historical, committed_us, payload = values
    return JournalRow(boot, seq, device, points, bool(historical), committed_us, zlib.decompress(payload))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    return connection


def _locked(path: Path):  # type: ignore[no-untyped-def]
    """Hold the journal for this process; the system lets go when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(f"{path}.lock", "w")  # noqa: SIM115 - held while the journal is open
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Problem(
            "journal.in_use",
            f"Another process holds the journal {path.name}; a gateway's name may be used once. Stop that process.",
            status=409,
        ) from error
    file.write(str(os.getpid()))
    file.flush()
    return file


def _named(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """Damaged for a broken file; a Problem for anything else the disk says."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _CORRUPT or "malformed" in str(error) or "not a database" in str(error):
        return Damaged(str(error))
    return Problem(
        "journal.unusable",
        f"The journal {path} cannot be opened: {error}. Check the folder's disk space and rights, then start again.",
        status=507,
    )
