"""Run rules on standardised points: Western Electric 1 to 4, Nelson 1 to 8, and any rule of their shapes.

A rule looks back over a fixed window and signals at its newest point. Sides are strict and ties break runs: a point on
a line belongs to neither side, two equal neighbours are neither rising nor falling. Of "k of m beyond", the newest
point must itself be beyond, so that a point near the centre raises no alarm of its own. A missing point (nan) breaks
every run. Differences below ``TIE`` standard deviations are rounding of the arithmetic and count as ties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gearpark.base.problems import Problem

from .guards import Floats

TIE = 1e-9
Mask = NDArray[np.bool_]
SIGMA_LINES = {2: 2.0, 4: 1.0}  # of "k of m": the line for k = 2 and k = 4

WESTERN_ELECTRIC = ("we1", "we2", "we3", "we4")
NELSON = tuple(f"nelson{number}" for number in range(1, 9))
ALIASES = {
    "we1": "beyond3",
    "we2": "2of3",
    "we3": "4of5",
    "we4": "run8",
    "nelson1": "beyond3",
    "nelson2": "run9",
    "nelson3": "trend6",
    "nelson4": "alternate14",
    "nelson5": "2of3",
    "nelson6": "4of5",
    "nelson7": "within15",
    "nelson8": "outside8",
}
SETS = {"western-electric": WESTERN_ELECTRIC, "nelson": NELSON, "limits": ("beyond3",), "none": ()}
_SHAPES = re.compile(r"(beyond|run|trend|alternate|within|outside)(\d{1,3})|(\d{1,2})of(\d{1,2})")
MAX_WINDOW = 100


@dataclass(frozen=True, slots=True)
class Signal:
    """Rule ``rule`` signals at point ``at`` (from 1), for what happened since point ``first``."""

    rule: str
    at: int
    first: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's code, the points it looks at, and its test over a whole series."""

    code: str
    window: int
    test: Callable[[Floats], Mask]


def _all_of_last(mask: Mask, m: int) -> Mask:
    """True where the last m points are all True (windows doubled: log2(m) steps)."""
    found, have = mask, 1
    while have < m:
        step = min(have, m - have)
        longer = np.zeros_like(found)
        longer[..., step:] = found[..., step:] & found[..., :-step]
        found, have = longer, have + step
    return found


def _recent(mask: Mask, m: int) -> Any:
    """How many of the last m points are True, at each point."""
    total = mask.astype(np.uint8)
    for back in range(1, min(m, mask.shape[-1])):
        total[..., back:] += mask[..., :-back]
    return total


def _steps(z: Floats) -> Floats:
    """Sign of the step to each point; 0 for ties, for the first point and beside missing ones."""
    signs = np.zeros_like(z)
    gap = z[..., 1:] - z[..., :-1]
    signs[..., 1:] = np.where(np.abs(gap) > TIE, np.sign(gap), 0.0)  # nan compares false
    return signs


def _beyond(line: float) -> Callable[[Floats], Mask]:
    return lambda z: np.abs(z) > line + TIE


def _k_of_m(k: int, m: int, line: float) -> Callable[[Floats], Mask]:
    def test(z: Floats) -> Mask:
        found = np.zeros(z.shape, dtype=bool)
        for side in (z > line + TIE, z < -line - TIE):
            found |= side & (_recent(side, m) >= k)
        return found

    return test


def _run(m: int) -> Callable[[Floats], Mask]:
    return lambda z: (_all_of_last(z > TIE, m)) | (_all_of_last(z < -TIE, m))


def _trend(m: int) -> Callable[[Floats], Mask]:
    def test(z: Floats) -> Mask:
        signs = _steps(z)
        found: Mask = (_all_of_last(signs > 0, m - 1)) | (_all_of_last(signs < 0, m - 1))
        return found

    return test


