"""Events of a book and what comes of them: integers alone, so that a log is replayed to the same state everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gearpark.base.problems import Problem

COLUMNS = ("kind", "order", "firm", "side", "price", "qty", "tif")
MAX_EVENTS = 20_000_000
MAX_TICKS = 1_000_000  # between the static bands
Rows = NDArray[np.int64]


class Kind(IntEnum):
    """NEW, CANCEL, AMEND concern an order; CALL opens a call auction, UNCROSS ends it (``price``: the reference);
    HALT and RESUME stop and go on; END drops day orders."""

    NEW = 0
    CANCEL = 1
    AMEND = 2
    CALL = 3
    UNCROSS = 4
    HALT = 5
    RESUME = 6
    END = 7


class Side(IntEnum):
    BUY = 0
    SELL = 1


class Tif(IntEnum):
    """Good till cancelled, day, immediate or cancel, fill or kill."""

    GTC = 0
    DAY = 1
    IOC = 2
    FOK = 3


class Result(IntEnum):
    """What became of an event. CUT: the rest of an order was cancelled before it met its own firm's order."""

    DONE = 0
    TWICE = 1  # the order's number was used before
    UNKNOWN = 2  # no such resting order
    BAND = 3  # outside the static band
    DYNAMIC = 4  # too far from the last price
    HALTED = 5
    WRONG = 6  # quantity or side that cannot be
    KILLED = 7  # fill or kill: not all of it could be filled
    CUT = 8


@dataclass(frozen=True, slots=True)
class Rules:
    """Static band in ticks, both ends allowed; ``dynamic``: most ticks from the last price, 0: no such band."""

    low: int
    high: int
    dynamic: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high or self.high - self.low >= MAX_TICKS or self.dynamic < 0:
            raise Problem(
                "matching.rules", f"The band is 1 to {MAX_TICKS:,} ticks above 0; the dynamic one 0 or more."
            )


@dataclass(frozen=True, slots=True)
class Run:
    """Outcome of a log. ``trades``: rows (event, resting order, incoming order, price, quantity); ``results``: a code
    per event; ``resting``: rows (side, price, order, firm, quantity) in priority."""

    trades: Rows
    results: NDArray[np.int8]
    resting: Rows
    last: int

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, the same for the same log and rules whoever ran it."""
        made = hashlib.sha256()
        for part in (
            self.trades,
            self.results.astype(np.int64),
            self.resting,
            np.array([self.last], np.int64),
        ):
            made.update(np.ascontiguousarray(part, dtype="<i8").tobytes())
        return made.hexdigest()


def rows_of(events: Iterable[Iterable[int]]) -> Rows:
    """Events as rows of COLUMNS. Problem ``matching.events``."""
    made = np.array([list(event) for event in events], dtype=np.int64)
    if made.size == 0:
        return np.zeros((0, len(COLUMNS)), np.int64)
    if made.ndim != 2 or made.shape[1] != len(COLUMNS):
        raise Problem("matching.events", f"An event has the columns {', '.join(COLUMNS)}.")
    if len(made) > MAX_EVENTS:
        raise Problem("matching.events", f"A log has at most {MAX_EVENTS:,} events.")
    if made[:, 0].min() < 0 or made[:, 0].max() > Kind.END:
        raise Problem("matching.events", "An event's kind is 0 to 7.")
    return made
