"""Life data: studies, probability paper, B-life with bounds, two designs compared, tests planned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.engines.reliability import (
    Comparison,
    Verdict,
    compare,
    demonstrated,
    fit_mle,
    fit_ranks,
    likelihood_bounds,
    plot_points,
    ratio_sample_size,
    units_needed,
)
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.life import SOURCES, LifeStudyForm, initial
from ...queries.life import studies, study
from ...services.life import delete_study, lives_of, save_study
from ...types.life import LifeStudyInfo
from ...types.lines import VIEW
from ...types.work import QUALITY
from .life_drawing import paper
from .tabs import frame

CONFIDENCE, SHARE = 0.95, 0.1
LOOK = {Verdict.SHOWN: "yes", Verdict.REFUTED: "no", Verdict.OPEN: ""}


@needs(VIEW)
def life(request: HttpRequest) -> HttpResponse:
    """``/parts/life/``: studies; two chosen ones compared; a test planned."""
    scope = scope_of(request)
    found = studies(scope)
    get = request.GET
    context: dict[str, Any] = {"studies": [_brief(item) for item in found], "chosen": _chosen(get, found)}
    context |= {"confidence": _("95 % confidence"), "probability": _("with 80 % probability")}
    context["wanted"] = _number(get.get("wanted", ""), 10.0)
    old, new = context["chosen"]
    if old and new:
        context |= _compared(old, new, context["wanted"])
    context |= _planned(get)
    return render(request, "shopfloor/trace/life.html", frame(scope, "life", _("Life data"), **context))


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if 0 < value < 1e12 else otherwise


def _chosen(get: Any, found: list[LifeStudyInfo]) -> tuple[LifeStudyInfo | None, LifeStudyInfo | None]:
    by_key = {str(item.id): item for item in found}
    return by_key.get(get.get("old", "")), by_key.get(get.get("new", ""))


def _brief(item: LifeStudyInfo) -> dict[str, Any]:
    """A row of the list: B10 with bounds where it can be fitted, else why not."""
    lives = lives_of(item.rows)
    row: dict[str, Any] = {
        "info": item, "lives": sum(one.count for one in lives), "failures": sum(one.count for one in lives if one.failed),
        "source": dict(SOURCES)[item.source.value],
    }  # fmt: skip
    try:
        row["fit"] = fit_mle(lives)
        row["bounds"] = likelihood_bounds(lives, SHARE, CONFIDENCE)
    except Problem as problem:
        row["why"] = words_of(problem)
    return row


def _compared(old: LifeStudyInfo, new: LifeStudyInfo, wanted: float) -> dict[str, Any]:
    before, after = lives_of(old.rows), lives_of(new.rows)
    if old.unit != new.unit:
        return {"trouble": gettext("The two studies count life in different units.")}
    try:
        found = compare(before, after, share=SHARE, confidence=CONFIDENCE, wanted=wanted)
        designs = [
            (item.design, fit, plot_points(lives), likelihood_bounds(lives, SHARE, CONFIDENCE))
            for item, fit, lives in ((old, found.old, before), (new, found.new, after))
        ]
    except Problem as problem:
        return {"trouble": words_of(problem)}
    return {
        "found": found,
        "look": LOOK[found.verdict],
        "sentence": _sentence(found),
        "paper": paper(designs, SHARE),
        "designs": designs,
        "unit": old.unit,
    }


def _sentence(found: Comparison) -> str:
    """The verdict in one sentence."""
    facts = {"wanted": f"{found.wanted:g}", "ratio": f"{found.ratio:.2f}", "lower": f"{found.lower:.2f}",
             "upper": f"{found.upper:.2f}", "confidence": f"{found.confidence * 100:g}"}  # fmt: skip
    if found.verdict is Verdict.SHOWN:
        return gettext(
            "Yes: B10 life is at least %(wanted)s times as long. It is %(ratio)s times as long, at least %(lower)s "
            "times with %(confidence)s %% confidence."
        ) % facts  # fmt: skip
    if found.verdict is Verdict.REFUTED:
        return gettext(
            "No: B10 life is less than %(wanted)s times as long. It is %(ratio)s times as long, at most %(upper)s "
            "times with %(confidence)s %% confidence."
        ) % facts  # fmt: skip
    return gettext(
        "Not shown: B10 life is %(ratio)s times as long, between %(lower)s and %(upper)s times; %(wanted)s times is "
        "neither shown nor refuted with %(confidence)s %% confidence."
    ) % facts  # fmt: skip


def _planned(get: Any) -> dict[str, Any]:
    """How many parts a test needs; a shape from experience."""
    plan: dict[str, Any] = {
        "beta": _number(get.get("beta", ""), 2.0), "target": _number(get.get("target", ""), 1000.0),
        "test": _number(get.get("test", ""), 1000.0), "expected": _number(get.get("expected", ""), 15.0),
    }  # fmt: skip
    wanted = _number(get.get("wanted", ""), 10.0)
    try:
        plan["units"] = units_needed(plan["target"], plan["test"], plan["beta"], confidence=CONFIDENCE)
        if plan["expected"] > wanted:
            plan["failures"] = ratio_sample_size(
                plan["expected"], wanted, plan["beta"], confidence=CONFIDENCE
            )
    except Problem as problem:
        plan["trouble"] = words_of(problem)
    return {"plan": plan}


@needs(VIEW)
def life_study(request: HttpRequest, key: int) -> HttpResponse:
    """``/parts/life/<id>/``"""
    scope = scope_of(request)
    info = study(scope, key)
    lives = lives_of(info.rows)
    context: dict[str, Any] = {"info": info, "source": dict(SOURCES)[info.source.value]}
    context |= {
        "confidence": _("95 % confidence"),
        "by_experience": _("95 % confidence, shape from experience"),
    }
    try:
        fit, bounds = fit_mle(lives), likelihood_bounds(lives, SHARE, CONFIDENCE)
        points = plot_points(lives)
        context |= {"fit": fit, "ranks": fit_ranks(lives), "bounds": bounds, "points": points,
                    "paper": paper([(info.design, fit, points, bounds)], SHARE)}  # fmt: skip
    except Problem as problem:
        context["why"] = words_of(problem)
        beta = _number(request.GET.get("beta", ""), 2.0)
        context["beta"] = beta
        try:
            context["shown"] = demonstrated(lives, beta, share=SHARE, confidence=CONFIDENCE)
        except Problem as other:
            context["why"] = words_of(other)
    return render(request, "shopfloor/trace/life_study.html", frame(scope, "life", info.name, **context))


@needs(QUALITY)
def life_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/parts/life/new/`` and ``/parts/life/<id>/edit/``"""
    scope = scope_of(request)
    info = study(scope, key) if key else None
    form = LifeStudyForm(
        request.POST or None, request.FILES or None, initial=initial(info) if info else {"unit": "h"}
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_study(scope, form.wanted(), key or None)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The study is saved."))
            return redirect("shopfloor:life-study", key=saved)
    title = info.name if info else _("New life study")
    return render(
        request,
        "shopfloor/trace/life_form.html",
        frame(scope, "life", title, form=form, submit_label=_("Save"),
              back_url=f"/parts/life/{key}/" if key else "/parts/life/"),
    )  # fmt: skip


@require_POST
@needs(QUALITY)
def life_delete(request: HttpRequest, key: int) -> HttpResponse:
    """``/parts/life/<id>/delete/``"""
    name = delete_study(scope_of(request), key)
    messages.success(request, _("Study %(name)s is deleted.") % {"name": name})
    return redirect("shopfloor:life")
