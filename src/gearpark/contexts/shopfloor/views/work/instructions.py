"""Work instructions: revisions of one operation, reading one, writing a draft, and the pictures in them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.instructions import EMPTY_ROWS, StepRow, rows_of, typed, wanted_of
from ...queries.work import instructions as asked
from ...queries.work.products import product_row
from ...services import work
from ...types.instructions import CheckKind, InstructionInfo, StepInfo
from ...types.lines import EDIT, VIEW
from ...types.work import RoutingStatus
from .actions import number
from .orders import refused
from .tabs import frame
from .words import CHECK, REVISION_LOOK, REVISION_STATUS, language, word

PICTURE_AGE_S = 31_536_000  # a picture's address names its content, so it never changes


def _revision(info: InstructionInfo) -> dict[str, Any]:
    return {
        "info": info,
        "title": info.title(language()),
        "look": REVISION_LOOK[info.status],
        "status": word(REVISION_STATUS, info.status),
        "checks": sum(step.gated for step in info.steps),
    }


def step_shown(step: StepInfo) -> dict[str, Any]:
    """One step in the reader's language."""
    wanted = step.wanted
    return {
        "id": step.id,
        "position": step.position,
        "text": step.text(language()),
        "picture": wanted.picture,
        "width": step.picture_width,
        "height": step.picture_height,
        "check": wanted.check.value,
        "check_word": word(CHECK, wanted.check) if step.gated else "",
        "limits": limits(step),
        "unit": wanted.unit,
        "lower": wanted.lower,
        "upper": wanted.upper,
        "options": [
            {"code": item.code, "text": item.text(language()), "right": item.code in wanted.right_options}
            for item in wanted.options
        ],
        "expects": wanted.expects,
    }


def limits(step: StepInfo) -> str:
    """The limits of a number as people write them."""
    low, high, unit = step.wanted.lower, step.wanted.upper, step.wanted.unit
    if step.wanted.check is not CheckKind.NUMBER:
        return ""
    if low is not None and high is not None:
        return f"{low:g} … {high:g} {unit}".strip()
    return f"≥ {low:g} {unit}".strip() if low is not None else f"≤ {high:g} {unit}".strip()


@needs(VIEW)
def instructions(request: HttpRequest, product_id: int, op: int) -> HttpResponse:
    """``/orders/products/<id>/instructions/<op>/``: the released revision, then all of them. POST drafts a new one."""
    scope = scope_of(request)
    product = product_row(scope, product_id)
    if request.method == "POST":
        copy = number(request.POST.get("copy", "")) or None
        try:
            key = work.draft_instruction(scope, product_id, op, copy_of=copy)
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            refused(request, problem)
            return redirect("shopfloor:instructions", product_id=product_id, op=op)
        return redirect("shopfloor:instruction-edit", instruction_id=key)
    found = asked.instructions(scope, product_id, op)
    shown = next(
        (item for item in found if item.status is RoutingStatus.RELEASED), found[0] if found else None
    )
    title = gettext("%(product)s OP%(op)s: work instruction") % {"product": product.code, "op": op}
    context = frame(
        scope,
        "products",
        title,
        product=product,
        op=op,
        revisions=[_revision(item) for item in found],
        shown=_revision(shown) if shown else None,
        steps=[step_shown(step) for step in shown.steps] if shown else [],
        draft=next((item for item in found if item.status is RoutingStatus.DRAFT), None),
    )
    return render(request, "shopfloor/work/instructions.html", context)


