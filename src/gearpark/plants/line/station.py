"""A station: works on one part at a time, breaks on busy time, changes tools, sets up for another variant."""

from __future__ import annotations

from gearpark.engines.lines import Operation
from gearpark.engines.lines import Station as StationPlan

from .behaviour import Alarm, shop, stream
from .board import SECOND_US
from .parts import Part
from .quality import RESULTS, STRAY, make, measure, modelled
from .tools import ToolSet, segments
from .world import World

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
        self.operation = _operation(plan, line)
        self.by = shop().types[plan.type]
        self.rng = stream(line.seed, line.line_id, plan.code, "work")
        self.clocks = line.clocks(plan.code, plan.type)
        mark = f"{line.line_id.upper().replace('-', '')}-{plan.code.upper()}"
        self.tools = ToolSet(line.template, self.operation, mark, self.rng, line.first_number // 10)
        self.lives, self.used = self.tools.lives, self.tools.used
        self.segments = segments(self.operation, self.by.steps)
        self.makes = modelled(line.template, line.template.made_by(plan.op))
        self.offsets = [self.rng.gauss(0, m.station) for _, m in self.makes]
        self.measures = modelled(line.template, line.template.measured_by(plan.code))
        self.readings = self.by.readings if self.operation.is_test else {}
        signals = {s.name for s in line.template.signals_of(plan.code)}
        self.results = sorted(RESULTS & signals)
        self.tells_step, self.tells_tool = "process_step" in signals, "tool" in signals
        self.materials = [m for m in line.template.materials if m.op == plan.op]
        self.gauge = " ".join(f"{g.upper()}-{mark}" for g in self.operation.gauge_classes)
        self.mark = mark
        self.part: Part | None = None
        self.phase = "empty"
        self.down = False
        self.reserved_in = self.reserved_out = False
        self.variant = line.orders.variant.code
        self.segment, self.segment_left_us, self.resumed_us = 0, 0, 0
        self.cycle_us = self.phase_until_us = self.done_us = self.empty_us = 0
        self.slow_until_us, self.slow_factor = 0, 1.0
        self.scrap_next = 0
        self.drift = 0.0
        self.token = 0

    # -- parts in and out -------------------------------------------------------------------------------------

    def place(self, now: int, part: Part) -> None:
        """A transport put a part in."""
        self.part, self.phase, self.reserved_in = part, "loaded", False
        self._show_part(now, part.serial, part.order)
        self.start(now)

    def take(self, now: int) -> Part:
        """A transport takes the finished part."""
        part = self.part
        assert part is not None
        self.part, self.phase, self.reserved_out, self.empty_us = None, "empty", False, now
        self._show_part(now, "", "")
        return part

    def _show_part(self, now: int, serial: str, order: str) -> None:
        board, code = self.line.board, self.code
        board.put(now, code, "part_serial", serial)
        board.put(now, code, "work_order", order)
        if serial:
            board.put(now, code, "part_result", "")
            board.put(now, code, "scrap_reason", "")

    @property
    def ready(self) -> bool:
        """Can a transport fetch the finished part now?"""
        return self.phase == "done" and not self.down and not self.reserved_out

    def free_for(self, part: Part | None) -> bool:
        """Can a transport bring a part now?"""
        return self.phase == "empty" and not self.down and not self.reserved_in

    def peek(self) -> Part | None:
        """The part that would be taken next."""
        return self.part if self.ready else None

    @property
    def rank(self) -> tuple[int, int]:
        """Among parallel stations the lowest is served first: the one that has waited longest."""
        return 0, self.empty_us

    def promise_in(self, part: Part) -> None:
        self.reserved_in = True

    def promise_out(self) -> None:
        self.reserved_out = True

    # -- work -------------------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """Begin what the loaded part needs next: set-up, tool change or the cycle itself."""
        part = self.part
        if self.phase != "loaded" or self.down or part is None or not self.line.working:
            return
        if part.variant.code != self.variant:
            self.variant = part.variant.code
            if self.operation.setup_s > 0:
                length = self.operation.setup_s * self.rng.uniform(0.85, 1.25)
                self._pause(now, "setup", length, SETUP_ALARM)
                return
        worn = self.tools.worn()
        if worn:
            self._pause(now, "tool", self.tools.change(worn), TOOL_ALARM)
            return
        self._begin(now, part.variant.cycle_factor)

    def _pause(self, now: int, phase: str, length_s: float, alarm: Alarm) -> None:
        self.phase = phase
        self.token += 1
        self.phase_until_us = now + int(length_s * SECOND_US)
        self.line.alarm(now, self.code, alarm)
        self._step(now, self.by.step_setup if phase == "setup" else self.by.step_tool)
        self.line.at(self.phase_until_us, self._paused, self.token)

    def _paused(self, now: int, token: int) -> None:
        if token == self.token and not self.down:
            self.phase = "loaded"
            self.line.alarm(now, self.code, None)
            self._step(now, "")
            self.start(now)

    def _begin(self, now: int, variant_factor: float) -> None:
        operation, board = self.operation, self.line.board
        spread = self.rng.triangular(0.0, shop().cycle_spread, 0.0)
        factor = self.line.pace.cycle_factor
        if operation.batch == 1 and operation.tool_classes:
            factor *= variant_factor
        if now < self.slow_until_us:
            factor *= self.slow_factor
        self.cycle_us = int(self.plan.ideal_cycle_s * SECOND_US * factor * (1 + spread))
        self.phase = "busy"
        board.put(now, self.code, "program", operation.program_of(self.variant))
        board.put(now, self.code, "fixture", f"FX-{self.mark}-{self.variant}")
        for signal, value in (("material_lot", self._lots(now)), ("gauge_id", self.gauge)):
            if value:
                board.put(now, self.code, signal, value)
        if self.segments[0].tool is None and self.lives:
            self._show_tool(now, 0)
        self._segment(now, 0)

    def _lots(self, now: int) -> str:
        """Lots the part takes material from, separated by a space."""
        return " ".join(self.line.lots.consume(m, now) for m in self.materials)

    def _show_tool(self, now: int, index: int) -> None:
        if self.tells_tool:  # told anew for every part: a use of the tool
            self.line.board.tell(now, self.code, "tool", self.tools.classes[index].code)
            self.line.board.put(now, self.code, "tool_serial", self.tools.serial(index))
            self.line.board.put(now, self.code, "tool_life", self.tools.left(index))

    def _step(self, now: int, step: str) -> None:
        if self.tells_step:
            self.line.board.put(now, self.code, "process_step", step)

    def _segment(self, now: int, index: int) -> None:
        part = self.segments[index]
        self.segment = index
        self.segment_left_us = max(int(self.cycle_us * part.share), _MIN_SEGMENT_US)
        if part.tool is not None:
            self._show_tool(now, part.tool)
        self._step(now, part.step)
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
        tool = self.segments[self.segment].tool
        if tool is not None:
            self.used[tool] += 1
        if self.segment + 1 < len(self.segments):
            self._segment(now, self.segment + 1)
            return
        if tool is None:
            for i in range(len(self.used)):
                self.used[i] += 1
        self._step(now, "")
        self._finish(now)

    def _finish(self, now: int) -> None:
        part = self.part
        assert part is not None
        self.phase, self.done_us = "done", now
        self.finish_part(now, part)
        board, bad = self.line.board, part.scrap.startswith(f"{self.code}:")
        board.tell(now, self.code, "part_result", "NOK" if bad else "OK")
        board.put(now, self.code, "scrap_reason", part.scrap.partition(":")[2] if bad else "")

    def finish_part(self, now: int, part: Part, charge: float = 0.0) -> None:
        """What the operation leaves on one part, and whether it is good."""
        board = self.line.board
        part.route[self.plan.op] = self.code
        make(self, part, now, charge)
        if self.operation.is_test:
            measure(self, part, now)
        elif self.scrap_next > 0:
            self.scrap_next -= 1
            part.scrap = f"{self.code}:{STRAY}"
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
            return
        if self.phase in ("setup", "tool"):
            self.phase = "loaded"
            self._step(now, "")
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
        """How far the current stretch of the cycle is, 0..1."""
        whole = max(self.cycle_us * self.segments[self.segment].share, 1.0)
        left = self.segment_left_us - (now - self.resumed_us if not self.down else 0)
        return min(max(1 - left / whole, 0.0), 1.0)


def _operation(plan: StationPlan, line: World) -> Operation:
    found = line.template.operation(plan.op)
    if found is not None:
        return found
    return Operation(plan.op, plan.group, plan.title_en, plan.title_zh, plan.ideal_cycle_s, batch=plan.batch)
