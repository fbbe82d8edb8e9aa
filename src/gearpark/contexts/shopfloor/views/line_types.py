"""Line types: every type drawn with what it brings, its document, and a firm's own types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.engines.lines import LineTemplate, Role, StopReason
from gearpark.engines.lines.schema import schema
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import services
from ..forms.line_types import LineTypeForm
from ..queries import line_types as queries
from ..types import EDIT, VIEW
from ..types.line_types import LineTypeInfo
from .board import language
from .drawing import mini_of, plan_drawing
from .line_type_words import basis_word, loss_word, phase_word, special_word, use_word

MAX_FAULTS = 30  # shown at once


@needs(VIEW)
def line_types(request: HttpRequest) -> HttpResponse:
    """``/lines/types/``"""
    scope, tongue = scope_of(request), language()
    found = queries.line_types(scope)
    context = {
        "page_title": _("Line types"),
        "types": [card(info, tongue) for info in found],
        "may_edit": scope.may(EDIT),
    }
    return render(request, "shopfloor/types/list.html", context)


@needs(VIEW)
def line_type(request: HttpRequest, code: str) -> HttpResponse:
    """``/lines/types/<code>/``; ``?org=`` whose own type, ``?revision=`` which revision (0: the shipped one)."""
    scope, info = _asked(request, code)
    tongue = language()
    context = {
        "page_title": info.shape.title(tongue),
        "info": info,
        "shape": info.shape,
        "drawing": plan_drawing(info.shape, tongue),
        "query": _query(info),
        "may_edit": scope.may(EDIT) and (not info.own or scope.sees(info.org)),
        "newest": info.revisions[0].revision if info.revisions else 0,
        **card(info, tongue),
        **tables(info.shape, tongue),
    }
    return render(request, "shopfloor/types/detail.html", context)


@needs(VIEW)
def line_type_document(request: HttpRequest, code: str) -> HttpResponse:
    """``/lines/types/<code>/document.toml``: the document as it was shipped or saved."""
    _scope, info = _asked(request, code)
    answer = HttpResponse(info.text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="line-{info.code}.toml"'
    return answer


@needs(VIEW)
def line_type_brief(request: HttpRequest) -> HttpResponse:
    """``/lines/type-brief/?template=<code>``: what a type brings, for the page that sets a line up."""
    scope = scope_of(request)
    code = request.GET.get("template", "")[:60]
    info = queries.line_type(scope, code)
    return render(request, "shopfloor/types/brief.html", {"brief": card(info, language())})


@needs(VIEW)
def line_type_schema(request: HttpRequest) -> HttpResponse:
    """``/lines/type-schema.json``: the format as a JSON Schema, for editors."""
    return JsonResponse(schema(), json_dumps_params={"indent": 1, "ensure_ascii": False})


@needs(EDIT)
def line_type_new(request: HttpRequest) -> HttpResponse:
    """``/lines/new-type/``; ``?from=<code>`` begins with that type's document."""
    scope = scope_of(request)
    initial = {}
    if begin := request.GET.get("from", "")[:60]:
        initial = {"document": queries.line_type(scope, begin).text}
    form = LineTypeForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = services.save_line_type(scope, given["document"], note=given["note"])
        except Problem as problem:
            _tell(form, problem)
        else:
            messages.success(
                request,
                _("Line type %(code)s is kept as revision %(n)s.")
                % {"code": saved.code, "n": saved.revision},
            )
            return redirect(reverse("shopfloor:line-type", args=[saved.code]) + _query(saved))
    return render(
        request,
        "shopfloor/types/new.html",
        {"form": form, "page_title": _("Own line type"), "submit_label": _("Check and keep"), "back_url": "/lines/types/"},
    )  # fmt: skip


@needs(EDIT)
@require_POST
def line_type_change(request: HttpRequest, code: str) -> HttpResponse:
    """``/lines/types/<code>/change/``: retire, bring back, or move lines to the newest revision."""
    scope, what, org = scope_of(request), request.POST.get("what", ""), request.POST.get("org", "")[:60]
    if what == "move":
        moved = services.move_lines(scope, code, org=org)
        text = ngettext(
            "%(n)s line moved to the newest revision.",
            "%(n)s lines moved to the newest revision.",
            len(moved),
        )
        messages.success(request, text % {"n": len(moved)})
    else:
        services.retire_line_type(scope, code, org=org, back=what == "back")
        messages.success(
            request,
            _("The type can be chosen again.")
            if what == "back"
            else _("No new line can choose the type any more."),
        )
    return redirect(reverse("shopfloor:line-type", args=[code]) + (f"?org={org}" if org else ""))


def _tell(form: LineTypeForm, problem: Problem) -> None:
    """Every fault at the document; a problem without faults above the form."""
    found = faults_of(problem)
    many = len(problem.details.get("words", ()))
    text = ngettext("Nothing was kept: %(n)s fault.", "Nothing was kept: %(n)s faults.", many) % {"n": many}
    form.add_error(None, text if found else words_of(problem))
    for sentence in found:
        form.add_error("document", sentence)


def faults_of(problem: Problem) -> list[str]:
    """What is wrong with a document, in the reader's language."""
    rows: Sequence[Sequence[str]] = problem.details.get("words", ())
    return [_sentence(row) for row in rows[:MAX_FAULTS]]


