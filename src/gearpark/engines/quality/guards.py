"""What the engine refuses before it computes: no numbers, wrong numbers, too many of them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gearpark.base.problems import Problem

Floats = NDArray[np.float64]

MAX_VALUES = 5_000_000  # values one computation takes


def numbers(values: Any, *, what: str = "values", least: int = 1) -> Floats:
    """Values as a flat float array, every one finite; at least ``least`` of them."""
    try:
        found = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise Problem("quality.not_a_number", f"The {what} hold something that is no number.") from error
    if found.size > MAX_VALUES:
        raise Problem(
            "quality.too_many", f"At most {MAX_VALUES} {what} at a time.", most=MAX_VALUES, have=found.size
        )
    if found.size < least:
        raise Problem(
            "quality.too_few",
            f"This needs at least {least} {what}; there are {found.size}.",
            least=least,
            have=int(found.size),
        )
    bad = np.flatnonzero(~np.isfinite(found))
    if bad.size:
        place = int(bad[0]) + 1
        raise Problem("quality.not_a_number", f"Number {place} of the {what} is no finite number.", at=place)
    return found


def counts(values: Any, *, what: str = "counts", least: int = 1) -> Floats:
    """Counts: whole, not negative."""
    found = numbers(values, what=what, least=least)
    if (found < 0).any() or (found != np.floor(found)).any():
        raise Problem("quality.counts", f"The {what} must be whole numbers from 0 on.")
    return found


def inside(value: float, low: float, high: float, what: str, *, closed: bool = False) -> float:
    """A parameter within (low, high), or [low, high] when ``closed``."""
    value = float(value)
    fits = low <= value <= high if closed else low < value < high
    if not fits or math.isnan(value):
        raise Problem(
            "quality.parameter",
            f"{what} must lie between {low:g} and {high:g}; it is {value:g}.",
            name=what,
            value=value,
        )
    return value


def spread(sigma: float, what: str = "standard deviation") -> float:
    """A standard deviation that limits can be built on."""
    if not math.isfinite(sigma) or sigma <= 0:
        raise Problem(
            "quality.no_spread",
            f"The {what} is {sigma:g}: the values do not differ, so there is nothing to judge by. "
            "Look at the resolution of the gauge.",
        )
    return float(sigma)


def data_hash(groups: Iterable[Iterable[float]]) -> str:
    """SHA-256 of data in canonical form: shortest round-trip decimals, ``,`` inside a group, newline between groups."""
    rows = (
        ",".join([repr(value + 0.0) for value in map(float, group)]) for group in groups
    )  # + 0.0: no minus zero
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
