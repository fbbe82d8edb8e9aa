"""Add a machine: address, what is there, dry run, go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries, services
from ..forms import AddressForm, choices_from
from ..types import EDIT, LookState


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def start(request: HttpRequest) -> HttpResponse:
    """First page: where is the machine?"""
    scope, now = scope_of(request), now_utc()
    page = queries.wizard_page(scope, now)
    form = AddressForm(request.POST or None, gateways=page.choices)
    if request.method == "POST" and form.is_valid():
        try:
            pk = services.start_look(scope, now=now, **form.cleaned_data)
            return HttpResponseRedirect(reverse("connection-look", args=[pk]))
        except Problem as problem:
            form.add_error("url" if problem.code == "telemetry.url" else None, problem.sentence)
    return render(
        request,
        "telemetry/add.html",
        {"page": page, "form": form, "now": now},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Second page: progress while the gateway looks, then what it found; POST keeps the choices."""
    scope, now = scope_of(request), now_utc()
    page = queries.look_page(scope, pk, now)
    if request.method == "POST":
        services.keep_choices(scope, pk, choices_from(request.POST, page.look))
        return HttpResponseRedirect(reverse("connection-check", args=[pk]))
    if page.look.state is LookState.APPLIED:
        return HttpResponseRedirect(reverse("connection", args=[page.look.connection]))
    if request.headers.get("HX-Request") == "true":
        if page.look.state is LookState.LOOKING:
            return render(request, "telemetry/parts/looking.html", {"page": page, "now": now})
        response = HttpResponse()
        response["HX-Redirect"] = request.path
        return response
    return render(request, "telemetry/look.html", {"page": page, "now": now})


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Third page: the dry run; POST goes and lands on the connection with its first values."""
    scope, now = scope_of(request), now_utc()
    if request.method == "POST":
        key = services.apply_look(scope, pk, now)
        return HttpResponseRedirect(f"{reverse('connection', args=[key])}?new=1")
    return render(request, "telemetry/check.html", {"page": services.check_look(scope, pk, now), "now": now})
