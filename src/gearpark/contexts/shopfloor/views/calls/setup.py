"""Types of calls with their clocks and reasons; alarms that call by themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms import calls as forms_
from ...queries.calls import call_rule_rows, call_type_rows
from ...queries.calls import call_type as one_type
from ...queries.care.scopes import within
from ...services import calls
from ...types.lines import EDIT, VIEW
from ..care.act import done, told
from ..care.words import language, named
from .words import span

STEPS = [(_("Calls"), "/calls/")]


@needs(VIEW)
def types(request: HttpRequest) -> HttpResponse:
    """``/calls/types/``: types, and the rules under them."""
    scope = scope_of(request)
    own = list(call_type_rows(scope))
    form = forms_.CallRuleForm(
        types=[(row.code, named(row)) for row in own if row.org == scope.org],
        lines=[(line.asset, line.name(language())) for line in queries.lines(scope, [scope.org])],
        auto_id="r_%s",
    )  # fmt: skip
    return render(
        request,
        "shopfloor/calls/types.html",
        {
            "page_title": gettext("Types of calls"),
            "types": [
                {"row": row, "name": named(row), "clocks": [span(row.accept_s), span(row.on_site_s), span(row.contain_s)],
                 "reasons": [named(reason) for reason in row.shown_reasons if reason.active]}
                for row in own
            ],
            "rules": [(rule, named(rule.type)) for rule in call_rule_rows(scope)],
            "form": form,
            "may": scope.may(EDIT),
        },
    )  # fmt: skip


@needs(EDIT)
def type_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/calls/types/new/`` and ``/calls/types/<id>/``"""
    scope = scope_of(request)
    row: Any = one_type(scope, key) if key else None
    org = row.org if row else scope.org
    initial = {name: getattr(row, name) for name in forms_.CallTypeForm.base_fields} if row else {}
    form = forms_.CallTypeForm(request.POST or None, fixed_code=bool(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = calls.save_call_type(within(scope, org), form.wanted(), org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(
                request,
                gettext("Type %(code)s is saved; calls that stand keep their clocks.")
                % {"code": form.cleaned_data["code"]},
            )
            return redirect("shopfloor:call-type", key=saved)
    return render(request, "shopfloor/calls/type.html", {
        "form": form, "page_title": named(row) if row else gettext("New type of call"), "submit_label": gettext("Save"),
        "row": row, "reasons": row.shown_reasons if row else [], "reason_form": forms_.CallReasonForm(auto_id="q_%s"),
        "back_url": "/calls/types/",
    })  # fmt: skip


@needs(EDIT)
@require_POST
def reason(request: HttpRequest, key: int) -> HttpResponse:
    """``/calls/types/<id>/reason/``"""
    scope = scope_of(request)
    row = one_type(scope, key)
    back, form = reverse("shopfloor:call-type", args=[key]), forms_.CallReasonForm(request.POST)
    if not form.is_valid():
        return told(request, back, form)
    given = form.cleaned_data
    return done(
        request, back, _("The reason is saved."),
        lambda: calls.save_call_reason(within(scope, row.org), row.code, given["code"], given["name_en"], given["name_zh"], active=given["active"], org=row.org),
    )  # fmt: skip


@needs(EDIT)
@require_POST
def rule(request: HttpRequest) -> HttpResponse:
    """``/calls/types/rules/``: a new rule, or ``drop``."""
    scope, now = scope_of(request), now_utc()
    back, drop = reverse("shopfloor:call-types"), request.POST.get("drop", "")
    if drop.isdecimal() and len(drop) < 12:
        return done(
            request,
            back,
            _("The rule is gone; calls it made stay."),
            lambda: calls.drop_call_rule(scope, int(drop)),
        )
    form = forms_.CallRuleForm(
        request.POST,
        types=[(row.code, named(row)) for row in call_type_rows(scope, [scope.org])],
        lines=[(line.asset, line.name(language())) for line in queries.lines(scope, [scope.org])],
    )  # fmt: skip
    if not form.is_valid():
        return told(request, back, form)
    given = form.cleaned_data
    return done(
        request, back, _("The rule watches from now on."),
        lambda: calls.save_call_rule(within(scope, scope.org), given["type"], given["alarm"], now, line=given["line"], delay_s=given["delay_s"], active=given["active"]),
    )  # fmt: skip