def _alternate(m: int) -> Callable[[Floats], Mask]:
    def test(z: Floats) -> Mask:
        signs = _steps(z)
        turns = np.zeros(z.shape, dtype=bool)
        turns[..., 1:] = signs[..., 1:] * signs[..., :-1] < 0
        found: Mask = _all_of_last(turns, m - 2)
        return found

    return test


def _within(m: int) -> Callable[[Floats], Mask]:
    return lambda z: _all_of_last(np.abs(z) < 1.0 - TIE, m)


def _outside(m: int) -> Callable[[Floats], Mask]:
    return lambda z: _all_of_last(np.abs(z) > 1.0 + TIE, m)


def rule(code: str) -> Rule:
    """A rule by its code: ``we1``..``we4``, ``nelson1``..``nelson8``, or a shape: ``beyond3``, ``run7``, ``2of3``,
    ``4of5``, ``trend6``, ``alternate14``, ``within15``, ``outside8``. ``kofm`` means beyond 2 standard deviations for
    k = 2 and beyond 1 for k = 4."""
    shape = _SHAPES.fullmatch(ALIASES.get(code, code))
    if shape is None:
        raise _unknown(code)
    if shape[3]:
        k, m = int(shape[3]), int(shape[4])
        if k not in SIGMA_LINES or not k <= m <= MAX_WINDOW:
            raise _unknown(code)
        return Rule(code, m, _k_of_m(k, m, SIGMA_LINES[k]))
    m = int(shape[2])
    if not 1 <= m <= MAX_WINDOW or (shape[1] in {"trend", "alternate"} and m < 3):
        raise _unknown(code)
    if shape[1] == "beyond":
        return Rule(code, 1, _beyond(float(m)))
    tests = {"run": _run, "trend": _trend, "alternate": _alternate, "within": _within, "outside": _outside}
    return Rule(code, m, tests[shape[1]](m))


def _unknown(code: str) -> Problem:
    known = [*SETS, *WESTERN_ELECTRIC, *NELSON]
    return Problem(
        "quality.rule_unknown", f"No rule {code!r}; there are: {', '.join(known)}.", known=", ".join(known)
    )


def rules_of(names: str | Iterable[str]) -> tuple[Rule, ...]:
    """Rules of a set's name (``western-electric``, ``nelson``, ``limits``, ``none``), or of codes, without doubles."""
    listed = names.split(",") if isinstance(names, str) else list(names)
    codes = [code for name in listed for code in SETS.get(name.strip(), (name.strip(),)) if code]
    return tuple(rule(code) for code in dict.fromkeys(codes))


def reach(rules: Sequence[Rule]) -> int:
    """How many points, the newest included, must be kept to judge the newest one."""
    return max((one.window for one in rules), default=1)


def flags(z: Any, rules: Sequence[Rule]) -> dict[str, Mask]:
    """Per rule: does it signal at each point? ``z`` may have several series as rows."""
    series = np.asarray(z, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return {one.code: one.test(series) for one in rules}


def signals(z: Any, rules: Sequence[Rule]) -> tuple[Signal, ...]:
    """Every signal of a series, oldest first."""
    found = [
        Signal(one.code, int(at) + 1, max(1, int(at) + 2 - one.window))
        for one in rules
        for at in np.flatnonzero(flags(z, (one,))[one.code])
    ]
    order = {one.code: number for number, one in enumerate(rules)}
    return tuple(sorted(found, key=lambda signal: (signal.at, order[signal.rule])))


def newest(z: Sequence[float], rules: Sequence[Rule]) -> tuple[str, ...]:
    """Codes of the rules that signal at the last of these points; the same answer as ``signals`` of the whole series
    as long as the last ``reach(rules)`` points (or all there are) are given."""
    tail = np.asarray(z[-reach(rules) :] if len(z) else (), dtype=np.float64)
    if not tail.size:
        return ()
    with np.errstate(invalid="ignore"):
        return tuple(one.code for one in rules if one.test(tail)[-1])
