"""``python -m gearpark.config.potline --url opc.tcp://...``: the controller until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from gearpark.base import home
from gearpark.base.ids import asset_id
from gearpark.base.problems import Problem
from gearpark.engines.electrolysis.parameters import (
    cell_parameters,
    control_parameters,
    overlaid,
)
from gearpark.gateway.wanted import check_url

from .chronicle import Chronicle, Name
from .orders import MODES
from .process import Controller
from .status import status_file

log = logging.getLogger("gearpark.potline")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; environment variables are the defaults."""
    parser = argparse.ArgumentParser(prog="python -m gearpark.config.potline", description="Cell controller.")
    parser.add_argument(
        "--url", default=os.environ.get("GEARPARK_POTLINE", ""), help="the cells' OPC UA server"
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default=os.environ.get("GEARPARK_POTLINE_MODE", "advise"),
        help="until people order",
    )
    parser.add_argument("--cell", type=Path, help="TOML with constants of the cell")
    parser.add_argument("--control", type=Path, help="TOML with constants of the controller")
    parser.add_argument(
        "--org",
        default=os.environ.get("GEARPARK_POTLINE_ORG", ""),
        help="whose line it is; with it cells are told to the bus",
    )
    parser.add_argument(
        "--line",
        default=os.environ.get("GEARPARK_POTLINE_NAME", "potline-1"),
        help="code of the line; its cells are <line>-001 ...",
    )
    parser.add_argument("--folder", type=Path, help="state and journal; <home>/potline when not given")
    return parser.parse_args(argv)


def controller_of(given: argparse.Namespace) -> Controller:
    check_url("opcua", given.url)
    p, q = cell_parameters(), control_parameters()
    if given.cell:
        p = overlaid(p, given.cell.read_text("utf-8"), str(given.cell))
    if given.control:
        q = overlaid(q, given.control.read_text("utf-8"), str(given.control))
    folder = given.folder or home.folder("potline")
    chronicle = Chronicle(folder, Name(given.org, asset_id(given.line))) if given.org else None
    return Controller(given.url, folder, status_file(), p, q, mode=given.mode, chronicle=chronicle)


async def serve(controller: Controller) -> None:
    task = asyncio.create_task(controller.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped; the cells feed by themselves from now on")


def main(argv: Sequence[str] | None = None) -> int:
    """0 after a clean stop, 2 for what does not fit."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    try:
        asyncio.run(serve(controller_of(arguments(argv))))
    except (Problem, OSError) as error:
        log.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
