"""The section ``optimize`` of a model file: what may be changed within which range, at what cost, and to what end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .document import Document, Path, refusal
from .reading import Table

GOALS = ("throughput", "profit", "cost")
INDIFFERENCE, CERTAINTY = 0.002, 0.95
MIN_INDIFFERENCE, LEAST_CERTAINTY, MOST_CERTAINTY = 0.00001, 0.5, 0.9999
MAX_VALUES = 1_000  # of one thing that is varied
MAX_SIMULATED = 10_000_000_000  # parts; a limit of this size runs for hours


@dataclass(frozen=True)
class Vary:
    """Something that may be changed: a dotted path, wildcards allowed, and the values it may take.

    cost, yearly   CNY invested once, and CNY a year, for each unit more than the model has (for each step along
                   ``values`` that are no numbers)
    """

    path: str
    values: tuple[Any, ...]
    cost: float = 0.0
    yearly: float = 0.0
    at: Path = ()


@dataclass(frozen=True)
class Total:
    """The values of all paths meant, added up, lie between ``least`` and ``most``."""

    of: tuple[str, ...]
    least: float = -math.inf
    most: float = math.inf
    at: Path = ()


@dataclass(frozen=True)
class Task:
    """What to look for.

    reach_per_h       output a design must give (goal ``cost``)
    invest            most that may be invested, CNY
    write_off_years   over which an investment counts as yearly cost
    indifference      share of the output below which a difference does not matter
    certainty         with which the answer holds
    parts             most parts to simulate; None: the limits of the optimiser
    """

    vary: tuple[Vary, ...]
    goal: str = "throughput"
    totals: tuple[Total, ...] = ()
    reach_per_h: float = 0.0
    invest: float = math.inf
    write_off_years: float = math.inf
    indifference: float = INDIFFERENCE
    certainty: float = CERTAINTY
    parts: int | None = None


def task_of(document: Document, model: Table) -> Task | None:
    """The section as read and checked; None where the file has none."""
    t: Table | None = model["optimize"]
    if t is None:
        return None
    goal = t.get("goal", GOALS[0])
    if goal not in GOALS:
        raise refusal(
            "twin.value", document, t.at("goal"), f"{goal!r} is no goal; goals are {', '.join(GOALS)}"
        )
    vary = tuple(_vary(document, name, one) for name, one in t["vary"].items())
    if not vary:
        raise refusal("twin.field_missing", document, t.at("vary"), "nothing is varied")
    task = Task(
        vary=vary,
        goal=goal,
        totals=tuple(_total(document, one) for one in t.get("totals", [])),
        reach_per_h=t.get("reach", 0.0),
        invest=t.get("invest", math.inf),
        write_off_years=t.get("write_off_years", math.inf),
        indifference=_between(document, t, "indifference", INDIFFERENCE, MIN_INDIFFERENCE, 0.5),
        certainty=_between(document, t, "certainty", CERTAINTY, LEAST_CERTAINTY, MOST_CERTAINTY),
        parts=t["parts"],
    )
    _check_goal(document, model, t, task)
    return task


def _between(document: Document, t: Table, name: str, usual: float, low: float, high: float) -> float:
    found: float = t.get(name, usual)
    if not low <= found <= high:
        raise refusal("twin.value", document, t.at(name), f"it must lie between {low:.5g} and {high:.5g}")
    return found


def _check_goal(document: Document, model: Table, t: Table, task: Task) -> None:
    if task.goal == "cost" and task.reach_per_h <= 0:
        raise refusal("twin.field_missing", document, t.path, "the goal cost needs reach, for example 9.5 /h")
    if task.goal == "profit" and not (
        model["money"] and model["money"]["margin"] and model["money"]["hours"]
    ):
        raise refusal(
            "twin.field_missing", document, t.at("goal"), "a profit needs money with margin and hours"
        )
    if task.write_off_years <= 0:
        raise refusal("twin.value", document, t.at("write_off_years"), "it must be above zero")
    dear = [v for v in task.vary if v.cost]
    if dear and task.goal != "throughput" and math.isinf(task.write_off_years):
        raise refusal(
            "twin.field_missing",
            document,
            (*dear[0].at, "cost"),
            "an investment counts by its years of use: give write_off_years",
        )
    if task.goal == "cost" and not any(v.cost or v.yearly for v in task.vary):
        raise refusal(
            "twin.field_missing", document, t.at("vary"), "the goal cost needs a cost or yearly somewhere"
        )
    if task.parts is not None and task.parts > MAX_SIMULATED:
        raise refusal("twin.too_large", document, t.at("parts"), f"at most {MAX_SIMULATED:,} parts")


def _vary(document: Document, path: str, t: Table) -> Vary:
    if t.get("cost", 0.0) < 0:
        raise refusal("twin.value", document, t.at("cost"), "an investment is not negative")
    if t["values"] is not None:
        values = t["values"]
        if not isinstance(values, list) or not values:
            raise refusal("twin.value", document, t.at("values"), "a list of values is expected")
        if any(name in t.values for name in ("from", "to", "step")):
            raise refusal("twin.value", document, t.path, "give either values or from and to")
        if len({str(v) for v in values}) < len(values):
            raise refusal("twin.name_twice", document, t.at("values"), "a value stands there twice")
        found = tuple(values)
    else:
        found = _range(document, t)
    if len(found) > MAX_VALUES:
        raise refusal("twin.too_large", document, t.path, f"at most {MAX_VALUES:,} values")
    return Vary(path, found, t.get("cost", 0.0), t.get("yearly", 0.0), t.path)


def _range(document: Document, t: Table) -> tuple[float, ...]:
    for name in ("from", "to"):
        if t[name] is None:
            raise refusal("twin.field_missing", document, t.path, f"the field {name!r} is missing")
    low, high, step = t["from"], t["to"], t.get("step", 1.0)
    if step <= 0:
        raise refusal("twin.value", document, t.at("step"), "a step must be above zero")
    if high < low:
        raise refusal("twin.value", document, t.at("to"), f"{high:g} is below from, {low:g}")
    count = int((high - low) / step + 1e-9) + 1
    if count > MAX_VALUES:
        raise refusal("twin.too_large", document, t.path, f"at most {MAX_VALUES:,} values")
    return tuple(plain(low + k * step) for k in range(count))


def _total(document: Document, t: Table) -> Total:
    exactly = t["exactly"]
    if exactly is None and t["most"] is None and t["least"] is None:
        raise refusal("twin.field_missing", document, t.path, "a total needs most, least or exactly")
    if exactly is not None and (t["most"] is not None or t["least"] is not None):
        raise refusal("twin.value", document, t.at("exactly"), "give either exactly or most and least")
    low = exactly if exactly is not None else t.get("least", -math.inf)
    high = exactly if exactly is not None else t.get("most", math.inf)
    if low > high:
        raise refusal("twin.value", document, t.at("least"), f"{low:g} is above most, {high:g}")
    return Total(t["of"], low, high, t.path)


def plain(value: float) -> int | float:
    """A whole number as such, others rid of the dust of addition."""
    return round(value) if abs(value - round(value)) < 1e-9 else round(value, 9)
