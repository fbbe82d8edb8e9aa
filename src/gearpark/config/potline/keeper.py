"""What the controller keeps on disk: a journal of commands that is safe before a command is sent, and its state.

``commands.db`` (SQLite, every commit flushed to the disk) holds who, why and what became of each command and, in the same
transaction, the whole record of each cell commanded. ``state.bin`` holds all records in two places written in turn, not
flushed: it survives the process, not the machine, and makes a restart bumpless. Of each cell the newer record counts.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import sqlite3
import struct
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.compiled import cache_folder
from gearpark.engines.electrolysis.control.curve import resistance_curve
from gearpark.engines.electrolysis.control.state import CONTROL
from gearpark.engines.electrolysis.parameters import Parameters

from .brain import SIDE, Brain, Command, Step

KEEP_DAYS = 30
TRIM_EVERY = 3600  # cycles
TRIM_ROWS = 50_000  # at once
HEAD_BYTES = 512
_MARK = struct.Struct("<QII")  # counter, bytes, crc32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS commands (
  seq INTEGER, cell INTEGER, kind TEXT, feeder INTEGER, value REAL, was REAL, why TEXT, who TEXT, at_us INTEGER,
  outcome TEXT NOT NULL DEFAULT '', answered_us INTEGER, PRIMARY KEY (cell, seq, kind, feeder)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_time ON commands (at_us);
CREATE TABLE IF NOT EXISTS cells (cell INTEGER PRIMARY KEY, control BLOB, side BLOB);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER);
"""
WHO = "controller"
log = logging.getLogger("gearpark.potline")


def layout(cells: int) -> str:
    """Changes when records of another layout or number would be read wrongly."""
    text = f"{CONTROL.descr} {SIDE.descr} {cells}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def curve_of(folder: Path, p: Parameters) -> np.ndarray[Any, Any]:
    """``resistance_curve``, kept on the disk: computing it takes seconds that a restart does not have."""
    path = folder / f"curve-{p.revision}-{cache_folder().name}.npy"
    with contextlib.suppress(OSError, ValueError):
        return np.asarray(np.load(path))
    made = resistance_curve(p)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part.npy")
    np.save(part, made)
    part.replace(path)
    return made


