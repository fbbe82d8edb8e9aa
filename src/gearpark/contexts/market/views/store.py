"""Storefronts: the malls, their offers found and narrowed, one offer, offers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.products import classes, product_class
from gearpark.kit.http import needs, scope_of

from ..queries import offers as queries
from ..queries.deals import ratings
from ..queries.firms import firm, names
from ..queries.pricing import provisional_price
from ..queries.proof import proof
from ..queries.search import MAX_OFFSET, Search, search
from ..types import BUY, MALLS, RUN, SELL, VIEW, OfferInfo, OfferState, mall_of
from . import words
from .asked import asked, chips, facet_groups, facet_names, with_value
from .details import gear_facts, mates_url, similar
from .orders import order_form
from .pictures import picture

PAGE = 24
NEWEST = 8
SORT_WORDS = ("best", "price", "-price", "new")


@needs(VIEW)
def malls(request: HttpRequest) -> HttpResponse:
    """``/market/``: the malls, each with what it holds, and what came last."""
    scope = scope_of(request)
    made = []
    for mall in MALLS.values():
        hits = search(Search(mall=mall.code), limit=1, facets=("kind", "org"))
        made.append({
            "mall": mall, "title": mall.title(words.language()), "lead": mall.lead(words.language()),
            "total": hits.total, "sellers": len(hits.facets.get("org", ())),
            "kinds": [_kind_row(mall.code, facet) for facet in hits.facets.get("kind", ())[:6]],
        })  # fmt: skip
    newest = search(Search(sort="new"), limit=NEWEST, facets=())
    return render(
        request,
        "market/malls.html",
        {
            "malls": made,
            "cards": cards(scope, queries.offers_by_id(scope, newest.ids)),
            "page_title": gettext("Market"),
            "may_sell": scope.may(SELL),
            "may_run": scope.may(RUN),
        },
    )


def _kind_row(mall: str, facet: Any) -> dict[str, Any]:
    known = classes().get(facet.value)
    title = known.title(words.language()) if known else facet.value
    return {"title": title, "count": facet.count, "url": f"/market/m/{mall}/?kind={facet.value}"}


def cards(
    scope: Scope, offers: Sequence[OfferInfo], firm_names: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """Offers as cards; SQL does not grow with them. ``firm_names``: where the page has them already."""
    if firm_names is None:
        firm_names = names((one.org for one in offers), words.language())
    photos = queries.pictures(scope, (one.id for one in offers))
    return [
        {
            "offer": one, "title": one.title(words.language()), "seller": firm_names.get(one.org, one.org),
            "kind": product_class(one.kind).title(words.language()), "facts": words.key_facts(one),
            "price": words.formula(one.formula) if one.formula else words.amount(one.price, one.currency), "priced": one.price is not None,
            "formula": one.formula is not None,
            "unit": words.unit(one.unit), "stock": one.free >= one.min_qty, "free": words.quantity(one.free),
            "lead": one.lead_days, "picture": picture(one), "photo": photos.get(one.id),
            "warned": bool(one.findings),
        }
        for one in offers
    ]  # fmt: skip


@needs(VIEW)
def store(request: HttpRequest, code: str) -> HttpResponse:
    """``/market/m/<mall>/``: search, facets, cards. htmx asks for the results alone."""
    scope, mall, given = scope_of(request), mall_of(code), request.GET
    wanted = asked(given, code)
    page = max(1, int(given["page"])) if given.get("page", "").isdecimal() else 1
    hits = search(wanted, offset=(page - 1) * PAGE, limit=PAGE, facets=facet_names(wanted))
    offers = queries.offers_by_id(scope, hits.ids)
    slugs = [facet.value for facet in hits.facets.get("org", ())]
    firm_names = names([*slugs, *wanted.orgs, *(one.org for one in offers)], words.language())
    pages = max(1, min(-(-hits.total // PAGE), MAX_OFFSET // PAGE))
    context = {
        "mall": mall, "page_title": mall.title(words.language()), "lead": mall.lead(words.language()),
        "search": wanted, "hits": hits, "cards": cards(scope, offers, firm_names),
        "chips": chips(given, wanted, firm_names), "facets": facet_groups(given, wanted, hits, firm_names),
        "sorts": [{"code": sort, "word": _sort_word(sort), "url": with_value(given, "sort", sort, only=True), "on": sort == wanted.sort} for sort in SORT_WORDS],
        "page": page, "pages": pages, "took": f"{hits.took_ms:.0f}",
        "before": with_value(given, "page", str(page - 1), only=True) if page > 1 else "",
        "after": with_value(given, "page", str(page + 1), only=True) if page < pages else "",
        "hidden": [(name, value) for name in given for value in given.getlist(name) if name not in ("q", "page")],
        "address": given.urlencode(), "may_buy": scope.may(BUY),
    }  # fmt: skip
    return render(request, "market/store.html", context)


def _sort_word(sort: str) -> str:
    return {
        "best": gettext("best match"),
        "price": gettext("cheapest first"),
        "-price": gettext("dearest first"),
        "new": gettext("newest first"),
    }[sort]


@needs(VIEW)
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/offers/<id>/``: everything a buyer wants to know of one offer."""
    scope = scope_of(request)
    found = queries.offer(scope, offer_id)
    today = timezone.localdate()
    mine = queries.unit_price(scope, found, found.min_qty, today)
    asked_today = provisional_price(scope, found, today)
    files = queries.files(scope, offer_id)
    context = {
        "offer": found, "page_title": found.title(words.language()), "text": found.text(words.language()),
        "seller": firm(found.org), "seller_name": firm(found.org).name(words.language()),
        "kind": product_class(found.kind).title(words.language()), "kind_code": found.kind,
        "picture": picture(found), "price": words.amount(asked_today or found.price, found.currency),
        "priced": bool(asked_today or found.price), "formula": words.formula(found.formula) if found.formula else "",
        "mine": words.amount(mine, found.currency) if mine is not None and mine != found.price else "",
        "tiers": [{"from": words.quantity(t.from_qty), "price": words.amount(t.price, found.currency)} for t in found.tiers],
        "unit": words.unit(found.unit), "rows": words.attribute_rows(found.kind, found.values),
        "findings": words.findings(found.findings), "files": [{"file": f, "word": words.FILES[f.kind]} for f in files],
        "photos": [f for f in files if f.kind.value == "picture"], "free": words.quantity(found.free),
        "least": words.quantity(found.min_qty), "step": words.quantity(found.step_qty),
        "vat": f"{(found.vat_rate * Decimal(100)).normalize():f}",
        "gear": gear_facts(found), "mates": mates_url(found), "own": found.org == scope.org,
        "listed": found.state is OfferState.LISTED, "state_word": words.STATES[found.state],
        "state_look": words.STATE_LOOKS[found.state], "similar": cards(scope, similar(scope, found)),
        "malls": [MALLS[code] for code in found.malls if code in MALLS], "may_buy": scope.may(BUY) and found.org != scope.org,
        "order_form": order_form(found.min_qty), "rating": ratings(scope, [found.org]).get(found.org),
    }  # fmt: skip
    return render(request, "market/offer.html", context)


