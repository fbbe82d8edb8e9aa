"""Ranking and selection: from many designs to the best, with a bound on the chance of being wrong.

Every look simulates all designs still in the race over fresh, common random numbers, each look longer than the last.
Before a look one design is the champion, named by earlier looks alone. A design is dropped when its paired difference
to the champion is below zero with confidence. The truly best design is lost in a look only if this one comparison,
of it with the champion, fails: however many designs there are, that chance is the level of the comparison. After a
look the best so far is taken when no design left can be better by more than the indifference; as it is named by the
same look, this bound holds over all designs left at once (Bonferroni). Levels of all looks add up to 1 - certainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import stdtrit

from .judge import Judge
from .space import Design

LOOKS = 12
ALONE = 4  # steps of effort by which one design is run longer than many side by side
SPARE = 1.3  # how much longer than needed a look is made

Worth = Callable[[Sequence[Design], Any], Any]  # (designs, parts an hour by design and replication) -> value


@dataclass(frozen=True)
class Look:
    """One look at all designs in the race."""

    designs: int
    left: int
    parts: int


@dataclass
class Choice:
    """The design taken and what is known about it.

    sure      the indifference was reached before the limit of parts
    within    value by which a design looked at may at most be better, with the certainty asked for
    rivals    designs not told apart from it: difference of value to it and half its interval
    """

    design: Design
    sure: bool = False
    within: float = math.inf
    rivals: list[tuple[Design, float, float]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    met: bool = True  # the output to reach is reached
    per_h: float = 0.0  # output by the last look; only where the output itself was asked for


class Race:
    """Replications that no look has used yet, and what all looks together say of each design."""

    def __init__(self, judge: Judge, first: int, share: float) -> None:
        self.judge, self.first, self.effort = judge, first, 0
        self.share = share  # of the limit of parts that may be spent by its end
        self.sums: dict[Design, tuple[float, float]] = {}
        self.looks: list[Look] = []

    def may(self, designs: int) -> bool:
        """Another look stays inside the limits."""
        if not self.looks:
            return True
        return len(self.looks) < LOOKS and self.judge.spent_with(designs, self.effort) <= self.share

    def look(self, designs: Sequence[Design]) -> Any:
        """Parts an hour by design and replication, all of them fresh."""
        rows = self.judge.sample(designs, self.effort, self.first)
        self.first += self.judge.used(self.effort)
        weight = float(1 << self.effort)
        for design, mean in zip(designs, rows.mean(axis=1).tolist(), strict=True):
            total, weights = self.sums.get(design, (0.0, 0.0))
            self.sums[design] = (total + weight * mean, weights + weight)
        self.effort += self.judge.growth
        return rows

    def alone(self, design: Design) -> Any:
        """Parts an hour of one design over a long run, by fresh replications."""
        rows = self.judge.sample([design], self.effort + ALONE, self.first)
        self.first += self.judge.used(self.effort + ALONE)
        return rows

    def hasten(self, more: float) -> None:
        """The next look need be only ``more`` times the last."""
        steps = math.ceil(math.log2(max(2.0, SPARE * min(more, 1e6))))
        self.effort -= max(0, self.judge.growth - steps)

    def mean(self, design: Design) -> float:
        """Parts an hour over all looks."""
        total, weights = self.sums[design]
        return total / weights

    def note(self, designs: int, left: int) -> None:
        before = sum(look.parts for look in self.looks)
        self.looks.append(Look(designs, left, self.judge.spent.parts - before))


def paired_half(rows: Any, level: float) -> Any:
    """Half the one-sided interval of each row's mean."""
    count = rows.shape[1]
    return rows.std(axis=1, ddof=1) / math.sqrt(count) * float(stdtrit(count - 1, 1.0 - level))


def best(
    race: Race, designs: Sequence[Design], champion: Design, worth: Worth, indifferent: Callable[[float], float],
    error: float,
) -> Choice:  # fmt: skip
    """The design of the highest value. ``indifferent`` tells the value below which a difference does not matter,
    from the champion's parts an hour; ``error`` is the chance of being wrong by more than that."""
    level = error / (2 * LOOKS)
    alive = list(dict.fromkeys([champion, *designs]))
    choice = Choice(champion)
    while race.may(len(alive)):
        value = worth(alive, race.look(alive))
        apart = value - value[0]
        half = paired_half(apart, level)
        kept = (apart.mean(axis=1) + half >= 0) | (np.arange(len(alive)) == 0)
        race.note(len(alive), int(kept.sum()))
        alive = [design for design, stays in zip(alive, kept, strict=True) if stays]
        value = value[kept]
        pooled = worth(alive, np.array([[race.mean(design)] for design in alive]))[:, 0]
        top = int(np.argmax(pooled))
        choice = _judged(alive, value, top, level, indifferent(race.mean(alive[top])))
        champion = alive[top]
        if choice.sure:
            break
        race.hasten(_needed(choice, indifferent(race.mean(champion))))
        alive = [champion, *(design for design in alive if design != champion)]
    choice.looks = race.looks
    return choice


