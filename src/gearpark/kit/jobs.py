"""Background jobs on Procrastinate: tasks live in a context's ``jobs.py`` and are found there.

A task is a plain function of JSON-ready arguments; it opens ``acting(scope)`` itself. ``periodic`` adds a cron line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django import app

MAX_ATTEMPTS = 5
QUEUE = "gearpark"


def task(
    name: str, *, attempts: int = MAX_ATTEMPTS, lock: str | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """Register a job; a failed run is tried again up to ``attempts`` times, jobs with one ``lock`` run one at a time."""
    return app.task(name=name, queue=QUEUE, retry=attempts, lock=lock, pass_context=False)


def periodic(name: str, cron: str, *, lock: str | None = None) -> Callable[[Callable[[datetime], Any]], Any]:
    """Register a job that runs by ``cron`` (UTC, five fields). The function gets the planned time as ``now``."""

    def decorate(function: Callable[[datetime], Any]) -> Any:
        def run(timestamp: int) -> Any:
            return function(datetime.fromtimestamp(timestamp, UTC))

        run.__name__ = function.__name__
        made = app.task(name=name, queue=QUEUE, lock=lock, queueing_lock=name)(run)
        return app.periodic(cron=cron, periodic_id=name)(made)

    return decorate


def defer(name: str, **arguments: Any) -> None:
    """Ask the worker to run a task soon, in the caller's transaction: nothing runs when that is undone."""
    app.configure_task(name, queue=QUEUE).defer(**arguments)
