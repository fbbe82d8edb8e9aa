"""Importing a sheet: upload, look at the dry run, apply."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import services
from ..forms import UploadForm
from ..forms.words import CHANGES, word
from ..services.imports import ASSET_COLUMNS, FIRM_COLUMNS
from ..types import DryRun

MAX_SHOWN_ROWS = 500
ORDER = ("wrong", "new", "changed", "unchanged")


@needs("registry.import")
def upload(request: HttpRequest) -> HttpResponse:
    """GET shows the form and the columns; POST reads the sheet and shows the dry run."""
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"what": request.GET.get("what", "firms")}
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = services.dry_run(
                scope_of(request), form.cleaned_data["what"], file.name, file.read(), now_utc()
            )
            return HttpResponseRedirect(f"/import/{run.ticket}/")
        except Problem as problem:
            form.add_error("file", words_of(problem))
    context = {"form": form, "firm_columns": FIRM_COLUMNS, "asset_columns": ASSET_COLUMNS}
    return render(request, "registry/import.html", context, status=422 if form.errors else 200)


@needs("registry.import")
def dry_run(request: HttpRequest, ticket: str) -> HttpResponse:
    """What the sheet would change, row by row."""
    return _page(request, services.open_ticket(scope_of(request), ticket, now_utc()))


@require_POST
@needs("registry.import")
def apply(request: HttpRequest, ticket: str) -> HttpResponse:
    """Write it, all rows or none."""
    counts = services.apply_ticket(scope_of(request), ticket, now_utc())
    return render(
        request,
        "registry/import_done.html",
        {"counts": _counts(counts), "written": counts["new"] + counts["changed"]},
    )


def _counts(counts: dict[str, int]) -> list[dict[str, object]]:
    return [{"kind": kind, "word": word(CHANGES, kind), "count": counts[kind]} for kind in ORDER]


def _page(request: HttpRequest, run: DryRun) -> HttpResponse:
    rank = {kind: place for place, kind in enumerate(ORDER)}
    ordered = sorted(run.changes, key=lambda change: (rank[change.kind.value], change.row))
    rows = [
        {
            "row": change.row or "",
            "kind": change.kind.value,
            "word": word(CHANGES, change.kind.value),
            "key": change.key,
            "title": change.title,
            "errors": list(change.errors.items()),
            "fields": [(name, before, after) for name, (before, after) in change.fields.items()],
        }
        for change in ordered[:MAX_SHOWN_ROWS]
    ]
    context = {
        "run": run,
        "rows": rows,
        "hidden": max(0, len(ordered) - MAX_SHOWN_ROWS),
        "counts": _counts(run.counts),
        "what": gettext("Firms") if run.what == "firms" else gettext("Assets"),
    }
    return render(request, "registry/dry_run.html", context)
