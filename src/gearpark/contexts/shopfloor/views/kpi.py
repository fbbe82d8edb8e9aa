"""KPIs of a line: every figure opens to its elements and on to the intervals; trend over shifts and days; lines compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.time import from_us, now_utc, to_us
from gearpark.engines.oee import CODES, FORMULAS, Elements, added, kpi
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..queries.figures import bottleneck_codes
from ..queries.revisions import running
from ..queries.summary import shift_figures
from ..queries.targets import by_day, targets, trend
from ..services.stop_reasons import set_target
from ..types import VIEW, LineFigures
from ..types.figures import LEAD, ShiftKpis
from .board import asked_shift, language, picker
from .kpi_words import GROUPS, kpi_row, kpi_rows, kpi_title, short_title, target_from, value_text
from .tabs import tabs
from .words import FLAGS, shift_word

SPANS = (("shift", 0), ("day", 1), ("week", 7), ("fortnight", 14), ("month", 31))
TREND_DAYS = 14
CHARTED = ("oee", "availability", "effectiveness", "quality_ratio")
COMPARED = (
    "oee", "availability", "effectiveness", "quality_ratio", "nee", "throughput_rate", "first_pass_yield", "scrap_ratio",
    "mtbf_plain", "mttr_plain",
)  # fmt: skip


def span_words() -> dict[str, str]:
    return {
        "shift": _("This shift"),
        "day": _("Production day"),
        "week": _("7 days"),
        "fortnight": _("14 days"),
        "month": _("31 days"),
    }


@needs(VIEW)
def line_kpi(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/kpi/?span=shift|day|week|fortnight|month&day=&shift=``"""
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    figures = queries.board(scope, asset, now, day, code)
    line = figures.line
    span = _span(request)
    days = max(TREND_DAYS, dict(SPANS)[span])
    until = max(now, _end(figures))
    shifts = trend(scope, [line], until, days, [figures])[line.asset]
    shifts = [item for item in shifts if item.start_us <= figures.shift.start_us]
    chosen = _chosen(figures, shifts, span)
    elements = added(item.elements for item in chosen)
    wanted = targets(scope, [line])[line.asset]
    query = urlencode({"day": figures.shift.day.isoformat(), "shift": figures.shift.code})
    rows = kpi_rows(elements, wanted)
    for row in rows:
        row["spark"] = [_number(item.elements, row["code"]) for item in shifts[-24:]]
    return render(
        request,
        "shopfloor/kpi/kpi.html",
        {
            "page_title": _("KPIs"),
            "line": line,
            "line_name": line.name(tongue),
            "figures": figures,
            "picker": picker(figures, to_us(now), tongue),
            "tabs": tabs(asset, "kpi", query if day else ""),
            "spans": [(name, words, name == span) for name, words in span_words().items()],
            "span": span,
            "groups": [(label, [row for row in rows if row["group"] == name]) for name, label in GROUPS],
            "head": {row["code"]: row for row in rows},
            "count": len(chosen),
            "missing": _missing(figures, chosen, span),
            "chart": chart(shifts, wanted),
            "days": _days(shifts, wanted) if len({item.on for item in shifts}) > 1 else [],
            "flags": [str(FLAGS[flag]) for flag in sorted(figures.account.flags) if flag in FLAGS]
            if span == "shift"
            else [],
            "over": [row["title"] for row in rows if row["over"]],
            "bottleneck": bottleneck_codes(line)[0],
            "names": ", ".join(code.upper() for code in bottleneck_codes(line)),
            "shift": shift_word(figures.shift, tongue),
            "chosen": query,
            "may_lead": scope.may(LEAD),
        },
    )


