"""A damaged journal: keep every row that can be read and checks, set the file aside, say what happened."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from .store import AliasRow, JournalRow, Store

MAX_BAD_STEPS = 2000  # unreadable places stepped over before the rest is given up


@dataclass(slots=True)
class Salvage:
    """What was saved. `sources` are those whose rows or aliases were found: each gets a gap record."""

    reason: str
    aside: str
    rows: int = 0
    points: int = 0
    unreadable: int = 0
    sources: set[str] = field(default_factory=set)

    def sentence(self) -> str:
        return (
            f"The journal was damaged ({self.reason}). {self.rows} rows with {self.points} observations were saved, "
            f"{self.unreadable} places could not be read; the damaged file is kept as {self.aside}."
        )


def salvage(path: Path, reason: str, now_us: int) -> tuple[Store, Salvage]:
    """Rename the damaged file (with its WAL), open a new journal at `path`, copy what is whole, write a report."""
    aside = path.with_name(f"{path.stem}.damaged-{now_us // 1_000_000}{path.suffix}")
    for suffix in ("", "-wal", "-shm"):
        source = Path(f"{path}{suffix}")
        if source.exists():
            source.rename(f"{aside}{suffix}")
    result = Salvage(reason=reason, aside=aside.name)
    store = Store(path)
    try:
        old = sqlite3.connect(f"file:{aside}?mode=rw", uri=True, isolation_level=None)
    except sqlite3.Error:
        old = None
    if old is not None:
        try:
            _copy(old, store, result)
        finally:
            old.close()
    report = {
        "reason": reason,
        "kept_file": aside.name,
        "rows_saved": result.rows,
        "points_saved": result.points,
        "unreadable_places": result.unreadable,
        "sources": sorted(result.sources),
        "at_us": now_us,
    }
    aside.with_suffix(".report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return store, result


def _copy(old: sqlite3.Connection, store: Store, result: Salvage) -> None:
    try:
        names = dict(old.execute("SELECT id, name FROM source").fetchall())
    except sqlite3.DatabaseError:
        return
    store.begin()
    for ident, name in names.items():
        store.source_id(name)
        result.sources.add(name)
        for boot in _numbers(old, "SELECT boot FROM epoch WHERE source_id=?", ident):
            store.add_epoch(name, boot)
        store.add_aliases(name, _aliases(old, ident))
    _copy_rows(old, store, names, result)
    store.commit()


def _numbers(old: sqlite3.Connection, sql: str, ident: int) -> list[int]:
    try:
        return [number for (number,) in old.execute(sql, (ident,))]
    except sqlite3.DatabaseError:
        return []


def _aliases(old: sqlite3.Connection, ident: int) -> list[AliasRow]:
    found: list[AliasRow] = []
    try:
        for row in old.execute("SELECT alias, device, signal, text FROM alias WHERE source_id=?", (ident,)):
            found.append(AliasRow(row[0], row[1], row[2], bool(row[3])))  # noqa: PERF401 - keep those before a fault
    except sqlite3.DatabaseError:
        pass
    return found


def _copy_rows(old: sqlite3.Connection, store: Store, names: dict[int, str], result: Salvage) -> None:
    """In id order; an unreadable place is stepped over. Later rows stay usable: each names its predecessor when sent."""
    sql = (
        "SELECT id, source_id, boot, seq, device, points, historical, committed_us, crc, payload FROM batch "
        "WHERE id>? ORDER BY id LIMIT 1"
    )
    last, step = 0, 1
    while result.unreadable < MAX_BAD_STEPS:
        try:
            row = old.execute(sql, (last,)).fetchone()
        except sqlite3.DatabaseError:
            # The page is bad: jump ahead, further each time, to land on the next page that can be read.
            result.unreadable += 1
            last += step
            step = min(step * 2, 1 << 16)
            continue
        if row is None:
            return
        if row[0] <= last:  # a damaged tree leads in circles
            result.unreadable += 1
            last += step
            step = min(step * 2, 1 << 16)
            continue
        last, step = row[0], 1
        ident, boot, seq, device, points, historical, committed_us, crc, payload = row[1:]
        if ident not in names or not isinstance(payload, bytes) or zlib.crc32(payload) != crc:
            result.unreadable += 1
            continue
        saved = JournalRow(
            boot, seq, device, points, bool(historical), committed_us, zlib.decompress(payload)
        )
        store.add_rows(names[ident], [saved])
        result.rows += 1
        result.points += points
