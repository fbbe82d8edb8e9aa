"""The study of a retrofit: what a line gave, what it will give, what holds it up, what comes next, what it hangs on.

All models run on the same random numbers over the same window, so differences are those of the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .experiment import Answer, Estimate, Lever, Progress, bottlenecks, estimate, paired, simulate, warm_up_s
from .model import Line
from .study_file import Assumption, Investment, Step, Study, Year
from .study_worth import Paid, PayBack, paid, shifts_worked, worth, years_of

__all__ = [
    "InvestmentRow", "Output", "Paid", "PayBack", "Sensitivity", "StepRow", "StudyAnswer", "YearRow", "run_study",
]  # fmt: skip

SHIFT_MODELS = (1, 2, 3)  # shifts a day whose year is told


@dataclass(frozen=True)
class Output:
    """What one model gives, good parts a shift; ``met`` None where nothing is known to hold it against.

    wip, lead_s  parts inside; seconds a part is in the line
    met          the interval lies inside the known range
    shares       time of every station and transport by state (see ``experiment.STATES``), by name; ``titles`` of them
    levers       gain in parts an hour when a station works quicker, largest first
    """

    name: str
    per_shift: Estimate
    wip: Estimate
    lead_s: Estimate
    known: tuple[float, float] | None
    met: bool | None
    shares: Mapping[str, Mapping[str, float]]
    titles: Mapping[str, str]
    levers: tuple[Lever, ...]

    @property
    def holds(self) -> str:
        """Title of the station that holds the line up; empty when no station does for sure."""
        return self.titles[self.levers[0].station] if self.levers and self.levers[0].sure else ""


@dataclass(frozen=True)
class YearRow:
    """A year of all lines in so many shifts a day; ``used``: share of the target's that the wanted pieces take."""

    shifts_a_day: float
    base: float
    target: float
    used: float | None


@dataclass(frozen=True)
class StepRow:
    """A step from the base to the target: output after it, what it brought over the step before, what holds then.

    ``title`` is empty for what the target's model changes beyond the steps told.
    """

    title: str
    per_shift: Estimate
    gain: Estimate
    holds: str
    cost: float
    saves: float
    paid: Paid
    source: str


@dataclass(frozen=True)
class InvestmentRow:
    """What a change of the target brings: parts a shift; of one line a year, parts it could make more and shifts it
    needs less for the wanted pieces."""

    name: str
    title: str
    gain: Estimate
    gain_per_year: float
    shifts_saved: float
    cost: float
    saves: float
    paid: Paid
    sure: bool  # the interval of the gain lies above zero, or there are more shifts
    source: str


@dataclass(frozen=True)
class Sensitivity:
    """Figures when one assumption is at the low and at the high end of its range, all others as they are.

    model           base, target or both: the model it stands in; year: a figure of the year
    per_shift       output of that model (of the target for both and year)
    gain_per_year   parts that all lines could make more than before the retrofit
    pay_back_years  of the retrofit, the wanted pieces sold; None: never
    """

    name: str
    title: str
    model: str
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
class StudyAnswer:
    """Everything a study found. ``gain`` is parts a shift of one line; ``gain_per_year`` parts all lines could make more.

    shifts_needed   of each line a year for the wanted pieces: as it was, as it shall be; None where nothing comes out
    cost, saves     of the retrofit of one line; saves: a year, beside output and shifts
    investments     largest gain of a year first
    sensitivities   largest swing first
    """

    study: Study
    seed: int
    replications: int
    base: Output
    target: Output
    gain: Estimate
    gain_per_year: float
    shifts_needed: tuple[float | None, float | None]
    years: tuple[YearRow, ...]
    cost: float
    saves: float
    paid: Paid
    steps: tuple[StepRow, ...]
    investments: tuple[InvestmentRow, ...]
    sensitivities: tuple[Sensitivity, ...]


