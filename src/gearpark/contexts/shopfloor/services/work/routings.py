"""Routings: drafts are written, released ones never change (the database refuses it), old ones are retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.lines import LineTemplate
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, MAX_NAME, Operation, Routing, Skill
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.line_types import shape
from ...queries.work.products import operation_of, product_row, released_programs
from ...types.lines import EDIT
from ...types.orders import OperationWanted, Refusal
from ...types.work import RELEASE, RoutingStatus

MAX_OPERATIONS = 99
MAX_OP = 9_990
MAX_CYCLE_S = 86_400.0
MAX_CLASSES = 30


def draft_routing(scope: Scope, product_id: int, *, copy_of: int | None = None, note: str = "") -> int:
    """A new draft revision: a copy of ``copy_of``, else of the newest revision, else the line type's operations.

    A product has one draft at a time: Problem ``work.draft_exists``.
    """
    require(scope, EDIT)
    with acting(scope):
        product = product_row(scope, product_id)
        rows = Routing.objects.of(scope).filter(product=product).order_by("-revision")
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
        source = rows.filter(pk=copy_of).first() if copy_of is not None else newest
        if copy_of is not None and source is None:
            raise NotFound("work.routing_unknown", "There is no such routing that you may see.")
        made = Routing(
            org=product.org,
            product=product,
            revision=(newest.revision if newest else 0) + 1,
            note=note.strip()[:MAX_NOTE],
        )
        made.save(force_insert=True)
        wanted = (
            [operation_of(row) for row in Operation.objects.of(scope).filter(routing=source).order_by("op")]
            if source is not None
            else default_operations(shape(product.line_type, product.org), product.variant)
        )
        _write(scope, made, wanted)
        after = {"revision": made.revision, "copy_of": source.revision if source else None}
        record(
            scope,
            "work.routing_drafted",
            "routing",
            f"{product.code} r{made.revision}",
            None,
            after,
            org=made.org,
        )
        return int(made.pk)


def default_operations(kind: LineTemplate, variant: str) -> list[OperationWanted]:
    """The line type's own operations for one variant."""
    return [
        OperationWanted(
            op=item.op,
            group=item.group,
            name_en=item.title_en,
            name_zh=item.title_zh,
            cycle_s=item.cycle_s,
            setup_s=item.setup_s,
            skill=item.skill,
            program=item.program.replace("{variant}", variant or kind.code) if item.program else "",
            tool_classes=item.tool_classes,
            gauge_classes=item.gauge_classes,
            is_test=item.is_test,
            needs_test=item.needs_test,
            rework_to=item.rework_to,
        )
        for item in sorted(kind.operations, key=lambda item: item.op)
    ]


def save_operations(
    scope: Scope, routing_id: int, operations: Sequence[OperationWanted], note: str | None = None
) -> None:
    """Replace a draft's operations. Problem ``work.routing_fixed`` for one that is no draft, ``work.operation``."""
    require(scope, EDIT)
    with acting(scope):
        row = _draft(scope, routing_id)
        _check(shape(row.product.line_type, row.org), operations)
        before = _facts(scope, row)
        Operation.objects.of(scope).filter(routing=row).delete()
        _write(scope, row, operations)
        if note is not None:
            row.note = note.strip()[:MAX_NOTE]
        row.save()
        key = f"{row.product.code} r{row.revision}"
        record(scope, "work.routing_saved", "routing", key, before, _facts(scope, row), org=row.org)


def release_routing(scope: Scope, routing_id: int, now: datetime | None = None) -> None:
    """Release a draft; the revision released until now is retired. Program hashes are frozen into it.

    Problem ``work.release_refused`` names everything that is missing.
    """
    require(scope, RELEASE)
    at = now or now_utc()
    with acting(scope):
        row = _draft(scope, routing_id)
        steps = list(Operation.objects.of(scope).filter(routing=row).order_by("op"))
        programs = released_programs(scope, row.org, {step.program for step in steps if step.program})
        refusals = _refusals(scope, row, steps, programs)
        if refusals:
            raise refused(refusals)
        for step in steps:
            step.program_hash = programs.get(step.program, "")
        Operation.objects.of(scope).bulk_update(steps, ["program_hash"])
        Routing.objects.of(scope).filter(product=row.product, status=RoutingStatus.RELEASED.value).update(
            status=RoutingStatus.RETIRED.value, changed_at=at
        )
        row.status, row.released_by, row.released_at = (
            RoutingStatus.RELEASED.value,
            scope.actor[:MAX_ACTOR],
            at,
        )
        row.save()
        key = f"{row.product.code} r{row.revision}"
        record(
            scope,
            "work.routing_released",
            "routing",
            key,
            {"status": "draft"},
            _facts(scope, row),
            org=row.org,
        )


