"""Shipping units and shipments: packing by scanner, labels, sending, the advice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.engines.traceability import gs1
from gearpark.engines.traceability.bars import bars
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response
from gearpark.kit.problems import words_of

from ...forms.moves import PackRuleForm, ShipmentForm, UnitForm
from ...queries import moves as moves_queries
from ...queries import shipping as queries
from ...services import shipping as ship
from ...types.lines import EDIT, VIEW
from ...types.shipping import PackRuleInfo, ShipmentState, UnitInfo, UnitKind, UnitState
from ...types.work import WORK
from ..care.act import done, told
from .words import (  # fmt: skip
    SHIPMENT_LOOKS,
    SHIPMENT_STATES,
    UNIT_LOOKS,
    UNIT_STATES,
    UNITS,
    language,
    slots,
    tabs,
    when,
    word,
)

column = lists.Column


def unit_url(row: Any) -> str:
    return reverse("shopfloor:unit-page", args=[row.sscc])


def shipment_url(row: Any) -> str:
    return reverse("shopfloor:shipment", args=[row.number])


UNIT_SPEC = lists.ListSpec(
    key="shipping-units",
    columns=(
        column("sscc", "SSCC", sort="sscc", url=unit_url),
        column("state", _("State"), lambda row: word(UNIT_STATES, row.state), sort="state", state=lambda row: UNIT_LOOKS[UnitState(row.state)], export=lambda row: row.state),
        column("kind", _("Unit"), lambda row: word(UNITS, row.kind), sort="kind", export=lambda row: row.kind),
        column("product", _("Product"), lambda row: row.product.code if row.product else "", sort="product__code"),
        column("parts", _("Parts"), numeric=True, sort="parts"),
        column("capacity", _("Room"), lambda row: row.capacity or None, numeric=True, sort="capacity"),
        column("parent", _("On pallet"), lambda row: row.parent.sscc if row.parent else "", shown=False),
        column("shipment", _("Shipment"), lambda row: row.shipment.number if row.shipment else "", sort="shipment__number"),
        column("gross_kg", _("Gross weight"), numeric=True, unit="kg", sort="gross_kg", shown=False),
        column("made_by", _("Packed by"), shown=False),
        column("closed_at", _("Closed"), lambda row: when(row.closed_at), sort="closed_at"),
    ),
    filters=(
        lists.Filter("state", _("State"), tuple((s.value, w) for s, w in UNIT_STATES.items()), "state"),
        lists.Filter("kind", _("Unit"), tuple((k.value, w) for k, w in UNITS.items()), "kind"),
    ),
    search=("sscc__icontains", "product__code__icontains", "shipment__number__icontains", "items__serial__serial__iexact"),
    default_sort="-sscc",
    row_url=unit_url,
    empty_title=_("No shipping unit yet"),
    empty_text=_("Open a box or pallet, scan good parts into it, close it and print its label."),
)  # fmt: skip
SHIPMENT_SPEC = lists.ListSpec(
    key="shipping-shipments",
    columns=(
        column("number", _("Shipment"), sort="number", url=shipment_url),
        column("state", _("State"), lambda row: word(SHIPMENT_STATES, row.state), sort="state", state=lambda row: SHIPMENT_LOOKS[ShipmentState(row.state)], export=lambda row: row.state),
        column("ship_to", _("Ship to"), sort="ship_to"),
        column("reference", _("Customer's order"), sort="reference"),
        column("unit_count", _("Units"), numeric=True, sort="unit_count"),
        column("haulier", _("Haulier"), sort="haulier", shown=False),
        column("vehicle", _("Number plate"), shown=False),
        column("made_at", _("Made"), lambda row: when(row.made_at), sort="made_at"),
        column("sent_at", _("Sent"), lambda row: when(row.sent_at), sort="sent_at"),
    ),
    filters=(
        lists.Filter("state", _("State"), tuple((s.value, w) for s, w in SHIPMENT_STATES.items()), "state"),
    ),
    search=("number__icontains", "ship_to__icontains", "reference__icontains", "units__sscc__iexact"),
    default_sort="-number",
    row_url=shipment_url,
    empty_title=_("No shipment yet"),
    empty_text=_("A shipment takes closed units; when it is sent its parts are shipped and the advice is made."),
    empty_url="/logistics/shipments/new/",
    empty_label=_("New shipment"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def unit_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    rows = queries.unit_rows(scope)
    if request.GET.get("q"):
        rows = rows.distinct()
    products = [
        (code, f"{code} · {zh if language().startswith('zh') and zh else en}")
        for code, en, zh, _rule in queries.pack_rules(scope)
    ]
    context = {
        "title": _("Shipping units"),
        "tabs": tabs("units"),
        "may_work": scope.may(WORK),
        "may_edit": scope.may(EDIT),
        "form": UnitForm(products=products),
        "prefix": moves_queries.site_of(scope).gs1_prefix,
    }
    return lists.answer(request, UNIT_SPEC, rows, "shopfloor/moves/units.html", **context)


@require_POST
@needs(WORK)
def unit_new(request: HttpRequest) -> HttpResponse:
    """Open a unit and go to its packing page."""
    scope = scope_of(request)
    kind = request.POST.get("kind", "")
    try:
        made = ship.open_unit(
            scope,
            now_utc(),
            kind=UnitKind(kind) if kind in set(UnitKind) else None,
            product=request.POST.get("product", ""),
        )
    except Problem as problem:
        messages.error(request, words_of(problem))
        return HttpResponseRedirect(reverse("shopfloor:units"))
    return HttpResponseRedirect(reverse("shopfloor:unit-page", args=[made.sscc]))


@require_GET
@needs(VIEW)
def unit_page(request: HttpRequest, sscc: str) -> HttpResponse:
    """One unit: what is in it, and while it is open the field that takes scans."""
    scope = scope_of(request)
    found = queries.unit(scope, sscc)
    context = unit_context(found) | {"may_work": scope.may(WORK)}
    return render(request, "shopfloor/moves/unit.html", context)


def unit_context(found: queries.UnitPage) -> dict[str, Any]:
    unit = found.unit
    return {
        "page_title": grouped(unit.sscc),
        "unit": unit,
        "grouped": grouped(unit.sscc),
        "state": word(UNIT_STATES, unit.state),
        "look": UNIT_LOOKS[unit.state],
        "kind": word(UNITS, unit.kind),
        "parts": found.parts,
        "boxes": [unit_line(one) for one in found.boxes],
        "rule": found.rule,
        "slots": slots(unit.quantity, unit.capacity),
        "open": unit.state is UnitState.OPEN,
        "closed": unit.state is UnitState.CLOSED,
        "short": bool(unit.capacity and unit.quantity < unit.capacity),
    }


def unit_line(one: UnitInfo) -> dict[str, Any]:
    return {
        "unit": one,
        "grouped": grouped(one.sscc),
        "state": word(UNIT_STATES, one.state),
        "look": UNIT_LOOKS[one.state],
        "kind": word(UNITS, one.kind),
    }


def grouped(sscc: str) -> str:
    """An SSCC as people read it: in groups."""
    return " ".join((sscc[:1], sscc[1:8], sscc[8:17], sscc[17:])).strip()


@require_POST
@needs(WORK)
def unit_act(request: HttpRequest, sscc: str, what: str) -> HttpResponse:
    """Scan into it, take out, close, reopen, undo, put on a pallet."""
    scope, now, post = scope_of(request), now_utc(), request.POST
    where = reverse("shopfloor:unit-page", args=[sscc])
    kg = post.get("gross_kg", "").replace(",", ".").strip()
    calls: dict[str, tuple[Any, Callable[[], object]]] = {
        "pack": (_("Packed."), lambda: _pack(scope, sscc, post.get("scan", ""), now)),
        "unpack": (_("Taken out."), lambda: ship.unpack(scope, sscc, post.get("serial", ""), now)),
        "close": (
            _("Closed. Print the label."),
            lambda: ship.close_unit(scope, sscc, now, partial="partial" in post, gross_kg=_number(kg)),
        ),
        "reopen": (_("Open again."), lambda: ship.reopen_unit(scope, sscc, now)),
        "undo": (_("Undone: its parts are in no unit."), lambda: ship.undo_unit(scope, sscc, now)),
        "pallet": (_("On the pallet."), lambda: ship.put_on_pallet(scope, sscc, _sscc(post.get("pallet", "")), now)),
        "off": (_("Off the pallet."), lambda: ship.take_off_pallet(scope, sscc, now)),
    }  # fmt: skip
    if what not in calls:
        raise Problem(
            "moves.step_unknown", f"{what[:20]!r} is nothing that can be done with a unit.", status=404
        )
    said, call = calls[what]
    return done(request, where, said, call)


def _pack(scope: Any, sscc: str, scan: str, now: Any) -> object:
    """A part's label, or a container's code: then all that is in it."""
    text = scan.strip()
    known = moves_queries.carrier_rows(scope).filter(code=text, org=scope.org).exists()
    return ship.pack_carrier(scope, sscc, text, now) if known else ship.pack(scope, sscc, text, now)


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise Problem("shipping.weight", f"{text[:20]!r} is no weight.") from None


def _sscc(text: str) -> str:
    """What was scanned of a pallet -> its SSCC."""
    said = gs1.scanned(text.replace(" ", ""))
    return said.sscc or said.plain


@require_GET
@needs(VIEW)
def unit_label(request: HttpRequest, sscc: str) -> HttpResponse:
    """The GS1 logistic label, for printing."""
    found = queries.unit(scope_of(request), sscc)
    text = gs1.bracketed({gs1.SSCC: sscc})
    site = moves_queries.site_of(scope_of(request), found.unit.org)
    context = {
        **unit_context(found),
        "bars": bars(text),
        "readable": text,
        "ship_from": site.ship_from or found.unit.org,
        "lots": sorted({part.lot for part in found.parts if part.lot})[:6],
        "orders": sorted({part.order for part in found.parts if part.order})[:6],
    }
    return render(request, "shopfloor/moves/label.html", context)


# --- pack rules ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def packing(request: HttpRequest) -> HttpResponse:
    """How each product is packed."""
    scope = scope_of(request)
    if request.method == "POST":
        form = PackRuleForm(request.POST)
        if not form.is_valid():
            return told(request, request.path, form)
        asked = dict(form.cleaned_data)
        wanted = PackRuleInfo(**{**asked, "kind": UnitKind(asked["kind"])})
        return done(request, request.path, _("Saved."), lambda: ship.save_pack_rule(scope, wanted))
    chinese = language().startswith("zh")
    rows = [
        {"code": code, "name": (zh if chinese and zh else en), "rule": rule}
        for code, en, zh, rule in queries.pack_rules(scope)
    ]
    context = {"page_title": _("Pack rules"), "tabs": tabs("units"), "rows": rows, "kinds": UNITS.items()}
    return render(request, "shopfloor/moves/packing.html", context)


# --- shipments -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def shipment_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    rows = queries.shipment_rows(scope)
    if request.GET.get("q"):
        rows = rows.distinct()
    answer = partial(lists.answer, request, SHIPMENT_SPEC, rows, "shopfloor/moves/shipments.html")
    return answer(title=_("Shipments"), tabs=tabs("shipments"), may_work=scope.may(WORK))


@require_http_methods(["GET", "POST"])
@needs(WORK)
def shipment_new(request: HttpRequest) -> HttpResponse:
    form = ShipmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = ship.make_shipment(scope_of(request), now=now_utc(), **form.cleaned_data)
        return HttpResponseRedirect(reverse("shopfloor:shipment", args=[made.number]))
    context = {
        "form": form,
        "page_title": _("New shipment"),
        "submit_label": _("Make it"),
        "back_url": reverse("shopfloor:shipments"),
    }
    return render(request, "ui/form.html", context, status=400 if form.errors else 200)


@require_GET
@needs(VIEW)
def shipment_page(request: HttpRequest, number: str) -> HttpResponse:
    scope = scope_of(request)
    found = queries.shipment(scope, number)
    one = found.shipment
    context = {
        "page_title": one.number,
        "shipment": one,
        "state": word(SHIPMENT_STATES, one.state),
        "look": SHIPMENT_LOOKS[one.state],
        "units": [unit_line(unit) for unit in found.units],
        "waiting": [unit_line(unit) for unit in found.waiting],
        "draft": one.state is ShipmentState.DRAFT,
        "sent": one.state is ShipmentState.SENT,
        "sent_words": when(one.sent_at) or "–",
        "may_work": scope.may(WORK),
    }
    return render(request, "shopfloor/moves/shipment.html", context)


@require_POST
@needs(WORK)
def shipment_act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """Add or take off a unit, send, or give it up."""
    scope, now, post = scope_of(request), now_utc(), request.POST
    where = reverse("shopfloor:shipment", args=[number])
    sscc = _sscc(post.get("sscc", ""))
    calls: dict[str, tuple[Any, Callable[[], object]]] = {
        "add": (_t("Added."), lambda: ship.add_unit(scope, number, sscc, now)),
        "remove": (_t("Taken off."), lambda: ship.remove_unit(scope, number, sscc, now)),
        "send": (
            _t("Sent. Its parts are shipped; the advice is ready."),
            lambda: ship.send_shipment(scope, number, now),
        ),
        "cancel": (_t("Given up."), lambda: ship.cancel_shipment(scope, number, now)),
    }
    if what not in calls:
        raise Problem(
            "moves.step_unknown", f"{what[:20]!r} is nothing that can be done with a shipment.", status=404
        )
    said, call = calls[what]
    return done(request, where, said, call)


@require_GET
@needs(VIEW)
def advice(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The advice as JSON or CSV, as it was fixed when the shipment left."""
    document = queries.advice(scope_of(request), number)
    if form == "csv":
        return csv_response(f"advice-{number}", queries.CSV_HEAD, queries.advice_lines(document))
    answer = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="advice-{number}.json"'
    return answer
