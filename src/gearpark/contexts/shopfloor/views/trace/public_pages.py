"""Pages for whoever holds a part in their hand: the passport by signed address, and GS1 Digital Links."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.traceability import gs1
from gearpark.kit.http import needs, open_to_all, scope_of

from ...queries import trace
from ...queries.trace.public_pass import resolved
from ...services.passports import give_link, revoke_link
from ...types.work import WORK
from .listing import part_url

PER_MINUTE = 60  # looks of one address
MAX_ADDRESSES = 10_000  # remembered
_seen: OrderedDict[str, list[float]] = OrderedDict()
_lock = Lock()


def _slow_down(request: HttpRequest) -> None:
    """Refuse an address that asks more than ``PER_MINUTE`` times a minute (each process counts for itself)."""
    address, now = request.META.get("REMOTE_ADDR", ""), time.monotonic()
    with _lock:
        looks = [at for at in _seen.pop(address, []) if now - at < 60]
        looks.append(now)
        _seen[address] = looks
        while len(_seen) > MAX_ADDRESSES:
            _seen.popitem(last=False)
    if len(looks) > PER_MINUTE:
        raise Problem("trace.too_many_looks", "Too many looks in a minute; wait a little.", status=429)


@require_safe
@open_to_all
def passport(request: HttpRequest, token: str) -> HttpResponse:
    """``/p/<token>/``: what is public of one part."""
    _slow_down(request)
    found = trace.public_passport(token)
    chinese = (get_language() or "").startswith("zh")
    response = render(
        request,
        "shopfloor/trace/passport.html",
        {
            "found": found,
            "product": (found.product_zh if chinese else found.product_en) or found.product_en,
            "firm": (found.firm_zh if chinese else found.firm_en) or found.firm_en,
            "materials": found.materials_zh if chinese else found.materials_en,
            "made_on": timezone.localtime(found.made_at).date() if found.made_at else None,
            "page_title": found.serial,
        },
    )
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@open_to_all
def digital_link(request: HttpRequest, gtin: str, serial: str) -> HttpResponseBase:
    """``/01/<gtin>/21/<serial>``: to the part's page, or to its public passport."""
    _slow_down(request)
    if not gs1.is_key(gtin):
        raise NotFound("trace.passport_unknown", "There is no passport at this address, or it was revoked.")
    scope = getattr(request, "scope", None)
    found = resolved(gs1.gtin14(gtin), serial, scope if isinstance(scope, Scope) else None)
    return redirect(quote(found, safe="/:"))


@require_POST
@needs(WORK)
def passport_link(request: HttpRequest, serial_id: int) -> HttpResponse:
    """``/parts/link/<id>/``: give out or revoke the address of a part's passport."""
    scope = scope_of(request)
    if request.POST.get("revoke"):
        revoke_link(scope, serial_id)
    else:
        give_link(scope, serial_id)
    return redirect(part_url(trace.passport(scope, serial_id).part.serial))