def _judged(alive: list[Design], value: Any, top: int, level: float, indifferent: float) -> Choice:
    """What one look says when ``top`` is taken."""
    apart = value - value[top]
    half = paired_half(apart, level / max(1, len(alive) - 1))
    mean = apart.mean(axis=1)
    others = [k for k in range(len(alive)) if k != top]
    within = max((float(mean[k] + half[k]) for k in others), default=0.0)
    rivals = [(alive[k], float(mean[k]), float(half[k])) for k in others if mean[k] + half[k] >= 0]
    rivals.sort(key=lambda rival: -rival[1])
    return Choice(alive[top], within <= indifferent, max(0.0, within), rivals)


def _needed(choice: Choice, indifference: float) -> float:
    """How many times longer a look must be, were its means the same, to leave the indifference."""
    left = [(half, indifference - apart) for _, apart, half in choice.rivals]
    return max(((half / room) ** 2 if room > 0 else math.inf for half, room in left), default=1.0)


def cheapest(
    race: Race, designs: Sequence[Design], anchor: Design, cost: Callable[[Design], float], reach: float, margin: float,
    error: float,
) -> Choice:  # fmt: skip
    """The cheapest design that gives ``reach`` parts an hour. With the certainty asked for it gives no less than
    ``reach - margin``, and none of the cheaper ones gives ``reach``.

    The output of a design is that of the ``anchor``, run for long, and its paired difference to it, which is known much
    better than either output. A design is dropped once it lies below the mark with confidence: the cheapest that truly
    reaches it is lost only if its own bound fails. Taken is the cheapest left once it is shown to give enough, for all
    left at once.
    """
    level = error / (4 * LOOKS)  # what drops and what shows; each of output and difference
    alive = sorted(
        dict.fromkeys([anchor, *designs]), key=lambda design: (design != anchor, cost(design), design)
    )
    choice = Choice(anchor, met=False)
    while race.may(len(alive)):
        before = len(alive)
        alone, rows = race.alone(alive[0]), race.look(alive)
        apart, known = rows - rows[0], float(paired_half(alone, level)[0])
        mean = alone.mean() + apart.mean(axis=1)
        high = mean + known + paired_half(apart, level)
        low = mean - known - paired_half(apart, level / before)
        shown = low >= reach - margin
        enough = min((cost(alive[k]) for k in range(before) if shown[k]), default=math.inf)
        kept = [k for k in range(before) if (shown[k] or high[k] >= reach) and cost(alive[k]) <= enough]
        race.note(before, len(kept))
        if not kept:
            top = int(np.argmax(mean))
            choice = Choice(alive[top], met=False, per_h=float(mean[top]))
            break
        kept.sort(key=lambda k: cost(alive[k]))
        choice = _taken(alive, kept, shown, mean, low, cost, reach)
        if choice.sure:
            break
        alive = [choice.design, *(alive[k] for k in kept if alive[k] != choice.design)]
    choice.looks = race.looks
    return choice


def _taken(
    alive: list[Design], kept: list[int], shown: Any, mean: Any, least: Any, cost: Callable[[Design], float],
    reach: float,
) -> Choice:  # fmt: skip
    """The cheapest left, of equally cheap ones that of the highest output; before it is shown the cheapest likely one.

    Its rivals are those left that cost no more.
    """
    equal = [k for k in kept if cost(alive[k]) <= cost(alive[kept[0]]) and shown[k]]
    likely = [k for k in kept if mean[k] >= reach] or kept
    take = max(equal, key=lambda k: mean[k]) if equal else likely[0]
    rivals = [
        (alive[k], float(mean[k] - mean[take]), float(mean[k] - least[k]))
        for k in kept
        if k != take and cost(alive[k]) <= cost(alive[take])
    ]
    within = max(0.0, float(reach - least[take]))
    return Choice(alive[take], bool(equal), within, rivals, per_h=float(mean[take]))
