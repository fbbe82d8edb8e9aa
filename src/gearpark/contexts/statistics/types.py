"""What the overview is made of. Lengths in drawing units of the map's view box; times aware UTC; shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WALL_ROWS = 7  # lines a panel of the wall screen holds, readable from five metres


@dataclass(frozen=True, slots=True)
class GroupMark:
    """A group of the zone: outline, where its name stands, its area."""

    code: str
    name: str
    path: str
    label_x: float
    label_y: float
    area_km2: float


@dataclass(frozen=True, slots=True)
class PlotMark:
    """A plot as a shape. ``kind``: free, reserved, public, or the occupant's life-cycle state."""

    code: str
    path: str
    kind: str
    org: str
    title: str


@dataclass(frozen=True, slots=True)
class FirmMark:
    """A firm on its plot: circle whose area grows with yearly output."""

    org: str
    name: str
    x: float
    y: float
    r: float
    kind: str
    lit: bool


@dataclass(frozen=True, slots=True)
class Lamp:
    """One line on the map, lit by its state. (x, y) is the lamp's upper left corner."""

    asset: str
    name: str
    number: int
    state: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LampBoard:
    """The lamps of one firm's lines, with a leader from the firm's mark (x1, y1) to the board (x2, y2)."""

    org: str
    name: str
    x: float
    y: float
    width: float
    height: float
    x1: float
    y1: float
    x2: float
    y2: float
    lamps: tuple[Lamp, ...]


@dataclass(frozen=True, slots=True)
class FeatureMark:
    """A road, river or railway of the map."""

    kind: str
    name: str
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class ZoneDrawing:
    """The zone, ready to be drawn in a view box of ``width`` x ``height``; ``bar_m`` is the scale bar's length."""

    name: str
    area_km2: float
    width: float
    height: float
    groups: tuple[GroupMark, ...]
    plots: tuple[PlotMark, ...]
    firms: tuple[FirmMark, ...]
    features: tuple[FeatureMark, ...]
    boards: tuple[LampBoard, ...]
    bar_m: int
    bar_units: float


@dataclass(frozen=True, slots=True)
class FirmFigures:
    """Firms of the park: signed counts all that have not left, the others are parts of it."""

    signed: int = 0
    producing: int = 0
    above_size: int = 0
    building: int = 0
    high_tech: int = 0

    @property
    def producing_share(self) -> float | None:
        return self.producing / self.signed if self.signed else None

    @property
    def only_signed(self) -> int:
        return self.signed - self.producing - self.building

    @property
    def below_size(self) -> int:
        """Producing firms below the designated size."""
        return self.producing - self.above_size


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as the overview shows it. ``made``, ``plan`` and ``plan_now`` are pieces of the shift.

    ``known`` is False when nothing at all is known of the shift: then its figures are shown as none, not as nought.
    """

    asset: str
    org: str
    number: int
    name: str
    state: str
    made: int
    plan: int
    plan_now: float
    expected: float | None
    oee: float | None
    alarms: int
    devices: int
    known: bool
    states: tuple[tuple[str, int], ...]
    spark: tuple[float | None, ...]
    open: bool = True  # False: no shift runs; the figures are those of its last shift
    kind: str = ""  # code of its line type
    phase: str = "production"

    @property
    def made_share(self) -> float | None:
        return self.made / self.plan if self.plan and self.known else None

    @property
    def due_share(self) -> float | None:
        return self.plan_now / self.plan if self.plan else None

    @property
    def behind(self) -> bool:
        """More than one piece and more than 5 % behind what is due by now, in a shift that runs."""
        return self.known and self.open and self.made < self.plan_now - 1 and self.made < 0.95 * self.plan_now


@dataclass(frozen=True, slots=True)
class AlarmMark:
    """One alarm on the time line; ``x`` and ``width`` are per cent of the shown period."""

    asset: str
    line: str
    unit: str
    code: str
    text: str
    start_at: datetime
    end_at: datetime | None
    x: float
    width: float
    lane: int

    @property
    def standing(self) -> bool:
        return self.end_at is None


@dataclass(frozen=True, slots=True)
class HourTick:
    """A labelled hour on the time line, at ``x`` per cent."""

    label: str
    x: float


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Alarms of [start_at, end_at), newest last, in as many lanes as they overlap."""

    start_at: datetime
    end_at: datetime
    ticks: tuple[HourTick, ...]
    marks: tuple[AlarmMark, ...]
    lanes: int
    left_out: int = 0

    @property
    def standing(self) -> tuple[AlarmMark, ...]:
        return tuple(mark for mark in self.marks if mark.standing)

    @property
    def newest(self) -> tuple[AlarmMark, ...]:
        """Standing alarms first, then the newest."""
        return tuple(sorted(self.marks, key=lambda mark: (not mark.standing, -mark.start_at.timestamp())))


