"""Offers as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .pricing import Formula


class OfferState(StrEnum):
    """Only a listed offer is seen by others."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class Weight(StrEnum):
    """How much a finding weighs: an error refuses a listing, a warning is shown with it."""

    ERROR = "error"
    WARNING = "warning"


class FileKind(StrEnum):
    PICTURE = "picture"
    DATASHEET = "datasheet"
    DRAWING = "drawing"
    CAD = "cad"
    CERTIFICATE = "certificate"


CURRENCIES = ("CNY", "USD", "EUR")
UNITS = ("piece", "set", "kg", "t", "m")


@dataclass(frozen=True, slots=True)
class Finding:
    """What an engineer objects to. ``details``: figures by name, for the sentence in another language."""

    code: str
    weight: Weight
    text: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tier:
    """From this quantity the unit costs this much."""

    from_qty: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a seller states. ``values``: attribute texts as typed. ``price`` None: on request. Prices hold VAT.

    line    asset of the shop floor's line that makes it; the source of its lead time
    shows   whether buyers may see that line's output (consent)
    """

    part_no: str
    kind: str
    title_en: str = ""
    title_zh: str = ""
    text_en: str = ""
    text_zh: str = ""
    values: dict[str, str] = field(default_factory=dict)
    malls: tuple[str, ...] = ()
    unit: str = "piece"
    currency: str = "CNY"
    price: Decimal | None = None
    formula: Formula | None = None
    vat_rate: Decimal = Decimal("0.13")
    tiers: tuple[Tier, ...] = ()
    min_qty: Decimal = Decimal(1)
    step_qty: Decimal = Decimal(1)
    lead_days: int | None = None
    on_hand: Decimal = Decimal(0)
    line: str = ""
    shows: bool = False


@dataclass(frozen=True, slots=True)
class OfferInfo:
    """An offer as it is kept. ``values``: kept values by attribute (numbers as text)."""

    id: int
    org: str
    part_no: str
    kind: str
    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    values: dict[str, Any]
    malls: tuple[str, ...]
    unit: str
    currency: str
    price: Decimal | None
    formula: Formula | None
    vat_rate: Decimal
    tiers: tuple[Tier, ...]
    min_qty: Decimal
    step_qty: Decimal
    lead_days: int | None
    on_hand: Decimal
    reserved: Decimal
    line: str
    shows: bool
    state: OfferState
    findings: tuple[Finding, ...]
    revision: int
    changed_at: datetime

    @property
    def free(self) -> Decimal:
        """On hand and not reserved."""
        return self.on_hand - self.reserved

    def title(self, language: str) -> str:
        first, second = (
            (self.title_zh, self.title_en) if language.startswith("zh") else (self.title_en, self.title_zh)
        )
        return first or second

    def text(self, language: str) -> str:
        first, second = (
            (self.text_zh, self.text_en) if language.startswith("zh") else (self.text_en, self.text_zh)
        )
        return first or second


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of an offer without its content. ``expires_on`` and ``number``: of a certificate."""

    id: int
    kind: FileKind
    name: str
    size: int
    sha256: str
    standard: str
    number: str
    expires_on: Any


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a facet and how many of the hits have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of a search: offers' ids in order, how many there are in all, and facets by attribute."""

    ids: tuple[int, ...]
    total: int
    facets: dict[str, tuple[Facet, ...]]
    took_ms: float
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
