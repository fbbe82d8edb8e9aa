"""What the journal says when it cannot take data."""

from __future__ import annotations

import sqlite3

from gearpark.base.problems import Problem


def closed() -> Problem:
    return Problem("journal.closed", "The journal is closed; keep the data at the source.", status=503)


def full(budget_bytes: int) -> Problem:
    return Problem(
        "journal.full",
        f"The journal has used its budget of {budget_bytes} bytes because nobody acknowledges its data. "
        "What it holds is safe; new data is refused until the historian is back.",
        status=507,
    )


def busy(pending: int) -> Problem:
    return Problem(
        "journal.busy",
        f"{pending} observations wait for the disk; keep yours and try again in a moment.",
        status=503,
    )


def too_many_tags(source: str, tag: str, limit: int) -> Problem:
    return Problem(
        "journal.too_many_tags",
        f"{source} has {limit} signals already; {tag} is one too many. "
        "A source that makes up new names is misconfigured: check the connection.",
        status=507,
    )


def disk_full(why: str) -> Problem:
    return Problem(
        "journal.disk_full",
        f"The disk refuses journal commits ({why}). What was acknowledged before is safe; this data was not "
        "taken. Free disk space; the journal goes on by itself.",
        status=507,
    )


def refused(error: Exception) -> Problem:
    """A commit failed: nothing of it was kept."""
    if isinstance(error, sqlite3.Error):
        return disk_full(str(error))
    return Problem(
        "journal.failed", f"A journal commit failed: {error}. This data was not taken.", status=500
    )