@needs(VIEW)
def instruction_page(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """``/orders/instructions/<id>/``: one revision as it is shown at the station."""
    scope = scope_of(request)
    info = asked.instruction(scope, instruction_id)
    title = gettext("%(product)s OP%(op)s: instruction revision %(n)s") % {
        "product": info.product,
        "op": info.op,
        "n": info.revision,
    }
    context = frame(
        scope,
        "products",
        title,
        info=info,
        revision=_revision(info),
        steps=[step_shown(step) for step in info.steps],
        draft=info.status is RoutingStatus.DRAFT,
    )
    return render(request, "shopfloor/work/instruction.html", context)


@needs(EDIT)
def instruction_edit(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """``/orders/instructions/<id>/edit/``: steps as rows with pictures and checks; works without script."""
    scope = scope_of(request)
    info = asked.instruction(scope, instruction_id)
    rows = rows_of(info.steps)
    errors: list[str] = []
    words = {"title_en": info.title_en, "title_zh": info.title_zh, "note": info.note}
    if request.method == "POST":
        rows, errors = _sent(request, scope, info)
        words = {name: request.POST.get(name, "") for name in words}
        if not errors:
            try:
                work.save_instruction(
                    scope,
                    instruction_id,
                    words["title_en"] or words["title_zh"],
                    words["title_zh"],
                    [wanted_of(row) for row in rows],
                    words["note"],
                )
            except Problem as problem:
                if problem.status in (403, 404):
                    raise
                errors.append(words_of(problem))
        if not errors:
            if request.POST.get("more"):
                return redirect("shopfloor:instruction-edit", instruction_id=instruction_id)
            messages.success(request, _("The draft is saved."))
            return redirect("shopfloor:instruction", instruction_id=instruction_id)
    title = gettext("%(product)s OP%(op)s: instruction revision %(n)s") % {
        "product": info.product,
        "op": info.op,
        "n": info.revision,
    }
    blank = [StepRow(place=str(len(rows) + more + 1)) for more in range(EMPTY_ROWS)]
    context = frame(
        scope,
        "products",
        title,
        info=info,
        rows=[*rows, *blank],
        errors=errors,
        words=words,
        kinds=[(kind.value, word(CHECK, kind)) for kind in CheckKind],
    )
    return render(request, "shopfloor/work/instruction_edit.html", context, status=422 if errors else 200)


def _sent(request: HttpRequest, scope: Scope, info: InstructionInfo) -> tuple[list[StepRow], list[str]]:
    """Rows of the form with their new pictures kept, and what could not be read."""
    errors = []
    post = request.POST.copy()
    for name, file in request.FILES.items():
        assert not isinstance(file, list)
        number = name.removeprefix("file-")
        try:
            post[f"picture-{number}"] = work.add_picture(scope, file.read(), org=info.org)
        except Problem as problem:
            if problem.status == 403:
                raise
            errors.append(f"{file.name}: {words_of(problem)}")
    rows = typed(post)
    for place, row in enumerate(rows, start=1):
        try:
            wanted_of(row)
        except ValueError:
            errors.append(gettext("Step %(n)s: a limit is not a number.") % {"n": place})
    return rows, errors


@require_POST
@needs(VIEW)
def instruction_action(request: HttpRequest, instruction_id: int, action: str) -> HttpResponse:
    """``/orders/instructions/<id>/<action>/``: release or delete."""
    scope = scope_of(request)
    info = asked.instruction(scope, instruction_id)
    if action not in ("release", "delete"):
        raise Http404
    try:
        if action == "release":
            work.release_instruction(scope, instruction_id)
            messages.success(
                request, _("The instruction is released. Parts started from now on are made with it.")
            )
        else:
            work.delete_instruction_draft(scope, instruction_id)
            messages.success(request, _("The draft is deleted."))
            return redirect("shopfloor:instructions", product_id=info.product_id, op=info.op)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        refused(request, problem)
    return redirect("shopfloor:instruction", instruction_id=instruction_id)


@needs(VIEW)
def picture(request: HttpRequest, sha: str) -> HttpResponse:
    """``/orders/pictures/<sha256>/``"""
    row = asked.picture(scope_of(request), sha)
    answer = HttpResponse(bytes(row.data), content_type=row.media_type)
    answer["Content-Disposition"] = "inline"
    patch_cache_control(answer, private=True, max_age=PICTURE_AGE_S, immutable=True)
    return answer