def retire_routing(scope: Scope, routing_id: int) -> None:
    """Take the released revision out of use: no new order may be released with it."""
    require(scope, RELEASE)
    with acting(scope):
        row = _locked(scope, routing_id)
        if row.status != RoutingStatus.RELEASED:
            raise Problem("work.routing_not_released", "Only a released revision can be retired.", status=409)
        row.status = RoutingStatus.RETIRED.value
        row.save(update_fields=["status", "changed_at"])
        key = f"{row.product.code} r{row.revision}"
        record(
            scope,
            "work.routing_retired",
            "routing",
            key,
            {"status": "released"},
            {"status": "retired"},
            org=row.org,
        )


def delete_draft(scope: Scope, routing_id: int) -> int:
    """Delete a draft; returns the product's id."""
    require(scope, EDIT)
    with acting(scope):
        row = _draft(scope, routing_id)
        key, product_id = f"{row.product.code} r{row.revision}", row.product_id
        record(scope, "work.routing_deleted", "routing", key, _facts(scope, row), None, org=row.org)
        row.delete()
        return int(product_id)


def refused(refusals: Sequence[Refusal]) -> Problem:
    """The refusal of a release with every reason."""
    return Problem(
        "work.release_refused",
        f"It cannot be released yet: {', '.join(item.code for item in refusals)}.",
        status=409,
        codes=", ".join(item.code for item in refusals),
        refusals=[{"code": item.code, "facts": item.facts} for item in refusals],
    )


def _refusals(
    scope: Scope, row: Routing, steps: Sequence[Operation], programs: dict[str, str]
) -> list[Refusal]:
    found: list[Refusal] = []
    if not steps:
        found.append(Refusal("no_operation"))
    missing = sorted({step.program for step in steps if step.program} - set(programs))
    found += [Refusal("program_not_released", {"program": name}) for name in missing]
    skills = {step.skill for step in steps if step.skill}
    known = set(Skill.objects.of(scope).filter(org=row.org, code__in=skills).values_list("code", flat=True))
    found += [Refusal("skill_unknown", {"skill": code}) for code in sorted(skills - known)]
    return found


def _locked(scope: Scope, routing_id: int) -> Routing:
    row = (
        Routing.objects.of(scope)
        .select_related("product")
        .filter(pk=routing_id)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise NotFound("work.routing_unknown", "There is no such routing that you may see.")
    return row


def _draft(scope: Scope, routing_id: int) -> Routing:
    row = _locked(scope, routing_id)
    if row.status != RoutingStatus.DRAFT:
        raise Problem(
            "work.routing_fixed",
            f"Revision {row.revision} is {row.status} and never changes; make a new revision.",
            status=409,
            revision=row.revision,
        )
    return row


def _check(kind: LineTemplate, operations: Sequence[OperationWanted]) -> None:
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        raise Problem("work.operation", f"A routing has 1 to {MAX_OPERATIONS} operations.")
    ops = [item.op for item in operations]
    for item in operations:
        wrong = _wrong(kind, item, ops)
        if wrong:
            raise Problem("work.operation", f"Operation {item.op}: {wrong}", op=item.op, field=wrong)


def _wrong(kind: LineTemplate, item: OperationWanted, ops: Sequence[int]) -> str:
    if not 1 <= item.op <= MAX_OP or ops.count(item.op) > 1:
        return f"numbers go from 1 to {MAX_OP}, each once."
    if item.group not in kind.groups:
        return f"lines of type {kind.code} have no station group {item.group!r}."
    if not item.name_en.strip():
        return "give a name."
    if not 0 < item.cycle_s <= MAX_CYCLE_S or not 0 <= item.setup_s <= MAX_CYCLE_S:
        return f"times are seconds up to {MAX_CYCLE_S:.0f}; the cycle is more than 0."
    if item.rework_to is not None and (item.rework_to not in ops or item.rework_to > item.op):
        return "rework goes to an operation of this routing, not a later one."
    if len(item.tool_classes) > MAX_CLASSES or len(item.gauge_classes) > MAX_CLASSES:
        return f"at most {MAX_CLASSES} tools and {MAX_CLASSES} gauges."
    return ""


def _write(scope: Scope, row: Routing, operations: Sequence[OperationWanted]) -> None:
    Operation.objects.of(scope).bulk_create(
        Operation(
            org=row.org,
            routing=row,
            **{
                **asdict(item),
                "name_en": item.name_en.strip()[:MAX_NAME],
                "name_zh": item.name_zh.strip()[:MAX_NAME],
                "skill": item.skill.strip()[:MAX_CODE],
                "program": item.program.strip()[:MAX_NAME],
                "tool_classes": [code[:MAX_CODE] for code in item.tool_classes],
                "gauge_classes": [code[:MAX_CODE] for code in item.gauge_classes],
            },
        )
        for item in sorted(operations, key=lambda item: item.op)
    )


def _facts(scope: Scope, row: Routing) -> dict[str, Any]:
    steps = Operation.objects.of(scope).filter(routing=row).order_by("op")
    return {
        "status": row.status,
        "note": row.note,
        "operations": [{**asdict(operation_of(step)), "program_hash": step.program_hash} for step in steps],
    }
