"""Pieces against plan through a shift, and an honest guess of where the shift will end.

The guess says: the rest of the planned time goes as the shift went so far. Its band is a quasi-Poisson prediction:
variance = phi x (L + L^2 / made), where L is the expected rest, the second term is what the rate itself is not known by,
and phi is how unevenly the pieces fell so far (variance over mean of quarter hours of planned time; 1 while fewer than
eight quarter hours are known). No rate is guessed before ``MIN_PIECES`` pieces in ``MIN_SEEN_US`` of known planned time;
time without data, and pieces counted across it, say nothing about the rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gearpark.engines.calendars.spans import Spans, clipped, intersection, total

from .counters import Step

MIN_PIECES = 3
MIN_SEEN_US = 600_000_000
SLOT_US = 900_000_000
MIN_SLOTS = 8
Z_90 = 1.6448536269514722  # two-sided 90 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Projection:
    """Expected pieces at the end of the shift with a two-sided 90 % band; rate in pieces an hour of planned time."""

    expected: float
    low: float
    high: float
    rate_per_h: float
    dispersion: float


def plan_at(plan: int, planned: Spans, at_us: int) -> float:
    """Pieces due at an instant: the plan spread evenly over planned time (breaks are flat)."""
    whole = total(planned)
    if whole == 0:
        return 0.0
    return plan * total(clipped(planned, planned[0][0], max(planned[0][0], at_us))) / whole


def project(
    steps: Sequence[Step], planned: Spans, now_us: int, *, known: Spans | None = None
) -> Projection | None:
    """Steps of the shift so far -> expected end, or None while there is too little to say.

    planned  span list of the shift's planned time
    known    span list of the time with data; None: all of it
    """
    if not planned:
        return None
    start, end = planned[0][0], planned[-1][1]
    at = min(now_us, end)
    made = sum(step.pieces for step in steps if start <= step.at_us < at)
    looked = clipped(planned, start, max(start, at))
    if known is not None:
        looked = intersection(looked, known)
        steps = [s for s in steps if any(a <= s.from_us and s.at_us < b for a, b in known)]
    seen = [step for step in steps if start <= step.at_us < at]
    counted = sum(step.pieces for step in seen)
    elapsed = total(looked)
    if counted < MIN_PIECES or elapsed < MIN_SEEN_US:
        return None
    rest = total(clipped(planned, max(start, at), end))
    expected_rest = counted * rest / elapsed
    phi = _dispersion(seen, looked)
    spread = Z_90 * math.sqrt(phi * (expected_rest + expected_rest**2 / counted))
    return Projection(
        expected=made + expected_rest,
        low=made + max(0.0, expected_rest - spread),
        high=made + expected_rest + spread,
        rate_per_h=counted * 3_600_000_000 / elapsed,
        dispersion=phi,
    )


def _dispersion(steps: Sequence[Step], looked: Spans) -> float:
    """Variance over mean of pieces in quarter hours of the time looked at."""
    slots = total(looked) // SLOT_US
    if slots < MIN_SLOTS:
        return 1.0
    first = looked[0][0]
    counts = [0] * slots
    for step in steps:
        slot = total(clipped(looked, first, max(first, step.at_us))) // SLOT_US
        if slot < slots:
            counts[slot] += step.pieces
    mean = sum(counts) / slots
    if mean == 0:
        return 1.0
    return sum((n - mean) ** 2 for n in counts) / (slots - 1) / mean
