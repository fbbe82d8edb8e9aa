"""The report of a study as plain sections: heads, rows of words, bars; for the terminal and the printed page alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .tell import duration

if TYPE_CHECKING:
    from gearpark.engines.linesim.experiment import Lever
    from gearpark.engines.linesim.study import InvestmentRow, Output, PayBack, Sensitivity, StudyAnswer

LONGEST = 30  # years of a pay-back that are told one by one
UNSOURCED = "illustrative"
WIDE = 30  # characters of a figure as the model says it
SHARES = ("busy", "starved", "blocked", "down", "setup", "waiting")


def sheet(answer: StudyAnswer) -> dict[str, Any]:
    """JSON-ready words of the whole report."""
    study, run = answer.study, answer.study.target.run
    sections = [
        _outputs(answer),
        _year(answer),
        _holding(answer.base, "What held the line up before", study.year.shift_h),
        _holding(answer.target, "What holds it up now", study.year.shift_h),
        _steps(answer),
        _investments(answer),
        _model_figures(answer),
        _year_figures(answer),
    ]
    return {
        "name": study.name,
        "note": study.note,
        "basis": (
            f"Replications of {duration(run.time_s)} of each model: {answer.replications}, seed {answer.seed}; ± are 95 %"
            f" intervals. Figures: {study.source or 'as the models say'}."
        ),
        "figures": _figures(answer),
        "sections": [section for section in sections if section["rows"]],
    }


def _section(
    title: str, heads: list[str], rows: list[list[str]], note: str = "", **more: Any
) -> dict[str, Any]:
    return {"title": title, "heads": heads, "rows": rows, "note": note, **more}


def _figures(answer: StudyAnswer) -> list[dict[str, str]]:
    """The figures at the head of the printed page."""
    year, wanted = answer.study.year, answer.paid.wanted
    needed = answer.shifts_needed[1]
    return [
        {"label": "before", "value": _one(answer.base.per_shift.mean), "unit": "a shift"},
        {"label": "after", "value": _one(answer.target.per_shift.mean), "unit": "a shift"},
        {"label": f"for {year.wanted:,.0f} a year", "value": "-" if needed is None else f"{needed:,.0f}", "unit": f"of {year.shifts:,.0f} shifts"},
        {"label": "cost of a line", "value": f"{answer.cost / 1e6:,.2f}", "unit": "million CNY"},
        {"label": "pay-back", "value": _years(wanted, answer.cost), "unit": ""},
    ]  # fmt: skip


def _outputs(answer: StudyAnswer) -> dict[str, Any]:
    rows = []
    for title, found in (("before", answer.base), ("after", answer.target)):
        known = "" if found.known is None else f"{found.known[0]:g}-{found.known[1]:g}"
        met = {None: "", True: "inside", False: "not inside"}[found.met]
        per_shift = _with_half(found.per_shift.mean, found.per_shift.half)
        inside = _one(found.wip.mean)
        rows.append([f"{title}: {found.name}", per_shift, known, met, inside, duration(found.lead_s.mean)])
    heads = ["", "good a shift", "known", "", "parts inside", "time in the line"]
    gain = _with_half(answer.gain.mean, answer.gain.half)
    sources = "".join(
        f" {title}: {answer.study.known[name].source}."
        for title, name in (("Before", "base"), ("After", "target"))
        if name in answer.study.known and answer.study.known[name].source
    )
    return _section(
        "Output of one line", heads, rows, f"The retrofit brings {gain} good parts a shift.{sources}"
    )


def _year(answer: StudyAnswer) -> dict[str, Any]:
    year = answer.study.year
    rows = [
        [f"{row.shifts_a_day:g}", f"{row.base:,.0f}", f"{row.target:,.0f}", "-" if row.used is None else f"{row.used:.0%}"]
        for row in answer.years
    ]  # fmt: skip
    before, after = ("-" if n is None else f"{n:,.0f}" for n in answer.shifts_needed)
    note = (
        f"{year.wanted:,.0f} a year take {before} shifts of each line before and {after} after; {year.shifts_a_day:g} a day"
        f" on {year.days:g} days are {year.shifts:,.0f}."
    )
    if answer.cost > 0:
        note += (
            f"\nThe retrofit costs {answer.cost:,.0f} CNY a line. Pay-back when the wanted pieces are sold:"
            f" {_years(answer.paid.wanted, answer.cost)}; when all that can be made is: {_years(answer.paid.all_sold, answer.cost)}."
        )
    heads = ["shifts a day", "before", "after", f"{year.wanted:,.0f} take"]
    return _section(f"A year of {year.lines:g} lines, pieces", heads, rows, note)


def _holding(found: Output, title: str, shift_h: float) -> dict[str, Any]:
    from gearpark.engines.linesim.experiment import CUT

    rows = [_lever(lever, found, shift_h) for lever in found.levers]
    heads = ["station", f"{CUT:.0%} quicker brings", "sure", *SHARES]
    return _section(f"{title}: {found.holds or 'no station for sure'}", heads, rows)


def _lever(lever: Lever, found: Output, shift_h: float) -> list[str]:
    half = None if lever.per_h.half is None else lever.per_h.half * shift_h
    gain = _with_half((lever.per_h.mean or 0.0) * shift_h, half)
    shares = [f"{found.shares[lever.station][name]:.0%}" for name in SHARES]
    return [found.titles[lever.station], gain, "yes" if lever.sure else "no", *shares]


def _steps(answer: StudyAnswer) -> dict[str, Any]:
    rows = [
        [
            row.title or "All else in which the models differ",
            _with_half(row.gain.mean, row.gain.half),
            _with_half(row.per_shift.mean, row.per_shift.half),
            f"{row.cost:,.0f}",
            _years(row.paid.wanted, row.cost),
            row.holds or "none for sure",
        ]
        for row in answer.steps
    ]
    heads = ["step", "brings a shift", "then a shift", "CNY a line", "pay-back", "then held up by"]
    return _section(
        "Step by step",
        heads,
        rows,
        "Each on top of those before it; another order shares the gain out otherwise.",
    )


def _investments(answer: StudyAnswer) -> dict[str, Any]:
    rows = [
        [
            row.title,
            _with_half(row.gain.mean, row.gain.half),
            f"{row.gain_per_year:+,.0f}",
            f"{row.shifts_saved:+,.1f}",
            f"{row.cost:,.0f}",
            *(
                _years(found, row.cost) if _told(row) else "not sure"
                for found in (row.paid.wanted, row.paid.all_sold)
            ),
        ]
        for row in answer.investments
    ]
    wanted = answer.study.year.wanted
    heads = ["investment", "brings a shift", "a year", "shifts saved", "CNY a line", "pay-back", "all sold"]
    note = (
        f"A year is of one line. Pay-back counts {wanted:,.0f} pieces of all lines and the shifts saved; 'all sold' counts every"
        " part that could be made. Not sure: the interval of the gain holds zero."
    )
    return _section("What could come next", heads, rows, note)


def _told(row: InvestmentRow) -> bool:
    """A pay-back by output alone is told when the output is sure."""
    return row.sure or row.saves != 0 or (row.gain.mean or 0.0) < 0


def _model_figures(answer: StudyAnswer) -> dict[str, Any]:
    """The tornado of the models' figures: what the gain of the retrofit is at both ends of each."""
    rows = [row for row in answer.sensitivities if row.model != "year"]
    bars = _bars([row.gain_per_year for row in rows], answer.gain_per_year)
    note = (
        "One at a time, all others as they are. A shift: output of the model the figure stands in. Gain a year: parts that all"
        f" lines could make more than before, {answer.gain_per_year:,.0f} now (the stroke in the bar)."
        f"{_sources(rows)}"
    )
    told = [
        [*_range(row), *(_one(x) for x in row.per_shift), *(f"{x:,.0f}" for x in row.gain_per_year)]
        for row in rows
    ]
    heads = ["assumption", "now", "low", "high", "a shift, low", "high", "gain a year, low", "high"]
    return _section("What the output hangs on", heads, told, note, bars=bars)


