"""``gearpark``: the one console command."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gearpark import __version__
from gearpark.base.problems import Problem

from .commands import areas, emit

EXIT_PROBLEM = 2
POTLINE_PORT = 70  # the demo's potline listens this far from the port base


def _up(options: argparse.Namespace) -> int:
    from .processes import installation, web_url
    from .supervisor import Supervisor

    demo = options.command == "demo"
    plant_arguments: tuple[str, ...] = ()
    if demo:
        plant_arguments = ("--seed", str(options.seed), "--speed", str(options.speed))
        plant_arguments += ("--port-base", str(options.port_base), "--lines", str(options.lines))
        plant_arguments += ("--other-lines", str(options.other_lines), "--vehicles", str(options.vehicles))
    ready = f"open {web_url()}/"
    if demo:
        from .demo import GUEST, SIGN_INS

        os.environ.setdefault("GEARPARK_GUEST", GUEST)
        os.environ.setdefault("GEARPARK_CUSTODIAN", "simulated")
        ready += "  (sign in as " + ", ".join(f"{name} / {word}" for name, word in SIGN_INS) + ")"
    cells, port = (options.potline_cells, options.port_base + POTLINE_PORT) if demo else (0, 0)
    tree = installation(
        demo=demo, plant_arguments=plant_arguments, note=ready, potline_cells=cells, potline_port=port
    )
    return Supervisor(tree).run()


def _status(options: argparse.Namespace) -> int:
    from .supervisor import status

    emit(status(), options.json)
    return 0


def _manage(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["gearpark manage", *arguments])
    return 0


def benchmarks_folder() -> Path:
    """``benchmarks/`` of the source checkout this package runs from."""
    folder = Path(__file__).resolve().parents[3] / "benchmarks"
    if not folder.is_dir():
        raise Problem(
            "bench.no_checkout",
            "Benchmarks live in the source checkout; clone the repository and run make setup.",
        )
    return folder


def _bench(options: argparse.Namespace) -> int:
    folder = benchmarks_folder()
    areas = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    if options.area not in areas:
        raise Problem("bench.unknown_area", f"No benchmark {options.area!r}; there are: {', '.join(areas)}.")
    sys.path.insert(0, str(folder.parent))
    module = importlib.import_module(f"benchmarks.{options.area}")
    wanted = {name: True for name in ("quick", "full") if getattr(options, name)}
    unknown = [name for name in wanted if name not in inspect.signature(module.run).parameters]
    if unknown:
        raise Problem("bench.no_such_run", f"The benchmark {options.area} has no {unknown[0]} run.")
    emit(module.run(**wanted), options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gearpark", description="Operating platform for an industrial park."
    )
    parser.add_argument("--version", action="version", version=f"gearpark {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run the platform: database, bus, historian, web, gateway, jobs")
    up.set_defaults(run=_up)
    demo = commands.add_parser("demo", help="run the platform with the demo park and its simulated plants")
    demo.add_argument("--seed", type=int, default=1, help="seed of the simulated plants")
    demo.add_argument(
        "--speed", type=float, default=1.0, help="speed of replays and plants against the wall clock"
    )
    demo.add_argument("--lines", type=int, default=7, help="simulated housing lines that run (1 to 7)")
    demo.add_argument(
        "--other-lines", type=int, choices=(0, 1), default=1, help="1: also one line of every other type"
    )
    demo.add_argument(
        "--vehicles", type=int, default=4, help="vehicles that carry containers in the housing shop (0 to 20)"
    )
    demo.add_argument(
        "--potline-cells", type=int, default=300, help="simulated reduction cells under control (0 to 1000)"
    )
    demo.add_argument(
        "--port-base",
        type=int,
        default=48_400,
        help="plants listen from here on (other parks on this machine)",
    )
    demo.set_defaults(run=_up)
    status = commands.add_parser("status", help="what runs on this home")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_status)
    commands.add_parser("manage", help="Django's management commands", add_help=False)

    bench = commands.add_parser("bench", help="measure an area beside a peer")
    bench.add_argument("area", metavar="AREA")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument("--quick", action="store_true", help="a short run that shows the way, not the figure")
    bench.add_argument("--full", action="store_true", help="everything, where an area has a longer run")
    bench.set_defaults(run=_bench)

    for area in areas():
        area.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. A Problem is printed as one line (one JSON object with ``--json``) and gives exit code 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["manage"]:
        return _manage(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except Problem as problem:
        if getattr(options, "json", False):
            print(json.dumps(problem.as_dict(), ensure_ascii=False, default=str))
        else:
            print(f"gearpark: {problem.sentence} [{problem.code}]", file=sys.stderr)
        return EXIT_PROBLEM


if __name__ == "__main__":
    sys.exit(main())
