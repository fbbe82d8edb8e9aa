"""What pages and other slices are told. Lengths of use in the class's own unit; shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .words import Blocked, ToolState, Trigger


@dataclass(frozen=True, slots=True)
class CareBlock:
    """One reason why work at a station must not go on.

    what      tool or gauge
    key       serial of the tool, code of the gauge
    kind      code of its class
    reason    one of ``Blocked``
    since_at  when the reason began, if known
    value     used life or deviation, in ``unit``; limit likewise
    """

    what: str
    key: str
    kind: str
    reason: Blocked
    station: str
    since_at: datetime | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ToolDue:
    """One tool in a pocket and when it will be worn. Times in microseconds UTC, use in ``unit``.

    left_*     use left: low, middle, high (None: no upper end known)
    method     machine, wear, lives or limit: which evidence says so
    due_us     None: not within the calendar looked at, or no pace is known; late_us None: maybe beyond it
    counted    the pace was counted at the station; False: it is the plan's
    """

    id: int
    serial: str
    tool_class: str
    name_en: str
    name_zh: str
    station: str
    pocket: str
    state: ToolState
    used: float
    limit: float
    left_share: float | None
    unit: str
    change_s: int
    left_low: float
    left: float
    left_high: float | None
    method: str
    early_us: int | None = None
    due_us: int | None = None
    late_us: int | None = None
    counted: bool = False
    life_no: int = 1
    class_id: int = 0

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en

    @property
    def now(self) -> bool:
        """It must be changed before the next part."""
        return self.state in (ToolState.WORN, ToolState.BROKEN) or self.left <= 0


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """Forecasts held against what happened: how many were scored, how many held, the median miss in hours."""

    scored: int
    inside: int
    miss_h: float | None

    @property
    def share(self) -> float | None:
        return self.inside / self.scored if self.scored else None


@dataclass(frozen=True, slots=True)
class PlanDue:
    """How far a maintenance plan is.

    share    of its interval (or of its limit) that is used up; over 1: overdue
    due_at   when it is due: by the calendar, or by the pace of the last days; None unknown
    value    condition: the newest value, in ``zone`` of its machine group
    job      number of the order that stands for it
    """

    id: int
    org: str
    code: str
    name_en: str
    name_zh: str
    asset: str
    line: str
    station: str
    trigger: Trigger
    every: float | None
    counted: float
    share: float
    warn_share: float
    due_at: datetime | None
    done_at: datetime | None
    limit: float | None = None
    signal: str = ""
    value: float | None = None
    zone: str = ""
    job: str | None = None
    minutes: int = 0

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en

    @property
    def warned(self) -> bool:
        return self.share >= self.warn_share

    @property
    def due(self) -> bool:
        return self.share >= 1


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that is due: gauge, plan or order. ``late``: it blocks, or its time is over, whatever ``at`` says."""

    kind: str
    id: int
    code: str
    name_en: str
    name_zh: str
    where: str
    at: datetime
    late: bool
    reason: Blocked | None = None
    line: str = ""
    station: str = ""

    @property
    def title(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to a machine: stop, alarm, program, tool, calibration, master, call, job or swap."""

    kind: str
    at: datetime
    code: str
    text: str
    until: datetime | None = None
    key: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """Failures of one machine in planned time; microseconds. ``mtbf_iso_us`` divides by events + 1 (ISO 22400-2)."""

    events: int
    restore_us: int
    running_us: int
    known_us: int
    planned_us: int
    mtbf_us: float | None
    mtbf_iso_us: float
    mttr_us: float | None
