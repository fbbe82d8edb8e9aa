"""What a year of a line is worth, and how long a change takes to pay itself back."""

from __future__ import annotations

from dataclasses import dataclass

from .experiment import Estimate
from .study_file import Year


@dataclass(frozen=True)
class PayBack:
    """CNY a year of one line, years until the cost has come back, and those at the ends of the interval; None: never."""

    yearly: float
    years: float | None
    soonest: float | None
    latest: float | None


@dataclass(frozen=True)
class Paid:
    """Pay-back when only the wanted pieces are sold, and when all that can be made is."""

    wanted: PayBack
    all_sold: PayBack


def shifts_worked(year: Year, per_shift: float, shifts_a_day: float | None = None) -> float:
    """Shifts of a line that the wanted pieces take, never more than the year has."""
    there = (shifts_a_day or year.shifts_a_day) * year.days
    return min(there, year.wanted / year.lines / per_shift) if per_shift > 0 else there


def worth(year: Year, per_shift: float, shifts_a_day: float | None = None, *, all_sold: bool) -> float:
    """CNY a year of one line: contribution of what it sells less the cost of the shifts it works."""
    shifts = shifts_worked(year, per_shift, shifts_a_day)
    if all_sold:
        shifts = (shifts_a_day or year.shifts_a_day) * year.days
    return shifts * (per_shift * year.margin - year.shift_cost)


def years_of(cost: float, yearly: float) -> float | None:
    """Years until ``cost`` has come back; None when it never does."""
    return cost / yearly if yearly > 0 else None


def paid(
    year: Year, before: float, gain: Estimate, cost: float, saves: float, shifts_a_day: float | None = None
) -> Paid:
    """Pay-back of a change that gives ``gain`` more than ``before`` parts a shift and may bring another shift model."""
    return Paid(
        *(_pay_back(year, before, gain, (cost, saves), shifts_a_day, all_sold) for all_sold in (False, True))
    )


def _pay_back(
    year: Year,
    before: float,
    gain: Estimate,
    money: tuple[float, float],
    shifts_a_day: float | None,
    all_sold: bool,
) -> PayBack:
    cost, saves = money
    mean, half = gain.mean or 0.0, gain.half or 0.0
    was = worth(year, before, all_sold=all_sold)
    middle, best, worst = (
        worth(year, before + more, shifts_a_day, all_sold=all_sold) - was + saves
        for more in (mean, mean + half, mean - half)
    )
    return PayBack(middle, years_of(cost, middle), years_of(cost, best), years_of(cost, worst))
