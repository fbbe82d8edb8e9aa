"""One simulated line: the event heap, the flow rules, and the shift calendar."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.wire import SignalKind
from gearpark.engines.calendars import ShiftCalendar, calendar_from, shipped
from gearpark.engines.lines import (
    STORE,
    Commissioning,
    Flow,
    LineTemplate,
    Phase,
    Reliability,
    Role,
    template,
)

from .behaviour import Alarm, shop, stream
from .board import SECOND_US, Board, Change
from .charge import ChargeUnit
from .knobs import Injection
from .parts import LotBook, OrderBook, Part
from .places import BufferUnit
from .station import StationUnit
from .transport import Place, TransportUnit
from .unit import Clocks
from .vehicle import VehicleUnit

MAX_EVENTS_PER_RUN = 50_000_000  # a loop without progress in time is a bug, not a long day
SERIALS_A_BEGINNING = 1000  # numbers kept free between two beginnings of a line's simulation
BEGINNINGS = 90
_BEGINNING_US = 8 * 3600 * SECOND_US
_CALENDAR_AHEAD_US = 8 * 86_400 * SECOND_US
_INJECTED = Alarm("INJ-0001", "Injected fault / 注入故障", 1.0)
_SLOW_FACTOR = 1.5
_FIRST_FILL = 4  # parts in each inner buffer when a simulation begins
_UNNAMED = Reliability("", 60.0, 15.0, 12.0, 45.0)  # of a type the line type says nothing of

Unit = StationUnit | BufferUnit | TransportUnit | VehicleUnit


class SimulatedLine:
    """Simulates one line of any type from ``start_us`` on. Deterministic: same arguments, same changes."""

    def __init__(self, line_id: str, *, seed: int, start_us: int, code: str = "housing-machining") -> None:
        self.line_id, self.seed, self.start_us, self.now_us = (
            line_id,
            f"{seed}@{start_us}",
            start_us,
            start_us,
        )
        self.template: LineTemplate = template(code)
        self.calendar: ShiftCalendar = calendar_from(shipped(self.template.calendar))
        commissioned = self.template.phase is Phase.COMMISSIONING
        self.pace = self.template.commissioning if commissioned else Commissioning()
        self.board = Board([d.code for d in self.template.devices])
        self._heap: list[tuple[int, int, Callable[[int, Any], None], Any]] = []
        self._order = 0
        number = line_id.upper()
        self.first_number = start_us // _BEGINNING_US % BEGINNINGS * SERIALS_A_BEGINNING
        low, high = (max(round(self.template.plan_per_shift * s), 1) for s in shop().order_shifts)
        of_line = partial(stream, seed, line_id)
        self.orders = OrderBook(number, self.template.variants, (low, high), of_line, self.first_number)
        self.lots = LotBook(number, partial(stream, self.seed, line_id), self.first_number // 10)
        self.scrapped: list[Part] = []
        self.delivered = 0
        self.trip_in = self.trip_out = False
        self.no_blanks_until_us = 0
        self.working = True
        self._planned_until_us = start_us
        self.stations = {
            s.code: (ChargeUnit if s.batch > 1 else StationUnit)(s, self) for s in self.template.stations
        }
        self.buffers = {b.code: BufferUnit(b, self) for b in self.template.buffers}
        self._wire()
        self._plan_shifts(start_us)
        self._supply_rng = stream(self.seed, line_id, "supply")
        self.at(start_us + self._next_gap_us(), self._supply_gap, None)
        self._first_values(start_us)
        self._settle(start_us)

    def _wire(self) -> None:
        flows, types = self.template.flows, self.template.types
        self.groups = {g: [self.stations[s.code] for s in m] for g, m in self.template.groups.items()}
        self.flow_into = {f.target: f for f in flows}
        self.flow_from = {f.source: f for f in flows}
        self.infeed = self.buffers[self.flow_from[STORE].target]
        self.outfeed = self.buffers[self.flow_into[STORE].source]
        vehicles = [t for t in self.template.transports if types[t.type].role is Role.VEHICLE]
        self.vehicles = {t.code: VehicleUnit(t, self, i) for i, t in enumerate(vehicles)}
        self.transports = {
            t.code: TransportUnit(t, self, [f for f in flows if t.code in f.by])
            for t in self.template.transports
            if t.code not in self.vehicles
        }
        self._carrier = {f.target: self.transports[f.by[0]] for f in flows if f.by[0] in self.transports}
        self.units: dict[str, Unit] = {**self.stations, **self.buffers, **self.transports, **self.vehicles}

    def clocks(self, code: str, kind: str) -> Clocks:
        """Clocks of failure of one device."""
        known = self.template.reliability.get(kind, _UNNAMED)
        rng = stream(self.seed, self.line_id, code, "fail")
        return Clocks(known, shop().types[kind], rng, self.pace.mtbf_factor)

    # -- time -------------------------------------------------------------------------------------------------

    def at(self, at_us: int, call: Any, memory: Any) -> None:
        """Schedule ``call(at_us, memory)``; equal times keep the order of scheduling."""
        self._order += 1
        heapq.heappush(self._heap, (at_us, self._order, call, memory))

    def run_until(self, until_us: int) -> list[Change]:
        """Let everything up to and including ``until_us`` happen; the changes, in order of time."""
        heap, done = self._heap, 0
        while True:
            if self._planned_until_us <= until_us:
                self._plan_shifts(self._planned_until_us)
            if not heap or heap[0][0] > until_us:
                break
            at_us = heap[0][0]
            while heap and heap[0][0] == at_us:
                _, _, call, memory = heapq.heappop(heap)
                call(at_us, memory)
                done += 1
            if done > MAX_EVENTS_PER_RUN:
                raise Problem("plants.stuck", f"Line {self.line_id} makes no progress in time.", status=500)
            self._settle(at_us)
        self.now_us = until_us
        return self.board.take()

    def _plan_shifts(self, from_us: int) -> None:
        """Schedule the borders between planned time and breaks for the next days."""
        until = from_us + _CALENDAR_AHEAD_US
        planned = self.calendar.planned(from_us, until)
        self._planned_until_us = until
        if from_us == self.now_us:
            self.working = any(a <= from_us < b for a, b in planned)
        for a, b in planned:
            if a > from_us:
                self.at(a, self._border, True)
            if b < until:
                self.at(b, self._border, False)

    def _border(self, now: int, working: bool) -> None:
        self.working = working
        if working:
            for station in self.stations.values():
                station.start(now)

    def _settle(self, now: int) -> None:
        """Start what became possible, most downstream first, then show every state."""
        moved = True
        while moved:
            moved = False
            for unit in self._dispatchers():
                moved |= unit.dispatch(now)
        show = self.board.show
        for code, shown in self.units.items():
            show(now, code, shown.state())

    def _dispatchers(self) -> list[TransportUnit | VehicleUnit]:
        rested = sorted(self.vehicles.values(), key=lambda v: -v.battery)  # shares the trips between the AGVs
        return [*rested, *reversed(self.transports.values())]

    # -- flow rules -------------------------------------------------------------------------------------------

    def ready_source(self, flow: Flow) -> Place | None:
        """The place that has waited longest with a part for this flow, or None."""
        members = self.groups.get(flow.source)
        if members is None:
            buffer = self.buffers[flow.source]
            return buffer if buffer.ready else None
        found = None
        for station in members:
            if station.ready and (found is None or station.done_us < found.done_us):
                found = station
        return found

    def free_target(self, now: int, flow: Flow, part: Part) -> Place | None:
        """The place of this flow that takes ``part`` now, or None. Charges of another variant are closed then."""
        members = self.groups.get(flow.target)
        if members is None:
            buffer = self.buffers[flow.target]
            return buffer if buffer.free_for(part) else None
        found = min((s for s in members if s.free_for(part)), key=lambda s: s.rank, default=None)
        if found is None:
            for station in members:
                if isinstance(station, ChargeUnit) and station.free_for(None):
                    station.close(now)
        return found

    def coming(self, group: str) -> bool:
        """Is a part waiting upstream that a working transport can bring to ``group``?"""
        return not self._carrier[group].down and self.ready_source(self.flow_into[group]) is not None

    def going(self, station: StationUnit) -> bool:
        """Is there room downstream, with a working transport to get there?"""
        flow, part = self.flow_from[station.group], station.peek()
        if self._carrier[flow.target].down:
            return False
        members = self.groups.get(flow.target)
        places = members if members is not None else [self.buffers[flow.target]]
        return (part is not None and bool(part.scrap)) or any(p.free_for(part) for p in places)

    # -- what happens to it -----------------------------------------------------------------------------------

    def alarm(self, now: int, code: str, alarm: Alarm | None) -> None:
        """Raise or clear the alarm a device shows."""
        self.board.put(now, code, "alarm", alarm.code if alarm else "")
        self.board.put(now, code, "alarm_text", alarm.text if alarm else "")

    def inject(self, injection: Injection) -> None:
        """Apply a fault now. Problem ``plants.injection_target`` when it does not fit the device."""
        code = injection.asset.removeprefix(f"{self.line_id}-")
        unit = self.units.get(code)
        length_us = int(injection.amount * SECOND_US)
        if injection.kind == "no-blanks" and unit is not None:
            self.no_blanks_until_us = self.now_us + length_us
            self.at(self.no_blanks_until_us, self._nothing, None)
        elif injection.kind == "breakdown" and isinstance(unit, StationUnit | TransportUnit | VehicleUnit):
            unit.break_down(self.now_us, length_us, _INJECTED)
        elif injection.kind == "slow" and isinstance(unit, StationUnit | TransportUnit | VehicleUnit):
            unit.slow_until_us, unit.slow_factor = self.now_us + length_us, _SLOW_FACTOR
        elif injection.kind == "scrap" and isinstance(unit, StationUnit):
            unit.scrap_next = int(injection.amount)
        elif injection.kind == "drift" and isinstance(unit, StationUnit):
            unit.drift = injection.amount
        else:
            raise Problem(
                "plants.injection_target",
                f"{injection.kind!r} cannot be done to {injection.asset!r}.",
                status=422,
            )
        self._settle(self.now_us)

    def _nothing(self, now: int, memory: None) -> None:
        """An event that only lets the line settle."""

    def _next_gap_us(self) -> int:
        return int(self._supply_rng.expovariate(1.0) * shop().supply_gap_h * 3600 * SECOND_US)

    def _supply_gap(self, now: int, memory: None) -> None:
        length_us = int(shop().supply_gap_min * 60 * SECOND_US * self._supply_rng.uniform(0.5, 1.5))
        self.no_blanks_until_us = max(self.no_blanks_until_us, now + length_us)
        self.at(self.no_blanks_until_us, self._nothing, None)
        self.at(now + length_us + self._next_gap_us(), self._supply_gap, None)

    # -- looking in -------------------------------------------------------------------------------------------

    def parts_inside(self) -> list[Part]:
        """Every part in the line: stations, buffers, grippers, AGV trays."""
        found: list[Part] = []
        for station in self.stations.values():
            if isinstance(station, ChargeUnit):
                found += station.parts
            elif station.part is not None:
                found.append(station.part)
        found += [p for b in self.buffers.values() for p in b.parts]
        found += [t.task.part for t in self.transports.values() if t.task and t.task.part is not None]
        return found + [p for v in self.vehicles.values() for p in v.load]

    def _first_values(self, now: int) -> None:
        board = self.board
        for buffer in self.buffers.values():
            board.put(now, buffer.code, "capacity", float(buffer.plan.capacity))
            board.put(now, buffer.code, "level", 0.0)
            if buffer is not self.outfeed:
                for _ in range(min(_FIRST_FILL, buffer.plan.capacity)):
                    part = self.orders.blank(now)
                    buffer.promise_in(part)
                    buffer.place(now, part)
        for code in self.units:
            held = board.values[code]
            for info in self.template.signals_of(code):
                if info.kind is SignalKind.COUNTER:
                    board.put(now, code, info.name, held.get(info.name, 0.0))
                elif info.kind is not SignalKind.ANALOG and info.name not in _SHOWN_LATER:
                    board.put(now, code, info.name, held.get(info.name, ""))
        for code in self.transports:
            board.put(now, code, "gripper", "open")
        for code, vehicle in self.vehicles.items():
            board.put(now, code, "task", "wait")
            board.put(now, code, "battery", round(vehicle.battery, 1))


_SHOWN_LATER = frozenset({"item_state", "operation_mode", "packml_state", "suspend_reason"})
