"""One part's page: its life as a picture, values against limits, every fact; links, labels, errors declared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import parse_iso
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...queries import trace
from ...queries.trace.recalls import recalls_of
from ...services.trace import declare_wrong
from ...types.lines import VIEW
from ...types.trace import FactKind, FactRow, PartRow
from ...types.work import QUALITY
from ..work.words import PART_LOOK, PART_STATUS, RESULT, language, word
from .listing import part_url
from .story_drawing import loose, measured_bars, route_picture, steps_of, things
from .tabs import frame, gs1_fits
from .words import KIND, kind_word, number, when


def product_name(part: PartRow) -> str:
    return (part.product_zh if language().startswith("zh") else part.product_en) or part.product_en


@needs(VIEW)
def part(request: HttpRequest, serial: str) -> HttpResponse:
    """``/parts/<serial>/``; ``?kind=`` narrows the facts, ``?org=`` tells firms apart."""
    scope = scope_of(request)
    found = trace.part_of(scope, serial, org=request.GET.get("org", ""))
    story = trace.passport(scope, found.id)
    steps = steps_of(story, language())
    for step in steps:
        step["word"] = word(RESULT, step["result"]) if step.get("result") else ""
    bars = measured_bars(story)
    asked = request.GET.get("kind", "")
    kind = "" if asked == "all" else asked
    context = frame(
        scope,
        "parts",
        found.serial,
        part=found,
        story=story,
        status=word(PART_STATUS, found.status),
        look=PART_LOOK[found.status],
        product=product_name(found),
        steps=steps,
        picture=route_picture(steps, story, word(PART_STATUS, found.status)),
        bars=bars,
        outside=sum(1 for bar in bars if bar["out"]),
        loose=things(loose_facts) if (loose_facts := _touching(loose(story, steps))) else [],
        facts=[fact_cells(fact) for fact in story.facts if not kind or fact.kind.value == kind],
        kinds=_kinds(story.facts, kind),
        kind=kind,
        all_facts=asked == "all",
        made_of=[_near(row) for row in story.made_of],
        went_into=[_near(row) for row in story.went_into],
        recalls=recalls_of(scope, found.id),
        link=trace.passport_link(scope, found.id),
        gs1=gs1_fits(found.serial, story.gtin),
        url=part_url(found.serial),
    )
    return render(request, "shopfloor/trace/part.html", context)


def _touching(facts: list[FactRow]) -> list[FactRow]:
    return [fact for fact in facts if fact.kind not in (FactKind.VALUE, FactKind.TEST)]


def fact_cells(fact: FactRow) -> dict[str, Any]:
    """One row of the table of facts."""
    limits = [
        f"{name} {number(float(value))}"
        for name, value in fact.spec.items()
        if isinstance(value, int | float)
    ]
    more = [f"{name} {value}" for name, value in {**fact.spec, **fact.data}.items()
            if not isinstance(value, int | float) and name != "carried"]  # fmt: skip
    if fact.data.get("carried"):
        more.append(gettext("in force before the part came"))
    return {
        "at": when(fact.at, seconds=True),
        "kind": kind_word(fact.kind),
        "code": fact.kind.value,
        "key": fact.key,
        "op": fact.op,
        "station": fact.station,
        "value": _value(fact),
        "unit": fact.unit,
        "inside": fact.inside,
        "more": ", ".join([*limits, *more]),
        "wrong": fact.wrong,
        "opens": fact.kind is not FactKind.VALUE,
        "thing": fact.thing_id,
        "moment": fact.at.isoformat(),
    }


def _value(fact: FactRow) -> str:
    if fact.kind is FactKind.TEST:
        return (
            {True: gettext("passed"), False: gettext("failed")}.get(bool(fact.value), "")
            if fact.value is not None
            else ""
        )
    if fact.kind is FactKind.TOOL and fact.value is not None:
        return gettext("%(share)s %% of its life used") % {"share": f"{fact.value * 100:.0f}"}
    return "" if fact.value is None else number(fact.value)


def _kinds(facts: tuple[FactRow, ...], chosen: str) -> list[dict[str, Any]]:
    counts: dict[FactKind, int] = {}
    for fact in facts:
        counts[fact.kind] = counts.get(fact.kind, 0) + 1
    return [
        {"code": kind.value, "label": KIND[kind], "parts": counts[kind], "here": kind.value == chosen}
        for kind in KIND
        if kind in counts
    ]


def _near(row: PartRow) -> dict[str, Any]:
    return {
        "serial": row.serial,
        "url": part_url(row.serial),
        "product": product_name(row),
        "status": word(PART_STATUS, row.status),
        "look": PART_LOOK[row.status],
    }


@require_POST
@needs(QUALITY)
def wrong(request: HttpRequest, serial_id: int) -> HttpResponse:
    """``/parts/facts/<serial id>/wrong/``: declare one fact wrong."""
    scope = scope_of(request)
    post = request.POST
    try:
        thing = int(post.get("thing", "0") or 0)
    except ValueError:
        thing = 0
    found = trace.passport(scope, serial_id).part
    try:
        declare_wrong(scope, serial_id, parse_iso(post.get("at", "")), thing, post.get("reason", ""))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
    else:
        messages.success(request, _("The fact is declared wrong; it stays readable, traces leave it out."))
    return redirect(f"{part_url(found.serial)}#facts")
