"""Lake jobs and retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"  # its worker died before it could say anything


@dataclass(frozen=True, slots=True)
class JobRunInfo:
    """One run of a lake job."""

    id: int
    job: str
    state: JobState
    started_at: datetime
    ended_at: datetime | None
    result: dict[str, Any]
    error: str = ""
    asked_by: str = ""

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """The result flattened to (name, value), without what is zero or empty."""
        flat: list[tuple[str, Any]] = []
        for key, value in self.result.items():
            if isinstance(value, dict):
                flat += [(f"{key} {name}", inner) for name, inner in value.items()]
            elif key != "at":
                flat.append((key, value))
        return [(name.replace("_", " "), value) for name, value in flat if value]

    @property
    def duration_s(self) -> float | None:
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class LakeJob:
    """A job that keeps the lake in shape. ``cron`` in UTC; ``every_s`` is when the next run is due at the latest."""

    code: str
    cron: str
    every_s: int
    title: str
    purpose: str


LAKE_JOBS = (
    LakeJob(
        "rollup", "* * * * *", 60, "Roll-ups", "Minute and hour figures of what arrived since the last run"
    ),
    LakeJob(
        "compaction", "*/7 * * * *", 420, "Compaction", "Many small files into few, sorted by tag and time"
    ),
    LakeJob(
        "retention",
        "20 17 * * *",
        86_400,
        "Retention",
        "Points beyond their keeping time, and replaced files",
    ),
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days the lake keeps each level (None: for ever), and whose days it never drops."""

    points_days: int | None = 90
    minute_days: int | None = 400
    hour_days: int | None = None
    keep_orgs: frozenset[str] = frozenset()
