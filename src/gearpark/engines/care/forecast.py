"""When will it be worn: use left from the best evidence there is, then time from the pace and the shift calendar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gearpark.engines.calendars import Spans

from .lives import MIN_ENDS, Life, remaining, survival
from .pace import Pace, hours_for
from .wear import trend_of, uses_to, wear_left

SHARE = 0.8  # probability that the interval holds what happens
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Remaining:
    """Use left, in the tool's unit, and which evidence says so: machine, wear, lives or limit. ``high`` may be infinite."""

    low: float
    middle: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Due:
    """When it will be due; ``late_us`` None: perhaps not within the calendar looked at. Times in microseconds UTC."""

    early_us: int
    due_us: int
    late_us: int | None
    left: Remaining


def remaining_uses(
    used: float,
    limit: float,
    *,
    machine: Sequence[tuple[float, float]] = (),
    wear: Sequence[tuple[float, float]] = (),
    wear_limit: float | None = None,
    lives: Sequence[Life] = (),
) -> Remaining:
    """Use left to a tool that was used ``used`` of at most ``limit``.

    machine  (used, share left) as the machine's own tool table said in this life
    wear     (used, measured wear) in this life; ``wear_limit`` the wear at which it is changed
    lives    past lives of its class
    The machine's word goes before measured wear, wear before the lives of others; nothing outlasts the limit.
    """
    hard = max(limit - used, 0.0)
    for method, found in (
        ("machine", _by_trend([(u, 1 - left) for u, left in machine], 1.0, used)),
        ("wear", _by_wear(wear, wear_limit, used)),
        ("lives", _by_lives(lives, used)),
    ):
        if found is not None:
            low, middle, high = (min(value, hard) for value in found)
            return Remaining(low, middle, high, method if middle < hard else "limit")
    return Remaining(hard, hard, hard, "limit")


def _by_trend(
    points: Sequence[tuple[float, float]], limit: float, used: float
) -> tuple[float, float, float] | None:
    trend = trend_of([u for u, _ in points], [w for _, w in points], SHARE)
    return None if trend is None else uses_to(trend, limit, used, SHARE)


def _by_wear(
    points: Sequence[tuple[float, float]], limit: float | None, used: float
) -> tuple[float, float, float] | None:
    if limit is None:
        return None
    return wear_left([u for u, _ in points], [w for _, w in points], limit, used, SHARE)


def _by_lives(lives: Sequence[Life], used: float) -> tuple[float, float, float] | None:
    known = survival(lives)
    if known.ends < MIN_ENDS:
        return None
    low, middle, high = remaining(known, used, (0.5 - SHARE / 2, 0.5, 0.5 + SHARE / 2))
    if low is None or middle is None:
        return None
    return low, middle, math.inf if high is None else high


def due_at(now_us: int, left: Remaining, pace: Pace, planned: Spans, per_use: float = 1.0) -> Due | None:
    """Use left -> clock time. ``pace`` counts parts, ``per_use`` is the use a part costs; ``planned`` the planned time
    ahead. None when even the middle lies beyond the planned time looked at."""
    low_h, _, _ = hours_for(left.low / per_use, pace, SHARE)
    _, middle_h, _ = hours_for(left.middle / per_use, pace, SHARE)
    _, _, high_h = hours_for(left.high / per_use, pace, SHARE)
    due = at_planned(planned, now_us, middle_h)
    early = at_planned(planned, now_us, low_h)
    if due is None or early is None:
        return None
    return Due(early, due, at_planned(planned, now_us, high_h), left)


def at_planned(planned: Spans, now_us: int, hours: float) -> int | None:
    """The instant at which ``hours`` of planned time have passed after ``now_us``; None beyond the last span."""
    if math.isinf(hours):
        return None
    left = round(max(hours, 0.0) * HOUR_US)
    if left == 0:
        return now_us
    for start, end in planned:
        begin = max(start, now_us)
        if end <= begin:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return None


def planned_between(planned: Spans, start_us: int, end_us: int) -> float:
    """Planned hours in [start, end)."""
    return sum(max(0, min(end, end_us) - max(start, start_us)) for start, end in planned) / HOUR_US
