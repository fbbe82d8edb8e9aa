"""Products and their routings: lists, forms, revisions, comparison."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.work import OPERATION_FIELDS, ProductForm, operations_of
from ...queries.line_types import line_types as known_types
from ...queries.line_types import shape
from ...queries.work import products as asked
from ...queries.work.people import skills
from ...services import work
from ...types.lines import EDIT, VIEW
from ...types.orders import OperationWanted, RoutingInfo
from ...types.work import RoutingStatus
from .actions import number
from .orders import refused
from .tabs import frame
from .words import REVISION_LOOK, REVISION_STATUS, TRACKING, language, word

EMPTY_ROWS = 2  # blank rows at the end of a routing's form
MAX_ROWS = 120


def product_url(row: Any) -> str:
    return f"/orders/products/{row.pk}/"


def line_types(scope: Scope) -> dict[str, str]:
    """Line type -> title in the reader's language; a firm's own ones first."""
    zh = language().startswith("zh")
    found: dict[str, str] = {}
    for item in known_types(scope):
        found.setdefault(item.code, item.shape.title_zh if zh else item.shape.title_en)
    return found


def _spec(scope: Scope) -> lists.ListSpec:
    column, titles = lists.Column, line_types(scope)
    return lists.ListSpec(
        key="products",
        columns=(
            column("code", _("Product"), sort="code", url=product_url),
            column("name", _("Name"), lambda row: (row.name_zh if language().startswith("zh") else row.name_en) or row.name_en, sort="name_en"),
            column("line_type", _("Line type"), lambda row: titles.get(row.line_type, row.line_type), sort="line_type", export=lambda row: row.line_type),
            column("variant", _("Variant"), sort="variant"),
            column("routing", _("Released routing"), lambda row: row.released_revision, numeric=True, sort="released_revision"),
            column("open_orders", _("Open orders"), numeric=True, sort="open_orders"),
            column("tracking", _("Tracking"), lambda row: word(TRACKING, row.tracking), sort="tracking", export=lambda row: row.tracking),
            column("gtin", _("GTIN"), sort="gtin", shown=False),
            column("drawing", _("Drawing"), lambda row: " ".join(filter(None, (row.drawing, row.drawing_revision))), sort="drawing"),
            column("safety_part", _("Safety part"), sort="safety_part", shown=False),
            column("active", _("Active"), sort="active"),
            column("illustrative", _("Illustrative"), sort="illustrative", shown=False),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
        ),
        filters=(
            lists.Filter("line_type", _("Line type"), tuple(titles.items()), "line_type"),
            lists.Filter("active", _("Active"), (("yes", _("yes")), ("no", _("no"))), lambda rows, value: rows.filter(active=value == "yes")),
        ),
        search=("code__icontains", "name_en__icontains", "name_zh__icontains", "gtin__icontains", "drawing__icontains"),
        default_sort="code",
        row_url=product_url,
        empty_title=_("No product yet"),
        empty_text=_("A product is made on one type of line; its routing says by which operations."),
        empty_url="/orders/products/new/" if scope.may(EDIT) else "",
        empty_label=_("Make a product"),
    )  # fmt: skip


@needs(VIEW)
def product_list(request: HttpRequest) -> HttpResponseBase:
    """``/orders/products/``"""
    scope = scope_of(request)
    context = frame(
        scope, "products", _("Products"), new_url="/orders/products/new/", new_label=_("New product")
    )
    title = context.pop("page_title")
    rows = asked.product_rows(scope)
    return lists.answer(request, _spec(scope), rows, "shopfloor/work/list.html", title=title, **context)


@needs(EDIT)
def product_form(request: HttpRequest, product_id: int | None = None) -> HttpResponse:
    """``/orders/products/new/`` and ``/orders/products/<id>/edit/``"""
    scope = scope_of(request)
    row = asked.product_row(scope, product_id) if product_id is not None else None
    names = list(ProductForm.base_fields)
    initial = {name: getattr(row, name) for name in names} if row is not None else None
    form = ProductForm(request.POST or None, initial=initial, line_types=line_types(scope))
    if request.method == "POST" and form.is_valid():
        try:
            key = work.save_product(scope, form.wanted(), product_id)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The product is saved."))
            return redirect("shopfloor:product", product_id=key)
    title = (
        gettext("Change product %(name)s") % {"name": row.code} if row is not None else gettext("New product")
    )
    back = f"/orders/products/{product_id}/" if product_id else "/orders/products/"
    context = frame(scope, "products", title, form=form, submit_label=_("Save"), back_url=back)
    return render(request, "shopfloor/work/product_form.html", context, status=422 if form.errors else 200)


@needs(VIEW)
def product_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """``/orders/products/<id>/``: its routing drawn, revisions, work instructions."""
    scope = scope_of(request)
    row = asked.product_row(scope, product_id)
    found = asked.routings(scope, product_id)
    shown = next(
        (item for item in found if item.status is RoutingStatus.RELEASED), found[0] if found else None
    )
    counts = asked.instruction_counts(scope, product_id)
    ops = sorted({item.op for item in shown.operations} if shown else set() | set(counts))
    title = (row.name_zh if language().startswith("zh") else row.name_en) or row.name_en
    context = frame(
        scope,
        "products",
        row.code,
        product=row,
        product_name=title,
        line_type=line_types(scope).get(row.line_type, row.line_type),
        tracking=word(TRACKING, row.tracking),
        revisions=[_revision(item) for item in found],
        shown=shown,
        steps=steps_drawn(shown, counts) if shown else None,
        instructions=[{"op": op, "newest": counts.get(op, (0, 0))[0], "released": counts.get(op, (0, 0))[1]} for op in ops],
        draft=next((item for item in found if item.status is RoutingStatus.DRAFT), None),
    )  # fmt: skip
    return render(request, "shopfloor/work/product.html", context)


def _revision(item: RoutingInfo) -> dict[str, Any]:
    return {
        "info": item,
        "look": REVISION_LOOK[item.status],
        "status": word(REVISION_STATUS, item.status),
        "cycle_s": sum(step.cycle_s for step in item.operations),
    }


def steps_drawn(info: RoutingInfo, counts: dict[int, tuple[int, int]]) -> dict[str, Any]:
    """The routing as a strip: each operation as wide as its share of the cycle, rework arrows under it."""
    longest = max((step.cycle_s for step in info.operations), default=1.0)
    boxes, place = [], {}
    for index, step in enumerate(info.operations):
        x = index * 150
        place[step.op] = x + 65
        boxes.append(
            {
                "x": x,
                "op": step.op,
                "name": (step.name_zh if language().startswith("zh") else step.name_en) or step.name_en,
                "cycle": step.cycle_s,
                "bar": round(130 * step.cycle_s / longest, 1),
                "test": step.is_test,
                "needs": step.needs_test,
                "program": step.program,
                "skill": step.skill,
                "instruction": counts.get(step.op, (0, 0))[1],
            }
        )
    arrows = [
        {"a": place[step.op], "b": place[step.rework_to], "depth": 18 + 8 * (number_ % 3)}
        for number_, step in enumerate(item for item in info.operations if item.rework_to in place)
        if step.rework_to is not None
    ]
    return {"width": max(1, len(boxes)) * 150, "boxes": boxes, "arrows": arrows}


@require_POST
@needs(EDIT)
def routing_new(request: HttpRequest, product_id: int) -> HttpResponse:
    """``/orders/products/<id>/routing/``: a new draft from the line type, or a copy of a revision."""
    scope = scope_of(request)
    copy = number(request.POST.get("copy", "")) or None
    try:
        key = work.draft_routing(scope, product_id, copy_of=copy)
    except Problem as problem:
        if problem.status == 404:
            raise
        refused(request, problem)
        return redirect("shopfloor:product", product_id=product_id)
    return redirect("shopfloor:routing-edit", routing_id=key)


@needs(VIEW)
def routing_page(request: HttpRequest, routing_id: int) -> HttpResponse:
    """``/orders/routings/<id>/``"""
    scope = scope_of(request)
    info = asked.routing(scope, routing_id)
    others = [item for item in asked.routings(scope, info.product_id) if item.id != info.id]
    title = gettext("%(product)s routing revision %(n)s") % {"product": info.product, "n": info.revision}
    context = frame(
        scope,
        "products",
        title,
        info=info,
        revision=_revision(info),
        steps=steps_drawn(info, asked.instruction_counts(scope, info.product_id)),
        operations=[(step, info.hashes.get(step.op, "")) for step in info.operations],
        others=others,
        draft=info.status is RoutingStatus.DRAFT,
    )
    return render(request, "shopfloor/work/routing.html", context)


@needs(EDIT)
def routing_edit(request: HttpRequest, routing_id: int) -> HttpResponse:
    """``/orders/routings/<id>/edit/``: the operations as rows; works without script."""
    scope = scope_of(request)
    info = asked.routing(scope, routing_id)
    rows = [_row(step) for step in info.operations]
    errors: list[str] = []
    note = info.note
    if request.method == "POST":
        count = min(number(request.POST.get("rows", "")), MAX_ROWS)
        note = request.POST.get("note", "")[:400]
        wanted, unread = operations_of(request.POST, count)
        rows = [_typed(request.POST, row) for row in range(count) if request.POST.get(f"op-{row}")]
        if unread:
            errors.append(gettext("These rows cannot be read: %(ops)s.") % {"ops": ", ".join(unread)})
        else:
            try:
                work.save_operations(scope, routing_id, wanted, note)
            except Problem as problem:
                if problem.status in (403, 404):
                    raise
                errors.append(words_of(problem))
            else:
                if request.POST.get("more"):
                    return redirect("shopfloor:routing-edit", routing_id=routing_id)
                messages.success(request, _("The draft is saved."))
                return redirect("shopfloor:routing", routing_id=routing_id)
    title = gettext("%(product)s routing revision %(n)s") % {"product": info.product, "n": info.revision}
    blank = [dict.fromkeys((*OPERATION_FIELDS, "is_test", "needs_test"), "") for _row_ in range(EMPTY_ROWS)]
    context = frame(
        scope,
        "products",
        title,
        info=info,
        rows=[*rows, *blank],
        errors=errors,
        note=note,
        groups=list(shape(info.line_type, info.org).groups),
        skills=[(item.code, item.name(language())) for item in skills(scope, info.org)],
        programs=sorted({row.name for row in asked.program_rows(scope).filter(org=info.org)}),
    )
    return render(request, "shopfloor/work/routing_edit.html", context, status=422 if errors else 200)


def _row(step: OperationWanted) -> dict[str, Any]:
    given = asdict(step)
    return {
        **{name: "" if given.get(name) is None else given.get(name, "") for name in OPERATION_FIELDS},
        "tools": ", ".join(step.tool_classes),
        "gauges": ", ".join(step.gauge_classes),
        "is_test": step.is_test,
        "needs_test": step.needs_test,
    }


def _typed(post: Any, row: int) -> dict[str, Any]:
    given: dict[str, Any] = {name: post.get(f"{name}-{row}", "") for name in OPERATION_FIELDS}
    return given | {name: bool(post.get(f"{name}-{row}")) for name in ("is_test", "needs_test")}


@require_POST
@needs(VIEW)
def routing_action(request: HttpRequest, routing_id: int, action: str) -> HttpResponse:
    """``/orders/routings/<id>/<action>/``: release, retire, delete."""
    scope = scope_of(request)
    info = asked.routing(scope, routing_id)
    try:
        if action == "release":
            work.release_routing(scope, routing_id)
            messages.success(request, _("The routing is released. New orders are made with it."))
        elif action == "retire":
            work.retire_routing(scope, routing_id)
            messages.success(request, _("The routing is retired. Orders that have it go on with it."))
        elif action == "delete":
            work.delete_draft(scope, routing_id)
            messages.success(request, _("The draft is deleted."))
            return redirect("shopfloor:product", product_id=info.product_id)
        else:
            raise Http404
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        refused(request, problem)
    return redirect("shopfloor:routing", routing_id=routing_id)


@needs(VIEW)
def routing_compare(request: HttpRequest, routing_id: int, other_id: int) -> HttpResponse:
    """``/orders/routings/<id>/compare/<other>/``: two revisions side by side, changes marked."""
    scope = scope_of(request)
    first, second = asked.routing(scope, routing_id), asked.routing(scope, other_id)
    if first.product_id != second.product_id:
        raise Http404
    old, new = sorted((first, second), key=lambda item: item.revision)
    title = gettext("%(product)s: revisions %(a)s and %(b)s") % {
        "product": old.product,
        "a": old.revision,
        "b": new.revision,
    }
    rows = compare(old, new)
    context = frame(
        scope,
        "products",
        title,
        old=old,
        new=new,
        rows=rows,
        changed=sum(row["kind"] != "same" for row in rows),
    )
    return render(request, "shopfloor/work/routing_compare.html", context)


COMPARED: tuple[tuple[str, Any], ...] = (
    ("group", _("Station group")),
    ("name_en", _("Name (English)")),
    ("name_zh", _("Name (Chinese)")),
    ("cycle_s", _("Cycle, s")),
    ("setup_s", _("Set-up, s")),
    ("skill", _("Skill")),
    ("program", _("Program")),
    ("tool_classes", _("Tools")),
    ("gauge_classes", _("Gauges")),
    ("is_test", _("Gives a verdict")),
    ("needs_test", _("Needs a passed test")),
    ("rework_to", _("Rework goes to")),
)


def compare(old: RoutingInfo, new: RoutingInfo) -> list[dict[str, Any]]:
    """One row an operation: same, changed (with the fields), added or removed."""
    before = {step.op: step for step in old.operations}
    after = {step.op: step for step in new.operations}
    rows = []
    for op in sorted(before.keys() | after.keys()):
        a, b = before.get(op), after.get(op)
        fields = [
            (label, _shown(getattr(a, name)), _shown(getattr(b, name)))
            for name, label in COMPARED
            if a is not None and b is not None and getattr(a, name) != getattr(b, name)
        ]
        if old.hashes.get(op, "") != new.hashes.get(op, "") and a is not None and b is not None:
            fields.append((_("Program hash"), old.hashes.get(op, "")[:12], new.hashes.get(op, "")[:12]))
        kind = "added" if a is None else "removed" if b is None else "changed" if fields else "same"
        known = b or a
        name = (
            (known.name_zh if language().startswith("zh") else known.name_en) or known.name_en
            if known
            else ""
        )
        rows.append({"op": op, "kind": kind, "fields": fields, "name": name})
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value in (None, "") else str(value)
