"""Kept searches with how many of their hits came since they were last looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..queries.search import search
from ..queries.searches import KeptSearch, kept_searches
from ..services import searches as services
from ..types import MALLS, VIEW
from .asked import asked, chips
from .words import language


@needs(VIEW)
def kept(request: HttpRequest) -> HttpResponse:
    """``/market/searches/``."""
    rows = [_row(one) for one in kept_searches(scope_of(request))]
    return render(request, "market/searches.html", {"rows": rows, "page_title": gettext("Saved searches")})


def _row(one: KeptSearch) -> dict[str, Any]:
    given = QueryDict(one.query)
    wanted = asked(given, one.mall)
    fresh = search(replace(wanted, since=int(one.seen_at.timestamp())), limit=1, facets=())
    return {
        "kept": one,
        "mall": MALLS[one.mall].title(language()) if one.mall in MALLS else one.mall,
        "words": [wanted.text] if wanted.text else [],
        "chips": [chip["text"] for chip in chips(given, wanted, {})],
        "total": search(wanted, limit=1, facets=()).total,
        "fresh": fresh.total,
        "url": f"/market/m/{one.mall}/?{one.query}" if one.mall in MALLS else "/market/",
    }


@needs(VIEW)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """``/market/searches/keep/``."""
    try:
        services.keep_search(
            scope_of(request), request.POST.get("name", ""), request.POST.get("address", ""), now_utc()
        )
        messages.success(request, gettext("The search is kept; it tells what came new."))
    except Problem as problem:
        messages.error(request, words_of(problem))
    return redirect("market:searches")


@needs(VIEW)
@require_POST
def change(request: HttpRequest, search_id: int) -> HttpResponse:
    """``/market/searches/<id>/``: looked at, or kept no longer."""
    what = "remove" if request.POST.get("what") == "remove" else "seen"
    services.change_search(scope_of(request), search_id, what, now_utc())
    return redirect("market:searches")
