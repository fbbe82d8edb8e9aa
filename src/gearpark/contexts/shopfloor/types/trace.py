"""Words of genealogy: what went into a serial, what touched it, what was measured on it. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class FactKind(StrEnum):
    """What a fact says about a serial; the key names the thing.

    material     lot or heat that went in (value: quantity)
    child        serial that went in
    machine      asset id of the machine
    tool         tool instance that cut (value: life used at that moment)
    gauge        gauge that measured
    program      program of the machine (``hash`` in ``data``)
    operator     person who did it, by name or badge
    fixture, carrier    what held or carried the part
    instruction  work instruction that was shown (``revision`` in ``data``)
    value        measured characteristic (value, unit; limits in ``data`` as ``lower``, ``upper``, ``nominal``)
    test         test with verdict (value 1 passed, 0 failed)
    rework       reason code of a rework loop
    """

    MATERIAL = "material"
    CHILD = "child"
    MACHINE = "machine"
    TOOL = "tool"
    GAUGE = "gauge"
    PROGRAM = "program"
    OPERATOR = "operator"
    FIXTURE = "fixture"
    CARRIER = "carrier"
    INSTRUCTION = "instruction"
    VALUE = "value"
    TEST = "test"
    REWORK = "rework"


# what tells two things of one name apart, taken from a fact's data into the thing itself
SPEC_KEYS: dict[FactKind, tuple[str, ...]] = {
    FactKind.VALUE: ("lower", "upper", "nominal"),
    FactKind.PROGRAM: ("hash",),
    FactKind.INSTRUCTION: ("revision",),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of one serial. Natural key: (serial, at, kind, key): told twice, it is kept once.

    key      name of the thing: lot, tool instance, gauge, program, asset, person, characteristic, test, ...
    op       operation of the routing it belongs to
    station  station of the line
    at       when it happened
    value    number that goes with it; a measured value needs one
    data     anything else worth keeping, small
    """

    kind: FactKind
    key: str
    at: datetime
    op: int | None = None
    station: str = ""
    value: float | None = None
    unit: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """What a trace down starts from: a thing in a stretch of time, a part, or all that one line did in a stretch.

    kind     kind of the thing; ``child`` means the part of that serial itself; None: every machine of ``line``
    version  hash of a program, revision of an instruction; "" means any
    deep     also parts and lots that touched parts went into
    """

    kind: FactKind | None = None
    key: str = ""
    version: str = ""
    line: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None
    deep: bool = True

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without what is not said."""
        found = {
            "kind": self.kind.value if self.kind else "",
            "key": self.key,
            "version": self.version,
            "line": self.line,
            "since_at": self.since_at.isoformat() if self.since_at else "",
            "until_at": self.until_at.isoformat() if self.until_at else "",
        }
        return {name: value for name, value in found.items() if value} | {"deep": self.deep}


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part in a list: what it is, where it stands.

    station     where it was seen last; ``on_station`` it is there now
    touched_at  when the cause first touched it (None in lists without a cause)
    depth       0 touched itself; 1 a touched part or lot went into it; and so on
    """

    id: int
    org: str
    serial: str
    product: str
    product_en: str
    product_zh: str
    order: str
    line: str
    lot: str
    status: str
    next_op: int | None
    station: str
    on_station: bool
    begun_at: datetime
    done_at: datetime | None
    touched_at: datetime | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Touched parts that are alike: how many of one product, line and status, waiting for one operation."""

    status: str
    product: str
    line: str
    next_op: int | None
    depth: int
    parts: int


@dataclass(frozen=True, slots=True)
class TraceDown:
    """Every part a cause touched: the whole in groups, and one page of rows by id. ``next_after`` 0: the last page."""

    cause: Cause
    total: int
    groups: tuple[Group, ...]
    parts: tuple[PartRow, ...]
    next_after: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def by_status(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for group in self.groups:
            found[group.status] = found.get(group.status, 0) + group.parts
        return found


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as kept, with its thing.

    wrong   reason of the error declaration, "" while the fact stands
    """

    thing_id: int
    kind: FactKind
    key: str
    at: datetime
    op: int | None
    station: str
    value: float | None
    unit: str
    spec: dict[str, Any]
    data: dict[str, Any]
    wrong: str = ""

    @property
    def inside(self) -> bool | None:
        """Measured value inside its limits; None where there are none. A test: passed."""
        if self.kind is FactKind.TEST:
            return None if self.value is None else self.value > 0
        lower, upper = self.spec.get("lower"), self.spec.get("upper")
        if self.kind is not FactKind.VALUE or self.value is None or (lower is None and upper is None):
            return None
        return (lower is None or self.value >= lower) and (upper is None or self.value <= upper)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One pass through one operation, for the life story."""

    station: str
    line: str
    op: int
    attempt: int
    begun_at: datetime
    ended_at: datetime | None
    result: str
    reason: str
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One operation of the part's route."""

    op: int
    group: str
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Passport:
    """Everything known of one part: its passes, what touched it, what was measured, what it is made of and in.

    steps  operations of its route, also those still to come
    """

    part: PartRow
    gtin: str
    safety_part: bool
    line_type: str
    rework_loops: int
    customer_ref: str
    steps: tuple[StepRow, ...]
    runs: tuple[RunRow, ...]
    facts: tuple[FactRow, ...]
    made_of: tuple[PartRow, ...]
    went_into: tuple[PartRow, ...]

    def of(self, *kinds: FactKind) -> list[FactRow]:
        """Facts of these kinds that stand."""
        return [fact for fact in self.facts if fact.kind in kinds and not fact.wrong]


@dataclass(frozen=True, slots=True)
class ThingUse:
    """A thing that went into, or touched, the traced part or one it is made of."""

    kind: FactKind
    key: str
    version: str
    parts: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class TraceUp:
    """All that went into a part: the parts (itself first, by depth), what touched them, and who went into whom.

    edges  (id of the part, id of what went into it)
    cut    True: more parts than are shown
    """

    parts: tuple[PartRow, ...]
    things: tuple[ThingUse, ...]
    edges: tuple[tuple[int, int], ...]
    cut: bool = False
