"""Loops: work that must follow the shop within seconds, where a job queue's minute is too coarse.

A context offers ``public.LOOPS``. The process ``gearpark.config.floor`` runs each loop in a thread of its own, on one
machine of an installation at a time (a PostgreSQL advisory lock), and waits longer after every failure in a row.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections, connection

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc

MAX_WAIT_S = 60.0  # between tries of a loop that keeps failing
REST = 3.0  # times as long as it worked a loop rests: all loops share one process, and pages the machine
MAX_REST_S = 10.0  # after long work; what follows the shop may lag by so much
log = logging.getLogger("gearpark.floor")


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop: ``run(now)`` every ``every_s`` seconds. It opens ``acting(scope)`` itself and must be safe to repeat."""

    name: str
    every_s: float
    run: Callable[[datetime], object]


def keep_running(loop: Loop, stopping: threading.Event) -> None:
    """Run one loop until ``stopping``; a failure is logged and tried again, later each time, never given up."""
    failures = 0
    while not stopping.is_set():
        began = time.monotonic()
        try:
            close_old_connections()
            loop.run(now_utc())
            failures = 0
        except Exception as error:
            failures += 1
            known = isinstance(error, Problem)
            log.error("%s failed (%d in a row): %s", loop.name, failures, error, exc_info=not known)
        stopping.wait(pause_s(loop.every_s, time.monotonic() - began, failures))
    connection.close()


def pause_s(every_s: float, took_s: float, failures: int = 0) -> float:
    """Seconds from the end of a round to the next one's begin."""
    wait = min(every_s * 2 ** min(failures, 10), max(MAX_WAIT_S, every_s))
    return max(wait - took_s, min(REST * took_s, MAX_REST_S))
