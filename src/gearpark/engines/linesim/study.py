"""The study of a retrofit: what a line gave, what it will give, what holds it up, what comes next, what it hangs on.

All models run on the same random numbers over the same window, so differences are those of the models.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .experiment import (
    Answer,
    Estimate,
    Lever,
    bottlenecks,
    estimate,
    paired,
    simulate,
    warm_up_s,
)
from .model import Line
from .study_file import Assumption, Investment, Study, Year

SHIFT_MODELS = (1, 2, 3)  # shifts a day whose year is told


@dataclass(frozen=True)
class Output:
    """Good parts a shift of one model; ``met`` None where nothing is known to hold it against.

    met     the interval lies inside the known range
    levers  gain in parts an hour when a station works quicker, largest first
    """

    name: str
    per_shift: Estimate
    known: tuple[float, float] | None
    met: bool | None
    levers: tuple[Lever, ...]


@dataclass(frozen=True)
class YearRow:
    """A year of all lines in so many shifts a day; ``used`` is the share of it that the wanted pieces take."""

    shifts_a_day: float
    base: float
    target: float
    used: float | None


@dataclass(frozen=True)
class StepRow:
    """A step from the base to the target: output after it, what it brought over the step before."""

    title: str
    per_shift: Estimate
    gain: Estimate
    cost: float


@dataclass(frozen=True)
class PayBack:
    """CNY a year and years until the cost has come back, with the ends of the interval; None: never."""

    yearly: float
    years: float | None
    soonest: float | None
    latest: float | None


@dataclass(frozen=True)
class InvestmentRow:
    """What a change of the target brings: parts a shift and a year of one line."""

    name: str
    title: str
    gain: Estimate
    gain_per_year: float
    cost: float
    pay_back: PayBack
    sure: bool  # the interval of the gain lies above zero


@dataclass(frozen=True)
class Sensitivity:
    """The gain of the retrofit (parts a year of all lines) when one assumption is at the ends of its range.

    per_shift  of the model the assumption stands in (the target where it stands in both), at both ends
    """

    name: str
    title: str
    value: str
    low: str
    high: str
    source: str
    per_shift: tuple[float, float]
    gain_per_year: tuple[float, float]
    pay_back_years: tuple[float | None, float | None]

    @property
    def swing(self) -> float:
        """How far the gain of a year goes between the ends."""
        return abs(self.gain_per_year[1] - self.gain_per_year[0])


@dataclass(frozen=True)
class StudyResult:
    """Everything a study found; ``gain`` is of one shift, ``gain_per_year`` of all lines."""

    study: Study
    seed: int
    replications: int
    base: Output
    target: Output
    gain: Estimate
    gain_per_year: float
    shifts_needed: float  # of each line a year for the wanted pieces, as it shall be
    years: tuple[YearRow, ...]
    cost: float  # of the retrofit of one line
    pay_back: PayBack
    steps: tuple[StepRow, ...]
    investments: tuple[InvestmentRow, ...]  # largest gain of a year first
    sensitivities: tuple[Sensitivity, ...]  # largest swing first


class _Runs:
    """Runs of the study's models: one seed, one number of replications, one window."""

    def __init__(self, study: Study, replications: int | None, seed: int, workers: int) -> None:
        both = (study.base, study.target)
        self.warm_s = max(x.run.warm_s if x.run.warm_s is not None else warm_up_s(x, seed) for x in both)
        self.count = replications or max(x.run.replications for x in both)
        self.shift_h, self.seed, self.workers = study.year.shift_h, seed, workers

    def answer(self, line: Line) -> Answer:
        return simulate(
            line, replications=self.count, seed=self.seed, warm_s=self.warm_s, workers=self.workers
        )

    def per_shift(self, found: Answer) -> Any:
        return found.per_h() * self.shift_h

    def output(self, study: Study, name: str) -> tuple[Output, Answer]:
        line: Line = getattr(study, name)
        window = replace(line, run=replace(line.run, warm_s=self.warm_s))
        found, levers = bottlenecks(
            window, replications=self.count, seed=self.seed, workers=self.workers
        )
        per_shift = estimate(self.per_shift(found))
        known = study.known.get(name)
        met = None
        if known is not None:
            half = per_shift.half or 0.0
            mean = per_shift.mean or 0.0
            met = known.low <= mean - half and mean + half <= known.high
        span = (known.low, known.high) if known else None
        return Output(line.name, per_shift, span, met, tuple(levers)), found

    def gain(self, one: Answer, two: Answer) -> Estimate:
        """Parts a shift the second gives more than the first."""
        found = paired(one, two).per_h
        half = None if found.half is None else found.half * self.shift_h
        return Estimate((found.mean or 0.0) * self.shift_h, half)


