"""Delta commits with Gearpark's manners: bounded retries, and a full disk said in words."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from deltalake.exceptions import CommitFailedError, DeltaError

from gearpark.base.problems import Problem

MAX_ATTEMPTS = 5  # of one commit that lost against another writer
MIN_FREE_BYTES = 64 * 1024 * 1024  # below this the lake refuses new work before it half-writes it

_FULL = ("no space left", "disk quota", "file too large", "os error 28", "os error 27", "os error 122")
Result = TypeVar("Result")


def is_disk_full(error: BaseException) -> bool:
    """Whether this failure means that nothing more fits: ENOSPC, EDQUOT, EFBIG, or their texts from the Rust side."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    text = str(error).lower()
    return any(sign in text for sign in _FULL)


def disk_full(root: Path, why: str) -> Problem:
    return Problem(
        "lake.disk_full",
        f"The disk of the lake ({root}) is full: {why[:120]}. Nothing of this commit was stored or acknowledged; "
        "free space, and it is written again.",
        status=507,
    )


def check_space(root: Path, min_free_bytes: int = MIN_FREE_BYTES) -> None:
    """Refuse early: Problem ``lake.disk_full`` when less than ``min_free_bytes`` are free."""
    here = Path(root)
    while not here.exists():
        here = here.parent
    free = shutil.disk_usage(here).free
    if free < min_free_bytes:
        raise disk_full(
            root, f"{free // 1_000_000} MB are free, {min_free_bytes // 1_000_000} MB are kept free"
        )


def flush(folder: Path, version: int) -> None:
    """Bring one commit of the table in ``folder`` to the disk: its new data files, its log entry, their folders.

    delta-rs leaves that to the system; an acknowledgement must survive a power cut.
    """
    log = folder / "_delta_log"
    entry = log / f"{version:020d}.json"
    paths = [
        folder / unquote(add["path"]) for line in entry.read_text("utf-8").splitlines() if (add := _add(line))
    ]
    for path in (*paths, entry, *{path.parent for path in paths}, log):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _add(line: str) -> dict[str, Any] | None:
    action: dict[str, Any] | None = json.loads(line).get("add")
    return action


def attempt(root: Path, work: Callable[[], Result]) -> Result:
    """Run one commit; conflicts are tried again ``MAX_ATTEMPTS`` times, ``work`` must reload what it depends on.

    Raises Problem ``lake.disk_full`` or ``lake.conflict``.
    """
    last: Exception | None = None
    for _ in range(MAX_ATTEMPTS):
        try:
            return work()
        except CommitFailedError as error:
            if is_disk_full(error):
                raise disk_full(root, str(error)) from error
            last = error
        except (DeltaError, OSError) as error:
            if is_disk_full(error):
                raise disk_full(root, str(error)) from error
            raise
    raise Problem(
        "lake.conflict",
        f"The lake was being changed by others; gave up after {MAX_ATTEMPTS} attempts. Nothing was written; try again.",
        status=503,
    ) from last
