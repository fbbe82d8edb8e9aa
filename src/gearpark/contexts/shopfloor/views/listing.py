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
        "made": sum(figures.made for figures in found),
        "due": round(sum(figures.plan_now for figures in found)),
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
        "spark": list(summary.spark),
    }