@dataclass(frozen=True, slots=True)
class Feed:
    """One connection of the data flow. ``replay`` marks recordings played back."""

    key: str
    name: str
    org: str
    protocol: str
    state: str
    points_per_s: float
    devices: int
    last_value_at: datetime | None
    replay: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """Health of the way from device to lake."""

    devices_live: int = 0
    devices_total: int = 0
    points_per_s: float = 0.0
    ok: int = 0
    not_ok: int = 0
    journal_rows: int = 0
    journal_bytes: int = 0
    last_commit_age_s: float | None = None
    bus_connected: bool = False
    feeds: tuple[Feed, ...] = ()

    @property
    def replays(self) -> tuple[Feed, ...]:
        return tuple(feed for feed in self.feeds if feed.replay)

    @property
    def plants(self) -> tuple[Feed, ...]:
        return tuple(feed for feed in self.feeds if not feed.replay)


@dataclass(frozen=True, slots=True)
class Overview:
    """One reading of the park at ``at``."""

    at: datetime
    zone: ZoneDrawing | None
    firms: FirmFigures
    lines: tuple[LineRow, ...]
    alarms: TimeLine
    flow: Flow

    @property
    def made(self) -> int | None:
        """Good pieces of running shifts, of lines something is known of; None when nothing is known of any."""
        known = [line.made for line in self.at_work if line.known]
        return sum(known) if known else None

    @property
    def at_work(self) -> tuple[LineRow, ...]:
        """Lines whose shift runs."""
        return tuple(line for line in self.lines if line.open)

    @property
    def wall_lines(self) -> tuple[LineRow, ...]:
        """The lines of the wall screen's first panel."""
        return self.lines[:WALL_ROWS]

    @property
    def wall_more(self) -> tuple[LineRow, ...]:
        """The lines of its second panel; what is beyond is on the page of lines."""
        return self.lines[WALL_ROWS : 2 * WALL_ROWS]

    @property
    def wall_left_out(self) -> int:
        return max(len(self.lines) - 2 * WALL_ROWS, 0)

    @property
    def kinds(self) -> int:
        """Line types among the lines whose shift runs: pieces of different kinds are counted together."""
        return len({line.kind for line in self.at_work})

    @property
    def plan(self) -> int:
        return sum(line.plan for line in self.at_work)

    @property
    def plan_now(self) -> float:
        return sum(line.plan_now for line in self.at_work)

    @property
    def running(self) -> int:
        return sum(line.state == "running" for line in self.lines)

    @property
    def line_states(self) -> tuple[tuple[str, int], ...]:
        """(state, lines in it), the loudest first; running is left to ``running``."""
        order = ("down", "blocked", "starved", "setup", "idle", "no_data", "planned_stop")
        counts = {state: sum(line.state == state for line in self.lines) for state in order}
        return tuple((state, count) for state, count in counts.items() if count)

    @property
    def calm(self) -> bool:
        """Nothing needs a hand: every line runs or is meant to stand, no alarm stands, data flows."""
        return (
            all(line.state in ("running", "planned_stop") for line in self.lines)
            and not self.alarms.standing
            and not self.flow.not_ok
        )
