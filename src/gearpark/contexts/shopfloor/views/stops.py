"""Booking reasons to stops: the list of what stood still, two touches to say why, and the changes afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, now_utc, to_us
from gearpark.engines.lines import Station
from gearpark.engines.oee import mapping_table
from gearpark.kit.http import needs, scope_of
from gearpark.ui.states import look_of

from .. import queries
from ..forms.figures import moment
from ..queries.figures import bottleneck_codes
from ..queries.reasons import reasons
from ..queries.stops import shares, stop_rows
from ..services import bookings
from ..types import VIEW, LineFigures
from ..types.figures import LEAD, WORK, BookingWanted, ReasonInfo, StopRow
from .board import asked_shift, language, picker
from .tabs import tabs
from .words import clock, duration, loss_word, reason_word

PAGE_ROWS = 60
MAX_PAGE = 1000
SHOWN_REASONS = 6  # buttons on a stop before "other reason"


@needs(VIEW)
def stops(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/stops/?day=&shift=&show=open|all&station=&short=1``"""
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    figures = queries.board(scope, asset, now, day, code)
    tree = reasons(scope, figures.line)
    every = stop_rows(figures, tree)
    rows, filters = _narrowed(request, figures, every)
    at = _page(request)
    booked, whole = shares(_counting(figures, every))
    chosen = {"day": figures.shift.day.isoformat(), "shift": figures.shift.code}
    return render(
        request,
        "shopfloor/stops/stops.html",
        {
            "page_title": _("Stops"),
            "line": figures.line,
            "line_name": figures.line.name(tongue),
            "figures": figures,
            "picker": picker(figures, to_us(now), tongue),
            "tabs": tabs(asset, "stops", urlencode(chosen) if day else ""),
            "rows": [_row(figures, row, tree, tongue) for row in rows[at : at + PAGE_ROWS]],
            "count": len(rows),
            "after": at + PAGE_ROWS if at + PAGE_ROWS < len(rows) else 0,
            "before": max(0, at - PAGE_ROWS) if at else None,
            "filters": filters,
            "tree": _tree(tree, tongue),
            "booked": duration(booked),
            "whole": duration(whole),
            "share": booked / whole if whole else None,
            "unbooked": sum(1 for row in _counting(figures, every) if row.booking is None),
            "minor": duration(mapping_table(figures.line.oee_mapping).minor_stop_us),
            "chosen": urlencode(chosen),
            "may_book": scope.may(WORK),
            "may_lead": scope.may(LEAD),
        },
    )


