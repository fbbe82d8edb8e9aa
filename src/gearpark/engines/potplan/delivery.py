"""Alumina and fluoride from silo to cells: how long a silo lasts, and in which order hoppers are filled.

Sections are filled one after the other by one carriage, the one that runs dry first in front: with one carriage and a fixed
time a section that order has the least greatest delay (Jackson's rule), so that if it is late no other order is in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SECTIONS = 200
MOST_ROUNDS = 12  # of one section in a plan


@dataclass(frozen=True, slots=True)
class Section:
    """Cells that are filled together. ``left_kg``: in the hopper that is emptiest; ``rate_kg_h``: its use; ``room_kg``: what all
    hoppers of the section take now; ``use_kg_h`` of them all; ``full_kg``: one full hopper."""

    name: str
    left_kg: float
    rate_kg_h: float
    room_kg: float
    use_kg_h: float
    full_kg: float


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill of a section. Hours from now; ``dry_h``: when its emptiest hopper is empty; ``late``: that is before the end."""

    section: str
    start_h: float
    end_h: float
    dry_h: float
    tonnes: float
    late: bool


def hours_left(stock_t: float, use_t_h: float) -> float:
    """Hours until a silo is empty; infinite without use."""
    return max(stock_t, 0.0) / use_t_h if use_t_h > 0 else float("inf")


def fills(sections: Sequence[Section], hours: float, fill_h: float, safety_h: float = 1.0) -> list[Fill]:
    """Fills of the next ``hours``, each section again before it runs dry. ``fill_h``: time of one section, the way there
    included; ``safety_h``: how long before it is dry a fill shall be over at the latest; it begins no earlier than when a
    quarter of the hopper is used.

    ValueError for more than ``MOST_SECTIONS`` sections or a time that is not above zero.
    """
    if len(sections) > MOST_SECTIONS or not fill_h > 0 or not hours > 0:
        raise ValueError(f"at most {MOST_SECTIONS} sections, and times above zero")
    known = {one.name: one for one in sections}
    left = {one.name: one.left_kg for one in sections}  # of the emptiest hopper, at ``since``
    room = {one.name: one.room_kg for one in sections}
    since = dict.fromkeys(known, 0.0)
    made: list[Fill] = []
    clock, most = 0.0, MOST_ROUNDS * len(sections)
    while clock < hours and len(made) < most:
        waiting = [name for name, one in known.items() if one.rate_kg_h > 0]
        if not waiting:
            break
        dry = {name: since[name] + left[name] / known[name].rate_kg_h for name in waiting}
        name = min(waiting, key=lambda one: (dry[one], one))
        one = known[name]
        ready = dry[name] - 0.75 * one.full_kg / one.rate_kg_h  # a quarter is used: worth the way
        start = max(clock, min(ready, dry[name] - safety_h - fill_h))
        end = start + fill_h
        if start >= hours:
            break
        taken = room[name] + one.use_kg_h * (start - since[name])
        made.append(Fill(name, start, end, dry[name], max(taken, 0.0) / 1000.0, dry[name] < end))
        left[name], room[name], since[name] = one.full_kg - one.rate_kg_h * fill_h, one.use_kg_h * fill_h, end
        clock = end
    return made
