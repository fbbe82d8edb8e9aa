"""Disk space set aside, so that a journal on a full disk can still trim: deleting rows needs room to write, too."""

from __future__ import annotations

import os
from pathlib import Path

RESERVE_BYTES = 1 << 20


class Reserve:
    """A file of RESERVE_BYTES beside the journal. Given up when the disk refuses a commit, taken back when it can be."""

    def __init__(self, journal: Path) -> None:
        self.path = Path(f"{journal}.reserve")

    def take(self) -> bool:
        """Make sure the space is held; False when the disk has no room for it."""
        try:
            if self.path.exists() and self.path.stat().st_size >= RESERVE_BYTES:
                return True
            space = os.statvfs(self.path.parent)
            if space.f_bavail * space.f_frsize < 2 * RESERVE_BYTES:
                return False  # holding it would leave nothing to work with
            with self.path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            self.give_up()
            return False
        return True

    def give_up(self) -> None:
        """Let the journal have the space."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            pass
