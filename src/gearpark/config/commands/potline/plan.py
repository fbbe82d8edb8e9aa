"""``gearpark potline plan``: anode changes, tapping and ladles from a file."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gearpark.base.problems import Problem

from .. import emit, read_text, table

MAX_BYTES = 5_000_000


def add(actions: Any) -> None:
    """Register the action."""
    parser = actions.add_parser("plan", help="anode changes, tapping and ladles of the next shifts")
    parser.add_argument("file", nargs="?", metavar="FILE.json", help="cells, orders and rules")
    parser.add_argument(
        "--example", action="store_true", help="write a made-up case to begin with, and plan nothing"
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_plan)


def _plan(options: argparse.Namespace) -> int:
    from gearpark.engines.potplan.documents import plan_document, read_case
    from gearpark.engines.potplan.example import example_case
    from gearpark.engines.potplan.plan import plain, plan, premium_of, tonnes_of

    if options.example:
        print(json.dumps(example_case(), ensure_ascii=False))
        return 0
    if not options.file:
        raise Problem("potplan.case", "Name a file, or ask for --example.", path="", reason="no file")
    case = read_case(_json(options.file))
    made = plan(case)
    usual = plain(case, {number: ladle.shift for ladle in made.ladles for number in ladle.cells})
    beside = {"ladles": len(usual), "tonnes": tonnes_of(case, usual), "premium": premium_of(case, usual)}
    if options.json:
        emit({**plan_document(made), "plain": beside}, True)
        return 0
    for shift in range(case.rules.shifts):
        changes = [str(one.cell) for one in made.changes if one.shift == shift]
        print(f"shift {shift + 1}: {len(changes)} anode changes: {' '.join(changes)}")
        table(
            ["ladle", "cells", "t", "Fe %", "Si %", "grade"],
            [
                [
                    str(k + 1),
                    " ".join(map(str, one.cells)),
                    f"{one.tonnes:.2f}",
                    f"{one.fe:.3f}",
                    f"{one.si:.3f}",
                    one.grade or "-",
                ]
                for k, one in enumerate(ladle for ladle in made.ladles if ladle.shift == shift)
            ],
        )
    told = ", ".join(f"{name or 'below all grades'} {tonnes:.1f} t" for name, tonnes in made.tonnes.items())
    print(f"{told}; premium less trips {made.premium:,.0f} (cell after cell: {beside['premium']:,.0f})")
    for one in made.short:
        print(f"short: {one.grade}, {one.planned_t:.1f} of {one.asked_t:.1f} t: {one.why}")
    if made.untapped:
        print(f"not tapped: {' '.join(map(str, made.untapped))}")
    for cell, due in made.unchanged:
        print(f"not changed: cell {cell}, due in shift {due + 1}")
    return 0


def _json(path: str) -> Any:
    text = read_text(path, MAX_BYTES, lambda why: Problem("potplan.case", why, path=path, reason=why))
    try:
        return json.loads(text)
    except ValueError as error:
        raise Problem("potplan.case", f"{path} is no JSON: {error}.", path=path, reason=str(error)) from error
