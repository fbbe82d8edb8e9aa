"""``python -m gearpark.plants``: simulated factories until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence

from gearpark.base.problems import Problem

from .options import Options, parse_options
from .runner import Plants

log = logging.getLogger("gearpark.plants")


async def serve(options: Options) -> None:
    """Start, write the list of endpoints, run until a signal, stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    plants = Plants(options)
    try:
        starting = asyncio.create_task(plants.start())
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
            return
        waiting.cancel()
        starting.result()
        log.info("endpoints are listed in %s", plants.write_endpoints())
        await plants.run(stopping)
    finally:
        await plants.stop()
        log.info("plants stopped")


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point: 0 after a clean stop, 2 when the options or ports do not fit."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    try:
        asyncio.run(serve(parse_options(argv)))
    except Problem as problem:
        log.error("%s", problem)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
