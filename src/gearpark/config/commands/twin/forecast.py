"""``gearpark twin forecast``: good parts by the end of the shift, from the line's live state."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem

from .. import emit, read_text, table
from .tell import count, duration, load


def add(actions: Any) -> None:
    """Register the command."""
    parser = actions.add_parser("forecast", help="good parts by the end of the shift, from a live state")
    parser.add_argument("model", metavar="MODEL.yaml")
    parser.add_argument("state", metavar="STATE.json", help="what every machine is at (JSON or YAML)")
    parser.add_argument("--target", type=int, help="instead of the state's")
    parser.add_argument(
        "--happened", type=int, metavar="N", help="what it was in the end: scores the forecast"
    )
    parser.add_argument("--replications", type=count, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=count, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_forecast)


def _forecast(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.forecast import HIGH, LOW, MIDDLE, crps, forecast
    from gearpark.engines.linesim.live import read_state
    from gearpark.engines.linesim.model import read_document
    from gearpark.engines.linesim.model.document import MAX_BYTES

    line = load(options.model)
    text = read_text(options.state, MAX_BYTES, lambda why: Problem("twin.file_unreadable", why, line=0))
    state = read_state(read_document(text, Path(options.state).name), line)
    made = forecast(
        line, state, replications=options.replications, seed=options.seed, workers=options.workers
    )
    told: dict[str, Any] = {
        "line": line.name,
        "model": line.document.hash(),
        "at": state.moment or None,
        "seed": made.seed,
        "replications": len(made.good),
        "left_s": made.left_s,
        "made": made.made,
        "mean": made.mean,
        "p10": made.quantile(LOW),
        "p50": made.quantile(MIDDLE),
        "p90": made.quantile(HIGH),
        "path_s": [round(float(x), 1) for x in made.path_s],
        "path": [[float(x) for x in row] for row in made.path],
    }
    target = options.target if options.target is not None else made.target
    if target is not None:
        told |= {"target": target, "reaches_target": made.reaches(target)}
    if options.happened is not None:
        inside = told["p10"] <= options.happened <= told["p90"]
        told |= {"happened": options.happened, "inside": inside, "crps": crps(made.good, options.happened)}
    if options.json:
        emit(told, True)
    else:
        _tell(told)
    return 0


def _tell(told: dict[str, Any]) -> None:
    print(
        f"{told['line']}: {told['mean']:.1f} good parts at the end of the shift, in {duration(told['left_s'])};"
        f" 8 of 10 times {told['p10']:.0f} to {told['p90']:.0f} ({told['made']} are made)"
    )
    if "target" in told:
        print(f"{told['target']} or more: {told['reaches_target']:.0%}")
    if "happened" in told:
        word = "inside" if told["inside"] else "outside"
        print(f"it was {told['happened']}: {word} that range; score {told['crps']:.2f} parts (CRPS)")
    rows = [
        [duration(second), *(f"{row[k]:.0f}" for row in told["path"])]
        for k, second in enumerate(told["path_s"])
        if (k + 1) % 6 == 0
    ]
    table(["from now", "p10", "p50", "p90"], rows)
