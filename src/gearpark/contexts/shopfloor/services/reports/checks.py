"""Checks of work instructions on a part."""

from __future__ import annotations

import math

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope

from ...models import OperationRun, Serial, StepCheck
from ...models.instructions import MAX_CHECK_VALUE
from ...models.work import MAX_ACTOR
from ...queries.work.instructions import instruction
from ...types.instructions import CheckKind, StepInfo
from ...types.work import AtStation
from ..work.components import consume_component
from . import facts

DONE = "done"


def check_step(
    scope: Scope, row: Serial, run: OperationRun, step_id: int | None, value: str, where: AtStation
) -> bool:
    """Keep what was checked at a step of the run's instruction; True when it passes. The newest check counts.

    Problems ``work.step_unknown``, ``work.check_value`` (no number, no such answer), ``work.component_*``.
    """
    found = instruction(scope, run.instruction_id) if run.instruction_id is not None else None
    step = next((item for item in found.steps if item.id == step_id), None) if found else None
    if step is None or not step.gated:
        raise NotFound("work.step_unknown", "The work instruction of this part has no such check.")
    text = value.strip()[:MAX_CHECK_VALUE]
    number, passed = _judge(step, text)
    if step.wanted.check is CheckKind.COMPONENT and consume_component(scope, row, text, run.op, where.at):
        facts.of_component(scope, row, run, text, where.at)
    StepCheck.objects.of(scope).get_or_create(
        org=row.org,
        run=run,
        step_id=step.id,
        at=where.at,
        defaults={
            "value": text or DONE,
            "number": number,
            "passed": passed,
            "by": (where.by or scope.actor)[:MAX_ACTOR],
            "person_id": where.operator or scope.person_id,
        },
    )
    if number is not None:
        facts.of_number(scope, row, run, step, number, where.at)
    return passed


def _judge(step: StepInfo, text: str) -> tuple[float | None, bool]:
    """(number or None, passed). A value that is no answer at all is refused, not failed."""
    wanted = step.wanted
    if wanted.check is CheckKind.CONFIRM:
        return None, True
    if wanted.check is CheckKind.NUMBER:
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Problem("work.check_value", f"{text!r} is not a number.", value=text)
        low, high = wanted.lower, wanted.upper
        return number, (low is None or number >= low) and (high is None or number <= high)
    if wanted.check is CheckKind.CHOICE:
        if text not in {option.code for option in wanted.options}:
            raise Problem("work.check_value", f"{text!r} is none of the answers.", value=text)
        return None, text in wanted.right_options
    if not text:
        raise Problem("work.check_value", "Nothing was scanned.", value=text)
    return None, text.startswith(wanted.expects)
