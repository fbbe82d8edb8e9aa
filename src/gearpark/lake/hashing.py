"""Content hash: what a set of observations says, whatever order or files it came in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np

from . import sql
from .files import Snapshot
from .series import ints_of, numbers_of, texts_of


def content_hash(cursor: duckdb.DuckDBPyConnection, snap: Snapshot, org: str, assets: Sequence[str]) -> str:
    """SHA-256 (hex) over tag, source time, value and status of every observation of the assets.

    Arrival time, source, boot and seq are left out: they say how a value came, not what it says. Works asset by asset
    and day by day (both sorted), so memory is that of one asset's day. No observation at all has a hash of its own.
    """
    digest = hashlib.sha256(b"gearpark content 1\n")
    for asset in sorted(set(assets)):
        for day in snap.days(org):
            columns = cursor.execute(
                f'SELECT tag, epoch_us("at") AS at_us, num, text, status FROM {sql.scan(snap.of_day(org, day))} '  # noqa: S608
                f'WHERE {sql.of_asset(asset)} ORDER BY tag, "at", status, num NULLS FIRST, text NULLS FIRST'
            ).fetchnumpy()
            if len(columns["tag"]):
                _feed(digest, columns)
    return digest.hexdigest()


def _feed(digest: Any, columns: dict[str, Any]) -> None:
    tags = [str(tag).encode() for tag in texts_of(columns["tag"])]
    texts = [None if text is None else str(text).encode() for text in texts_of(columns["text"])]
    numbers = numbers_of(columns["num"]) + 0.0  # -0.0 and 0.0 are one number
    numbers[np.isnan(numbers)] = np.nan  # one pattern of bits
    digest.update(f"{len(tags)}\n".encode())
    digest.update(b"\n".join(tags))
    digest.update(ints_of(columns["at_us"]).astype("<i8").tobytes())
    digest.update(numbers.astype("<f8").tobytes())
    digest.update(np.array([-1 if text is None else len(text) for text in texts], "<i8").tobytes())
    digest.update(b"".join(text for text in texts if text))
    digest.update(ints_of(columns["status"]).astype("<i8").tobytes())