class _Runs:
    """Runs of the study's models: one seed, one number of replications, one window; counts them for ``progress``."""

    def __init__(
        self, study: Study, replications: int | None, seed: int, workers: int, progress: Progress | None
    ) -> None:
        both = (study.base, study.target)
        self.warm_s = max(x.run.warm_s if x.run.warm_s is not None else warm_up_s(x, seed) for x in both)
        self.count = replications or max(x.run.replications for x in both)
        self.shift_h, self.seed, self.workers = study.year.shift_h, seed, workers
        self.progress, self.done, self.all = progress, 0, _runs_of(study)

    def _told(self, more: int) -> None:
        self.done += more
        if self.progress:
            self.progress(min(self.done, self.all), self.all)

    def answer(self, line: Line) -> Answer:
        found = simulate(
            line, replications=self.count, seed=self.seed, warm_s=self.warm_s, workers=self.workers
        )
        self._told(1)
        return found

    def held(self, line: Line) -> tuple[Answer, tuple[Lever, ...]]:
        """The line with what holds it up."""
        window = replace(line, run=replace(line.run, warm_s=self.warm_s))
        found, levers = bottlenecks(window, replications=self.count, seed=self.seed, workers=self.workers)
        self._told(1 + len(levers))
        return found, tuple(levers)

    def per_shift(self, found: Answer) -> Estimate:
        return estimate(found.per_h() * self.shift_h)

    def mean(self, line: Line) -> float:
        """Parts a shift of a line on average."""
        return self.per_shift(self.answer(line)).mean or 0.0

    def output(self, study: Study, name: str) -> tuple[Output, Answer]:
        line: Line = getattr(study, name)
        found, levers = self.held(line)
        per_shift, known, met = self.per_shift(found), study.known.get(name), None
        if known is not None:
            mean, half = per_shift.mean or 0.0, per_shift.half or 0.0
            met = known.low <= mean - half and mean + half <= known.high
        made = Output(
            name=line.name,
            per_shift=per_shift,
            wip=estimate(found.wip()),
            lead_s=estimate(found.lead_s()),
            known=(known.low, known.high) if known else None,
            met=met,
            shares={station.name: found.shares(station.name) for station in line.stations},
            titles=_titles(line),
            levers=levers,
        )
        return made, found

    def gain(self, one: Answer, two: Answer) -> Estimate:
        """Parts a shift the second gives more than the first."""
        found = paired(one, two).per_h
        half = None if found.half is None else found.half * self.shift_h
        return Estimate((found.mean or 0.0) * self.shift_h, half)


def _titles(line: Line) -> dict[str, str]:
    return {station.name: station.title or station.name for station in line.stations}


def _runs_of(study: Study) -> int:
    """Models that a study runs."""
    held = [study.base, study.target, *(step.line for step in study.steps)]
    ends = sum(2 * (bool(one.base) + bool(one.target)) for one in study.assumptions)
    return (
        sum(1 + len(line.stations) for line in held)
        + ends
        + sum(one.line is not None for one in study.investments)
    )


def run_study(
    study: Study,
    *,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    replications: int | None = None,
) -> StudyAnswer:
    """Run a study built by ``study_file.build_study``; the same seed gives the same figures for any ``workers``.

    workers       threads (the kernel lets them run side by side)
    progress      called in this thread after every model with (models run, models of the study)
    replications  of each model; as the models say unless given

    Blocking: the retrofit study of the guide (some 150 models, 20 times 400 h each) takes 6 to 10 s on two free cores;
    the first run after an installation compiles the kernel, some 5 s more.
    """
    runs, year = _Runs(study, replications, seed, workers, progress), study.year
    base, was = runs.output(study, "base")
    target, will = runs.output(study, "target")
    per_shift = (base.per_shift.mean or 0.0, target.per_shift.mean or 0.0)
    gain = runs.gain(was, will)
    cost, saves = sum(s.cost for s in study.steps), sum(s.saves for s in study.steps)
    investments = [_invested(one, year, runs, will) for one in study.investments]
    sensitivities = [_sensitivity(one, study, runs, per_shift, (cost, saves)) for one in study.assumptions]
    return StudyAnswer(
        study=study,
        seed=seed,
        replications=runs.count,
        base=base,
        target=target,
        gain=gain,
        gain_per_year=(gain.mean or 0.0) * year.shifts * year.lines,
        shifts_needed=(_shifts(year, per_shift[0]), _shifts(year, per_shift[1])),
        years=tuple(_year(year, n, per_shift) for n in sorted({*SHIFT_MODELS, year.shifts_a_day})),
        cost=cost,
        saves=saves,
        paid=paid(year, per_shift[0], gain, cost, saves),
        steps=tuple(_steps(study, runs, was, will, target.holds)),
        investments=tuple(sorted(investments, key=lambda row: -row.gain_per_year)),
        sensitivities=tuple(
            sorted(sensitivities, key=lambda row: (-row.swing, -_spread(row.pay_back_years), row.name))
        ),
    )


