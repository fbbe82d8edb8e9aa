"""The ledger of writes: a small SQLite file that makes "at most once" survive a killed process.

An entry stands on disk as ``sent`` before the machine is told. Whoever finds it so after a crash knows that the
machine may have the value, and never sends it again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem

KEEP_ENTRIES = 50_000  # the newest; older ones are forgotten (the core keeps the history)
SENT = "sent"
BUSY_S = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS write_order (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, tag TEXT NOT NULL,
    value TEXT NOT NULL, before TEXT, state TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
    at_us INTEGER NOT NULL, ended_us INTEGER NOT NULL);
"""
_FIELDS = "id, fingerprint, tag, value, before, state, code, detail, at_us, ended_us"


@dataclass(frozen=True, slots=True)
class Entry:
    """One command as the ledger knows it. ``before``: the signal's value when it was sent."""

    id: str
    fingerprint: str
    tag: str
    value: Any
    before: Any
    state: str
    code: str = ""
    detail: str = ""
    at_us: int = 0
    ended_us: int = 0


class Ledger:
    """``get``, ``add``, ``finish``; each returns after the file is on disk. Any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _unusable(error) from error

    def get(self, key: str) -> Entry | None:
        with self._lock:
            row = self._base.execute(f"SELECT {_FIELDS} FROM write_order WHERE id=?", (key,)).fetchone()  # noqa: S608
        if row is None:
            return None
        name, fingerprint, tag, value, before, *rest = row
        return Entry(name, fingerprint, tag, json.loads(value), json.loads(before or "null"), *rest)

    def add(self, entry: Entry) -> None:
        """A new entry. Problem ``gateway.ledger`` when it cannot be stored: then nothing may be sent."""
        values = (
            entry.id, entry.fingerprint, entry.tag, json.dumps(entry.value), json.dumps(entry.before), entry.state,
            entry.code, entry.detail, entry.at_us, entry.ended_us,
        )  # fmt: skip
        self._do(f"INSERT INTO write_order ({_FIELDS}) VALUES (?,?,?,?,?,?,?,?,?,?)", values)  # noqa: S608
        self._do(
            "DELETE FROM write_order WHERE number <= (SELECT max(number) FROM write_order) - ?",
            (KEEP_ENTRIES,),
        )

    def finish(self, key: str, state: str, code: str, detail: str, ended_us: int) -> None:
        """The outcome of a sent entry; a second outcome changes nothing."""
        self._do(
            "UPDATE write_order SET state=?, code=?, detail=?, ended_us=? WHERE id=? AND state=?",
            (state, code, detail, ended_us, key, SENT),
        )

    def _do(self, statement: str, values: tuple[Any, ...]) -> None:
        try:
            with self._lock:
                self._base.execute(statement, values)
        except sqlite3.Error as error:
            raise _unusable(error) from error

    def close(self) -> None:
        with self._lock:
            self._base.close()


def _unusable(error: sqlite3.Error) -> Problem:
    return Problem(
        "gateway.ledger",
        f"The ledger of writes cannot be used ({error}); nothing is written to machines until it can.",
        status=507,
    )
