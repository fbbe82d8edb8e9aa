"""AGVs and carts: bring trays of blanks from the store, take trays of finished parts to the store, charge, wait."""

from __future__ import annotations

from collections.abc import Callable

from gearpark.engines.lines import STORE, Rail, Use
from gearpark.engines.lines import Transport as TransportPlan

from .behaviour import Alarm, shop, stream
from .board import SECOND_US
from .parts import Part
from .transport import Leg
from .world import World

_LOOP_FACTOR = 2.0  # a whole loop takes this many ``move_s``
_LOW_BATTERY = 30.0
_FULL_BATTERY = 96.0
_DRAIN_PER_LOOP = 1.1  # per cent
_CHARGE_PER_MIN = 2.4  # per cent


class VehicleUnit:
    """Live state of one AGV. ``task``: wait, charge, fetch-blanks, bring-blanks, fetch-finished, bring-finished."""

    def __init__(self, plan: TransportPlan, line: World, index: int) -> None:
        assert plan.rail is not None
        self.plan, self.line, self.code = plan, line, plan.code
        self.rail: Rail = plan.rail
        self.rng = stream(line.seed, line.line_id, plan.code, "work")
        self.clocks = line.clocks(plan.code, plan.type)
        self.tray_in = _tray(line, Use.INBOUND, line.infeed.plan.capacity)
        self.tray_out = _tray(line, Use.OUTBOUND, line.outfeed.plan.capacity)
        self.stops = {name: self.rail.share_of(*xy) for name, xy in line.template.stops.items()}
        start = (self.stops[STORE] + 0.06 * (1 if index else -1)) % 1.0
        self.leg = Leg(start, start, 0, 0)
        self.load: list[Part] = []
        self.task = "wait"
        self.down = False
        self.battery = self.rng.uniform(55, 95)
        self.token = 0
        self._then: Callable[[int], None] | None = None
        self.slow_until_us, self.slow_factor = 0, 1.0

    def share_at(self, now: int) -> float:
        """Place on the loop, 0..1."""
        return self.leg.at(now) % 1.0

    def dispatch(self, now: int) -> bool:
        """Take on a trip when there is one; True when one was started."""
        if self.task != "wait" or self.down:
            return False
        line = self.line
        if self.battery < _LOW_BATTERY:
            self._do(now, "charge", STORE, self._charge)
            return True
        if line.outfeed.stock >= self.tray_out and not line.trip_out:
            line.trip_out = True
            self._do(now, "fetch-finished", line.outfeed.code, self._load_finished)
            return True
        if line.infeed.room >= self.tray_in and not line.trip_in and now >= line.no_blanks_until_us:
            line.trip_in = True
            line.infeed.coming += self.tray_in
            self._do(now, "fetch-blanks", STORE, self._load_blanks)
            return True
        return False

    # -- driving ----------------------------------------------------------------------------------------------

    def _do(self, now: int, task: str, stop: str, then: Callable[[int], None]) -> None:
        """Drive on clockwise to a stop, hand over there, then go on with ``then``."""
        self.task = task
        self.line.board.put(now, self.code, "task", task)
        here = self.share_at(now)
        there = here + (self.stops[stop] - here) % 1.0
        loop_us = (
            self.plan.move_s
            * _LOOP_FACTOR
            * SECOND_US
            * (self.slow_factor if now < self.slow_until_us else 1)
        )
        drive_us = int((there - here) * loop_us)
        self._then = then
        self.battery = max(self.battery - (there - here) * _DRAIN_PER_LOOP, 1.0)
        self.line.board.put(now, self.code, "battery", round(self.battery, 1))
        self.leg = Leg(here, there, now, now + drive_us)
        self.clocks.worked(drive_us)
        self.token += 1
        self.line.at(now + drive_us + int(shop().handover_s * SECOND_US), self._arrived, self.token)
        if self.clocks.left_us() <= 0:
            stop_ = self.clocks.stop()
            self.break_down(now + 1, stop_.length_us, stop_.alarm)

    def _arrived(self, now: int, token: int) -> None:
        if token == self.token and not self.down and self._then is not None:
            then, self._then = self._then, None
            then(now)

    def _load_blanks(self, now: int) -> None:
        self.load = [self.line.orders.blank(now) for _ in range(self.tray_in)]
        self._carry(now, "bring-blanks", self.line.infeed.code, self._unload_blanks)

    def _unload_blanks(self, now: int) -> None:
        for part in self.load:
            self.line.infeed.place(now, part)
        self.line.trip_in = False
        self._empty(now)

    def _load_finished(self, now: int) -> None:
        count = min(self.tray_out, self.line.outfeed.stock)
        self.line.outfeed.leaving += count
        self.load = [self.line.outfeed.take(now) for _ in range(count)]
        self.line.trip_out = False
        self._carry(now, "bring-finished", STORE, self._unload_finished)

    def _unload_finished(self, now: int) -> None:
        self.line.delivered += len(self.load)
        self._empty(now)

    def _carry(self, now: int, task: str, stop: str, then: Callable[[int], None]) -> None:
        self.line.board.put(now, self.code, "part_serial", self.load[0].serial if self.load else "")
        self._do(now, task, stop, then)

    def _empty(self, now: int) -> None:
        board = self.line.board
        board.add(now, self.code, "part_count", len(self.load))
        board.add(now, self.code, "good_count", len(self.load))
        board.put(now, self.code, "part_serial", "")
        self.load = []
        self._wait(now)

    def _charge(self, now: int) -> None:
        minutes = (_FULL_BATTERY - self.battery) / _CHARGE_PER_MIN
        self.token += 1
        self._then = self._charged
        self.line.at(now + int(minutes * 60 * SECOND_US), self._arrived, self.token)

    def _charged(self, now: int) -> None:
        self.battery = _FULL_BATTERY
        self.line.board.put(now, self.code, "battery", self.battery)
        self._wait(now)

    def _wait(self, now: int) -> None:
        self.task = "wait"
        self.line.board.put(now, self.code, "task", "wait")

    # -- interruptions ----------------------------------------------------------------------------------------

    def break_down(self, now: int, length_us: int, alarm: Alarm) -> None:
        """Stand still for ``length_us``; the trip goes on afterwards."""
        left_us = max(self.leg.end_us - now, 0)
        here = self.leg.at(now)
        self.down = True
        self.token += 1
        self.line.alarm(now, self.code, alarm)
        there = self.leg.to_share
        self.leg = Leg(here, here, now, now)
        self.line.at(now + length_us, self._repaired, (self.token, there, left_us))

    def _repaired(self, now: int, memory: tuple[int, float, int]) -> None:
        token, there, left_us = memory
        if token != self.token:
            return
        self.down = False
        self.line.alarm(now, self.code, None)
        if self._then is not None:
            self.leg = Leg(self.leg.to_share, there, now, now + left_us)
            self.token += 1
            self.line.at(now + left_us + int(shop().handover_s * SECOND_US), self._arrived, self.token)

    def state(self) -> str:
        if self.down:
            return "down"
        return "idle" if self.task in ("wait", "charge") else "running"


def _tray(line: World, use: Use, room: int) -> int:
    """Parts a trip carries."""
    found = next((c.parts for c in line.template.containers if c.use is use), 1)
    return min(found, room)
