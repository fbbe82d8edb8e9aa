"""``python -m gearpark.config.floor``: runs every context's loops (``kit.loops``) until SIGTERM.

One installation may start several; the one that holds the database's advisory lock works, the others stand by.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import Any

import psycopg

from gearpark.base.problems import Problem

from . import database

LOCK_KEY = 7_471_001  # any constant; names this process among the database's advisory locks
STANDBY_POLL_S = 2.0
LINK_CHECK_S = 5.0
STOP_TIMEOUT_S = 10.0
log = logging.getLogger("gearpark.floor")


def main() -> int:
    """Exit code 0 after SIGTERM; 1 when the link that holds the lock broke, so that the supervisor starts afresh."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    import django

    django.setup()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with database.dsn("app").connect(name=database.DATABASE) as link:
        while link.execute("SELECT 1 WHERE pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone() is None:
            if stopping.wait(STANDBY_POLL_S):
                return 0
        return _work(link, stopping)


def _work(link: psycopg.Connection[Any], stopping: threading.Event) -> int:
    from gearpark.kit.loops import keep_running

    from .wiring import loops

    found = loops()
    threads = [
        threading.Thread(target=keep_running, args=(loop, stopping), name=loop.name, daemon=True)
        for loop in found
    ]
    for thread in threads:
        thread.start()
    log.info("loops: %s", ", ".join(loop.name for loop in found) or "none")
    code = 0
    while not stopping.wait(LINK_CHECK_S):
        try:
            link.execute("SELECT 1")
        except psycopg.Error as error:
            log.error("the lock's link broke: %s", error)
            stopping.set()
            code = 1
    for thread in threads:
        thread.join(STOP_TIMEOUT_S)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        log.error("%s", problem)
        sys.exit(1)
