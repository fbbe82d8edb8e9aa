"""Requests for quotation: the list, a new one, one with its questions, quotations side by side, award."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.products import classes, from_kept, product_class, span_of
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..forms.deals import QuoteForm, RfqForm
from ..forms.offers import VALUE
from ..queries import deals as queries
from ..queries import offers as offer_queries
from ..queries.firms import names
from ..queries.search import Search, search
from ..services import rfqs as services
from ..types import BUY, SELL, VIEW
from ..types.deals import Party, RfqState
from . import words
from .pictures import drawn
from .store import cards

OPEN_DAYS = 7  # until a new request closes, unless the buyer says otherwise
FITTING = 6


def _url(row: Any) -> str:
    return f"/market/rfqs/{row.pk}/"


def _spec(scope: Scope, asked: bool) -> lists.ListSpec:
    column, tongue = lists.Column, words.language()
    titles = {code: one.title(tongue) for code, one in classes().items()}
    return lists.ListSpec(
        key="market-rfqs" if asked else "market-requests",
        columns=(
            column("title", _("Title"), sort="title", url=_url),
            column("org", _("Buyer"), sort="org", shown=not asked),
            column("kind", _("Product class"), lambda row: titles.get(row.kind, row.kind), sort="kind", export=lambda row: row.kind),
            column("qty", _("Quantity"), lambda row: f"{words.quantity(row.qty)} {words.unit(row.unit)}", numeric=True, sort="qty", export=lambda row: row.qty),
            column("target_price", _("Target price"), lambda row: words.amount(row.target_price) if row.target_price else "", numeric=True, sort="target_price"),
            column("closes_at", _("Quotations until"), lambda row: timezone.localtime(row.closes_at).strftime("%Y-%m-%d %H:%M"), sort="closes_at"),
            column("state", _("State"), lambda row: words.rfq_state(row), sort="state", export=lambda row: row.state),
        ),
        filters=(lists.Filter("state", _("State"), tuple((s.value, w) for s, w in words.RFQ_STATES.items()), "state"),
                 lists.Filter("kind", _("Product class"), tuple(titles.items()), "kind")),
        search=("title__icontains", "text__icontains"),
        default_sort="-closes_at",
        row_url=_url,
        empty_title=_("No request yet") if asked else _("No request you may answer"),
        empty_text=_("Ask sellers for what you need: a class, a quantity, a deadline; no part number is needed.") if asked else _("Requests of buyers appear here as soon as they are open to your firm."),
        empty_url="/market/ask/" if asked and scope.may(BUY) else "",
        empty_label=_("New request"),
    )  # fmt: skip


@needs(VIEW)
def rfqs(request: HttpRequest) -> HttpResponseBase:
    """``/market/rfqs/``: requests of others to answer; ``?side=asked`` the firm's own."""
    scope = scope_of(request)
    asked = request.GET.get("side") == "asked"
    title = _("Requests of my firm") if asked else _("Requests to answer")
    rows = queries.rfq_rows(scope, asked=asked)
    return lists.answer(
        request,
        _spec(scope, asked),
        rows,
        "market/rfqs.html",
        title=title,
        asked=asked,
        may_buy=scope.may(BUY),
    )


