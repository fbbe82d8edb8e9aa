"""Words of reports from terminals and other systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .work import ReportKind, RunSource, SerialStatus


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """One report. ``key`` is made by the client: sent twice, it counts once.

    at      by the client's clock; it is used when it can be believed, and kept beside the server's
    serial  part it speaks of; or ``order`` for its next new part; or ``of``, the key of the report that started it
    step    step of the work instruction that ``value`` checks
    good, scrap  pieces, where an order's pieces are only counted
    """

    key: UUID
    kind: ReportKind
    line: str
    station: str
    at: datetime
    operator: int | None = None
    serial: str = ""
    order: str = ""
    of: UUID | None = None
    reason: str = ""
    note: str = ""
    rework_to: int | None = None
    step: int | None = None
    value: str = ""
    good: int = 0
    scrap: int = 0
    source: RunSource = RunSource.TERMINAL


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report did. ``repeated``: it was known already and nothing was done again."""

    key: UUID
    kind: ReportKind
    repeated: bool = False
    serial: str = ""
    order: str = ""
    op: int | None = None
    status: SerialStatus | None = None
    next_op: int | None = None
    passed: bool | None = None
    good: int = 0
    scrap: int = 0
