"""Firms as the market sees them: papers, ratings, flags; the park's page of them and its lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..queries import offers as offer_queries
from ..queries import trust as queries
from ..queries.search import Search, search
from ..services import trust as services
from ..types import RUN, VIEW
from . import words
from .store import cards

SHOWN = 12


@needs(VIEW)
def firm(request: HttpRequest, slug: str) -> HttpResponse:
    """``/market/firms/<slug>/``: whom one deals with."""
    scope = scope_of(request)
    found = queries.trust(scope, slug, timezone.localdate())
    hits = search(Search(orgs=(slug,)), limit=SHOWN, facets=())
    context = {
        "trust": found, "page_title": found.firm.name(words.language()), "slug": slug, "flags": [_flag(flag) for flag in found.flags],
        "rating": f"{found.rating[0]:.1f}" if found.rating else "", "on_time": f"{found.rating[1]:.0%}" if found.rating else "",
        "rated": found.rating[2] if found.rating else 0, "cards": cards(scope, offer_queries.offers_by_id(scope, hits.ids)),
        "may_run": scope.may(RUN), "valid": found.standing is not None and found.standing.valid_until >= timezone.localdate(),
    }  # fmt: skip
    return render(request, "market/firm.html", context)


def _flag(flag: queries.Flag) -> str:
    return str(words.FLAGS[flag.code]) % flag.facts


@needs(RUN)
def trust_list(request: HttpRequest) -> HttpResponse:
    """``/market/trust/``: every seller with its flags; lists of those nobody may trade with. POST: a list."""
    scope = scope_of(request)
    if request.method == "POST":
        _read(request)
        return redirect("market:trust")
    today = timezone.localdate()
    rows = [queries.trust(scope, slug, today) for slug in queries.traders(scope)]
    rows.sort(key=lambda one: (-len(one.flags), one.firm.slug))
    context = {
        "rows": [{"slug": one.firm.slug, "name": one.firm.name(words.language()), "verified": one.standing, "listed": one.listed, "done": one.done, "flags": [_flag(flag) for flag in one.flags]} for one in rows],
        "sources": queries.sources(scope), "page_title": gettext("Who may be trusted"),
    }  # fmt: skip
    return render(request, "market/trust.html", context)


def _read(request: HttpRequest) -> None:
    file: Any = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, gettext("Choose a sheet first."))
        return
    try:
        count = services.keep_list(
            scope_of(request), request.POST.get("source", ""), file.read(), file.name or "", now_utc()
        )
        messages.success(request, gettext("%(n)s lines are kept.") % {"n": count})
    except Problem as problem:
        messages.error(request, words_of(problem))


@needs(RUN)
@require_POST
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """``/market/firms/<slug>/verify/``: note what was seen, or take it back."""
    scope, given = scope_of(request), request.POST
    try:
        if given.get("what") == "withdraw":
            services.withdraw_verification(scope, slug)
        else:
            services.verify(scope, slug, given.get("note", ""), _day(given.get("valid_until", "")), now_utc())
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
    return redirect("market:firm", slug=slug)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(
            "market.verify_wrong", "Say which papers were seen, and until when they hold (after today)."
        ) from None
