"""Orders: the list, the deal room of one (whose move it is, money, production, record), placing one from an offer."""

from __future__ import annotations

import secrets
from decimal import Decimal
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
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..forms.deals import JobForm, OrderForm
from ..queries import deals as queries
from ..queries import pricing
from ..queries.firms import names
from ..services import money
from ..services import orders as services
from ..services.pricing import OPEN, settle_final
from ..types import BUY, RUN, SELL, VIEW
from ..types.deals import OrderState, Party, StageState, StageWhen
from . import words
from .documents import INVOICED
from .pictures import drawn

STEPS = (
    OrderState.PLACED,
    OrderState.CONFIRMED,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.ACCEPTED,
    OrderState.CLOSED,
)


def _url(row: Any) -> str:
    return f"/market/orders/{row.pk}/"


def _spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="market-orders",
        columns=(
            column("number", _("Order number"), sort="number", url=_url),
            column("title", _("Title"), sort="title"),
            column("org", _("Buyer"), sort="org"),
            column("seller", _("Seller"), sort="seller"),
            column("qty", _("Quantity"), lambda row: f"{words.quantity(row.qty)} {words.unit(row.unit)}", numeric=True, sort="qty", export=lambda row: row.qty),
            column("amount", _("Amount"), lambda row: words.amount(row.amount, row.currency), numeric=True, sort="amount", export=lambda row: row.amount),
            column("due_on", _("Due"), lambda row: row.due_on.isoformat() if row.due_on else "", sort="due_on"),
            column("state", _("State"), lambda row: words.ORDER_STATES[OrderState(row.state)], sort="state", state=lambda row: words.ORDER_LOOKS[OrderState(row.state)], export=lambda row: row.state),
            column("placed_at", _("Placed"), lambda row: timezone.localtime(row.placed_at).strftime("%Y-%m-%d %H:%M"), sort="placed_at"),
        ),
        filters=(lists.Filter("state", _("State"), tuple((s.value, w) for s, w in words.ORDER_STATES.items()), "state"),),
        search=("number__icontains", "title__icontains", "org__icontains", "seller__icontains"),
        default_sort="-placed_at",
        row_url=_url,
        empty_title=_("No order yet"),
        empty_text=_("Order from an offer in a mall, or award a quotation."),
        empty_url="/market/",
        empty_label=_("To the malls"),
    )  # fmt: skip


@needs(VIEW)
def order_list(request: HttpRequest) -> HttpResponseBase:
    """``/market/orders/``: orders of the firm; ``?side=buyer|seller`` one side of them."""
    scope, side = scope_of(request), request.GET.get("side", "")
    party = Party(side) if side in (Party.BUYER.value, Party.SELLER.value) else None
    return lists.answer(
        request, _spec(), queries.order_rows(scope, party), "market/orders.html", title=_("Deals"), side=side
    )


