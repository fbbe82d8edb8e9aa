"""Work instructions, their pictures, and what was checked."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models import Instruction, InstructionStep, Picture, StepCheck
from ...types.instructions import (
    CheckInfo,
    CheckKind,
    InstructionInfo,
    Option,
    StepInfo,
    StepWanted,
)
from ...types.work import RoutingStatus


def instruction(scope: Scope, key: int) -> InstructionInfo:
    """One revision with its steps, or NotFound ``work.instruction_unknown``."""
    found = _infos(scope, Instruction.objects.of(scope).filter(pk=key))
    if not found:
        raise NotFound("work.instruction_unknown", "There is no such work instruction that you may see.")
    return found[0]


def instructions(scope: Scope, product_id: int, op: int | None = None) -> list[InstructionInfo]:
    """Revisions of a product's instructions, newest first within each operation."""
    rows = Instruction.objects.of(scope).filter(product_id=product_id)
    rows = rows.filter(op=op) if op is not None else rows
    return _infos(scope, rows.order_by("op", "-revision"))


def released_instruction(scope: Scope, product_id: int, op: int) -> InstructionInfo | None:
    """The released revision for an operation of a product, if there is one."""
    rows = Instruction.objects.of(scope).filter(
        product_id=product_id, op=op, status=RoutingStatus.RELEASED.value
    )
    found = _infos(scope, rows)
    return found[0] if found else None


def released_instructions(
    scope: Scope, wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], InstructionInfo]:
    """(product id, operation) -> released revision, for those that have one. Two SQL queries."""
    pairs = set(wanted)
    rows = Instruction.objects.of(scope).filter(
        product_id__in={product for product, _op in pairs},
        op__in={op for _product, op in pairs},
        status=RoutingStatus.RELEASED.value,
    )
    found = {(info.product_id, info.op): info for info in _infos(scope, rows)}
    return {pair: found[pair] for pair in pairs if pair in found}


def checks(scope: Scope, run_id: int) -> dict[int, CheckInfo]:
    """Step id -> newest check of one run."""
    rows = StepCheck.objects.of(scope).filter(run_id=run_id).order_by("at", "pk")
    return {row.step_id: CheckInfo(row.step_id, row.value, row.passed, row.by, row.at) for row in rows}


def open_steps(found: InstructionInfo | None, done: dict[int, CheckInfo]) -> list[StepInfo]:
    """Steps whose check is missing or failed."""
    if found is None:
        return []
    return [step for step in found.steps if step.gated and not (step.id in done and done[step.id].passed)]


def picture(scope: Scope, sha256: str) -> Picture:
    """One picture, or NotFound ``work.picture_unknown``."""
    row = Picture.objects.of(scope).filter(sha256=sha256).first()
    if row is None:
        raise NotFound("work.picture_unknown", "There is no such picture that you may see.")
    return row


def _infos(scope: Scope, rows: QuerySet[Instruction]) -> list[InstructionInfo]:
    kept = list(rows.select_related("product"))
    steps: dict[int, list[InstructionStep]] = {row.pk: [] for row in kept}
    found = (
        InstructionStep.objects.of(scope)
        .filter(instruction_id__in=list(steps))
        .select_related("picture")
        .defer("picture__data")
        .order_by("instruction_id", "position")
    )
    for step in found:
        steps[step.instruction_id].append(step)
    return [
        InstructionInfo(
            id=row.pk,
            org=row.org,
            product_id=row.product_id,
            product=row.product.code,
            op=row.op,
            revision=row.revision,
            status=RoutingStatus(row.status),
            title_en=row.title_en,
            title_zh=row.title_zh,
            note=row.note,
            released_by=row.released_by,
            released_at=row.released_at,
            illustrative=row.illustrative,
            steps=tuple(_step(step) for step in steps[row.pk]),
        )
        for row in kept
    ]


def _step(row: InstructionStep) -> StepInfo:
    return StepInfo(
        id=row.pk,
        position=row.position,
        wanted=StepWanted(
            text_en=row.text_en,
            text_zh=row.text_zh,
            picture=row.picture.sha256 if row.picture is not None else "",
            check=CheckKind(row.check_kind),
            unit=row.unit,
            lower=row.lower,
            upper=row.upper,
            options=tuple(_options(row.options)),
            right_options=tuple(row.right_options),
            expects=row.expects,
        ),
        picture_width=row.picture.width if row.picture is not None else 0,
        picture_height=row.picture.height if row.picture is not None else 0,
    )


def _options(stored: Iterable[dict[str, str]]) -> Iterable[Option]:
    return (Option(item["code"], item.get("en", ""), item.get("zh", "")) for item in stored)
