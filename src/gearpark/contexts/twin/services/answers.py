"""Answers to questions, as JSON-ready figures. Pure work on files: no database, progress told as it goes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines.linesim.calibrate import Figure, Validation, calibrate, validate
from gearpark.engines.linesim.experiment import (
    Answer,
    Comparison,
    bottlenecks,
    estimate,
    paired,
    simulate,
    warm_up_s,
)
from gearpark.engines.linesim.figures import comparison_figures, lever_figures, run_figures, worth
from gearpark.engines.linesim.model import Document, Line, build_line
from gearpark.engines.linesim.optimize import optimize
from gearpark.engines.linesim.optimize.figures import figures as optimum_figures
from gearpark.engines.linesim.study import run_study
from gearpark.engines.linesim.study_figures import study_figures
from gearpark.engines.linesim.study_file import build_study
from gearpark.engines.linesim.trace import Level, trace_all

from ..types import Question
from .models import dumped

BLOCKS = 10  # into which a run is cut, to tell how far it is
MAX_REPLICATIONS = 5_000  # on a page; the command line takes more
MAX_COMPARED = 12
MAX_TRACE_H = 24.0
MAX_SPELLS = 60_000
CALIBRATED = 2 / 3  # share of what the line did that the model is calibrated from; the rest judges it
TOLD_EVERY = 500  # spells
WORKERS = max(1, (os.cpu_count() or 1))

Progress = Callable[[int, int], None]
Figures = dict[str, Any]


def answer(
    question: Question, documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress
) -> Figures:
    """Figures of a question. ``documents``: the model; for a comparison the others behind it; for a study base and target."""
    return _WORK[question](documents, settings, progress)


def _run(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    return _with_titles(
        run_figures(_in_blocks(build_line(documents[0]), settings, progress)), build_line(documents[0])
    )


def _in_blocks(line: Line, settings: Mapping[str, Any], progress: Progress) -> Answer:
    """The same rows as of one call, a block at a time."""
    count, seed = settings.get("replications") or line.run.replications, settings["seed"]
    warm = line.run.warm_s if line.run.warm_s is not None else warm_up_s(line, seed)
    size = -(-count // BLOCKS)
    made: Answer | None = None
    for first in range(0, count, size):
        many = min(size, count - first)
        part = simulate(line, replications=many, seed=seed, warm_s=warm, workers=WORKERS, first=first)
        made = part if made is None else replace(made, rows=np.concatenate([made.rows, part.rows]))
        progress(first + many, count)
    if made is None:
        raise AssertionError("a run has a replication at least")
    return made


def _compare(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    """The model against its scenarios and other models, all on the same random numbers and window."""
    base = build_line(documents[0])
    pairs = _alternatives(base, documents[1:], settings.get("scenarios") or ())
    if not pairs:
        raise Problem(
            "twin.nothing_to_compare",
            "The model holds no scenarios: write some, or choose other models to compare it with.",
        )
    lines = [base, *(line for line, _ in pairs)]
    for line in lines:
        if line.run.time_s != base.run.time_s:
            hours = base.run.time_s / 3600.0
            raise Problem(
                "twin.not_comparable",
                f"{line.name} runs for another time than {base.name} ({hours:,.1f} h); give both the same time.",
            )
    seed = settings["seed"]
    count = settings.get("replications") or max(line.run.replications for line in lines)
    warm = max(x.run.warm_s if x.run.warm_s is not None else warm_up_s(x, seed) for x in lines)
    rows, first = [], simulate(base, replications=count, seed=seed, warm_s=warm, workers=WORKERS)
    for k, (line, extra) in enumerate(pairs):
        progress(k + 1, len(lines))
        other = simulate(line, replications=count, seed=seed, warm_s=warm, workers=WORKERS)
        rows.append(_compared(paired(first, other), line, extra, base))
    return _with_titles(run_figures(first), base) | {
        "comparisons": rows,
        "margin": base.money.margin,
        "hours": base.money.hours,
    }


def _alternatives(base: Line, others: Sequence[Document], wanted: Sequence[str]) -> list[tuple[Line, Any]]:
    """(line, scenario or None) of all that the base is compared with."""
    pairs: list[tuple[Line, Any]] = []
    for scenario in base.scenarios:
        if not wanted or scenario.name in wanted:
            at = base.document.line(("scenarios", scenario.name, "set"))
            pairs.append((build_line(base.document.patched(scenario.changes, at)), scenario))
    pairs += [(build_line(document), None) for document in others]
    if len(pairs) > MAX_COMPARED:
        raise Problem(
            "twin.too_many_compared",
            f"At most {MAX_COMPARED} are compared at once; choose some.",
            most=MAX_COMPARED,
        )
    return pairs


def _compared(made: Comparison, line: Line, scenario: Any, base: Line) -> Figures:
    after = estimate(made.b.per_h())
    row = comparison_figures(made, scenario.title if scenario else line.name)
    row |= {
        "b_ci_half": after.half,
        "lead_time_s": estimate(made.b.lead_s()).mean,
        "wip": estimate(made.b.wip()).mean,
    }
    row["stations"] = {s.name: made.b.shares(s.name) for s in line.stations}
    return row | worth(base, scenario, row["difference_per_h"] or 0.0) if scenario else row


def _bottleneck(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    line = build_line(documents[0])
    base, levers = bottlenecks(
        line,
        replications=settings.get("replications"),
        seed=settings["seed"],
        workers=WORKERS,
        progress=progress,
    )
    return _with_titles(lever_figures(base, levers), line)


def _optimize(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    line = build_line(documents[0])
    found = optimize(
        line,
        seed=settings["seed"],
        workers=WORKERS,
        replications=settings.get("replications"),
        progress=progress,
    )
    now = {path: line.document.at(tuple(path.split("."))) for path in found.changes}
    return _with_titles(optimum_figures(found), line) | {"now": now}


def _study(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    study = build_study(documents[0], documents[1], documents[2])
    return study_figures(
        run_study(
            study,
            seed=settings["seed"],
            workers=WORKERS,
            progress=progress,
            replications=settings.get("replications"),
        )
    )


def _animation(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    """Spells of every machine over some hours: rows [machine, state, from, to, part, made] by numbers, seconds; levels of buffers as they change."""
    line = build_line(documents[0])
    until = 3600.0 * settings["hours"]
    machines = [m.name for m in line.plan.machines]
    states: dict[str, int] = {}
    rows: list[list[Any]] = []
    levels: list[list[Any]] = []
    for told in trace_all(line, until, seed=settings["seed"]):
        if len(rows) + len(levels) >= MAX_SPELLS:
            raise Problem(
                "twin.run_long",
                f"An animation tells {MAX_SPELLS:,} spells at most: ask for a shorter time.",
                events=len(rows),
                most=MAX_SPELLS,
            )
        if isinstance(told, Level):
            levels.append([told.buffer, round(told.at_s, 1), told.parts])
            continue
        state = states.setdefault(told.state, len(states))
        start, end = round(told.start_s, 1), round(told.end_s, 1)
        rows.append([machines.index(told.machine), state, start, end, told.part, told.made])
        if len(rows) % TOLD_EVERY == 0:
            progress(min(99, int(100 * told.end_s / until)), 100)
    owners = {name: info.name for info in line.stations for name in info.machines}
    return {
        "line": line.name, "seed": settings["seed"], "until_s": until, "machines": machines, "states": list(states),
        "stations": [owners[name] for name in machines], "spells": rows, "levels": levels,
    }  # fmt: skip


def _calibrate(documents: Sequence[Document], settings: Mapping[str, Any], progress: Progress) -> Figures:
    """Figures fitted to the first part of what the line did, and both models held against the rest of it."""
    line, history = build_line(documents[0]), settings["history"]
    first, rest = history.parted(CALIBRATED)
    made = calibrate(line, first, progress)
    held = {
        name: validate(judged, rest, seed=settings["seed"], workers=WORKERS)
        for name, judged in (("before", line), ("after", made.line))
    }
    return _with_titles(
        {
            "begin": history.begin,
            "days": settings["days"],
            "hours": history.until_s / 3600.0,
            "calibrated_hours": first.until_s / 3600.0,
            "history": history.hash,
            "figures": [_fitted(one, line) for one in made.figures],
            **{name: _judged(one) for name, one in held.items()},
            "text": dumped(made.document.raw),
        },
        line,
    )


def _fitted(figure: Figure, line: Line) -> Figures:
    told: Figures = {"path": figure.path, "was": figure.was, "count": figure.count, "cut": figure.cut}
    mode = line.document.at((*figure.path.split(".")[:-1], "name"))
    if isinstance(mode, str):
        told["mode"] = mode
    if figure.fit is not None:
        names = ("law", "text", "mean_s", "low_s", "high_s", "p", "curve")
        told |= {name: getattr(figure.fit, name) for name in names}
    return told


def _judged(held: Validation) -> Figures:
    rows = [
        {
            name: value if not isinstance(value, float) or math.isfinite(value) else None
            for name, value in asdict(row).items()
        }
        for row in held.rows
    ]
    return {"shifts": held.periods, "usable": bool(held.usable), "rows": rows}


def _with_titles(figures: Figures, line: Line) -> Figures:
    """Figures with the stations' titles, which of them carry, and the shift the model speaks of."""
    return figures | {
        "titles": {s.name: s.title for s in line.stations},
        "carriers": [s.name for s in line.stations if s.carrier],
    }


_WORK: dict[Question, Callable[[Sequence[Document], Mapping[str, Any], Progress], Figures]] = {
    Question.RUN: _run,
    Question.COMPARE: _compare,
    Question.BOTTLENECK: _bottleneck,
    Question.OPTIMIZE: _optimize,
    Question.STUDY: _study,
    Question.ANIMATION: _animation,
    Question.CALIBRATE: _calibrate,
}
