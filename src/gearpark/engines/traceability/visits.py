"""What a station says of the part on it -> visits: which serial was there from when to when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SILENT_US = 90_000_000  # a station heard of less often than this may have changed parts unseen

Said = Sequence[tuple[int, bool, str]]  # time, is the reading good, serials separated by spaces; by time


@dataclass(frozen=True, slots=True)
class Visit:
    """One part on one station in [begun_us, ended_us).

    ended_us  None: still there
    end_seen  False: it was gone after the station had been silent; ``ended_us`` is when it was heard of last
    """

    serial: str
    begun_us: int
    ended_us: int | None = None
    end_seen: bool = True

    def holds(self, at_us: int) -> bool:
        return self.begun_us <= at_us and (self.ended_us is None or at_us < self.ended_us)


def visits_of(said: Said, heard: Sequence[int] = ()) -> list[Visit]:
    """Visits by time. Several serials at once are a charge: each has its own visit.

    heard  sorted times at which anything at all was heard of the station; empty: it has no heartbeat, and silence
           means nothing. A bad reading means that nobody knows; a part that is still there after it never left.
    """
    here: dict[str, int] = {}
    found: list[Visit] = []
    dark_us: int | None = None  # since when nobody knows
    before_us = 0
    for at, good, text in said:
        if not good:
            dark_us = at if dark_us is None else dark_us
            continue
        now = dict.fromkeys(text.split())
        gone = [serial for serial in here if serial not in now]
        if gone:
            since = dark_us if dark_us is not None else _silent_since(heard, before_us, at)
            for serial in gone:
                begun = here.pop(serial)
                end = at if since is None else max(begun, since)
                found.append(Visit(serial, begun, end, since is None))
        for serial in now:
            here.setdefault(serial, at)
        dark_us, before_us = None, at
    found += [Visit(serial, begun) for serial, begun in here.items()]
    return sorted(found, key=lambda visit: (visit.begun_us, visit.serial))


def _silent_since(heard: Sequence[int], start: int, end: int) -> int | None:
    """When the first silence in [start, end] began; None when the station was heard of all the time."""
    if not heard:
        return None
    times = [start, *heard[bisect_right(heard, start) : bisect_left(heard, end)], end]
    return next((a for a, b in pairwise(times) if b - a > SILENT_US), None)