def run_study(
    study: Study, *, replications: int | None = None, seed: int = 1, workers: int = 1
) -> StudyResult:
    """Run a study; the same seed gives the same figures, whatever the number of workers."""
    runs, year = _Runs(study, replications, seed, workers), study.year
    base, was = runs.output(study, "base")
    target, will = runs.output(study, "target")
    gain, shifts = runs.gain(was, will), year.shifts
    cost, saves = sum(s.cost for s in study.steps), sum(s.saves for s in study.steps)
    per_shift = (base.per_shift.mean or 0.0, target.per_shift.mean or 0.0)
    return StudyResult(
        study=study,
        seed=seed,
        replications=runs.count,
        base=base,
        target=target,
        gain=gain,
        gain_per_year=(gain.mean or 0.0) * shifts * year.lines,
        shifts_needed=year.wanted / (year.lines * per_shift[1]) if per_shift[1] else 0.0,
        years=tuple(_year(year, n, per_shift) for n in sorted({*SHIFT_MODELS, year.shifts_a_day})),
        cost=cost,
        pay_back=_pay_back(gain, shifts * year.margin, saves, cost),
        steps=tuple(_steps(study, runs, was)),
        investments=tuple(
            sorted(
                (_invested(one, year, runs, will) for one in study.investments),
                key=lambda row: -row.gain_per_year,
            )
        ),
        sensitivities=tuple(
            sorted(
                (_sensitivity(one, study, runs, per_shift, (cost, saves)) for one in study.assumptions),
                key=lambda row: (-row.swing, -_spread(row.pay_back_years), row.name),
            )
        ),
    )


def _year(year: Year, shifts_a_day: float, per_shift: tuple[float, float]) -> YearRow:
    whole = shifts_a_day * year.days * year.lines
    base, target = (whole * one for one in per_shift)
    return YearRow(shifts_a_day, base, target, year.wanted / target if target > 0 else None)


def _steps(study: Study, runs: _Runs, was: Answer) -> list[StepRow]:
    rows, before = [], was
    for step in study.steps:
        found = runs.answer(step.line)
        rows.append(
            StepRow(step.title, estimate(runs.per_shift(found)), runs.gain(before, found), step.cost)
        )
        before = found
    return rows


def _invested(one: Investment, year: Year, runs: _Runs, will: Answer) -> InvestmentRow:
    found = runs.answer(one.line) if one.line is not None else will
    gain = runs.gain(will, found)
    half = gain.half or 0.0
    now, then = (n * year.days for n in (year.shifts_a_day, one.shifts_a_day or year.shifts_a_day))
    more = estimate(runs.per_shift(found)).mean or 0.0  # each added shift brings a whole one
    added = (then - now) * more
    return InvestmentRow(
        name=one.name,
        title=one.title,
        gain=gain,
        gain_per_year=(gain.mean or 0.0) * now + added,
        cost=one.cost,
        pay_back=_pay_back(gain, now * year.margin, one.saves + added * year.margin, one.cost),
        sure=added > 0 or (gain.mean or 0.0) > half,
    )


def _pay_back(gain: Estimate, worth: float, saves: float, cost: float) -> PayBack:
    """worth: CNY a year of one part a shift more."""
    mean, half = gain.mean or 0.0, gain.half or 0.0
    middle, best, worst = (x * worth + saves for x in (mean, mean + half, mean - half))
    return PayBack(middle, _years(cost, middle), _years(cost, best), _years(cost, worst))


def _years(cost: float, yearly: float) -> float | None:
    return cost / yearly if yearly > 0 else None


def _sensitivity(
    one: Assumption, study: Study, runs: _Runs, per_shift: tuple[float, float], money: tuple[float, float]
) -> Sensitivity:
    cost, saves = money
    shown, gains, years = [], [], []
    for end in range(2):
        was, will = per_shift
        year = replace(study.year, **{one.year: one.ends[end]}) if one.year else study.year
        if one.base:
            was = estimate(runs.per_shift(runs.answer(one.base[end]))).mean or 0.0
        if one.target:
            will = estimate(runs.per_shift(runs.answer(one.target[end]))).mean or 0.0
        shown.append(was if one.base and not one.target else will)
        gains.append((will - was) * year.shifts * year.lines)
        years.append(_years(cost, (will - was) * year.shifts * year.margin + saves))
    return Sensitivity(
        name=one.name,
        title=one.title,
        value=one.value,
        low=one.low,
        high=one.high,
        source=one.source,
        per_shift=(shown[0], shown[1]),
        gain_per_year=(gains[0], gains[1]),
        pay_back_years=(years[0], years[1]),
    )


def _spread(years: tuple[float | None, float | None]) -> float:
    low, high = years
    return abs(high - low) if low is not None and high is not None else 0.0
