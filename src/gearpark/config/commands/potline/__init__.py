"""``gearpark potline``: a simulated reduction line under its controller, and the controller that runs."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import Any

from .. import emit
from . import estimates, plan, whatif
from .sets import add_sets, sets_of


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
    add_sets(run)
    run.set_defaults(run=_run)
    _add_live(actions)
    robust = actions.add_parser(
        "robustness", help="the targets under drawn constants of the model (Latin hypercube)"
    )
    robust.add_argument("--draws", type=int, default=50)
    robust.add_argument("--cells", type=int, default=60)
    robust.add_argument("--hours", type=int, default=72)
    robust.add_argument("--seed", type=int, default=1)
    add_sets(robust)
    robust.set_defaults(run=_robustness)
    predict = actions.add_parser("predict", help="how well anode effects are foreseen, event by event")
    predict.add_argument("--seeds", default="1,2,3", help="seeds, by commas")
    predict.add_argument("--cells", type=int, default=60)
    predict.add_argument("--hours", type=int, default=72)
    predict.add_argument("--scenario", default="starved")
    add_sets(predict)
    predict.set_defaults(run=_predict)
    estimates.add(actions)
    plan.add(actions)
    whatif.add(actions)
    listed = actions.add_parser("scenarios", help="the scenarios there are")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_scenarios)


def _add_live(actions: Any) -> None:
    live = actions.add_parser("live", help="what the running controller does")
    live.add_argument("--json", action="store_true")
    live.set_defaults(run=_live)
    mode = actions.add_parser("mode", help="let the running controller control, or only advise")
    mode.add_argument("mode", choices=("control", "advise"))
    mode.add_argument(
        "--cells", type=int, nargs="+", default=[], metavar="N", help="these only; else the line"
    )
    mode.add_argument("--why", required=True, help="kept in the journal with your name")
    mode.add_argument("--json", action="store_true")
    mode.set_defaults(run=_mode)
    journal = actions.add_parser("journal", help="newest commands: who, why, what became of them")
    journal.add_argument("--cell", type=int, default=0, metavar="N")
    journal.add_argument("--most", type=int, default=50)
    journal.add_argument("--json", action="store_true")
    journal.set_defaults(run=_journal)


def _live(options: argparse.Namespace) -> int:
    from gearpark.config.potline.status import read_status

    emit(read_status(), options.json)
    return 0


def _mode(options: argparse.Namespace) -> int:
    from gearpark.base import home
    from gearpark.config.potline.orders import give

    by = getpass.getuser()
    made = give(home.folder("potline"), options.mode, options.cells, by, options.why)
    emit({"mode": made.mode, "advised": sorted(made.advised), "by": by, "why": made.why}, options.json)
    return 0


def _journal(options: argparse.Namespace) -> int:
    from gearpark.config.potline.status import newest_commands

    rows = newest_commands(options.cell, options.most)
    if options.json:
        emit({"commands": rows}, True)
        return 0
    for row in rows:
        where = f"cell {row['cell']}" + (f" feeder {row['feeder']}" if row["feeder"] else "")
        said = row["outcome"] or "open"
        print(
            f"{row['at']}  {where}  {row['kind']} {row['was']:g} -> {row['value']:g}  {row['why']}  {row['who']}  {said}"
        )
    return 0


def _robustness(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.sim.robust import robustness
    from gearpark.engines.electrolysis.sim.scenarios import scenario

    p, q = sets_of(options)

    def tell(place: int, figures: dict[str, float]) -> None:
        print(f"draw {place + 1} of {options.draws}: {figures}", file=sys.stderr)

    workers = os.cpu_count() or 1
    asked = (options.draws, options.cells, options.hours, options.seed)
    made = robustness(p, q, scenario("mixed"), *asked, workers, tell)
    told = dict(zip(("draws", "cells", "hours", "seed"), asked, strict=True))
    emit({**told, "cell_revision": p.revision, "control_revision": q.revision, **made}, options.json)
    return 0


def _predict(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.sim.foresight import foresight, seeds_of
    from gearpark.engines.electrolysis.sim.scenarios import scenario

    p, q = sets_of(options)
    seeds, case = seeds_of(options.seeds), scenario(options.scenario)
    made = foresight(p, q, case, seeds, options.cells, options.hours, os.cpu_count() or 1)
    told = {"scenario": case.name, "seeds": seeds, "cells": options.cells, "hours": options.hours}
    emit({**told, "control_revision": q.revision, **made}, options.json)
    return 0


def _run(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.sim.limits import WARM_H
    from gearpark.engines.electrolysis.sim.scenarios import scenario
    from gearpark.engines.electrolysis.sim.score import compared

    case = scenario(options.scenario)
    p, q = sets_of(options)
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
