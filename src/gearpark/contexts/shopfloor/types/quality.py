"""Words of the quality room: charts, limits, signals, studies, sampling, pass rates. Times are aware UTC, shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gearpark.engines.lines import Characteristic
from gearpark.engines.quality import Limits


class ChartKind(StrEnum):
    """Which control chart. ``i_mr`` for single parts, means of subgroups, and the two with memory."""

    I_MR = "i_mr"
    XBAR_R = "xbar_r"
    XBAR_S = "xbar_s"
    EWMA = "ewma"
    CUSUM = "cusum"


class SampleSource(StrEnum):
    """Who says so."""

    LINE = "line"
    PERSON = "person"
    IMPORT = "import"


class StudyKind(StrEnum):
    GRR = "grr"
    TYPE1 = "type1"
    LINEARITY = "linearity"
    BIAS = "bias"
    AGREEMENT = "agreement"


class Population(StrEnum):
    """Which pieces a pass rate speaks of."""

    FIRST = "first-pass"
    AFTER_REWORK = "after-rework"
    SHIPPED = "shipped"


HOLD_SOURCE = "spc"  # source of a station's hold: ``spc:<chart id>``
DEFAULT_RULES = ("nelson1", "nelson2", "nelson5")
DEFAULT_HOLD = ("nelson1",)
DEFAULT_TARGET = "0.9999"  # the source case's pass rate; each line may promise another


@dataclass(frozen=True, slots=True)
class ChartInfo:
    """One control chart as it is set up.

    maker    station that made the characteristic; "" for all stations of the operation together
    size     values a point (1: single parts)
    rules    run rules it watches; ``holds``: those that stop the maker
    """

    id: int
    org: str
    line_asset: str
    line_en: str
    line_zh: str
    characteristic: Characteristic
    maker: str
    kind: ChartKind
    size: int
    active: bool
    version: int  # of the limits in force, 0 when none are approved

    def name(self, language: str) -> str:
        where = f" · {self.maker.upper()}" if self.maker else ""
        return f"{self.characteristic.title(language)}{where}"

    def line_name(self, language: str) -> str:
        return (self.line_zh if language.startswith("zh") else self.line_en) or self.line_asset


@dataclass(frozen=True, slots=True)
class LimitsInfo:
    """One approved version of a chart's limits and rules. It never changes; a new one takes over at a moment.

    location, spread  limits of the chart of location, and of ranges or deviations (None: none is drawn)
    options           of charts with memory: lam and width (EWMA), k and h in data units (CUSUM)
    """

    id: int
    version: int
    effective_at: datetime
    location: Limits
    spread: Limits | None
    rules: tuple[str, ...]
    holds: tuple[str, ...]
    options: dict[str, float]
    data_from: datetime
    data_to: datetime
    approved_by: str
    approved_at: datetime
    note: str

    @property
    def bounds(self) -> tuple[float, float, float]:
        """Lower limit, centre line and upper limit at the subgroup size they were computed for."""
        low, middle, high = self.location.bounds(self.location.size)
        return float(low), float(middle), float(high)


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One measured value."""

    id: int
    at: datetime
    serial: str
    value: float
    maker: str
    station: str
    source: SampleSource
    by: str = ""
    left_out: str = ""  # why it does not count, "" while it does


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a chart: one value, or a subgroup.

    z        distance from the centre line in standard deviations scaled so that 3 is the limit
    version  limits it is judged by, 0: trial limits from the points shown
    """

    number: int
    at: datetime
    value: float
    spread: float | None
    size: int
    z: float
    lcl: float
    centre: float
    ucl: float
    version: int
    label: str
    samples: tuple[SampleRow, ...]
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """One signal a chart gave, as it was judged then.

    late  the value came in after newer ones had been judged; nothing was held for it
    """

    id: int
    org: str
    chart_id: int
    line_asset: str
    maker: str
    characteristic: str
    rule: str
    version: int
    at: datetime
    found_at: datetime
    serial: str
    value: float
    z: float
    late: bool
    held: bool
    cause: str
    action: str
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpcSignal:
    """Event: a chart signalled on a value that has just come in."""

    org: str
    chart_id: int
    line_asset: str
    station: str
    characteristic: str
    rule: str
    at: datetime
    serial: str
    held: bool


@dataclass(frozen=True, slots=True)
class PassCount:
    """Good and failed pieces of one population since ``since_at``; ``gaps``: pieces up to each failure, in order."""

    population: Population
    good: int
    bad: int
    gaps: tuple[int, ...]
    since_at: datetime
    tail: int  # pieces since the last failure


@dataclass(frozen=True, slots=True)
class PassTargetInfo:
    """What a line promises: share of good pieces as text, shown at ``confidence``, pieces since ``since_at`` (None: the
    year's start)."""

    line_asset: str
    target: str
    confidence: float
    since_at: datetime | None
    set_by: str


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """One gauge study with its data and its verdict."""

    id: int
    org: str
    kind: StudyKind
    title: str
    gauge: str
    characteristic: str
    rows: tuple[dict[str, Any], ...]
    options: dict[str, Any]
    result: dict[str, Any]
    verdict: str
    data_hash: str
    made_by: str
    made_at: datetime
    approved_by: str
    approved_at: datetime | None
    line_asset: str = ""


@dataclass(frozen=True, slots=True)
class SchemeInfo:
    """A sampling scheme where it stands."""

    id: int
    org: str
    code: str
    title: str
    product: str
    supplier: str
    level: str
    aql: str
    steady: bool
    authorised: bool
    severity: str
    score: int
    rejected: int
    recent: tuple[bool, ...]
    active: bool
    lots: int = 0


@dataclass(frozen=True, slots=True)
class LotInfo:
    """One inspected lot."""

    id: int
    lot: str
    size: int
    severity: str
    code: str
    sample: int
    ac: int
    re: int
    found: int
    accepted: bool
    resubmitted: bool
    severity_after: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChartView:
    """Everything a chart's page shows of one stretch.

    judged   False: trial limits, computed from the very points shown
    reason   why there are no limits at all (code of the engine's refusal), "" when there are
    """

    chart: ChartInfo
    limits: LimitsInfo | None
    history: tuple[LimitsInfo, ...]
    points: tuple[Point, ...]
    left_out: tuple[SampleRow, ...]
    signals: tuple[SignalInfo, ...]
    judged: bool
    reason: str
    rules: tuple[str, ...]
    holds: tuple[str, ...]
    options: dict[str, float] = field(default_factory=dict)
    trial: Limits | None = None
