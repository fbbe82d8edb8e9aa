"""Cases of machines: tool wear, condition rules, OEE; and run lengths of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines.oee import figures as oee_figures

from .. import arl
from ..conditions import column_for, condition, drops, first_at_or_above, words_of
from ..rules import ALIASES
from .case import Case
from .judging import Figures
from .tables import Table

SEED, RUNS = 20260101, 6000
RANDOM_CAUSES = ("rnf",)  # failures that are random by construction and set no failure label


def tool_life(case: Case) -> Figures:
    """First run and time at which the flank wear VB of each case reaches the limit."""
    table = case.table()
    limit = case.need("vb_limit_mm", "limit", "vb_limit")
    of, run, at, wear = (table.find([name]) for name in ("case", "run", "time", "VB"))
    values = table.sparse(wear)
    seen = [value for value in values if value is not None]
    runs, times = table.floats(run), table.floats(at)
    found: dict[str, list[float | None]] = {}
    cases = table.text(of)
    for one in dict.fromkeys(cases):
        rows = [i for i, name in enumerate(cases) if name == one]
        first = first_at_or_above([values[i] for i in rows], limit)
        found[one] = (
            [None, None] if first is None else [_plain(runs[rows[first]]), _plain(times[rows[first]])]
        )
    return Figures(
        {
            "rows": table.rows,
            "measured": len(seen),
            "max_vb": max(seen, default=None),
            "cases": len(found),
            "first_run_and_time_at_limit_by_case": found,
            "first_run_at_limit_by_case": {one: pair[0] for one, pair in found.items()},
        }
    )


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def condition_rules(case: Case) -> Figures:
    """Rules of the parameters over the table, beside the labels in it."""
    table = case.table()
    columns = table.arrays()
    # a parameter is a rule when a label column is called like it: {"HDF": "process_K - air_K < 8.6 and rpm < 1380"}
    rules = {
        k: condition(v, columns) for k, v in case.params.items() if isinstance(v, str) and k in table.columns
    }
    labels = {
        name: c != 0 for name, c in columns.items() if c.dtype.kind == "f" and set(np.unique(c)) <= {0.0, 1.0}
    }
    failure = next((name for name in labels if {"failure"} <= words_of(name)), None)
    causes = [name for name in labels if name != failure]

    def some(count: int | None) -> Any:
        """Rows with any cause; of fewer causes than there are, the random ones are left out first."""
        chosen = [name for name in causes if count is None or name.lower() not in RANDOM_CAUSES]
        chosen = causes if count == len(causes) else chosen
        if count is not None and len(chosen) != count:
            raise Problem("quality.case", f"The table has no {count} causes.")
        return np.any([labels[name] for name in chosen], axis=0)

    def failed() -> Any:
        if failure is None:
            raise Problem(
                "quality.columns", "No column holds a failure label.", columns=", ".join(table.names)
            )
        return labels[failure]

    def without(match: re.Match[str], expected: Any) -> int:
        return int((failed() & ~some(int(match[1]) if match[1] else None)).sum())

    known: dict[str, Any] = {name: int(label.sum()) for name, label in labels.items()}
    known |= {name: int(rule.hits.sum()) for name, rule in rules.items()}  # what has a rule is computed by it
    known |= {
        "rows": table.rows,
        "label_mismatches_of_rules": lambda e: {
            name: int((rule.hits != labels[name]).sum()) for name, rule in rules.items() if name in labels
        },
        "rows_with_a_cause_but_no_failure_label": lambda e: int((some(_count(case)) & ~failed()).sum()),
        "tool_changes_seen_as_wear_drop": lambda e: drops(_wear(table)),
    }
    if failure:
        known["machine_failure"] = known[failure]
    return Figures(known, [(r"failure_label_without_any_of_the(?:_(\d+))?_causes", without)])


def _count(case: Case) -> int | None:
    """How many causes the case speaks of."""
    for key in case.expected:
        said = re.fullmatch(r"failure_label_without_any_of_the_(\d+)_causes", key)
        if said:
            return int(said[1])
    return None


def _wear(table: Table) -> list[float]:
    return table.floats(column_for("tool_wear", table.names))


UNIT_US = {"min": 60_000_000, "s": 1_000_000, "h": 3_600_000_000}
TIMES = ("planned", "run", "downtime", "down", "ideal_cycle", "ideal_rate_per")
GIVEN = frozenset(
    {"total", "good", "scrap", "bad", *(f"{name}_{unit}" for name in TIMES for unit in UNIT_US)}
)


def _time_us(entry: Mapping[str, Any], name: str) -> int | None:
    for unit, size in UNIT_US.items():
        value = entry.get(f"{name}_{unit}")
        if value is not None:
            return round(float(value) * size)
    return None


def _oee(entry: Mapping[str, Any]) -> dict[str, Any]:
    planned, run = _time_us(entry, "planned"), _time_us(entry, "run")
    if planned is None:
        raise Problem("quality.case", "The case does not say the planned time.")
    if run is None:
        lost = _time_us(entry, "downtime") or _time_us(entry, "down")
        if lost is None:
            raise Problem("quality.case", "The case does not say the run time.")
        run = planned - lost
    cycle = _time_us(entry, "ideal_cycle")
    if cycle is None:
        rate = next(
            (
                float(entry[f"ideal_rate_per_{unit}"]) / size
                for unit, size in UNIT_US.items()
                if f"ideal_rate_per_{unit}" in entry
            ),
            None,
        )
        cycle = round(1.0 / rate) if rate else None
    total = int(entry["total"])
    good = int(entry["good"]) if "good" in entry else total - int(entry.get("scrap", entry.get("bad", 0)))
    found = oee_figures(planned, run, total, good, cycle)
    inputs = {key: value for key, value in entry.items() if key in GIVEN}
    figures = {
        "availability": found.availability,
        "performance": found.effectiveness,
        "effectiveness": found.effectiveness,
        "quality": found.quality,
        "oee": found.oee,
    }
    return inputs | {name: None if value is None else float(value) for name, value in figures.items()}


def _as_printed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The same with OEE as worksheets make it: the product of the factors as they print them."""
    found = _oee(entry)
    product = 1.0
    for name in ("availability", "performance", "quality"):
        shown = str(entry.get(name, found[name]))
        product *= round(found[name] or 0.0, len(shown.partition(".")[2]))
    return found | {"oee": product}


