"""Shift calendars of a model file: ``Mon-Fri 06:30-14:30`` with breaks, as a week that repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..plan import Calendar

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK_S, DAY_S = 604_800.0, 86_400.0
_TIME = r"(\d{1,2}):(\d{2})"
_SPAN = re.compile(rf"^\s*(?:(?P<days>[A-Za-z,\- ]+?)\s+)?{_TIME}\s*-\s*{_TIME}\s*$")
_MOMENT = re.compile(rf"^\s*(?P<day>[A-Za-z]{{3}})\s+{_TIME}\s*$")


class BadClock(ValueError):
    """A time of the week that cannot be read; the text completes a sentence."""


def _day(word: str) -> int:
    name = word.strip().capitalize()
    if name not in DAYS:
        raise BadClock(f"{word.strip()!r} is no day; days are {', '.join(DAYS)}")
    return DAYS.index(name)


def _days(text: str | None) -> list[int]:
    if text is None:
        return list(range(7))
    found: list[int] = []
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        low = _day(first)
        high = _day(last) if last else low
        found += [(low + k) % 7 for k in range((high - low) % 7 + 1)]
    return found


def _clock_s(hour: str, minute: str) -> float:
    if int(hour) > 24 or int(minute) > 59 or (int(hour) == 24 and int(minute)):
        raise BadClock(f"{hour}:{minute} is no time of day")
    return int(hour) * 3600.0 + int(minute) * 60.0


def span(text: str) -> tuple[list[int], float, float]:
    """(days, start, end) in seconds of the day; the end may lie on the next day."""
    match = _SPAN.match(text)
    if match is None:
        raise BadClock(f"{text!r} is no shift; write for example Mon-Fri 06:30-14:30")
    groups = match.groups()
    start, end = _clock_s(groups[1], groups[2]), _clock_s(groups[3], groups[4])
    return _days(match["days"]), start, end if end > start else end + DAY_S


def moment_s(text: str) -> float:
    """Seconds into the week of ``Mon 06:30``."""
    match = _MOMENT.match(text)
    if match is None:
        raise BadClock(f"{text!r} is no moment of the week; write for example Mon 06:30")
    groups = match.groups()
    return _day(groups[0]) * DAY_S + _clock_s(groups[1], groups[2])


def weekly(name: str, shifts: Sequence[str], breaks: Sequence[str]) -> Calendar:
    """The week's changes between off and on; shifts are joined, breaks cut out of them."""
    on = [(d * DAY_S + a, d * DAY_S + b) for text in shifts for days, a, b in [span(text)] for d in days]
    off = [(d * DAY_S + a, d * DAY_S + b) for text in breaks for days, a, b in [span(text)] for d in days]
    edges: list[tuple[float, int]] = []
    for spans, step in ((on, 1), (off, -1000)):
        for a, b in spans:
            for shift in (-WEEK_S, 0.0, WEEK_S):  # a night shift of Sunday reaches into Monday
                edges += [(a + shift, step), (b + shift, -step)]
    edges.sort()
    changes: list[float] = []
    level, running = 0, False
    for k, (at, step) in enumerate(edges):
        level += step
        if k + 1 < len(edges) and edges[k + 1][0] == at:
            continue
        if (level > 0) != running:
            running = level > 0
            changes.append(at)
    inside = [at for at in changes if 0 <= at < WEEK_S]
    if not inside:
        raise BadClock("the calendar never changes; leave it out where work never stops")
    if changes.index(inside[0]) % 2:  # the week begins on shift: cut it at the first change to on
        inside = [*inside[1:], inside[0] + WEEK_S]
    return Calendar(name, tuple(inside), WEEK_S)
