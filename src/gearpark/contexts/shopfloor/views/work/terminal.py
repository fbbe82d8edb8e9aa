"""The operator terminal: choosing a station, the page, its state as JSON, signing on, and taking reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import PROBLEM_JSON, needs, open_to_all, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms.reports import outcome_json, read_report, text_of
from ...queries.work.terminals import station_tiles
from ...services import reports as service
from ...services import work
from ...services.calls import raise_call
from ...types.calls import CallSource, CallWanted
from ...types.work import WORK
from .terminal_state import state_of
from .terminal_words import WORDS
from .words import blocks_of_details, language

WORKER = Path(__file__).resolve().parents[2] / "static" / "shopfloor" / "terminal-worker.js"
MAX_BODY = 200_000
TOO_EARLY = 425


@needs(WORK)
def terminals(request: HttpRequest) -> HttpResponse:
    """``/terminal/``: every station as a tile, to be opened on the device that stands there."""
    scope = scope_of(request)
    lines = [
        {
            "asset": line.asset,
            "name": line.name(language()),
            "stations": [(tile, tile.title(language())) for tile in tiles],
            "waiting": sum(tile.waiting for tile in {tile.group: tile for tile in tiles}.values()),
            "held": sum(tile.held for tile in tiles),
            "open": request.GET.get("line") == line.asset,
        }
        for line, tiles in station_tiles(scope)
    ]
    return render(request, "shopfloor/work/terminals.html", {"page_title": _("Terminal"), "lines": lines})


@needs(WORK)
def station(request: HttpRequest, asset: str, station: str) -> HttpResponse:
    """``/terminal/<line>/<station>/``: the shell; the script fills it from the state and keeps it without a server."""
    scope = scope_of(request)
    line = queries.line(scope, asset)
    place = next((item for item in line.template.stations if item.code == station), None)
    if place is None:
        raise Problem("work.station_unknown", f"Line {asset} has no station {station!r}.", status=404)
    title = (place.title_zh if language().startswith("zh") else place.title_en) or place.title_en
    context = {
        "page_title": f"{station} {line.name(language())}",
        "line": line,
        "line_name": line.name(language()),
        "station": place,
        "station_title": title,
        "config": script_json(
            {
                "org": line.org,
                "line": line.asset,
                "station": station,
                "words": {name: str(text) for name, text in WORDS.items()},
                "undo_ms": UNDO_MS,
            }
        ),
    }
    return render(request, "shopfloor/work/terminal.html", context)


def script_json(value: Any) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


UNDO_MS = 4000  # how long a report can be taken back before it is sent


@never_cache
@needs(WORK)
def state(request: HttpRequest, asset: str, station: str) -> JsonResponse:
    """``/terminal/<line>/<station>/state/?operator=``: everything the terminal shows."""
    scope = scope_of(request)
    chosen = request.GET.get("operator", "")
    operator = int(chosen) if chosen.isdigit() and len(chosen) < 12 else None
    found = state_of(scope, asset, station, now_utc(), operator)
    return JsonResponse({**found, "csrf": get_token(request)})


@open_to_all
def worker(request: HttpRequest) -> HttpResponse:
    """``/terminal/sw.js``: the service worker must be served from the paths it looks after."""
    answer = HttpResponse(WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = "/terminal/"
    return answer


@sensitive_variables("given")
@require_POST
@needs(WORK)
def sign_on(request: HttpRequest, asset: str, station: str) -> JsonResponse:
    """``/terminal/<line>/<station>/sign-on/``: by badge, by PIN, or the signed-in person."""
    scope = scope_of(request)
    given = _body(request)
    person = given.get("person")
    found = work.who_signs_on(
        scope,
        now_utc(),
        badge=text_of(given, "badge"),
        person_id=person if isinstance(person, int) else None,
        pin=text_of(given, "pin"),
    )
    if isinstance(found, Problem):  # not raised: the count of wrong PINs must stand
        body = {**found.as_dict(), "detail": words_of(found)}
        return JsonResponse(body, status=found.status, content_type=PROBLEM_JSON)
    info = work.sign_on(scope, asset, station, found[0], found[1], now_utc())
    return JsonResponse({"person": {"id": info.person_id, "name": info.name}})


@require_POST
@needs(WORK)
def call(request: HttpRequest, asset: str, station: str) -> JsonResponse:
    """``/terminal/<line>/<station>/call/``: call for help. Only with a connection: nobody would hear it otherwise."""
    given = _body(request)
    wanted = CallWanted(
        type=text_of(given, "type"),
        line=asset,
        station=station,
        text=text_of(given, "text"),
        source=CallSource.TERMINAL,
        key=text_of(given, "key"),
    )
    return JsonResponse({"call": raise_call(scope_of(request), wanted, now_utc())})


@require_POST
@needs(WORK)
def reports(request: HttpRequest) -> JsonResponse:
    """``/terminal/reports/``: a terminal's waiting reports in order; each has its own outcome."""
    scope, now = scope_of(request), now_utc()
    sent = _body(request).get("reports")
    if not isinstance(sent, list) or not 1 <= len(sent) <= service.MAX_REPORTS:
        raise Problem(
            "work.report_unreadable", f"Send 1 to {service.MAX_REPORTS} reports at a time.", status=422
        )
    return JsonResponse({"outcomes": [_take(scope, item, now) for item in sent]})


def _take(scope: Scope, item: Any, now: Any) -> dict[str, Any]:
    key = str(item.get("key", ""))[:64] if isinstance(item, dict) else ""
    try:
        return outcome_json(service.report(scope, read_report(item), now))
    except Problem as problem:
        details = problem.details.get("blocks", ())
        return {
            "key": key,
            "ok": False,
            "again": problem.status == TOO_EARLY,
            "code": problem.code,
            "detail": words_of(problem),
            "blocks": blocks_of_details(details),
        }


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise Problem("work.report_unreadable", f"At most {MAX_BODY:,} bytes are read.", status=413)
    try:
        found = json.loads(request.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Problem("work.report_unreadable", "A report cannot be read.", status=422)
    return found
