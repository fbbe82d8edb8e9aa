"""Runs: asked, followed, read, cancelled; comparisons and animations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of

from ..forms import AskForm
from ..queries import models as model_queries
from ..queries import runs as queries
from ..services import runs as services
from ..types import EDIT, VIEW, Asked, Question, RunInfo, RunStatus
from .answers import answer, looks
from .drawing import drawing
from .study import study_rows
from .words import KINDS, QUESTIONS, STATUS_LOOKS, STATUSES, kept_words, with_half

DEFAULT_HOURS = 2.0
DEFAULT_DAYS = 14.0


def run_url(row: Any) -> str:
    return f"/twin/runs/{row.pk}/"


SPEC = lists.ListSpec(
    key="twin-runs",
    columns=(
        lists.Column("id", _("Run"), lambda row: row.pk, numeric=True, sort="id", url=run_url),
        lists.Column("model", _("Line model"), "revision.model.name", sort="revision__model__name"),
        lists.Column("revision", _("Revision"), "revision.number", numeric=True, sort="revision__number"),
        lists.Column("question", _("Question"), lambda row: QUESTIONS[Question(row.question)], sort="question", export=lambda row: row.question),
        lists.Column("status", _("Progress"), lambda row: STATUSES[RunStatus(row.status)], sort="status", state=lambda row: STATUS_LOOKS[RunStatus(row.status)], export=lambda row: row.status),
        lists.Column("per_h", _("Good parts an hour"), lambda row: with_half(row.per_h, row.per_h_half), numeric=True, sort="per_h", export=lambda row: row.per_h),
        lists.Column("asked_by", _("Asked by"), sort="asked_by"),
        lists.Column("asked_at", _("Asked"), lambda row: timezone.localtime(row.asked_at).strftime("%Y-%m-%d %H:%M"), sort="asked_at"),
    ),
    filters=(
        lists.Filter("question", _("Question"), tuple((q.value, word) for q, word in QUESTIONS.items()), "question"),
        lists.Filter("status", _("Progress"), tuple((s.value, word) for s, word in STATUSES.items()), "status"),
    ),
    search=("revision__model__name__icontains", "asked_by__icontains"),
    default_sort="-id",
    row_url=run_url,
    empty_title=_("No run yet"),
    empty_text=_("Open a model and run it: the answer is kept here."),
    empty_url="/twin/",
    empty_label=_("Models"),
)  # fmt: skip


@needs(VIEW)
def run_list(request: HttpRequest) -> HttpResponseBase:
    """``/twin/runs/``"""
    return lists.answer(request, SPEC, queries.run_rows(scope_of(request)), "twin/runs.html", title=_("Runs"))


@needs(EDIT)
@require_POST
def run_ask(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/ask/``: ask the newest revision something, then follow the run."""
    scope, form = scope_of(request), AskForm(request.POST)
    question = request.POST.get("question", "")
    if question not in set(Question):
        raise NotFound("twin.question_unknown", "There is no such question.")
    if not form.is_valid():
        messages.error(
            request,
            gettext(
                "Replications go from 1 to 5,000, hours from 0.01 to 24, days from 0.1 to 60, the seed from 0."
            ),
        )
        return redirect("twin:model", key=key)
    given = form.cleaned_data
    asked = Asked(
        Question(question),
        replications=given["replications"],
        seed=1 if given["seed"] is None else given["seed"],
        scenarios=tuple(request.POST.getlist("scenario")),
        others=tuple(int(x) for x in request.POST.getlist("other") if x.isdecimal()),
        hours=given["hours"] or DEFAULT_HOURS,
        days=given["days"] or DEFAULT_DAYS,
        until=given["until"],
    )
    return redirect("twin:run", key=services.ask(scope, key, asked).id)


@needs(VIEW)
def run(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/runs/<id>/``: how far it is, then its answer. As a part: what the page asks for again."""
    scope = scope_of(request)
    info = queries.run(scope, key)
    if request.headers.get("HX-Request") and info.open:
        return render(request, "twin/parts/progress.html", {"run": info, **_words(info)})
    if request.headers.get("HX-Request"):
        made = HttpResponse(status=204)
        made["HX-Refresh"] = "true"
        return made
    context: dict[str, Any] = {
        "run": info,
        "page_title": f"{QUESTIONS[info.question]}: {info.model}",
        "may_edit": scope.may(EDIT),
        "failed": kept_words(info.problem),
        **_words(info),
    }
    if info.status is RunStatus.DONE:
        context |= _shown(scope, info)
    return render(request, "twin/run.html", context)


def _words(info: RunInfo) -> dict[str, Any]:
    return {
        "question": QUESTIONS[info.question],
        "kind": KINDS[info.kind],
        "status": STATUSES[info.status],
        "look": STATUS_LOOKS[info.status],
        "percent": round(100 * info.done / max(1, info.of)),
    }


def _shown(scope: Any, info: RunInfo) -> dict[str, Any]:
    if info.question is Question.STUDY:
        return {"study": study_rows(info.result)}
    revision = model_queries.model(scope, info.model_id, info.revision)
    if info.question is Question.ANIMATION:
        return {
            "drawing": drawing(model_queries.line_of(revision), revision.layout),
            "animated": True,
            "looks": looks(),
        }
    result = info.result if "stations" in info.result and isinstance(info.result["stations"], dict) else None
    return {
        "answers": answer(info),
        "looks": looks(),
        "drawing": drawing(model_queries.line_of(revision), revision.layout, result),
    }


@needs(VIEW)
def run_spells(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/runs/<id>/spells.json``: what the animation plays."""
    info = queries.run(scope_of(request), key)
    if info.question is not Question.ANIMATION or info.status is not RunStatus.DONE:
        raise NotFound("twin.run_unknown", "There is no such animation.")
    return JsonResponse(dict(info.result))


@needs(VIEW)
def run_result(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/runs/<id>/result.json``: the figures as the command line gives them."""
    info = queries.run(scope_of(request), key)
    made = JsonResponse(dict(info.result), json_dumps_params={"indent": 1, "ensure_ascii": False})
    made["Content-Disposition"] = f'attachment; filename="run-{key}.json"'
    return made


@needs(EDIT)
@require_POST
def run_cancel(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/runs/<id>/cancel/``"""
    services.cancel(scope_of(request), key)
    return redirect("twin:run", key=key)


@needs(EDIT)
@require_POST
def run_keep(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/runs/<id>/keep/``: a calibrated model becomes the newest revision."""
    info = services.keep_calibrated(scope_of(request), key)
    messages.success(request, gettext("Kept as revision %(n)s.") % {"n": info.revision})
    return redirect("twin:model", key=info.id)
