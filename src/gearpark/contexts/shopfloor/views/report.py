"""The shift report: one sheet of a shift, on the screen and as PDF, from the same document."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc, to_us
from gearpark.kit.http import needs, scope_of
from gearpark.kit.pdf import pdf, pdf_response
from gearpark.kit.tenant import acting

from .. import queries
from ..queries.document import document
from ..queries.handover import handover
from ..queries.reasons import reason_titles
from ..queries.revisions import newest_revision, revision
from ..types import VIEW, LineFigures
from .board import asked_shift, language, picker
from .print_sheet import print_data
from .report_sheet import report_sheet
from .tabs import tabs

TYPST = Path(__file__).resolve().parents[1] / "templates" / "shopfloor" / "report" / "shift.typ"


@needs(VIEW)
def report(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/report/?day=&shift=&revision=``"""
    return render(request, "shopfloor/report/report.html", _context(request, asset))


@needs(VIEW)
def report_pdf(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/report.pdf``: the same sheet."""
    context = _context(request, asset)
    sheet = context["sheet"]
    name = f"{asset}-{sheet['day']}-{sheet['shift_code']}-{sheet['revision']}"
    return pdf_response(name, pdf(TYPST, print_data(sheet, language()), now_utc()))


def report_file(
    scope: Scope, asset: str, now: datetime, day: str = "", shift: str = "", tongue: str = "en"
) -> bytes:
    """The sheet of one shift as PDF, for the command line."""
    with acting(scope), translation.override(tongue):
        return pdf(TYPST, print_data(_sheet(scope, asset, now, day, shift, "", tongue)[1], tongue), now)


def _sheet(
    scope: Scope, asset: str, now: datetime, day: str, code: str, number: str, tongue: str
) -> tuple[LineFigures, dict[str, Any]]:
    """Figures now, and the sheet of them or of the published revision ``number``."""
    figures = queries.board(scope, asset, now, day, code)
    line, shift = figures.line, figures.shift
    newest = newest_revision(scope, line, shift.day, shift.code)
    if number and not (number.isascii() and number.isdigit() and len(number) < 7):
        raise Problem("figures.revision_unknown", "Revisions are numbered 1, 2, 3 and so on.", status=404)
    shown = revision(scope, line, shift.day, shift.code, int(number)) if number else None
    found = document(figures) if shown is None else dict(shown.document)
    titles = reason_titles(scope, line, tongue)
    log = handover(scope, line, shift)
    return figures, report_sheet(found, log, titles, tongue, figures, shown, newest)


def _context(request: HttpRequest, asset: str) -> dict[str, Any]:
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    number = request.GET.get("revision", "")
    figures, sheet = _sheet(scope, asset, now, day, code, number, tongue)
    line, shift = figures.line, figures.shift
    chosen = urlencode({"day": shift.day.isoformat(), "shift": shift.code})
    return {
        "page_title": _("Shift report"),
        "line": line,
        "line_name": line.name(tongue),
        "figures": figures,
        "picker": picker(figures, to_us(now), tongue),
        "sheet": sheet,
        "tabs": tabs(asset, "report", chosen if day else ""),
        "chosen": chosen,
        "number": number,
    }
