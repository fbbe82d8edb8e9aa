"""Labels of parts: a printable sheet, ZPL for label printers, a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.registry import public as registry
from gearpark.engines.traceability import gs1
from gearpark.engines.traceability.symbols import Label, zpl
from gearpark.kit.http import needs, scope_of
from gearpark.kit.pdf import pdf, pdf_response

from ...queries.trace.labels import LabelRow, label_rows
from ...types.lines import VIEW
from ..work.words import language
from .tabs import frame

MAX_LABELS = 200
SHEET = Path(__file__).resolve().parents[2] / "templates" / "shopfloor" / "trace" / "labels.typ"


@needs(VIEW)
def labels(request: HttpRequest) -> HttpResponse:
    """``/parts/labels/?serial=...`` (several), ``?order=`` or ``?charge=``; ``?format=zpl|pdf``."""
    scope = scope_of(request)
    serials = [text for text in request.GET.getlist("serial") if text]
    order = request.GET.get("order", "")
    rows = label_rows(scope, serials, order, MAX_LABELS + 1) if serials or order else []
    if len(rows) > MAX_LABELS:
        raise Problem(
            "trace.too_many_labels", f"At most {MAX_LABELS} labels are printed at a time.", status=413
        )
    if (serials or order) and not rows:
        raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
    found = [_label(request, scope, row) for row in rows]
    form = request.GET.get("format", "")
    if form == "zpl":
        response = HttpResponse("".join(map(zpl, found)), content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="labels.zpl"'
        return response
    if form == "pdf":
        return pdf_response("labels", pdf(SHEET, {"labels": [_data(one) for one in found]}, now_utc()))
    query = urlencode({"serial": serials, "order": order} if order else {"serial": serials}, doseq=True)
    context = frame(
        scope, "parts", _("Labels"), labels=found, query=query, zpl=zpl(found[0]) if found else "",
        plain=sum(1 for one in found if not one.is_gs1),
    )  # fmt: skip
    return render(request, "shopfloor/trace/labels.html", context)


def _label(request: HttpRequest, scope: Scope, row: LabelRow) -> Label:
    gtin = row.gtin if gs1.is_key(row.gtin) else ""
    link = ""
    if gtin and gs1.fits(row.serial):
        link = gs1.digital_link(f"{request.scheme}://{request.get_host()}", gtin, serial=row.serial)
    return Label(
        serial=row.serial,
        product=row.product,
        name=row.name_zh if language().startswith("zh") and row.name_zh else row.name_en,
        firm=registry.organisation(scope, row.org).name(language()),
        gtin=gtin,
        lot=row.lot,
        link=link,
    )


def _data(label: Label) -> dict[str, Any]:
    """A label for the sheet's template: symbols as small pictures."""

    def svg(symbol: Any) -> str:
        box = f"0 0 {symbol.width} {symbol.height}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{symbol.path}"/></svg>'

    return {
        "serial": label.serial,
        "product": label.product,
        "name": label.name,
        "firm": label.firm,
        "readable": label.readable,
        "matrix": svg(label.data_matrix),
        "qr": svg(label.qr) if label.qr else "",
    }
