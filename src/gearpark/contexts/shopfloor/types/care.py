"""Words of care: tools, gauges, maintenance, spare parts. Lengths of use in the class's own unit; shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

CARE = "shopfloor.care"  # right: tools, gauges, maintenance, spare parts
QUALITY = "shopfloor.quality"  # right: limits, dispositions, studies; also gauges and their checks


class LifeUnit(StrEnum):
    """What a tool's life is counted in."""

    PARTS = "parts"
    MINUTES = "minutes"
    METRES = "metres"


class ToolState(StrEnum):
    """What a tool is good for. ``worn`` and ``broken`` block the station they stand in; ``scrapped`` is for good."""

    NEW = "new"
    IN_USE = "in_use"
    WORN = "worn"
    BROKEN = "broken"
    SCRAPPED = "scrapped"


class ToolPlace(StrEnum):
    """Where a tool is: in a station's pocket, in the tool store, away for regrinding, or gone."""

    STATION = "station"
    STORE = "store"
    REGRIND = "regrind"
    GONE = "gone"


class LifeEnd(StrEnum):
    """Why a tool's life ended. ``scheduled`` cuts the observation off; the others are what a life ends by."""

    WORN = "worn"
    BROKEN = "broken"
    QUALITY = "quality"
    SCHEDULED = "scheduled"


ENDED_BY_WEAR = frozenset({LifeEnd.WORN, LifeEnd.BROKEN, LifeEnd.QUALITY})


class GaugeState(StrEnum):
    IN_USE = "in_use"
    AT_LAB = "at_lab"
    BLOCKED = "blocked"
    SCRAPPED = "scrapped"


class CheckKind(StrEnum):
    """A calibration against a reference standard, or a check with the master part of a shift."""

    CALIBRATION = "calibration"
    MASTER = "master"


class Trigger(StrEnum):
    """What makes a maintenance plan due."""

    TIME = "time"
    COUNT = "count"
    RUN_HOURS = "run_hours"
    CONDITION = "condition"


class JobStatus(StrEnum):
    """A maintenance order's life."""

    OPEN = "open"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_JOBS = (JobStatus.OPEN, JobStatus.PLANNED, JobStatus.IN_PROGRESS)


class JobKind(StrEnum):
    """Preventive by a plan, corrective after a breakdown, or because a condition limit was passed."""

    PREVENTIVE = "preventive"
    CORRECTIVE = "corrective"
    CONDITION = "condition"


class MovementKind(StrEnum):
    """A line of the spare parts ledger."""

    RECEIVE = "receive"
    ISSUE = "issue"
    RETURN = "return"
    ADJUST = "adjust"


class Blocked(StrEnum):
    """Why a tool or a gauge must not be used."""

    TOOL_WORN = "tool_worn"
    TOOL_BROKEN = "tool_broken"
    TOOL_AT_LIMIT = "tool_at_limit"
    GAUGE_EXPIRED = "gauge_expired"
    GAUGE_FAILED = "gauge_failed"
    GAUGE_USES = "gauge_uses"
    GAUGE_AWAY = "gauge_away"
    MASTER_CHECK_DUE = "master_check_due"


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
class ToolClassWanted:
    """A kind of tool as a person or the demo wants it; see ``models.care.ToolClass``. Money in CNY."""

    code: str
    name_en: str
    life_limit: float
    name_zh: str = ""
    line_type: str = ""
    unit: LifeUnit = LifeUnit.PARTS
    per_part: float = 1.0
    wear_limit_mm: float | None = None
    regrinds_max: int = 0
    change_s: int = 0
    price_cny: Decimal = Decimal(0)
    regrind_cny: Decimal = Decimal(0)
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class GaugeClassWanted:
    """A kind of gauge with its calibration plan; see ``models.care.GaugeClass``."""

    code: str
    name_en: str
    unit: str
    limit: float
    name_zh: str = ""
    guarded: bool = True
    every_days: int | None = None
    every_uses: int | None = None
    master_each_shift: bool = False
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class GaugeWanted:
    """One gauge; ``line`` is a line's asset id, empty while the gauge belongs to no station."""

    code: str
    gauge_class: str
    resolution: float
    range_low: float
    range_high: float
    serial: str = ""
    standard: str = ""
    line: str = ""
    station: str = ""
    place: str = ""
    note: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """One point of a checklist: something to tick off, or a value to write down within [low, high]."""

    en: str
    zh: str = ""
    kind: str = "check"
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class PlanWanted:
    """A maintenance plan; see ``models.care.MaintenancePlan``. ``spares``: (part code, quantity) pairs."""

    code: str
    name_en: str
    asset: str
    trigger: Trigger
    name_zh: str = ""
    every: float | None = None
    warn_share: float = 0.9
    signal: str = ""
    limit: float | None = None
    release: float | None = None
    hold_s: int = 0
    zone: str = ""
    checklist: tuple[CheckPoint, ...] = ()
    spares: tuple[tuple[str, Decimal], ...] = ()
    minutes: int = 30
    stops_line: bool = True
    active: bool = True
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class JobWanted:
    """A maintenance order somebody asks for. ``source_key`` makes it safe to ask twice (an alarm, a call)."""

    asset: str
    title: str
    kind: JobKind = JobKind.CORRECTIVE
    text: str = ""
    priority: int = 50
    planned_at: datetime | None = None
    minutes: int = 30
    assigned_to: str = ""
    source: str = "person"
    source_key: str = ""


@dataclass(frozen=True, slots=True)
class SpareWanted:
    """A spare part; ``used_in`` names asset ids or asset types."""

    code: str
    name_en: str
    name_zh: str = ""
    unit: str = "1"
    place: str = ""
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(0)
    price_cny: Decimal = Decimal(0)
    lead_days: int = 0
    supplier: str = ""
    used_in: tuple[str, ...] = ()
    illustrative: bool = False


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
