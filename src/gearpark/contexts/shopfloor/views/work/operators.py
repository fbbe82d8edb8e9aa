"""Operators: the matrix of people and skills, one person's skills and badge, the list of skills."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response
from gearpark.kit.problems import words_of

from ...forms.work import SkillForm
from ...queries.work import people as asked
from ...services import work
from ...types.lines import EDIT, VIEW
from ...types.people import OperatorInfo, SkillHeld, SkillInfo, SkillState
from .actions import number
from .tabs import frame
from .words import LEVEL, SIGNED_BY, SKILL_STATE, language, word

LOOK = {SkillState.GOOD: "good", SkillState.EXPIRING: "uncertain", SkillState.EXPIRED: "bad"}


@needs(VIEW)
def operators(request: HttpRequest) -> HttpResponse:
    """``/orders/operators/``: people by skills; ``?format=csv`` as a sheet."""
    scope = scope_of(request)
    today = timezone.localdate()
    known = asked.skills(scope)
    people = asked.operators(scope, today)
    text = request.GET.get("q", "").strip().lower()[:80]
    wanted = request.GET.get("show", "")
    shown = [item for item in people if _matches(item, text, wanted)]
    if request.GET.get("format") == "csv":
        return _sheet(known, shown)
    context = frame(
        scope,
        "operators",
        _("Operators"),
        skills=[{"code": item.code, "name": item.name(language())} for item in known],
        rows=[_row(item, known) for item in shown],
        total=len(people),
        search=text,
        show=wanted,
        expiring=sum(item.expiring for item in people),
        here=sum(bool(item.at) for item in people),
        levels=[(level, word(LEVEL, level)) for level in (1, 2, 3, 4)],
    )
    return render(request, "shopfloor/work/operators.html", context)


def _matches(item: OperatorInfo, text: str, wanted: str) -> bool:
    if text and text not in f"{item.name} {item.sign_in}".lower():
        return False
    return not ((wanted == "here" and not item.at) or (wanted == "expiring" and not item.expiring))


def _row(item: OperatorInfo, known: list[SkillInfo]) -> dict[str, Any]:
    return {"info": item, "cells": [_cell(item.skills.get(skill.code)) for skill in known]}


def _cell(held: SkillHeld | None) -> dict[str, Any]:
    if held is None or held.level == 0:
        return {"level": 0}
    return {
        "level": held.level,
        "word": word(LEVEL, held.level),
        "state": held.state.value,
        "look": LOOK.get(held.state, ""),
        "state_word": word(SKILL_STATE, held.state),
        "until": held.valid_until,
        "warn": held.state in (SkillState.EXPIRING, SkillState.EXPIRED),
    }


def _sheet(known: list[SkillInfo], people: list[OperatorInfo]) -> HttpResponse:
    head = ["sign_in", "name", "role"]
    for skill in known:
        head += [skill.code, f"{skill.code}_until"]
    rows = []
    for item in people:
        row: list[Any] = [item.sign_in, item.name, item.role]
        for skill in known:
            held = item.skills.get(skill.code)
            row += [held.level if held else 0, held.valid_until if held else None]
        rows.append(row)
    return csv_response("operators", head, rows)


@sensitive_post_parameters("badge", "pin")
@needs(VIEW)
def operator(request: HttpRequest, person_id: int) -> HttpResponse:
    """``/orders/operators/<id>/``: skills, where they stand and stood, badge and PIN."""
    scope = scope_of(request)
    info = next(
        (item for item in asked.operators(scope, timezone.localdate()) if item.person_id == person_id), None
    )
    if info is None:
        raise NotFound("work.person_unknown", "There is no such person in your organisation.")
    errors: list[str] = []
    if request.method == "POST":
        try:
            _save(scope, person_id, request.POST)
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            errors.append(words_of(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("shopfloor:operator", person_id=person_id)
    known = asked.skills(scope)
    context = frame(
        scope,
        "operators",
        info.name,
        info=info,
        errors=errors,
        rows=[
            {"skill": skill, "name": skill.name(language()), "held": info.skills.get(skill.code), "cell": _cell(info.skills.get(skill.code))}
            for skill in known
        ],
        levels=[(level, word(LEVEL, level)) for level in range(5)],
        stood=[
            (item, word(SIGNED_BY, item.how))
            for item in asked.sign_ons(scope, org=scope.org, history=True)
            if item.person_id == person_id
        ][:20],
        own=person_id == scope.person_id,
    )  # fmt: skip
    return render(request, "shopfloor/work/operator.html", context, status=422 if errors else 200)


def _save(scope: Scope, person_id: int, post: Any) -> None:
    if post.get("what") == "badge":
        badge = "" if post.get("drop_badge") else post.get("badge") or None
        pin = "" if post.get("drop_pin") else post.get("pin") or None
        work.set_badge(scope, person_id, badge, pin)
        return
    for skill in asked.skills(scope):
        level = number(post.get(f"level-{skill.code}", ""), -1)
        if level >= 0:
            until = _day(post.get(f"until-{skill.code}", ""))
            work.grant_skill(scope, person_id, skill.code, level, until, now_utc())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem("work.day", "A day is written as 2026-12-31.") from error


@needs(EDIT)
def skill_list(request: HttpRequest) -> HttpResponse:
    """``/orders/operators/skills/``: skills of the firm; POST adds or renames one."""
    scope = scope_of(request)
    form = SkillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            work.save_skill(scope, given["code"], given["name_en"], given["name_zh"])
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("shopfloor:skills")
    context = frame(scope, "operators", _("Skills"), form=form, skills=asked.skills(scope))
    return render(request, "shopfloor/work/skills.html", context, status=422 if form.errors else 200)
