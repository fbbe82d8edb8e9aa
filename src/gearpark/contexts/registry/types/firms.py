"""Organisations, their life cycle, and the zone as shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    PARK = "park"
    FIRM = "firm"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    BANK = "bank"
    SERVICE = "service"


class FirmState(StrEnum):
    """Life cycle. Every state but ``left`` counts as signed; above size counts as producing."""

    SIGNED = "signed"
    BUILDING = "building"
    PRODUCING = "producing"
    ABOVE_SIZE = "above-size"
    LEFT = "left"


PRODUCING_STATES = (FirmState.PRODUCING, FirmState.ABOVE_SIZE)
ABOVE_SIZE_STATES = (FirmState.ABOVE_SIZE,)


class PlotStatus(StrEnum):
    FREE = "free"
    RESERVED = "reserved"
    OCCUPIED = "occupied"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class FirmInfo:
    """One organisation as other contexts see it. ``invented`` marks illustrative data."""

    slug: str
    kind: Kind
    name_zh: str
    name_en: str
    state: FirmState
    state_since_on: date | None = None
    uscc: str = ""
    industry: str = ""
    group: str = ""
    cluster: str = ""
    staff: int | None = None
    yearly_output_cny: Decimal | None = None
    high_tech: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    address: str = ""
    website: str = ""
    invented: bool = False
    source_note: str = ""

    def name(self, language: str) -> str:
        """The name for a language code; the other language's when it is missing."""
        zh_first = language.lower().startswith("zh")
        return (self.name_zh or self.name_en) if zh_first else (self.name_en or self.name_zh)


@dataclass(frozen=True, slots=True)
class FirmCounts:
    """Firms of the park. ``signed`` counts all that have not left; the other figures are parts of it."""

    signed: int = 0
    producing: int = 0
    above_size: int = 0
    building: int = 0
    high_tech: int = 0
    left: int = 0
    by_state: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlotShape:
    """A plot: polygon in metres of the zone's local frame (x east, y north), and who stands on it."""

    code: str
    group: str
    status: PlotStatus
    area_m2: float
    polygon: tuple[tuple[float, float], ...]
    occupant: str = ""
    occupant_name_zh: str = ""
    occupant_name_en: str = ""
    occupant_state: str = ""
    occupant_output_cny: Decimal | None = None
    centre: tuple[float, float] = (0.0, 0.0)
    invented: bool = False  # drawn for the demo, follows no survey


@dataclass(frozen=True, slots=True)
class GroupShape:
    """One of the zone's groups with its outline."""

    code: str
    name_zh: str
    name_en: str
    area_m2: float
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """The zone drawn: groups, plots, and the box (min x, min y, max x, max y) in metres around them."""

    name_zh: str
    name_en: str
    area_m2: float
    groups: tuple[GroupShape, ...]
    plots: tuple[PlotShape, ...]
    box: tuple[float, float, float, float]
    source_note: str = ""
    features: tuple[
        dict[str, object], ...
    ] = ()  # roads and river: {"kind", "name_zh", "name_en", "line": [[x, y], ...]}


@dataclass(frozen=True, slots=True)
class FirmStateChanged:
    """Event: a firm entered another state of its life cycle."""

    org: str
    before: FirmState | None
    after: FirmState
    on: date
