"""Which cell in which shift: anode changes near their due time, every tap once, no two jobs that disturb one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from .types import Case, Cell, Change, Rules

TIME_LIMIT_S = 20.0
UNTAPPED, UNCHANGED = 1_000.0, 1_000.0  # cost of a job that is left out
OFF, LATE_TAP = 1.0, 2.0  # cost of a change a shift off its due time, of a tap a shift after its own
EVEN = 0.001  # cost of a tap in an early shift: metal grows


@dataclass(frozen=True, slots=True)
class Shifted:
    """Jobs with their shifts. ``gap``: relative, 0 when proven."""

    taps: dict[int, int]
    changes: tuple[Change, ...]
    untapped: tuple[int, ...]
    unchanged: tuple[tuple[int, int], ...]
    gap: float


@dataclass(frozen=True, slots=True)
class _Job:
    cell: int
    due: int  # of an anode; -1: a tap
    shift: int
    cost: float


def assign(case: Case) -> Shifted:
    """Shifts of all jobs at the least cost; what cannot be done in any allowed shift is left out and told."""
    rules = case.rules
    jobs = _jobs(case.cells, rules)
    if not jobs:
        return Shifted({}, (), *_left(case, {}, set()), 0.0)
    rows = _rows(case, jobs)
    matrix, most = _matrix(rows, len(jobs))
    cost = np.array([job.cost for job in jobs])
    found = milp(
        cost, constraints=LinearConstraint(matrix, -np.inf, most), integrality=np.ones(len(jobs)),
        bounds=Bounds(0, 1), options={"time_limit": TIME_LIMIT_S},
    )  # fmt: skip
    chosen = [] if found.x is None else [job for job, x in zip(jobs, found.x, strict=True) if x > 0.5]
    taps = {job.cell: job.shift for job in chosen if job.due < 0}
    changes = tuple(
        sorted(
            (Change(job.cell, job.shift, job.due) for job in chosen if job.due >= 0),
            key=lambda change: (change.shift, change.cell),
        )
    )
    done = {(change.cell, change.due) for change in changes}
    return Shifted(
        taps, changes, *_left(case, taps, done), float(found.mip_gap or 0.0) if found.x is not None else 1.0
    )


def _left(
    case: Case, taps: dict[int, int], done: set[tuple[int, int]]
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    untapped = tuple(cell.number for cell in case.cells if cell.tap_t > 0 and cell.number not in taps)
    unchanged = tuple(
        (cell.number, due) for cell in case.cells for due in cell.anode_due if (cell.number, due) not in done
    )
    return untapped, unchanged


def _jobs(cells: Sequence[Cell], rules: Rules) -> list[_Job]:
    """Every job in every shift it may stand in; doing it is worth more than any delay costs."""
    made = []
    for cell in cells:
        if cell.tap_t > 0:
            made += [
                _Job(cell.number, -1, s, LATE_TAP * max(0, s - cell.tap_due) - EVEN * s - UNTAPPED)
                for s in range(rules.shifts)
            ]
        for due in cell.anode_due:
            made += [
                _Job(cell.number, due, s, OFF * abs(s - due) - UNCHANGED)
                for s in range(max(0, due - rules.early), min(rules.shifts, due + rules.late + 1))
            ]
    return made


def _rows(case: Case, jobs: Sequence[_Job]) -> list[tuple[list[int], float]]:
    """Constraints as (jobs, most of them): once, not both in one cell, no neighbours, crew and crane."""
    once: dict[tuple[int, int], list[int]] = {}
    here: dict[tuple[int, int], list[int]] = {}
    beside: dict[tuple[int, int, int], list[int]] = {}
    taps: dict[int, list[int]] = {}
    changes: dict[int, list[int]] = {}
    stands = {cell.number: (cell.row, cell.place) for cell in case.cells}
    for at, job in enumerate(jobs):
        once.setdefault((job.cell, job.due), []).append(at)
        here.setdefault((job.cell, job.shift), []).append(at)
        if job.due < 0:
            taps.setdefault(job.shift, []).append(at)
            continue
        changes.setdefault(job.shift, []).append(at)
        row, place = stands[job.cell]
        for first in (place - 1, place):  # the pairs this cell belongs to
            beside.setdefault((row, first, job.shift), []).append(at)
    rows: list[tuple[list[int], float]] = [
        (found, 1.0) for found in (*once.values(), *here.values(), *beside.values())
    ]
    rows += [(found, float(case.rules.taps)) for found in taps.values()]
    rows += [(found, float(case.rules.changes)) for found in changes.values()]
    return [(found, most) for found, most in rows if len(found) > most]


def _matrix(rows: Sequence[tuple[list[int], float]], width: int) -> tuple[coo_array, list[float]]:
    at = [(k, job) for k, (found, _most) in enumerate(rows) for job in found]
    lines = [k for k, _ in at]
    columns = [job for _, job in at]
    matrix = coo_array((np.ones(len(at)), (lines, columns)), shape=(max(1, len(rows)), width))
    return matrix, [most for _found, most in rows] or [0.0]
