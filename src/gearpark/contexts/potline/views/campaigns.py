"""Changes of set-points: what they would do, who approved them, what is in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.electrolysis.parameters import control_parameters
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ..forms import CampaignForm
from ..queries import campaigns as queries
from ..queries.lines import potline
from ..services import campaigns as services
from ..types import CONTROL, VIEW, CampaignInfo, CampaignState, PotlineInfo
from .words import FIGURES, SET_POINTS, STATE_LOOKS, STATES, VERDICTS, language

OPEN = (CampaignState.WAITING, CampaignState.TRYING)
DEEDS = {"approve": services.approve, "apply": services.apply}
NOTED = {"take-back": services.take_back, "end": services.end}


def in_force(info: PotlineInfo) -> dict[str, float]:
    """Set-points as they are: the controller's own, and what was ordered in their place."""
    q = control_parameters()
    return {name: info.set_points.get(name, q[name]) for name in SET_POINTS}


@needs(VIEW)
def campaign_list(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/set-points/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    context = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Set-points"),
        "now": [
            {"word": SET_POINTS[name], "value": f"{value:g}", "ordered": name in info.set_points}
            for name, value in in_force(info).items()
        ],
        "rows": [_row(one) for one in queries.campaigns(scope, info)],
        "may_control": scope.may(CONTROL),
    }
    return render(request, "potline/campaigns.html", context)


def _row(one: CampaignInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "state": STATES[one.state],
        "look": STATE_LOOKS[one.state],
        "changes": [f"{SET_POINTS.get(name, name)} {value:g}" for name, value in one.changes.items()],
        "made_by": one.made_by,
        "made_at": one.made_at,
        "approved_by": one.approved_by,
    }


@needs(CONTROL)
def new(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/set-points/new/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    form = CampaignForm(
        request.POST or None,
        now=in_force(info),
        labels={name: str(word) for name, word in SET_POINTS.items()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draft(scope, potline_code, form.cleaned_data["name"], form.changes())
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return redirect("potline:campaign", potline_code=potline_code, campaign_id=made.id)
    context = {
        "form": form,
        "line": info,
        "name": info.name(language()),
        "page_title": _("Change of set-points"),
        "submit_label": _("Try it on the twin"),
        "back_url": f"/potline/{info.code}/set-points/",
    }
    return render(request, "potline/campaign_new.html", context)


@needs(VIEW)
def campaign(request: HttpRequest, potline_code: str, campaign_id: int) -> HttpResponse:
    """``/potline/<code>/set-points/<id>/``: how far the what-if is, then what it says and what may be done."""
    scope = scope_of(request)
    info, found = _found(scope, potline_code, campaign_id)
    if request.headers.get("HX-Request") and found.state not in OPEN:
        made = HttpResponse(status=204)
        made["HX-Refresh"] = "true"
        return made
    context = {
        "line": info,
        "name": info.name(language()),
        "page_title": found.name,
        "found": found,
        "row": _row(found),
        "open": found.state in OPEN,
        "percent": round(100 * found.done / max(1, found.of)),
        "cells": services.CELLS,
        "hours": services.HOURS,
        "differences": [_difference(one) for one in found.result],
        "failed": _kept_words(found),
        "may_control": scope.may(CONTROL),
        "own": found.made_by == scope.actor,
    }
    part = bool(request.headers.get("HX-Request"))
    return render(
        request, "potline/parts/campaign_progress.html" if part else "potline/campaign.html", context
    )


def _found(scope: Scope, code: str, key: int) -> tuple[PotlineInfo, CampaignInfo]:
    info, found = potline(scope, code), queries.campaign(scope, key)
    if found.line_id != info.id:
        raise NotFound("potline.campaign_unknown", "There is no such change of set-points that you may see.")
    return info, found


def _kept_words(found: CampaignInfo) -> str:
    kept: Any = found.problem
    return words_of(Problem(kept["code"], kept["sentence"], **kept["details"])) if kept else ""


def _difference(one: Any) -> dict[str, Any]:
    word, unit, digits = FIGURES.get(one["figure"], (one["figure"], "", 3))
    sign = "+" if one["difference"] > 0 else "−" if one["difference"] < 0 else ""
    return {
        "word": word,
        "unit": unit,
        "today": plain(one["today"], digits),
        "after": plain(one["after"], digits),
        "difference": f"{sign}{plain(abs(one['difference']), digits)} ± {plain(one['half'], digits)}",
        "verdict": VERDICTS[one["verdict"]],
        "look": {"better": "ok", "worse": "failed"}.get(one["verdict"], ""),
    }


@needs(CONTROL)
@require_POST
def do(request: HttpRequest, potline_code: str, campaign_id: int) -> HttpResponse:
    """``/potline/<code>/set-points/<id>/do/``: approve, apply, take back or end."""
    scope = scope_of(request)
    _found(scope, potline_code, campaign_id)
    what = request.POST.get("what", "")
    back = redirect("potline:campaign", potline_code=potline_code, campaign_id=campaign_id)
    try:
        if what in DEEDS:
            DEEDS[what](scope, campaign_id)
        elif what in NOTED:
            NOTED[what](scope, campaign_id, request.POST.get("note", ""))
        else:
            raise NotFound("potline.deed_unknown", "There is no such step.")
    except NotFound:
        raise
    except Problem as problem:
        messages.error(request, words_of(problem))
    else:
        messages.success(request, _("Done."))
    return back
