"""Reasons that people book to stops: from bookings that may overlap or stand open to charges that do not.

A booking names time; only the stopped part of it is ever charged (``account`` sees to that, after the calendar has cut).
An open booking ends with the stop it was made in: it never reaches a later stop. Where two overlap the higher rank
wins; ranks must differ, so that the order of input has no say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .types import STOP_ELEMENTS, MappingTable, StateSpan


@dataclass(frozen=True, slots=True)
class Booking:
    """``end_us`` None: until the stop ends. ``kind``: loss class of the reason. ``rank``: greater wins."""

    start_us: int
    end_us: int | None
    reason: str
    kind: str
    rank: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Charge:
    """Time that a reason is charged to, as far as the unit stood still in it; charges do not overlap."""

    start_us: int
    end_us: int
    reason: str
    kind: str
    rank: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Stop:
    """A whole stretch in which a unit did not produce, whatever it said meanwhile."""

    start_us: int
    end_us: int
    parts: tuple[StateSpan, ...]


def stops(intervals: Sequence[StateSpan], table: MappingTable) -> list[Stop]:
    """Stops by time: neighbouring intervals of stopped states taken together; planned stops and no data end one."""
    found: list[list[StateSpan]] = []
    for item in sorted(intervals, key=lambda one: one.start_us):
        if table.rule(item.state).element not in STOP_ELEMENTS:
            continue
        if found and found[-1][-1].end_us == item.start_us:
            found[-1].append(item)
        else:
            found.append([item])
    return [Stop(parts[0].start_us, parts[-1].end_us, tuple(parts)) for parts in found]


def resolved(
    bookings: Iterable[Booking], intervals: Sequence[StateSpan], table: MappingTable
) -> tuple[Charge, ...]:
    """Bookings of one unit -> charges by time, without overlap."""
    every = list(bookings)
    closed = [booking for booking in every if booking.end_us is not None]
    standing = [booking for booking in every if booking.end_us is None]
    if standing:
        known = stops(intervals, table)
        for booking in standing:
            stop = next((s for s in known if s.start_us <= booking.start_us < s.end_us), None)
            if stop is not None:
                closed.append(
                    Booking(booking.start_us, stop.end_us, booking.reason, booking.kind, booking.rank)
                )
    return _apart([b for b in closed if b.end_us is not None and b.end_us > b.start_us])


def _apart(closed: Sequence[Booking]) -> tuple[Charge, ...]:
    edges = sorted({edge for b in closed for edge in (b.start_us, b.end_us or 0)})
    made: list[Charge] = []
    for start, end in pairwise(edges):
        here = [b for b in closed if b.start_us <= start and (b.end_us or 0) >= end]
        if not here:
            continue
        best = max(here, key=lambda b: (b.rank, b.reason, b.kind))
        last = made[-1] if made else None
        if (
            last
            and last.end_us == start
            and (last.rank, last.reason, last.kind)
            == (
                best.rank,
                best.reason,
                best.kind,
            )
        ):
            made[-1] = Charge(last.start_us, end, last.reason, last.kind, last.rank)
        else:
            made.append(Charge(start, end, best.reason, best.kind, best.rank))
    return tuple(made)
