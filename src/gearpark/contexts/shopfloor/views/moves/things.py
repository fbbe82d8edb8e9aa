"""Carriers, places with their material, and the rules that raise tasks."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.moves import CarriersForm, FillForm, PlaceForm, RuleForm, StockForm, place_choices
from ...queries import moves as queries
from ...services import moves
from ...types.lines import EDIT, VIEW
from ...types.moves import CarrierKind, PlaceKind
from ...types.work import WORK
from ..care.act import done, told
from .words import (  # fmt: skip
    CARRIERS,
    FLOWS,
    MEANS,
    PLACES,
    RULES,
    STATE_LOOKS,
    STATES,
    WATCHES,
    language,
    named,
    slots,
    tabs,
    when,
    word,
)

column = lists.Column
STANDS = (PlaceKind.STORE, PlaceKind.DOCK, PlaceKind.HANDOVER, PlaceKind.BUFFER)


def carrier_url(row: Any) -> str:
    return reverse("shopfloor:carrier", args=[row.pk])


def place_url(row: Any) -> str:
    return reverse("shopfloor:place", args=[row.pk])


def rule_url(row: Any) -> str:
    return reverse("shopfloor:move-rule", args=[row.pk])


CARRIER_SPEC = lists.ListSpec(
    key="moves-carriers",
    columns=(
        column("code", _("Carrier"), sort="code", url=carrier_url),
        column("kind", _("Kind"), lambda row: word(CARRIERS, row.kind), sort="kind", export=lambda row: row.kind),
        column("place", _("Stands at"), lambda row: row.place.code if row.place else row.vehicle.name if row.vehicle else "", sort="place__code"),
        column("parts", _("Serials"), numeric=True, sort="parts"),
        column("material", _("Material"), sort="material"),
        column("lot", _("Lot"), sort="lot", shown=False),
        column("quantity", _("Quantity"), numeric=True, sort="quantity"),
        column("capacity", _("Room"), numeric=True, sort="capacity"),
        column("arrived_at", _("There since"), lambda row: when(row.arrived_at), sort="arrived_at"),
    ),
    filters=(
        lists.Filter("load", _("Load"), (("empty", _("empty")), ("loaded", _("loaded"))), lambda rows, value: rows.filter(parts=0, quantity=0) if value == "empty" else rows.exclude(parts=0, quantity=0)),
        lists.Filter("kind", _("Kind"), tuple((k.value, w) for k, w in CARRIERS.items()), "kind"),
    ),
    search=("code__icontains", "place__code__icontains", "material__icontains", "lot__icontains"),
    default_sort="code",
    row_url=carrier_url,
    empty_title=_("No carrier yet"),
    empty_text=_("Containers, pallets and trays carry parts between lines, stores and the dock."),
    empty_url="/logistics/carriers/new/",
    empty_label=_("Make carriers"),
)  # fmt: skip
PLACE_SPEC = lists.ListSpec(
    key="moves-places",
    columns=(
        column("code", _("Place"), sort="code", url=place_url),
        column("name", _("Name"), named),
        column("kind", _("Kind"), lambda row: word(PLACES, row.kind), sort="kind", export=lambda row: row.kind),
        column("line", _("Line"), lambda row: row.line.asset if row.line else "", sort="line__asset"),
        column("flow", _("Part in the line"), lambda row: word(FLOWS, row.flow), shown=False),
        column("carriers_here", _("Carriers"), numeric=True, sort="carriers_here"),
        column("stock_here", _("Loose stock"), lambda row: row.stock_here or 0, numeric=True, sort="stock_here"),
        column("capacity", _("Room"), numeric=True, sort="capacity", shown=False),
        column("x_m", _("x"), numeric=True, unit="m", shown=False),
        column("y_m", _("y"), numeric=True, unit="m", shown=False),
    ),
    filters=(
        lists.Filter("kind", _("Kind"), tuple((k.value, w) for k, w in PLACES.items()), "kind"),
    ),
    search=("code__icontains", "name_en__icontains", "name_zh__icontains"),
    default_sort="code",
    row_url=place_url,
    empty_title=_("No place yet"),
    empty_text=_("Set logistics up: every line's places come from its template, stores and dock are proposed."),
    empty_url="/logistics/",
    empty_label=_("Logistics"),
)  # fmt: skip
RULE_SPEC = lists.ListSpec(
    key="moves-rules",
    columns=(
        column("name", _("Rule"), sort="name", url=rule_url),
        column("kind", _("It brings"), lambda row: word(RULES, row.kind), sort="kind", export=lambda row: row.kind),
        column("place", _("At the line"), "place.code", sort="place__code"),
        column("store", _("Store"), "store.code", sort="store__code"),
        column("watch", _("It looks at"), lambda row: word(WATCHES, row.watch), export=lambda row: row.watch),
        column("threshold", _("Threshold"), numeric=True, sort="threshold"),
        column("quantity", _("Quantity"), numeric=True),
        column("material", _("Material")),
        column("means", _("Carried by"), lambda row: word(MEANS, row.means), sort="means"),
        column("raised", _("Tasks so far"), numeric=True, sort="raised"),
        column("active", _("Active"), sort="active"),
    ),
    filters=(
        lists.Filter("kind", _("It brings"), tuple((k.value, w) for k, w in RULES.items()), "kind"),
        lists.Filter("active", _("Active"), (("yes", _("yes")), ("no", _("no"))), lambda rows, value: rows.filter(active=value == "yes")),
    ),
    search=("name__icontains", "place__code__icontains", "material__icontains"),
    default_sort="place",
    row_url=rule_url,
    empty_title=_("No rule yet"),
    empty_text=_("Rules raise transport tasks by themselves: finished parts away, blanks to the line."),
    empty_url="/logistics/rules/new/",
    empty_label=_("New rule"),
)  # fmt: skip


# --- carriers ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def carrier_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    rows = queries.carrier_rows(scope).filter(active=True)
    answer = partial(lists.answer, request, CARRIER_SPEC, rows, "shopfloor/moves/carriers.html")
    return answer(title=_("Carriers"), tabs=tabs("carriers"), may_edit=scope.may(EDIT))


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def carriers_new(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    places = place_choices(queries.places(scope, *STANDS, org=scope.org), language())
    form = CarriersForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        asked["kind"] = CarrierKind(asked["kind"])
        try:
            moves.save_carriers(scope, asked.pop("prefix"), asked.pop("count"), now=now_utc(), **asked)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return HttpResponseRedirect(reverse("shopfloor:carriers"))
    context = {
        "form": form,
        "page_title": _("Make carriers"),
        "submit_label": _("Make them"),
        "back_url": reverse("shopfloor:carriers"),
    }
    return render(request, "ui/form.html", context, status=400 if form.errors else 200)


@require_GET
@needs(VIEW)
def carrier_page(request: HttpRequest, key: int) -> HttpResponse:
    scope = scope_of(request)
    found = queries.carrier(scope, key)
    places = queries.places(scope, *STANDS, PlaceKind.PARK, org=found.carrier.org)
    here = next((place for place in places if place.code == found.carrier.place), None)
    context = {
        "page_title": found.carrier.code,
        "carrier": found.carrier,
        "kind": word(CARRIERS, found.carrier.kind),
        "serials": found.serials,
        "tasks": [
            {
                "number": number,
                "state": word(STATES, state),
                "look": STATE_LOOKS[next(s for s in STATES if s.value == state)],
            }
            for number, state in found.tasks
        ],
        "slots": slots(found.carrier.load, found.carrier.capacity),
        "here": here,
        "places": place_choices(places, language()),
        "may_work": scope.may(WORK),
    }
    return render(request, "shopfloor/moves/carrier.html", context)


@require_POST
@needs(WORK)
def carrier_act(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Fill, empty, or say where it stands."""
    scope, now, post = scope_of(request), now_utc(), request.POST
    where = reverse("shopfloor:carrier", args=[key])
    if what == "fill":
        form = FillForm(post)
        if not form.is_valid():
            return told(request, where, form)
        asked = dict(form.cleaned_data)
        asked["quantity"] = asked["quantity"] or 0
        return done(request, where, _("Put in."), lambda: moves.fill_carrier(scope, key, now, **asked))
    if what == "empty":
        return done(request, where, _("Emptied."), lambda: moves.empty_carrier(scope, key, now))
    if what == "move":
        place = post.get("place", "")
        return done(
            request,
            where,
            _("Noted."),
            lambda: moves.move_carrier(scope, key, int(place) if place.isdecimal() else 0, now),
        )
    raise Problem(
        "moves.step_unknown", f"{what[:20]!r} is nothing that can be done with a carrier.", status=404
    )


