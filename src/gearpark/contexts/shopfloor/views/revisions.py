"""Published figures of a shift: every revision, why it was published, and exactly what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gearpark.base.time import now_utc, to_us
from gearpark.engines.oee import TIMES, kpi
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..queries.reasons import reason_titles
from ..queries.revisions import revisions as published
from ..types import VIEW, LineInfo
from ..types.figures import RevisionInfo, RevisionReason
from .board import asked_shift, language, picker
from .kpi_words import CHANGE_WORDS, ELEMENTS, SYMBOLS, value_text
from .report_sheet import booked_word
from .tabs import tabs
from .words import clock, duration, loss_word, shift_word

WHY: dict[str, Any] = {
    RevisionReason.FIRST: gettext_lazy("Shift ended"),
    RevisionReason.LATE_DATA: gettext_lazy("Late data"),
    RevisionReason.BOOKING: gettext_lazy("Booking changed"),
    RevisionReason.SETUP: gettext_lazy("Plan or set-up changed"),
    RevisionReason.PARTS: gettext_lazy("Orders or parts changed"),
    RevisionReason.SEVERAL: gettext_lazy("Several things changed"),
}
SHOWN = ("oee", "availability", "effectiveness", "quality_ratio")
MAX_SHOWN = 40


@needs(VIEW)
def revisions(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/revisions/?day=&shift=``"""
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    figures = queries.board(scope, asset, now, day, code)
    line, shift = figures.line, figures.shift
    found = published(scope, line, shift.day, shift.code)
    titles = reason_titles(scope, line, tongue)
    chosen = urlencode({"day": shift.day.isoformat(), "shift": shift.code})
    return render(
        request,
        "shopfloor/revisions.html",
        {
            "page_title": _("Published figures"),
            "line": line,
            "line_name": line.name(tongue),
            "figures": figures,
            "shift": shift_word(shift, tongue),
            "picker": picker(figures, to_us(now), tongue),
            "tabs": tabs(asset, "revisions", chosen if day else ""),
            "rows": [_row(item, line, titles) for item in found],
            "differs": bool(found) and found[0].revision != figures.revision,
            "open": figures.open,
            "chosen": chosen,
        },
    )


def _row(item: RevisionInfo, line: LineInfo, titles: Mapping[str, str]) -> dict[str, Any]:
    elements = item.document["elements"]
    at_us = to_us(item.published_at)
    return {
        "info": item,
        "why": str(WHY[item.reason]),
        "at": f"{item.published_at.astimezone(line.calendar.zone).date().isoformat()} {clock(at_us, line.calendar.zone)}",
        "figures": [value_text("share", kpi(code, elements).value)[0] for code in SHOWN],
        "made": item.document["counts"]["made"],
        "changes": [_change(change, titles) for change in item.changes[:MAX_SHOWN]],
        "more": max(0, len(item.changes) - MAX_SHOWN),
    }


def _change(change: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    code, kind = change["code"], change["kind"]
    time = kind == "loss" or (kind == "element" and code in TIMES)
    before, after = change["before"], change["after"]
    by = None if before is None or after is None else after - before
    if kind == "loss":
        label = loss_word(code, booked_word(change, titles, {}))
    elif kind == "count":
        label = str(CHANGE_WORDS.get(code, code))
    else:
        label = str(ELEMENTS.get(code, code))
    return {
        "kind": kind,
        "symbol": SYMBOLS.get(code, code) if kind == "element" else "",
        "label": label,
        "booked": change["booked"],
        "before": _amount(before, time),
        "after": _amount(after, time),
        "by": _amount(by, time, sign=True),
        "more": by is not None and by > 0,
    }


def _amount(value: int | None, time: bool, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    text = duration(value) if time else f"{value:,}".replace("-", "−")
    return f"+{text}" if sign and value > 0 else text
