"""All lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..queries.summary import shift_figures
from ..types import EDIT, VIEW, LineFigures
from .board import language
from .drawing import mini
from .words import shift_word

BAR_W, BAR_H = 6, 36  # one slot of the small output chart


@needs(VIEW)
def lines(request: HttpRequest) -> HttpResponse:
    """``/lines/``; ``?part=1`` answers only the rows."""
    scope = scope_of(request)
    found = shift_figures(scope, now_utc())
    rows = [_row(figures, language()) for figures in found]
    context: dict[str, Any] = {
        "page_title": _("Lines"),
        "rows": rows,
        "orgs": len({figures.line.org for figures in found}) > 1,
        "made": sum(figures.made for figures in found if figures.open),
        "due": round(sum(figures.plan_now for figures in found if figures.open)),
        "running": sum(1 for row in rows if row["summary"].state == "running"),
        "may_edit": scope.may(EDIT),
    }
    part = request.GET.get("part")
    return render(request, "shopfloor/parts/line_rows.html" if part else "shopfloor/lines.html", context)


def _row(figures: LineFigures, tongue: str) -> dict[str, Any]:
    summary = queries.summary_of(figures)
    plan = max(figures.plan, figures.made, 1)
    return {
        "line": figures.line,
        "name": figures.line.name(tongue),
        "summary": summary,
        "shift": shift_word(figures.shift, tongue),
        "mini": mini(figures),
        "bar": figures.made / plan,
        "due_share": figures.plan_now / plan,
        "due": round(figures.plan_now),
        "gap": figures.made - round(figures.plan_now),
        "expected": None if summary.expected is None else round(summary.expected),
        "slot_min": round((figures.shift.end_us - figures.shift.start_us) / len(summary.spark) / 60e6),
        "bars": bars(figures, summary.spark),
    }


def bars(figures: LineFigures, slots: tuple[float | None, ...]) -> list[dict[str, Any]]:
    """Output through the shift as small bars; a slot without data is hatched, one not begun is empty."""
    top = max([1.0, *(value for value in slots if value is not None)])
    width = (figures.shift.end_us - figures.shift.start_us) / max(1, len(slots))
    bars = []
    for index, value in enumerate(slots):
        begun = figures.shift.start_us + (index + 1) * width <= figures.until_us
        if value is None and not begun:
            continue
        height = BAR_H if value is None else max(1.0, value / top * BAR_H)
        bars.append({"x": index * BAR_W, "y": BAR_H - height, "height": height, "unknown": value is None})
    return bars
