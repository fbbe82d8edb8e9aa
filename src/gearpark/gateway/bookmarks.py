"""Bookmarks: where each source was read to, kept in one small JSON file beside the journal.

Written only after the observations before the mark are durable, so a lost or old file costs a second reading of the
same values, never a hole. Writes are atomic (temporary file, fsync, rename) and at most one a second.
"""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

WRITE_EVERY_S = 1.0
MAX_BYTES = 64 * 1024 * 1024
log = logging.getLogger(__name__)


class BookmarkFile:
    """``get``/``set`` by connection id; ``flush`` writes when something changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = ""
        self._marks: dict[str, dict[str, object]] = {}
        self._dirty = False
        self._written_s = 0.0
        self._load()

    def _load(self) -> None:
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise ValueError("file too large")
            found = json.loads(self.path.read_text("utf-8"))
            if not isinstance(found, dict):
                raise ValueError("not an object")
            self._marks = {str(key): dict(value) for key, value in found.items() if isinstance(value, dict)}
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            self.damaged = f"{self.path.name} could not be read ({error}); sources are read again from now."
            log.warning("%s", self.damaged)

    def get(self, key: str) -> dict[str, object]:
        return dict(self._marks.get(key, {}))

    def set(self, key: str, value: dict[str, object]) -> None:
        self._marks[key] = value
        self._dirty = True
        if time.monotonic() - self._written_s >= WRITE_EVERY_S:
            self.flush()

    def keep_only(self, keys: frozenset[str]) -> None:
        """Forget connections that no longer exist."""
        gone = self._marks.keys() - keys
        for key in gone:
            del self._marks[key]
        self._dirty = self._dirty or bool(gone)

    def flush(self) -> None:
        """Write now if anything changed. A full disk is logged; the marks stay in memory and are tried again."""
        if not self._dirty:
            return
        self._written_s = time.monotonic()
        part = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as handle:
                json.dump(self._marks, handle)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(self.path)
            self._dirty = False
        except OSError as error:
            log.warning("bookmarks not written: %s", error)