def _sentence(row: Sequence[str]) -> str:
    text, *values = row
    return _(text).format(*(_(value) if value else value for value in values))


def card(info: LineTypeInfo, tongue: str) -> dict[str, Any]:
    """What a line type brings, in short."""
    shape = info.shape
    return {
        "code": info.code,
        "name": shape.title(tongue),
        "url": reverse("shopfloor:line-type", args=[info.code]) + _query(info),
        "own": info.own,
        "org": info.org,
        "revision": info.revision,
        "retired": info.retired,
        "used": len(info.used),
        "phase": phase_word(shape.phase),
        "commissioning": shape.commissioning if shape.phase == "commissioning" else None,
        "mini": mini_of(shape, {}),
        "stations": len(shape.stations),
        "devices": len(shape.devices),
        "operations": [o.title(tongue) for o in shape.operations],
        "characteristics": [c.title(tongue) for c in shape.characteristics],
        "cycle_s": round(shape.ideal_cycle_s),
        "plan": shape.plan_per_shift,
        "variants": [v.title(tongue) for v in shape.variants],
        "note": shape.note_zh if tongue.startswith("zh") else shape.note_en,
        "basis": basis_word(shape.basis),
    }


def tables(shape: LineTemplate, tongue: str) -> dict[str, Any]:
    """Rows of the tables under the drawing; titles in the reader's language with the other one beside them."""
    other = "en" if tongue.startswith("zh") else "zh"
    tools = {t.code: t.title(tongue) for t in shape.tool_classes}
    gauges = {g.code: g.title(tongue) for g in shape.gauge_classes}
    skills = {s.code: s.title(tongue) for s in shape.skills}

    def two(row: Any) -> dict[str, Any]:
        return {"row": row, "title": row.title(tongue), "other": row.title(other)}

    return {
        "operations": [
            {
                **two(o),
                "stations": [s.code.upper() for s in shape.groups[o.group]],
                "type": shape.types[shape.groups[o.group][0].type].title(tongue),
                "skill": skills.get(o.skill, ""),
                "tools": [(code, tools[code]) for code in o.tool_classes],
                "gauges": [(code, gauges[code]) for code in o.gauge_classes],
                "makes": [c.title(tongue) for c in shape.made_by(o.op)],
            }
            for o in shape.operations
        ],
        "characteristics": [
            {**two(c), "special": special_word(c.special), "gauge": gauges.get(c.gauge, ""), "basis": basis_word(c.basis)}
            for c in shape.characteristics
        ],
        "tools": [two(t) for t in shape.tool_classes],
        "gauges": [two(g) for g in shape.gauge_classes],
        "skills": [two(s) for s in shape.skills],
        "variants": [two(v) for v in shape.variants],
        "materials": [two(m) for m in shape.materials],
        "containers": [{**two(c), "use": use_word(c.use)} for c in shape.containers],
        "states": [{**two(s), "type": shape.types[s.type].title(tongue)} for s in shape.special_states],
        "scrap_reasons": [two(s) for s in shape.scrap_reasons],
        "stop_reasons": tree(shape.stop_reasons, tongue, other),
        "reliability": [(shape.types[c].title(tongue), r) for c, r in shape.reliability.items() if c in shape.types],
        "signals": [
            {
                "code": kind.code,
                "title": kind.title(tongue),
                "devices": [d.code.upper() for d in shape.devices if d.type == kind.code],
                "signals": _signals(shape, kind.code, tongue),
            }
            for kind in sorted(shape.types.values(), key=lambda k: (list(Role).index(k.role), k.code))
        ],
    }  # fmt: skip


def _signals(shape: LineTemplate, kind: str, tongue: str) -> list[tuple[str, str, str, str]]:
    """(name, title, unit, kind) of the signals of all devices of a type."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for device in shape.devices:
        if device.type == kind:
            for s in shape.signals_of(device.code):
                title = s.title_zh if tongue.startswith("zh") else s.title_en
                found.setdefault(s.name, (s.name, title, "" if s.unit == "1" else s.unit, str(s.kind)))
    return list(found.values())


def tree(reasons: Sequence[StopReason], tongue: str, other: str) -> list[dict[str, Any]]:
    """Stop reasons from the top down, each with its depth."""
    below: dict[str, list[StopReason]] = {}
    for reason in reasons:
        below.setdefault(reason.parent, []).append(reason)
    rows: list[dict[str, Any]] = []

    def walk(parent: str, depth: int) -> None:
        for reason in below.get(parent, ()):
            rows.append({
                "row": reason, "title": reason.title(tongue), "other": reason.title(other), "depth": depth,
                "loss": loss_word(reason.loss),
            })  # fmt: skip
            walk(reason.code, depth + 1)

    walk("", 0)
    return rows


def _asked(request: HttpRequest, code: str) -> tuple[Any, LineTypeInfo]:
    scope = scope_of(request)
    org, wanted = request.GET.get("org", "")[:60], request.GET.get("revision", "")
    return scope, queries.line_type(scope, code, org, int(wanted) if wanted.isdecimal() else None)


def _query(info: LineTypeInfo) -> str:
    return f"?org={info.org}" if info.own else ""
