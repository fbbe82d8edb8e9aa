"""Silos set up; deliveries, counts and fills entered in their books."""

from __future__ import annotations

import math

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_NOTE, Silo, StockMove
from ..queries.stock import move_info
from ..types import CONTROL, WORK, Material, MoveInfo, MoveKind
from .lines import line_row

MAX_SILOS = 20


def add_silo(
    scope: Scope,
    code: str,
    silo: str,
    material: Material,
    *,
    capacity_t: float,
    reorder_t: float,
    first: int,
    last: int,
) -> int:
    """A silo of a line; returns its key. Problems ``potline.line_unknown``, ``potline.silo_wrong``."""
    require(scope, CONTROL)
    with acting(scope):
        line = line_row(scope, code)
        known = list(Silo.objects.of(scope).filter(line=line).values_list("code", flat=True))
        wrong = ""
        if silo in known or len(known) >= MAX_SILOS:
            wrong = f"{silo!r} is there already, or the line has {MAX_SILOS} silos."
        elif not 0 <= reorder_t < capacity_t:
            wrong = "The stock below which more is ordered is less than the capacity."
        elif not 1 <= first <= last <= line.cells:
            wrong = f"Its cells go from 1 to {line.cells}, the first before the last."
        if wrong:
            raise Problem("potline.silo_wrong", wrong, cells=line.cells)
        row = Silo(
            org=line.org, line=line, code=silo, material=material.value, capacity_t=capacity_t, reorder_t=reorder_t,
            first=first, last=last,
        )  # fmt: skip
        row.save(force_insert=True)
        record(scope, "potline.silo_added", "potline.silo", str(row.pk), None, {"code": silo}, org=row.org)
        return int(row.pk)


def ensure_silo(
    scope: Scope, code: str, silo: str, material: Material, *, capacity_t: float, reorder_t: float, first: int, last: int,
    counted_t: float,
) -> bool:  # fmt: skip
    """A silo with its first count, and its cells' hoppers full, where there is none of that code; False where there is. Problems
    as of ``add_silo`` and ``enter``."""
    require(scope, CONTROL)
    with acting(scope):
        if Silo.objects.of(scope).filter(line__code=code, code=silo).exists():
            return False
        key = add_silo(
            scope, code, silo, material, capacity_t=capacity_t, reorder_t=reorder_t, first=first, last=last
        )
        enter(scope, code, key, MoveKind.COUNT, counted_t)
        if material is Material.ALUMINA:
            filled(scope, code, first, last)
        return True


def enter(scope: Scope, code: str, silo_id: int, kind: MoveKind, t: float, note: str = "") -> MoveInfo:
    """A delivery or a count. Problems ``potline.silo_unknown``, ``potline.stock_wrong``."""
    require(scope, WORK)
    with acting(scope):
        row = Silo.objects.of(scope).select_for_update().filter(pk=silo_id, line__code=code).first()
        if row is None:
            raise NotFound("potline.silo_unknown", "There is no such silo that you may see.")
        if not math.isfinite(t) or not 0 <= t <= row.capacity_t or (kind is MoveKind.DELIVERY and t == 0):
            raise Problem(
                "potline.stock_wrong",
                f"The silo holds {row.capacity_t:g} t: give a mass up to that, a delivery above 0.",
                most=row.capacity_t,
            )
        return _added(scope, row, kind, t, note)


def filled(scope: Scope, code: str, first: int, last: int) -> int:
    """Hoppers of the cells ``first`` to ``last`` are full now; returns how many. Problems ``potline.line_unknown``,
    ``potline.silo_wrong``, ``potline.silo_unknown`` (no silo of alumina feeds the first of them)."""
    require(scope, WORK)
    with acting(scope):
        line = line_row(scope, code)
        if not 1 <= first <= last <= line.cells:
            raise Problem(
                "potline.silo_wrong",
                f"Its cells go from 1 to {line.cells}, the first before the last.",
                cells=line.cells,
            )
        row = (
            Silo.objects.of(scope)
            .filter(line=line, material=Material.ALUMINA.value, first__lte=first, last__gte=first)
            .first()
        )
        if row is None:
            raise NotFound("potline.silo_unknown", "There is no such silo that you may see.")
        _added(scope, row, MoveKind.FILL, 0.0, "", first, last)
        return last - first + 1


def _added(
    scope: Scope, silo: Silo, kind: MoveKind, t: float, note: str, first: int = 0, last: int = 0
) -> MoveInfo:
    row = StockMove(
        org=silo.org, silo=silo, kind=kind.value, t=t, at=now_utc(), by=scope.actor[:MAX_ACTOR], note=note.strip()[:MAX_NOTE],
        first=first, last=last,
    )  # fmt: skip
    row.save(force_insert=True)
    record(
        scope,
        f"potline.stock_{kind.value}",
        "potline.silo",
        str(silo.pk),
        None,
        {"t": t, "cells": [first, last]},
        org=silo.org,
    )
    return move_info(row)
