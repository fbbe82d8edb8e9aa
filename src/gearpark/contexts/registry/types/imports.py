"""What a sheet import would do: rows as new, changed, unchanged or wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """One sheet row. ``fields`` maps a changed field to (before, after); ``errors`` maps a column to a sentence."""

    row: int
    kind: ChangeKind
    key: str
    title: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DryRun:
    """The outcome of reading a sheet against what is stored; nothing was written. ``ticket`` applies it."""

    ticket: str
    what: str
    file_name: str
    changes: tuple[Change, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by kind, every kind present."""
        found = Counter(change.kind.value for change in self.changes)
        return {kind.value: found.get(kind.value, 0) for kind in ChangeKind}

    @property
    def applicable(self) -> bool:
        """There is something to write and no row is wrong."""
        counts = self.counts
        return counts["wrong"] == 0 and counts["new"] + counts["changed"] > 0
