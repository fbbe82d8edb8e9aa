"""Targets of a line: what the map colours by, and what the report holds cells against."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gearpark.base.problems import Problem
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..forms import LineForm, TargetsForm
from ..queries.lines import potline
from ..services import lines as services
from ..types import CONTROL, UNITS, Kpi
from .words import KPIS, language


@needs(CONTROL)
def new(request: HttpRequest) -> HttpResponse:
    """``/potline/new/``"""
    scope = scope_of(request)
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.ensure_line(
                scope, scope.org, given["code"], cells=given["cells"], name_en=given["name_en"],
                name_zh=given["name_zh"], rooms=given["rooms"],
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("%(name)s is kept.") % {"name": made.name(language())})
            return redirect("potline:map", potline_code=made.code)
    context = {
        "form": form,
        "page_title": _("New potline"),
        "submit_label": _("Keep"),
        "back_url": "/potline/",
    }
    return render(request, "potline/new.html", context)


@needs(CONTROL)
def targets(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/targets/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    form = TargetsForm(request.POST or None, line=info)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.set_targets(
                scope, potline_code, form.targets(), base=form.cleaned_data["base"]
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("Targets kept as revision %(n)s.") % {"n": changed.revision})
            return redirect("potline:map", potline_code=potline_code)
    context = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Targets"),
        "form": form,
        "rows": [
            {
                "word": KPIS[kpi],
                "unit": UNITS[kpi],
                "middle": form[f"{kpi.value}-middle"],
                "room": form[f"{kpi.value}-room"],
            }
            for kpi in Kpi
        ],
    }
    return render(request, "potline/targets.html", context)
