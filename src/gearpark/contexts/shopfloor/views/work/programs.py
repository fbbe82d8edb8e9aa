"""The program register."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.work import ProgramForm
from ...queries.work.products import program_rows
from ...services import work
from ...types.lines import EDIT, VIEW
from .orders import refused
from .products import line_types
from .tabs import frame
from .words import REVISION_LOOK, REVISION_STATUS, word


def program_url(row: Any) -> str:
    return f"/orders/programs/{row.pk}/"


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="programs",
        columns=(
            column("name", _("Program"), sort="name", url=program_url),
            column("revision", _("Revision"), sort="revision"),
            column("status", _("Status"), lambda row: word(REVISION_STATUS, row.status), sort="status", state=lambda row: REVISION_LOOK[row.status], export=lambda row: row.status),
            column("sha256", _("Hash (SHA-256)"), lambda row: row.sha256[:16], sort="sha256", export=lambda row: row.sha256),
            column("line_type", _("Line type"), sort="line_type", shown=False),
            column("released_by", _("Released by"), sort="released_by"),
            column("released_at", _("Released"), lambda row: _when(row.released_at), sort="released_at"),
            column("added_by", _("Added by"), sort="added_by", shown=False),
            column("added_at", _("Added"), lambda row: _when(row.added_at), sort="added_at", shown=False),
            column("note", _("Note"), shown=False),
            column("illustrative", _("Illustrative"), sort="illustrative", shown=False),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
        ),
        filters=(lists.Filter("status", _("Status"), tuple(REVISION_STATUS.items()), "status"),),
        search=("name__icontains", "revision__icontains", "sha256__istartswith"),
        default_sort="name",
        row_url=program_url,
        empty_title=_("No program yet"),
        empty_text=_("A program is known by the hash of its content. Routings name programs; an operation starts only with the released one."),
        empty_url="/orders/programs/new/" if scope.may(EDIT) else "",
        empty_label=_("Register a program"),
    )  # fmt: skip


def _when(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


@needs(VIEW)
def program_list(request: HttpRequest) -> HttpResponseBase:
    """``/orders/programs/``"""
    scope = scope_of(request)
    context = frame(
        scope, "programs", _("Programs"), new_url="/orders/programs/new/", new_label=_("Register a program")
    )
    title = context.pop("page_title")
    return lists.answer(
        request, _spec(scope), program_rows(scope), "shopfloor/work/list.html", title=title, **context
    )


@needs(EDIT)
def program_new(request: HttpRequest) -> HttpResponse:
    """``/orders/programs/new/``"""
    scope = scope_of(request)
    form = ProgramForm(
        request.POST or None,
        request.FILES or None,
        line_types=line_types(scope),
        initial={"name": request.GET.get("name", "")},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given["file"]
        try:
            key = work.add_program(
                scope,
                given["name"],
                given["revision"],
                content=file.read() if file else b"",
                sha256=given["sha256"],
                line_type=given["line_type"],
                note=given["note"],
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The program is registered. It is used once it is released."))
            return redirect("shopfloor:program", program_id=key)
    back = "/orders/programs/"
    context = frame(
        scope, "programs", _("Register a program"), form=form, submit_label=_("Register"), back_url=back
    )
    return render(request, "shopfloor/work/product_form.html", context, status=422 if form.errors else 200)


@needs(VIEW)
def program_page(request: HttpRequest, program_id: int) -> HttpResponse:
    """``/orders/programs/<id>/``: one revision, its siblings, what may be done."""
    scope = scope_of(request)
    row = program_rows(scope).filter(pk=program_id).first()
    if row is None:
        raise Http404
    siblings = program_rows(scope).filter(org=row.org, name=row.name)
    context = frame(
        scope,
        "programs",
        f"{row.name} {row.revision}",
        program=row,
        look=REVISION_LOOK[row.status],
        status=word(REVISION_STATUS, row.status),
        siblings=[
            (item, REVISION_LOOK[item.status], word(REVISION_STATUS, item.status)) for item in siblings
        ],
    )
    return render(request, "shopfloor/work/program.html", context)


@require_POST
@needs(VIEW)
def program_action(request: HttpRequest, program_id: int, action: str) -> HttpResponse:
    """``/orders/programs/<id>/<action>/``: release or retire."""
    scope = scope_of(request)
    if action not in ("release", "retire"):
        raise Http404
    try:
        if action == "release":
            work.release_program(scope, program_id)
            messages.success(
                request,
                _("The program is released. Routings with another hash are blocked until they follow."),
            )
        else:
            work.retire_program(scope, program_id)
            messages.success(request, _("The program is retired. Operations that name it do not start."))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        refused(request, problem)
    return redirect("shopfloor:program", program_id=program_id)
