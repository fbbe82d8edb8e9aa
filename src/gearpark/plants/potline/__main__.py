"""``python -m gearpark.plants.potline --port 48450 --cells 300``: a simulated reduction line until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Sequence

from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.control.telegram import MAX_CELLS
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.live import LiveLine
from gearpark.engines.electrolysis.sim.scenarios import scenario

from .server import PotlineServer

DEFAULT_PORT = 48_470
MAX_SPEED = 20.0
MAX_WARM_H = 72.0
log = logging.getLogger("gearpark.plants.potline")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; what does not fit is a Problem ``plants.option``."""
    parser = argparse.ArgumentParser(
        prog="gearpark.plants.potline", description="A simulated reduction line."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--cells", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="line seconds per real second")
    parser.add_argument("--scenario", default="mixed", help="what the line is put through")
    parser.add_argument("--warm-hours", type=float, default=2.0, help="line hours before it listens")
    given = parser.parse_args(argv)
    for name, value, low, high in (
        ("--cells", given.cells, 1, MAX_CELLS),
        ("--speed", given.speed, 0.01, MAX_SPEED),
        ("--warm-hours", given.warm_hours, 0.0, MAX_WARM_H),
        ("--port", given.port, 1024, 65_535),
    ):
        if not low <= value <= high:
            raise Problem("plants.option", f"{name} is {value}; it goes from {low} to {high}.")
    return given


async def serve(given: argparse.Namespace) -> None:
    """Warm up, listen, run until a signal."""
    case = scenario(given.scenario)
    line = LiveLine(
        cell_parameters().with_values(case.cell), control_parameters(), case, given.cells, given.seed
    )
    line.warm_up(int(given.warm_hours * 3600))
    plant = PotlineServer(line, given.port, speed=given.speed)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await plant.start()
    gc.collect()
    gc.freeze()
    try:
        await plant.run(stopping)
    finally:
        await plant.stop()


def main(argv: Sequence[str] | None = None) -> int:
    """0 after a clean stop, 2 when the options or the port do not fit."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    try:
        asyncio.run(serve(arguments(argv)))
    except Problem as problem:
        log.error("%s", problem)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