@require_POST
@needs(LEAD)
def target(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/kpi/target/``: ``kpi``, ``value`` (per cent, minutes or an hour; empty: none)."""
    code = request.POST.get("kpi", "")
    if code not in CODES:
        raise NotFound("figures.kpi_unknown", f"There is no KPI {code[:60]!r}.")
    unit = FORMULAS[CODES.index(code)].unit
    try:
        value = target_from(unit, request.POST.get("value", "")[:20])
    except ValueError as error:
        raise Problem("figures.target", "A target is a number of zero or more.") from error
    set_target(scope_of(request), asset, code, value)
    messages.success(request, _("The target of %(k)s was set.") % {"k": kpi_title(code)})
    kept = {name: request.POST[name][:60] for name in ("day", "shift", "span") if request.POST.get(name)}
    return HttpResponseRedirect(f"{reverse('shopfloor:kpi', args=[asset])}?{urlencode(kept)}#{code}")


@needs(VIEW)
def compare(request: HttpRequest) -> HttpResponse:
    """``/lines/kpi/?span=&kpi=``: all lines of the scope side by side."""
    scope, now, tongue = scope_of(request), now_utc(), language()
    span = _span(request, "week")
    code = request.GET.get("kpi", "oee")
    code = code if code in COMPARED else "oee"
    live = shift_figures(scope, now)
    lines = [figures.line for figures in live]
    found = trend(scope, lines, now, max(1, dict(SPANS)[span]), live)
    wanted = targets(scope, lines)
    rows: list[dict[str, Any]] = []
    for figures in live:
        shifts = found[figures.line.asset]
        chosen = _chosen(figures, shifts, span)
        elements = added(item.elements for item in chosen)
        values = [kpi_row(kpi(name, elements), wanted[figures.line.asset].get(name)) for name in COMPARED]
        rows.append(
            {
                "line": figures.line,
                "name": figures.line.name(tongue),
                "count": len(chosen),
                "values": values,
                "spark": [_number(item.elements, code) for item in shifts[-24:]],
            }
        )
    order = COMPARED.index(code)
    rows.sort(
        key=lambda row: (row["values"][order]["value"] is None, -(row["values"][order]["value"] or 0.0))
    )
    return render(
        request,
        "shopfloor/kpi/compare.html",
        {
            "page_title": _("KPIs of all lines"),
            "rows": rows,
            "columns": [(name, short_title(name), name == code) for name in COMPARED],
            "span": span,
            "spans": [(name, words, name == span) for name, words in span_words().items()],
            "kpi": code,
            "kpi_title": kpi_title(code),
            "chart": _compared(found, live, code, tongue),
        },
    )


def chart(shifts: Sequence[ShiftKpis], wanted: Mapping[str, float]) -> dict[str, Any]:
    """OEE and its factors shift by shift, for ``<park-chart>``; per cent."""
    return {
        "kind": "line",
        "unit": "%",
        "series": [
            {
                "name": kpi_title(code),
                "at_us": [item.end_us for item in shifts],
                "value": [_scaled(_number(item.elements, code)) for item in shifts],
            }
            for code in CHARTED
        ],
        "limits": [{"name": _("Target OEE"), "value": wanted["oee"] * 100}] if "oee" in wanted else [],
    }


def _compared(
    found: Mapping[str, Sequence[ShiftKpis]], live: Sequence[LineFigures], code: str, tongue: str
) -> dict[str, Any]:
    unit = FORMULAS[CODES.index(code)].unit
    scale = {"share": 100.0, "time": 1 / 60e6}.get(unit, 1.0)
    return {
        "kind": "line",
        "unit": {"share": "%", "time": "min", "per_h": "/h"}.get(unit, ""),
        "series": [
            {
                "name": figures.line.name(tongue),
                "at_us": [item.end_us for item in found[figures.line.asset]],
                "value": [
                    None if value is None else round(value * scale, 4)
                    for item in found[figures.line.asset]
                    for value in [_number(item.elements, code)]
                ],
            }
            for figures in live
        ],
    }


def _span(request: HttpRequest, usual: str = "shift") -> str:
    wanted = request.GET.get("span", usual)
    return wanted if wanted in dict(SPANS) else usual


def _end(figures: LineFigures) -> datetime:
    return from_us(figures.shift.end_us) + timedelta(seconds=1)


def _chosen(figures: LineFigures, shifts: Sequence[ShiftKpis], span: str) -> list[ShiftKpis]:
    """Shifts of the span that ends with the figures' shift."""
    if span == "shift":
        return [running(figures)]
    first = figures.shift.day - timedelta(days=dict(SPANS)[span] - 1)
    return [item for item in shifts if first <= item.on <= figures.shift.day]


def _missing(figures: LineFigures, chosen: Sequence[ShiftKpis], span: str) -> int:
    """Shifts of the span that were never published: before the line was followed."""
    if span == "shift":
        return 0
    first = figures.shift.day - timedelta(days=dict(SPANS)[span] - 1)
    calendar = figures.line.calendar
    planned = sum(
        1
        for offset in range(dict(SPANS)[span])
        for shift in calendar.shifts_of_day(first + timedelta(days=offset))
        if shift.start_us <= figures.shift.start_us
    )
    return max(0, planned - len(chosen))


def _days(shifts: Sequence[ShiftKpis], wanted: Mapping[str, float]) -> list[dict[str, Any]]:
    rows = []
    for on, elements in reversed(by_day(shifts)):
        values = [value_text(kpi(code, elements).formula.unit, kpi(code, elements).value) for code in CHARTED]
        oee = kpi("oee", elements).value
        rows.append(
            {
                "day": on.isoformat(),
                "values": values,
                "bar": None if oee is None else float(oee),
                "good": elements.get("GQ"),
                "target": wanted.get("oee"),
            }
        )
    return rows


def _number(elements: Elements, code: str) -> float | None:
    value = kpi(code, elements).value
    return None if value is None else float(value)


def _scaled(value: float | None) -> float | None:
    return None if value is None else round(value * 100, 3)
