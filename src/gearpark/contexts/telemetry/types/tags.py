"""Tags and their newest values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gearpark.base.time import from_us
from gearpark.base.wire import Quality, SignalKind, Value

SHOWN_UNITS = {"1": "", "Cel": "°C", "deg": "°", "/min": "1/min"}


@dataclass(frozen=True, slots=True)
class TagInfo:
    """What is known of one tag before any value came. ``interval_s``: expected seconds between observations."""

    org: str
    tag: str
    asset: str
    signal: str
    kind: SignalKind
    unit: str = ""
    address: str = ""
    interval_s: float | None = None
    title_en: str = ""
    title_zh: str = ""
    connection: str = ""

    def title(self, language: str) -> str:
        """The signal's name in a language, or its technical name."""
        return (self.title_zh if language.startswith("zh") else self.title_en) or self.signal

    @property
    def shown_unit(self) -> str:
        """The unit as people write it: pieces carry none, degrees their sign."""
        return SHOWN_UNITS.get(self.unit, self.unit)

    @property
    def decimals(self) -> int:
        """Digits behind the point that pages show."""
        return 2 if self.kind is SignalKind.ANALOG else 0


@dataclass(frozen=True, slots=True)
class Latest:
    """Newest observation of a tag by source time. ``at_us`` None: nothing was ever stored.

    quality  good, uncertain, bad or stale; stale also when the bus lost its source
    source   "bus" (live) or "lake" (last stored)
    """

    tag: str
    at_us: int | None = None
    value: Value = None
    status: int = 0
    quality: Quality = Quality.STALE
    age_s: float | None = None
    source: str = "lake"

    @property
    def at(self) -> datetime | None:
        """Source time as an aware UTC datetime."""
        return None if self.at_us is None else from_us(self.at_us)

    def as_dict(self) -> dict[str, Any]:
        """JSON members of the API and the live stream."""
        return {
            "tag": self.tag,
            "at_us": self.at_us,
            "value": self.value,
            "status": self.status,
            "quality": self.quality.value,
            "age_s": None if self.age_s is None else round(self.age_s, 3),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class TagRow:
    """One line of the browser: the tag and its newest value."""

    tag: TagInfo
    latest: Latest


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One step of the ISA-95 path in the browser. ``asset`` is set on leaves that are machines."""

    path: str
    name: str
    level: str
    asset: str = ""
    assets: int = 0
    tags: int = 0
    has_children: bool = False


@dataclass(frozen=True, slots=True)
class SavedView:
    """A chart somebody kept. ``query`` holds tags, range and options as the page's own parameters."""

    id: int
    name: str
    query: dict[str, Any]
    shared: bool
    mine: bool
    created_at: datetime
