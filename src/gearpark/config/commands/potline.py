"""``gearpark potline``: a simulated reduction line under its controller, with plain controllers beside it."""

from __future__ import annotations

import argparse
import os
from typing import Any

from gearpark.base.problems import Problem

from . import emit, read_text


def add(commands: Any) -> None:
    """Register the area's commands."""
    potline: argparse.ArgumentParser = commands.add_parser(
        "potline", help="reduction cells and their controller"
    )
    actions = potline.add_subparsers(dest="action", required=True, metavar="ACTION")
    run = actions.add_parser("run", help="run a scenario; the first 24 h are not scored")
    run.add_argument("--cells", type=int, default=300)
    run.add_argument("--hours", type=int, default=72)
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--scenario", default="mixed", help="mixed, or one of the regression cases")
    run.add_argument("--cell", metavar="FILE", help="TOML with constants of your cell")
    run.add_argument("--control", metavar="FILE", help="TOML with constants of the controller")
    run.add_argument("--json", action="store_true")
    run.set_defaults(run=_run)
    listed = actions.add_parser("scenarios", help="the scenarios there are")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_scenarios)


def _parameters(base: Any, path: str | None) -> Any:
    """``base``, overlaid with a file."""
    from gearpark.engines.electrolysis.parameters import MAX_FILE_BYTES, overlaid

    if path is None:
        return base
    text = read_text(path, MAX_FILE_BYTES, lambda why: Problem("electrolysis.file", why, path=path))
    return overlaid(base, text, path)


def _run(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
    from gearpark.engines.electrolysis.sim.scenarios import scenario
    from gearpark.engines.electrolysis.sim.score import WARM_H, compared

    case = scenario(options.scenario)
    p = _parameters(cell_parameters(), options.cell)
    q = _parameters(control_parameters(), options.control)
    made = compared(p, q, case, options.cells, options.hours, options.seed, os.cpu_count() or 1)
    told = {
        "scenario": case.name,
        "cells": options.cells,
        "hours": options.hours,
        "scored_hours": options.hours - WARM_H,
        "seed": options.seed,
        "cell_revision": p.revision,
        "control_revision": q.revision,
    }
    emit({**told, **made}, options.json)
    return 0


def _scenarios(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS

    emit({case.name: case.about for case in SCENARIOS.values()}, options.json)
    return 0