class Keeper:
    """One controller's folder; a second controller on it is refused (``potline.running``)."""

    def __init__(self, folder: Path, cells: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock: IO[str] = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Problem("potline.running", f"A controller already runs on {folder}.", status=409) from None
        self._layout = layout(cells)
        self._slots = os.open(folder / "state.bin", os.O_RDWR | os.O_CREAT, 0o600)
        self._size = HEAD_BYTES + cells * (CONTROL.itemsize + SIDE.itemsize)
        self._counter = 0
        self._db = sqlite3.connect(folder / "commands.db", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        self._same_layout()

    def _same_layout(self) -> None:
        """Records of another version or number of cells are no state to go on from; commands stay."""
        known = self._db.execute("SELECT value FROM facts WHERE name='layout'").fetchone()
        mark = int(self._layout[:12], 16)
        if known is None or known[0] != mark:
            self._db.execute("DELETE FROM cells")
            self._db.execute("DELETE FROM facts WHERE name <> 'starts'")
            self._db.execute("INSERT INTO facts VALUES ('layout', ?)", [mark])

    # -- journal ------------------------------------------------------------------------------------------------

    def journal(self, brain: Brain, step: Step, at_us: int) -> None:
        """Answers and new commands, on the disk when this returns. Nothing to say: nothing is written."""
        if not step.commands and not step.acks:
            return
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany(
                "UPDATE commands SET outcome=?, answered_us=? WHERE cell=? AND seq<=? AND answered_us IS NULL",
                [(outcome, at_us, cell, seq) for cell, seq, outcome in step.acks],
            )
            self._insert(step.commands, WHO, at_us)
            rows = [(int(cell), brain.k[cell].tobytes(), brain.side[cell].tobytes()) for cell in step.touched]
            db.executemany("INSERT OR REPLACE INTO cells VALUES (?, ?, ?)", rows)
            facts = {"cycles": brain.cycles, "t": brain.t, "offset": brain.offset, "boot": brain.plant_boot}
            db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            if brain.cycles % TRIM_EVERY == 0:
                self._trim(at_us)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise

    def note(self, kind: str, who: str, why: str, seq: int, at_us: int) -> None:
        """Something people ordered, such as a change of mode."""
        self._insert([Command(seq, 0, kind, 0, 0.0, 0.0, why)], who, at_us)

    def _insert(self, commands: list[Command], who: str, at_us: int) -> None:
        rows = []
        for c in commands:
            told = at_us if ":" in c.kind or c.cell == 0 else None  # nobody will answer
            outcome = c.kind.rpartition(":")[2] if ":" in c.kind else ""
            rows.append(
                (
                    c.seq,
                    c.cell,
                    c.kind.partition(":")[0],
                    c.feeder,
                    c.value,
                    c.was,
                    c.why,
                    who,
                    at_us,
                    outcome,
                    told,
                )
            )
        self._db.executemany("INSERT OR REPLACE INTO commands VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)

    def _trim(self, at_us: int) -> None:
        oldest = at_us - KEEP_DAYS * 86_400_000_000
        self._db.execute(
            "DELETE FROM commands WHERE (cell, seq, kind, feeder) IN"
            " (SELECT cell, seq, kind, feeder FROM commands WHERE at_us < ? LIMIT ?)",
            (oldest, TRIM_ROWS),
        )

    def open_commands(self) -> int:
        """Commands no cell has answered yet."""
        return int(self._db.execute("SELECT count(*) FROM commands WHERE answered_us IS NULL").fetchone()[0])

    # -- state --------------------------------------------------------------------------------------------------

    def save(self, brain: Brain) -> None:
        """All records into the older of the two places."""
        head = json.dumps(
            {
                "layout": self._layout, "cycles": brain.cycles, "t": brain.t, "offset": brain.offset,
                "boot": brain.plant_boot, "advise": np.packbits(brain.advise).tobytes().hex(),
            }
        ).encode()  # fmt: skip
        body = head.ljust(HEAD_BYTES - _MARK.size) + brain.k.tobytes() + brain.side.tobytes()
        self._counter += 1
        mark = _MARK.pack(self._counter, len(body), zlib.crc32(body))
        os.pwrite(self._slots, mark + body, self._counter % 2 * self._size)

    def load(self, brain: Brain) -> bool:
        """Put the newest state into ``brain``; False when there is none to go on from."""
        found = max((self._slot(place) for place in (0, 1)), key=lambda one: one[0])
        if found[1] is not None:
            self._counter = found[0]
            self._restore(brain, found[1])
        facts = dict(self._db.execute("SELECT name, value FROM facts").fetchall())
        newer = self._newer_cells(brain)
        if int(facts.get("cycles", -1)) >= brain.cycles:
            brain.cycles, brain.t = int(facts["cycles"]), max(brain.t, int(facts["t"]))
            brain.offset, brain.plant_boot = int(facts["offset"]), int(facts["boot"])
        if newer:
            log.info("%d cells go on from the journal", newer)
        return found[1] is not None or bool(newer)

    def next_boot(self, now_us: int) -> int:
        """A number that grows with each start, also from folder to folder: cells obey the newest controller only."""
        known = self._db.execute("SELECT value FROM facts WHERE name='starts'").fetchone()
        boot = max(now_us // 1000, known[0] + 1 if known else 0)
        self._db.execute("INSERT OR REPLACE INTO facts VALUES ('starts', ?)", [boot])
        return boot

    def _slot(self, place: int) -> tuple[int, bytes | None]:
        raw = os.pread(self._slots, self._size, place * self._size)
        if len(raw) < self._size:
            return 0, None
        counter, length, check = _MARK.unpack_from(raw)
        body = raw[_MARK.size : _MARK.size + length]
        if counter == 0 or len(body) != length or zlib.crc32(body) != check:
            return 0, None
        if json.loads(body[: HEAD_BYTES - _MARK.size])["layout"] != self._layout:
            log.warning("the state on disk is of another version or line; it is not used")
            return 0, None
        return counter, body

    def _restore(self, brain: Brain, body: bytes) -> None:
        head = json.loads(body[: HEAD_BYTES - _MARK.size])
        start = HEAD_BYTES - _MARK.size
        middle = start + brain.count * CONTROL.itemsize
        brain.k = np.frombuffer(body[start:middle], CONTROL).copy()
        brain.side = np.frombuffer(body[middle:], SIDE).copy()
        brain.cycles, brain.t = head["cycles"], head["t"]
        brain.offset, brain.plant_boot = head["offset"], head["boot"]
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(head["advise"]), "u1"))
        brain.advise = bits[: brain.count].astype(bool)

    def _newer_cells(self, brain: Brain) -> int:
        newer = 0
        for cell, control, side in self._db.execute("SELECT cell, control, side FROM cells"):
            if not 0 <= cell < brain.count or len(control) != CONTROL.itemsize or len(side) != SIDE.itemsize:
                continue
            record = np.frombuffer(control, CONTROL)[0]
            if record["t"] > brain.k["t"][cell]:
                brain.k[cell], brain.side[cell] = record, np.frombuffer(side, SIDE)[0]
                newer += 1
        return newer

    def close(self) -> None:
        os.fsync(self._slots)
        os.close(self._slots)
        self._db.close()
        self._lock.close()