@needs(BUY)
@require_POST
def place(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/offers/<id>/order/``."""
    form = OrderForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Give a quantity above 0."))
        return redirect("market:offer", offer_id=offer_id)
    try:
        made = services.place_order(
            scope_of(request), offer_id, form.cleaned_data["qty"], form.cleaned_data["key"], now_utc()
        )
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
        return redirect("market:offer", offer_id=offer_id)
    messages.success(request, gettext("Ordered: the seller confirms next."))
    return redirect("market:order", order_id=made)


def order_form(least: Decimal) -> OrderForm:
    """The form on an offer's page, with a key of its own: sent twice, it orders once."""
    return OrderForm(initial={"qty": f"{least.normalize():f}", "key": secrets.token_hex(12)})


@needs(VIEW)
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/market/orders/<id>/``: the deal room."""
    scope, now = scope_of(request), now_utc()
    row = queries.order_row(scope, order_id)
    party, told = queries.party_of(scope, row), queries.entries(scope, order_id)
    firm_names = names([row.org, row.seller], words.language())
    found, settled = pricing.formula_of(row.formula), pricing.settlements(scope, order_id)
    state, stages = OrderState(row.state), queries.stages(scope, order_id)
    deeds = (
        queries.deeds(row, party, told, now)
        if scope.may({Party.BUYER: BUY, Party.SELLER: SELL, Party.PARK: RUN}[party])
        else []
    )
    turn, next_one = queries.clock(row, told), _whose(state)
    context = {
        "order": row, "page_title": row.title, "party": party.value, "buyer": firm_names.get(row.org, row.org),
        "seller": firm_names.get(row.seller, row.seller), "state_word": words.ORDER_STATES[state], "state_look": words.ORDER_LOOKS[state],
        "amount": words.amount(row.amount, row.currency), "price": words.amount(row.price, row.currency), "qty": words.quantity(row.qty),
        "unit": words.unit(row.unit), "picture": drawn(row.kind, row.values), "rows": words.attribute_rows(row.kind, row.values),
        "steps": _steps(state, told), "deeds": [{"code": deed, "word": words.DEEDS[deed], "danger": deed in words.DANGEROUS, "first": n == 0} for n, deed in enumerate(deeds)],
        "turn": {"who": words.PARTIES[turn[0]], "until": turn[1]} if turn else None, "whose": words.PARTIES[next_one] if next_one else "",
        "stages": [_stage(row, stage, party, scope) for stage in stages], "record": [_entry(entry, firm_names, row) for entry in reversed(told)],
        "progress": _progress(row, party), "job_form": JobForm(initial={"shows": row.shows}) if party is Party.SELLER and scope.may(SELL) else None,
        "may_talk": bool(deeds) or (scope.may(BUY if party is Party.BUYER else SELL) and party is not Party.PARK),
        "may_rate": party is Party.BUYER and scope.may(BUY) and state in (OrderState.ACCEPTED, OrderState.CLOSED) and not queries.rated(scope, order_id),
        "settlements": [_settled(one) for one in settled], "formula": words.formula(found) if found else "",
        "may_settle": found is not None and state in OPEN and party is not Party.PARK and not any(one.final for one in settled),
        "invoiced": state in INVOICED and party is not Party.PARK, "vat": f"{(row.vat_rate * 100).normalize():f}",
    }  # fmt: skip
    return render(request, "market/order.html", context)


def _whose(state: OrderState) -> Party | None:
    return {
        OrderState.PLACED: Party.SELLER, OrderState.CONFIRMED: Party.SELLER, OrderState.SHIPPED: Party.BUYER,
        OrderState.RECEIVED: Party.BUYER, OrderState.ACCEPTED: Party.BUYER,
    }.get(state)  # fmt: skip


def _steps(state: OrderState, told: list[Any]) -> list[dict[str, Any]]:
    """The way of an order with when each step was reached."""
    reached = {
        "placed": "place",
        "confirmed": "confirm",
        "shipped": "ship",
        "received": "receive",
        "accepted": "accept",
        "closed": "close",
    }
    at = {entry.deed: entry.at for entry in told}
    return [
        {"word": words.ORDER_STATES[step], "at": at.get(reached[step.value]), "here": step is state}
        for step in STEPS
    ]


def _stage(row: Any, stage: Any, party: Party, scope: Scope) -> dict[str, Any]:
    state = StageState(stage.state)
    payable = (
        party is Party.BUYER
        and scope.may(BUY)
        and state is StageState.DUE
        and OrderState(row.state) not in (OrderState.CLOSED, OrderState.CANCELLED)
    )
    return {
        "stage": stage, "when": words.WHENS[StageWhen(stage.when)], "amount": words.amount(stage.amount, row.currency),
        "word": words.STAGE_STATES[state], "look": words.STAGE_LOOKS[state], "payable": payable,
    }  # fmt: skip


def _entry(entry: Any, firm_names: dict[str, str], row: Any) -> dict[str, Any]:
    who = {"buyer": firm_names.get(row.org, row.org), "seller": firm_names.get(row.seller, row.seller)}.get(
        entry.by, gettext("Park")
    )
    return {
        "at": entry.at,
        "who": who,
        "word": words.ENTRIES.get(entry.deed, entry.deed),
        "text": entry.text,
        "actor": entry.actor,
        "by": entry.by,
        "digest": entry.digest[:12],
    }


def _settled(one: Any) -> dict[str, Any]:
    return {
        "final": one.final, "mean": words.amount(one.index_mean), "price": words.amount(one.unit_price), "amount": words.amount(one.amount),
        "net": words.amount(one.net), "vat": words.amount(one.vat), "difference": words.amount(one.difference) if one.final else "",
        "quotes": ", ".join(f"{on[5:]} {price.rstrip('0').rstrip('.')}" for on, price in one.quotes), "at": one.at,
    }  # fmt: skip


def _progress(row: Any, party: Party) -> dict[str, Any] | None:
    """Parts made and scrapped, as the seller's shop told them; the buyer's only with consent."""
    if row.job is None or (party is Party.BUYER and not row.shows):
        return None
    share = min(1.0, float(row.made / row.qty)) if row.qty else 0.0
    return {"made": row.made, "scrapped": row.scrapped, "of": words.quantity(row.qty), "share": share}


@needs(VIEW)
@require_POST
def order_do(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/market/orders/<id>/do/``: a deed, a payment, a message, the shop's order, a rating."""
    scope, what, now, given = scope_of(request), request.POST.get("what", ""), now_utc(), request.POST
    try:
        if what == "pay":
            number = given.get("stage", "")
            money.pay_stage(scope, order_id, int(number) if number.isdecimal() else 0, now)
            messages.success(
                request,
                gettext("The custodian is told to hold the amount; the stage changes when it confirms."),
            )
        elif what == "settle-final":
            difference = settle_final(scope, order_id, now)
            told = gettext("Settled finally: %(d)s against the provisional amount.")
            messages.success(request, told % {"d": words.amount(difference)})
        elif what == "message":
            services.say(scope, order_id, given.get("text", ""), now)
        elif what == "job":
            form = JobForm(given)
            if form.is_valid():
                services.link_job(
                    scope, order_id, form.cleaned_data["number"], form.cleaned_data["shows"], now
                )
        elif what == "rate":
            stars = given.get("quality", "")
            services.rate(
                scope, order_id, int(stars) if stars.isdecimal() else 0, given.get("text", "")[:500], now
            )
            messages.success(request, gettext("Thank you: others see it as part of the seller's rating."))
        else:
            services.move(scope, order_id, what, now, text=given.get("text", ""))
    except Problem as problem:
        if problem.status in (403, 404) and problem.code != "market.job_unknown":
            raise
        messages.error(request, words_of(problem))
    return redirect("market:order", order_id=order_id)
