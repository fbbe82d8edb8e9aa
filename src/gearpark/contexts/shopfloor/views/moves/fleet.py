"""Vehicles: the list, one vehicle, and taking one in that speaks on the bus."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms.moves import VehicleForm, place_choices
from ...queries import moves as queries
from ...queries.moves.fleet import vehicle_info
from ...services import moves
from ...types.lines import EDIT, VIEW
from ...types.moves import PlaceKind, SeenVehicle, VehicleInfo
from ..care.act import done, told
from .shop import task_row
from .words import language, tabs, vehicle_look, vehicle_word, when

column = lists.Column


def vehicle_url(row: Any) -> str:
    return reverse("shopfloor:vehicle", args=[row.pk])


SPEC = lists.ListSpec(
    key="moves-vehicles",
    columns=(
        column("name", _("Vehicle"), sort="name", url=vehicle_url),
        column("state", _("State"), lambda row: vehicle_word(vehicle_info(row)), state=lambda row: vehicle_look(vehicle_info(row)), export=lambda row: vehicle_look(vehicle_info(row))),
        column("battery", _("Charge"), lambda row: round(100 * row.battery), numeric=True, unit="%", sort="battery"),
        column("order_id", _("Order"), sort="order_id"),
        column("heard_at", _("Heard"), lambda row: when(row.heard_at), sort="heard_at"),
        column("manufacturer", _("Manufacturer"), sort="manufacturer"),
        column("serial", _("Serial number"), sort="serial"),
        column("home", _("Parks at"), lambda row: row.home.code if row.home else "", shown=False),
        column("mode", _("Mode"), shown=False),
        column("active", _("Takes orders"), sort="active", shown=False),
    ),
    filters=(
        lists.Filter("contact", _("Contact"), (("yes", _("in contact")), ("no", _("no contact"))), lambda rows, value: rows.filter(online=value == "yes")),
    ),
    search=("name__icontains", "serial__icontains", "manufacturer__icontains"),
    default_sort="name",
    row_url=vehicle_url,
    empty_title=_("No vehicle yet"),
    empty_text=_("Vehicles that speak VDA 5050 are found on the bus; take one in and it is given orders."),
    empty_url="/logistics/vehicles/look/",
    empty_label=_("Look on the bus"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def vehicle_list(request: HttpRequest) -> HttpResponseBase:
    """Every vehicle."""
    scope = scope_of(request)
    answer = partial(
        lists.answer, request, SPEC, queries.vehicle_rows(scope), "shopfloor/moves/vehicles.html"
    )
    return answer(title=_("Vehicles"), tabs=tabs("vehicles"), may_edit=scope.may(EDIT))


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def vehicle_page(request: HttpRequest, key: int) -> HttpResponse:
    """One vehicle as it describes itself; POST changes name, parking place, and whether it takes orders."""
    scope, now = scope_of(request), now_utc()
    found = queries.vehicle(scope, key)
    homes = place_choices(
        queries.places(scope, PlaceKind.PARK, PlaceKind.STORE, PlaceKind.DOCK, org=found.org), language()
    )
    codes = {text.split(" · ")[0]: value for value, text in homes}
    initial = {"name": found.name, "home": codes.get(found.home, ""), "active": found.active}
    form = VehicleForm(request.POST or None, homes=homes, initial=initial)
    if request.method == "POST":
        if not form.is_valid():
            return told(request, request.path, form)
        return done(
            request, request.path, _("Saved."), lambda: moves.save_vehicle(scope, key, **form.cleaned_data)
        )
    task = queries.task(scope, found.task) if found.task else None
    context = {
        "page_title": found.name,
        "vehicle": found,
        "look": vehicle_look(found),
        "word": vehicle_word(found),
        "form": form,
        "row": task_row(task, now) if task else None,
        "history": [task_row(one, now) for one in queries.tasks_of_vehicle(scope, key)],
        "at": "" if found.x_m is None else f"{found.x_m:.1f} / {found.y_m or 0.0:.1f}",
        "facts": facts_of(found),
        "may_edit": scope.may(EDIT),
        "now": now,
    }
    part = request.headers.get("HX-Request") == "true"
    template = "shopfloor/moves/vehicle_part.html" if part else "shopfloor/moves/vehicle.html"
    return render(request, template, context)


def facts_of(found: VehicleInfo) -> list[tuple[Any, str]]:
    """What the vehicle's fact sheet says, in words."""
    rows = (
        (_("Series"), "series", ""),
        (_("Class"), "class", ""),
        (_("Fastest"), "speed_max", "m/s"),
        (_("Carries at most"), "max_load_kg", "kg"),
        (_("Length"), "length", "m"),
        (_("Width"), "width", "m"),
    )
    return [
        (label, f"{found.facts[name]} {unit}".strip())
        for label, name, unit in rows
        if found.facts.get(name) not in (None, "")
    ]


@require_GET
@needs(EDIT)
def look(request: HttpRequest) -> HttpResponse:
    """Listen to the bus for two seconds: who is there?"""
    scope = scope_of(request)
    seen: list[SeenVehicle] = []
    if request.GET.get("now"):
        try:
            seen = moves.look_for_vehicles(scope)
        except Problem as problem:
            messages.error(request, words_of(problem))
    homes = place_choices(queries.places(scope, PlaceKind.PARK, org=scope.org), language())
    context = {
        "page_title": _("Vehicles on the bus"),
        "tabs": tabs("vehicles"),
        "seen": seen,
        "looked": bool(request.GET.get("now")),
        "homes": homes,
    }
    return render(request, "shopfloor/moves/look.html", context)


@require_POST
@needs(EDIT)
def take(request: HttpRequest) -> HttpResponse:
    """Make a vehicle one's own."""
    post = request.POST
    home = post.get("home", "")
    return done(
        request,
        reverse("shopfloor:vehicles"),
        _("Taken in. It is given orders from now on."),
        lambda: moves.take_in(
            scope_of(request),
            post.get("manufacturer", ""),
            post.get("serial", ""),
            name=post.get("name", ""),
            home=int(home) if home.isdecimal() else None,
        ),
    )
