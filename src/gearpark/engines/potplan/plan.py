"""The plan of a line: shifts first, then the ladles of every shift; and the plain way beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .ladles import blend, fill, grade_of, possible_t
from .shifts import assign
from .types import Case, Cell, Ladle, Order, Plan, Short

EPS = 1e-6


def plan(case: Case) -> Plan:
    """Changes, taps and ladles of all shifts. Orders of any shift are served by the earliest that can.

    Problem ``potplan.too_many``.
    """
    shifted = assign(case)
    cells = {cell.number: cell for cell in case.cells}
    served = dict.fromkeys(range(len(case.orders)), 0.0)
    ladles: list[Ladle] = []
    gap = shifted.gap
    for shift in range(case.rules.shifts):
        here = [cells[number] for number, at in shifted.taps.items() if at == shift]
        orders = [
            (k, replace(order, tonnes=order.tonnes - served[k]))
            for k, order in enumerate(case.orders)
            if order.shift in (None, shift) and order.tonnes - served[k] > EPS
        ]
        found = fill(case, shift, here, orders)
        ladles += found.ladles
        gap = max(gap, found.gap)
        for k, tonnes in found.served.items():
            served[k] += tonnes
    poured = {number for ladle in ladles for number in ladle.cells}
    untapped = sorted({cell.number for cell in case.cells if cell.tap_t > 0} - poured)
    return Plan(
        ladles=tuple(ladles),
        changes=shifted.changes,
        untapped=tuple(untapped),
        unchanged=shifted.unchanged,
        short=tuple(
            _short(case, shifted.taps, k, order, served[k])
            for k, order in enumerate(case.orders)
            if order.tonnes - served[k] > EPS
        ),
        tonnes=tonnes_of(case, ladles),
        premium=premium_of(case, ladles),
        gap=gap,
    )


def plain(case: Case, taps: Mapping[int, int]) -> tuple[Ladle, ...]:
    """The usual way: cells as they stand, one after the other into a ladle until it is full."""
    made: list[Ladle] = []
    for shift in range(case.rules.shifts):
        here = sorted((c for c in case.cells if taps.get(c.number) == shift), key=lambda c: (c.row, c.place))
        group: list[Cell] = []
        for cell in here:
            full = group and (
                group[0].row != cell.row
                or len(group) == case.rules.ladle_cells
                or blend([*group, cell])[0] > case.rules.ladle_t + EPS
            )
            if full:
                made.append(_ladle(case, shift, group))
                group = []
            group.append(cell)
        if group:
            made.append(_ladle(case, shift, group))
    return tuple(made)


def _ladle(case: Case, shift: int, group: Sequence[Cell]) -> Ladle:
    tonnes, fe, si = blend(group)
    place = grade_of(case.grades, fe, si)
    name = case.grades[place].name if place >= 0 else ""
    return Ladle(shift, tuple(cell.number for cell in group), tonnes, fe, si, name)


def tonnes_of(case: Case, ladles: Sequence[Ladle]) -> dict[str, float]:
    """Tonnes by the best grade of each ladle."""
    made = {one.name: 0.0 for one in case.grades} | {"": 0.0}
    for ladle in ladles:
        made[ladle.grade] += ladle.tonnes
    return {name: tonnes for name, tonnes in made.items() if tonnes > 0}


def premium_of(case: Case, ladles: Sequence[Ladle]) -> float:
    of = {one.name: one.premium for one in case.grades}
    return sum(of.get(ladle.grade, 0.0) * ladle.tonnes - case.rules.ladle_cost for ladle in ladles)


def _short(case: Case, taps: Mapping[int, int], k: int, order: Order, served: float) -> Short:
    """Why an order lacks metal: too little is tapped, too little of it is pure, or ladles and other orders leave none."""
    grade = next(one for one in case.grades if one.name == order.grade)
    cells = [
        cell
        for cell in case.cells
        if cell.number in taps and (order.shift is None or taps[cell.number] == order.shift)
    ]
    tapped, pure = sum(cell.tap_t for cell in cells), possible_t(cells, grade)
    if tapped < order.tonnes - EPS:
        why = f"only {tapped:.1f} t are tapped"
    elif pure < order.tonnes - EPS:
        why = (
            f"of {tapped:.1f} t tapped only {pure:.1f} t keep within {order.grade}, however they are blended"
        )
    else:
        why = "what is pure enough stands too far apart for one ladle, or serves other orders"
    return Short(order.grade, order.shift, order.tonnes, served, pure, why)