@needs(VIEW)
def offer_proof(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/offers/<id>/proof/``: the running shift of the line that makes it, as a part of the page."""
    found = queries.offer(scope_of(request), offer_id)
    return render(request, "market/parts/proof.html", {"line": proof(found, now_utc())})


@needs(VIEW)
def offer_file(request: HttpRequest, offer_id: int, file_id: int) -> HttpResponse:
    """``/market/offers/<id>/files/<file_id>/``: pictures are shown, everything else is downloaded."""
    name, media, content = queries.file_content(scope_of(request), offer_id, file_id)
    made = HttpResponse(content, content_type=media)
    kind = "inline" if media in ("image/png", "image/jpeg", "image/webp") else "attachment"
    made["Content-Disposition"] = f'{kind}; filename="{name}"'
    made["X-Content-Type-Options"] = "nosniff"
    made["Cache-Control"] = "private, max-age=3600"
    return made


@needs(VIEW)
def compare(request: HttpRequest) -> HttpResponse:
    """``/market/compare/?id=1&id=2``: at most four side by side, drawn to one scale; what differs is marked."""
    scope = scope_of(request)
    keys = [int(key) for key in request.GET.getlist("id") if key.isdecimal()][: queries.MAX_COMPARED]
    offers = queries.offers_by_id(scope, dict.fromkeys(keys))
    made = cards(scope, offers)
    largest = max((card["picture"].size_mm for card in made if not card["picture"].caption), default=0.0)
    for card in made:
        own = card["picture"]
        card["share"] = 100 if own.caption or not largest else max(12, round(100 * own.size_mm / largest))
    return render(
        request,
        "market/compare.html",
        {"cards": made, "rows": _compared(offers), "page_title": gettext("Side by side"), "keys": keys},
    )


def _compared(offers: Sequence[OfferInfo]) -> list[dict[str, Any]]:
    """One row per attribute that any of them states."""
    told = [{row["key"]: row for row in words.attribute_rows(one.kind, one.values)} for one in offers]
    keys = dict.fromkeys(key for rows in told for key in rows)
    made = []
    for key in keys:
        values = [rows[key]["value"] if key in rows else "" for rows in told]
        title = next(rows[key]["title"] for rows in told if key in rows)
        made.append({"title": title, "values": values, "differs": len(set(values)) > 1})
    return made
