"""The embedded broker: `python -m gearpark.bus.broker [--port N] [--bind ADDRESS] [--accounts FILE]`.

amqtt, MQTT 3.1.1, loopback only by default. With an accounts file (``user:argon2-hash`` lines) everybody signs in;
without one, anybody on this machine may connect, as with any default broker. It keeps nothing on disk: the gateway's
journal is the durable part, and retained messages are published again by their owners after a reconnect.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from amqtt.broker import Broker

from gearpark.base.home import home
from gearpark.bus.client import address, bus_url

MAX_CONNECTIONS = 500
ACCOUNTS_FILE = "mqtt-accounts"

log = logging.getLogger(__name__)


def config(bind: str, port: int, accounts: Path | None) -> dict[str, Any]:
    """amqtt's configuration: one listener, one way to sign in, no system topics."""
    plugins: dict[str, Any] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    if accounts is not None:
        plugins = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(accounts)}}
    return {
        "listeners": {
            "default": {"type": "tcp", "bind": f"{bind}:{port}", "max_connections": MAX_CONNECTIONS}
        },
        "plugins": plugins,
    }


async def serve(bind: str, port: int, accounts: Path | None, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    broker = Broker(config(bind, port, accounts))
    await broker.start()
    log.info("broker: listening on %s:%d%s", bind, port, "" if accounts is None else ", with accounts")
    try:
        await stop.wait()
    finally:
        await broker.shutdown()


async def _main(bind: str, port: int, accounts: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(bind, port, accounts, stop)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns 0 after SIGTERM, 1 when the port is taken or the accounts file is missing."""
    host, url_port, _ = address(bus_url())
    parser = argparse.ArgumentParser(prog="gearpark.bus.broker", description=__doc__.splitlines()[0])
    parser.add_argument("--bind", default=host, help="address to listen on (default: of GEARPARK_MQTT)")
    parser.add_argument("--port", type=int, default=url_port)
    parser.add_argument(
        "--accounts", type=Path, help="file of user:argon2-hash lines; nobody else may connect"
    )
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("amqtt").setLevel(logging.ERROR)
    logging.getLogger("transitions").setLevel(logging.ERROR)
    accounts = options.accounts
    default = home() / "secrets" / ACCOUNTS_FILE
    if accounts is None and default.is_file():
        accounts = default
    if accounts is not None and not accounts.is_file():
        log.error("broker: the accounts file %s does not exist", accounts)
        return 1
    try:
        asyncio.run(_main(options.bind, options.port, accounts))
    except Exception as error:
        log.error("broker: cannot listen on %s:%d: %s", options.bind, options.port, error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
