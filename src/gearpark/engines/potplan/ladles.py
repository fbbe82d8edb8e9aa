"""Which cells into one ladle: neighbours blended so that iron and silicon keep within what is asked for.

Every group of cells that stand within reach of one another and fill a ladle is a candidate; it is of the best grade its
blend keeps within. Candidates are chosen so that no cell is in two, orders are met as far as they can be and the
premium is the greatest. Groups are chosen first and grades given to orders after, purer metal to plainer orders where
that is needed, in the same programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, hstack

from gearpark.base.problems import Problem

from .types import Case, Cell, Grade, Ladle, Order, Rules

TIME_LIMIT_S = 20.0
MOST_GROUPS = 60_000  # candidates of a shift
SHORT = 10_000.0  # cost of a tonne that an order of this shift lacks
LATER = 500.0  # and one that may be served by a later shift
LEFT = 1_000.0  # cost of a tonne that stays in the cells
SPAN = 0.02  # cost of a place between the first and the last cell of a ladle
EPS = 1e-9


@dataclass(frozen=True, slots=True)
class Filled:
    """Ladles of a shift and what orders got. ``served``: tonnes by the order's place in the list."""

    ladles: tuple[Ladle, ...]
    served: dict[int, float]
    gap: float


def blend(cells: Sequence[Cell]) -> tuple[float, float, float]:
    """Tonnes, iron and silicon of metal poured together."""
    tonnes = sum(cell.tap_t for cell in cells)
    if tonnes <= 0:
        return 0.0, 0.0, 0.0
    return (
        tonnes,
        sum(cell.tap_t * cell.fe for cell in cells) / tonnes,
        sum(cell.tap_t * cell.si for cell in cells) / tonnes,
    )


def grade_of(grades: Sequence[Grade], fe: float, si: float) -> int:
    """Place of the best grade (the highest premium, then the purest) that metal keeps within; -1 for none."""
    fits = [k for k, one in enumerate(grades) if fe <= one.fe + EPS and si <= one.si + EPS]
    return max(fits, key=lambda k: (grades[k].premium, -grades[k].fe, -grades[k].si)) if fits else -1


def fill(case: Case, shift: int, cells: Sequence[Cell], orders: Sequence[tuple[int, Order]]) -> Filled:
    """Ladles for the cells tapped in a shift and the orders that may be served by it. Problem ``potplan.too_many``."""
    groups = list(_groups(sorted(cells, key=lambda one: (one.row, one.place)), case.rules))
    if not groups:
        return Filled((), {}, 0.0)
    blends = [blend(group) for group in groups]
    best = [grade_of(case.grades, fe, si) for _, fe, si in blends]
    ways = _ways(case, blends, orders)
    last = shift == case.rules.shifts - 1
    lacks = [SHORT if order.shift is not None or last else LATER for _place, order in orders]
    x, gap = _solved(case, cells, groups, blends, best, ways, orders, lacks)
    ladles, served = [], dict.fromkeys((place for place, _ in orders), 0.0)
    for k in np.flatnonzero(x[: len(groups)] > 0.5):
        tonnes, fe, si = blends[k]
        name = case.grades[best[k]].name if best[k] >= 0 else ""
        ladles.append(Ladle(shift, tuple(cell.number for cell in groups[k]), tonnes, fe, si, name))
    for (_group, place), value in zip(ways, x[len(groups) :], strict=True):
        served[place] += float(value)
    return Filled(tuple(ladles), served, gap)


def _groups(cells: Sequence[Cell], rules: Rules) -> Iterator[tuple[Cell, ...]]:
    """Cells of one row within reach of one another that fit one ladle, those that fill it too little left out."""
    count = 0
    for at, first in enumerate(cells):
        near = [
            one for one in cells[at + 1 :] if one.row == first.row and one.place - first.place <= rules.reach
        ]
        for size in range(rules.ladle_cells):
            for others in combinations(near, size):
                tonnes = first.tap_t + sum(one.tap_t for one in others)
                if rules.ladle_least_t - EPS <= tonnes <= rules.ladle_t + EPS:
                    count += 1
                    if count > MOST_GROUPS:
                        raise Problem(
                            "potplan.too_many",
                            f"More than {MOST_GROUPS:,} ways to fill a ladle: let fewer cells into one, or a shorter reach.",
                            most=MOST_GROUPS,
                        )
                    yield (first, *others)


