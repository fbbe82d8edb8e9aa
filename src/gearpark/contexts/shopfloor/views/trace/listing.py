"""The list of parts, and where a scanned code leads."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.scope import Scope
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of

from ... import queries
from ...queries.trace import listing as asked
from ...queries.trace.things import suggested
from ...types.lines import VIEW
from ...types.trace import FactKind
from ..work.words import PART_LOOK, PART_STATUS, language, word
from .tabs import frame
from .words import kind_word, when

BAR = (("open", "waiting"), ("held", "blocked"), ("good", "good"), ("scrap", "bad"), ("shipped", "stopped"))


def part_url(serial: str) -> str:
    return f"/parts/{quote(serial, safe='/')}/"


def _name(row: Any) -> str:
    return str((row.name_zh if language().startswith("zh") else row.name_en) or row.name_en)


def _spec(scope: Scope, thing: str) -> lists.ListSpec:
    column = lists.Column
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))
    filters = [
        lists.Filter("status", _("Status"), tuple(PART_STATUS.items()), "status"),
        lists.Filter("line", _("Line"), lines, "order__line__asset"),
    ]
    if thing:
        kind, _sep, key = thing.partition(":")
        label = f"{kind_word(kind)} {key}"
        filters.append(
            lists.Filter(
                "thing", _("Touched by"), ((thing, label),),
                lambda rows, _value: asked.touched_by(scope, rows, FactKind(kind), key),
            )
        )  # fmt: skip
    return lists.ListSpec(
        key="parts",
        columns=(
            column("serial", _("Serial"), sort="pk", url=lambda row: part_url(row.serial)),
            column("status", _("Status"), lambda row: word(PART_STATUS, row.status), sort="status", state=lambda row: PART_LOOK[row.status], export=lambda row: row.status),
            column("product", _("Product"), lambda row: f"{row.product.code} {_name(row.product)}", sort="product__code", export=lambda row: row.product.code),
            column("order", _("Order"), lambda row: row.order.number if row.order else "", sort="order__number", url=lambda row: f"/orders/{row.order_id}/" if row.order_id else ""),
            column("line", _("Line"), lambda row: _name(row.order.line) if row.order else "", sort="order__line__asset", export=lambda row: row.order.line.asset if row.order else ""),
            column("station", _("Last seen at"), lambda row: row.last_station or ""),
            column("next_op", _("Next operation"), numeric=True, sort="next_op"),
            column("lot", _("Lot"), sort="lot"),
            column("rework_loops", _("Rework loops"), numeric=True, sort="rework_loops", shown=False),
            column("begun_at", _("Begun"), lambda row: when(row.begun_at), sort="begun_at"),
            column("done_at", _("Finished"), lambda row: when(row.done_at), sort="done_at"),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
        ),
        filters=tuple(filters),
        search=("serial__icontains", "lot__startswith", "order__number__startswith"),
        row_url=lambda row: part_url(row.serial),
        empty_title=_("No part yet"),
        empty_text=_("Parts appear by themselves once a line tells which serial is on which station, or once an order's first serial is given."),
        empty_url="/lines/",
        empty_label=_("Look at the lines"),
    )  # fmt: skip


@needs(VIEW)
def parts(request: HttpRequest) -> HttpResponseBase:
    """``/parts/``"""
    scope = scope_of(request)
    thing = request.GET.get("thing", "")
    kind = thing.partition(":")[0]
    spec = _spec(scope, thing if kind in set(FactKind) else "")
    counts = asked.status_counts(scope)
    context = frame(scope, "parts", _("Parts"), bar=_bar(counts), followed_at=asked.followed_until(scope))
    title = context.pop("page_title")
    return lists.answer(
        request, spec, asked.part_rows(scope), "shopfloor/trace/parts.html", title=title, **context
    )


def _bar(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Parts by status as one bar; every piece opens its list."""
    total = sum(counts.values())
    found, at = [], 0.0
    for status, look in BAR:
        share = counts.get(status, 0) / total if total else 0.0
        if share:
            found.append({
                "status": status, "look": look, "label": word(PART_STATUS, status), "parts": counts[status],
                "x": round(at * 100, 3), "width": round(share * 100, 3), "share": share,
            })  # fmt: skip
        at += share
    return found


@needs(VIEW)
def scan(request: HttpRequest) -> HttpResponse:
    """``/parts/scan/?code=``: one part, a search, a thing, or a word that nothing is known."""
    code = request.GET.get("code", "").strip()
    found = asked.meant(scope_of(request), code)
    if found.serial:
        return redirect(part_url(found.serial))
    if found.search:
        return redirect(f"{reverse('shopfloor:parts')}?{urlencode({'q': found.search})}")
    if found.kind:
        return redirect(
            f"{reverse('shopfloor:trace')}?{urlencode({'kind': found.kind.value, 'key': found.key})}"
        )
    if code:
        messages.warning(request, gettext("Nothing is known of %(code)s.") % {"code": code[:60]})
    return redirect("shopfloor:parts")


@needs(VIEW)
def suggest(request: HttpRequest) -> HttpResponse:
    """``/parts/suggest/?kind=&key=``: options for a name that is being typed."""

    kind = request.GET.get("kind", "")
    found = (
        suggested(scope_of(request), FactKind(kind), request.GET.get("key", ""))
        if kind in set(FactKind)
        else []
    )
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((name,) for name in found)))
