"""What a terminal shows, as JSON in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.ui.states import look_of

from ... import queries
from ...queries.calls import active_types
from ...queries.work.dispatch import dispatch, shift_counts
from ...queries.work.instructions import released_instructions
from ...queries.work.people import operators
from ...types.instructions import InstructionInfo
from ...types.terminal import AtWork, DispatchRow
from .instructions import step_shown
from .words import block_words, language, scrap_reasons

MAX_AHEAD = 6  # instructions a terminal keeps for parts that are not started yet


def state_of(
    scope: Scope, asset: str, station: str, now: datetime, operator: int | None = None
) -> dict[str, Any]:
    """Everything one terminal shows; ``operator`` is who stands in front of it."""
    line = queries.line(scope, asset)
    found = dispatch(scope, asset, station, now, operator)
    shift = line.calendar.last_shift(to_us(now))
    op = found.at_work[0].row.op if found.at_work else next((row.op for row in found.rows), None)
    unit = next((item for item in queries.live_units(scope, asset, now) if item.code == station), None)
    ahead = list(dict.fromkeys((row.product_id, row.op) for row in found.rows))[:MAX_AHEAD]
    crew = operators(scope, timezone.localdate(now), line.org)
    return {
        "at": now.isoformat(),
        "line": asset,
        "station": station,
        "me": {"id": scope.person_id, "name": _name(crew, scope.person_id)},
        "operator": found.operator,
        "people": [
            {"id": item.person_id, "name": item.name, "since": item.since_at.isoformat()}
            for item in found.people
        ],
        "crew": [{"id": item.person_id, "name": item.name, "pin": item.has_pin} for item in crew],
        "may_place": scope.may("shopfloor.edit"),
        "machine": {
            "state": unit.state if unit else "no_data",
            "word": str(look_of(unit.state if unit else "no_data").word),
            "reason": unit.reason if unit else "",
            "alarm": unit.alarm if unit else "",
            "since": from_us(unit.since_us).isoformat() if unit and unit.since_us else None,
        },
        "holds": [
            {"reason": item.reason, "by": item.by, "source": item.source, "since": item.since_at.isoformat()}
            for item in found.holds
        ],
        "at_work": [_working(item) for item in found.at_work],
        "next": [_row(row) for row in found.rows],
        "instructions": {
            f"{product}:{step}": _instruction(info)
            for (product, step), info in released_instructions(scope, ahead).items()
        },
        "waiting": found.waiting,
        "reasons": scrap_reasons(line.template, op),
        "shift": shift_counts(scope, asset, station, from_us(shift.start_us)) if shift else None,
        "calls": [{"code": item.code, "name": _title(item)} for item in active_types(scope, line.org)],
    }


def _title(item: Any) -> str:
    return str((item.name_zh if language().startswith("zh") else item.name_en) or item.name_en)


def _name(crew: Any, person_id: int | None) -> str:
    return next((item.name for item in crew if item.person_id == person_id), "")


def _row(row: DispatchRow) -> dict[str, Any]:
    return {
        "order": row.order,
        "product_id": row.product_id,
        "serial": row.serial,
        "product": row.product(language()),
        "op": row.op,
        "step": row.step(language()),
        "left": row.left,
        "counted": row.tracking == "lot",
        "due": row.due_on.isoformat() if row.due_on else None,
        "since": row.since_at.isoformat() if row.since_at else None,
        "rework": row.rework,
        "blocks": [block_words(item) for item in row.blocks],
    }


def _working(item: AtWork) -> dict[str, Any]:
    return {
        **_row(item.row),
        "run": item.run_id,
        "begun": item.begun_at.isoformat(),
        "by": item.by,
        "machine": item.machine,
        "attempt": item.row.attempt,
        "rework_to": list(item.rework_to),
        "instruction": _instruction(item.instruction) if item.instruction else None,
        "checks": {
            str(step): {"value": check.value, "passed": check.passed, "by": check.by}
            for step, check in item.checks.items()
        },
    }


def _instruction(info: InstructionInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "title": info.title(language()),
        "revision": info.revision,
        "steps": [step_shown(step) for step in info.steps],
    }
