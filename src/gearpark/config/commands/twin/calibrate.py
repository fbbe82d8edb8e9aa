"""``gearpark twin calibrate|validate|trace``: a model's figures from what its line did, and held against it."""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gearpark.base.problems import Problem

from .. import emit, read_text, table
from .tell import load, sampling

if TYPE_CHECKING:
    from gearpark.engines.linesim.history import History
    from gearpark.engines.linesim.model import Line

MAX_HISTORY_BYTES = 500_000_000
MAX_HOURS = 10_000.0


def add(actions: Any) -> None:
    """Register the commands."""
    parser = actions.add_parser("calibrate", help="the model's figures from what its line did")
    parser.add_argument("model", metavar="MODEL.yaml")
    parser.add_argument(
        "history", metavar="HISTORY.csv", help="columns station, state, from, to, part, serial, failure"
    )
    parser.add_argument("--out", metavar="FILE", help="write the calibrated model there")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_calibrate)
    parser = actions.add_parser("validate", help="the model beside shifts that happened")
    parser.add_argument("model", metavar="MODEL.yaml")
    parser.add_argument("history", metavar="HISTORY.csv", help="shifts the model was not calibrated from")
    sampling(parser)
    parser.set_defaults(run=_validate)
    parser = actions.add_parser("trace", help="a simulated run as such a history, event by event (CSV)")
    parser.add_argument("model", metavar="MODEL.yaml")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=_trace)


def _history(path: str, line: Line) -> History:
    from gearpark.engines.linesim.history import read_history

    text = read_text(path, MAX_HISTORY_BYTES, lambda why: Problem("twin.file_unreadable", why, line=0))
    return read_history(text, line, Path(path).name)


def _calibrate(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.calibrate import calibrate

    line = load(options.model)
    made = calibrate(line, _history(options.history, line))
    if options.out:
        _write(options.out, made.document.raw)
    if options.json:
        figures = [asdict(figure) for figure in made.figures]
        emit(
            {
                "line": line.name,
                "model": made.document.hash(),
                "was": line.document.hash(),
                "figures": figures,
            },
            True,
        )
        return 0
    rows = []
    for one in made.figures:
        found = one.fit
        if found is None:
            rows.append([one.path, one.was, "kept: too few", str(one.count), str(one.cut), "", ""])
            continue
        text = found.text if len(found.text) < 48 else f"{found.law} of {found.count} values"
        p = "" if found.p is None else f"{found.p:.2f}"
        rows.append(
            [
                one.path,
                one.was,
                text,
                str(found.count),
                str(found.cut),
                f"{found.low_s:.4g} to {found.high_s:.4g} s",
                p,
            ]
        )
    table(["figure", "was", "is", "ended", "cut off", "mean (95 %)", "fit p"], rows)
    return 0


def _write(path: str, raw: dict[str, Any]) -> None:
    import yaml

    text = yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=110)
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise Problem("twin.file_unwritable", f"{path} cannot be written: {error.strerror}.") from error


def _validate(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.calibrate import validate

    line = load(options.model)
    made = validate(line, _history(options.history, line), seed=options.seed, workers=options.workers)
    if options.json:
        emit({"line": line.name, "model": line.document.hash(), **asdict(made)}, True)
        return 0
    print(f"{'usable' if made.usable else 'not usable'}: {made.why} ({made.periods} shifts)")
    rows = [
        [
            row.name,
            f"{row.model:.3g}",
            f"{row.history:.3g}",
            f"{row.low:.3g} to {row.high:.3g}",
            "" if row.near else "far",
        ]
        for row in made.rows
        if row.model >= 0.005 or row.history >= 0.005
    ]
    table(["figure", "model", "history", "95 %", ""], rows)
    return 0


def _trace(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.trace import trace

    if not 0 < options.hours <= MAX_HOURS:
        why = f"hours are more than 0 and at most {MAX_HOURS:,.0f}"
        raise Problem("twin.value", f"{why.capitalize()}.", line=0, path="--hours", reason=why)
    out = csv.writer(sys.stdout)
    out.writerow(["station", "state", "from", "to", "part", "serial"])
    for one in trace(load(options.model), options.hours * 3600.0, seed=options.seed):
        serial = f"{one.machine}-{one.made + 1}" if one.part and one.state in {"busy", "down"} else ""
        end = "" if one.open else f"{one.end_s:.3f}"
        out.writerow([one.machine, one.state, f"{one.start_s:.3f}", end, one.part, serial])
    return 0