def _shifts(year: Year, per_shift: float) -> float | None:
    return year.wanted / year.lines / per_shift if per_shift > 0 else None


def _year(year: Year, shifts_a_day: float, per_shift: tuple[float, float]) -> YearRow:
    whole = shifts_a_day * year.days * year.lines
    base, target = (whole * one for one in per_shift)
    return YearRow(shifts_a_day, base, target, year.wanted / target if target > 0 else None)


def _steps(study: Study, runs: _Runs, was: Answer, will: Answer, holds: str) -> list[StepRow]:
    rows, before = [], was
    for step in study.steps:
        found, levers = runs.held(step.line)
        held = _titles(step.line)[levers[0].station] if levers and levers[0].sure else ""
        rows.append(_step(step, study.year, runs, before, found, held))
        before = found
    if rows and (before.per_h() != will.per_h()).any():
        rest = Step("", study.target, 0.0, 0.0)
        rows.append(_step(rest, study.year, runs, before, will, holds))
    return rows


def _step(step: Step, year: Year, runs: _Runs, before: Answer, found: Answer, holds: str) -> StepRow:
    gain = runs.gain(before, found)
    return StepRow(
        title=step.title,
        per_shift=runs.per_shift(found),
        gain=gain,
        holds=holds,
        cost=step.cost,
        saves=step.saves,
        paid=paid(year, runs.per_shift(before).mean or 0.0, gain, step.cost, step.saves),
        source=step.source,
    )


def _invested(one: Investment, year: Year, runs: _Runs, will: Answer) -> InvestmentRow:
    found = runs.answer(one.line) if one.line is not None else will
    gain = runs.gain(will, found)
    before, after = (runs.per_shift(x).mean or 0.0 for x in (will, found))
    shifts_a_day = one.shifts_a_day or year.shifts_a_day
    return InvestmentRow(
        name=one.name,
        title=one.title,
        gain=gain,
        gain_per_year=(after * shifts_a_day - before * year.shifts_a_day) * year.days,
        shifts_saved=shifts_worked(year, before) - shifts_worked(year, after, one.shifts_a_day),
        cost=one.cost,
        saves=one.saves,
        paid=paid(year, before, gain, one.cost, one.saves, one.shifts_a_day),
        sure=shifts_a_day > year.shifts_a_day or (gain.mean or 0.0) > (gain.half or 0.0),
        source=one.source,
    )


def _sensitivity(
    one: Assumption, study: Study, runs: _Runs, per_shift: tuple[float, float], money: tuple[float, float]
) -> Sensitivity:
    cost, saves = money
    shown, gains, years = [], [], []
    for end in range(2):
        was, will = per_shift
        year = replace(study.year, **{one.year: one.ends[end]}) if one.year else study.year
        if one.base:
            was = runs.mean(one.base[end])
        if one.target:
            will = runs.mean(one.target[end])
        shown.append(was if one.base and not one.target else will)
        gains.append((will - was) * year.shifts * year.lines)
        yearly = worth(year, will, all_sold=False) - worth(year, was, all_sold=False) + saves
        years.append(years_of(cost, yearly))
    stands: dict[tuple[Any, ...], str] = {
        (True, True): "both",
        (True, False): "base",
        (False, True): "target",
    }
    return Sensitivity(
        name=one.name,
        title=one.title,
        model=stands.get((bool(one.base), bool(one.target)), "year"),
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
