"""A station: works on one part at a time, breaks on busy time, changes tools, sets up for another variant."""

from __future__ import annotations

from gearpark.engines.lines import Station as StationPlan

from .board import SECOND_US
from .gauges import cut, leak_test, measure
from .parts import Part
from .shop import Alarm, shop, stream
from .unit import Clocks
from .world import World

_MACHINING = "machining-centre"
_MIN_SEGMENT_US = SECOND_US
TOOL_ALARM = Alarm("TL-1001", "Tool life reached / 刀具寿命到", 1.0)
SETUP_ALARM = Alarm("SU-0001", "Change-over / 换型", 1.0)


class StationUnit:
    """Live state of one station.

    phase  empty, loaded (waits for its cycle), busy, setup, tool, done (waits to be unloaded)
    """

    def __init__(self, plan: StationPlan, line: World) -> None:
        self.plan, self.line = plan, line
        self.code, self.group = plan.code, plan.group
        known = shop()
        self.rng = stream(line.seed, line.line_id, plan.code, "work")
        self.clocks = Clocks(known.reliability[plan.type], stream(line.seed, line.line_id, plan.code, "fail"))
        self.machining = plan.type == _MACHINING
        self.tools = known.tools if self.machining else (("", 1.0, 0.0, 0.0),)
        low, high = known.tool_life_parts
        self.lives = [self.rng.randint(low, high) for _ in self.tools]
        self.used = [self.rng.randint(0, life - 1) for life in self.lives]
        self.offset_um = [self.rng.gauss(0, 1.2) for _ in range(4)]
        self.part: Part | None = None
        self.phase = "empty"
        self.down = False
        self.reserved_in = self.reserved_out = False
        self.variant = line.orders.variant.code
        self.segment, self.segment_left_us, self.resumed_us = 0, 0, 0
        self.cycle_us = 0
        self.phase_until_us = 0
        self.done_us = 0
        self.empty_us = 0
        self.slow_until_us, self.slow_factor = 0, 1.0
        self.scrap_next = 0
        self.drift_um = 0.0
        self.token = 0

    # -- parts in and out -------------------------------------------------------------------------------------

    def place(self, now: int, part: Part) -> None:
        """A transport put a part in."""
        self.part, self.phase, self.reserved_in = part, "loaded", False
        self.line.board.put(now, self.code, "part_serial", part.serial)
        self.start(now)

    def take(self, now: int) -> Part:
        """A transport takes the finished part."""
        part = self.part
        assert part is not None
        self.part, self.phase, self.reserved_out, self.empty_us = None, "empty", False, now
        self.line.board.put(now, self.code, "part_serial", "")
        return part

    @property
    def free(self) -> bool:
        """Can a transport bring a part now?"""
        return self.phase == "empty" and not self.down and not self.reserved_in

    @property
    def ready(self) -> bool:
        """Can a transport fetch the finished part now?"""
        return self.phase == "done" and not self.down and not self.reserved_out

    # -- work -------------------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """Begin what the loaded part needs next: set-up, tool change or the cycle itself."""
        part = self.part
        if self.phase != "loaded" or self.down or part is None or not self.line.working:
            return
        known = shop()
        if part.variant.code != self.variant:
            self._pause(
                now, "setup", known.setup_s[self.plan.type] * self.rng.uniform(0.85, 1.25), SETUP_ALARM
            )
            self.variant = part.variant.code
            return
        worn = [i for i, used in enumerate(self.used) if used >= self.lives[i]] if self.machining else []
        if worn:
            self._pause(now, "tool", known.tool_change_s * (1 + 0.35 * (len(worn) - 1)), TOOL_ALARM)
            for i in worn:
                self.used[i] = 0
            return
        self._begin(now, part)

    def _pause(self, now: int, phase: str, length_s: float, alarm: Alarm) -> None:
        self.phase = phase
        self.token += 1
        self.phase_until_us = now + int(length_s * SECOND_US)
        self.line.alarm(now, self.code, alarm)
        self.line.at(self.phase_until_us, self._paused, self.token)

    def _paused(self, now: int, token: int) -> None:
        if token == self.token and not self.down:
            self.phase = "loaded"
            self.line.alarm(now, self.code, None)
            self.start(now)

    def _begin(self, now: int, part: Part) -> None:
        spread = self.rng.triangular(0.0, shop().cycle_spread, 0.0)
        factor = part.variant.cycle_factor if self.machining else 1.0
        if now < self.slow_until_us:
            factor *= self.slow_factor
        self.cycle_us = int(self.plan.ideal_cycle_s * SECOND_US * factor * (1 + spread))
        self.phase = "busy"
        self.line.board.put(now, self.code, "program", f"{part.variant.code}-OP{self.plan.op}")
        self._segment(now, 0)

    def _segment(self, now: int, index: int) -> None:
        name, share, _, _ = self.tools[index]
        self.segment = index
        self.segment_left_us = max(int(self.cycle_us * share), _MIN_SEGMENT_US)
        if name:
            self.line.board.put(now, self.code, "tool", name)
            left = 100.0 * (1 - self.used[index] / self.lives[index])
            self.line.board.put(now, self.code, "tool_life", round(max(left, 0.0), 1))
        self._run(now)

    def _run(self, now: int) -> None:
        self.resumed_us = now
        self.token += 1
        due = self.clocks.left_us()
        if due < self.segment_left_us:
            self.line.at(now + max(due, 1), self._interrupted, self.token)
        else:
            self.line.at(now + self.segment_left_us, self._segment_done, self.token)

    def _worked(self, now: int) -> None:
        spent = now - self.resumed_us
        self.segment_left_us = max(self.segment_left_us - spent, 1)
        self.clocks.worked(spent)

    def _segment_done(self, now: int, token: int) -> None:
        if token != self.token or self.down:
            return
        self._worked(now)
        self.used[self.segment] += 1
        if self.segment + 1 < len(self.tools):
            self._segment(now, self.segment + 1)
        else:
            self._finish(now)

    def _finish(self, now: int) -> None:
        part, board = self.part, self.line.board
        assert part is not None
        self.phase, self.done_us = "done", now
        part.route[self.plan.op] = self.code
        if self.plan.type == _MACHINING:
            cut(self, part, now)
        elif self.plan.type == "leak-tester":
            leak_test(self, part, now)
        elif self.plan.type == "cmm":
            measure(self, part, now)
        if self.scrap_next > 0 and not part.scrap:
            self.scrap_next -= 1
            part.scrap = f"{self.code}:injected"
        board.add(now, self.code, "part_count")
        bad = part.scrap.startswith(f"{self.code}:")
        board.add(now, self.code, "scrap_count" if bad else "good_count")

    # -- interruptions ----------------------------------------------------------------------------------------

    def _interrupted(self, now: int, token: int) -> None:
        if token != self.token or self.down:
            return
        self._worked(now)
        stop = self.clocks.stop()
        self._stop(now, stop.length_us, stop.alarm)

    def break_down(self, now: int, length_us: int, alarm: Alarm) -> None:
        """Break now, whatever it does (fault injection); a longer stop under way is kept."""
        if self.phase == "busy" and not self.down:
            self._worked(now)
        self._stop(now, length_us, alarm)

    def _stop(self, now: int, length_us: int, alarm: Alarm) -> None:
        self.down = True
        self.token += 1
        self.line.alarm(now, self.code, alarm)
        self.line.at(now + length_us, self._repaired, self.token)

    def _repaired(self, now: int, token: int) -> None:
        if token != self.token:
            return
        self.down = False
        self.line.alarm(now, self.code, None)
        if self.phase == "busy":
            self._run(now)
        elif self.phase in ("setup", "tool"):
            self.phase = "loaded"
            self.start(now)
        else:
            self.start(now)

    # -- what it shows ----------------------------------------------------------------------------------------

    def state(self) -> str:
        """running, starved, blocked, setup, down or off."""
        if self.down:
            return "down"
        if self.phase == "busy":
            return "running"
        if self.phase in ("setup", "tool"):
            return "setup"
        if not self.line.working:
            return "off"
        if self.phase == "empty":
            return "running" if self.reserved_in or self.line.coming(self.group) else "starved"
        if self.phase == "done":
            return "running" if self.reserved_out or self.line.going(self) else "blocked"
        return "running"

    def segment_share(self, now: int) -> float:
        """How far the current tool's work is, 0..1."""
        whole = max(self.cycle_us * self.tools[self.segment][1], 1.0)
        left = self.segment_left_us - (now - self.resumed_us if not self.down else 0)
        return min(max(1 - left / whole, 0.0), 1.0)
