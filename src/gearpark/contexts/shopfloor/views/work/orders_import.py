"""Orders from a sheet: look first, then write."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.work import SheetForm
from ...services.work import sheets
from ...types.lines import EDIT
from .tabs import frame

MAX_SHOWN = 500
KINDS = {
    sheets.NEW: _("new"),
    sheets.CHANGED: _("changed"),
    sheets.SAME: _("unchanged"),
    sheets.WRONG: _("wrong"),
}
LOOKS = {sheets.NEW: "good", sheets.CHANGED: "uncertain", sheets.SAME: "stopped", sheets.WRONG: "bad"}


@needs(EDIT)
def order_import(request: HttpRequest) -> HttpResponse:
    """``/orders/import/``: a sheet is read and shown row by row; the second step writes exactly that sheet."""
    scope, now = scope_of(request), now_utc()
    form = SheetForm(request.POST or None, request.FILES or None)
    rows: list[sheets.SheetOrder] = []
    kept, name = "", ""
    if request.method == "POST" and "kept" in request.POST:
        data, name = _kept(request.POST["kept"]), request.POST.get("name", "")[:200]
        try:
            done = sheets.import_sheet(scope, data, name, now)
        except Problem as problem:
            form = SheetForm()
            messages.error(request, words_of(problem))
        else:
            written = sum(item.kind in (sheets.NEW, sheets.CHANGED) for item in done)
            messages.success(request, gettext("%(n)s orders were written.") % {"n": written})
            return redirect("shopfloor:orders")
    elif request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data, name = file.read(), file.name
        try:
            rows = sheets.check_sheet(scope, data, name, now)
        except Problem as problem:
            form.add_error("file", words_of(problem))
        else:
            kept = base64.b64encode(data).decode()
    context: dict[str, Any] = frame(
        scope,
        "orders",
        _("Import orders"),
        form=form,
        rows=[(item, LOOKS[item.kind], KINDS[item.kind]) for item in rows[:MAX_SHOWN]],
        hidden=max(0, len(rows) - MAX_SHOWN),
        counts=[(KINDS[kind], sum(item.kind == kind for item in rows)) for kind in KINDS],
        wrong=sum(bool(item.errors) for item in rows),
        writes=sum(item.kind in (sheets.NEW, sheets.CHANGED) for item in rows),
        kept=kept,
        name=name,
        columns=sheets.COLUMNS,
    )
    return render(request, "shopfloor/work/order_import.html", context, status=422 if form.errors else 200)


def _kept(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("sheet.unreadable", "The sheet was cut on its way; upload it again.") from error
