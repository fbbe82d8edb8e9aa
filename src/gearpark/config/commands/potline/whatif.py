"""``gearpark potline whatif``: what other set-points would do, on the twin of the line."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from typing import Any

from gearpark.base.problems import Problem

from .. import emit, table
from .sets import add_sets, sets_of


def add(actions: Any) -> None:
    """Register the action."""
    parser = actions.add_parser("whatif", help="what other set-points would do, cell by cell against today's")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="volt, temp_target_c, superheat_target_c, alf3_target_pct; again for more",
    )
    parser.add_argument("--cells", type=int, default=48)
    parser.add_argument("--hours", type=int, default=48, help="after the change; the first half settles")
    parser.add_argument("--seed", type=int, default=1)
    add_sets(parser)
    parser.set_defaults(run=_whatif)


def _whatif(options: argparse.Namespace) -> int:
    from gearpark.engines.electrolysis.sim.scenarios import scenario
    from gearpark.engines.electrolysis.sim.whatif import whatif

    p, q = sets_of(options)
    changes = dict(_change(text) for text in options.set)
    found = whatif(
        p, q, changes, scenario("mixed"), cells=options.cells, hours=options.hours, seed=options.seed,
        workers=os.cpu_count() or 1,
    )  # fmt: skip
    if options.json:
        emit(
            {
                "changes": changes,
                "cells": options.cells,
                "hours": options.hours,
                "seed": options.seed,
                "differences": [asdict(one) for one in found],
            },
            True,
        )
        return 0
    rows = [
        [
            one.figure,
            f"{one.today:.4g}",
            f"{one.after:.4g}",
            f"{one.difference:+.3g} ± {one.half:.2g}",
            one.verdict,
        ]
        for one in found
    ]
    table(["figure", "today", "after", "difference, 95 %", ""], rows)
    return 0


def _change(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise Problem(
            "electrolysis.set_point", f"{text!r} is no set-point; write volt=3.93.", names=""
        ) from None
