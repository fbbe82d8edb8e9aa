"""What a run may be asked for."""

from __future__ import annotations

from gearpark.base.problems import Problem

WARM_H = 24
MAX_CELLS, MAX_HOURS, MAX_SEED = 1000, 24 * 90, 2**31 - 1


def check_option(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number out of range."""
    if not low <= value <= high:
        raise Problem(
            "electrolysis.option",
            f"{name} is {value}; it goes from {low} to {high}.",
            name=name,
            low=low,
            high=high,
        )


def check_options(cells: int, hours: int, seed: int) -> None:
    """Cells, hours and seed of a run."""
    check_option("cells", cells, 1, MAX_CELLS)
    check_option("hours", hours, WARM_H + 1, MAX_HOURS)
    check_option("seed", seed, 0, MAX_SEED)