def _year_figures(answer: StudyAnswer) -> dict[str, Any]:
    """What the pay-back is at both ends of the figures of the year."""
    rows = [row for row in answer.sensitivities if row.model == "year"]
    known = [[x for x in row.pay_back_years if x is not None] for row in rows]
    now = answer.paid.wanted.years
    bars = _bars([(min(pair), max(pair)) for pair in known], now) if now is not None and all(known) else None
    told = [
        [*_range(row), *(f"{x:,.0f}" for x in row.gain_per_year), *map(_pay_back, row.pay_back_years)]
        for row in rows
    ]
    heads = ["assumption", "now", "low", "high", "gain a year, low", "high", "pay-back, low", "high"]
    more = {"bars": bars} if bars else {}
    return _section("What the pay-back hangs on", heads, told, _sources(rows).strip(), **more)


def _bars(pairs: Sequence[tuple[float, float]], now: float) -> list[list[float]]:
    """Both ends and what holds now as places 0..1 of all."""
    ends = [now, *(end for pair in pairs for end in pair)]
    low, span = min(ends), max(max(ends) - min(ends), 1e-9)
    return [[(x - low) / span for x in (*pair, now)] for pair in pairs]


def _range(row: Sensitivity) -> list[str]:
    value = row.value if len(row.value) <= WIDE else row.value[: WIDE - 1] + "…"
    return [row.title, value, row.low, row.high]


def _sources(rows: Sequence[Sensitivity]) -> str:
    """Where figures come from, those without a source of their own left out."""
    told = [f"{row.title}: {row.source}" for row in rows if row.source != UNSOURCED]
    return f" Sources: {'; '.join(told)}; all others illustrative." if told else " All illustrative."


def _pay_back(years: float | None) -> str:
    if years is None:
        return "never"
    return f"{years:.1f} years" if years <= LONGEST else f"over {LONGEST} years"


def _with_half(mean: float | None, half: float | None) -> str:
    if mean is None:
        return "-"
    shown = f"{round(mean, 2) + 0.0:.2f}"  # plus zero: no -0.00
    return shown if half is None else f"{shown} ± {half:.2f}"


def _one(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.1f}"


def _years(found: PayBack, cost: float) -> str:
    if cost <= 0:
        return "at once" if found.yearly > 0 else "-" if found.yearly == 0 else "never"
    return _pay_back(found.years)
