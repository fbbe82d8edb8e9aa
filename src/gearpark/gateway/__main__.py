"""``python -m gearpark.gateway --name gw1 [--config FILE | --core URL --token-file F] [--home DIR]``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from gearpark.base.home import home
from gearpark.base.problems import Problem
from gearpark.bus.client import bus_url

from .agent import HEALTH_EVERY_S, Agent
from .forwarder import Pipe
from .sources import CoreSource, FileSource

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
DEFAULT_CORE = "http://127.0.0.1:8000"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; environment variables are the defaults."""
    parser = argparse.ArgumentParser(
        prog="python -m gearpark.gateway", description="Machines to the bus, without loss."
    )
    parser.add_argument(
        "--name", default=os.environ.get("GEARPARK_GATEWAY", "gw1"), help="this gateway's name"
    )
    parser.add_argument("--config", type=Path, help="JSON file with the wanted connections")
    parser.add_argument(
        "--core", default=os.environ.get("GEARPARK_WEB", DEFAULT_CORE), help="the core's address"
    )
    parser.add_argument("--token-file", type=Path, help="file with the bearer token for the core")
    parser.add_argument("--home", type=Path, help="folder of this installation")
    parser.add_argument("--mqtt", default=None, help="bus address, mqtt://host:port")
    parser.add_argument(
        "--health-s", type=float, default=HEALTH_EVERY_S, help="seconds between health documents"
    )
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv)


def token_file_of(options: argparse.Namespace, root: Path) -> Path:
    """Where this gateway's token lies: what the core is pulled with, and what signs its commands."""
    return options.token_file or root / "secrets" / f"gateway-{options.name}.token"


def source_of(options: argparse.Namespace, root: Path) -> FileSource | CoreSource:
    """Where the wanted state comes from."""
    if options.config is not None:
        return FileSource(options.config)
    token = token_file_of(options, root)
    return CoreSource(options.core, options.name, token, root / "journal" / f"{options.name}-config.json")


async def serve(options: argparse.Namespace) -> None:
    """Run the agent until SIGTERM or SIGINT."""
    root = options.home or home()
    folder = root / "journal"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = options.mqtt or bus_url()
    pipe = Pipe(folder, gateway=options.name, mqtt_url=url)
    marks = folder / f"{options.name}-bookmarks.json"
    agent = Agent(
        options.name,
        source_of(options, root),
        pipe,
        marks,
        url,
        health_every_s=options.health_s,
        token_file=token_file_of(options, root),
    )
    task = asyncio.create_task(agent.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logging.getLogger(__name__).info("gateway %s stopped", options.name)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; 0 after an orderly stop, 2 for wrong options, 1 when the pipe cannot start."""
    options = arguments(argv)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("asyncua", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # faults are said once, by the connection itself
    if not NAME.fullmatch(options.name):
        sys.stderr.write(f"{options.name!r} is not a gateway name: lower-case letters, digits and hyphens.\n")
        return 2
    try:
        asyncio.run(serve(options))
    except Problem as problem:
        sys.stderr.write(f"{problem.code}: {problem.sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
