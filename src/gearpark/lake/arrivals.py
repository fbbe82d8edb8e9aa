"""Which files brought new observations: the Delta log tells appended ones from rewritten ones."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import schema
from .files import DAY_US, DataFile


def added_since(root: Path, since: int, until: int) -> list[DataFile] | None:
    """Files that brought new data in versions ``since + 1 .. until``; None when a log file is gone already."""
    folder = root / schema.POINTS
    found: list[DataFile] = []
    for version in range(since + 1, until + 1):
        path = folder / "_delta_log" / f"{version:020d}.json"
        try:
            lines = path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return None
        for line in lines:
            action = json.loads(line).get("add")
            if action and action.get("dataChange", True):
                found.append(_file_of(action, folder))
    return found


def _file_of(action: dict[str, Any], folder: Path) -> DataFile:
    stats = json.loads(action.get("stats") or "{}")
    day = dt.date.fromisoformat(action["partitionValues"]["day"])
    start = (day - dt.date(1970, 1, 1)).days * DAY_US
    low, high = stats.get("minValues", {}).get("at"), stats.get("maxValues", {}).get("at")
    return DataFile(
        action["path"],
        f"{folder}/{unquote(action['path'])}",
        action["partitionValues"]["org"],
        day,
        int(stats.get("numRecords", 0)),
        int(action.get("size", 0)),
        start if low is None else _iso_us(low),
        start + DAY_US - 1 if high is None else _iso_us(high) + 999,
        0,
    )


def _iso_us(text: str) -> int:
    at = dt.datetime.fromisoformat(text)
    aware = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return (aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
