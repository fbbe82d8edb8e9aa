"""The namespace browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..types import VIEW


@require_GET
@needs(VIEW)
def browser(request: HttpRequest) -> HttpResponse:
    """GET ``?path=&q=&kind=&after=``: tree at the left, tags with live values at the right."""
    now = now_utc()
    asked = {name: request.GET.get(name, "") for name in ("path", "q", "kind", "after", "asset")}
    page = queries.namespace_page(scope_of(request), now=now, language=get_language() or "en", **asked)
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/parts/tags.html" if part else "telemetry/uns.html"
    return render(request, template, {"page": page, "now": now})


@require_GET
@needs(VIEW)
def branch(request: HttpRequest) -> HttpResponse:
    """GET ``?path=``: one branch of the tree, loaded when it is opened."""
    nodes = queries.branch(scope_of(request), request.GET.get("path", ""))
    return render(request, "telemetry/parts/branch.html", {"nodes": nodes})
