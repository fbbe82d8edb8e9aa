"""Composition limits of aluminium grades, and whether a measured composition conforms.

Conformity is judged by the rounded-value comparison of GB/T 8170: the measured value is rounded to the limit's digits
(half to even) and then compared. The limits are those of the public pages named in ``data/limits.csv``; the ingot rows
look like an older edition of GB/T 1196: compare them with the 2017 text before a contract rests on them. A limit is
written with the digits that its standard gives it, because they decide to which the measured value is rounded.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Limit:
    """Least and most of an element, per cent by mass; None for an open end."""

    element: str
    low: Decimal | None
    high: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A measured value outside its limit, both as compared. ``rounded``: to the limit's digits."""

    element: str
    measured: Decimal
    rounded: Decimal
    low: Decimal | None
    high: Decimal | None


@cache
def limits() -> dict[str, tuple[Limit, ...]]:
    """Limits by grade."""
    made: dict[str, list[Limit]] = {}
    text = resources.files(__package__).joinpath("data/limits.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        low, high = (Decimal(row[name]) if row[name] else None for name in ("min_wt_pct", "max_wt_pct"))
        made.setdefault(row["grade"], []).append(Limit(row["element"], low, high, row["source"]))
    return {grade: tuple(rows) for grade, rows in made.items()}


def breaches(grade: str, measured: Mapping[str, Decimal]) -> list[Breach]:
    """Elements (symbols, per cent by mass) that do not conform; those without a limit or a value are not judged."""
    found = []
    for limit in limits().get(grade, ()):
        value = measured.get(limit.element)
        if value is None:
            continue
        for bound, above in ((limit.low, False), (limit.high, True)):
            if bound is None:
                continue
            rounded = value.quantize(bound, ROUND_HALF_EVEN)
            if rounded > bound if above else rounded < bound:
                found.append(Breach(limit.element, value, rounded, limit.low, limit.high))
    return found


def judged(grade: str, measured: Mapping[str, Decimal]) -> list[str]:
    """Elements of ``measured`` that the grade limits."""
    return [limit.element for limit in limits().get(grade, ()) if limit.element in measured]
