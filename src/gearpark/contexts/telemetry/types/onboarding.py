"""From a proposal and its choices to a difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gearpark.base.wire import SignalKind, Value

from .connections import Protocol


@dataclass(frozen=True, slots=True)
class ProposedSignal:
    """A signal a gateway found. ``sample`` is the value read while looking."""

    name: str
    kind: SignalKind
    unit: str = ""
    address: str = ""
    interval_s: float | None = None
    title_en: str = ""
    title_zh: str = ""
    sample: Value = None
    sample_quality: str = ""

    @property
    def sample_text(self) -> str:
        """The sample as people read it."""
        return f"{self.sample:.6g}" if isinstance(self.sample, float) else str(self.sample or "")


@dataclass(frozen=True, slots=True)
class ProposedAsset:
    """A machine a gateway found, with its recognised type, proposed id, path, signals and state mapping."""

    id: str
    type: str
    name: str
    path: str = ""
    address: str = ""
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
    states: str = ""
    recognised_by: str = ""
    warnings: tuple[str, ...] = ()
    signals: tuple[ProposedSignal, ...] = ()

    @property
    def maker(self) -> str:
        """Manufacturer, model and serial number in one line."""
        return " ".join(part for part in (self.manufacturer, self.model, self.serial_number) if part)


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that was found at one address."""

    protocol: Protocol
    url: str
    gateway: str
    server: str = ""
    warnings: tuple[str, ...] = ()
    assets: tuple[ProposedAsset, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetChoice:
    """A person's choice for one proposed asset. ``signals`` None: all of them."""

    include: bool = True
    id: str = ""
    name: str = ""
    type: str = ""
    path: str = ""
    signals: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """A person's choices for a proposal: the connection's name and what to take. Keys: proposed asset ids."""

    name: str = ""
    assets: dict[str, AssetChoice] = field(default_factory=dict)


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a dry run: what would happen to one thing."""

    kind: ChangeKind
    what: str  # connection, asset, tag
    key: str
    label: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> list[tuple[str, Any, Any]]:
        """(field, before, after) of what differs."""
        names = sorted(set(self.before) | set(self.after))
        return [
            (name, self.before.get(name), self.after.get(name))
            for name in names
            if (self.before.get(name) or "") != (self.after.get(name) or "")
        ]


@dataclass(frozen=True, slots=True)
class Diff:
    """What applying a proposal would do, or did. ``refusals`` must be empty before anything is written."""

    connection: str
    changes: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    applied: bool = False

    def of(self, what: str) -> list[Change]:
        return [change for change in self.changes if change.what == what]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """what -> kind -> how many."""
        made: dict[str, dict[str, int]] = {}
        for change in self.changes:
            per = made.setdefault(change.what, {kind.value: 0 for kind in ChangeKind})
            per[change.kind.value] += 1
        return made


class LookState(StrEnum):
    """How far a look at an address is."""

    LOOKING = "looking"
    FOUND = "found"
    FAILED = "failed"
    LOST = "lost"  # the process that asked is gone; ask again
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an address, as the wizard shows it."""

    id: int
    gateway: str
    protocol: Protocol
    url: str
    state: LookState
    started_at: datetime
    elapsed_s: float
    limit_s: float
    proposal: Proposal | None = None
    choices: Choices = field(default_factory=Choices)
    problem: dict[str, Any] = field(default_factory=dict)
    connection: str = ""

    @property
    def share(self) -> float:
        """Elapsed share of the time limit, 0..1."""
        return min(1.0, self.elapsed_s / self.limit_s)


@dataclass(frozen=True, slots=True)
class LookCheck:
    """A look and its dry run."""

    look: Look
    diff: Diff
