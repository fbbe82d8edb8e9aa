"""The shift report: one sheet of a shift, on the screen and as PDF, from the same document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.kit.http import needs, scope_of
from gearpark.kit.pdf import pdf, pdf_response

from .. import queries
from ..queries.document import document
from ..queries.handover import handover
from ..queries.reasons import reason_titles
from ..queries.revisions import newest_revision, revision
from ..types import VIEW, LineFigures
from ..types.figures import HandoverInfo, RevisionInfo
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


def report_data(
    figures: LineFigures,
    log: HandoverInfo,
    titles: Mapping[str, str],
    tongue: str,
    shown: RevisionInfo | None,
    newest: RevisionInfo | None,
) -> dict[str, Any]:
    """Everything the sheet prints, of the live figures or of a published revision."""
    found = document(figures) if shown is None else dict(shown.document)
    return report_sheet(found, log, titles, tongue, figures, shown, newest)


def _context(request: HttpRequest, asset: str) -> dict[str, Any]:
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    figures = queries.board(scope, asset, now, day, code)
    line, shift = figures.line, figures.shift
    newest = newest_revision(scope, line, shift.day, shift.code)
    number = request.GET.get("revision", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 7):
        raise Problem("figures.revision_unknown", "Revisions are numbered 1, 2, 3 and so on.", status=404)
    shown = revision(scope, line, shift.day, shift.code, int(number)) if number else None
    log = handover(scope, line, shift)
    titles = reason_titles(scope, line, tongue)
    chosen = urlencode({"day": shift.day.isoformat(), "shift": shift.code})
    return {
        "page_title": _("Shift report"),
        "line": line,
        "line_name": line.name(tongue),
        "figures": figures,
        "picker": picker(figures, to_us(now), tongue),
        "sheet": report_data(figures, log, titles, tongue, shown, newest),
        "tabs": tabs(asset, "report", chosen if day else ""),
        "chosen": chosen,
        "number": number,
    }
