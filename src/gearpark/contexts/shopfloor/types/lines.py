"""Words of lines and their figures. Times are microseconds UTC or aware UTC; shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gearpark.base.wire import Value
from gearpark.engines.calendars import Shift, ShiftCalendar
from gearpark.engines.lines import LineTemplate, Phase
from gearpark.engines.oee import Account, Charge, Failures, Projection, Step

from .figures import Said

VIEW = "shopfloor.view"  # right: see lines and their figures
EDIT = "shopfloor.edit"  # right: add and change lines, calendars and plans
DEFAULT_STATES = "machinery-1"
DEFAULT_OEE = "iso22400-1"


@dataclass(frozen=True, slots=True)
class LineInfo:
    """One line as it is set up.

    asset       asset id of the line in the registry
    template    code of the line template (what stands where)
    plan        good pieces a shift shall give
    bottleneck  station or group whose time is the line's time; printed beside the OEE
    bindings    station code -> asset id, only where it differs from ``<asset>-<code>``
    """

    id: int
    org: str
    asset: str
    name_en: str
    name_zh: str
    path: str
    template: LineTemplate
    calendar: ShiftCalendar
    calendar_id: int
    calendar_revision: int
    plan: int
    states_mapping: str
    oee_mapping: str
    bottleneck: str
    bindings: dict[str, str] = field(default_factory=dict)
    revision: int = 1
    phase: Phase = Phase.PRODUCTION
    type_digest: str = ""  # of the revision of the firm's own line type; "" with a shipped one

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.asset

    def asset_of(self, code: str) -> str:
        """Asset id of one device of the line."""
        return self.bindings.get(code) or self.template.asset_id(self.asset, code)


@dataclass(frozen=True, slots=True)
class StateSegment:
    """One stretch of one state of one unit; ``reason`` in the machine's own words."""

    start_us: int
    end_us: int
    state: str
    reason: str = ""

    @property
    def seconds(self) -> float:
        return (self.end_us - self.start_us) / 1e6


@dataclass(frozen=True, slots=True)
class Spell:
    """One device in one state, seconds of the line's planned time.

    part   serial of the part in it, "" where none is told
    minor  a stop shorter than the line's mapping calls a failure
    cut    it began before or lasted beyond what is known, or went on outside of planned time
    """

    start_s: float
    end_s: float
    state: str
    part: str = ""
    minor: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class LineSpells:
    """What the devices of a line did, on a clock that runs in planned time only.

    first_us   instant of the earliest spell; None when nothing was heard
    planned_s  length of the stretch on that clock
    units      device code -> spells in order; time without data is missing between them
    good_s     when good pieces came out of the line, a moment for each
    """

    first_us: int | None
    planned_s: float
    units: dict[str, tuple[Spell, ...]]
    good_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of one unit; ``end_us`` None while it stands."""

    org: str
    line: str
    unit: str
    asset: str
    code: str
    text: str
    start_us: int
    end_us: int | None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One station over the shift so far."""

    code: str
    asset: str
    segments: tuple[StateSegment, ...]
    account: Account
    steps: tuple[Step, ...]
    state: str
    reason: str
    since_us: int
    readings: int = 0
    charges: tuple[Charge, ...] = ()
    failed: Failures | None = None


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row of the hour table: plan and good pieces in [start_us, end_us)."""

    start_us: int
    end_us: int
    plan: float
    made: int
    begun: bool


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A shift of a line, computed from observations alone.

    until_us     figures hold for [shift start, until_us): now, or the shift's end
    made, scrap  good pieces at the line's output and pieces scrapped anywhere on the line
    plan_now     pieces due by ``until_us``
    account      the line's OEE account (bottleneck mode)
    revision     hash of every input; the same inputs give the same revision
    fresh_us     newest observation used
    elements     ISO 22400-2 elements of the line; every KPI is made of them
    inputs       hash of each kind of input: data, bookings, orders, parts, setup
    said         bookings, orders and serials the figures rest on
    """

    line: LineInfo
    shift: Shift
    until_us: int
    plan: int
    plan_now: float
    made: int
    scrap: int
    steps: tuple[Step, ...]
    projection: Projection | None
    account: Account
    units: dict[str, UnitFigures]
    hours: tuple[HourRow, ...]
    alarms: tuple[Alarm, ...]
    revision: str
    fresh_us: int | None
    elements: dict[str, int | None] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    @property
    def open(self) -> bool:
        return self.until_us < self.shift.end_us

    @property
    def oee(self) -> float | None:
        value = self.account.figures.oee
        return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class LiveUnit:
    """What a device shows now: state, part on it, and for movers and buffers where or how full."""

    code: str
    asset: str
    state: str
    reason: str = ""
    since_us: int | None = None
    part: str = ""
    alarm: str = ""
    level: float | None = None
    capacity: float | None = None
    x: float | None = None
    y: float | None = None
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class LineSummary:
    """One line for lists, the overview and the wall screen."""

    org: str
    asset: str
    name_en: str
    name_zh: str
    path: str
    template: str
    state: str
    states: dict[str, int]
    shift_code: str
    shift_day: date | None
    made: int
    scrap: int
    plan: int
    plan_now: float
    expected: float | None
    oee: float | None
    availability: float | None
    effectiveness: float | None
    quality: float | None
    unknown_share: float
    alarms: int
    spark: tuple[float | None, ...]
    revision: str
    mapping: str
    devices: int
    phase: Phase = Phase.PRODUCTION
    open: bool = True  # False: no shift runs; the figures are those of the last one

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.asset


@dataclass(frozen=True, slots=True)
class RawRow:
    """One raw observation as stored."""

    signal: str
    at_us: int
    value: Value
    status: int


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """One shift calendar as stored: checked document and revision."""

    id: int
    org: str
    name: str
    revision: int
    document: dict[str, Any]
    lines: int = 0


@dataclass(frozen=True, slots=True)
class LineWanted:
    """A line as a person or the demo wants it. ``calendar`` is the calendar's name within the organisation.

    plan  good pieces per shift; None: as the line type says
    """

    asset: str
    name_en: str
    template: str
    calendar: str
    plan: int | None
    name_zh: str = ""
    path: str = ""
    bottleneck: str = ""  # "": the template's
    states_mapping: str = DEFAULT_STATES
    oee_mapping: str = DEFAULT_OEE
    bindings: dict[str, str] = field(default_factory=dict)
    type_digest: str | None = (
        None  # a revision of the firm's own line type; None: the newest, "": the shipped type
    )
    phase: str = ""  # "": the line type's


@dataclass(frozen=True, slots=True)
class LineChanged:
    """Event: a line, its calendar or its plan was changed; every figure of it may be another one."""

    org: str
    asset: str
