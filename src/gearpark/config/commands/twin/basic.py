"""``gearpark twin run|compare|bottleneck|schema|warmup``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gearpark.base.problems import Problem

from .. import emit
from .tell import duration, load, sampling, table, with_half

if TYPE_CHECKING:
    from gearpark.engines.linesim.experiment import Answer, Comparison, Estimate
    from gearpark.engines.linesim.model import Line, Scenario

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

    answer = simulate(
        load(options.model),
        replications=options.replications,
        seed=options.seed,
        engine=options.engine,
        workers=options.workers,
    )
    if options.json:
        emit(_figures(answer), True)
    else:
        _tell_run(answer)
    return 0


def _figures(answer: Answer) -> dict[str, Any]:
    """Figures of a run as JSON; shares of each station's time on shift."""
    from gearpark.engines.linesim.experiment import estimate

    line, per_h = answer.line, estimate(answer.per_h())
    wip, lead = estimate(answer.wip()), estimate(answer.lead_s())
    made: dict[str, Any] = {
        "line": line.name,
        "model": line.document.hash(),
        "engine": answer.engine,
        "seed": answer.seed,
        "replications": len(answer.rows),
        "warmup_s": answer.warm_s,
        "time_s": answer.until_s,
        "throughput_per_h": per_h.mean,
        "throughput_ci_half": per_h.half,
        "wip": wip.mean,
        "wip_ci_half": wip.half,
        "lead_time_s": lead.mean,
        "lead_time_ci_half": lead.half,
        "scrap_per_h": float(answer.scrap_per_h().mean()),
        "lost_per_h": float(answer.lost_per_h().mean()),
        "stations": {s.name: answer.shares(s.name) for s in line.stations},
        "buffers": answer.contents(),
    }
    good = float(answer.per_h().mean()) * answer.hours
    if any(s.power_kw for s in line.stations) and good > 0:
        made["energy_kwh_per_part"] = answer.energy_kwh() / good
    return made


def _tell_run(answer: Answer) -> None:
    made = _figures(answer)
    titles = {s.name: f"{s.title} (carrier)" if s.carrier else s.title for s in answer.line.stations}
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
    from gearpark.engines.linesim.model import build_line

    base = load(options.model)
    given = {"replications": options.replications, "seed": options.seed, "workers": options.workers}
    if options.other:
        other = load(options.other)
        rows = [_compared(compare(base, other, **given), other.name)]
    elif base.scenarios:
        rows = []
        for scenario in base.scenarios:
            line = base.document.line(("scenarios", scenario.name, "set"))
            changed = build_line(base.document.patched(scenario.changes, line))
            row = _compared(compare(base, changed, **given), scenario.title)
            rows.append(row | _worth(base, scenario, row["difference_per_h"]))
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


def _compared(made: Comparison, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "replications": len(made.a.rows),
        "warmup_s": made.a.warm_s,
        "a_per_h": float(made.a.per_h().mean()),
        "b_per_h": float(made.b.per_h().mean()),
        "difference_per_h": made.per_h.mean,
        "difference_ci_half": made.per_h.half,
        **_pair("wip_difference", made.wip),
        **_pair("lead_time_difference_s", made.lead_s),
        "variance_ratio": made.variance_ratio,
    }


def _pair(name: str, found: Estimate) -> dict[str, Any]:
    return {name: found.mean, f"{name}_ci_half": found.half}


def _worth(base: Line, scenario: Scenario, gain_per_h: float) -> dict[str, Any]:
    """What a scenario brings a year, CNY, and years until it has paid itself back; None when never."""
    yearly = gain_per_h * base.money.hours * base.money.margin + scenario.saves
    years = scenario.cost / yearly if yearly > 0 else None
    return {"scenario": scenario.name, "cost": scenario.cost, "yearly": yearly, "payback_years": years}


def _told(row: Mapping[str, Any]) -> list[str]:
    years = row.get("payback_years")
    back = "" if "cost" not in row else "never" if years is None else f"{years:.1f} years"
    gain = with_half(row["difference_per_h"], row["difference_ci_half"])
    return [row["title"], f"{row['a_per_h']:.4g}", f"{row['b_per_h']:.4g}", gain, back]


def _bottleneck(options: argparse.Namespace) -> int:
    from gearpark.engines.linesim.experiment import CUT, bottlenecks

    base, levers = bottlenecks(
        load(options.model),
        replications=options.replications,
        seed=options.seed,
        workers=options.workers,
    )
    if options.json:
        rows = [
            {
                "station": lever.station,
                "gain_per_h": lever.per_h.mean,
                "gain_ci_half": lever.per_h.half,
                "gain_per_h_per_s": (lever.per_h.mean or 0.0) / lever.saved_s,
                "saved_s": lever.saved_s,
                "busy": lever.busy,
                "sure": lever.sure,
            }
            for lever in levers
        ]
        emit(
            {
                "line": base.line.name,
                "seed": base.seed,
                "replications": len(base.rows),
                "throughput_per_h": float(base.per_h().mean()),
                "quicker_by": CUT,
                "stations": rows,
            },
            True,
        )
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
