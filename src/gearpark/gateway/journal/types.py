"""Figures and limits of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

GROUP_COMMIT_S = 0.02  # how long a commit gathers while the load is light
FLUSH_S = 0.25  # how long small batches gather while the load is heavy
LIGHT_ROWS_PER_S = 150.0  # below this, small rows are cheap and delay is not worth it
FULL_BATCH_POINTS = 20  # a batch this long is worth a row of its own at once
MAX_ROW_POINTS = 1000  # longer batches are cut into several rows
MAX_PENDING_POINTS = 400_000  # points in memory waiting for a commit, all sources
MAX_TAGS_PER_SOURCE = 100_000
DEFAULT_BUDGET_BYTES = 4 << 30
WARNING_SHARE, CRITICAL_SHARE = 0.7, 0.9
DROP_TO_SHARE = 0.9  # drop-oldest makes this much room at a time, so that gap records stay few
ROW_OVERHEAD_BYTES = 120  # what SQLite adds to a payload, roughly

Policy = Literal["refuse", "drop_oldest"]
JournalState = Literal["ok", "warning", "critical", "full", "disk_full", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class JournalStats:
    """The journal at one moment; `state` is what people see.

    state          ok; warning and critical from 70 and 90 % of the byte budget; full (budget reached and the policy is
                   to refuse); disk_full (the disk refused a commit; nothing acknowledged is lost); failed; closed
    rows, bytes    not yet acknowledged by the historian
    oldest_us      when the oldest such row was committed, microseconds UTC; None when empty
    budget_share   bytes / byte budget, 0..1 and more
    points_in      observations committed since start
    rejected       reason -> observations whose value could not be kept (stored as "no value" with a bad status)
    dropped_points observations given up by the declared drop-oldest policy since start
    salvaged       sentence about a damaged journal found at start, "" when there was none
    """

    state: JournalState
    rows: int = 0
    bytes: int = 0
    oldest_us: int | None = None
    budget_bytes: int = 0
    budget_share: float = 0.0
    points_in: int = 0
    commits: int = 0
    commit_p50_ms: float = 0.0
    rejected: Mapping[str, int] = field(default_factory=dict)
    dropped_points: int = 0
    salvaged: str = ""
    last_error: str = ""
