"""The book of losses while an account is made: one bar a (code, reason), kept apart where a person named it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .types import Loss


class Book:
    """Adds up time; ``bars()`` gives them sorted, biggest first, without empty ones."""

    def __init__(self) -> None:
        self._bars: dict[tuple[str, str, bool], tuple[list[int], Counter[tuple[str, str]]]] = {}

    def add(
        self,
        code: str,
        reason: str,
        time_us: int,
        *,
        times: int = 1,
        booked: bool = False,
        said: tuple[str, str] | None = None,
    ) -> None:
        """``said``: the machine's (state, reason) of time that a person named."""
        sums, words = self._bars.setdefault((code, reason, booked), ([0, 0], Counter()))
        sums[0] += time_us
        sums[1] += times
        if said is not None:
            words[said] += time_us

    def take(self, losses: Iterable[Loss]) -> None:
        """Add the bars of another account."""
        for loss in losses:
            self.add(loss.code, loss.reason, loss.time_us, times=loss.times, booked=loss.booked)
            words = self._bars[loss.code, loss.reason, loss.booked][1]
            for state, reason, time_us in loss.machine:
                words[state, reason] += time_us

    def bars(self) -> tuple[Loss, ...]:
        made = [
            Loss(
                code,
                reason,
                sums[0],
                sums[1],
                booked,
                tuple(
                    (state, said, time_us)
                    for (state, said), time_us in sorted(words.items(), key=lambda item: (-item[1], item[0]))
                ),
            )
            for (code, reason, booked), (sums, words) in self._bars.items()
            if sums[0]
        ]
        return tuple(sorted(made, key=lambda loss: (-loss.time_us, loss.code, loss.reason, not loss.booked)))
