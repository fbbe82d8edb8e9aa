"""The board of calls, the wall, raising a call, one call and what is done with it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, safe_next, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms import calls as forms_
from ...queries.calls import (
    active_types,
    call_escalations,
    call_rows,
    call_type_rows,
    reasons_of,
    standing_calls,
)
from ...queries.calls import call as one_call
from ...queries.care.scopes import within
from ...services import calls
from ...types.calls import CallInfo, CallSource, CallStatus, CallStep, CallWanted
from ...types.care import JobWanted
from ...types.lines import EDIT, VIEW
from ...types.work import WORK
from ..care.act import done, told
from ..care.words import day_and_time, language, named
from .words import LEVELS, SOURCES, STATUS_LOOKS, STATUSES, STEPS, card, ordered, span

MAX_PHOTO = 2 * 1024 * 1024 + 1
WALL_ROWS = 6


def call_url(key: int) -> str:
    return reverse("shopfloor:call", args=[key])


def _board(request: HttpRequest, asset: str) -> dict[str, Any]:
    scope, now = scope_of(request), now_utc()
    line = queries.line(scope, asset) if asset else None
    found = ordered(standing_calls(scope, [asset] if asset else None))
    reasons = {(call.org, call.type): reasons_of(scope, call.org, call.type) for call in found}
    cards = [
        card(call, now) | {"reasons": [(r.code, named(r)) for r in reasons[call.org, call.type]]}
        for call in found
    ]
    return {
        "cards": cards,
        "fresh": sum(1 for item in cards if item["fresh"]),
        "late": sum(1 for item in cards if item["late"]),
        "now": now.isoformat(),
        "line": line,
        "line_name": line.name(language()) if line else "",
        "asset": asset,
        "here": reverse("shopfloor:line-calls", args=[asset]) if asset else reverse("shopfloor:calls"),
        "may_work": scope.may(WORK),
        "actor": scope.actor,
    }  # fmt: skip


@needs(VIEW)
def board(request: HttpRequest, asset: str = "") -> HttpResponse:
    """``/calls/`` and ``/calls/line/<asset>/``"""
    scope = scope_of(request)
    found = _board(request, asset)
    found |= {
        "page_title": gettext("Calls"),
        "lines": [(line.asset, line.name(language()), line.asset == asset) for line in queries.lines(scope)],
        "part": reverse("shopfloor:calls-part") + (f"?{urlencode({'line': asset})}" if asset else ""),
        "may_set_up": scope.may(EDIT),
        "any_type": call_type_rows(scope).exists(),
    }
    return render(request, "shopfloor/calls/board.html", found)


@needs(VIEW)
def board_part(request: HttpRequest) -> HttpResponse:
    """``/calls/part/?line=&wall=1``: what the pages ask for again."""
    asset = request.GET.get("line", "")[:60]
    if request.GET.get("wall"):
        return render(request, "shopfloor/calls/wall_rows.html", _wall(request, asset))
    return render(request, "shopfloor/calls/cards.html", _board(request, asset))


@needs(VIEW)
def wall(request: HttpRequest, asset: str = "") -> HttpResponse:
    """``/calls/wall/`` and ``/calls/wall/<asset>/``: readable at five metres, no scrolling."""
    query = {"wall": "1"} | ({"line": asset} if asset else {})
    found = _wall(request, asset) | {
        "page_title": gettext("Calls"),
        "part": f"{reverse('shopfloor:calls-part')}?{urlencode(query)}",
    }
    return render(request, "shopfloor/calls/wall.html", found)


def _wall(request: HttpRequest, asset: str) -> dict[str, Any]:
    found = _board(request, asset)
    last = (
        call_rows(scope_of(request))
        .filter(**({"line__asset": asset} if asset else {}))
        .order_by("-raised_at")
        .first()
    )
    found["more"] = max(0, len(found["cards"]) - WALL_ROWS)
    found["cards"] = found["cards"][:WALL_ROWS]
    found["last"] = last.raised_at if last else None
    return found


@needs(WORK)
def raise_call(request: HttpRequest) -> HttpResponse:
    """``/calls/raise/?line=&station=``: where, what for, one touch."""
    scope, now = scope_of(request), now_utc()
    lines = queries.lines(scope)
    form = forms_.RaiseForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not form.is_valid():
            return told(request, request.get_full_path(), form)
        line, station = form.place()
        photo = form.cleaned_data["photo"]
        source = CallSource.PHONE if request.POST.get("from") == "phone" else CallSource.BOARD
        wanted = CallWanted(
            form.cleaned_data["type"], line, station, form.cleaned_data["text"], source, form.cleaned_data["key"],
            photo.read(MAX_PHOTO) if photo else b"", photo.name if photo else "",
        )  # fmt: skip
        try:
            key = calls.raise_call(scope, wanted, now)
        except Problem as problem:
            messages.error(request, words_of(problem))
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, gettext("The call stands; the clock runs."))
        return HttpResponseRedirect(safe_next(request, call_url(key)))
    asset, code = request.GET.get("line", "")[:60], request.GET.get("station", "")[:60]
    chosen = next((line for line in lines if line.asset == asset), lines[0] if lines else None)
    return render(
        request,
        "shopfloor/calls/raise.html",
        {
            "page_title": gettext("Call for help"),
            "lines": [(line.asset, line.name(language())) for line in lines],
            "line": chosen,
            "stations": [(s.code, s.title_zh if language().startswith("zh") else s.title_en, s.code == code) for s in chosen.template.stations] if chosen else [],
            "types": [(row, named(row)) for row in active_types(scope, chosen.org)] if chosen else [],
            "key": get_random_string(24),
            "from": request.GET.get("from", "")[:10],
            "next": request.GET.get("next", ""),
        },
    )  # fmt: skip


@needs(VIEW)
def call(request: HttpRequest, key: int) -> HttpResponse:
    """``/calls/<id>/``"""
    scope, now = scope_of(request), now_utc()
    found = one_call(scope, key)
    shown = card(found, now)
    told_ = [
        (
            STEPS[CallStep(row.step)],
            LEVELS.get(row.level, ""),
            day_and_time(row.at),
            span((row.at - found.raised_at).total_seconds()),
        )
        for row in call_escalations(scope, key)
    ]
    return render(
        request,
        "shopfloor/calls/call.html",
        {
            "page_title": f"{shown['type']} · {shown['line']} {shown['station']}".strip(),
            "card": shown,
            "call": found,
            "told": told_,
            "raised": day_and_time(found.raised_at),
            "closed": day_and_time(found.closed_at),
            "reason": found.reason_name(language()),
            "reasons": [(row.code, named(row)) for row in reasons_of(scope, found.org, found.type)],
            "response": span((found.on_site_at - found.raised_at).total_seconds()) if found.on_site_at else "",
            "repair": span((found.closed_at - found.on_site_at).total_seconds()) if found.closed_at and found.on_site_at else "",
            "may_work": scope.may(WORK),
            "now": now.isoformat(),
        },
    )  # fmt: skip


@needs(WORK)
@require_POST
def call_do(request: HttpRequest, key: int) -> HttpResponse:
    """``/calls/<id>/do/``: the button says what; ``next`` says where to go back to."""
    scope, now = scope_of(request), now_utc()
    found = one_call(scope, key)
    mine, back = within(scope, found.org), safe_next(request, call_url(key))
    what = request.POST.get("do", "") or ("close" if request.POST.get("reason") else "")
    simple = {
        "accept": (_("The call is yours."), lambda: calls.accept_call(mine, key, now)),
        "on_site": (_("You are on site."), lambda: calls.on_site(mine, key, now)),
        "contain": (_("The harm is contained."), lambda: calls.contain_call(mine, key, now)),
    }
    if what in simple:
        said, act = simple[what]
        return done(request, back, said, act)
    if what == "close":
        form = forms_.CloseForm(request.POST)
        if not form.is_valid():
            return told(request, back, form)
        given = form.cleaned_data
        return done(
            request,
            back,
            _("The call is closed."),
            lambda: calls.close_call(mine, key, now, given["reason"], given["note"]),
        )
    if what == "cancel":
        return done(
            request,
            back,
            _("The call is marked a mistake."),
            lambda: calls.cancel_call(mine, key, now, request.POST.get("note", "")[:400]),
        )
    if what == "photo":
        photo = request.FILES.get("photo")
        if photo is None:
            raise Problem("picture.kind", "Only PNG, JPEG and WebP pictures are taken.", status=415)
        return done(
            request,
            back,
            _("The photo is kept."),
            lambda: calls.attach_photo(mine, key, photo.read(MAX_PHOTO), photo.name or "", now),
        )
    if what == "order":
        return _order(request, mine, found)
    raise Problem("calls.over", "There is nothing of that name to be done; nothing was changed.", status=409)


def _order(request: HttpRequest, scope: Scope, found: CallInfo) -> HttpResponse:
    """One click opens the breakdown order of a call; again opens the same one."""
    line = queries.line(scope, found.line)
    asset = line.asset_of(found.station) if found.station else found.line
    words = f"{found.type_name(language())}: {found.text}".strip(": ")
    wanted = JobWanted(asset, words[:120], priority=90, source="call", source_key=f"call:{found.id}")
    number = calls.order_for_call(scope, found.id, wanted, now_utc())
    messages.success(request, gettext("Order %(number)s is open.") % {"number": number})
    return redirect("shopfloor:job", number=number)


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))
    kinds = tuple({row.code: named(row) for row in call_type_rows(scope)}.items())

    def after(row: Any, name: str) -> str:
        at = getattr(row, name)
        return span((at - row.raised_at).total_seconds()) if at else ""

    return lists.ListSpec(
        key="calls",
        columns=(
            column("raised_at", _("Raised"), lambda row: day_and_time(row.raised_at), sort="raised_at", url=lambda row: call_url(row.pk)),
            column("type", _("Type"), lambda row: named(row.type), sort="type__code", export=lambda row: row.type.code),
            column("line", _("Line"), lambda row: row.line.name_zh if language().startswith("zh") and row.line.name_zh else row.line.name_en, sort="line__asset", export=lambda row: row.line.asset),
            column("station", _("Station"), lambda row: row.station.upper(), sort="station"),
            column("status", _("State"), lambda row: STATUSES[CallStatus(row.status)], sort="status", state=lambda row: STATUS_LOOKS[CallStatus(row.status)], export=lambda row: row.status),
            column("accepted", _("Accepted after"), lambda row: after(row, "accepted_at"), numeric=True, sort="accepted_at"),
            column("on_site", _("On site after"), lambda row: after(row, "on_site_at"), numeric=True, sort="on_site_at"),
            column("closed", _("Closed after"), lambda row: after(row, "closed_at"), numeric=True, sort="closed_at"),
            column("level", _("Escalated"), numeric=True, sort="level"),
            column("reason", _("Reason"), lambda row: named(row.reason) if row.reason else "", sort="reason__code", export=lambda row: row.reason.code if row.reason else ""),
            column("text", _("Subject"), sort="text"),
            column("raised_by", _("Raised by"), sort="raised_by", shown=False),
            column("accepted_by", _("Accepted by"), sort="accepted_by", shown=False),
            column("source", _("Came from"), lambda row: SOURCES[CallSource(row.source)], sort="source", shown=False),
            column("note", _("Note"), shown=False),
            column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
        ),
        filters=(
            lists.Filter("type", _("Type"), kinds, "type__code"),
            lists.Filter("line", _("Line"), lines, "line__asset"),
            lists.Filter("status", _("State"), tuple((k.value, v) for k, v in STATUSES.items()), "status"),
        ),
        search=("text__icontains", "station__icontains", "note__icontains", "raised_by__icontains", "accepted_by__icontains"),
        default_sort="-raised_at",
        row_url=lambda row: call_url(row.pk),
        empty_title=_("No call yet"),
        empty_text=_("Calls are raised here, at a terminal, on a phone, by the API, or by an alarm that a rule names."),
        empty_url="/calls/raise/",
        empty_label=_("Call for help"),
    )  # fmt: skip


@needs(VIEW)
def call_list(request: HttpRequest) -> HttpResponseBase:
    """``/calls/list/``"""
    scope = scope_of(request)
    answer = partial(lists.answer, request, _spec(scope), call_rows(scope), "shopfloor/calls/list.html")
    return answer(title=_("All calls"))
