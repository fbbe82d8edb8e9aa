"""Average run length: how many points until a signal, in control (false alarms) and after a shift.

Rules of zones (beyond, k of m, runs) exactly by a Markov chain over what they remember (Champ and Woodall 1987); sets
with trends or alternations by simulation with a stated standard error; CUSUM and EWMA by their integral equations.
Shifts are in standard deviations of the plotted statistic. Zero-state: from a fresh start.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import inside
from .rules import ALIASES, SIGMA_LINES, flags, reach, rules_of

MAX_CHAIN = 6_000  # states of a Markov chain
MAX_POINTS = 200_000_000  # points one simulation draws
BLOCK = 128
_ZONE_RULES = ("beyond", "run")


@dataclass(frozen=True, slots=True)
class _Memory:
    """One side of one rule. ``bits`` 0: counts the run that ends here; else remembers the last ``bits`` points."""

    line: float
    side: int
    k: int
    m: int

    def step(self, state: int, low: float, high: float) -> int | None:
        """State after a point in the zone (low, high); None when the rule signals."""
        hit = low >= self.line if self.side > 0 else high <= -self.line
        if self.k == self.m:
            run = state + 1 if hit else 0
            return None if run >= self.m else run
        if hit and (state.bit_count() + 1) >= self.k:
            return None
        return ((state << 1) | hit) & ((1 << (self.m - 1)) - 1)


def _memories(codes: Sequence[str]) -> list[_Memory] | None:
    found: list[_Memory] = []
    for code in codes:
        shape = ALIASES.get(code, code)
        if "of" in shape:
            k, m = (int(part) for part in shape.split("of"))
            line = SIGMA_LINES[k]
        elif shape.startswith("beyond"):
            k, m, line = 1, 1, float(shape[6:])
        elif shape.startswith("run"):
            k = m = int(shape[3:])
            line = 0.0
        else:
            return None
        found += [_Memory(line, side, k, m) for side in (1, -1)]
    return found


def _chain(memories: list[_Memory]) -> tuple[list[float], np.ndarray]:
    """Zone edges, and the next state for each state and zone (-1: signal). State 0 is a fresh start."""
    edges = sorted({-math.inf, math.inf, *itertools.chain.from_iterable((m.line, -m.line) for m in memories)})
    edges = list(dict.fromkeys(0.0 if edge == 0 else edge for edge in edges))
    zones = list(itertools.pairwise(edges))
    start = (0,) * len(memories)
    number, queue, table = {start: 0}, [start], []
    for state in queue:  # grows while it is walked; MAX_CHAIN ends it
        row = []
        for low, high in zones:
            steps = [memory.step(old, low, high) for memory, old in zip(memories, state, strict=True)]
            after = tuple(step for step in steps if step is not None)
            if len(after) < len(steps):
                row.append(-1)
                continue
            if after not in number:
                if len(number) >= MAX_CHAIN:
                    raise Problem(
                        "quality.too_many", "These rules remember too much.", most=MAX_CHAIN, have=MAX_CHAIN
                    )
                number[after] = len(number)
                queue.append(after)
            row.append(number[after])
        table.append(row)
    return edges, np.array(table)


def run_length(rules: str | Sequence[str], shifts: Sequence[float] = (0.0,)) -> list[float]:
    """Exact average run length of zone rules at each shift. Raises ``quality.rule_unknown`` for trends and the like."""
    codes = [one.code for one in rules_of(rules)]
    memories = _memories(codes)
    if memories is None or not memories:
        raise Problem(
            "quality.rule_unknown",
            "Only rules of zones and runs have an exact run length; simulate the others.",
            known="beyond, kofm, run",
        )
    edges, table = _chain(memories)
    size = len(table)
    found = []
    for shift in shifts:
        share = np.diff(special.ndtr(np.array(edges) - shift))
        moves = np.eye(size)
        for zone, p in enumerate(share):
            inner = table[:, zone] >= 0
            np.subtract.at(moves, (np.flatnonzero(inner), table[inner, zone]), p)
        found.append(float(np.linalg.solve(moves, np.ones(size))[0]))
    return found


@dataclass(frozen=True, slots=True)
class Simulated:
    """Mean run length of ``runs`` simulated runs, the standard error of that mean, the deviation of one run."""

    mean: float
    error: float
    sd: float
    runs: int


def simulate(
    rules: str | Sequence[str], *, runs: int, rng: np.random.Generator, shift: float = 0.0
) -> Simulated:
    """Average run length of any rules by simulation: runs of normal points until the first signal."""
    chosen = rules_of(rules)
    inside(runs, 1, 10_000_000, "runs")
    if not chosen:
        raise Problem("quality.rule_unknown", "No rule, no signal.", known="")
    keep = reach(chosen) - 1
    tail = np.empty((runs, 0))
    lengths: list[Any] = []
    done = drawn = 0
    while tail.shape[0]:
        block = np.hstack((tail, rng.normal(shift, 1.0, (tail.shape[0], BLOCK))))
        drawn += tail.shape[0] * BLOCK
        if drawn > MAX_POINTS:
            raise Problem(
                "quality.too_many", "The runs are too long to simulate.", most=MAX_POINTS, have=drawn
            )
        hit = np.zeros(block.shape, dtype=bool)
        for mask in flags(block, chosen).values():
            hit |= mask
        hit[:, : tail.shape[1]] = False  # judged before
        over = hit.any(axis=1)
        lengths.append(done + hit[over].argmax(axis=1) - tail.shape[1] + 1)
        tail = block[~over, -keep:] if keep else np.empty((int((~over).sum()), 0))
        done += BLOCK
    found = np.concatenate(lengths).astype(float)
    sd = float(found.std(ddof=1)) if runs > 1 else math.nan
    return Simulated(float(found.mean()), sd / math.sqrt(runs), sd, runs)


def _nodes(low: float, high: float, count: int = 80) -> tuple[Any, Any]:
    x, w = np.polynomial.legendre.leggauss(count)
    return low + (x + 1.0) * (high - low) / 2.0, w * (high - low) / 2.0


def _normal_density(x: Any) -> Any:
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def cusum_run_length(k: float, h: float, shift: float = 0.0, *, two_sided: bool = True) -> float:
    """Average run length of a CUSUM (k, h in standard deviations): E(s) = 1 + E(0) Phi(k - s) + int E(y) phi dy."""
    if k < 0 or h <= 0:
        raise Problem("quality.parameter", "A CUSUM needs k >= 0 and h > 0.", name="k, h", value=h)

    def upper(move: float) -> float:
        y, w = _nodes(0.0, h)
        states = np.concatenate(([0.0], y))
        kernel = np.zeros((states.size, states.size))
        kernel[:, 0] = special.ndtr(k - move - states)
        kernel[:, 1:] = w * _normal_density(y[None, :] - states[:, None] + k - move)
        return float(np.linalg.solve(np.eye(states.size) - kernel, np.ones(states.size))[0])

    one = upper(shift)
    return 1.0 / (1.0 / one + 1.0 / upper(-shift)) if two_sided else one


def ewma_run_length(lam: float, width: float, shift: float = 0.0) -> float:
    """Average run length of an EWMA with asymptotic limits at ``width`` standard deviations (Crowder 1987)."""
    inside(lam, 0.0, 1.0, "lambda")
    edge = width * math.sqrt(lam / (2.0 - lam))
    y, w = _nodes(-edge, edge)
    states = np.concatenate(([0.0], y))
    kernel = np.zeros((states.size, states.size))
    kernel[:, 1:] = w / lam * _normal_density((y[None, :] - (1.0 - lam) * states[:, None]) / lam - shift)
    return float(np.linalg.solve(np.eye(states.size) - kernel, np.ones(states.size))[0])
