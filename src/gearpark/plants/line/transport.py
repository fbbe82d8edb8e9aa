"""Gantries, robots, cranes and conveyors: fetch a part, carry it, put it down. One part at a time."""

from __future__ import annotations

from dataclasses import dataclass

from gearpark.engines.lines import Flow
from gearpark.engines.lines import Transport as TransportPlan

from .behaviour import Alarm, stream
from .board import SECOND_US
from .parts import Part
from .places import BufferUnit
from .station import StationUnit
from .world import World

_HANDLE_SHARE = 0.25  # of move_s: closing or opening the gripper and the vertical stroke
_JITTER = 0.12
Place = StationUnit | BufferUnit


@dataclass(slots=True)
class Leg:
    """One stretch of movement, for drawing: position at any time is linear between the ends."""

    from_share: float
    to_share: float
    start_us: int
    end_us: int

    def at(self, now: int) -> float:
        if now >= self.end_us or self.end_us <= self.start_us:
            return self.to_share
        part = max(now - self.start_us, 0) / (self.end_us - self.start_us)
        return self.from_share + (self.to_share - self.from_share) * part


@dataclass(slots=True)
class Task:
    source: Place
    target: Place | None  # None: the scrap chute
    part: Part | None = None


class TransportUnit:
    """Live state of one gantry or robot."""

    def __init__(self, plan: TransportPlan, line: World, flows: list[Flow]) -> None:
        self.plan, self.line, self.code = plan, line, plan.code
        self.flows = list(reversed(flows))  # downstream first empties the line before it fills it
        self.rng = stream(line.seed, line.line_id, plan.code, "work")
        self.clocks = line.clocks(plan.code, plan.type)
        self.task: Task | None = None
        self.down = False
        self.token = 0
        self.leg = Leg(0.0, 0.0, 0, 0)
        self.slow_until_us, self.slow_factor = 0, 1.0
        self._shares = _shares(plan, line, flows)

    def dispatch(self, now: int) -> bool:
        """Start the most downstream move that is possible; True when one was started."""
        if self.task or self.down or not self.line.working:
            return False
        for flow in self.flows:
            source = self.line.ready_source(flow)
            part = source.peek() if source is not None else None
            if part is None:
                continue
            target = None if part.scrap else self.line.free_target(now, flow, part)
            if target is not None or part.scrap:
                self._start(now, Task(source, target), part)
                return True
        return False

    def _start(self, now: int, task: Task, part: Part) -> None:
        self.task = task
        task.source.promise_out()
        if task.target is not None:
            task.target.promise_in(part)
        if self.clocks.left_us() < int(self.plan.move_s * SECOND_US):
            stop = self.clocks.stop()
            self.break_down(now, stop.length_us, stop.alarm)
        else:
            self._approach(now)

    def _approach(self, now: int) -> None:
        assert self.task is not None
        self._move(now, self._shares[self.task.source.code], self._pick)

    def _move(self, now: int, to_share: float, then: object) -> None:
        here = self.leg.at(now)
        pace = self.plan.move_s * (1 + self.rng.uniform(-_JITTER, _JITTER))
        if now < self.slow_until_us:
            pace *= self.slow_factor
        travel_us = int(abs(to_share - here) * pace * SECOND_US)
        self.leg = Leg(here, to_share, now, now + travel_us)
        length_us = travel_us + int(pace * _HANDLE_SHARE * SECOND_US)
        self.clocks.worked(length_us)
        self.token += 1
        self.line.at(now + length_us, then, self.token)

    def _pick(self, now: int, token: int) -> None:
        task = self.task
        if token != self.token or self.down or task is None:
            return
        task.part = task.source.take(now)
        self.line.board.put(now, self.code, "gripper", "closed")
        self.line.board.put(now, self.code, "part_serial", task.part.serial)
        self._move(now, self._target_share(task), self._put)

    def _put(self, now: int, token: int) -> None:
        task, board = self.task, self.line.board
        if token != self.token or self.down or task is None or task.part is None:
            return
        if task.target is None:
            self.line.scrapped.append(task.part)
        else:
            task.target.place(now, task.part)
        self.task = None
        board.put(now, self.code, "gripper", "open")
        board.put(now, self.code, "part_serial", "")
        board.add(now, self.code, "part_count")
        board.add(now, self.code, "good_count")

    def _target_share(self, task: Task) -> float:
        return self._shares[task.target.code] if task.target is not None else self._shares[task.source.code]

    def break_down(self, now: int, length_us: int, alarm: Alarm) -> None:
        """Stop for ``length_us``; a part in the gripper stays there."""
        self.down = True
        self.token += 1
        here = self.leg.at(now)
        self.leg = Leg(here, here, now, now)
        self.line.alarm(now, self.code, alarm)
        self.line.at(now + length_us, self._repaired, self.token)

    def _repaired(self, now: int, token: int) -> None:
        if token != self.token:
            return
        self.down = False
        self.line.alarm(now, self.code, None)
        if self.task is not None and self.task.part is None:
            self._approach(now)
        elif self.task is not None:
            self._move(now, self._target_share(self.task), self._put)

    def serves(self, place: Place) -> bool:
        return self.task is not None and (self.task.source is place or self.task.target is place)

    def state(self) -> str:
        if self.down:
            return "down"
        if self.task:
            return "running"
        if not self.line.working:
            return "off"
        return "idle"


def _shares(plan: TransportPlan, line: World, flows: list[Flow]) -> dict[str, float]:
    """Where each place lies on the rail (or, for a robot, on its swing), 0..1."""
    codes = [code for f in flows for end in (f.source, f.target) for code in line.template.ends_of(end)]
    places = {code: line.template.device(code).place for code in codes}
    if plan.rail is not None:
        return {code: plan.rail.share_of(p.x, p.y) for code, p in places.items()}
    xs = sorted({p.x for p in places.values()})
    return {code: xs.index(p.x) / max(len(xs) - 1, 1) for code, p in places.items()}
