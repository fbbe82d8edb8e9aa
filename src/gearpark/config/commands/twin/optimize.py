"""``gearpark twin optimize``: the best buffers, machines, people and carriers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .. import emit, table
from .tell import load, sampling, with_half

if TYPE_CHECKING:
    from gearpark.engines.linesim.model import Line
    from gearpark.engines.linesim.optimize import Found

MAX_TOTAL = 999  # places to share out


def add(actions: Any) -> None:
    """Register the command."""
    parser = actions.add_parser("optimize", help="the best buffers, machines, people and carriers")
    parser.add_argument("model", metavar="MODEL.yaml")
    parser.add_argument(
        "--total-buffer",
        type=_total,
        metavar="N",
        help="share N places out over the buffers, whatever the file varies",
    )
    parser.add_argument("--goal", choices=("throughput", "profit", "cost"), help="instead of the file's")
    parser.add_argument("--reach", metavar="RATE", help='output to reach at least cost, such as "9.5 /h"')
    parser.add_argument(
        "--indifference", metavar="SHARE", help="differences below do not matter, such as 0.2%%"
    )
    parser.add_argument("--certainty", metavar="SHARE", help="with which the answer holds, such as 95%%")
    sampling(parser)
    parser.set_defaults(run=_optimize)


def _total(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_TOTAL:
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_TOTAL}")
    return number


def _optimize(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.optimize import optimize
    from gearpark.engines.linesim.optimize.figures import figures

    line = _asked(load(options.model), options)
    found = optimize(
        line,
        seed=options.seed,
        workers=options.workers,
        replications=options.replications,
    )
    if options.json:
        emit(figures(found), True)
    else:
        _tell(found)
    return 0


def _asked(line: Line, options: argparse.Namespace) -> Line:
    """The model with what the options say in place of the section's own words."""
    from gearpark.engines.linesim.model import build_line
    from gearpark.engines.linesim.optimize import share_out

    changes: dict[str, Any] = {}
    if options.total_buffer is not None:
        changes["optimize"] = share_out(line, options.total_buffer)
    elif line.optimize is None:
        return line
    for name in ("goal", "reach", "indifference", "certainty"):
        if getattr(options, name) is not None:
            changes[f"optimize.{name}"] = getattr(options, name)
    if not changes:
        return line
    patched = line.document
    for path, value in changes.items():
        patched = patched.patched({path: value}, patched.line(("optimize",)))
    return build_line(patched)


def _tell(found: Found) -> None:
    from gearpark.engines.linesim.optimize.figures import figures

    made = figures(found)
    print(
        f"{made['line']}: {with_half(made['throughput_per_h'], made['throughput_ci_half'])} good parts an hour with the"
        f" best design, {with_half(made['now_per_h'], made['now_ci_half'])} as it stands;"
        f" gain {with_half(made['gain_per_h'], made['gain_ci_half'])} (95 %)"
    )
    if made["investment"] or made["cost_a_year"]:
        print(f"to invest: {made['investment']:,.0f} CNY; cost a year: {made['cost_a_year']:+,.0f} CNY")
    if made["profit_a_year"] is not None:
        print(f"gained a year: {made['profit_a_year']:+,.0f} CNY")
    print()
    now = {v: _shown(found.line.document.at(tuple(v.split(".")))) for v in found.changes}
    table(["varied", "now", "best"], [[v, now[v], _shown(value)] for v, value in found.changes.items()])
    print()
    print(_sentence(found))
    print(
        f"designs: {found.designs:,}; ruled out by a bound: {found.ruled_out:,}; simulated: {found.compared:,}"
        f" ({found.runs:,} runs, {found.parts:,} parts); seed {found.seed}, by {found.engine}"
    )
    if found.rivals:
        print()
        _tell_rivals(found)


def _tell_rivals(found: Found) -> None:
    by_cost = found.task.goal == "cost"
    unit = "CNY a year" if found.task.goal == "profit" else "parts an hour"
    names = [
        name for name in found.changes if any(r.changes[name] != found.changes[name] for r in found.rivals)
    ]
    rows = []
    for r in found.rivals:
        apart = [
            f"{name} {_shown(r.changes[name])}" for name in names if r.changes[name] != found.changes[name]
        ]
        cost = [f"{r.a_year:+,.0f}"] if by_cost else []
        rows.append([", ".join(apart), f"{r.difference:+,.4g} ± {r.half:.2g}", *cost])
    title = "may reach it for no more: with" if by_cost else "not told apart from it: with"
    table([title, unit, *(["CNY a year"] if by_cost else [])], rows)
    if found.rival_count > len(found.rivals):
        print(f"and {found.rival_count - len(found.rivals)} more")


def _sentence(found: Found) -> str:
    """What is certain, in words."""
    task, others = found.task, "no other design"
    if not found.everything:
        near = ", all its neighbours among them," if found.neighbours else ""
        others = f"none of the {found.against:,} designs it was compared with{near}"
    sure = f"With {task.certainty * 100:.4g} % certainty"
    if task.goal == "cost":
        least = f"{sure} it gives no less than {task.reach_per_h - found.within:.4g} an hour"
        if found.sure:
            return f"{least}, and {others} gives {task.reach_per_h:.4g} for less."
        return f"{least}; the limit of parts came before that was told apart from {task.reach_per_h:.4g}."
    unit = "CNY a year" if task.goal == "profit" else "parts an hour"
    told = f"{sure} {others} is better by more than {found.within:,.3g} {unit}."
    if not found.sure:
        told += f" The limit of parts came before the {task.indifference:.4%} of the output asked for."
    return told


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    return "-" if value is None else str(value)
