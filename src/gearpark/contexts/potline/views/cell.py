"""One cell: its figures now, how they went, its alarms, and who controls it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ..forms import ModeForm
from ..queries.alarms import episodes
from ..queries.cells import cell_at, trends, words_over
from ..queries.estimates import estimates_at
from ..queries.lines import potline
from ..services import lines as services
from ..types import CONTROL, UNITS, VIEW, Kpi, Mode, PotlineInfo
from .alarms import episode_row
from .estimates import cause_row, pair
from .words import ALARMS, CONTROLS, KPIS, PHASES, language, shown

SPANS = (
    (2, gettext_lazy("2 h")),
    (8, gettext_lazy("8 h")),
    (24, gettext_lazy("24 h")),
    (168, gettext_lazy("7 d")),
)
SHOWN = (
    Kpi.VOLTAGE,
    Kpi.RESISTANCE,
    Kpi.ALUMINA,
    Kpi.TEMPERATURE,
    Kpi.SUPERHEAT,
    Kpi.ACIDITY,
    Kpi.NOISE,
    Kpi.FEED,
)
CHARTS = (  # what stands in one picture
    (Kpi.RESISTANCE, ("resistance",)), (Kpi.FEED, ("feed",)), (Kpi.ALUMINA, ("alumina",)), (Kpi.VOLTAGE, ("voltage",)),
    (Kpi.TEMPERATURE, ("temperature_estimate", "bath_temperature")), (Kpi.EFFICIENCY, ("efficiency",)),
)  # fmt: skip
BAR_WIDTH = 1_000.0
PHASE_LOOKS = {
    "under": "under", "over": "over", "track": "track", "boost": "over", "effect": "effect", "hold": "over",
    "safe": "safe", "fixed": "track", "off": "off", "hands": "hands",
}  # fmt: skip


@needs(VIEW)
def cell(request: HttpRequest, potline_code: str, cell_number: int) -> HttpResponse:
    """``/potline/<code>/cells/<n>/``; ``?hours=`` of the trends."""
    scope, number = scope_of(request), cell_number
    info, now = potline(scope, potline_code), now_utc()
    hours = _hours(request.GET.get("hours", ""))
    state, start = cell_at(info, number, now), now - timedelta(hours=hours)
    found = episodes(scope, info, start, now, [number])
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "number": number,
        "page_title": _("Cell %(n)s") % {"n": number},
        "state": state,
        "phase": PHASES.get(state.phase, state.phase),
        "control": CONTROLS.get(state.control, state.control),
        "alarms": [ALARMS.get(alarm, alarm) for alarm in state.alarms],
        "figures": [_figure(info, kpi, state.values.get(kpi)) for kpi in SHOWN],
        **_estimated(info, number, now),
        "hours": hours,
        "spans": SPANS,
        "charts": _charts(info, number, start, now),
        "band": _band(info, number, start, now),
        "phase_words": [
            {"look": PHASE_LOOKS[name], "word": PHASES[name]}
            for name in ("under", "over", "track", "effect", "safe", "hands")
        ],
        "episodes": [episode_row(one) for one in found[:50]],
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < info.cells else None,
        "may_control": scope.may(CONTROL),
        "advised": state.control == "advice",
    }
    return render(request, "potline/cell.html", context)


def _estimated(info: PotlineInfo, number: int, now: datetime) -> dict[str, Any]:
    """Estimates with their deviations, the heat window, and what is named as wrong."""
    (one,) = estimates_at(info, now, [number])
    if one.at is None:
        return {"estimated": [], "causes": []}
    values = one.values
    made = [
        {"word": KPIS[Kpi.EFFICIENCY], "value": pair(one, "efficiency", "efficiency_sd", 2), "unit": "%"},
        {"word": KPIS[Kpi.ALUMINA], "value": pair(one, "alumina", "alumina_sd", 2), "unit": "%"},
        {"word": KPIS[Kpi.TEMPERATURE_ESTIMATE], "value": pair(one, "temperature_estimate", "temperature_sd", 1), "unit": "°C"},
        {"word": KPIS[Kpi.SUPERHEAT_ESTIMATE], "value": pair(one, "superheat_estimate", "superheat_sd", 1), "unit": "K"},
        {"word": _("Excess AlF3, estimated"), "value": pair(one, "alf3_estimate", "alf3_sd", 2), "unit": "%"},
        {"word": KPIS[Kpi.LEDGE], "value": pair(one, "ledge", "ledge_sd", 0), "unit": "mm"},
        {"word": KPIS[Kpi.HEAT_LOSS], "value": pair(one, "heat_loss", "", 1), "unit": "%"},
        {"word": KPIS[Kpi.DELIVERY], "value": pair(one, "delivery", "", 0), "unit": "%"},
    ]  # fmt: skip
    if {"window_low", "window_high", "held"} <= values.keys():
        low, high, held = (plain(values[name], 3) for name in ("window_low", "window_high", "held"))
        made.append({"word": _("Heat window, voltage held"), "value": f"{low} – {high}, {held}", "unit": "V"})
    if one.closed:
        made.append({"word": _("Closed feeder holes"), "value": ", ".join(map(str, one.closed)), "unit": ""})
    return {"estimated": made, "causes": [cause_row(number, cause, one.closed) for cause in one.causes]}


def _hours(text: str) -> int:
    wanted = int(text) if text.isdecimal() else 0
    return wanted if wanted in {hours for hours, _word in SPANS} else 8


def _figure(info: PotlineInfo, kpi: Kpi, value: float | None) -> dict[str, Any]:
    target = info.targets.get(kpi)
    note = ""
    if target is not None and value is not None:
        off = target.off(value)
        note = _("target %(middle)s ± %(room)s") % {
            "middle": shown(kpi, target.middle),
            "room": shown(kpi, target.room),
        }
        if abs(off) > 1:
            note = f"{'▲' if off > 0 else '▼'} {note}"
    return {"value": shown(kpi, value), "unit": UNITS[kpi], "label": KPIS[kpi], "note": note}


def _charts(info: PotlineInfo, number: int, start: datetime, end: datetime) -> list[dict[str, Any]]:
    signals = [name for _kpi, names in CHARTS for name in names]
    read = trends(info, number, signals, start, end)
    made = []
    for kpi, names in CHARTS:
        series = [(name, read[name]) for name in names if name in read and len(read[name].at_us)]
        if not series:
            continue
        target = info.targets.get(kpi)
        made.append({
            "id": f"pl-{kpi.value}",
            "title": str(KPIS[kpi]),
            "data": {
                "kind": "line", "unit": UNITS[kpi], "title": str(KPIS[kpi]),
                "series": [
                    {"name": str(KPIS[Kpi(name)]), "at_us": one.at_us.tolist(), "value": _numbers(one.mean)}
                    for name, one in series
                ],
                "limits": [
                    {"name": _("low"), "value": target.middle - target.room},
                    {"name": _("high"), "value": target.middle + target.room},
                ] if target else [],
            },
        })  # fmt: skip
    return made


def _numbers(values: Any) -> list[float | None]:
    return [None if value != value else float(value) for value in values.tolist()]


def _band(info: PotlineInfo, number: int, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Feeding phases over the stretch, as parts of a bar."""
    told = words_over(info, [number], "phase", start, end)[number]
    whole = (end - start).total_seconds()
    at = [max(moment, start) for moment, _word in told] + [end]
    return [
        {
            "x": round(BAR_WIDTH * (before - start).total_seconds() / whole, 2),
            "width": round(max(0.4, BAR_WIDTH * (after - before).total_seconds() / whole), 2),
            "look": PHASE_LOOKS.get(word, "off"),
        }
        for before, after, (_moment, word) in zip(at, at[1:], told, strict=False)
        if after > before
    ]


@needs(CONTROL)
@require_POST
def mode(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/mode/``: control or advise one cell, or the line."""
    form = ModeForm(request.POST)
    number = request.POST.get("cell", "")
    back = (
        redirect("potline:cell", potline_code=potline_code, cell_number=int(number))
        if number.isdecimal()
        else redirect("potline:map", potline_code=potline_code)
    )
    if not form.is_valid():
        messages.error(request, _("Say why, in at most 200 characters: it is kept with the order."))
        return back
    cells = [form.cleaned_data["cell"]] if form.cleaned_data["cell"] else []
    try:
        services.order_mode(
            scope_of(request), potline_code, Mode(form.cleaned_data["mode"]), cells, form.cleaned_data["why"]
        )
    except Problem as problem:
        messages.error(request, words_of(problem))
        return back
    messages.success(request, _("Ordered. The controller takes it up within a second."))
    return back
