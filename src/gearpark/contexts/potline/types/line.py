"""A line, its cells, alarms, figures, and changes of set-points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

VIEW = "potline.view"
CONTROL = "potline.control"
WORK = "potline.work"


class Kpi(StrEnum):
    """A figure of a cell; the value is the signal it comes from."""

    VOLTAGE = "voltage"
    RESISTANCE = "resistance"
    ALUMINA = "alumina"
    TEMPERATURE = "bath_temperature"
    SUPERHEAT = "superheat"
    ACIDITY = "excess_alf3"
    NOISE = "noise"
    FEED = "feed"
    TEMPERATURE_ESTIMATE = "temperature_estimate"
    SUPERHEAT_ESTIMATE = "superheat_estimate"
    LEDGE = "ledge"
    EFFICIENCY = "efficiency"
    DELIVERY = "delivery"
    HEAT_LOSS = "heat_loss"
    LEVEL = "metal_level"
    IRON = "iron"


UNITS = {
    Kpi.VOLTAGE: "V",
    Kpi.RESISTANCE: "nΩ",
    Kpi.ALUMINA: "%",
    Kpi.TEMPERATURE: "°C",
    Kpi.SUPERHEAT: "K",
    Kpi.ACIDITY: "%",
    Kpi.NOISE: "mV",
    Kpi.FEED: "%",
    Kpi.TEMPERATURE_ESTIMATE: "°C",
    Kpi.SUPERHEAT_ESTIMATE: "K",
    Kpi.LEDGE: "mm",
    Kpi.EFFICIENCY: "%",
    Kpi.DELIVERY: "%",
    Kpi.HEAT_LOSS: "%",
    Kpi.LEVEL: "mm",
    Kpi.IRON: "%",
}


class Mode(StrEnum):
    """What people order of the controller for a cell."""

    CONTROL = "control"
    ADVISE = "advise"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a figure shall be: ``middle`` ± ``room``. Both in the figure's unit; ``room`` above zero."""

    middle: float
    room: float

    def off(self, value: float) -> float:
        """How far off, in rooms: within ±1 is on target."""
        return (value - self.middle) / self.room


@dataclass(frozen=True, slots=True)
class PotlineInfo:
    """A potline. Cells are counted from 1 and stand in ``rooms`` rows of equal length; their assets are ``<code>-001`` ..."""

    id: int
    org: str
    code: str
    name_en: str
    name_zh: str
    cells: int
    rooms: int
    targets: Mapping[Kpi, Target]
    revision: int
    set_points: Mapping[str, float] = field(
        default_factory=dict
    )  # ordered ones; others are the controller's own

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.code

    def cell_asset(self, number: int) -> str:
        return f"{self.code}-{number:03d}"

    def room_of(self, number: int) -> tuple[int, int]:
        """(row from 0, place in it from 0) of a cell."""
        length = -(-self.cells // self.rooms)
        return (number - 1) // length, (number - 1) % length


@dataclass(frozen=True, slots=True)
class CellState:
    """A cell at a moment. ``values`` without what is not known; ``at`` of the newest figure, None when there is none."""

    number: int
    values: Mapping[Kpi, float]
    phase: str
    control: str
    alarms: tuple[str, ...]
    at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Cells beside one another in one row that are off the same way. ``high``: above the target."""

    first: int
    last: int
    high: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm of a cell from its begin to its end; None while it stands. ``seen_by``: who took note, and what was said."""

    cell: int
    alarm: str
    began: datetime
    ended: datetime | None
    seen_by: str = ""
    seen_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause the controller's process named for a cell, with its probability and the figures it looked at."""

    name: str
    probability: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CellEstimate:
    """What is estimated of a cell. ``values`` by ``ESTIMATES``, without what is not known; ``closed``: numbers of feeders whose
    holes are closed; ``at`` None when nothing was told lately."""

    number: int
    values: Mapping[str, float]
    closed: tuple[int, ...]
    causes: tuple[Cause, ...]
    at: datetime | None

    def outside(self) -> float:
        """Volts by which the cell is held above (positive) or below its heat window; 0 within, or when not known."""
        held, low, high = (self.values.get(name) for name in ("held", "window_low", "window_high"))
        if held is None or low is None or high is None:
            return 0.0
        return held - high if held > high else held - low if held < low else 0.0


@dataclass(frozen=True, slots=True)
class CellReport:
    """A cell over a stretch. Figures are None where nothing was heard.

    volts         mean cell voltage, V
    means         means of the other figures
    effects, effect_min  anode effects that began, and minutes of them
    alumina_kg, fluoride_kg  fed and dosed
    hours_away    hours not under automatic control
    """

    number: int
    means: Mapping[Kpi, float]
    effects: int
    effect_min: float
    alumina_kg: float | None
    fluoride_kg: float | None
    hours_away: float
    alarms: int
    tapped_kg: float = 0.0


@dataclass(frozen=True, slots=True)
class LineReport:
    """A line over a stretch.

    current_ka    mean line current
    energy_mwh    direct-current energy of the cells, MWh; metal_t by Faraday and the efficiency stated
    efficiency    estimated current efficiency, share (Dewing 1997 from superheat and excess AlF3), None without them
    pfc_co2e_t    CF4 and C2F6 of anode effects as CO2 equivalent, t
    tapped_t      metal weighed: by the crane, and by the crew where the crane tells nothing
    """

    begin: datetime
    end: datetime
    heard: int
    current_ka: float | None
    volts: float | None
    energy_mwh: float | None
    efficiency: float | None
    metal_t: float | None
    kwh_per_kg: float | None
    effects: int
    effects_per_cell_day: float | None
    effect_min: float
    pfc_co2e_t: float | None
    tapped_t: float = 0.0
    cells: tuple[CellReport, ...] = field(default=())


class CampaignState(StrEnum):
    """Where a change of set-points stands."""

    WAITING = "waiting"  # for the what-if
    TRYING = "trying"
    TRIED = "tried"
    FAILED = "failed"
    APPROVED = "approved"
    APPLIED = "applied"
    TAKEN_BACK = "taken_back"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class CampaignInfo:
    """A change of a line's set-points: tried on the twin, approved by a second person, applied, perhaps taken back.

    changes  set-point -> its new value; before: what was in force when it was applied
    result   rows of the what-if, empty before; problem: why it failed
    """

    id: int
    line_id: int
    name: str
    state: CampaignState
    changes: Mapping[str, float]
    before: Mapping[str, float]
    done: int
    of: int
    result: tuple[Mapping[str, float | str], ...]
    problem: Mapping[str, object]
    made_by: str
    made_at: datetime
    approved_by: str
    applied_by: str
    applied_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class SetPointsOrdered:
    """Event: set-points of a line shall be these from now on; those not named are the controller's own."""

    org: str
    line: str
    set_points: Mapping[str, float]
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ModeOrdered:
    """Event: people order control or advice. ``cells`` empty: the whole line."""

    org: str
    line: str
    mode: Mode
    cells: tuple[int, ...]
    by: str
    why: str
