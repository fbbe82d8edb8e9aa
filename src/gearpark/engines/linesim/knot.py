"""Deadlocks: which machines wait for one another, by name."""

from __future__ import annotations

from typing import Any

from gearpark.base.problems import Problem

from .arrays import Arrays
from .kernel import layout as at


class Deadlock(Problem):
    """Machines that wait for one another for ever; ``cycle`` names them in order, ``at_s`` tells when."""

    def __init__(self, cycle: list[str], at_s: float) -> None:
        ring = " > ".join([*cycle, cycle[0]]) if cycle else "the whole line"
        super().__init__(
            "twin.deadlock",
            f"The line locks up after {at_s:,.0f} s: {ring} wait for one another."
            " Give the loop a buffer with more room, or limit the parts inside.",
            cycle=cycle,
            at_s=at_s,
        )
        self.cycle = cycle
        self.at_s = at_s


def deadlock(made: Arrays, Z: Any, at_s: float) -> Deadlock:
    """The deadlock a state is in."""
    names = {handle: name for name, handle in made.machines.items()}
    start = int(Z[at.H_KNOT]) or next(
        (h for h in names if Z[h + at.PHASE] == at.BLOCKED), next(iter(names), 0)
    )
    path: list[int] = []
    here: int | None = start
    while here is not None and here not in path:
        path.append(here)
        here = _waits_for(Z, here, path)
    cycle = path[path.index(here) :] if here is not None else path
    return Deadlock([names[h] for h in cycle], at_s)


def _takers(Z: Any, place: int) -> list[int]:
    first = Z[place + at.P_TAKERS]
    return [int(Z[first + k]) for k in range(Z[place + at.P_TAKER_COUNT])]


def _waits_for(Z: Any, machine: int, path: list[int]) -> int | None:
    """The machine that would have to move first; one already on the path closes the ring."""
    found: list[int] = []
    if Z[machine + at.PHASE] == at.BLOCKED:
        found = _takers(Z, Z[machine + at.DEST])
    elif Z[machine + at.KIND] == at.CARRIER:
        first = Z[machine + at.FLOWS]
        for k in range(Z[machine + at.FLOW_COUNT]):
            found += _takers(Z, Z[first + k * at.FLR + at.FL_TARGET])
    on_path = [m for m in found if m in path]
    best = on_path or found
    return best[0] if best else None
