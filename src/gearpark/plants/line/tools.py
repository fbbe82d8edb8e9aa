"""What wears in a station: one instance of each tool class of its operation, with a serial and a life of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass

from gearpark.engines.lines import LineTemplate, Operation, ToolClass

from .behaviour import shop

SECOND_CHANGE_SHARE = 0.35  # a further tool in the same stop takes so much longer


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a cycle: ``share`` of it, what is done (``step``), and which tool does it (None: no one of its own)."""

    share: float
    step: str
    tool: int | None


class ToolSet:
    """Tools of one station. ``used`` and ``lives`` count parts."""

    def __init__(
        self, template: LineTemplate, operation: Operation, mark: str, rng: random.Random, first: int
    ) -> None:
        known = {t.code: t for t in template.tool_classes}
        self.classes: list[ToolClass] = [known[code] for code in operation.tool_classes]
        self._mark, self._rng = mark, rng
        self._numbers = [first + 1] * len(self.classes)
        self.lives = [self._life(t) for t in self.classes]
        self.used = [rng.randint(0, life - 1) for life in self.lives]

    def worn(self) -> list[int]:
        """Tools whose life is over."""
        return [i for i, used in enumerate(self.used) if used >= self.lives[i]]

    def change(self, worn: list[int]) -> float:
        """Put new ones in; how long it takes, seconds."""
        longest = max(self.classes[i].change_s for i in worn)
        for i in worn:
            self.used[i] = 0
            self.lives[i] = self._life(self.classes[i])
            self._numbers[i] += 1
        return longest * (1 + SECOND_CHANGE_SHARE * (len(worn) - 1))

    def serial(self, index: int) -> str:
        """The instance in use, ``<CLASS>-<LINE AND STATION>-<nnnn>``."""
        return f"{self.classes[index].code}-{self._mark}-{self._numbers[index]:04d}"

    def left(self, index: int) -> float:
        """Life left, per cent."""
        return round(max(100.0 * (1 - self.used[index] / self.lives[index]), 0.0), 1)

    def _life(self, known: ToolClass) -> int:
        return max(round(known.life_parts * self._rng.uniform(*shop().life_spread)), 1)


def segments(operation: Operation, steps: tuple[tuple[str, float], ...]) -> tuple[Segment, ...]:
    """A cycle in stretches: by process step where the machine tells them, else by tool, else in one."""
    if steps:
        return tuple(Segment(share, name, None) for name, share in steps)
    if operation.tool_classes:
        return tuple(Segment(share, "", i) for i, share in enumerate(operation.tool_shares))
    return (Segment(1.0, "", None),)
