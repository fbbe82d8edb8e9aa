"""Words of OEE by ISO 22400-2: time elements, figures, losses. Times are exact integer microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Protocol


class StateSpan(Protocol):
    """What a state interval must offer; ``engines.states.StateInterval`` does."""

    @property
    def start_us(self) -> int: ...
    @property
    def end_us(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...


class Element(StrEnum):
    """Where a microsecond of planned time goes."""

    APT = "APT"  # actual production time
    AUST = "AUST"  # actual unit set-up time
    ADET = "ADET"  # actual unit delay time
    ADOT = "ADOT"  # actual unit down time
    STOP = "STOP"  # planned stop: outside planned busy time
    UNKNOWN = "UNKNOWN"  # no data: outside every figure


class Flag(StrEnum):
    """What a reader must know before trusting a figure."""

    EFFECTIVENESS_OVER_ONE = (
        "effectiveness_over_one"  # the ideal cycle is wrong, or pieces were counted twice
    )
    SCRAP_OVER_PRODUCED = "scrap_over_produced"
    NO_IDEAL_CYCLE = "no_ideal_cycle"
    UNKNOWN_TIME = "unknown_time"  # part of the planned time has no data
    PIECES_ACROSS_GAP = (
        "pieces_across_gap"  # counted while nobody saw the machine: in the output, in no figure
    )
    COUNTER_DOUBTFUL = "counter_doubtful"  # jumps no machine can make were left out
    NO_ORDER = "no_order"  # the mapping asks for orders and none was registered in planned time


STOP_ELEMENTS = frozenset({Element.AUST, Element.ADET, Element.ADOT})  # what a reason may be booked to


@dataclass(frozen=True, slots=True)
class StateRule:
    """Element of a state while an order is registered; ``without_order``: while none is (None: the same)."""

    element: Element
    loss: str
    without_order: Element | None = None

    def at(self, registered: bool) -> Element:
        return self.element if registered or self.without_order is None else self.without_order


@dataclass(frozen=True, slots=True)
class MappingTable:
    """A versioned mapping; ``name``, which ends with the version, is printed beside each figure made with it.

    booked  loss class of a booked reason -> element and loss; only among AUST, ADET and ADOT, so that no booking can
            make availability, effectiveness, quality or OEE better or worse
    """

    name: str
    title_en: str
    title_zh: str
    source: str
    minor_stop_us: int
    states: Mapping[str, StateRule]
    booked: Mapping[str, StateRule] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return int(self.name.rsplit("-", 1)[1])

    @property
    def asks_for_orders(self) -> bool:
        return any(rule.without_order is not None for rule in self.states.values())

    def rule(self, state: str) -> StateRule:
        """The rule of a state; a word nobody knows is no data."""
        return self.states.get(str(state)) or self.states["no_data"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Pieces inside planned, known time (the ones a figure may use) and the ones outside it.

    produced, scrap   in planned time that has data
    outside           counted outside planned time (breaks, between shifts)
    across_gap        counted by a step that spans a stretch without data
    """

    produced: int = 0
    scrap: int = 0
    outside: int = 0
    across_gap: int = 0
    doubtful: int = 0

    @property
    def good(self) -> int:
        return self.produced - self.scrap

    @property
    def output(self) -> int:
        """Every believable piece, whenever it was made."""
        return self.produced + self.outside + self.across_gap


@dataclass(frozen=True, slots=True)
class Loss:
    """One bar of the Pareto.

    code     not_planned planned_stop unknown down minor_stop setup starved blocked idle speed quality
    reason   the booked reason, else what it was by the machine's own words (alarm code), "" when none
    time_us  its time; only ``speed`` may be negative (effectiveness over one)
    times    how many stretches it is made of; 0 for speed and quality
    booked   a person said the reason
    machine  of a booked one: what the machine said meanwhile, as (state, reason, time_us), longest first
    """

    code: str
    reason: str
    time_us: int
    times: int = 0
    booked: bool = False
    machine: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The three factors and their product as exact fractions; None where the standard gives no value."""

    availability: Fraction | None
    effectiveness: Fraction | None
    quality: Fraction | None
    oee: Fraction | None


@dataclass(frozen=True, slots=True)
class Account:
    """A stretch of calendar time, fully accounted for.

    calendar_us     length of the stretch (times the number of units when several are taken together)
    times_us        per Element, inside planned time
    outside_us      calendar time outside the plan (shift off, breaks)
    run_outside_us  of it: production
    ideal_us        PRI x PQ;  good_ideal_us  PRI x GQ
    losses          sorted, biggest first; with ``good_ideal_us`` they sum exactly to ``calendar_us``
    """

    calendar_us: int
    outside_us: int
    run_outside_us: int
    times_us: Mapping[Element, int]
    counts: Counts
    ideal_cycle_us: int | None
    losses: tuple[Loss, ...]
    figures: Figures
    flags: frozenset[Flag] = field(default_factory=frozenset)
    mapping: str = ""

    @property
    def planned_us(self) -> int:
        """Planned calendar time: shift without breaks."""
        return self.calendar_us - self.outside_us

    @property
    def busy_us(self) -> int:
        """PBT: planned calendar time less planned stops and less time without data."""
        return self.planned_us - self.times_us[Element.STOP] - self.times_us[Element.UNKNOWN]

    @property
    def occupied_us(self) -> int:
        """AOET = APT + AUST + ADET + ADOT; equals PBT because every known microsecond has an element."""
        return sum(self.times_us[e] for e in (Element.APT, Element.AUST, Element.ADET, Element.ADOT))

    @property
    def ideal_us(self) -> int:
        return (self.ideal_cycle_us or 0) * self.counts.produced

    @property
    def good_ideal_us(self) -> int:
        return (self.ideal_cycle_us or 0) * self.counts.good

    @property
    def unknown_us(self) -> int:
        return self.times_us[Element.UNKNOWN]
