"""``gearpark twin run|compare|bottleneck|schema|warmup``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gearpark.base.problems import Problem

from .. import emit, table
from .tell import duration, load, sampling, with_half

if TYPE_CHECKING:
    from gearpark.engines.linesim.model import Line

SHARES = ("busy", "starved", "blocked", "down", "setup", "waiting")


def add(actions: Any) -> None:
    """Register these commands."""
    run = actions.add_parser("run", help="output, parts inside, lead time, where the stations' time goes")
    run.add_argument("model", metavar="MODEL.yaml")
    run.add_argument("--engine", choices=("auto", "events", "recursion"), default="auto")
    run.set_defaults(run=_run)
    compare = actions.add_parser("compare", help="two models, or a model and its scenarios")
    compare.add_argument("model", metavar="A.yaml")
    compare.add_argument(
        "other", metavar="B.yaml", nargs="?", help="without it the scenarios of A are compared"
    )
    compare.set_defaults(run=_compare)
    bottleneck = actions.add_parser("bottleneck", help="what the line gains when each station gets quicker")
    bottleneck.add_argument("model", metavar="MODEL.yaml")
    bottleneck.set_defaults(run=_bottleneck)
    for parser in (run, compare, bottleneck):
        sampling(parser)
    schema = actions.add_parser("schema", help="JSON Schema of model, study or state files")
    schema.add_argument("kind", nargs="?", choices=("model", "study", "state"), default="model")
    schema.set_defaults(run=_schema)
    template = actions.add_parser("template", help="a model of a line type, to begin with")
    template.add_argument("type", metavar="TYPE", nargs="?", help="without it the line types are listed")
    template.add_argument("--name", default="", help="name of the line")
    template.set_defaults(run=_template)
    warmup = actions.add_parser(
        "warmup", help="compile the kernel now, so that the first answer comes at once"
    )
    warmup.add_argument("--json", action="store_true")
    warmup.set_defaults(run=_warmup)


def _run(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.experiment import simulate
    from gearpark.engines.linesim.figures import run_figures

    answer = simulate(
        load(options.model),
        replications=options.replications,
        seed=options.seed,
        engine=options.engine,
        workers=options.workers,
    )
    made = run_figures(answer)
    if options.json:
        emit(made, True)
    else:
        _tell_run(answer.line, made)
    return 0


def _tell_run(line: Line, made: Mapping[str, Any]) -> None:
    titles = {s.name: f"{s.title} (carrier)" if s.carrier else s.title for s in line.stations}
    print(
        f"{made['line']}: {with_half(made['throughput_per_h'], made['throughput_ci_half'])} good parts an hour (95 %)"
    )
    print(
        f"{made['replications']} replications of {duration(made['time_s'])}, the first {duration(made['warmup_s'])} left out,"
        f" seed {made['seed']}, by {made['engine']}"
    )
    print(
        f"inside the line: {made['wip']:.3g} parts; time in the line: {duration(made['lead_time_s'])};"
        f" scrap: {made['scrap_per_h']:.3g} an hour; arrivals lost: {made['lost_per_h']:.3g} an hour"
    )
    if "energy_kwh_per_part" in made:
        print(f"energy: {made['energy_kwh_per_part']:.3g} kWh a good part")
    rows = [[titles[name], *(f"{row[s]:.1%}" for s in SHARES)] for name, row in made["stations"].items()]
    table(["station", *SHARES], rows)
    if made["buffers"]:
        print()
        table(["buffer", "parts"], [[name, f"{level:.2f}"] for name, level in made["buffers"].items()])


def _compare(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.experiment import compare
    from gearpark.engines.linesim.figures import comparison_figures, worth
    from gearpark.engines.linesim.model import build_line

    base = load(options.model)
    given = {"replications": options.replications, "seed": options.seed, "workers": options.workers}
    if options.other:
        other = load(options.other)
        rows = [comparison_figures(compare(base, other, **given), other.name)]
    elif base.scenarios:
        rows = []
        for scenario in base.scenarios:
            line = base.document.line(("scenarios", scenario.name, "set"))
            changed = build_line(base.document.patched(scenario.changes, line))
            row = comparison_figures(compare(base, changed, **given), scenario.title)
            rows.append(row | worth(base, scenario, row["difference_per_h"]))
    else:
        raise Problem(
            "twin.no_other", f"{options.model} holds no scenarios: give a second model to compare it with."
        )
    if options.json:
        emit({"line": base.name, "seed": options.seed, "comparisons": rows}, True)
        return 0
    print(f"{base.name}: good parts an hour, 95 % intervals of the difference")
    heads = ["with", "before", "after", "difference", "pay-back"]
    table(heads, [_told(row) for row in rows])
    return 0


def _told(row: Mapping[str, Any]) -> list[str]:
    years = row.get("payback_years")
    back = "" if "cost" not in row else "never" if years is None else f"{years:.1f} years"
    gain = with_half(row["difference_per_h"], row["difference_ci_half"])
    return [row["title"], f"{row['a_per_h']:.4g}", f"{row['b_per_h']:.4g}", gain, back]


def _bottleneck(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.experiment import CUT, bottlenecks
    from gearpark.engines.linesim.figures import lever_figures

    base, levers = bottlenecks(
        load(options.model),
        replications=options.replications,
        seed=options.seed,
        workers=options.workers,
    )
    if options.json:
        emit(lever_figures(base, levers), True)
        return 0
    print(f"{base.line.name}: gain in good parts an hour when a station works {CUT:.0%} quicker (95 %)")
    rows_told = [
        [
            lever.station,
            with_half(lever.per_h.mean, lever.per_h.half),
            f"{(lever.per_h.mean or 0.0) / lever.saved_s:.3g}",
            f"{lever.busy:.1%}",
            "yes" if lever.sure else "not sure",
        ]
        for lever in levers
    ]
    table(["station", "gain", "a second", "busy", "holds the line up"], rows_told)
    return 0


def _schema(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.live import state_schema
    from gearpark.engines.linesim.model import schema
    from gearpark.engines.linesim.study_file import study_schema

    made = {"model": schema, "study": study_schema, "state": state_schema}[options.kind]
    print(json.dumps(made(), indent=2))
    return 0


def _template(options: argparse.Namespace) -> int:
    from gearpark.engines import lines
    from gearpark.engines.linesim.templates import model_text

    if options.type:
        print(model_text(lines.template(options.type), name=options.name), end="")
    else:
        table(["type", "title"], [[code, lines.template(code).title_en] for code in lines.template_codes()])
    return 0


def _warmup(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim import engine, experiment, optimize

    start = time.perf_counter()
    experiment.prepare()
    optimize.prepare()
    emit(
        {
            "compiled": engine.JIT,
            "seconds": round(time.perf_counter() - start, 2),
            "kept_in": str(engine.cache_root()) if engine.JIT else None,
            "removed": engine.prune_caches() if engine.JIT else 0,
        },
        options.json,
    )
    return 0
