"""Estimates: heat window of every cell, current efficiency with its uncertainty, and causes named with what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc
from gearpark.engines.electrolysis.estimate.diagnosis import causes as known_causes
from gearpark.engines.electrolysis.parameters import estimate_parameters
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response, xlsx_response
from gearpark.ui.numbers import plain

from ..queries.estimates import ESTIMATES, estimates_at
from ..queries.lines import potline
from ..types import VIEW, Cause, CellEstimate, PotlineInfo
from .words import EVIDENCE, EVIDENCE_FACTOR, NONE, TROUBLES, language

PITCH, TALL, ROOM = 8.0, 110.0, 138.0  # of the picture: a cell, a row's scale, and what it takes
FIRST = 40  # rows before all are asked for
ORDERS = {"efficiency": "efficiency", "superheat": "superheat_estimate", "ledge": "ledge", "cell": ""}
LIMITS = {
    (one.name, test.figure): (test.above, test.limit) for one in known_causes() for test in one.evidence
}


@needs(VIEW)
def estimates(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/estimates/``; ``?cause=``, ``?order=``, ``?export=csv|xlsx``."""
    scope, get = scope_of(request), request.GET
    info = potline(scope, potline_code)
    found = estimates_at(info, now_utc())
    known = [one for one in found if one.at is not None]
    if get.get("export") in ("csv", "xlsx"):
        answer = csv_response if get["export"] == "csv" else xlsx_response
        return answer(f"{info.code}-estimates", _head(), [_export(one) for one in found])
    cause, order = get.get("cause", ""), get.get("order", "efficiency")
    key = ORDERS.get(order, "efficiency")
    shown = [one for one in known if not cause or any(named.name == cause for named in one.causes)]
    shown.sort(key=lambda one: (one.values.get(key, 1e9) if key else 0.0, one.number))
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Estimates"),
        "known": len(known),
        "figures": _figures(known),
        "drawing": _drawing(info, found),
        "named": _named(known, cause),
        "causes": [{"value": name, "word": words[0]} for name, words in TROUBLES.items()],
        "cause": cause,
        "order": order if order in ORDERS else "efficiency",
        "orders": [
            {"value": "efficiency", "word": _("current efficiency")}, {"value": "superheat", "word": _("superheat")},
            {"value": "ledge", "word": _("side ledge")}, {"value": "cell", "word": _("cell")},
        ],
        "rows": [_row(one) for one in (shown if get.get("all") == "1" else shown[:FIRST])],
        "more": 0 if get.get("all") == "1" else max(0, len(shown) - FIRST),
    }  # fmt: skip
    return render(request, "potline/estimates.html", context)


def _mean(known: Sequence[CellEstimate], name: str) -> float | None:
    values = [one.values[name] for one in known if name in one.values]
    return sum(values) / len(values) if values else None


def _figures(known: Sequence[CellEstimate]) -> list[dict[str, Any]]:
    """The line in figures; the deviation told is that of one cell."""
    warn = estimate_parameters()["ledge_warn_mm"]
    ce, sd, weighed = (_mean(known, name) for name in ("efficiency", "efficiency_sd", "by_metal"))
    note = (
        _("± %(sd)s of one cell; %(share)s %% of it weighed")
        % {"sd": plain(sd, 2), "share": plain(weighed or 0.0)}
        if sd is not None
        else ""
    )
    holes = sum(len(one.closed) for one in known)
    thin = sum(one.values.get("ledge", 1e9) < warn for one in known)
    outside = sum(one.outside() != 0.0 for one in known)
    superheat = _mean(known, "superheat_estimate")
    return [
        {"value": plain(ce, 2) if ce is not None else NONE, "unit": "%", "label": _("Current efficiency, estimated"), "note": note, "size": "hero"},
        {"value": plain(outside), "unit": _("cells"), "label": _("Outside their heat window"), "note": "", "size": ""},
        {"value": plain(superheat, 1) if superheat is not None else NONE, "unit": "K", "label": _("Superheat, estimated"), "note": "", "size": ""},
        {"value": plain(holes), "unit": "", "label": _("Closed feeder holes"), "note": "", "size": ""},
        {"value": plain(thin), "unit": _("cells"), "label": _("Ledge below %(mm)s mm") % {"mm": plain(warn)}, "note": "", "size": ""},
        {"value": plain(sum(bool(one.causes) for one in known)), "unit": _("cells"), "label": _("With a named cause"), "note": "", "size": ""},
    ]  # fmt: skip