def oee(case: Case) -> list[tuple[str, Figures]]:
    def holds(expected: Any) -> Any:
        """The invariant in words stands if OEE is good x ideal cycle / planned time for every entry, however split."""
        entries = [_oee(entry) for entry in case.expected.get("cases", ())]
        split = [e["availability"] * e["performance"] * e["quality"] for e in entries]
        fits = all(abs(e["oee"] - product) < 1e-9 for e, product in zip(entries, split, strict=True))
        said = re.match(r"\s*oee\s*=\s*good\s*\*\s*ideal_cycle\s*/\s*planned_time\b", str(expected))
        return expected if said and entries and fits else "does not hold"

    variants = []
    for label, compute in (("OEE exact", _oee), ("OEE of the printed factors", _as_printed)):
        known: dict[str, Any] = {
            "cases": lambda expected, compute=compute: [compute(entry) for entry in expected],
            "invariant": holds,
        }
        if any(f"planned_{unit}" in case.params for unit in UNIT_US):
            known |= compute({**case.params, **case.expected})
        variants.append((label, Figures(known)))
    return variants


def rule_codes(name: str) -> list[str]:
    """Rules from a name: ``rule1_2of3_run8``, ``WE_1_to_4_run8``, ``nelson_1_and_2``, ``nelson_all_8``."""
    text = name.lower()
    family = re.match(
        r"(we|western_electric|nelson)_(?:all(?:_\d+)?|(\d)_to_(\d)|((?:\d_and_)*\d))(.*)", text
    )
    if family:
        prefix, every = ("nelson", 8) if family[1] == "nelson" else ("we", 4)
        if family[2]:
            numbers = list(range(int(family[2]), int(family[3]) + 1))
        else:
            numbers = (
                [int(n) for n in re.findall(r"\d", family[4])] if family[4] else list(range(1, every + 1))
            )
        codes = [f"{prefix}{number}" for number in numbers]
        rest = [part for part in family[5].split("_") if part]
        if prefix == "we" and "we4" in codes:
            codes = [
                rest.pop(0) if code == "we4" and rest and re.fullmatch(r"run\d+", rest[0]) else code
                for code in codes
            ]
    else:
        first, *rest = text.split("_")
        codes = ["beyond3"] if first in {"rule1", "we1"} else [first]
    codes += rest
    for code in codes:
        if not re.fullmatch(
            r"(beyond|run|trend|alternate|within|outside)\d+|\dof\d", ALIASES.get(code, code)
        ):
            raise Problem("quality.rule_unknown", f"No rules are called {name!r}.", known="")
    return codes


def _simulated(codes: list[str], expected: Any, runs: int) -> Any:
    found = arl.simulate(codes, runs=runs, rng=np.random.default_rng(SEED))
    if not isinstance(expected, list):
        return found.mean
    mean, error = (float(value) for value in expected)
    # two simulations agree when they differ by no more than chance: 3 standard errors of the difference
    chance = 3.0 * (error**2 + found.error**2) ** 0.5
    same = abs(mean - found.mean) <= chance
    # an error is itself uncertain (by about 1 / root(2 runs) and by its printed digits)
    error_same = abs(error - found.error) <= 0.06 + 0.1 * error
    return [expected[0] if same else found.mean, expected[1] if error_same else found.error]


def average_run_length(case: Case) -> Figures:
    def table(match: re.Match[str], expected: Any) -> Figures:
        shifts = [float(value) for value in expected.get("shift_sigma", [0.0])]
        known: dict[str, Any] = {"shift_sigma": list(expected.get("shift_sigma", []))}
        return Figures(known, [(r".+", lambda m, e: arl.run_length(rule_codes(m[0]), shifts))])

    def simulated(match: re.Match[str], expected: Any) -> Any:
        runs = int(match[1]) if match[1] else RUNS
        return {name: _simulated(rule_codes(name), pair, runs) for name, pair in expected.items()}

    return Figures(
        {
            "cusum": lambda e: arl.cusum_run_length(
                case.need("k"), case.need("h"), case.number("shift") or 0.0
            )
        },
        [(r"monte_carlo(?:.*?_(\d+)_runs)?.*", simulated), (r"\w*table\w*", table)],
    )
