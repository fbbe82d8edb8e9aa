"""Machines: which there are, the history of each as one line of time and as a table, swaps of what plays a role."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists import plain_cell
from gearpark.ui.numbers import one_language
from gearpark.ui.states import look_of

from ...forms.care import SwapForm
from ...queries.care.machines import history, machine_table
from ...queries.care.scopes import within
from ...services import care
from ...types.care import CARE, HistoryEvent, LifeEnd
from ...types.lines import VIEW
from ...types.work import WORK
from ..words import duration, reason_word
from .act import done, told
from .draw import history_picture
from .tabs import tabs
from .words import EVENTS, LIFE_ENDS, clock, day, day_and_time, hours, language, number, word

SPANS = ((7, gettext_lazy("7 days")), (30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")))
PAGE_ROWS = 200
LIST_ROWS = 60


@needs(VIEW)
def machine_list(request: HttpRequest) -> HttpResponse:
    """``/care/machines/?line=&q=&page=``: every device of every line, what is open, when it was last cared for."""
    scope, now = scope_of(request), now_utc()
    wanted, line = request.GET.get("q", "").strip().lower()[:60], request.GET.get("line", "")[:60]
    every = machine_table(scope, now, language())
    rows = [
        row
        for row in every
        if (not line or row["line"] == line)
        and (not wanted or wanted in f"{row['asset']} {row['name']} {row['type']}".lower())
    ]
    if request.GET.get("format") == "csv":
        return _sheet("machines", ["asset", "name", "type", "line", "jobs", "used", "done_at"], rows)
    text = request.GET.get("page", "1")
    last = max(1, -(-len(rows) // LIST_ROWS))
    page = min(max(int(text), 1), last) if text.isdecimal() and len(text) < 5 else 1
    shown = rows[(page - 1) * LIST_ROWS : page * LIST_ROWS]
    query = urlencode({key: value for key, value in (("q", wanted), ("line", line)) if value})
    return render(
        request,
        "shopfloor/care/machines.html",
        {
            "page_title": _("Machines"),
            "tabs": tabs("machines"),
            "rows": [
                row | {"last": day(row["done_at"]), "url": reverse("shopfloor:machine", args=[row["asset"]])}
                for row in shown
            ],
            "count": len(rows),
            "lines": list(dict.fromkeys((row["line"], row["line_name"]) for row in every)),
            "line": line,
            "q": wanted,
            "query": query,
            "before": page - 1 if page > 1 else 0,
            "after": page + 1 if page < last else 0,
        },
    )


def _sheet(name: str, heads: list[str], rows: Sequence[dict[str, Any]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer)
    out.writerow(heads)
    for row in rows:
        out.writerow([plain_cell(row[head]) for head in heads])
    return answer


@needs(VIEW)
def machine(request: HttpRequest, asset: str) -> HttpResponse:
    """``/care/machines/<asset>/?days=&kind=``"""
    scope, now = scope_of(request), now_utc()
    days = _days(request)
    found = history(scope, asset, now, days)
    kind = request.GET.get("kind", "")[:20]
    shown = [event for event in found.events if not kind or event.kind == kind]
    figures = found.figures
    return render(
        request,
        "shopfloor/care/machine.html",
        {
            "page_title": found.asset.name or asset,
            "asset": found.asset,
            "line": found.line,
            "line_name": found.line.name(language()) if found.line else "",
            "station": found.station,
            "days": days,
            "spans": [(n, label, n == days) for n, label in SPANS],
            "kind": kind,
            "kinds": [
                (code, text, code == kind)
                for code, text in EVENTS.items()
                if any(e.kind == code for e in found.events)
            ],
            "picture": history_picture(found.events, found.start, found.end),
            "rows": [_row(event) for event in shown[:PAGE_ROWS]],
            "more": max(0, len(shown) - PAGE_ROWS),
            "count": len(found.events),
            "figures": figures,
            "mtbf": hours(figures.mtbf_us) if figures else "",
            "mtbf_iso": hours(figures.mtbf_iso_us) if figures else "",
            "mttr": duration(round(figures.mttr_us)) if figures and figures.mttr_us is not None else "–",
            "running": figures.running_us / figures.known_us if figures and figures.known_us else None,
            "mountings": [(m, day_and_time(m.since_at), day_and_time(m.until_at)) for m in found.mountings],
            "since": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
            "may_care": scope.may(CARE),
            "may_order": scope.may(CARE) or scope.may(WORK),
        },
    )


def _days(request: HttpRequest) -> int:
    text = request.GET.get("days", "30")
    return int(text) if text.isdecimal() and len(text) < 4 else 30


def _row(event: HistoryEvent) -> dict[str, Any]:
    length = duration(round((event.until - event.at).total_seconds() * 1e6)) if event.until else ""
    return {
        "at": day_and_time(event.at),
        "kind": EVENTS[event.kind],
        "code": str(look_of(event.code).word) if event.kind == "stop" else event.code,
        "text": _text(event),
        "until": clock(event.until),
        "length": length,
        "state": event.code if event.kind == "stop" else "",
        "stands": event.kind in ("alarm", "call", "job") and event.until is None,
        "url": _url(event),
        "event": event,
        "since_us": int(event.at.timestamp() * 1e6),
    }


def _text(event: HistoryEvent) -> str:
    if event.kind == "tool":
        return f"{word(LIFE_ENDS, LifeEnd, event.text)} · {number(event.value)}"
    if event.kind in ("calibration", "master"):
        return f"{_('passed') if event.text == 'good' else _('bad')} · {number(event.value)}"
    if event.kind == "program":
        return _("before: %(program)s") % {"program": event.text}
    return one_language(reason_word(event.text), language())


def _url(event: HistoryEvent) -> str:
    name = {"tool": "tool", "calibration": "gauge", "master": "gauge", "call": "call", "job": "job"}.get(
        event.kind
    )
    if name is None or not event.key:
        return ""
    try:
        return reverse(f"shopfloor:{name}", args=[event.key])
    except NoReverseMatch:
        return ""


@needs(VIEW)
def machine_csv(request: HttpRequest, asset: str) -> HttpResponse:
    """``/care/machines/<asset>/events.csv?days=``"""
    found = history(scope_of(request), asset, now_utc(), _days(request))
    heads = ["at", "until", "kind", "code", "text", "value"]
    rows = [{head: getattr(event, head) for head in heads} for event in found.events]
    return _sheet(f"history-{asset}", heads, rows)


@needs(CARE)
@require_POST
def machine_swap(request: HttpRequest, asset: str) -> HttpResponse:
    """``/care/machines/<asset>/swap/``"""
    scope, now = scope_of(request), now_utc()
    found = history(scope, asset, now, 1)
    back, form = reverse("shopfloor:machine", args=[asset]), SwapForm(request.POST)
    if not form.is_valid():
        return told(request, back, form)
    given = form.cleaned_data
    since: datetime = min(given["since"], now)
    mine = within(scope, found.asset.org)
    return done(
        request, back, _("The swap is kept; both histories go on."),
        lambda: care.swap(mine, asset, given["kind"].strip(), given["serial"].strip(), since, reason=given["reason"]),
    )  # fmt: skip
