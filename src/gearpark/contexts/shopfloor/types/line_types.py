"""Words of line types: shipped ones and a firm's own, in revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gearpark.engines.lines import LineTemplate


@dataclass(frozen=True, slots=True)
class TypeRevision:
    """One revision of a firm's own line type."""

    revision: int
    digest: str
    note: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class TypeUse:
    """A line of a type. ``revision`` 0: the shipped one."""

    org: str
    asset: str
    name_en: str
    name_zh: str
    revision: int

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.asset


@dataclass(frozen=True, slots=True)
class LineTypeInfo:
    """One line type as a reader may see it.

    org        "" for a shipped one
    revision   newest one; 0 for a shipped one
    used       lines of this type, on any revision
    """

    org: str
    code: str
    revision: int
    shape: LineTemplate
    text: str
    retired: bool = False
    revisions: tuple[TypeRevision, ...] = ()
    used: tuple[TypeUse, ...] = field(default=())

    @property
    def own(self) -> bool:
        return bool(self.org)

    @property
    def behind(self) -> tuple[TypeUse, ...]:
        """Lines that keep another revision than the newest."""
        return tuple(use for use in self.used if use.revision != self.revision)
