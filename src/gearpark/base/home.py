"""Where one installation keeps its data: ``GEARPARK_HOME`` or ``~/.local/share/gearpark``."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The installation's folder; not created here."""
    return Path(os.environ.get("GEARPARK_HOME") or Path.home() / ".local" / "share" / "gearpark")


def folder(name: str) -> Path:
    """``home()/name``, created (mode 700) when missing. Names: pg lake journal run log secrets."""
    path = home() / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
