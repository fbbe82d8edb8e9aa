"""Price indices: their quotes as a chart, and taking new ones in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from gearpark.base.problems import Problem
from gearpark.base.time import to_us
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.sheets import SheetRow, read_sheet

from ..queries import pricing as queries
from ..services.pricing import keep_quotes
from ..types import RUN, VIEW
from ..types.pricing import QuoteIn
from . import words

COLUMNS = ("index", "on", "price")


@needs(VIEW)
def indices(request: HttpRequest) -> HttpResponse:
    """``/market/indices/``; ``?index=`` one of them. POST: a sheet with the columns index, on, price."""
    scope = scope_of(request)
    if request.method == "POST":
        _read(request)
        return redirect("market:indices")
    known = queries.indices(scope)
    chosen = request.GET.get("index", "") or (known[0][0] if known else "")
    quotes = queries.quotes(scope, chosen)
    context = {
        "known": [{"index": name, "on": on, "price": words.amount(price), "here": name == chosen} for name, on, price in known],
        "chosen": chosen, "quotes": [{"on": on, "price": words.amount(price)} for on, price in quotes[:60]],
        "chart": _chart(chosen, quotes), "may_run": scope.may(RUN), "page_title": gettext("Price indices"),
    }  # fmt: skip
    return render(request, "market/indices.html", context)


def _chart(name: str, quotes: list[tuple[date, Decimal]]) -> dict[str, Any] | None:
    if len(quotes) < 2:
        return None
    ordered = sorted(quotes)
    at = [to_us(timezone.make_aware(datetime(on.year, on.month, on.day))) for on, _price in ordered]  # noqa: DTZ001 - made aware here
    series = {"name": name, "at_us": at, "value": [float(price) for _on, price in ordered]}
    return {"kind": "line", "unit": "CNY", "title": name, "series": [series]}


def _read(request: HttpRequest) -> None:
    file: Any = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, gettext("Choose a sheet first."))
        return
    try:
        rows = read_sheet(file.read(), file.name or "", known=COLUMNS, needed=COLUMNS)
        count = keep_quotes(scope_of(request), [_quote(row) for row in rows], file.name or "")
        messages.success(request, gettext("%(n)s new quotes are kept.") % {"n": count})
    except Problem as problem:
        messages.error(request, words_of(problem))


def _quote(row: SheetRow) -> QuoteIn:
    try:
        return QuoteIn(
            row.values["index"].strip()[:40],
            date.fromisoformat(row.values["on"]),
            Decimal(row.values["price"].replace(",", "")),
        )
    except (InvalidOperation, ValueError):
        raise Problem(
            "market.quotes_wrong", f"Row {row.number} has no day (2026-11-27) or no price.", row=row.number
        ) from None
