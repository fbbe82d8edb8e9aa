"""Words of life data: how long parts lived, and which of them still live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LifeSource(StrEnum):
    """Where lives were seen: on a test bench or with customers."""

    BENCH = "bench"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One life, or several alike.

    life     time to failure or, of what has not failed, time survived so far
    upper    the failure was found between ``life`` and here (inspection interval); None: at ``life``
    failed   False: still alive at ``life`` (censored)
    """

    life: float
    failed: bool = True
    upper: float | None = None
    count: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class LifeStudyInfo:
    """One study as stored."""

    id: int
    org: str
    name: str
    design: str
    product: str
    source: LifeSource
    unit: str
    note: str
    rows: tuple[LifeRow, ...]
    revision: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class LifeStudyWanted:
    """A study as entered. ``revision``: of the one that was looked at, when it is changed."""

    name: str
    design: str
    unit: str
    rows: tuple[LifeRow, ...]
    product: str = ""
    source: LifeSource = LifeSource.BENCH
    note: str = ""
    revision: int = 0
