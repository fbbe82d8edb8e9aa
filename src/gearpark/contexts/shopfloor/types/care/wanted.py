"""What a person, an API call or the demo wants stored. Lengths of use in the class's own unit; shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .words import JobKind, LifeUnit, Trigger


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
