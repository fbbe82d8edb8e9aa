"""Writing work instructions: drafts are written, released revisions never change (the database refuses it)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.pictures import read_picture
from gearpark.kit.tenant import acting, require

from ...models import MAX_NAME, Instruction, InstructionStep, Picture
from ...models.instructions import MAX_CHECK_VALUE, MAX_STEP_TEXT
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.instructions import instruction
from ...queries.work.products import product_row
from ...types.instructions import CheckKind, StepWanted
from ...types.lines import EDIT
from ...types.work import RELEASE, RoutingStatus

MAX_STEPS = 60
MAX_OPTIONS = 12
MAX_PICTURES = 5_000  # of one firm


def add_picture(scope: Scope, data: bytes, *, org: str = "", at: datetime | None = None) -> str:
    """Keep a picture; returns its SHA-256. The same bytes are kept once. Problems ``picture.*``."""
    require(scope, EDIT)
    facts = read_picture(data)
    with acting(scope):
        owner = org or scope.org
        rows = Picture.objects.of(scope).filter(org=owner)
        if not rows.filter(sha256=facts.sha256).exists():
            if rows.count() >= MAX_PICTURES:
                raise Problem("picture.too_many", f"At most {MAX_PICTURES} pictures are kept.", status=409)
            Picture(
                org=owner,
                sha256=facts.sha256,
                media_type=facts.media_type,
                width=facts.width,
                height=facts.height,
                data=data,
                added_by=scope.actor[:MAX_ACTOR],
                added_at=at or now_utc(),
            ).save(force_insert=True)
            after = {"bytes": len(data), "type": facts.media_type}
            record(scope, "work.picture_added", "picture", facts.sha256[:16], None, after, org=owner)
        return facts.sha256


def draft_instruction(scope: Scope, product_id: int, op: int, *, copy_of: int | None = None) -> int:
    """A new draft revision for one operation, a copy of ``copy_of`` or of the newest; Problem ``work.draft_exists``."""
    require(scope, EDIT)
    with acting(scope):
        product = product_row(scope, product_id)
        rows = Instruction.objects.of(scope).filter(product=product, op=op).order_by("-revision")
        draft = rows.filter(status=RoutingStatus.DRAFT.value).first()
        if draft is not None:
            raise Problem(
                "work.draft_exists",
                f"Revision {draft.revision} of {product.code} is a draft already; go on with it or delete it.",
                status=409,
                revision=draft.revision,
                product=product.code,
            )
        newest = rows.first()
        source = (
            Instruction.objects.of(scope).filter(pk=copy_of, org=product.org).first()
            if copy_of is not None
            else newest
        )
        made = Instruction(
            org=product.org,
            product=product,
            op=op,
            revision=(newest.revision if newest else 0) + 1,
            title_en=source.title_en if source else f"OP{op}",
            title_zh=source.title_zh if source else "",
            illustrative=source.illustrative if source else False,
        )
        made.save(force_insert=True)
        if source is not None:
            _write(scope, made, [step.wanted for step in instruction(scope, source.pk).steps])
        key = f"{product.code} op{op} r{made.revision}"
        record(scope, "work.instruction_drafted", "instruction", key, None, {"op": op}, org=made.org)
        return int(made.pk)


def save_instruction(
    scope: Scope,
    instruction_id: int,
    title_en: str,
    title_zh: str,
    steps: Sequence[StepWanted],
    note: str = "",
    *,
    illustrative: bool | None = None,
) -> None:
    """Replace a draft's words and steps. Problems ``work.instruction_fixed``, ``work.step``, ``work.picture_unknown``."""
    require(scope, EDIT)
    if not title_en.strip():
        raise Problem("work.name_missing", "Give a name.")
    if len(steps) > MAX_STEPS:
        raise Problem("work.step", f"At most {MAX_STEPS} steps.", step=MAX_STEPS)
    for number, step in enumerate(steps, start=1):
        _check(number, step)
    with acting(scope):
        row = _draft(scope, instruction_id)
        before = _facts(scope, row.pk)
        row.title_en, row.title_zh = title_en.strip()[:MAX_NAME], title_zh.strip()[:MAX_NAME]
        row.note = note.strip()[:MAX_NOTE]
        if illustrative is not None:
            row.illustrative = illustrative
        row.save()
        InstructionStep.objects.of(scope).filter(instruction=row).delete()
        _write(scope, row, steps)
        record(
            scope,
            "work.instruction_saved",
            "instruction",
            _key(row),
            before,
            _facts(scope, row.pk),
            org=row.org,
        )


