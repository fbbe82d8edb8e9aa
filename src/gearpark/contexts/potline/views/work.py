"""The crew's board of a shift: ladles with their cells, anode changes; done, weighed, left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ..forms import WorkForm
from ..queries.lines import potline
from ..queries.plans import work
from ..queries.shifts import SHIFTS, shift_of, shift_times
from ..services import work as services
from ..types import VIEW, WORK, OrderKind, OrderState, WorkInfo
from .words import NO_GRADE, SHIFT_WORDS, WORK_STATES, language


@needs(VIEW)
def board(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/work/``; ``?day=``, ``?shift=`` 0 to 2, ``?open=1``, ``?export=csv``."""
    scope, get = scope_of(request), request.GET
    info = potline(scope, potline_code)
    day, shift = _chosen(get.get("day", ""), get.get("shift", ""))
    found = work(scope, info, day, shift)
    if get.get("export") == "csv":
        return csv_response(f"{info.code}-work-{day}-{shift + 1}", _head(), [_exported(one) for one in found])
    only_open = get.get("open") == "1"
    begin, end = shift_times(day)[shift]
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Crew's work"),
        "day": day.isoformat(),
        "shift": shift,
        "shift_word": SHIFT_WORDS[shift],
        "shifts": [{"value": k, "word": word} for k, word in enumerate(SHIFT_WORDS)],
        "only_open": only_open,
        "begin": begin,
        "end": end,
        "found": bool(found),
        "figures": _figures(found),
        "ladles": _ladles(found, only_open),
        "changes": [_row(one) for one in found if one.kind is OrderKind.ANODE and _kept(one, only_open)],
        "may_work": scope.may(WORK),
        "query": get.urlencode(),
    }
    return render(request, "potline/work.html", context)


def _chosen(day_text: str, shift_text: str) -> tuple[date, int]:
    today, now_shift = shift_of(now_utc())
    day = parse_date(day_text) if day_text else None
    shift = int(shift_text) if shift_text.isdecimal() and int(shift_text) < SHIFTS else now_shift
    return day or today, shift


def _kept(one: WorkInfo, only_open: bool) -> bool:
    return one.state is OrderState.OPEN or not only_open


def _figures(found: Sequence[WorkInfo]) -> list[dict[str, Any]]:
    taps = [one for one in found if one.kind is OrderKind.TAP]
    changes = [one for one in found if one.kind is OrderKind.ANODE]

    def of(rows: Sequence[WorkInfo]) -> str:
        return f"{sum(one.state is OrderState.DONE for one in rows)} / {len(rows)}"

    weighed = sum(one.kg or 0.0 for one in taps) / 1000.0
    planned = sum(one.planned_kg for one in taps if one.state is not OrderState.SKIPPED) / 1000.0
    return [
        {"value": plain(weighed, 1), "unit": "t", "label": _("Metal weighed"), "note": _("of %(t)s t planned") % {"t": plain(planned, 1)}, "size": "hero"},
        {"value": of(taps), "unit": "", "label": _("Cells tapped"), "note": "", "size": ""},
        {"value": of(changes), "unit": "", "label": _("Anodes changed"), "note": "", "size": ""},
        {"value": plain(sum(one.state is OrderState.SKIPPED for one in found)), "unit": "", "label": _("Left out"), "note": "", "size": ""},
    ]  # fmt: skip


def _ladles(found: Sequence[WorkInfo], only_open: bool) -> list[dict[str, Any]]:
    by: dict[int, list[WorkInfo]] = {}
    for one in found:
        if one.kind is OrderKind.TAP:
            by.setdefault(one.ladle, []).append(one)
    made = []
    for number, rows in sorted(by.items()):
        shown = [_row(one) for one in rows if _kept(one, only_open)]
        if shown:
            made.append({
                "number": number, "grade": rows[0].grade or NO_GRADE, "rows": shown,
                "planned": plain(sum(one.planned_kg for one in rows) / 1000.0, 2),
                "weighed": plain(sum(one.kg or 0.0 for one in rows) / 1000.0, 2),
                "done": all(one.state is not OrderState.OPEN for one in rows),
            })  # fmt: skip
    return made


def _row(one: WorkInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "cell": one.cell,
        "tap": one.kind is OrderKind.TAP,
        "planned": plain(one.planned_kg),
        "planned_kg": f"{one.planned_kg:.0f}",
        "kg": plain(one.kg) if one.kg is not None else "",
        "state": one.state.value,
        "word": WORK_STATES[one.state],
        "by": _("crane") if one.source == services.CRANE else one.by,
        "at": timezone.localtime(one.at).strftime("%H:%M") if one.at else "",
        "note": one.note,
    }


def _head() -> list[str]:
    return [
        "day",
        "shift",
        "work",
        "ladle",
        "cell",
        "planned_kg",
        "kg",
        "state",
        "by",
        "source",
        "at",
        "note",
    ]


def _exported(one: WorkInfo) -> list[Any]:
    return [
        one.day, one.shift + 1, one.kind.value, one.ladle or "", one.cell, one.planned_kg or "", one.kg, one.state.value, one.by,
        one.source, one.at, one.note,
    ]  # fmt: skip


@needs(WORK)
@require_POST
def do(request: HttpRequest, potline_code: str, work_id: int) -> HttpResponse:
    """``/potline/<code>/work/<id>/do/``: done (with ``kg`` of a tap), skip (with ``why``), undo."""
    scope = scope_of(request)
    potline(scope, potline_code)
    form = WorkForm(request.POST)
    try:
        if not form.is_valid():
            raise Problem(
                "potline.weight_wrong",
                "Give the weighed metal in kg, above 0 and at most 20,000.",
                most=20_000,
            )
        given = form.cleaned_data
        if given["what"] == "done":
            services.done(scope, work_id, given["kg"])
        elif given["what"] == "skip":
            services.skip(scope, work_id, given["why"])
        else:
            services.undo(scope, work_id)
    except NotFound:
        raise
    except Problem as problem:
        messages.error(request, words_of(problem))
    back = redirect("potline:work", potline_code=potline_code)
    back["Location"] += (f"?{request.GET.urlencode()}" if request.GET else "") + f"#w{work_id}"
    return back
