"""A station that works on charges: parts are put in one by one, worked on together, taken out one by one."""

from __future__ import annotations

from collections import deque

from gearpark.engines.lines import Station as StationPlan

from .behaviour import shop
from .board import SECOND_US
from .parts import Part, local_day
from .station import StationUnit
from .world import World


class ChargeUnit(StationUnit):
    """Live state of a furnace or oven. A charge holds one variant; it starts full, when another variant waits, or after a while."""

    def __init__(self, plan: StationPlan, line: World) -> None:
        super().__init__(plan, line)
        self.parts: deque[Part] = deque()
        self.arriving: list[Part] = []  # on their way here
        self.leaving = 0
        self.closing = False
        self.charges = line.first_number // 10
        self.charge_token = 0

    # -- parts in and out -------------------------------------------------------------------------------------

    def free_for(self, part: Part | None) -> bool:
        """Is there room in a charge that part fits into?"""
        if self.down or self.closing or self.phase not in ("empty", "loaded"):
            return False
        held = [*self.parts, *self.arriving]
        return len(held) < self.plan.batch and (part is None or all(p.variant is part.variant for p in held))

    @property
    def rank(self) -> tuple[int, int]:
        """The fullest one is filled first."""
        return -len(self.parts) - len(self.arriving), self.empty_us

    def promise_in(self, part: Part) -> None:
        self.arriving.append(part)

    def place(self, now: int, part: Part) -> None:
        self.arriving.pop(next((i for i, p in enumerate(self.arriving) if p is part), 0))
        if not self.parts:
            self.charges += 1
            name = f"CH-{self.mark}-{local_day(now)}-{self.charges:04d}"
            self.line.board.put(now, self.code, "charge_id", name)
            self.charge_token += 1
            wait = self.plan.ideal_cycle_s * shop().charge_wait_share * SECOND_US
            self.line.at(now + int(wait), self._waited, self.charge_token)
        self.parts.append(part)
        self.phase = "loaded"
        self._show_charge(now)
        self.start(now)

    @property
    def ready(self) -> bool:
        return self.phase == "done" and not self.down and len(self.parts) > self.leaving

    def peek(self) -> Part | None:
        return self.parts[self.leaving] if self.ready else None

    def promise_out(self) -> None:
        self.leaving += 1

    def take(self, now: int) -> Part:
        self.leaving -= 1
        part = self.parts.popleft()
        self._show_charge(now)
        if not self.parts:
            self.phase, self.empty_us, self.closing = "empty", now, False
            self.line.board.put(now, self.code, "charge_id", "")
        return part

    def _show_charge(self, now: int) -> None:
        board = self.line.board
        board.put(now, self.code, "part_serial", " ".join(p.serial for p in self.parts))
        board.put(now, self.code, "work_order", " ".join(dict.fromkeys(p.order for p in self.parts)))
        if self.phase == "loaded":
            board.put(now, self.code, "part_result", "")

    # -- work -------------------------------------------------------------------------------------------------

    def close(self, now: int) -> None:
        """Another variant waits: the charge takes no more parts."""
        if self.phase == "loaded" and not self.closing:
            self.closing = True
            self.start(now)

    def _waited(self, now: int, token: int) -> None:
        if token == self.charge_token:
            self.close(now)

    def start(self, now: int) -> None:
        full = len(self.parts) >= self.plan.batch
        if self.phase == "loaded" and (full or self.closing) and not self.arriving:
            self.part = self.parts[0]
            super().start(now)

    def _lots(self, now: int) -> str:
        found = [self.line.lots.consume(m, now) for m in self.materials for _ in self.parts]
        return " ".join(dict.fromkeys(found))

    def _finish(self, now: int) -> None:
        self.phase, self.done_us, self.part = "done", now, None
        together = self.rng.gauss(0, 1)
        for part in self.parts:
            self.finish_part(now, part, together)
        bad = [p for p in self.parts if p.scrap.startswith(f"{self.code}:")]
        self.line.board.tell(now, self.code, "part_result", "NOK" if bad else "OK")

    def state(self) -> str:
        """As a station; filling and emptying are part of the work, unless nothing can be brought or taken away."""
        if self.down or not self.line.working or self.phase not in ("loaded", "done"):
            return super().state()
        if self.phase == "done":
            return "running" if self.leaving or self.line.going(self) else "blocked"
        return "running" if self.arriving or self.line.coming(self.group) else "starved"
