"""Connections: health, one connection, and changing it."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries, services
from ..forms import ConnectionForm
from ..types import EDIT, VIEW
from ..types.commands import COMMAND
from .commands import command_lines


@require_GET
@needs(VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Every connection with its health, worst first; the table refreshes itself."""
    now = now_utc()
    asked = {name: request.GET.get(name, "") for name in ("text", "state", "org")}
    page = queries.connections_page(scope_of(request), now=now, **asked)
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/parts/connection_table.html" if part else "telemetry/connections.html"
    return render(request, template, {"page": page, "now": now})


@require_GET
@needs(VIEW)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One connection: health, devices with first values, what the gateway says."""
    now = now_utc()
    page = queries.connection_page(scope_of(request), key, now)
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/parts/connection_health.html" if part else "telemetry/connection.html"
    scope = scope_of(request)
    context = {
        "page": page,
        "now": now,
        "fresh": "new" in request.GET,
        "may_edit": scope.may(EDIT),
        "may_command": scope.may(COMMAND),
        "commands": command_lines(page.commands),
    }
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change name, address, gateway, note."""
    scope = scope_of(request)
    found = queries.connection_form(scope, key)
    form = ConnectionForm(request.POST or None, gateways=found.gateways, initial=found.initial)
    if request.method == "POST" and form.is_valid():
        services.edit_connection(scope, key, **form.cleaned_data)
        messages.success(request, _("Saved. The gateway takes it up within a few seconds."))
        return HttpResponseRedirect(reverse("connection", args=[key]))
    context = {
        "form": form,
        "page_title": _("Change %(name)s") % {"name": found.initial["name"]},
        "submit_label": _("Save"),
        "back_url": reverse("connection", args=[key]),
    }
    return render(request, "ui/form.html", context, status=400 if form.errors else 200)


@require_POST
@needs(EDIT)
def switch(request: HttpRequest, key: str) -> HttpResponseRedirect:
    """``on=1`` starts, ``on=0`` stops."""
    services.set_enabled(scope_of(request), key, request.POST.get("on") == "1")
    return HttpResponseRedirect(reverse("connection", args=[key]))


@require_POST
@needs(EDIT)
def remove(request: HttpRequest, key: str) -> HttpResponseRedirect:
    """Remove a connection; its page stays and offers the way back."""
    services.delete_connection(scope_of(request), key, now_utc())
    return HttpResponseRedirect(reverse("connection", args=[key]))


@require_POST
@needs(EDIT)
def restore(request: HttpRequest, key: str) -> HttpResponseRedirect:
    """Undo a removal."""
    services.restore_connection(scope_of(request), key)
    return HttpResponseRedirect(reverse("connection", args=[key]))


@require_POST
@needs(EDIT)
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the gateway to reach the machine once, now."""
    answer = queries.test_connection(scope_of(request), key)
    return render(request, "telemetry/parts/test_answer.html", {"answer": answer})


@require_GET
@needs(EDIT)
def diagnostics(request: HttpRequest, key: str) -> HttpResponse:
    """What a developer needs to see, as a file without secrets."""
    bundle = queries.diagnostics_bundle(scope_of(request), key, now_utc())
    response = HttpResponse(
        json.dumps(bundle, ensure_ascii=False, indent=1, default=str),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{key}-diagnostics.json"'
    return response


@require_POST
@needs(EDIT)
def rotate(request: HttpRequest, name: str) -> HttpResponse:
    """A new token for a gateway, shown once."""
    token = services.rotate_token(scope_of(request), name)
    return render(request, "telemetry/token.html", {"token": token, "name": name})