def release_instruction(scope: Scope, instruction_id: int, at: datetime | None = None) -> None:
    """Release a draft; the revision released until now is retired. Runs that show the old one go on with it."""
    require(scope, RELEASE)
    now = at or now_utc()
    with acting(scope):
        row = _draft(scope, instruction_id)
        if not InstructionStep.objects.of(scope).filter(instruction=row).exists():
            raise Problem(
                "work.instruction_empty", "An instruction without a step says nothing; add one.", status=409
            )
        Instruction.objects.of(scope).filter(
            product=row.product, op=row.op, status=RoutingStatus.RELEASED.value
        ).update(status=RoutingStatus.RETIRED.value, changed_at=now)
        row.status, row.released_by, row.released_at = (
            RoutingStatus.RELEASED.value,
            scope.actor[:MAX_ACTOR],
            now,
        )
        row.save()
        after = _facts(scope, row.pk)
        record(
            scope,
            "work.instruction_released",
            "instruction",
            _key(row),
            {"status": "draft"},
            after,
            org=row.org,
        )


def delete_instruction_draft(scope: Scope, instruction_id: int) -> tuple[int, int]:
    """Delete a draft; returns (product id, operation)."""
    require(scope, EDIT)
    with acting(scope):
        row = _draft(scope, instruction_id)
        found = (row.product_id, row.op)
        record(
            scope,
            "work.instruction_deleted",
            "instruction",
            _key(row),
            _facts(scope, row.pk),
            None,
            org=row.org,
        )
        row.delete()
        return found


def _key(row: Instruction) -> str:
    return f"{row.product.code} op{row.op} r{row.revision}"


def _draft(scope: Scope, key: int) -> Instruction:
    row = (
        Instruction.objects.of(scope)
        .select_related("product")
        .filter(pk=key)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise NotFound("work.instruction_unknown", "There is no such work instruction that you may see.")
    if row.status != RoutingStatus.DRAFT:
        raise Problem(
            "work.instruction_fixed",
            f"Revision {row.revision} is {row.status} and never changes; make a new revision.",
            status=409,
            revision=row.revision,
        )
    return row


def _check(number: int, step: StepWanted) -> None:
    wrong = ""
    if not step.text_en.strip() and not step.text_zh.strip():
        wrong = "say what to do."
    elif max(len(step.text_en), len(step.text_zh)) > MAX_STEP_TEXT:
        wrong = f"at most {MAX_STEP_TEXT} characters."
    elif step.check is CheckKind.NUMBER and step.lower is None and step.upper is None:
        wrong = "a number needs a lower or an upper limit."
    elif step.lower is not None and step.upper is not None and step.lower > step.upper:
        wrong = "the lower limit is above the upper one."
    elif step.check is CheckKind.CHOICE:
        codes = [option.code for option in step.options]
        if not 2 <= len(codes) <= MAX_OPTIONS or len(set(codes)) != len(codes):
            wrong = f"a choice has 2 to {MAX_OPTIONS} different answers."
        elif not step.right_options or not set(step.right_options) <= set(codes):
            wrong = "say which answers are right."
    elif len(step.expects) > MAX_CHECK_VALUE:
        wrong = f"at most {MAX_CHECK_VALUE} characters."
    if wrong:
        raise Problem("work.step", f"Step {number}: {wrong}", step=number, why=wrong)


def _write(scope: Scope, row: Instruction, steps: Sequence[StepWanted]) -> None:
    wanted = {step.picture for step in steps if step.picture}
    pictures = dict(
        Picture.objects.of(scope).filter(org=row.org, sha256__in=wanted).values_list("sha256", "pk")
    )
    missing = wanted - set(pictures)
    if missing:
        raise NotFound("work.picture_unknown", "There is no such picture that you may see.")
    InstructionStep.objects.of(scope).bulk_create(
        InstructionStep(
            org=row.org,
            instruction=row,
            position=number,
            text_en=step.text_en.strip() or step.text_zh.strip(),
            text_zh=step.text_zh.strip(),
            picture_id=pictures.get(step.picture),
            check_kind=step.check.value,
            unit=step.unit.strip()[:20],
            lower=step.lower if step.check is CheckKind.NUMBER else None,
            upper=step.upper if step.check is CheckKind.NUMBER else None,
            options=[{"code": item.code, "en": item.text_en, "zh": item.text_zh} for item in step.options]
            if step.check is CheckKind.CHOICE
            else [],
            right_options=list(step.right_options) if step.check is CheckKind.CHOICE else [],
            expects=step.expects.strip(),
        )
        for number, step in enumerate(steps, start=1)
    )


def _facts(scope: Scope, key: int) -> dict[str, Any]:
    found = instruction(scope, key)
    return {
        "title_en": found.title_en,
        "title_zh": found.title_zh,
        "status": found.status.value,
        "note": found.note,
        "steps": [
            {
                "en": step.wanted.text_en,
                "zh": step.wanted.text_zh,
                "picture": step.wanted.picture[:16],
                "check": step.wanted.check.value,
                "lower": step.wanted.lower,
                "upper": step.wanted.upper,
                "right": list(step.wanted.right_options),
            }
            for step in found.steps
        ],
    }
