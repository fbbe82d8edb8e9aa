"""What a line is made of. Coordinates are drawing units of the template's own view box (y grows downwards)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gearpark.base.problems import NotFound
from gearpark.base.wire import SignalInfo, SignalKind

from .process import (
    Basis,
    Characteristic,
    Commissioning,
    Container,
    GaugeClass,
    Kind,
    Material,
    Operation,
    Phase,
    Reliability,
    ScrapReason,
    Skill,
    SpecialState,
    StopReason,
    Titled,
    ToolClass,
)

STORE = "store"  # where parts come from and go to


@dataclass(frozen=True, slots=True)
class Place:
    """Centre and size of a shape in the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rail:
    """The path of a moving transport: a straight rail (two points) or a closed loop (first point not repeated)."""

    points: tuple[tuple[float, float], ...]
    closed: bool = False

    def length(self) -> float:
        return sum(_distance(a, b) for a, b in self._legs())

    def at(self, share: float) -> tuple[float, float]:
        """Point at ``share`` (0..1) of the path's length."""
        left = min(max(share, 0.0), 1.0) * self.length()
        for a, b in self._legs():
            leg = _distance(a, b)
            if left <= leg:
                part = left / leg if leg else 0.0
                return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
            left -= leg
        return self.points[0] if self.closed else self.points[-1]

    def share_of(self, x: float, y: float) -> float:
        """Share (0..1) of the path's point nearest to (x, y)."""
        best, best_share, walked, total = float("inf"), 0.0, 0.0, self.length() or 1.0
        for (ax, ay), (bx, by) in self._legs():
            leg = _distance((ax, ay), (bx, by))
            part = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (leg * leg) if leg else 0.0
            part = min(max(part, 0.0), 1.0)
            gap = _distance((x, y), (ax + (bx - ax) * part, ay + (by - ay) * part))
            if gap < best:
                best, best_share = gap, (walked + part * leg) / total
            walked += leg
        return best_share

    def _legs(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        ends = self.points[1:] + (self.points[:1] if self.closed else ())
        return list(zip(self.points, ends, strict=False))


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


@dataclass(frozen=True, slots=True)
class Device(Titled):
    """One device of the line; its asset id is ``<line id>-<code>``. ``type`` is an asset type code of the catalogue."""

    type: str
    place: Place


@dataclass(frozen=True, slots=True)
class Station(Device):
    """A device that works on one part at a time, or on one charge of ``batch`` parts.

    group         stations of one group are parallel: any of them does the operation
    op            operation number, growing along the flow
    ideal_cycle_s shortest time from clamping to unclamping (of the whole charge), seconds
    """

    group: str
    op: int
    ideal_cycle_s: float
    batch: int = 1

    @property
    def part_s(self) -> float:
        """Shortest time a part, seconds."""
        return self.ideal_cycle_s / self.batch


@dataclass(frozen=True, slots=True)
class Buffer(Device):
    """A place with room for ``capacity`` parts, first in first out."""

    capacity: int


@dataclass(frozen=True, slots=True)
class Transport(Device):
    """A gantry, robot, crane, conveyor or AGV: ``move_s`` seconds per part moved (or per half loop of an AGV)."""

    move_s: float
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Parts go from a group, buffer or ``store`` to a group, buffer or ``store``, carried by one of ``by``."""

    source: str
    target: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant(Titled):
    """A product variant the line makes; ``cycle_factor`` scales the cycles of its machines."""

    cycle_factor: float


@dataclass(frozen=True, slots=True)
class Loss(Titled):
    """A class of loss and the machine states that feed it."""

    states: tuple[str, ...]
    factor: str  # which OEE factor it lowers: availability, effectiveness or quality


class Role(StrEnum):
    """What a device of a type does in a line."""

    STATION = "station"
    BUFFER = "buffer"
    CARRIER = "carrier"  # moves one part at a time: gantry, robot, crane, conveyor
    VEHICLE = "vehicle"  # drives a loop with a load: AGV, transfer cart


@dataclass(frozen=True, slots=True)
class AssetType(Titled):
    """An asset type, its canonical signals, how it is drawn, and its usual size in drawing units."""

    role: Role
    shape: str
    size: tuple[float, float]
    signals: tuple[SignalInfo, ...]


@dataclass(frozen=True, slots=True)
class Head(Titled):
    """The line itself.

    width, height   of the drawing
    output          code of the station whose good parts are the line's output
    plan_per_shift  good parts a new line of the type plans per shift
    basis           where cycles, capacities and whatever says nothing of its own come from
    """

    width: float
    height: float
    bottleneck: str
    output: str
    calendar: str
    plan_per_shift: int = 0
    phase: Phase = Phase.PRODUCTION
    basis: Basis = Basis.ILLUSTRATIVE
    note_en: str = ""
    note_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTemplate(Head):
    """A kind of line.

    ideal_cycle_s   of the bottleneck group per part (cycle of one station / parts at once in the group), seconds
    """

    ideal_cycle_s: float
    stations: tuple[Station, ...]
    buffers: tuple[Buffer, ...]
    transports: tuple[Transport, ...]
    flows: tuple[Flow, ...]
    variants: tuple[Variant, ...]
    losses: tuple[Loss, ...]
    operations: tuple[Operation, ...]
    characteristics: tuple[Characteristic, ...]
    tool_classes: tuple[ToolClass, ...]
    gauge_classes: tuple[GaugeClass, ...]
    skills: tuple[Skill, ...]
    stop_reasons: tuple[StopReason, ...]
    scrap_reasons: tuple[ScrapReason, ...]
    materials: tuple[Material, ...]
    containers: tuple[Container, ...]
    special_states: tuple[SpecialState, ...]
    reliability: dict[str, Reliability]  # by asset type
    commissioning: Commissioning
    types: dict[str, AssetType]  # asset types the template uses, its own ones included
    stops: dict[str, tuple[float, float]] = field(default_factory=dict)  # named stops of the AGV loop

    @property
    def devices(self) -> tuple[Device, ...]:
        """Every device, in drawing order: left to right, top to bottom."""
        found: list[Device] = [*self.stations, *self.buffers, *self.transports]
        return tuple(sorted(found, key=lambda d: (d.place.x, d.place.y, d.code)))

    @property
    def groups(self) -> dict[str, tuple[Station, ...]]:
        """Parallel stations by group, in order of operation."""
        found: dict[str, list[Station]] = {}
        for station in sorted(self.stations, key=lambda s: (s.op, s.code)):
            found.setdefault(station.group, []).append(station)
        return {group: tuple(stations) for group, stations in found.items()}

    def device(self, code: str) -> Device:
        for found in (*self.stations, *self.buffers, *self.transports):
            if found.code == code:
                return found
        raise NotFound("lines.device_unknown", f"Line template {self.code} has no device {code!r}.")

    def asset_id(self, line_id: str, code: str) -> str:
        """The asset id of device ``code`` in line ``line_id``."""
        return f"{line_id}-{self.device(code).code}"

    def ends_of(self, place: str) -> tuple[str, ...]:
        """Device codes meant by one end of a flow: the group's stations, or the buffer itself."""
        stations = self.groups.get(place)
        return tuple(s.code for s in stations) if stations else (place,)

    def operation(self, op: int) -> Operation | None:
        """The operation of that number, or None."""
        return next((o for o in self.operations if o.op == op), None)

    def operation_of(self, code: str) -> Operation | None:
        """The operation a station (or its group) does, or None for what is no station."""
        for station in self.stations:
            if code in (station.code, station.group):
                return self.operation(station.op)
        return None

    def measured_by(self, code: str) -> tuple[Characteristic, ...]:
        """The characteristics a station (or its group) measures."""
        groups = {s.group for s in self.stations if code in (s.code, s.group)}
        return tuple(c for c in self.characteristics if c.measured_at in groups)

    def made_by(self, op: int) -> tuple[Characteristic, ...]:
        """The characteristics an operation makes."""
        return tuple(c for c in self.characteristics if c.op == op)

    def characteristic(self, code: str) -> Characteristic | None:
        return next((c for c in self.characteristics if c.code == code), None)

    def signals_of(self, code: str) -> tuple[SignalInfo, ...]:
        """Signals of one device: those of its type, then those of characteristics its type does not name."""
        found = self.types[self.device(code).type].signals
        names = {s.name for s in found}
        return found + tuple(_measured(c) for c in self.measured_by(code) if c.signal not in names)


def _measured(c: Characteristic) -> SignalInfo:
    kind = SignalKind.ANALOG if c.kind is Kind.VARIABLE else SignalKind.STATE
    return SignalInfo(c.signal, kind, c.unit, title_en=c.title_en, title_zh=c.title_zh)
