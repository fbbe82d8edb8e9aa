"""Money of a firm: accounts at the custodian, bookings, what is overdue; the custodian's statements held against them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..queries import money as queries
from ..queries.firms import names
from ..services.reconcile import read_statement
from ..types import CUSTODY, VIEW
from . import words


def _spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="market-entries",
        columns=(
            column("at", _("At"), lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M"), sort="at"),
            column("what", _("What was booked"), lambda row: words.BOOKINGS.get(row.what, row.what), sort="what", export=lambda row: row.what),
            column("org", _("Firm"), sort="org"),
            column("counter", _("Other firm"), sort="counter"),
            column("key", _("Instruction"), sort="key"),
            column("order", _("Deal"), lambda row: row.order_id or "", url=lambda row: f"/market/orders/{row.order_id}/" if row.order_id else ""),
            column("currency", _("Currency"), sort="currency"),
        ),
        filters=(lists.Filter("what", _("What was booked"), tuple(words.BOOKINGS.items()), "what"),),
        search=("key__icontains", "org__icontains", "counter__icontains"),
        default_sort="-at",
        empty_title=_("Nothing booked yet"),
        empty_text=_("Bookings appear when the custodian confirms a payment, a release or a deposit."),
    )  # fmt: skip


@needs(VIEW)
def money(request: HttpRequest) -> HttpResponseBase:
    """``/market/money/``."""
    scope = scope_of(request)
    kept = queries.accounts(scope)
    firm_names = names((one.org for one in kept), words.language())
    aged = queries.ageing(scope, timezone.localdate())
    return lists.answer(
        request, _spec(), queries.entry_rows(scope), "market/money.html", title=_("Money at the custodian"),
        accounts=[{"firm": firm_names.get(one.org, one.org), "kind": words.ACCOUNTS.get(one.kind, one.kind), "amount": words.amount(one.balance, one.currency)} for one in kept],
        ageing=[{"band": _band(band), "amount": words.amount(total), "count": count, "late": band[0] > queries.SME_DAYS and count} for band, total, count in aged],
        may_read=scope.may(CUSTODY),
    )  # fmt: skip


def _band(band: tuple[int, int | None]) -> str:
    low, high = band
    return (
        gettext("over %(n)s days") % {"n": low - 1}
        if high is None
        else gettext("%(a)s to %(b)s days") % {"a": low, "b": high}
    )


@needs(CUSTODY)
def statement(request: HttpRequest) -> HttpResponse:
    """``/market/money/statement/``: a custodian's statement read and held against the journal."""
    done: Any = None
    if request.method == "POST" and isinstance(request.FILES.get("file"), UploadedFile):
        file: Any = request.FILES["file"]
        try:
            done = read_statement(scope_of(request), file.read(), file.name or "", now_utc())
        except Problem as problem:
            messages.error(request, words_of(problem))
    rows = (
        [
            {
                "one": one,
                "word": words.DIFFERENCES[one.kind],
                "ours": words.amount(one.ours) if one.ours is not None else "–",
                "theirs": words.amount(one.theirs) if one.theirs is not None else "–",
            }
            for one in done.differences
        ]
        if done
        else []
    )
    return render(
        request,
        "market/statement.html",
        {"done": done, "rows": rows, "page_title": gettext("Statement of the custodian")},
    )
