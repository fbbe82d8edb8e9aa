"""``python -m gearpark.config.prepare [--demo]``: what must be true before the web may serve.

Roles and schema up to date, the local gateway known with its token on disk, and with ``--demo`` the demo park's
organisations, people and plots. Safe to run at every start.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from gearpark.base import home
from gearpark.base.time import now_utc

from . import database

LOCAL_GATEWAY = "gw1"
log = logging.getLogger("gearpark.prepare")


def gateway_token() -> None:
    """Make the local gateway's token once; the file under ``secrets/`` is the gateway's copy."""
    from gearpark.contexts.telemetry.public import ensure_gateway, process_scope
    from gearpark.kit.tenant import acting

    path = home.folder("secrets") / f"gateway-{LOCAL_GATEWAY}.token"
    known = path.read_text().strip() if path.exists() else None
    with acting(process_scope("prepare")) as scope:
        token = ensure_gateway(scope, LOCAL_GATEWAY, token=known)
    if token != known:
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(token)
        fresh.replace(path)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="load the demo park too")
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    os.environ.setdefault("GEARPARK_NO_POOL", "1")  # one connection, and migrations change its role
    database.ensure()
    import django

    django.setup()
    database.migrate(verbosity=1)
    gateway_token()
    if options.demo:
        from . import demo

        log.info("demo park: %s", demo.load(now_utc()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
