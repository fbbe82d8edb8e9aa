"""``gearpark potline estimates``: how true the estimates are on a line whose true state is known, and how well causes are named."""

from __future__ import annotations

import argparse
import os
from typing import Any

from .. import emit
from .sets import add_sets, sets_of


def add(actions: Any) -> None:
    """Register the action."""
    parser = actions.add_parser("estimates", help="estimates and named causes against the simulated truth")
    parser.add_argument("--cells", type=int, default=60)
    parser.add_argument("--hours", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", default="mixed")
    add_sets(parser)
    parser.set_defaults(run=_estimates)


def _estimates(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.parameters import estimate_parameters
    from gearpark.engines.electrolysis.sim.scenarios import scenario
    from gearpark.engines.electrolysis.sim.sick import sick
    from gearpark.engines.electrolysis.sim.truth import truth

    p, q = sets_of(options)
    e, case, workers = estimate_parameters(), scenario(options.scenario), os.cpu_count() or 1
    made: dict[str, Any] = {
        "scenario": case.name, "cells": options.cells, "hours": options.hours, "seed": options.seed,
        "cell_revision": p.revision, "estimate_revision": e.revision,
        "estimates": truth(p, q, e, case, options.cells, options.hours, options.seed, workers),
        "causes": sick(p, q, e, case, options.seed, workers),
    }  # fmt: skip
    emit(made, options.json)
    return 0
