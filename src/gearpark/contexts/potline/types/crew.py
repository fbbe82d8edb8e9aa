"""Plans of a day, the crew's orders, silos and their books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class PlanState(StrEnum):
    """Where a plan of a day stands."""

    WAITING = "waiting"
    SOLVING = "solving"
    DRAFT = "draft"
    FAILED = "failed"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A plan of tapping and anode changes for a day of three shifts.

    rules, wanted  what was asked for, as ``engines.potplan`` takes it; case, result: what it was made from, and the plan
    unknown        cells without an analysis or a level, for which a careful value was taken
    """

    id: int
    line_id: int
    day: date
    state: PlanState
    rules: Mapping[str, Any]
    wanted: tuple[Mapping[str, Any], ...]
    case: Mapping[str, Any]
    result: Mapping[str, Any]
    unknown: Mapping[str, int]
    problem: Mapping[str, Any]
    made_by: str
    made_at: datetime
    released_by: str
    released_at: datetime | None
    note: str


class OrderKind(StrEnum):
    """What the crew does at a cell."""

    TAP = "tap"
    ANODE = "anode"


class OrderState(StrEnum):
    """Where a crew's order stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class WorkInfo:
    """An order to the crew. ``shift`` 0 to 2 of the plan's day; ``ladle``: its number in the shift, 0 for none; ``planned_kg`` and
    ``kg`` (weighed) of a tap; ``source``: "crew", or "crane" when it was told by the signals."""

    id: int
    plan_id: int
    day: date
    shift: int
    kind: OrderKind
    cell: int
    ladle: int
    grade: str
    planned_kg: float
    state: OrderState
    kg: float | None
    by: str
    at: datetime | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class TapLadle:
    """A ladle of the released plan: when, from which cells, how much of which metal. Masses in t, shares in per cent."""

    shift: int
    begin: datetime
    cells: tuple[int, ...]
    tonnes: float
    fe_pct: float
    si_pct: float
    grade: str
    weighed_t: float


@dataclass(frozen=True, slots=True)
class TappingPlan:
    """What casthouse and hot-metal dispatch build on: the ladles of a day as released, and what of them was weighed."""

    org: str
    line: str
    day: date
    released_at: datetime
    ladles: tuple[TapLadle, ...]


@dataclass(frozen=True, slots=True)
class TappingPlanReleased:
    """Event: the plan of a day is in force. ``withdrawn``: it no longer is."""

    org: str
    line: str
    day: date
    withdrawn: bool = False


class Material(StrEnum):
    """What silos hold."""

    ALUMINA = "alumina"
    FLUORIDE = "fluoride"


class MoveKind(StrEnum):
    """What changed a silo's stock, or what is known of it."""

    DELIVERY = "delivery"
    COUNT = "count"
    FILL = "fill"  # of the hoppers of some cells out of the silo


@dataclass(frozen=True, slots=True)
class MoveInfo:
    """An entry of a silo's book. ``t``: delivered or counted, t; cells ``first`` to ``last`` of a fill."""

    id: int
    kind: MoveKind
    t: float
    at: datetime
    by: str
    note: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SiloInfo:
    """A silo now.

    stock_t    counted, plus delivered and less used since; None before the first count
    use_t_d    what its cells took in the last day, t a day; hours_left: at that use, None when unknown or endless
    """

    id: int
    code: str
    material: Material
    capacity_t: float
    reorder_t: float
    first: int
    last: int
    stock_t: float | None
    use_t_d: float
    hours_left: float | None
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class SectionFill:
    """A fill to come: cells ``first`` to ``last``; ``dry``: when their emptiest hopper is empty."""

    first: int
    last: int
    start: datetime
    end: datetime
    dry: datetime
    tonnes: float
    late: bool
