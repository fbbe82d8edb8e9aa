"""Alarms of all cells: what stands, what stood, what it was concluded from, who took note, and how well effects were foretold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response
from gearpark.ui.numbers import plain

from ..forms import SeenForm
from ..queries.alarms import MAX_LISTED, Foretold, episodes, foretold
from ..queries.lines import potline
from ..services import lines as services
from ..types import CONTROL, VIEW, Episode
from .words import ALARMS, CAUSES, URGENT, language

SPANS = (
    (1, gettext_lazy("1 h")),
    (8, gettext_lazy("8 h")),
    (24, gettext_lazy("24 h")),
    (168, gettext_lazy("7 d")),
)
PAGE = 200


@needs(VIEW)
def alarm_list(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/alarms/``; ``?hours=``, ``?alarm=``, ``?cell=``, ``?standing=1``, ``?export=csv``."""
    scope, get = scope_of(request), request.GET
    info, now = potline(scope, potline_code), now_utc()
    hours = int(get["hours"]) if get.get("hours", "").isdecimal() and int(get["hours"]) in dict(SPANS) else 8
    found = episodes(scope, info, now - timedelta(hours=hours), now)
    score = foretold(found)
    cell = get.get("cell", "")
    kept = [
        one
        for one in found
        if (not get.get("alarm") or one.alarm == get["alarm"])
        and (not cell.isdecimal() or one.cell == int(cell))
        and (get.get("standing") != "1" or one.ended is None)
    ][:MAX_LISTED]
    if get.get("export") == "csv":
        head = ["cell", "alarm", "began", "ended", "seen_by", "seen_at", "note"]
        rows = [
            [one.cell, one.alarm, one.began, one.ended, one.seen_by, one.seen_at, one.note] for one in kept
        ]
        return csv_response(f"{info.code}-alarms", head, rows)
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Alarms"),
        "hours": hours,
        "spans": SPANS,
        "kinds": [{"value": name, "word": word} for name, word in ALARMS.items()],
        "alarm": get.get("alarm", ""),
        "cell": cell,
        "standing": get.get("standing") == "1",
        "rows": [episode_row(one) for one in kept[:PAGE]],
        "count": len(kept),
        "more": max(0, len(kept) - PAGE),
        "standing_count": sum(one.ended is None for one in found),
        "score": _score(score),
        "may_control": scope.may(CONTROL),
        "query": get.urlencode(),
    }
    return render(request, "potline/alarms.html", context)


def _score(found: Foretold) -> dict[str, Any]:
    return {
        "effects": plain(found.effects),
        "rows": [
            {
                "minutes": minutes,
                "count": plain(count),
                "share": f"{100 * count / found.effects:.0f} %" if found.effects else "–",
            }
            for minutes, count in found.foretold
        ],
        "unfollowed": plain(found.unfollowed),
    }


def episode_row(one: Episode) -> dict[str, Any]:
    """An alarm as the templates show it."""
    began = timezone.localtime(one.began)
    return {
        "cell": one.cell,
        "alarm": one.alarm,
        "word": ALARMS.get(one.alarm, one.alarm),
        "cause": CAUSES.get(one.alarm, ""),
        "urgent": one.alarm in URGENT,
        "began": began.strftime("%m-%d %H:%M:%S"),
        "key": one.began.isoformat(timespec="microseconds"),
        "lasted": _lasted(one),
        "standing": one.ended is None,
        "seen_by": one.seen_by,
        "note": one.note,
    }


def _lasted(one: Episode) -> str:
    seconds = ((one.ended or now_utc()) - one.began).total_seconds()
    if seconds < 120:
        return _("%(n)s s") % {"n": plain(seconds)}
    return (
        _("%(n)s min") % {"n": plain(seconds / 60)}
        if seconds < 7200
        else _("%(n)s h") % {"n": plain(seconds / 3600, 1)}
    )


@needs(CONTROL)
@require_POST
def seen(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/alarms/seen/``"""
    form = SeenForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        services.take_note(
            scope_of(request), potline_code, given["cell"], given["alarm"], given["began"], given["note"]
        )
        messages.success(request, _("Noted."))
    else:
        messages.error(request, _("That names no alarm."))
    where = redirect("potline:alarms", potline_code=potline_code)
    where["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return where
