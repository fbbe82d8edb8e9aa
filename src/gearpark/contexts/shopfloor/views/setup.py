"""Setting up: lines, calendars, plans."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.engines.calendars import shipped
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import queries, services
from ..forms import CalendarForm, LineForm, PlanForm
from ..queries import line_types
from ..types import EDIT, LineInfo
from .board import language
from .line_types import card

_SHORT_LIST = re.compile(r"\[\s+((?:[^\[\]{}]|\[[^\[\]{}]*\])*?)\s+\]")


@needs(EDIT)
def line_new(request: HttpRequest) -> HttpResponse:
    """``/lines/new/``"""
    return _line_form(request, None)


@needs(EDIT)
def line_edit(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/edit/``"""
    return _line_form(request, queries.line(scope_of(request), asset))


def _line_form(request: HttpRequest, info: LineInfo | None) -> HttpResponse:
    scope = scope_of(request)
    owner = info.org if info else scope.org
    found = [item for item in queries.calendars(scope) if item.org == owner]
    types = [(item.code, item.shape.title(language())) for item in line_types.line_types(scope, of_org=owner)]
    form = LineForm(request.POST or None, calendars=[item.name for item in found], types=types, info=info)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_line(scope, form.wanted(), org=info.org if info else "")
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("Line %(name)s is set up.") % {"name": saved.asset})
            return redirect("shopfloor:board", asset=saved.asset)
    chosen = str(form["template"].value() or (types[0][0] if types else ""))
    chosen = chosen if chosen in dict(types) else ""
    title = _("Change line %(name)s") % {"name": info.asset} if info else _("New line")
    return render(
        request,
        "shopfloor/line_form.html",
        {
            "form": form,
            "page_title": title,
            "submit_label": _("Save"),
            "back_url": f"/lines/{info.asset}/" if info else "/lines/",
            "no_calendar": not found,
            "brief": card(line_types.line_type(scope, chosen, owner), language()) if chosen else None,
        },
    )


@needs(EDIT)
def calendars(request: HttpRequest) -> HttpResponse:
    """``/lines/calendars/``"""
    found = queries.calendars(scope_of(request))
    return render(
        request, "shopfloor/calendars.html", {"page_title": _("Shift calendars"), "calendars": found}
    )


@needs(EDIT)
def calendar_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/lines/calendars/new/`` and ``/lines/calendars/<id>/``: the calendar as a document."""
    scope = scope_of(request)
    known = queries.calendar(scope, key) if key else None
    document = known.document if known else shipped("two-shift-0630")
    initial: dict[str, Any] = {"document": _readable(document)}
    form = CalendarForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_calendar(scope, form.cleaned_data["document"], org=known.org if known else "")
        except Problem as problem:
            form.add_error("document", words_of(problem))
        else:
            messages.success(request, _("The calendar is saved; every figure that uses it follows."))
            return redirect("shopfloor:calendars")
    title = known.name if known else _("New calendar")
    return render(
        request,
        "shopfloor/form.html",
        {"form": form, "page_title": title, "submit_label": _("Save"), "back_url": "/lines/calendars/"},
    )


def _readable(document: dict[str, Any]) -> str:
    """JSON with its short lists on one line."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    for _level in range(2):  # pairs first, then lists of pairs
        text = _SHORT_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text)
    return text


@needs(EDIT)
@require_POST
def plan(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/plan/``: plan one shift otherwise than usual."""
    form = PlanForm(request.POST)
    if not form.is_valid():
        raise Problem(
            "shopfloor.plan_range",
            "Give a date, a shift and a number of pieces, or no number for the usual plan.",
        )
    given = form.cleaned_data
    services.set_plan(scope_of(request), asset, given["day"], given["shift"], given["pieces"], given["note"])
    messages.success(request, _("The plan is set."))
    answer = redirect("shopfloor:board", asset=asset)
    answer["Location"] += f"?day={given['day'].isoformat()}&shift={given['shift']}"
    return answer
