"""Models: the list, a new one, one model with its drawing and answers, its file and revisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import lines
from gearpark.engines import lines as line_types
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..forms import FileForm, NewModelForm
from ..queries import models as queries
from ..queries import runs as run_queries
from ..services import models as services
from ..types import EDIT, VIEW, Kind, ModelInfo, Question, RunStatus
from .answers import answer
from .drawing import drawing
from .study import study_rows
from .words import KINDS, QUESTIONS, STATUS_LOOKS, STATUSES, language, with_half

FROM_FILE, FROM_LINE, FROM_TYPE = "file", "line:", "type:"
RUNS_SHOWN = 12


def model_url(row: Any) -> str:
    return f"/twin/{row.pk}/"


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    names = {line.asset: line.name(language()) for line in lines(scope)}
    return lists.ListSpec(
        key="twin-models",
        columns=(
            column("name", _("Name"), sort="name", url=model_url),
            column("kind", _("Kind"), lambda row: KINDS[Kind(row.kind)], sort="kind", export=lambda row: row.kind),
            column("line", _("Line"), lambda row: names.get(row.line, row.line), sort="line", export=lambda row: row.line),
            column("per_h", _("Good parts an hour"), lambda row: with_half(row.per_h, row.per_h_half), numeric=True, sort="per_h", export=lambda row: row.per_h),
            column("revision", _("Revision"), numeric=True, sort="revision"),
            column("changed_at", _("Changed"), lambda row: timezone.localtime(row.changed_at).strftime("%Y-%m-%d %H:%M"), sort="changed_at"),
            column("code", _("Code"), sort="code", shown=False),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
        ),
        filters=(
            lists.Filter("kind", _("Kind"), tuple((kind.value, word) for kind, word in KINDS.items()), "kind"),
            lists.Filter("line", _("Line"), tuple(names.items()), "line"),
        ),
        search=("name__icontains", "code__icontains", "line__icontains"),
        default_sort="-changed_at",
        row_url=model_url,
        empty_title=_("No model yet"),
        empty_text=_("A model says what a line is made of, and tells in a second what it will give. Begin with one of your lines, a line type or a file."),
        empty_url="/twin/new/" if scope.may(EDIT) else "",
        empty_label=_("New model"),
    )  # fmt: skip


@needs(VIEW)
def model_list(request: HttpRequest) -> HttpResponseBase:
    """``/twin/``; ``?archived=yes`` shows those put away."""
    scope, archived = scope_of(request), request.GET.get("archived") == "yes"
    rows = queries.model_rows(scope, archived=archived)
    title = _("Models put away") if archived else _("Line twin")
    return lists.answer(
        request,
        _spec(scope),
        rows,
        "twin/list.html",
        title=title,
        may_edit=scope.may(EDIT),
        archived=archived,
    )


@needs(EDIT)
def model_new(request: HttpRequest) -> HttpResponse:
    """``/twin/new/``: of a line, of a line type, or a file."""
    scope = scope_of(request)
    form = NewModelForm(request.POST or None, request.FILES or None, begins=_begins(scope))
    if request.method == "POST" and form.is_valid():
        try:
            made = _add(scope, form.cleaned_data)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("%(name)s is kept.") % {"name": made.name})
            return redirect("twin:model", key=made.id)
    context = {
        "form": form,
        "page_title": gettext("New model"),
        "submit_label": gettext("Check and keep"),
        "back_url": "/twin/",
    }
    return render(request, "twin/new.html", context)


def _begins(scope: Scope) -> list[tuple[str, Any]]:
    tongue = language()
    mine = [(f"{FROM_LINE}{line.asset}", line.name(tongue)) for line in lines(scope)]
    types = [
        (f"{FROM_TYPE}{code}", line_types.template(code).title(tongue))
        for code in line_types.template_codes()
    ]
    return [
        (FROM_FILE, gettext("a file")),
        *([(gettext("a line as it is set up"), mine)] if mine else []),
        (gettext("a line type"), types),
    ]  # type: ignore[list-item]


def _add(scope: Scope, given: dict[str, Any]) -> ModelInfo:
    begin, name = given["begin"], given["name"].strip()
    if begin.startswith(FROM_LINE):
        return services.model_from_line(scope, begin.removeprefix(FROM_LINE), name=name, language=language())
    if begin.startswith(FROM_TYPE):
        return services.model_from_type(scope, begin.removeprefix(FROM_TYPE), name=name, language=language())
    return services.add_model(scope, given["text"], name=name)


@needs(VIEW)
def model(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/``: the drawing with the newest answers; a study with its report. ``?revision=`` an earlier one."""
    scope, wanted = scope_of(request), request.GET.get("revision", "")
    info = queries.model(scope, key, int(wanted) if wanted.isdecimal() else None)
    found = run_queries.newest(scope, key, info.revision)
    context = {
        "info": info,
        "page_title": info.name,
        "may_edit": scope.may(EDIT) and info.revision == info.newest,
        "open_runs": run_queries.open_runs(scope, key),
        "run_rows": [_run_row(row) for row in run_queries.run_rows(scope, key)[:RUNS_SHOWN]],
        "line_name": next((line.name(language()) for line in lines(scope) if line.asset == info.line), ""),
        "found": {question.value: run for question, run in found.items()},
    }
    if info.kind is Kind.STUDY:
        done = found.get(Question.STUDY)
        study = study_rows(done.result) if done else None
        return render(
            request, "twin/study.html", {**context, "study": study, "raw": queries.document_of(info).raw}
        )
    line = queries.line_of(info)
    run = found.get(Question.RUN)
    context |= {
        "drawing": drawing(line, info.layout, run.result if run else None),
        "line": line,
        "others": queries.choices(scope, info.org, key),
        "answers": {
            question.value: answer(one) for question, one in found.items() if question is not Question.STUDY
        },
    }
    return render(request, "twin/model.html", context)


