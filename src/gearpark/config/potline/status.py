"""What the running controller last said, and its newest commands, read from its files."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import Any

from gearpark.base import home
from gearpark.base.problems import Problem
from gearpark.base.time import from_us

MAX_ROWS = 10_000


def status_file() -> Any:
    return home.home() / "run" / "potline.json"


def read_status() -> dict[str, Any]:
    """Problem ``potline.not_running`` when no controller runs on this home."""
    try:
        made: dict[str, Any] = json.loads(status_file().read_text("utf-8"))
        os.kill(int(made["pid"]), 0)
    except (OSError, ValueError, KeyError):
        raise Problem(
            "potline.not_running", f"No potline controller runs on {home.home()}.", status=404
        ) from None
    return made


def newest_commands(cell: int, most: int) -> list[dict[str, Any]]:
    """Newest first; ``cell`` 0: of all. Problem ``potline.not_running`` when there is no journal."""
    path = home.home() / "potline" / "commands.db"
    if not path.exists():
        raise Problem("potline.not_running", f"No potline controller runs on {home.home()}.", status=404)
    names = ("at_us", "cell", "kind", "feeder", "was", "value", "why", "who", "seq", "outcome")
    query = (
        f"SELECT {', '.join(names)} FROM commands WHERE ? IN (0, cell) ORDER BY at_us DESC, seq DESC LIMIT ?"  # noqa: S608
    )
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        found = db.execute(query, (cell, max(1, min(most, MAX_ROWS)))).fetchall()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return [{"at": from_us(row.pop("at_us")).isoformat(), **row} for row in rows]
