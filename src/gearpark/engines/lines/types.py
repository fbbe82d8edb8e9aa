"""What a line is made of. Coordinates are drawing units of the template's own view box (y grows downwards)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gearpark.base.problems import NotFound
from gearpark.base.wire import SignalInfo


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
class Device:
    """One device of the line; its asset id is ``<line id>-<code>``."""

    code: str
    type: str  # asset type code of the catalogue
    title_en: str
    title_zh: str
    place: Place


@dataclass(frozen=True, slots=True)
class Station(Device):
    """A device that works on one part at a time.

    group         stations of one group are parallel: any of them does the operation
    op            operation number, growing along the flow
    ideal_cycle_s shortest time from clamping to unclamping, seconds
    """

    group: str
    op: int
    ideal_cycle_s: float


@dataclass(frozen=True, slots=True)
class Buffer(Device):
    """A place with room for ``capacity`` parts, first in first out."""

    capacity: int


@dataclass(frozen=True, slots=True)
class Transport(Device):
    """A gantry, robot or AGV: takes ``move_s`` seconds per part moved (or per trip between stops of a loop)."""

    move_s: float
    rail: Rail | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Parts go from a group, buffer or ``store`` to a group, buffer or ``store``, carried by one of ``by``."""

    source: str
    target: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A product variant the line makes; ``cycle_factor`` scales the machining cycles."""

    code: str
    title_en: str
    title_zh: str
    cycle_factor: float


@dataclass(frozen=True, slots=True)
class Loss:
    """A class of loss and the machine states that feed it."""

    code: str
    title_en: str
    title_zh: str
    states: tuple[str, ...]
    factor: str  # which OEE factor it lowers: availability, effectiveness or quality


@dataclass(frozen=True, slots=True)
class AssetType:
    """An asset type and its canonical signals."""

    code: str
    title_en: str
    title_zh: str
    signals: tuple[SignalInfo, ...]


@dataclass(frozen=True, slots=True)
class LineTemplate:
    """A kind of line.

    ideal_cycle_s  of the bottleneck group per part (cycle of one station / stations in the group), seconds
    output         code of the station whose good parts are the line's output
    """

    code: str
    title_en: str
    title_zh: str
    width: float
    height: float
    ideal_cycle_s: float
    bottleneck: str
    output: str
    calendar: str
    stations: tuple[Station, ...]
    buffers: tuple[Buffer, ...]
    transports: tuple[Transport, ...]
    flows: tuple[Flow, ...]
    variants: tuple[Variant, ...]
    losses: tuple[Loss, ...]
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