def _run_row(row: Any) -> dict[str, Any]:
    status = RunStatus(row.status)
    return {
        "id": row.pk,
        "word": QUESTIONS[Question(row.question)],
        "status_word": STATUSES[status],
        "look": STATUS_LOOKS[status],
        "revision": row.revision.number,
        "asked_at": row.asked_at,
        "asked_by": row.asked_by,
    }


@needs(EDIT)
def model_file(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/file/``: the whole file, to read and change."""
    scope = scope_of(request)
    info = queries.model(scope, key)
    form = FileForm(
        request.POST or None, request.FILES or None, initial={"text": info.text, "base": info.revision}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = services.save_model(scope, key, given["text"], base=given["base"], note=given["note"])
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("Revision %(n)s is kept.") % {"n": saved.revision})
            return redirect("twin:model", key=key)
    context = {
        "form": form,
        "page_title": info.name,
        "info": info,
        "submit_label": gettext("Check and keep"),
        "back_url": f"/twin/{key}/",
    }
    return render(request, "twin/file.html", context)


@needs(VIEW)
def model_download(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/model.yaml``; ``?revision=`` an earlier one."""
    scope, wanted = scope_of(request), request.GET.get("revision", "")
    info = queries.model(scope, key, int(wanted) if wanted.isdecimal() else None)
    made = HttpResponse(info.text, content_type="application/yaml; charset=utf-8")
    made["Content-Disposition"] = f'attachment; filename="{info.code}.yaml"'
    return made


@needs(EDIT)
@require_POST
def model_change(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/change/``: put away or back, restore a revision, say which line it stands for."""
    scope, what = scope_of(request), request.POST.get("what", "")
    if what in ("archive", "back"):
        services.archive_model(scope, key, back=what == "back")
        messages.success(
            request, gettext("The model is back.") if what == "back" else gettext("The model is put away.")
        )
    elif what == "restore":
        number, base = (
            int(x) if x.isdecimal() else 0
            for x in (request.POST.get("number", ""), request.POST.get("base", ""))
        )
        made = services.restore(scope, key, number, base=base)
        messages.success(request, gettext("Revision %(n)s is kept.") % {"n": made.revision})
    elif what == "line":
        services.link_line(scope, key, request.POST.get("line", "")[:60])
        messages.success(request, gettext("The model stands for the line now."))
    return redirect("twin:model", key=key)
