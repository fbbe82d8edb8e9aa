"""Points in memory on their way to one commit: grouped by device, each put waiting on a ticket."""

from __future__ import annotations

import math
from concurrent.futures import Future
from dataclasses import dataclass, field

from gearpark.base.limits import MAX_TEXT_VALUE
from gearpark.base.wire import Observation, Status, Value
from gearpark.bus.sparkplug import Point

from .store import AliasRow

MAX_TIME_US = 253_402_300_799_000_000  # the end of the year 9999
FIRST_ALIAS = 1


class Ticket:
    """One put: its future is done when the last of its batches is."""

    __slots__ = ("failed", "future", "open")

    def __init__(self, batches: int) -> None:
        self.future: Future[None] = Future()
        self.open = batches
        self.failed: Exception | None = None

    def done(self, error: Exception | None = None) -> None:
        """One batch is durable (or refused); called by the journal's thread only."""
        self.open -= 1
        self.failed = self.failed or error
        if self.open == 0 and not self.future.done():
            if self.failed is None:
                self.future.set_result(None)
            else:
                self.future.set_exception(self.failed)


@dataclass(slots=True)
class Bucket:
    """Points of one device that will be rows of one commit."""

    source: str
    device: str
    historical: bool
    opened_s: float
    points: list[Point] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(slots=True)
class SourceBook:
    """What the journal knows of one source in this run: tags' numbers, boot, next seq."""

    name: str
    boot: int
    tags: dict[str, tuple[str, int]] = field(default_factory=dict)  # tag -> (device, alias)
    rows: dict[int, AliasRow] = field(default_factory=dict)
    unsaved: list[AliasRow] = field(default_factory=list)
    next_seq: int = 1
    version: int = 0  # grows with every new alias: births are out of date

    def add(self, device: str, signal: str, text: bool) -> tuple[str, int]:
        """A number for a signal not seen before."""
        alias = FIRST_ALIAS + len(self.rows)
        while alias in self.rows:  # numbers are dense, unless a salvage lost some
            alias += 1
        row = AliasRow(alias, device, signal, text)
        self.rows[alias] = row
        self.unsaved.append(row)
        self.tags[f"{device}/{signal}"] = found = (device, alias)
        self.version += 1
        return found


def clean(observation: Observation) -> tuple[Value, int, str]:
    """(value, status, reason it was rejected or ""): what can be kept of an observation's value."""
    value, status = observation.value, int(observation.status) & 0xFFFFFFFF
    if type(value) is float:
        if math.isfinite(value):
            return value, status, ""
        return None, int(Status.BAD_OUT_OF_RANGE), "not_finite"
    if value is None:
        return None, status or int(Status.BAD_NO_DATA), ""
    if isinstance(value, str):
        if len(value) > MAX_TEXT_VALUE:
            return None, int(Status.BAD_OUT_OF_RANGE), "text_too_long"
        if not value.isascii() and not _encodable(value):
            return None, int(Status.BAD_OUT_OF_RANGE), "text_not_unicode"
        return value, status, ""
    if isinstance(value, (bool, int)):
        try:
            return float(value), status, ""
        except OverflowError:
            return None, int(Status.BAD_OUT_OF_RANGE), "not_finite"
    return None, int(Status.BAD_OUT_OF_RANGE), "not_a_value"


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
