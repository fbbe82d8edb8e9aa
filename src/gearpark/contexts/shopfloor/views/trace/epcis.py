"""EPCIS events: a part's as a file, others' taken in, and what became of each."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.engines.traceability.epcis import document
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import require

from ...queries.trace.epcis_out import captured_rows, part_events
from ...services.epcis import Outcome, capture
from ...types.lines import VIEW
from ...types.work import WORK
from .tabs import frame
from .words import when

MAX_FILE = 10_000_000  # bytes of an uploaded document
SHOWN = 5  # refused events named in the answer


def _spec() -> lists.ListSpec:
    column = lists.Column
    states = (("taken", _("Taken")), ("refused", _("Refused")))
    return lists.ListSpec(
        key="epcis",
        columns=(
            column("captured_at", _("Received"), lambda row: when(row.captured_at, seconds=True), sort="captured_at"),
            column("kind", _("Event"), sort="kind"),
            column("event_at", _("Happened"), lambda row: when(row.event_at), sort="event_at"),
            column("state", _("Outcome"), lambda row: gettext("Refused") if row.refused else gettext("Taken"), sort="refused", state=lambda row: "bad" if row.refused else "good", export=lambda row: "refused" if row.refused else "taken"),
            column("facts", _("New facts"), numeric=True, sort="facts"),
            column("why", _("Why")),
            column("captured_by", _("By"), sort="captured_by"),
            column("event_hash", _("Hash"), shown=False),
        ),
        filters=(lists.Filter("state", _("Outcome"), states, _by_state), ),
        search=("event_hash__icontains", "why__icontains", "kind__icontains"),
        empty_title=_("No event received yet"),
        empty_text=_("Suppliers and other systems send EPCIS 2.0 events to /api/v1/shopfloor/epcis/capture, or a file is taken in here."),
    )  # fmt: skip


def _by_state(rows: Any, value: str) -> Any:
    return rows.exclude(refused="") if value == "refused" else rows.filter(refused="")


@needs(VIEW)
def epcis(request: HttpRequest) -> HttpResponseBase:
    """``/parts/epcis/``; POST with a file takes events in."""
    scope = scope_of(request)
    if request.method == "POST" and "document" in request.FILES:
        return _taken(request)
    context = frame(scope, "epcis", _("EPCIS events"))
    title = context.pop("page_title")
    return lists.answer(
        request, _spec(), captured_rows(scope), "shopfloor/trace/epcis.html", title=title, **context
    )


def _taken(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    require(scope, WORK)
    sent: Any = request.FILES["document"]
    try:
        if sent.size is None or sent.size > MAX_FILE:
            raise Problem(
                "trace.epcis_document", "This is no EPCIS 2.0 document: it is bigger than 10 MB.", status=413
            )
        try:
            content = json.loads(sent.read())
        except ValueError as error:
            raise Problem(
                "trace.epcis_document", "This is no EPCIS 2.0 document: it is no JSON.", status=422
            ) from error
        found = capture(scope, content)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
        return redirect("shopfloor:epcis")
    _say(request, found)
    return redirect("shopfloor:epcis")


def _say(request: HttpRequest, found: list[Outcome]) -> None:
    counts = {word: sum(1 for one in found if one.outcome == word) for word in ("taken", "known", "refused")}
    text = gettext("%(taken)s taken, %(known)s known already, %(refused)s refused.") % counts
    (messages.warning if counts["refused"] else messages.success)(request, text)
    for one in [one for one in found if one.outcome == "refused"][:SHOWN]:
        messages.error(request, f"{one.kind}: {one.why}")


@needs(VIEW)
def epcis_export(request: HttpRequest) -> HttpResponse:
    """``/parts/epcis/export/?serial=`` (several) or ``?order=``: an EPCIS 2.0 document."""
    serials = [text for text in request.GET.getlist("serial") if text]
    made = document(part_events(scope_of(request), serials, request.GET.get("order", "")), now_utc())
    response = JsonResponse(
        made, json_dumps_params={"ensure_ascii": False, "indent": 1}, content_type="application/ld+json"
    )
    response["Content-Disposition"] = 'attachment; filename="epcis.jsonld"'
    return response
