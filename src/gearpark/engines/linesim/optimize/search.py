"""Where the best design lies, roughly: steps from design to neighbour, large at first, guided by what each single
change brings. All designs of a search are judged over the same random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .judge import Judge
from .space import Design, Space

MAX_STEPS = 200
SHARE = 1 / 3  # of the limit of parts that a search may use
TRIED = 24  # exchanges tried a step, those whose two changes promise most
PRICES, PRICED = (0.0, 8.0), 9  # powers of ten, CNY a year for one more part an hour; how many are tried
FINALISTS = 400  # neighbours of the best that go into the selection

Score = Callable[[Design, float], Any]  # (design, parts an hour) -> what is to be highest


class Search:
    """A walk through a space; ``seen`` holds the parts an hour of every design looked at."""

    def __init__(self, judge: Judge, space: Space, score: Score) -> None:
        self.judge, self.space, self.score = judge, space, score
        self.seen: dict[Design, float] = {}
        self.shift = 0.0

    def level(self, design: Design, per_h: float) -> None:
        """The output of one design is known: that of others is told by their difference to it."""
        self._look([design])
        self.shift = per_h - self.seen[design]

    def priced(self, start: Design, cost: Callable[[Design], float], reach: float) -> Design:
        """The cheapest design found that reaches an output: ``PRICES`` are tried for a part an hour up to there, by
        halving, each from the best design of the one before."""
        aim, here = self.score, start
        low, high = PRICES
        for _ in range(PRICED):
            price = 10 ** ((low + high) / 2)
            self.score = _at_price(price, cost, reach)
            here = self.run(here)
            enough = self.seen[here] + self.shift >= reach
            low, high = (low, (low + high) / 2) if enough else ((low + high) / 2, high)
        self.score = aim
        return self.run(max(self.seen, key=self._score))

    def run(self, start: Design) -> Design:
        """The best design found from ``start`` on."""
        self._look([start])
        here = start
        size = max(1, max(len(v.values) for v in self.space.variables) // 4)
        for _ in range(MAX_STEPS):
            if self.judge.spent_with(0, 0) > SHARE:
                break
            better = self._step(here, size)
            if better is not None:
                here = better
            elif size > 1:
                size //= 2
            else:
                break
        return here

    def _step(self, here: Design, size: int) -> Design | None:
        singles = [d for d in _singles(self.space, here, size) if self.space.allows(d)]
        self._look(singles)
        found = self._best(here, singles)
        if found is not None:
            return found
        pairs = self.exchanges(here, size)[:TRIED]
        self._look(pairs)
        return self._best(here, pairs)

    def _best(self, here: Design, designs: Sequence[Design]) -> Design | None:
        top = max(designs, key=self._score, default=here)
        return top if self._score(top) > self._score(here) else None

    def _score(self, design: Design) -> Any:
        return self.score(design, self.seen[design] + self.shift)

    def exchanges(self, here: Design, size: int) -> list[Design]:
        """Designs with one thing more and another less, those first whose single changes promise most."""
        changed = list(_singles(self.space, here, size))
        self._look([here, *changed])
        base = self.seen[here]
        gain = {d: self.seen[d] - base for d in changed}
        pairs: dict[Design, Any] = {}
        for one in changed:
            for other in changed:
                both = tuple(a + b - c for a, b, c in zip(one, other, here, strict=True))
                differ = sum(a != c for a, c in zip(both, here, strict=True))
                if differ == 2 and self.space.allows(both):
                    pairs[both] = self.score(both, base + self.shift + gain[one] + gain[other])
        return sorted(sorted(pairs), key=lambda d: pairs[d], reverse=True)

    def neighbours(self, here: Design) -> tuple[list[Design], int]:
        """Designs one change or one exchange away, and how many there are in all."""
        singles = [d for d in _singles(self.space, here, 1) if self.space.allows(d)]
        near = [*singles, *self.exchanges(here, 1)]
        return near[:FINALISTS], len(near)

    def _look(self, designs: Sequence[Design]) -> None:
        fresh = [d for d in dict.fromkeys(designs) if d not in self.seen]
        if fresh:
            means = self.judge.sample(fresh, 0, 0).mean(axis=1).tolist()
            self.seen.update(zip(fresh, means, strict=True))


def _at_price(price: float, cost: Callable[[Design], float], reach: float) -> Score:
    return lambda design, per_h: price * min(per_h, reach) - cost(design)


def _singles(space: Space, here: Design, size: int) -> Iterator[Design]:
    """One variable more or less, allowed by the totals or not."""
    for k, variable in enumerate(space.variables):
        for step in (size, -size):
            if 0 <= here[k] + step < len(variable.values):
                yield (*here[:k], here[k] + step, *here[k + 1 :])
