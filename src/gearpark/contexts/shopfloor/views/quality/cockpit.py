"""The cockpit: all lines, all characteristics, what signals, what the pass rate shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ...queries import quality as queries
from ...queries.quality.cockpit import Cell, LineQuality
from ...types import VIEW
from ...types.work import QUALITY
from ..board import language
from .drawing import CELL_HEIGHT, CELL_WIDTH, cell
from .words import VERDICT_LOOKS, VERDICTS, rule_words


@needs(VIEW)
def cockpit(request: HttpRequest) -> HttpResponse:
    """``/quality/``"""
    scope = scope_of(request)
    lines, signals = queries.cockpit(scope, now_utc())
    rows = [_line(item) for item in lines]
    good, bad = sum(item.count.good for item in lines), sum(item.count.bad for item in lines)
    names = {
        found.chart.id: found.chart.characteristic.title(language()) for item in lines for found in item.cells
    }
    context: dict[str, Any] = {
        "page_title": _("Quality"),
        "rows": rows,
        "signals": [
            {
                "signal": item,
                "rule": rule_words(item.rule),
                "name": names.get(item.chart_id, item.characteristic),
            }
            for item in signals[:12]
        ],
        "open_signals": len(signals),
        "pieces": good + bad,
        "bad": bad,
        "charts": sum(len(item.cells) for item in lines),
        "below": sum(row["below"] for row in rows),
        "cell_width": CELL_WIDTH,
        "cell_height": CELL_HEIGHT,
        "may_edit": scope.may(QUALITY),
    }
    return render(request, "shopfloor/quality/cockpit.html", context)


def _line(item: LineQuality) -> dict[str, Any]:
    cells = [_cell(found) for found in item.cells]
    rate = item.rate
    return {
        "line": item,
        "name": item.name(language()),
        "cells": cells,
        "signals": sum(found["open"] for found in cells),
        "below": sum(found["below"] for found in cells),
        "rate": rate,
        "verdict": VERDICTS[rate.verdict] if rate and rate.verdict else "",
        "look": VERDICT_LOOKS[rate.verdict] if rate and rate.verdict else "no_data",
    }


def _cell(found: Cell) -> dict[str, Any]:
    target = found.chart.characteristic.target_cpk
    below = found.ppk is not None and target is not None and found.ppk < target
    return {
        "chart": found.chart,
        "name": found.chart.name(language()),
        "open": found.open_signals,
        "ppk": found.ppk,
        "at_least": found.ppk_at_least,
        "target": target,
        "below": below,
        "plot": cell(found.points, found.bounds),
        "judged": found.chart.version > 0,
        "last_at": found.last_at,
        "look": "down" if found.open_signals else "ok" if found.chart.version else "no_data",
    }
