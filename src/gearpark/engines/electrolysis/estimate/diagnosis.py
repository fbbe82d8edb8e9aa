"""What is wrong with a cell: causes by name, each with its probability and with the figures that speak for and against it.

Each cause is judged for itself by Bayes' rule from evidence that is taken as independent; two may be there at once. The
table stands in ``data/causes.toml``, to be read and changed.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..parameters import DATA

NAMED = 0.5  # probability from which a cause is named
FIGURES = (
    "closed_feeders", "delivery", "factor", "alumina", "foretold", "noise", "superheat", "temperature_off", "acidity_off",
    "above_window", "below_window", "heat_loss", "ledge", "hours_since_change", "iron_rise",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Test:
    """One piece of evidence as the table has it."""

    figure: str
    above: bool
    limit: float
    yes: float
    no: float


@dataclass(frozen=True, slots=True)
class Cause:
    """A trouble and what tells it."""

    name: str
    before: float
    evidence: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure as it was: ``value`` against ``limit``; ``speaks_for``: it is on the side the cause would bring it to; ``weight``:
    natural logarithm of what it multiplies the odds by."""

    figure: str
    value: float
    above: bool
    limit: float
    speaks_for: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause with its probability and evidence, the heaviest first."""

    cause: str
    probability: float
    evidence: tuple[Evidence, ...]


@cache
def causes() -> tuple[Cause, ...]:
    """The table that is shipped."""
    raw = tomllib.loads((DATA / "causes.toml").read_text("utf-8"))
    made = tuple(
        Cause(
            one["name"], one["before"],
            tuple(Test(t["figure"], t["is"] == "above", t["limit"], t["yes"], t["no"]) for t in one["evidence"]),
        )
        for one in raw["cause"]
    )  # fmt: skip
    strange = {test.figure for one in made for test in one.evidence} - set(FIGURES)
    if strange:
        raise ValueError(f"causes.toml names figures that nobody computes: {sorted(strange)}")
    return made


def diagnose(figures: Mapping[str, float], least: float = NAMED) -> list[Diagnosis]:
    """Causes of at least that probability, the likeliest first. ``figures`` by the names of ``FIGURES``; what is missing or not
    a number says nothing, and a cause of which nothing is known is never named."""
    found = [one for cause in causes() if (one := _judge(cause, figures)) is not None]
    return sorted((one for one in found if one.probability >= least), key=lambda one: -one.probability)


def _judge(cause: Cause, figures: Mapping[str, float]) -> Diagnosis | None:
    odds = math.log(cause.before / (1.0 - cause.before))
    evidence = []
    for test in cause.evidence:
        value = figures.get(test.figure, math.nan)
        if math.isnan(value):
            continue
        there = value > test.limit if test.above else value < test.limit
        weight = math.log(test.yes / test.no) if there else math.log((1.0 - test.yes) / (1.0 - test.no))
        odds += weight
        evidence.append(Evidence(test.figure, value, test.above, test.limit, there, weight))
    if not evidence:
        return None
    evidence.sort(key=lambda one: -abs(one.weight))
    return Diagnosis(cause.name, 1.0 / (1.0 + math.exp(-odds)), tuple(evidence))
