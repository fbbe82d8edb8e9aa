"""Buffers: room for parts, first in first out, with places promised to transports on their way."""

from __future__ import annotations

from collections import deque

from gearpark.engines.lines import Buffer as BufferPlan

from .parts import Part
from .world import World


class BufferUnit:
    """Live state of one buffer. Promised places (``coming``) and promised parts (``leaving``) are not given twice."""

    def __init__(self, plan: BufferPlan, line: World) -> None:
        self.plan, self.line, self.code = plan, line, plan.code
        self.parts: deque[Part] = deque()
        self.coming = self.leaving = 0

    @property
    def room(self) -> int:
        return self.plan.capacity - len(self.parts) - self.coming

    @property
    def stock(self) -> int:
        return len(self.parts) - self.leaving

    @property
    def ready(self) -> bool:
        return self.stock > 0

    def free_for(self, part: Part | None) -> bool:
        """Is there a place for one more?"""
        return self.room > 0

    def peek(self) -> Part | None:
        """The part that would be taken next."""
        return self.parts[self.leaving] if self.stock > 0 else None

    def promise_in(self, part: Part) -> None:
        self.coming += 1

    def promise_out(self) -> None:
        self.leaving += 1

    def place(self, now: int, part: Part) -> None:
        """A promised part arrives."""
        self.coming -= 1
        self.parts.append(part)
        self.line.board.add(now, self.code, "part_count")
        self.line.board.add(now, self.code, "good_count")
        self._show(now)

    def take(self, now: int) -> Part:
        """A promised part leaves."""
        self.leaving -= 1
        part = self.parts.popleft()
        self._show(now)
        return part

    def _show(self, now: int) -> None:
        board = self.line.board
        board.put(now, self.code, "level", float(len(self.parts)))
        board.put(now, self.code, "part_serial", self.parts[0].serial if self.parts else "")

    def state(self) -> str:
        if not self.parts:
            return "starved"
        return "blocked" if len(self.parts) >= self.plan.capacity else "running"
