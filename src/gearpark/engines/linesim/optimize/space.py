"""The designs a task allows: each a value by variable, inside the totals and the investment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gearpark.base.problems import Problem

from ..model import Document, Line, Task, Vary, build_line
from ..model.document import Path, refusal

MAX_VARIABLES = 60
MAX_BUILT = 4_000  # designs kept as built
MAX_COUNTED, MAX_SUMS = 10**15, 100_000
DUST = 1e-9
SPARED = ("optimize", "scenarios")
# What a path says that the file does not hold.
USUAL = {"buffer": 0, "machines": 1, "count": 1, "operators": 1, "batch": 1, "speed": 1}

Design = tuple[int, ...]  # index of a value, by variable


@dataclass(frozen=True)
class Variable:
    """One thing that is varied.

    amounts   what a value counts in totals and costs: the number, or its place among values that are no numbers
    now       amount the model stands at
    cost, yearly   CNY once and a year for a unit more than now
    """

    path: str
    values: tuple[Any, ...]
    amounts: tuple[float, ...]
    now: float
    cost: float
    yearly: float
    at: Path

    def invested(self, k: int) -> float:
        return self.cost * max(0.0, self.amounts[k] - self.now)

    def a_year(self, k: int) -> float:
        return self.yearly * (self.amounts[k] - self.now)


@dataclass(frozen=True)
class Bound:
    """Sum over the variables ``of`` (their numbers) of ``amounts`` by value, between ``least`` and ``most``."""

    of: tuple[int, ...]
    amounts: tuple[tuple[float, ...], ...]
    least: float
    most: float

    def holds(self, design: Sequence[int]) -> bool:
        total = sum(self.amounts[j][design[k]] for j, k in enumerate(self.of))
        return self.least - DUST <= total <= self.most + DUST


class Space:
    """The designs of a task for a line."""

    def __init__(self, line: Line, task: Task) -> None:
        self.line, self.task, self.document = line, task, line.document
        # What every design leaves out: it need not be read again for each.
        raw = {name: value for name, value in line.document.raw.items() if name not in SPARED}
        self._bare = Document(raw, line.document.lines, line.document.name)
        self.variables = tuple(self._variables())
        if len(self.variables) > MAX_VARIABLES:
            raise refusal(
                "twin.too_large",
                self.document,
                ("optimize", "vary"),
                f"at most {MAX_VARIABLES} things can be varied",
            )
        self.bounds = tuple(self._bounds())
        self._built: dict[Design, Line] = {}
        self._adds = [self._adding(k) for k in range(len(self.variables))]
        self._whole = all(a.is_integer() for rows in self._adds for row in rows for a in row)
        self.size = self.count()
        if not self.size:
            at = task.totals[0].at if task.totals else ("optimize", "vary")
            raise refusal("twin.value", self.document, at, "no design meets the totals and the investment")

    # What is varied

    def _variables(self) -> Iterator[Variable]:
        taken: dict[str, str] = {}
        for vary in self.task.vary:
            named = 0
            for path in self._paths(vary.path, vary.at):
                dotted = ".".join(path)
                if dotted in taken:
                    raise refusal(
                        "twin.name_twice",
                        self.document,
                        vary.at,
                        f"{dotted} is varied by {taken[dotted]} already",
                    )
                variable = self._variable(vary, path)
                if self._matters(variable):
                    taken[dotted] = vary.path
                    named += 1
                    yield variable
            if not named:
                raise refusal("twin.value", self.document, vary.at, "this changes nothing in the line")

    def _paths(self, text: str, at: Path) -> list[Path]:
        try:
            return self.document.paths(text)
        except Problem:
            raise refusal(
                "twin.path_unknown", self.document, at, f"the model has nothing at {text}"
            ) from None

    def _variable(self, vary: Vary, path: Path) -> Variable:
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in vary.values)
        amounts = tuple(float(v) if numbers else float(k) for k, v in enumerate(vary.values))
        here = self.document.at(path)
        if isinstance(here, dict) and "value" in here:
            here = here["value"]
        here = USUAL.get(path[-1]) if here is None else here
        if isinstance(here, (int, float)) and numbers:
            now = float(here)
        else:
            found = [k for k, v in enumerate(vary.values) if str(v) == str(here)]
            now = float(found[0]) if found else 0.0
        return Variable(".".join(path), vary.values, amounts, now, vary.cost, vary.yearly, vary.at)

    def _matters(self, variable: Variable) -> bool:
        """Whether the values make different lines; each must make one."""
        ends = {0, len(variable.values) - 1} if _even(variable) else range(len(variable.values))
        plans = [self.with_value(variable, k).plan for k in sorted(ends)]
        return len(plans) == 1 or any(plan != plans[0] for plan in plans[1:])

    def with_value(self, variable: Variable, k: int) -> Line:
        """The line as it is but for one value."""
        line = self.document.line(variable.at)
        return build_line(self._bare.patched({variable.path: variable.values[k]}, line))

    def line_of(self, design: Design) -> Line:
        """The line a design makes."""
        if design not in self._built:
            if len(self._built) >= MAX_BUILT:
                self._built.clear()
            line = self.document.line(("optimize",))
            self._built[design] = build_line(self._bare.patched(self.values(design), line))
        return self._built[design]

    def values(self, design: Design) -> dict[str, Any]:
        return {v.path: v.values[k] for v, k in zip(self.variables, design, strict=True)}

    # What is allowed

    def _bounds(self) -> Iterator[Bound]:
        for total in self.task.totals:
            meant = {".".join(p) for text in total.of for p in self._paths(text, (*total.at, "of"))}
            of = tuple(k for k, v in enumerate(self.variables) if v.path in meant)
            if not of:
                raise refusal(
                    "twin.name_unknown", self.document, (*total.at, "of"), "nothing of this is varied"
                )
            yield Bound(of, tuple(self.variables[k].amounts for k in of), total.least, total.most)
        if not math.isinf(self.task.invest):
            dear = tuple(k for k, v in enumerate(self.variables) if v.cost)
            spent = tuple(
                tuple(self.variables[k].invested(j) for j in range(len(self.variables[k].values)))
                for k in dear
            )
            yield Bound(dear, spent, -math.inf, self.task.invest)

    def allows(self, design: Sequence[int]) -> bool:
        inside = all(0 <= k < len(v.values) for k, v in zip(design, self.variables, strict=True))
        return inside and all(bound.holds(design) for bound in self.bounds)

    def invested(self, design: Design) -> float:
        """CNY to invest beyond what the model has."""
        return sum(v.invested(k) for v, k in zip(self.variables, design, strict=True))

    def a_year(self, design: Design) -> float:
        """CNY a year more than the model as it is, investments written off."""
        running = sum(v.a_year(k) for v, k in zip(self.variables, design, strict=True))
        return running + self.invested(design) / self.task.write_off_years

    @cached_property
    def now(self) -> Design | None:
        """The model as it stands, where the task allows it."""
        found = []
        for variable in self.variables:
            if variable.now not in variable.amounts:
                return None
            found.append(variable.amounts.index(variable.now))
        design = tuple(found)
        return design if self.allows(design) else None

    # Going through them

    def designs(self, kept: Sequence[Sequence[int]] | None = None) -> Iterator[Design]:
        """Every design, or every one of the ``kept`` values; sums that can no longer be met are not followed."""
        choices = kept or [range(len(v.values)) for v in self.variables]
        limits = self._limits(choices)
        design: list[int] = []

        def go(k: int, sums: tuple[float, ...]) -> Iterator[Design]:
            if k == len(choices):
                yield tuple(design)
                return
            for choice in choices[k]:
                after = self._added(k, choice, sums)
                if _can(after, limits[k + 1]):
                    design.append(choice)
                    yield from go(k + 1, after)
                    design.pop()

        return go(0, (0.0,) * len(self.bounds))

    def count(self, kept: Sequence[Sequence[int]] | None = None) -> int:
        """How many designs there are, told without going through them; ``MAX_COUNTED`` at most."""
        choices = kept or [range(len(v.values)) for v in self.variables]
        limits = self._limits(choices)
        ways: dict[tuple[float, ...], int] = {(0.0,) * len(self.bounds): 1}
        for k, values in enumerate(choices):
            after: dict[tuple[float, ...], int] = {}
            for sums, many in ways.items():
                for choice in values:
                    key = self._added(k, choice, sums)
                    if _can(key, limits[k + 1]):
                        after[key] = min(MAX_COUNTED, after.get(key, 0) + many)
            ways = after
            if len(ways) > MAX_SUMS:
                return MAX_COUNTED
        return min(MAX_COUNTED, sum(ways.values()))

    def _adding(self, k: int) -> list[tuple[float, ...]]:
        """By value of a variable: what it adds to each bound."""
        places = [b.amounts[b.of.index(k)] if k in b.of else () for b in self.bounds]
        return [tuple(a[c] if a else 0.0 for a in places) for c in range(len(self.variables[k].values))]

    def _added(self, k: int, choice: int, sums: tuple[float, ...]) -> tuple[float, ...]:
        added = tuple([a + b for a, b in zip(sums, self._adds[k][choice], strict=True)])
        return added if self._whole else tuple(round(a, 6) for a in added)

    def _limits(self, choices: Sequence[Sequence[int]]) -> list[list[tuple[float, float]]]:
        """By depth and bound: between what the sum must lie there, for the bound to be met in the end."""
        rows = [[(b.least - DUST, b.most + DUST) for b in self.bounds]]
        for k in reversed(range(len(choices))):
            added = [self._adds[k][c] for c in choices[k]] or [(0.0,) * len(self.bounds)]
            spans = [(min(column), max(column)) for column in zip(*added, strict=True)]
            rows.insert(0, [(low - b, high - a) for (low, high), (a, b) in zip(rows[0], spans, strict=True)])
        return rows

    def begin(self) -> Design:
        """Where a search begins: the model as it stands, or the design nearest to it that is allowed."""
        if self.now is not None:
            return self.now
        near = [
            min(range(len(v.values)), key=lambda k, v=v: abs(v.amounts[k] - v.now))  # type: ignore[misc]
            for v in self.variables
        ]
        for _ in range(sum(len(v.values) for v in self.variables)):
            if self.allows(near):
                return tuple(near)
            bound = next(b for b in self.bounds if not b.holds(near))
            total = sum(bound.amounts[j][near[k]] for j, k in enumerate(bound.of))
            step = -1 if total > bound.most else 1
            movable = [k for k in bound.of if 0 <= near[k] + step < len(self.variables[k].values)]
            if not movable:
                break
            pick = max(movable, key=lambda k: -step * near[k])
            near[pick] += step
        return next(self.designs())


def _even(variable: Variable) -> bool:
    """Numbers in a row: what holds for the ends holds for all."""
    return variable.amounts == tuple(float(v) for v in variable.values if isinstance(v, (int, float)))


def _can(sums: tuple[float, ...], limits: list[tuple[float, float]]) -> bool:
    return all(low <= total <= high for total, (low, high) in zip(sums, limits, strict=True))


def share_out(line: Line, total: int) -> dict[str, Any]:
    """A section ``optimize`` that shares out ``total`` places over all buffers of a line."""
    vary = {}
    for place in line.plan.places:
        name = place.name.removeprefix("before ")
        takers = [m for m in line.plan.machines if m.takes and m.takes[0][0] == place.name]
        least = max((m.batch[0] for m in takers if m.batch[1] > 1), default=0)
        if name != place.name and line.document.at(("stations", name)) is not None:
            vary[f"stations.{name}.buffer"] = {"from": least, "to": max(least, total)}
        elif place.name in line.buffers:
            vary[f"buffers.{name}.capacity"] = {"from": max(1, least), "to": max(1, least, total)}
    if not vary:
        raise Problem(
            "twin.no_optimize",
            f"{line.document.name} has no buffers between its stations to share room over.",
        )
    return {"vary": vary, "totals": {"of": list(vary), "exactly": total}}
