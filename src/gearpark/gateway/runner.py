"""Runner: keeps one connection running. A fault of one source ends here and never reaches another."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable

from gearpark.base.problems import Problem

from .connectors import load
from .limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, BACKOFF_RESET_S
from .link import Link

log = logging.getLogger(__name__)


class Backoff:
    """Bounded exponential waits with jitter: 0.5, 1, 2 ... 20 s, each times 0.75 to 1."""

    def __init__(
        self, rng: random.Random, first_s: float = BACKOFF_FIRST_S, most_s: float = BACKOFF_MAX_S
    ) -> None:
        self._rng, self._first_s, self._most_s = rng, first_s, most_s
        self._next_s = first_s

    def reset(self) -> None:
        self._next_s = self._first_s

    def wait_s(self) -> float:
        """The next wait; doubles the one after it."""
        wait = self._next_s * self._rng.uniform(0.75, 1.0)
        self._next_s = min(self._next_s * 2, self._most_s)
        return wait


def sentence_of(error: BaseException) -> str:
    """One line for people: a Problem's sentence, else the error's own words with its type."""
    if isinstance(error, Problem):
        return error.sentence
    if isinstance(error, ExceptionGroup):
        return sentence_of(error.exceptions[0])
    if isinstance(error, TimeoutError):
        return f"No answer in time ({error})." if str(error) else "No answer in time."
    text = str(error).strip() or type(error).__name__
    return f"{type(error).__name__}: {text}"[:300]


async def run_connection(
    link: Link,
    *,
    rng: random.Random,
    on_lost: Callable[[Link], None] = lambda link: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Run the connection for ever; returns only by cancellation, after recording that its values are unknown."""
    wanted = link.wanted
    backoff = Backoff(rng)
    link.say("connecting")
    try:
        while True:
            started_s = monotonic()
            try:
                await link.resume()
                await load(wanted.protocol).run(link)
                error: BaseException = ConnectionError("the source ended the connection")
            except Exception as caught:  # whatever one source does, the others go on
                error = caught
            _note(link, error)
            await _mark(link)
            on_lost(link)
            link.reconnects += 1
            if monotonic() - started_s > BACKOFF_RESET_S:
                backoff.reset()
            await asyncio.sleep(backoff.wait_s())
    finally:
        link.say("stopped")
        await _mark(link)
        link.remember(stopped=True)


def _note(link: Link, error: BaseException) -> None:
    link.last_error = sentence_of(error)
    if link.say("failed", link.last_error):
        log.warning("connection %s (%s) is down: %s", link.wanted.id, link.wanted.shown_url, link.last_error)
    if not isinstance(error, Problem | OSError | TimeoutError | ExceptionGroup):
        log.debug("connection %s", link.wanted.id, exc_info=error)


async def _mark(link: Link) -> None:
    try:
        await link.mark_lost()
    except (
        Problem
    ) as problem:  # the journal refuses: health says so, the gap record follows with the next value
        log.warning("connection %s: %s", link.wanted.id, problem.sentence)