@require_POST
@needs(WORK)
def book(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/stops/book/``: ``stop`` (one or many, ``station:start``), ``reason``, ``note``, ``until``."""
    day, shift = request.POST.get("day", "")[:20], request.POST.get("shift", "")[:60]
    now = now_utc()
    wanted = [_wanted(request, key) for key in request.POST.getlist("stop")[: bookings.MAX_AT_ONCE + 1]]
    made = bookings.book(scope_of(request), asset, day, shift, wanted, now)
    messages.success(
        request,
        ngettext("%(n)s stop booked.", "%(n)s stops booked.", len(made)) % {"n": len(made)},
    )
    return _back(request, asset)


@require_POST
@needs(WORK)
def change(request: HttpRequest, asset: str, key: int) -> HttpResponse:
    """``/lines/<asset>/stops/<id>/``: ``do`` = change, split, remove."""
    scope, now, what = scope_of(request), now_utc(), request.POST.get("do", "")
    version = _number(request.POST.get("version", ""))
    info = queries.line(scope, asset)
    reason = request.POST.get("reason", "")[:60]
    if what == "remove":
        bookings.remove_booking(scope, key, version, now)
        messages.success(request, _("The booking was taken back."))
    elif what == "split":
        at_us = moment(
            request.POST.get("at", ""), request.POST.get("day", ""), info, request.POST.get("shift", "")
        )
        bookings.split_booking(scope, key, version, at_us, reason, now)
        messages.success(request, _("The stop was split."))
    elif what == "change":
        bookings.change_booking(
            scope, key, version, now, reason=reason, note=request.POST.get("note", "")[:400]
        )
        messages.success(request, _("The booking was changed."))
    else:
        raise Problem("figures.action", "Choose what to do with the booking: change, split or remove.")
    return _back(request, asset)


@require_POST
@needs(WORK)
def merge(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/stops/merge/``: ``booking`` many times, as ``id:version``."""
    versions: dict[int, int] = {}
    for text in request.POST.getlist("booking")[: bookings.MAX_AT_ONCE + 1]:
        key, _colon, version = text.partition(":")
        versions[_number(key)] = _number(version)
    bookings.merge_bookings(scope_of(request), versions, now_utc())
    messages.success(request, _("The bookings are one now."))
    return _back(request, asset)


def _wanted(request: HttpRequest, key: str) -> BookingWanted:
    station, _colon, start = key.rpartition(":")
    return BookingWanted(
        station=station[:60],
        start_us=_number(start),
        reason=request.POST.get("reason", "")[:60],
        note=request.POST.get("note", "")[:400],
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Problem("figures.action", "The form is incomplete; nothing was changed. Load the page again.")
    return int(text)


def _back(request: HttpRequest, asset: str) -> HttpResponse:
    chosen = {"day": request.POST.get("day", "")[:20], "shift": request.POST.get("shift", "")[:60]}
    kept = {name: request.POST[name][:60] for name in ("show", "station", "short") if request.POST.get(name)}
    return HttpResponseRedirect(f"{reverse('shopfloor:stops', args=[asset])}?{urlencode({**chosen, **kept})}")


def _counting(figures: LineFigures, rows: list[StopRow]) -> list[StopRow]:
    """What people are asked to book: stops of the bottleneck that are no minor stops."""
    slow = set(bottleneck_codes(figures.line))
    least = mapping_table(figures.line.oee_mapping).minor_stop_us
    return [
        row for row in rows if row.station in slow and (row.booking is not None or row.planned_us >= least)
    ]


def _narrowed(
    request: HttpRequest, figures: LineFigures, rows: list[StopRow]
) -> tuple[list[StopRow], dict[str, Any]]:
    slow = bottleneck_codes(figures.line)
    show = request.GET.get("show", "open")
    station, short = request.GET.get("station", "bottleneck"), request.GET.get("short") == "1"
    least = mapping_table(figures.line.oee_mapping).minor_stop_us
    codes = [d.code for d in figures.line.template.devices if isinstance(d, Station)]
    if station in codes:
        rows = [row for row in rows if row.station == station]
    elif station != "all":
        station = "bottleneck"
        rows = [row for row in rows if row.station in slow]
    if not short:
        rows = [row for row in rows if row.booking is not None or row.planned_us >= least]
    if show == "open":
        rows = [row for row in rows if row.booking is None]
    elif show == "booked":
        rows = [row for row in rows if row.booking is not None]
    else:
        show = "all"
    choices = [("bottleneck", _("Bottleneck")), ("all", _("All stations")), *((c, c.upper()) for c in codes)]
    return rows, {"show": show, "station": station, "short": short, "stations": choices}


def _page(request: HttpRequest) -> int:
    text = request.GET.get("after", "0")
    return min(int(text), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _row(figures: LineFigures, row: StopRow, tree: list[ReasonInfo], tongue: str) -> dict[str, Any]:
    zone = figures.line.calendar.zone
    names = {one.code: one.title(tongue) for one in tree}
    alarms = {alarm.code: alarm.text for alarm in figures.alarms}
    quick = list(dict.fromkeys([*row.suggested, *_usual(figures, row, tree)]))[:SHOWN_REASONS]
    return {
        "key": row.key,
        "station": row.station,
        "from": clock(row.start_us, zone, seconds=True),
        "to": "" if row.open else clock(row.end_us, zone, seconds=True),
        "length": duration(row.planned_us),
        "whole": "" if row.planned_us == row.end_us - row.start_us else duration(row.end_us - row.start_us),
        "state": row.said[0][0] if row.said else "no_data",
        "said": [
            {
                "state": state,
                "word": str(look_of(state).word),
                "reason": reason_word(reason),
                "text": alarms.get(reason, ""),
                "time": duration(time_us),
            }
            for state, reason, time_us in row.said[:3]
        ],
        "booking": row.booking,
        "reason": names.get(row.booking.reason, row.booking.reason) if row.booking else "",
        "loss": loss_word(row.booking.loss) if row.booking else "",
        "booked_at": clock(to_us(row.booking.at), zone) if row.booking else "",
        "quick": [(code, names[code], code in row.suggested) for code in quick if code in names],
        "intervals": f"{reverse('shopfloor:unit', args=[figures.line.asset, row.station])}?"
        + urlencode({"day": figures.shift.day.isoformat(), "shift": figures.shift.code}),
        "splits": from_us((row.start_us + row.end_us) // 2).astimezone(zone).strftime("%H:%M:%S"),
    }


def _usual(figures: LineFigures, row: StopRow, tree: list[ReasonInfo]) -> list[str]:
    """Reasons whose loss is what the machine says, those booked in this shift first; then what else was booked."""
    used: dict[str, int] = {}
    for item in figures.said.bookings:
        used[item.reason] = used.get(item.reason, 0) + 1
    table = mapping_table(figures.line.oee_mapping)
    losses = {table.rule(state).loss for state, _reason, _time in row.said}
    parents = {one.parent for one in tree}
    fitting = [one.code for one in tree if one.loss in losses and one.code not in parents]
    often = sorted(used, key=lambda code: (-used[code], code))
    return [*(code for code in often if code in fitting), *fitting, *often]


def _tree(tree: list[ReasonInfo], tongue: str) -> list[dict[str, Any]]:
    """Groups of the reason list: a top reason with everything below it."""
    by_code = {one.code: one for one in tree}
    groups: dict[str, dict[str, Any]] = {}
    for one in tree:
        top, seen = one, set()
        while top.parent in by_code and top.code not in seen:
            seen.add(top.code)
            top = by_code[top.parent]
        group = groups.setdefault(top.code, {"title": top.title(tongue), "items": []})
        group["items"].append((one.code, one.title(tongue)))
    return list(groups.values())