# --- places --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def place_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    rows = queries.place_rows(scope).filter(active=True)
    answer = partial(lists.answer, request, PLACE_SPEC, rows, "shopfloor/moves/places.html")
    return answer(title=_("Places"), tabs=tabs("places"), may_edit=scope.may(EDIT))


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def place_edit(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """Make a place, or change one."""
    scope = scope_of(request)
    found = queries.place(scope, key) if key is not None else None
    initial: dict[str, Any] = {}
    if found is not None:
        names = ("code", "name_en", "name_zh", "x_m", "y_m", "capacity")
        initial = {name: getattr(found, name) for name in names} | {"kind": found.kind.value}
    form = PlaceForm(request.POST or None, of_line=bool(found and found.line), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = moves.save_place(scope, form.wanted(), key)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return HttpResponseRedirect(reverse("shopfloor:place", args=[made.id]))
    context = {
        "form": form,
        "page_title": _("Change place") if found else _("New place"),
        "lead": found.name(language()) if found else "",
        "submit_label": _("Save"),
        "back_url": reverse("shopfloor:place", args=[key]) if key else reverse("shopfloor:places"),
    }
    return render(request, "ui/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def place_page(request: HttpRequest, key: int) -> HttpResponse:
    """One place with what stands and lies there; POST books a receipt or an issue."""
    scope = scope_of(request)
    if request.method == "POST":
        form = StockForm(request.POST)
        if not form.is_valid():
            return told(request, request.path, form)
        return done(
            request, request.path, _("Booked."), lambda: moves.book_stock(scope, key, **form.cleaned_data)
        )
    found = queries.place_detail(scope, key)
    context = {
        "page_title": found.place.name(language()),
        "place": found.place,
        "kind": word(PLACES, found.place.kind),
        "carriers": [{"info": one, "share": min(1.0, one.load / one.capacity)} for one in found.carriers],
        "where": f"{found.place.x_m:.1f} / {found.place.y_m:.1f}",
        "stock": found.stock,
        "rules": [{"row": row, "kind": word(RULES, row.kind)} for row in found.rules],
        "form": StockForm(),
        "total": sum(one.load for one in found.carriers) + sum(quantity for _m, _l, quantity in found.stock),
        "may_edit": scope.may(EDIT),
        "may_work": scope.may(WORK),
        "bookable": found.place.kind in STANDS,
    }
    return render(request, "shopfloor/moves/place.html", context)


# --- rules ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def rule_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    answer = partial(lists.answer, request, RULE_SPEC, queries.rules(scope), "shopfloor/moves/rules.html")
    stores = place_choices(queries.places(scope, PlaceKind.STORE, org=scope.org), language())
    return answer(title=_("Rules"), tabs=tabs("move-rules"), may_edit=scope.may(EDIT), stores=stores)


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def rule_edit(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """Make or change a rule."""
    scope = scope_of(request)
    row = queries.rule(scope, key) if key is not None else None
    org = row.org if row is not None else scope.org
    ends = place_choices(queries.places(scope, PlaceKind.HANDOVER, PlaceKind.BUFFER, org=org), language())
    stores = place_choices(queries.places(scope, PlaceKind.STORE, PlaceKind.DOCK, org=org), language())
    initial: dict[str, Any] = {}
    if row is not None:
        names = ("name", "kind", "watch", "threshold", "material", "quantity", "means", "due_s", "priority", "exchange", "active")  # fmt: skip
        initial = {name: getattr(row, name) for name in names} | {
            "place": row.place_id,
            "store": row.store_id,
        }
    form = RuleForm(request.POST or None, ends=ends, stores=stores, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            moves.save_rule(scope, form.wanted(), now_utc(), key)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return HttpResponseRedirect(reverse("shopfloor:move-rules"))
    context = {
        "form": form,
        "page_title": _("Change rule") if row else _("New rule"),
        "submit_label": _("Save"),
        "back_url": reverse("shopfloor:move-rules"),
        "rule": row,
    }
    return render(request, "shopfloor/moves/rule.html", context, status=400 if form.errors else 200)


@require_POST
@needs(EDIT)
def rule_act(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Switch on or off, or remove."""
    scope, now = scope_of(request), now_utc()
    where = reverse("shopfloor:move-rules")
    if what == "remove":
        return done(request, where, _("Removed. Its tasks stay."), lambda: moves.remove_rule(scope, key))
    return done(request, where, _("Saved."), lambda: moves.switch_rule(scope, key, what == "on", now))


@require_POST
@needs(EDIT)
def rules_propose(request: HttpRequest) -> HttpResponse:
    """The two usual rules of every line that has none yet."""
    scope, now, post = scope_of(request), now_utc(), request.POST
    stores = [int(post[name]) if post.get(name, "").isdecimal() else 0 for name in ("blanks", "finished")]

    def propose() -> None:
        for asset in queries.shop(scope, now).lines:
            moves.propose_rules(scope, asset, stores[0], stores[1], now)

    return done(request, reverse("shopfloor:move-rules"), _("Proposed; look them through."), propose)
