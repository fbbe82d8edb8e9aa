"""Part counters -> pieces. A pure function of the *set* of readings: order, repeats and lateness change nothing.

Rules, in this order, over good readings sorted by source time:
- equal instants: the highest reading stands, the others are conflicts and counted;
- growth is pieces; no growth is nothing;
- a fall from the top of a stated range to its bottom is a wrap; any other fall is a reset, and the new reading is what
  was counted since (counters restart at zero);
- a step faster than a machine can be (``fastest_us`` a piece) is doubtful: left out of the pieces, kept in the tally;
- bad readings are no readings but mark a gap: the next step spans it and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

MAX_COUNT = 2**53  # beyond it a float no longer holds every integer
WRAP_NEAR = 0.1  # a wrap leaves the top tenth of the range and lands in the lowest tenth
SLACK_PIECES = 2  # a buffered counter may deliver a few pieces at one instant
SEVERITY_BITS = 30


class Step(NamedTuple):
    """Pieces that appeared between two readings; booked at ``at_us``, made after ``from_us``."""

    at_us: int
    from_us: int
    pieces: int
    across_gap: bool = False


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one counter says.

    steps       growth only, by time
    readings    good readings used; duplicates, conflicts, rejected, resets, wraps: how often each rule acted
    doubtful    pieces left out because no machine makes them that fast
    """

    steps: tuple[Step, ...] = ()
    readings: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    resets: int = 0
    wraps: int = 0
    doubtful: int = 0

    def total(self, start_us: int, end_us: int) -> int:
        """Pieces booked in [start, end)."""
        return sum(step.pieces for step in self.steps if start_us <= step.at_us < end_us)


class _Tally:
    def __init__(self) -> None:
        self.duplicates = self.conflicts = self.rejected = 0
        self.resets = self.wraps = self.doubtful = 0


def pieces_of(
    at_us: Sequence[int],
    values: Sequence[float],
    statuses: Sequence[int],
    *,
    wraps_at: int | None = None,
    fastest_us: int | None = None,
) -> Pieces:
    """Readings of one counter, in any order -> pieces.

    at_us, values, statuses  same length: source time (us), reading, OPC UA status
    wraps_at                 size of the counter's range (65536), None when it does not wrap
    fastest_us               shortest believable time a piece (us); None: every growth is believed
    """
    tally = _Tally()
    readings, gaps = _clean(at_us, values, statuses, tally)
    steps: list[Step] = []
    for (before, last), (at, value) in pairwise(readings):
        pieces = _growth(last, value, wraps_at, tally)
        if pieces == 0:
            continue
        if fastest_us and pieces > (at - before) // fastest_us + SLACK_PIECES:
            tally.doubtful += pieces
            continue
        steps.append(Step(at, before, pieces, _gap_between(gaps, before, at)))
    return Pieces(
        tuple(steps),
        len(readings),
        tally.duplicates,
        tally.conflicts,
        tally.rejected,
        tally.resets,
        tally.wraps,
        tally.doubtful,
    )


def _clean(
    at_us: Sequence[int], values: Sequence[float], statuses: Sequence[int], tally: _Tally
) -> tuple[list[tuple[int, int]], list[int]]:
    best: dict[int, int] = {}
    seen: set[tuple[int, int]] = set()
    gaps: set[int] = set()
    for at, value, status in zip(at_us, values, statuses, strict=True):
        moment, severity = int(at), (int(status) >> SEVERITY_BITS) & 0b11
        if severity:
            if severity != 1:
                gaps.add(moment)
            continue
        number = float(value) if value is not None else math.nan
        if not math.isfinite(number) or number < 0 or number > MAX_COUNT or number != int(number):
            tally.rejected += 1
            continue
        key = (moment, int(number))
        if key in seen:
            tally.duplicates += 1
            continue
        seen.add(key)
        if moment in best:
            tally.conflicts += 1
        best[moment] = max(best.get(moment, 0), int(number))
    return sorted(best.items()), sorted(gaps)


def _growth(last: int, value: int, wraps_at: int | None, tally: _Tally) -> int:
    if value >= last:
        return value - last
    if wraps_at and last < wraps_at and last >= wraps_at * (1 - WRAP_NEAR) and value < wraps_at * WRAP_NEAR:
        tally.wraps += 1
        return wraps_at - last + value
    tally.resets += 1
    return value


def _gap_between(gaps: Sequence[int], before: int, at: int) -> bool:
    return any(before <= gap <= at for gap in gaps)
