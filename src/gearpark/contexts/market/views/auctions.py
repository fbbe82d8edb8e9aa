"""Auctions: the list, announcing one, the room kept true by one event stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines import auctions as engine
from gearpark.engines.auctions import Kind
from gearpark.engines.products import classes, product_class
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting

from ..forms.auctions import AuctionForm, BidForm
from ..queries import auctions as queries
from ..queries import offers as offer_queries
from ..queries.firms import names
from ..services import auctions as services
from ..types import BUY, SELL, VIEW
from ..types.auctions import AuctionState, DepositState
from . import words
from .pictures import drawn

PARTS = ("state", "ladder")
EVERY_S = 0.5
HEARTBEAT_ROUNDS = 20
MAX_STREAMS = 400
MAX_ROUNDS = 7_200  # an hour; the page opens another stream then
_open_streams = 0


def _url(row: Any) -> str:
    return f"/market/auctions/{row.pk}/"


def _spec() -> lists.ListSpec:
    column, tongue = lists.Column, words.language()
    titles = {code: one.title(tongue) for code, one in classes().items()}
    return lists.ListSpec(
        key="market-auctions",
        columns=(
            column("title", _("Title"), sort="title", url=_url),
            column("kind", _("Kind of auction"), lambda row: words.AUCTIONS[Kind(row.kind)], sort="kind", export=lambda row: row.kind),
            column("product", _("Product class"), lambda row: titles.get(row.product, row.product), sort="product"),
            column("qty", _("Quantity"), lambda row: f"{words.quantity(row.qty)} {words.unit(row.unit)}", numeric=True, sort="qty", export=lambda row: row.qty),
            column("best", _("Best"), lambda row: words.amount(row.best) if row.best else "", numeric=True, sort="best", export=lambda row: row.best),
            column("bids", _("Bids"), numeric=True, sort="bids"),
            column("opens_at", _("Opens at"), lambda row: timezone.localtime(row.opens_at).strftime("%Y-%m-%d %H:%M"), sort="opens_at"),
            column("ends_at", _("Ends at"), lambda row: timezone.localtime(row.ends_at).strftime("%Y-%m-%d %H:%M:%S"), sort="ends_at"),
            column("state", _("State"), _state_word, sort="state", export=lambda row: row.state),
        ),
        filters=(lists.Filter("kind", _("Kind of auction"), tuple((k.value, w) for k, w in words.AUCTIONS.items()), "kind"),
                 lists.Filter("state", _("State"), tuple((s.value, w) for s, w in words.AUCTION_STATES.items()), "state")),
        search=("title__icontains",),
        default_sort="-ends_at",
        row_url=_url,
        empty_title=_("No auction yet"),
        empty_text=_("A seller auctions a lot, a buyer asks for the lowest price: with deposit, whole steps and a soft close."),
        empty_url="/market/auctions/new/",
        empty_label=_("Announce an auction"),
    )  # fmt: skip


def _state_word(row: Any) -> str:
    state, now = AuctionState(row.state), now_utc()
    if state is not AuctionState.PLANNED:
        return str(words.AUCTION_STATES[state])
    if now < row.opens_at:
        return gettext("opens soon")
    return gettext("running") if now < row.ends_at else gettext("being decided")


@needs(VIEW)
def auction_list(request: HttpRequest) -> HttpResponseBase:
    """``/market/auctions/``."""
    scope = scope_of(request)
    may = scope.may(SELL) or scope.may(BUY)
    return lists.answer(
        request,
        _spec(),
        queries.auction_rows(scope),
        "market/auctions.html",
        title=_("Auctions"),
        may_announce=may,
    )


@needs(VIEW)
def announce(request: HttpRequest) -> HttpResponse:
    """``/market/auctions/new/``; ``?offer=`` of an own offer."""
    scope, begun, initial = scope_of(request), request.GET.get("offer", ""), _initial()
    if begun.isdecimal():
        found = offer_queries.offer(scope, int(begun))
        initial |= {
            "offer": found.id,
            "title": found.title(words.language()),
            "product": found.kind,
            "unit": found.unit,
            "qty": found.min_qty,
            "start": found.price,
        }
    form = AuctionForm(
        request.POST or None,
        classes=[(code, one.title(words.language())) for code, one in classes().items()],
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            key = services.announce(scope, form.draft(), now_utc())
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("Announced: firms join with their deposit until it ends."))
            return redirect("market:auction", auction_id=key)
    context = {
        "form": form,
        "fields": [field for field in form.visible_fields() if field.name != "text"],
        "page_title": gettext("Announce an auction"),
    }
    return render(request, "market/announce.html", context)


def _initial() -> dict[str, Any]:
    opens = timezone.localtime() + timedelta(hours=1)
    opens = opens.replace(minute=0, second=0, microsecond=0)
    return {
        "opens_at": opens,
        "ends_at": opens + timedelta(hours=2),
        "hard_stop": opens + timedelta(hours=3),
        "product": "al-ingot",
    }


@needs(VIEW)
def auction(request: HttpRequest, auction_id: int) -> HttpResponse:
    """``/market/auctions/<id>/``: the room."""
    scope = scope_of(request)
    context = _seen(scope, auction_id)
    row = context["auction"]
    context |= {
        "page_title": row.title, "product": product_class(row.product).title(words.language()), "picture": drawn(row.product, row.values),
        "rows": words.attribute_rows(row.product, row.values), "host": names([row.org], words.language()).get(row.org, row.org),
        "kind_word": words.AUCTIONS[Kind(row.kind)], "deposit": words.amount(row.deposit), "start": words.amount(row.start),
        "step": words.amount(row.step), "may_join": scope.may(SELL if row.kind == Kind.REVERSE.value else BUY) and row.org != scope.org,
        "own": row.org == scope.org, "form": BidForm(initial={"price": context["wanted_plain"]}),
    }  # fmt: skip
    return render(request, "market/auction.html", context)


def _seen(scope: Scope, key: int) -> dict[str, Any]:
    """What changes while a room is open."""
    row, now = queries.auction_row(scope, key), now_utc()
    mine = queries.deposit_of(scope, key)
    rules = queries.rules(row)
    dutch = rules.kind is Kind.DUTCH
    running = row.state == AuctionState.PLANNED.value and row.opens_at <= now < row.ends_at
    stands = engine.State(ends_at=row.ends_at, best=row.best)
    wanted = engine.price_at(rules, now) if dutch else engine.next_price(rules, stands)
    leads = bool(mine and row.ladder and row.ladder[0]["alias"] == mine.alias)
    return {
        "auction": row, "state_word": _state_word(row), "running": running, "best": words.amount(row.best) if row.best else "",
        "wanted": words.amount(wanted), "wanted_plain": f"{wanted.normalize():f}", "dutch": dutch, "unit": words.unit(row.unit),
        "qty": words.quantity(row.qty), "left_s": max(0, int((row.ends_at - now).total_seconds())), "moved": row.ends_at > row.announced_end,
        "ladder": [{"alias": one["alias"], "price": words.amount(words.money(one["price"])), "at": words.moment(one["at"]), "mine": mine is not None and one["alias"] == mine.alias} for one in row.ladder],
        "deposit_state": mine.state if mine else "", "deposit_word": words.DEPOSITS[DepositState(mine.state)] if mine else "", "alias": mine.alias if mine else None,
        "leads": leads, "over": row.state != AuctionState.PLANNED.value, "order": row.order_id if (mine and leads) or row.org == scope.org else None,
    }  # fmt: skip


@needs(VIEW)
@require_POST
def auction_do(request: HttpRequest, auction_id: int) -> HttpResponse:
    """``/market/auctions/<id>/do/``: join, bid, take back."""
    scope, what = scope_of(request), request.POST.get("what", "")
    try:
        if what == "join":
            services.join(scope, auction_id, now_utc())
            messages.success(
                request,
                gettext("The custodian is told to hold your deposit; you bid as soon as it confirms."),
            )
        elif what == "bid":
            form = BidForm(request.POST)
            if not form.is_valid():
                raise Problem(
                    "market.auction_wrong",
                    " ".join(str(e) for errors in form.errors.values() for e in errors),
                    why=["form"],
                )
            best = services.bid(
                scope, auction_id, form.cleaned_data["price"], limit=form.cleaned_data["limit"]
            )
            messages.success(
                request, gettext("Your bid is taken; the best is %(best)s.") % {"best": words.amount(best)}
            )
        elif what == "cancel":
            services.cancel_auction(scope, auction_id, now_utc())
            messages.success(request, gettext("The auction is taken back."))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
    return redirect("market:auction", auction_id=auction_id)


@require_GET
@needs(VIEW)
def auction_live(request: HttpRequest, auction_id: int) -> HttpResponseBase:
    """``/market/auctions/<id>/live/``: server-sent events with the parts of the room that changed."""
    if _open_streams >= MAX_STREAMS:
        raise Problem(
            "market.too_many_streams", f"{MAX_STREAMS} rooms are open already; try again soon.", status=503
        )
    queries.auction_row(scope_of(request), auction_id)
    parts = _stream(scope_of(request), words.language(), auction_id)
    response = StreamingHttpResponse(parts, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _rendered(scope: Scope, language: str, key: int) -> dict[str, str]:
    try:
        with translation.override(language), acting(scope):
            context = _seen(scope, key)
            return {name: render_to_string(f"market/auction/{name}.html", context) for name in PARTS}
    finally:
        connections.close_all()


async def _stream(scope: Scope, language: str, key: int) -> AsyncIterator[bytes]:
    global _open_streams
    _open_streams += 1
    try:
        # Django would keep this request's pooled connection until the stream ends
        await sync_to_async(connections.close_all)()
        sent: dict[str, str] = {}
        quiet = 0
        for _round in range(MAX_ROUNDS):
            now = await sync_to_async(_rendered, thread_sensitive=False)(scope, language, key)
            changed = {name: html for name, html in now.items() if sent.get(name) != html}
            quiet = 0 if changed else quiet + 1
            if changed:
                sent |= changed
                yield f"event: parts\ndata: {json.dumps(changed)}\n\n".encode()
            elif quiet % HEARTBEAT_ROUNDS == 0:
                yield b"event: heartbeat\ndata: {}\n\n"
            await asyncio.sleep(EVERY_S)
    finally:
        _open_streams -= 1