def _drawing(info: PotlineInfo, found: Sequence[CellEstimate]) -> dict[str, Any] | None:
    """Each cell's window as a bar, the voltage it is held at as a mark, in the rows of the building."""
    ends = [
        one.values[name]
        for one in found
        for name in ("window_low", "window_high", "held")
        if name in one.values
    ]
    if not ends:
        return None
    low, high = min(ends), max(max(ends), min(ends) + 0.05)

    def y(volt: float) -> float:
        return round(TALL * (high - volt) / (high - low), 1)

    cells = []
    for one in found:
        room, place = info.room_of(one.number)
        at = one.values
        if not {"window_low", "window_high", "held"} <= at.keys():
            continue
        outside = one.outside()
        cells.append({
            "number": one.number, "x": round(place * PITCH, 1),
            "y": room * ROOM + 20 + y(at["window_high"]), "height": max(1.0, y(at["window_low"]) - y(at["window_high"])),
            "held": room * ROOM + 20 + y(at["held"]), "out": outside != 0.0,
            "title": _("Cell %(n)s: held at %(held)s V, window %(low)s to %(high)s V") % {
                "n": one.number, "held": plain(at["held"], 3), "low": plain(at["window_low"], 3), "high": plain(at["window_high"], 3),
            },
        })  # fmt: skip
    length = -(-info.cells // info.rooms)
    rows = [
        {"y": room * ROOM + 12, "word": _("Row %(n)s") % {"n": room + 1}, "top": room * ROOM + 20, "bottom": room * ROOM + 20 + TALL}
        for room in range(info.rooms)
    ]  # fmt: skip
    return {
        "cells": cells, "rows": rows, "width": length * PITCH + 8, "height": info.rooms * ROOM,
        "low": plain(low, 2), "high": plain(high, 2),
    }  # fmt: skip


def evidence(cause: Cause) -> list[dict[str, Any]]:
    """What a cause rests on, figure by figure, with the limit it is held against."""
    made = []
    for figure, value in cause.figures.items():
        known = LIMITS.get((cause.name, figure))
        if known is None or figure not in EVIDENCE:
            continue
        above, limit = known
        word, unit, digits = EVIDENCE[figure]
        factor = EVIDENCE_FACTOR.get(figure, 1.0)
        made.append({
            "word": word, "unit": unit, "value": plain(factor * value, digits), "limit": f"{'>' if above else '<'} {plain(factor * limit, max(digits, 1) if limit % 1 else digits)}",
            "speaks_for": value > limit if above else value < limit,
        })  # fmt: skip
    return made


def cause_row(number: int, cause: Cause, closed: Sequence[int]) -> dict[str, Any]:
    """A named cause as the templates show it."""
    word, deed = TROUBLES.get(cause.name, (cause.name, ""))
    return {
        "cell": number,
        "word": word,
        "deed": deed,
        "feeders": ", ".join(map(str, closed)) if cause.name == "hole_closed" else "",
        "percent": plain(100.0 * cause.probability),
        "evidence": evidence(cause),
    }


def _named(known: Sequence[CellEstimate], only: str) -> list[dict[str, Any]]:
    found = [(one, cause) for one in known for cause in one.causes if not only or cause.name == only]
    found.sort(key=lambda pair: (-pair[1].probability, pair[0].number))
    return [cause_row(one.number, cause, one.closed) for one, cause in found]


def _row(one: CellEstimate) -> dict[str, Any]:
    return {
        "number": one.number,
        "values": [pair(one, *names) for names in PAIRS],
        "outside": _signed(one.outside()),
        "closed": ", ".join(map(str, one.closed)),
    }


PAIRS = (
    ("efficiency", "efficiency_sd", 2), ("temperature_estimate", "temperature_sd", 1), ("superheat_estimate", "superheat_sd", 1),
    ("alf3_estimate", "alf3_sd", 1), ("alumina", "alumina_sd", 2), ("ledge", "ledge_sd", 0), ("heat_loss", "", 1), ("delivery", "", 0),
)  # fmt: skip


def pair(one: CellEstimate, name: str, sd: str, digits: int) -> str:
    """A figure with its standard deviation."""
    if name not in one.values:
        return NONE
    made = plain(one.values[name], digits)
    return f"{made} ± {plain(one.values[sd], digits)}" if sd in one.values else made


def _signed(volt: float) -> str:
    return "" if volt == 0.0 else f"{'+' if volt > 0 else '−'}{plain(abs(volt), 3)}"


def _head() -> list[str]:
    return ["cell", *ESTIMATES, "closed_feeders", "causes", "at"]


def _export(one: CellEstimate) -> list[Any]:
    causes = "; ".join(f"{cause.name} {cause.probability:.2f}" for cause in one.causes)
    return [
        one.number,
        *(one.values.get(name) for name in ESTIMATES),
        " ".join(map(str, one.closed)),
        causes,
        one.at,
    ]