@needs(BUY)
def ask(request: HttpRequest) -> HttpResponse:
    """``/market/ask/``: choose a class, or come from an offer (``?offer=``); then say what is needed."""
    scope, code, initial = scope_of(request), request.GET.get("kind", ""), _initial()
    begun = request.GET.get("offer", "")
    if begun.isdecimal():
        found = offer_queries.offer(scope, int(begun))
        code = found.kind
        initial |= {
            "offer": found.id,
            "title": found.title(words.language()),
            "unit": found.unit,
            "invited": found.org,
            "qty": found.min_qty,
        }
        initial |= {
            VALUE + key: ("yes" if value else "no") if isinstance(value, bool) else value
            for key, value in found.values.items()
        }
    if code not in classes():
        made = [
            {
                "code": c,
                "title": one.title(words.language()),
                "also": ", ".join(one.also[:4]),
                "picture": drawn(c, {}),
            }
            for c, one in classes().items()
        ]
        return render(
            request,
            "market/choose.html",
            {"classes": made, "page_title": gettext("New request for quotation")},
        )
    kind = product_class(code)
    initial.setdefault("unit", kind.unit)
    form = RfqForm(request.POST or None, kind=kind, language=words.language(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            key = services.ask(scope, form.draft(), now_utc())
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("The request is out: sellers see it now."))
            return redirect("market:rfq", rfq_id=key)
    plain = "title qty unit target needed_on delivery closes_at sealed least stages"
    context = {
        "form": form, "kind": kind, "kind_title": kind.title(words.language()), "values": form.value_fields(),
        "plain": [form[name] for name in plain.split()], "wide": [form["invited"], form["text"]],
        "page_title": gettext("New request for quotation"),
    }  # fmt: skip
    return render(request, "market/ask.html", context)


def _initial() -> dict[str, Any]:
    closes = timezone.localtime() + timedelta(days=OPEN_DAYS)
    return {
        "closes_at": closes.replace(hour=17, minute=0, second=0, microsecond=0),
        "sealed": True,
        "least": 1,
        "stages": "30-60-10",
    }


@needs(VIEW)
def rfq(request: HttpRequest, rfq_id: int) -> HttpResponse:
    """``/market/rfqs/<id>/``: the request; to its buyer with the quotations side by side, to a seller with its own."""
    scope = scope_of(request)
    row = queries.rfq_row(scope, rfq_id)
    mine, now = row.org == scope.org, now_utc()
    newest = queries.newest_quotes(scope, rfq_id)
    firm_names = names([row.org, *(one.org for one in newest), *row.invited], words.language())
    context = {
        "rfq": row, "page_title": row.title, "buyer": firm_names.get(row.org, row.org), "mine": mine,
        "kind": product_class(row.kind).title(words.language()), "picture": drawn(row.kind, row.values),
        "rows": words.attribute_rows(row.kind, row.values), "state": words.rfq_state(row), "over": now >= row.closes_at,
        "open": row.state == RfqState.OPEN.value, "opened": row.state == RfqState.OPENED.value, "unit": words.unit(row.unit),
        "qty": words.quantity(row.qty), "target": words.amount(row.target_price) if row.target_price else "",
        "invited": [firm_names.get(slug, slug) for slug in row.invited], "questions": list(queries.questions(scope, rfq_id)),
        "quotes": [_quote_row(scope, row, one, firm_names, newest) for one in newest],
        "versions": [_version(one) for one in queries.versions(scope, rfq_id, "" if mine else scope.org)],
        "may_buy": mine and scope.may(BUY), "may_sell": not mine and scope.may(SELL) and (row.state == RfqState.OPENED.value or (row.state == RfqState.OPEN.value and now < row.closes_at)),
        "form": QuoteForm(initial={"qty": f"{row.qty.normalize():f}", "landed": 0, "valid_until": timezone.localdate() + timedelta(days=30)}),
        "fitting": cards(scope, _fitting(scope, row)) if mine else [], "ratings": queries.ratings(scope, [one.org for one in newest]),
    }  # fmt: skip
    return render(request, "market/rfq.html", context)


def _fitting(scope: Scope, row: Any) -> list[Any]:
    """Listed offers that are what is asked for, or better."""
    kind = product_class(row.kind)
    choices: dict[str, tuple[str, ...]] = {}
    bounds: dict[str, Any] = {}
    for name, value in from_kept(kind, row.values).items():
        attribute = kind.attribute(name)
        if attribute is None or attribute.kind.value == "text":
            continue
        if isinstance(value, Decimal):
            bounds[name] = span_of(attribute, value)
        else:
            choices[name] = (("yes" if value else "no") if isinstance(value, bool) else value,)
    hits = search(Search(kinds=(row.kind,), choices=choices, bounds=bounds), limit=FITTING, facets=())
    return [one for one in offer_queries.offers_by_id(scope, hits.ids) if one.org != row.org]


def _quote_row(
    scope: Scope, row: Any, one: Any, firm_names: dict[str, str], all_of: list[Any]
) -> dict[str, Any]:
    best = min((q.total for q in all_of if q.total is not None), default=None)
    told = queries.ratings(scope, [one.org]).get(one.org)
    return {
        "quote": one, "seller": firm_names.get(one.org, one.org), "price": words.amount(one.price), "landed": words.amount(one.landed),
        "total": words.amount(one.total) if one.total is not None else "", "qty": words.quantity(one.qty) if one.qty else "",
        "best": one.total is not None and one.total == best, "by_buyer": one.by is Party.BUYER,
        "late": row.needed_on is not None and one.lead_days is not None and timezone.localdate() + timedelta(days=one.lead_days) > row.needed_on,
        "rating": f"{told[0]:.1f} · {told[1]:.0%} · {told[2]}" if told else "", "full": f"{min(one.qty, row.qty).normalize():f}" if one.qty else "",
    }  # fmt: skip


def _version(one: Any) -> dict[str, Any]:
    return {
        "version": one.version, "by_buyer": one.by is Party.BUYER, "at": one.sent_at, "sealed": one.sealed, "digest": one.digest[:12],
        "price": words.amount(one.price) if one.price is not None else "", "qty": words.quantity(one.qty) if one.qty else "",
        "lead": one.lead_days, "text": one.text, "org": one.org,
    }  # fmt: skip


@needs(VIEW)
@require_POST
def rfq_do(request: HttpRequest, rfq_id: int) -> HttpResponse:
    """``/market/rfqs/<id>/do/``: quote, counter, ask, answer, open, award, cancel."""
    scope, what, now = scope_of(request), request.POST.get("what", ""), now_utc()
    try:
        done = _do(request, scope, rfq_id, what, now)
    except Problem as problem:
        if problem.status >= 403 and problem.status != 409:
            raise
        messages.error(request, words_of(problem))
        return redirect("market:rfq", rfq_id=rfq_id)
    return done or redirect("market:rfq", rfq_id=rfq_id)


def _do(request: HttpRequest, scope: Scope, key: int, what: str, now: Any) -> HttpResponse | None:
    given = request.POST
    if what in ("quote", "counter"):
        form = QuoteForm(given)
        if not form.is_valid():
            raise Problem(
                "market.quote_wrong",
                " ".join(str(e) for errors in form.errors.values() for e in errors),
                why=["form"],
            )
        if what == "quote":
            number = services.quote(scope, key, form.draft(), now)
        else:
            number = services.counter(scope, key, given.get("seller", ""), form.draft(), now)
        messages.success(request, gettext("Version %(n)s is sent.") % {"n": number})
    elif what == "question":
        services.question(scope, key, given.get("text", ""), now)
    elif what == "answer":
        services.answer(scope, key, _whole(given.get("question", "")), given.get("text", ""), now)
    elif what == "open":
        state = services.open_quotes(scope, key, now)
        messages.success(
            request,
            gettext("The quotations are open.")
            if state is RfqState.OPENED
            else gettext("Too few quotations came: the request is void."),
        )
    elif what == "cancel":
        services.cancel(scope, key)
    elif what == "award":
        made = services.award(scope, key, _shares(given), now)
        messages.success(request, gettext("Awarded: the sellers confirm next."))
        return redirect("market:order", order_id=made[0])
    return None


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _shares(given: Any) -> list[tuple[int, Decimal]]:
    """Quantities awarded, from the fields ``qty-<quote>``; empty or 0 is no award."""
    made = []
    for name, text in given.items():
        if name.startswith("qty-") and text.strip():
            try:
                qty = Decimal(text)
            except InvalidOperation:
                raise Problem("market.award_wrong", f"{text!r} is no quantity.", why="quantity") from None
            if qty > 0:
                made.append((_whole(name.removeprefix("qty-")), qty))
    return made
