"""What a reported operation adds to a part's story: person, machine, program, instruction, measured values, parts in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope

from ...models import Line, OperationRun, Serial
from ...queries.setup import line_info
from ...queries.work.instructions import instruction
from ...queries.work.route import route_of
from ...types.instructions import StepInfo
from ...types.trace import Fact, FactKind
from ...types.work import RunInfo, RunResult
from ..trace import add_facts

HASH_SHOWN = 12  # digits of a program's hash in its fact


def of_run(scope: Scope, info: RunInfo) -> None:
    """Facts of an ended run."""
    run = (
        OperationRun.objects.of(scope)
        .select_related("serial__order__line", "serial__product")
        .get(pk=info.id)
    )
    line = Line.objects.of(scope).select_related("calendar").get(pk=run.line_id)
    at = run.ended_at or run.begun_at
    step = route_of(scope, run.serial).step(run.op)
    found = [
        Fact(FactKind.OPERATOR, run.by, at, run.op, run.station),
        Fact(FactKind.MACHINE, line_info(line).asset_of(run.station), at, run.op, run.station),
    ]
    if step is not None and step.program:
        key = f"{step.program}@{step.program_hash[:HASH_SHOWN]}" if step.program_hash else step.program
        found.append(Fact(FactKind.PROGRAM, key, at, run.op, run.station))
    if run.instruction_id is not None:
        shown = instruction(scope, run.instruction_id)
        data = {"revision": shown.revision, "instruction": shown.id}
        found.append(Fact(FactKind.INSTRUCTION, shown.key, at, run.op, run.station, data=data))
    if (
        step is not None
        and step.is_test
        and run.result in (RunResult.GOOD, RunResult.SCRAP, RunResult.REWORK)
    ):
        good = 1.0 if run.result == RunResult.GOOD else 0.0
        found.append(Fact(FactKind.TEST, step.group, at, run.op, run.station, value=good))
    if run.result == RunResult.REWORK:
        loop: dict[str, Any] = {"to": run.rework_to, "loop": info.attempt}
        found.append(Fact(FactKind.REWORK, run.reason, at, run.op, run.station, data=loop))
    add_facts(scope, run.serial_id, found)


def of_component(scope: Scope, row: Serial, run: OperationRun, component: str, at: datetime) -> None:
    """A component went in."""
    add_facts(scope, row.pk, [Fact(FactKind.CHILD, component.strip(), at, run.op, run.station)])


def of_number(
    scope: Scope, row: Serial, run: OperationRun, step: StepInfo, number: float, at: datetime
) -> None:
    """A value was measured at a step."""
    wanted = step.wanted
    limits = {"lower": wanted.lower, "upper": wanted.upper}
    data = {name: limit for name, limit in limits.items() if limit is not None}
    key = f"op{run.op}-step{step.position}"
    fact = Fact(FactKind.VALUE, key, at, run.op, run.station, number, wanted.unit, data)
    add_facts(scope, row.pk, [fact])
