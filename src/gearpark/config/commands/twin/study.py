"""``gearpark twin study``: the study of a retrofit, told on the terminal, as JSON or as PDF."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc

from .. import emit, table
from .study_sheet import sheet
from .tell import read, sampling

TYPST = Path(__file__).with_name("study.typ")
BAR = 25  # characters of a bar on the terminal


def add(actions: Any) -> None:
    """Register the command."""
    study = actions.add_parser("study", help="what a retrofit brings, what comes next, what it hangs on")
    study.add_argument("study", metavar="STUDY.yaml")
    study.add_argument("--out", metavar="REPORT.pdf", help="write the report as PDF")
    sampling(study)
    study.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.study import run_study
    from gearpark.engines.linesim.study_figures import study_figures
    from gearpark.engines.linesim.study_file import build_study, models_of

    if options.out:
        _refuse_unwritable(Path(options.out))
    path = Path(options.study)
    document = read(path)
    base, target = (read(path.parent / name) for name in models_of(document))
    answer = run_study(
        build_study(document, base, target),
        seed=options.seed,
        workers=options.workers,
        progress=_progress if sys.stderr.isatty() else None,
        replications=options.replications,
    )
    made = sheet(answer)
    if options.out:
        from gearpark.kit.pdf import pdf

        Path(options.out).write_bytes(pdf(TYPST, made, now_utc()))
    if options.json:
        emit(study_figures(answer), True)
    else:
        _tell(made)
    return 0


def _refuse_unwritable(out: Path) -> None:
    """Before the work rather than after it."""
    if out.suffix != ".pdf":
        raise Problem(
            "twin.file_unwritable", f"{out}: reports are written as PDF; name a file that ends in .pdf."
        )
    if not os.access(out if out.exists() else out.parent, os.W_OK) or out.is_dir():
        raise Problem(
            "twin.file_unwritable", f"{out} cannot be written: there is no such folder, or it is not yours."
        )


def _progress(done: int, of: int) -> None:
    print(f"\r{done} of {of} models", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _tell(made: dict[str, Any]) -> None:
    print(f"{made['name']}\n{made['note']}\n{made['basis']}")
    for section in made["sections"]:
        print(f"\n{section['title']}")
        bars = section.get("bars") or [None] * len(section["rows"])
        table(
            [*section["heads"], *([""] if section.get("bars") else [])],
            [[*row, *([_bar(*bar)] if bar else [])] for row, bar in zip(section["rows"], bars, strict=True)],
        )
        if section["note"]:
            print(section["note"])


def _bar(low: float, high: float, now: float) -> str:
    """A bar between two places 0..1, a stroke where things stand now."""
    at = [round(place * (BAR - 1)) for place in (low, high, now)]
    first, last = sorted(at[:2])
    drawn = ["=" if first <= k <= last and low != high else " " for k in range(BAR)]
    drawn[at[2]] = "|"
    return "".join(drawn)
