"""Spare parts: the list with what to order again, one part with its ledger."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ...forms import care as forms_
from ...queries.care.jobs import spare_page, spare_rows
from ...queries.care.scopes import within
from ...services import care
from ...types.care import CARE, MovementKind, SpareWanted
from ...types.lines import VIEW
from .act import done, told
from .tabs import tabs
from .words import MOVEMENTS, day_and_time, named, word


def spare_url(row: Any) -> str:
    return reverse("shopfloor:spare", args=[row.pk])


def amount(value: Any) -> str:
    """A quantity without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_order(row: Any) -> Any:
    """What brings the free stock back to its maximum, once it is below the minimum."""
    return row.maximum - row.free if row.free < row.minimum else None


def _look(row: Any) -> str:
    if row.stock <= 0:
        return "bad"
    return "uncertain" if row.free < row.minimum else "good"


def _stock_word(row: Any) -> str:
    if row.stock <= 0:
        return gettext("none left")
    return gettext("low") if row.free < row.minimum else gettext("enough")


SPEC = lists.ListSpec(
    key="spares",
    columns=(
        lists.Column("code", _("Spare part"), sort="code", url=spare_url),
        lists.Column("name", _("Name"), named, sort="name_zh"),
        lists.Column("state", _("Stock is"), _stock_word, state=_look),
        lists.Column("stock", _("Stock"), lambda row: amount(row.stock), numeric=True, sort="stock", export=lambda row: row.stock),
        lists.Column("reserved", _("Reserved"), lambda row: amount(row.reserved) if row.reserved else "", numeric=True, sort="reserved", export=lambda row: row.reserved),
        lists.Column("free", _("Free stock"), lambda row: amount(row.free), numeric=True, sort="free", export=lambda row: row.free),
        lists.Column("minimum", _("Minimum"), lambda row: amount(row.minimum), numeric=True, sort="minimum", export=lambda row: row.minimum),
        lists.Column("maximum", _("Maximum"), lambda row: amount(row.maximum), numeric=True, sort="maximum", shown=False, export=lambda row: row.maximum),
        lists.Column("to_order", _("To order"), lambda row: amount(to_order(row)) if to_order(row) else "", numeric=True, export=to_order),
        lists.Column("unit", _("Unit"), lambda row: "" if row.unit == "1" else row.unit, sort="unit"),
        lists.Column("place", _("Shelf"), sort="place"),
        lists.Column("lead_days", _("Delivery"), numeric=True, unit=_("days"), sort="lead_days"),
        lists.Column("price_cny", _("Price"), numeric=True, unit="CNY", sort="price_cny", shown=False),
        lists.Column("supplier", _("Supplier"), sort="supplier", shown=False),
        lists.Column("used_in", _("Used in"), lambda row: ", ".join(row.used_in), shown=False),
        lists.Column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
    ),
    filters=(
        lists.Filter("stock", _("Stock"), (("low", _("below minimum")), ("none", _("none left"))), lambda rows, value: rows.filter(stock__lte=0) if value == "none" else rows.filter(free__lt=F("minimum"))),
    ),
    search=("code__icontains", "name_en__icontains", "name_zh__icontains", "place__icontains", "supplier__icontains"),
    default_sort="code",
    row_url=spare_url,
    empty_title=_("No spare part yet"),
    empty_text=_("Register a part with its minimum and maximum; then book what is on the shelf."),
    empty_url="/care/spares/new/",
    empty_label=_("Register a spare part"),
)  # fmt: skip


@needs(VIEW)
def spare_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/spares/``"""
    scope = scope_of(request)
    buttons = [(_("To order again"), f"{reverse('shopfloor:spares')}?stock=low", False)]
    if scope.may(CARE):
        buttons.append((_("Register a spare part"), reverse("shopfloor:spare-new"), True))
    answer = partial(lists.answer, request, SPEC, spare_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Spare parts"), tabs=tabs("spares"), buttons=buttons)


@needs(VIEW)
def spare(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/spares/<id>/``"""
    scope = scope_of(request)
    page = spare_page(scope, key)
    row: Any = page.part
    most = max(row.maximum, row.stock, 1)
    return render(
        request,
        "shopfloor/care/spare.html",
        {
            "page_title": row.code,
            "part": row,
            "name": named(row),
            "look": _look(row),
            "state": _stock_word(row),
            "stock": amount(row.stock),
            "free": amount(row.free),
            "reserved": amount(row.reserved),
            "minimum": amount(row.minimum),
            "maximum": amount(row.maximum),
            "to_order": amount(to_order(row)) if to_order(row) else "",
            "unit": "" if row.unit == "1" else row.unit,
            "share": float(row.stock / most),
            "tick": float(row.minimum / most),
            "movements": [(m, word(MOVEMENTS, MovementKind, m.kind), day_and_time(m.at), amount(m.quantity), amount(m.after)) for m in page.movements],
            "reservations": [(item, amount(item.quantity)) for item in page.reservations],
            "kinds": [(kind.value, text) for kind, text in MOVEMENTS.items()],
            "key": get_random_string(16),
            "may_care": scope.may(CARE),
        },
    )  # fmt: skip


@needs(CARE)
@require_POST
def spare_do(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/spares/<id>/do/``: a line of the ledger."""
    scope, now = scope_of(request), now_utc()
    row = spare_page(scope, key).part
    form = forms_.MoveForm(request.POST)
    if not form.is_valid():
        return told(request, spare_url(row), form)
    given, mine = form.cleaned_data, within(scope, row.org)
    return done(
        request, spare_url(row), _("The ledger has a new line."),
        lambda: care.move_spare(mine, row.code, MovementKind(given["kind"]), given["quantity"], now, order=given["order"], reason=given["reason"], key=given["key"]),
    )  # fmt: skip


@needs(CARE)
def spare_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/spares/new/`` and ``/care/spares/<id>/edit/``"""
    scope = scope_of(request)
    row: Any = spare_page(scope, key).part if key else None
    org = row.org if row else scope.org
    initial = (
        {name: getattr(row, name) for name in forms_.SpareForm.base_fields if name != "used_in"}
        if row
        else {}
    )
    if row is not None:
        initial["used_in"] = ", ".join(row.used_in)
    form = forms_.SpareForm(request.POST or None, fixed_code=bool(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        used = tuple(
            word_.strip() for word_ in given.pop("used_in").replace("，", ",").split(",") if word_.strip()
        )
        try:
            saved = care.save_spare(within(scope, org), SpareWanted(**given, used_in=used), org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("Part %(code)s is saved.") % {"code": given["code"]})
            return redirect("shopfloor:spare", key=saved)
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": row.code if row else gettext("Register a spare part"), "submit_label": gettext("Save"),
        "steps": [(_("Spare parts"), "/care/spares/")], "back_url": spare_url(row) if row else "/care/spares/",
    })  # fmt: skip
