"""Plans of a day: asked for, looked at as a picture of the potroom, released to the crew, withdrawn, exported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.potplan.documents import shipped_grades
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response, xlsx_response
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ..forms import PlanForm
from ..queries import plans as queries
from ..queries.lines import potline
from ..queries.shifts import SHIFTS, day_of, shift_times
from ..services import plans as services
from ..types import CONTROL, VIEW, PlanInfo, PlanState, PotlineInfo
from .words import NO_GRADE, PLAN_STATES, SHIFT_WORDS, language

OPEN = (PlanState.WAITING, PlanState.SOLVING)
PROVEN = 2e-4  # the solver stops at half of it
PITCH, CELL, TALL, ROOM, HEAD = 8.0, 7.0, 26.0, 52.0, 22.0


@needs(VIEW)
def plan_list(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/plan/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    context = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Tapping and anode changes"),
        "rows": [_row(one) for one in queries.plans(scope, info)],
        "may_control": scope.may(CONTROL),
    }
    return render(request, "potline/plans.html", context)


def _row(one: PlanInfo) -> dict[str, Any]:
    word, look = PLAN_STATES[one.state]
    return {
        "id": one.id,
        "day": one.day,
        "state": word,
        "look": look,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "released_by": one.released_by,
        "released_at": one.released_at,
        "wanted": [f"{order['tonnes']:g} t {order['grade']}" for order in one.wanted],
    }


@needs(CONTROL)
def new(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/plan/new/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    form = PlanForm(
        request.POST or None,
        grades=[one.name for one in shipped_grades()],
        shifts=[str(word) for word in SHIFT_WORDS],
        initial={"day": day_of(now_utc()) + timedelta(days=1)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draft(scope, potline_code, form.cleaned_data["day"], form.rules(), form.wanted())
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return redirect("potline:plan", potline_code=potline_code, plan_id=made.id)
    context = {
        "form": form,
        "line": info,
        "name": info.name(language()),
        "page_title": _("New plan"),
        "plain_fields": [
            form[name] for name in ("day", "ladle_t", "ladle_cells", "reach", "taps", "changes")
        ],
        "wanted_rows": [
            [form[f"{part}-{k}"] for part in ("grade", "tonnes", "shift")] for k in range(form.ROWS)
        ],
    }
    return render(request, "potline/plan_new.html", context)


@needs(VIEW)
def plan(request: HttpRequest, potline_code: str, plan_id: int) -> HttpResponse:
    """``/potline/<code>/plan/<id>/``; ``?export=csv|xlsx``. As a part: how far it is."""
    scope = scope_of(request)
    info, found = _found(scope, potline_code, plan_id)
    part = bool(request.headers.get("HX-Request"))
    if part and found.state not in OPEN:
        made = HttpResponse(status=204)
        made["HX-Refresh"] = "true"
        return made
    if request.GET.get("export") in ("csv", "xlsx") and found.result:
        answer = csv_response if request.GET["export"] == "csv" else xlsx_response
        return answer(f"{info.code}-plan-{found.day}", _head(), _exported(found))
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Plan of %(day)s") % {"day": found.day.isoformat()},
        "found": found,
        "row": _row(found),
        "open": found.state in OPEN,
        "failed": words_of(Problem(found.problem["code"], found.problem["sentence"], **found.problem["details"])) if found.problem else "",
        "may_control": scope.may(CONTROL),
    }  # fmt: skip
    if part:
        return render(request, "potline/parts/plan_progress.html", context)
    if found.result:
        context |= _shown(info, found)
    return render(request, "potline/plan.html", context)


def _found(scope: Scope, code: str, key: int) -> tuple[PotlineInfo, PlanInfo]:
    info, found = potline(scope, code), queries.plan(scope, key)
    if found.line_id != info.id:
        raise NotFound("potline.plan_unknown", "There is no such plan that you may see.")
    return info, found


def _shown(info: PotlineInfo, found: PlanInfo) -> dict[str, Any]:
    result = found.result
    pure = _pure(result["tonnes"])
    tonnes = sum(result["tonnes"].values())
    beside = _pure(result["plain"]["tonnes"])
    return {
        "figures": [
            {"value": plain(tonnes, 1), "unit": "t", "label": _("Metal to tap"), "size": "hero", "note": ""},
            {"value": plain(len(result["ladles"])), "unit": "", "label": _("Ladles"), "size": "", "note": ""},
            {"value": plain(pure, 1), "unit": "t", "label": _("Al99.85 or purer"), "size": "", "note": _("cell after cell: %(t)s t") % {"t": plain(beside, 1)}},
            {"value": plain(len(result["changes"])), "unit": "", "label": _("Pairs of anodes"), "size": "", "note": ""},
            {"value": plain(len(result["untapped"])), "unit": _("cells"), "label": _("Left untapped"), "size": "", "note": ""},
        ],
        "shifts": [_shift(info, found, shift) for shift in range(SHIFTS)],
        "grades": _grade_looks(found),
        "short": [_short(one) for one in result["short"]],
        "untapped": ", ".join(map(str, result["untapped"][:60])),
        "unchanged": [{"cell": cell, "word": SHIFT_WORDS[min(due, SHIFTS - 1)]} for cell, due in result["unchanged"]],
        "unknown": found.unknown,
        "gap": plain(100 * result["gap"], 2) if result["gap"] > PROVEN else "",
    }  # fmt: skip


def _short(one: Any) -> dict[str, Any]:
    """Wanted metal that the plan does not give, and why."""
    scarce = one["possible_t"] < one["asked_t"]
    why = (
        _("However it is blended, only %(t)s t of what is tapped keep within the grade.")
        % {"t": plain(one["possible_t"], 1)}
        if scarce
        else _("What is pure enough stands too far apart for one ladle, or serves other wants.")
    )
    word = SHIFT_WORDS[one["shift"]] if one["shift"] is not None else _("any shift")
    return {
        "grade": one["grade"],
        "asked_t": one["asked_t"],
        "planned_t": one["planned_t"],
        "word": word,
        "why": why,
    }


def _pure(tonnes: Any) -> float:
    return float(tonnes.get("Al99.85", 0.0))


def _looks() -> dict[str, str]:
    names = [one.name for one in shipped_grades()]
    return {name: f"q{max(0, 5 - k)}" for k, name in enumerate(names)} | {"": "d5"}


def _grade_looks(found: PlanInfo) -> list[dict[str, Any]]:
    looks = _looks()
    return [
        {"look": looks[name], "word": name or NO_GRADE, "tonnes": plain(tonnes, 1)}
        for name, tonnes in found.result["tonnes"].items()
    ]


def _shift(info: PotlineInfo, found: PlanInfo, shift: int) -> dict[str, Any]:
    """A shift as a picture of the potroom and as lists."""
    looks, cells = _looks(), {one["cell"]: one for one in found.case["cells"]}
    ladles = [one for one in found.result["ladles"] if one["shift"] == shift]
    changes = [one["cell"] for one in found.result["changes"] if one["shift"] == shift]
    of = {cell: (n + 1, ladle) for n, ladle in enumerate(ladles) for cell in ladle["cells"]}
    drawn = []
    for number in range(1, info.cells + 1):
        room, place = info.room_of(number)
        tapped = of.get(number)
        title = _("Cell %(n)s") % {"n": number}
        if tapped:
            title += f" · {_('ladle')} {tapped[0]} · {cells[number]['tap_t']:.2f} t · {tapped[1]['grade'] or NO_GRADE}"
        if number in changes:
            title += f" · {_('anodes')}"
        drawn.append({
            "number": number, "x": round(place * PITCH, 1), "y": HEAD + room * ROOM, "title": title,
            "look": looks[tapped[1]["grade"]] if tapped else "nodata", "anode": number in changes,
            "ax": round(place * PITCH + CELL / 2, 1), "ay": HEAD + room * ROOM - 4,
        })  # fmt: skip
    brackets = []
    for ladle in ladles:
        room, first = info.room_of(min(ladle["cells"]))
        last = info.room_of(max(ladle["cells"]))[1]
        brackets.append(
            {
                "x": round(first * PITCH + 1, 1),
                "width": round((last - first) * PITCH + CELL - 2, 1),
                "y": HEAD + room * ROOM + TALL + 3,
            }
        )
    begin, end = shift_times(found.day)[shift]
    length = -(-info.cells // info.rooms)
    return {
        "word": SHIFT_WORDS[shift], "begin": begin, "end": end, "cells": drawn, "brackets": brackets, "width": length * PITCH,
        "height": HEAD + info.rooms * ROOM, "taps": len(of), "changes": changes,
        "ladles": [
            {
                "number": n + 1, "cells": one["cells"], "tonnes": plain(one["tonnes"], 2), "fe": plain(one["fe"], 3), "si": plain(one["si"], 3),
                "grade": one["grade"] or NO_GRADE, "look": looks[one["grade"]],
            }
            for n, one in enumerate(ladles)
        ],
    }  # fmt: skip


def _head() -> list[str]:
    return ["shift", "work", "ladle", "cell", "planned_t", "fe_pct", "si_pct", "grade"]


def _exported(found: PlanInfo) -> list[list[Any]]:
    cells = {one["cell"]: one for one in found.case["cells"]}
    numbers, rows = [0] * SHIFTS, []
    for ladle in found.result["ladles"]:
        numbers[ladle["shift"]] += 1
        for cell in ladle["cells"]:
            one = cells[cell]
            rows.append(
                [
                    ladle["shift"] + 1,
                    "tap",
                    numbers[ladle["shift"]],
                    cell,
                    one["tap_t"],
                    one["fe_pct"],
                    one["si_pct"],
                    ladle["grade"],
                ]
            )
    rows += [[one["shift"] + 1, "anode", "", one["cell"], "", "", "", ""] for one in found.result["changes"]]
    return sorted(rows, key=lambda row: (row[0], row[1], str(row[2]).zfill(4), row[3]))


@needs(CONTROL)
@require_POST
def do(request: HttpRequest, potline_code: str, plan_id: int) -> HttpResponse:
    """``/potline/<code>/plan/<id>/do/``: release or withdraw."""
    scope = scope_of(request)
    _found(scope, potline_code, plan_id)
    what = request.POST.get("what", "")
    try:
        if what == "release":
            services.release(scope, plan_id)
        elif what == "withdraw":
            services.withdraw(scope, plan_id, request.POST.get("note", ""))
        else:
            raise NotFound("potline.deed_unknown", "There is no such step.")
    except NotFound:
        raise
    except Problem as problem:
        messages.error(request, words_of(problem))
    else:
        messages.success(request, _("Released to the crew.") if what == "release" else _("Withdrawn."))
    return redirect("potline:plan", potline_code=potline_code, plan_id=plan_id)
