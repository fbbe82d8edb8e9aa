"""Deadlocks: which machines wait for one another, by name."""

from __future__ import annotations

from typing import Any

from gearpark.base.problems import Problem

from .arrays import Arrays
from .kernel import layout as at


class Deadlock(Problem):
    """Machines that wait for one another for ever; ``cycle`` names them in order, ``at_s`` tells when."""

    def __init__(self, cycle: list[str], at_s: float) -> None:
        ring = " > ".join([*cycle, cycle[0]]) if cycle else ""
        told = (
            f"{ring} wait for one another. Give the loop a buffer with more room, or limit the parts inside."
            if cycle
            else "no machine is blocked, yet none has what it waits for. Look at the limit of parts inside, at what"
            " assemblies and batches wait for, and at how many people are needed at once."
        )
        super().__init__(
            "twin.deadlock",
            f"The line locks up after {at_s:,.0f} s: {told}",
            cycle=cycle,
            ring=ring,
            at_s=at_s,
        )
        self.cycle = cycle
        self.at_s = at_s


def deadlock(made: Arrays, Z: Any, at_s: float) -> Deadlock:
    """The deadlock a state is in."""
    names = {handle: name for name, handle in made.machines.items()}
    start = int(Z[at.H_KNOT]) or next((h for h in names if Z[h + at.PHASE] == at.BLOCKED), None)
    path: list[int] = []
    here = start
    while here is not None and here not in path:
        path.append(here)
        here = _waits_for(Z, here, path)
    cycle = path[path.index(here) :] if here is not None else path
    return Deadlock([names[h] for h in cycle], at_s)


def _takers(Z: Any, place: int) -> list[int]:
    first = Z[place + at.P_TAKERS]
    return [int(Z[first + k]) for k in range(Z[place + at.P_TAKER_COUNT])]


def _waits_for(Z: Any, machine: int, path: list[int]) -> int | None:
    """The machine that would have to move first; one already on the path closes the ring.

    Behind a carrier that waits stand the machines it would carry to.
    """
    if Z[machine + at.PHASE] != at.BLOCKED:
        return None
    found = _behind(Z, int(Z[machine + at.DEST]), set())
    on_path = [m for m in found if m in path]
    best = on_path or found
    return best[0] if best else None


def _behind(Z: Any, place: int, seen: set[int]) -> list[int]:
    """Machines that take from ``place``, a waiting carrier standing for those it would carry to."""
    found: list[int] = []
    if place in seen or Z[place + at.P_KIND] >= at.EXIT:
        return found
    seen.add(place)
    for taker in _takers(Z, place):
        if Z[taker + at.KIND] != at.CARRIER or Z[taker + at.PHASE] != at.IDLE:
            found.append(taker)
            continue
        for k in range(Z[taker + at.FLOW_COUNT]):
            flow = Z[taker + at.FLOWS] + k * at.FLR
            if Z[flow + at.FL_SOURCE] == place:
                found += _behind(Z, int(Z[flow + at.FL_TARGET]), seen)
    return found