def _ways(
    case: Case, blends: Sequence[tuple[float, float, float]], orders: Sequence[tuple[int, Order]]
) -> list[tuple[int, int]]:
    """(group, order) pairs: a group may serve an order whose grade its blend keeps within."""
    limits = {one.name: one for one in case.grades}
    return [
        (k, place)
        for place, order in orders
        for k, (_tonnes, fe, si) in enumerate(blends)
        if fe <= limits[order.grade].fe + EPS and si <= limits[order.grade].si + EPS
    ]


def _solved(
    case: Case, cells: Sequence[Cell], groups: Sequence[tuple[Cell, ...]], blends: Sequence[tuple[float, float, float]],
    best: Sequence[int], ways: Sequence[tuple[int, int]], orders: Sequence[tuple[int, Order]], lacks: Sequence[float],
) -> tuple[np.ndarray, float]:  # fmt: skip
    """Variables: a group is poured (0 or 1); tonnes of it for an order; tonnes an order lacks."""
    n, w = len(groups), len(ways)
    cost = np.zeros(n + w + len(orders))
    for k, group in enumerate(groups):
        premium = case.grades[best[k]].premium if best[k] >= 0 else 0.0
        cost[k] = (
            case.rules.ladle_cost
            - (premium + LEFT) * blends[k][0]
            + SPAN * (group[-1].place - group[0].place)
        )
    cost[n + w :] = lacks
    where = {cell.number: at for at, cell in enumerate(cells)}
    pairs = [(where[cell.number], k) for k, group in enumerate(groups) for cell in group]
    once = coo_array((np.ones(len(pairs)), tuple(np.array(pairs).T)), shape=(len(cells), n))
    lines = [LinearConstraint(hstack([once, coo_array((len(cells), w + len(orders)))]), -np.inf, 1.0)]
    if orders:
        poured = coo_array(([-b[0] for b in blends], (range(n), range(n))), shape=(n, n))
        taken = coo_array((np.ones(w), ([k for k, _ in ways], range(w))), shape=(n, w))
        lines.append(LinearConstraint(hstack([poured, taken, coo_array((n, len(orders)))]), -np.inf, 0.0))
        place = {at: row for row, (at, _order) in enumerate(orders)}
        got = coo_array((np.ones(w), ([place[at] for _k, at in ways], range(w))), shape=(len(orders), w))
        lack = coo_array((np.ones(len(orders)), (range(len(orders)), range(len(orders)))))
        asked = [order.tonnes for _at, order in orders]
        lines.append(LinearConstraint(hstack([coo_array((len(orders), n)), got, lack]), asked, np.inf))
    whole = np.concatenate([np.ones(n), np.zeros(w + len(orders))])
    found = milp(
        cost, constraints=lines, integrality=whole, bounds=Bounds(0, np.concatenate([np.ones(n), np.full(w + len(orders), np.inf)])),
        options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": 1e-4},
    )  # fmt: skip
    if found.x is None:
        return np.zeros(n + w), 1.0
    return found.x[: n + w], float(found.mip_gap or 0.0)


def possible_t(cells: Sequence[Cell], grade: Grade) -> float:
    """Tonnes of a grade if any metal of these cells could be blended freely: an upper bound of every plan."""
    if not cells:
        return 0.0
    tonnes = np.array([cell.tap_t for cell in cells])
    over = np.array([[cell.fe - grade.fe, cell.si - grade.si] for cell in cells]).T
    found = linprog(
        -np.ones(len(cells)),
        A_ub=over,
        b_ub=[0.0, 0.0],
        bounds=list(zip(np.zeros(len(cells)), tonnes, strict=True)),
    )
    return float(-found.fun) if found.status == 0 else 0.0
