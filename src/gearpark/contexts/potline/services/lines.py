"""Lines set up, their targets changed, orders to the controller, alarms taken note of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from gearpark.base.ids import asset_id
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.electrolysis.parameters import control_parameters
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_CELLS, MAX_NOTE, MAX_ROOMS, AlarmSeen, Potline
from ..queries.cells import check_cell
from ..queries.lines import info_of
from ..types import CONTROL, Kpi, Mode, ModeOrdered, PotlineInfo, Target

MAX_WHY = 200
VOLT_ROOM, ALUMINA_TARGET, TEMP_ROOM, ACID_ROOM = 0.05, Target(2.5, 0.4), 8.0, 2.0  # engineering defaults


def first_targets() -> dict[Kpi, Target]:
    """What a new line begins with: the shipped controller's own targets, and what is usual around them."""
    q = control_parameters()
    return {
        Kpi.VOLTAGE: Target(q["volt"], VOLT_ROOM),
        Kpi.ALUMINA: ALUMINA_TARGET,
        Kpi.TEMPERATURE: Target(q["temp_target_c"], TEMP_ROOM),
        Kpi.SUPERHEAT: Target(q["superheat_target_c"], q["superheat_band_c"]),
        Kpi.ACIDITY: Target(q["alf3_target_pct"], ACID_ROOM),
    }


def ensure_line(
    scope: Scope, org: str, code: str, *, cells: int, name_en: str, name_zh: str = "", rooms: int = 2
) -> PotlineInfo:
    """The line as it is kept; made with the default targets when it is not there yet.

    Problem ``potline.size_wrong``.
    """
    require(scope, CONTROL)
    if not 1 <= cells <= MAX_CELLS or not 1 <= rooms <= min(cells, MAX_ROOMS):
        raise Problem(
            "potline.size_wrong",
            f"A line has 1 to {MAX_CELLS:,} cells in 1 to {MAX_ROOMS} rows.",
            cells=MAX_CELLS,
            rooms=MAX_ROOMS,
        )
    with acting(scope):
        row = Potline.objects.of(scope).filter(org=org, code=asset_id(code)).first()
        if row is None:
            targets = {kpi.value: [one.middle, one.room] for kpi, one in first_targets().items()}
            row = Potline(
                org=org,
                code=code,
                name_en=name_en,
                name_zh=name_zh,
                cells=cells,
                rooms=rooms,
                targets=targets,
            )
            row.save(force_insert=True)
            record(
                scope,
                "potline.line_added",
                "potline.line",
                code,
                None,
                {"cells": cells, "rooms": rooms},
                org=org,
            )
        return info_of(row)


def set_targets(scope: Scope, code: str, targets: Mapping[Kpi, Target | None], *, base: int) -> PotlineInfo:
    """Change targets; None takes one away. ``base``: the revision people had before them.

    Problems ``potline.target_wrong``, ``potline.line_unknown``, ``kit.conflict``.
    """
    require(scope, CONTROL)
    for one in targets.values():
        if one is not None and not (math.isfinite(one.middle) and math.isfinite(one.room) and one.room > 0):
            raise Problem(
                "potline.target_wrong", "A target is a number, and how far off is allowed is above zero."
            )
    with acting(scope):
        row = line_row(scope, code, lock=True)
        if row.revision != base:
            raise Problem(
                "kit.conflict",
                f"Somebody changed the targets to revision {row.revision} while you worked on revision {base}; look at them, then send yours again.",
                status=409,
            )
        before = dict(row.targets)
        for kpi, one in targets.items():
            row.targets.pop(kpi.value, None)
            if one is not None:
                row.targets[kpi.value] = [one.middle, one.room]
        if row.targets != before:
            row.revision += 1
            row.save()
            record(scope, "potline.targets_set", "potline.line", code, before, row.targets, org=row.org)
        return info_of(row)


def order_mode(scope: Scope, code: str, mode: Mode, cells: Sequence[int], why: str) -> None:
    """Order the controller to control cells or only to advise; no cells: the whole line. Tells ``ModeOrdered``.

    Problems ``potline.why_missing``, ``potline.cell_unknown``, ``potline.line_unknown``, and ``potline.order`` of the
    controller, with which nothing is recorded.
    """
    require(scope, CONTROL)
    reason = why.strip()
    if not reason or len(reason) > MAX_WHY:
        raise Problem(
            "potline.why_missing",
            f"Say why, in at most {MAX_WHY} characters: it is kept with the order.",
            most=MAX_WHY,
        )
    with acting(scope):
        row = line_row(scope, code)
        wanted = tuple(sorted({check_cell(info_of(row), number) for number in cells}))
        record(
            scope, "potline.mode_ordered", "potline.line", code, None,
            {"mode": mode.value, "cells": list(wanted), "why": reason}, org=row.org,
        )  # fmt: skip
        events.tell(ModeOrdered(row.org, code, mode, wanted, scope.actor, reason))


def take_note(scope: Scope, code: str, cell: int, alarm: str, began: datetime, note: str = "") -> None:
    """Say that an alarm was seen, and what was done. Again by another person: the newest note stands.

    Problems ``potline.line_unknown``, ``potline.cell_unknown``, ``potline.note_long``.
    """
    require(scope, CONTROL)
    if len(note) > MAX_NOTE:
        raise Problem("potline.note_long", f"A note has at most {MAX_NOTE} characters.", most=MAX_NOTE)
    with acting(scope):
        row = line_row(scope, code)
        check_cell(info_of(row), cell)
        AlarmSeen.objects.of(scope).update_or_create(
            line_id=row.pk, cell=cell, alarm=alarm[:40], began_at=began,
            defaults={"org": row.org, "by": scope.actor[:MAX_ACTOR], "at": now_utc(), "note": note.strip()},
        )  # fmt: skip
        record(
            scope, "potline.alarm_seen", "potline.line", code, None,
            {"cell": cell, "alarm": alarm[:40], "note": note.strip()}, org=row.org,
        )  # fmt: skip


def line_row(scope: Scope, code: str, *, lock: bool = False) -> Potline:
    """The line's row, locked where it is to be changed. Problem ``potline.line_unknown``."""
    rows = Potline.objects.of(scope)
    row = (rows.select_for_update() if lock else rows).filter(code=code).first()
    if row is None:
        raise NotFound("potline.line_unknown", f"There is no potline {code[:40]!r} that you may see.")
    return row
