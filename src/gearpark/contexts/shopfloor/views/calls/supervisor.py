"""``/supervisor/``: the lines on a phone, one thumb wide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ...queries.calls import reasons_of
from ...queries.supervisor import SupervisedLine, supervised
from ...services import bookings
from ...types.figures import BookingWanted, StopRow
from ...types.lines import VIEW
from ...types.work import WORK
from ..care.act import done
from ..care.words import language, named
from ..words import clock as clock_us
from ..words import duration, reason_word
from .words import card, ordered

QUICK = 4  # reasons on a stop before "other"


@needs(VIEW)
def supervisor(request: HttpRequest) -> HttpResponse:
    """``/supervisor/``"""
    return render(request, "shopfloor/calls/supervisor.html", _page(request) | {"page_title": _("My lines")})


@needs(VIEW)
def part(request: HttpRequest) -> HttpResponse:
    """``/supervisor/part/``: the cards alone."""
    return render(request, "shopfloor/calls/supervisor_cards.html", _page(request))


def _page(request: HttpRequest) -> dict[str, Any]:
    scope, now = scope_of(request), now_utc()
    found = supervised(scope, now)
    lines = [_line(item, now, scope) for item in found]
    return {
        "lines": lines,
        "calls": sum(len(item.calls) for item in found),
        "unbooked": sum(item.unbooked for item in found),
        "now": now.isoformat(),
        "may_work": scope.may(WORK),
        "here": reverse("shopfloor:supervisor"),
    }


def _line(item: SupervisedLine, now: datetime, scope: Any) -> dict[str, Any]:
    row = item.summary
    gap = round(row.made - row.plan_now)
    dark = row.state == "no_data" and not row.made
    return {
        "asset": row.asset,
        "name": row.name(language()),
        "url": reverse("shopfloor:board", args=[row.asset]),
        "state": row.state,
        "made": row.made,
        "due": round(row.plan_now),
        "plan": row.plan,
        "gap": "" if dark else (f"+{gap}" if gap > 0 else str(gap).replace("-", "−")),
        "behind": gap < 0 and not dark,
        "dark": dark,
        "share": row.made / row.plan if row.plan else None,
        "tick": min(row.plan_now / row.plan, 1.0) if row.plan else None,
        "calls": [
            card(call, now)
            | {"reasons": [(r.code, named(r)) for r in reasons_of(scope, call.org, call.type)]}
            for call in ordered(item.calls)
        ],
        "holds": [(hold.station.upper(), hold.reason) for hold in item.holds],
        "held_parts": item.held_parts,
        "unbooked": item.unbooked,
        "stops": [_stop(item, stop) for stop in item.stops],
        "more": max(0, item.unbooked - len(item.stops)),
        "stops_url": reverse("shopfloor:stops", args=[row.asset]),
        "day": item.figures.shift.day.isoformat(),
        "shift": item.figures.shift.code,
        "tree": [(one.code, one.title(language())) for one in item.tree if one.parent],
    }


def _stop(item: SupervisedLine, stop: StopRow) -> dict[str, Any]:
    names = {one.code: one.title(language()) for one in item.tree}
    state, reason, _time = stop.said[0] if stop.said else ("no_data", "", 0)
    leaves = [one.code for one in item.tree if one.parent]
    alike = [one.code for one in item.tree if one.parent and _loss(state) == one.loss]
    quick = list(dict.fromkeys([*stop.suggested, *alike, *leaves]))[:QUICK]
    return {
        "key": stop.key,
        "station": stop.station.upper(),
        "at": clock_us(stop.start_us, item.figures.line.calendar.zone),
        "length": duration(stop.planned_us),
        "open": stop.open,
        "state": state,
        "reason": reason_word(reason),
        "quick": [(code, names.get(code, code)) for code in quick],
    }


def _loss(state: str) -> str:
    """The loss of the reason tree that a machine state most likely is."""
    return {"down": "down", "setup": "setup", "starved": "starved", "blocked": "blocked"}.get(state, "idle")


@needs(WORK)
@require_POST
def book(request: HttpRequest, asset: str) -> HttpResponse:
    """``/supervisor/<line>/book/``: one touch gives a stop its reason."""
    scope, now = scope_of(request), now_utc()
    station, _colon, start = request.POST.get("stop", "")[:90].rpartition(":")
    if not (start.isascii() and start.isdigit() and len(start) < 18):
        raise Problem("figures.action", "The form is incomplete; nothing was changed. Load the page again.")
    wanted = BookingWanted(station[:60], int(start), request.POST.get("reason", "")[:60])
    day, shift = request.POST.get("day", "")[:20], request.POST.get("shift", "")[:60]
    return done(
        request,
        reverse("shopfloor:supervisor"),
        gettext_lazy("The stop has its reason."),
        lambda: bookings.book(scope, asset, day, shift, [wanted], now),
    )
