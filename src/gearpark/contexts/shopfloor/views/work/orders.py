"""Orders: the list, one order's page, making and changing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms.work import OrderChangeForm, OrderForm
from ...queries.work import orders as asked
from ...queries.work.components import reservations
from ...queries.work.products import products
from ...services import work
from ...types.lines import EDIT, VIEW
from ...types.orders import OrderInfo
from ...types.work import OrderStatus, Tracking
from .drawing import progress_bar, river
from .tabs import frame
from .words import (
    ORDER_LOOK,
    ORDER_STATUS,
    PART_LOOK,
    PART_STATUS,
    PRIORITY,
    REPORT,
    SOURCE,
    language,
    sentences,
    word,
)


def order_url(row: Any) -> str:
    return f"/orders/{row.pk}/"


def _name(row: Any) -> str:
    return str((row.name_zh if language().startswith("zh") else row.name_en) or row.name_en)


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    lines = [(line.asset, line.name(language())) for line in queries.lines(scope)]
    return lists.ListSpec(
        key="orders",
        columns=(
            column("number", _("Order"), sort="number", url=order_url),
            column("status", _("Status"), lambda row: word(ORDER_STATUS, row.status), sort="status", state=lambda row: ORDER_LOOK[row.status], export=lambda row: row.status),
            column("product", _("Product"), lambda row: f"{row.product.code} {_name(row.product)}", sort="product__code", export=lambda row: row.product.code),
            column("line", _("Line"), lambda row: _name(row.line), sort="line__asset", export=lambda row: row.line.asset),
            column("quantity", _("Quantity"), numeric=True, sort="quantity"),
            column("good", _("Good"), lambda row: row.n_good, numeric=True, sort="n_good"),
            column("scrap", _("Scrap"), lambda row: row.n_scrap or None, numeric=True, sort="n_scrap"),
            column("open", _("On the way"), lambda row: row.n_open or None, numeric=True, sort="n_open"),
            column("held", _("Held"), lambda row: row.n_held or None, numeric=True, sort="n_held"),
            column("due_on", _("Due"), sort="due_on"),
            column("priority", _("Priority"), lambda row: word(PRIORITY, str(row.priority)), sort="priority", export=lambda row: row.priority),
            column("lot", _("Lot"), sort="lot", shown=False),
            column("customer_ref", _("Customer reference"), sort="customer_ref", shown=False),
            column("source", _("Source"), lambda row: word(SOURCE, row.source), sort="source", shown=False, export=lambda row: row.source),
            column("released_at", _("Released"), lambda row: _when(row.released_at), sort="released_at", shown=False),
            column("started_at", _("Started"), lambda row: _when(row.started_at), sort="started_at", shown=False),
            column("ended_at", _("Ended"), lambda row: _when(row.ended_at), sort="ended_at", shown=False),
            column("note", _("Note"), shown=False),
            column("org", _("Organisation"), sort="org", shown=scope.park_wide),
        ),
        filters=(
            lists.Filter("status", _("Status"), (("open", _("Open ones")), *ORDER_STATUS.items()), _by_status),
            lists.Filter("line", _("Line"), tuple(lines), "line__asset"),
            lists.Filter("priority", _("Priority"), tuple(PRIORITY.items()), "priority"),
            lists.Filter("late", _("Late"), (("yes", _("yes")),), lambda rows, value: asked.late_orders(rows, timezone.localdate())),
            lists.Filter("source", _("Source"), tuple(SOURCE.items()), "source"),
        ),
        search=("number__icontains", "product__code__icontains", "product__name_en__icontains", "product__name_zh__icontains", "lot__icontains", "customer_ref__icontains"),
        default_sort="-number",
        row_url=order_url,
        empty_title=_("No order yet"),
        empty_text=_("An order says how many of a product one line makes. Orders that a line reports by itself appear here too."),
        empty_url="/orders/new/" if scope.may(EDIT) else "",
        empty_label=_("Make the first order"),
    )  # fmt: skip


def _by_status(rows: Any, value: str) -> Any:
    if value == "open":
        return rows.exclude(status__in=(OrderStatus.CLOSED, OrderStatus.CANCELLED))
    return rows.filter(status=value)


def _when(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


@needs(VIEW)
def order_list(request: HttpRequest) -> HttpResponseBase:
    """``/orders/``"""
    scope = scope_of(request)
    context = frame(scope, "orders", _("Orders"))
    title = context.pop("page_title")
    counts = asked.order_counts(scope, timezone.localdate())
    context["figures"] = [
        {"label": word(ORDER_STATUS, name), "value": counts[name], "url": f"?status={name}"}
        for name in ("running", "released", "held", "done")
    ] + [{"label": gettext("late"), "value": counts["late"], "url": "?late=yes"}]
    rows = asked.order_rows(scope)
    return lists.answer(request, _spec(scope), rows, "shopfloor/work/orders.html", title=title, **context)


@needs(EDIT)
def order_new(request: HttpRequest) -> HttpResponse:
    """``/orders/new/``"""
    scope = scope_of(request)
    made = [row for row in products(scope) if row.org == scope.org]
    lines = [line for line in queries.lines(scope) if line.org == scope.org]
    form = OrderForm(
        request.POST or None,
        products=[(row.code, f"{row.code} {_name(row)}") for row in made],
        lines=[(line.asset, f"{line.name(language())} ({line.asset})") for line in lines],
        initial={"product": request.GET.get("product", ""), "line": request.GET.get("line", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            key = work.create_order(scope, form.wanted(), at=now_utc())
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The order is made. Release it when it may start."))
            return redirect("shopfloor:order", order_id=key)
    context = frame(scope, "orders", _("New order"), form=form, submit_label=_("Make the order"))
    context |= {"back_url": "/orders/", "missing": "products" if not made else "lines" if not lines else ""}
    return render(request, "shopfloor/work/order_form.html", context, status=422 if form.errors else 200)


@needs(EDIT)
def order_edit(request: HttpRequest, order_id: int) -> HttpResponse:
    """``/orders/<id>/edit/``; a conflict shows what the other person saved and keeps what was typed."""
    scope = scope_of(request)
    info = asked.order(scope, order_id)
    form = OrderChangeForm(request.POST or None, initial=OrderChangeForm.initial_of(info))
    conflict: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            work.change_order(scope, order_id, given["version"], given, now_utc())
        except Problem as problem:
            form.add_error(None, words_of(problem))
            if problem.code == "work.order_changed":
                conflict = problem.details
                form.data = request.POST.copy()
                form.data["version"] = str(problem.details["version"])  # saving again is a decision now
        else:
            messages.success(request, _("The order is changed."))
            return redirect("shopfloor:order", order_id=order_id)
    title = gettext("Change order %(name)s") % {"name": info.number}
    context = frame(scope, "orders", title, form=form, info=info, conflict=conflict, submit_label=_("Save"))
    context |= {"back_url": f"/orders/{order_id}/"}
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "shopfloor/work/order_form.html", context, status=status)


def _parts_spec(info: OrderInfo) -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="order-parts",
        columns=(
            column("serial", _("Serial"), sort="serial", url=part_url),
            column("status", _("Status"), lambda row: word(PART_STATUS, row.status), sort="status", state=lambda row: PART_LOOK[row.status], export=lambda row: row.status),
            column("next_op", _("Next operation"), numeric=True, sort="next_op"),
            column("rework_loops", _("Rework loops"), numeric=True, sort="rework_loops"),
            column("begun_at", _("Begun"), lambda row: _when(row.begun_at), sort="begun_at"),
            column("done_at", _("Left the route"), lambda row: _when(row.done_at), sort="done_at"),
            column("lot", _("Lot"), sort="lot", shown=False),
        ),
        filters=(lists.Filter("part", _("Status"), tuple(PART_STATUS.items()), "status"),),
        search=("serial__icontains",),
        default_sort="-serial",
        empty_title=_("No part yet"),
        empty_text=_("Serials are given when a part is started at its first operation."),
    )  # fmt: skip


def part_url(row: Any) -> str:
    """The part's story."""
    return f"/parts/{row.serial}/"


@needs(VIEW)
def order_page(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """``/orders/<id>/``: how far it is, then its parts."""
    scope = scope_of(request)
    info = asked.order(scope, order_id)
    standing = asked.standings(scope, order_id)
    may = frame(scope, "orders", gettext("Order %(name)s") % {"name": info.number})
    context: dict[str, Any] = {
        **may,
        "info": info,
        "look": ORDER_LOOK[info.status],
        "status_word": word(ORDER_STATUS, info.status),
        "priority_word": word(PRIORITY, str(info.priority)),
        "source_word": word(SOURCE, info.source),
        "product_name": info.product_name(language()),
        "line_name": info.line_name(language()),
        "river": river(standing, language()),
        "bar": progress_bar(info.progress),
        "late": info.due_on is not None
        and info.due_on < timezone.localdate()
        and info.status not in (OrderStatus.DONE, OrderStatus.CLOSED, OrderStatus.CANCELLED),
        "counted": info.tracking is Tracking.LOT,
        "components": reservations(scope, order_id),
        "can": _can(info, may),
        "reports": [(item, word(REPORT, item.kind)) for item in asked.recent_reports(scope, order_id)],
    }
    title = context.pop("page_title")
    rows = asked.serial_rows(scope, order_id)
    return lists.answer(request, _parts_spec(info), rows, "shopfloor/work/order.html", title=title, **context)


def _can(info: OrderInfo, may: dict[str, Any]) -> dict[str, bool]:
    """Which actions make sense now for this person."""
    status = info.status
    open_ = status in (OrderStatus.RELEASED, OrderStatus.RUNNING)
    ended = status in (OrderStatus.CLOSED, OrderStatus.CANCELLED)
    return {
        "release": may["may_release"] and status == OrderStatus.DRAFT,
        "hold": may["may_release"] and open_,
        "unhold": may["may_release"] and status == OrderStatus.HELD,
        "close": may["may_release"] and (open_ or status in (OrderStatus.HELD, OrderStatus.DONE)),
        "cancel": may["may_release"] and (open_ or status in (OrderStatus.DRAFT, OrderStatus.HELD)),
        "edit": may["may_edit"] and not ended,
        "split": may["may_edit"] and not ended and info.progress.left > 0 and info.quantity > 1
        and info.tracking is Tracking.SERIAL,
        "components": may["may_work"] and open_ and info.tracking is Tracking.SERIAL,
    }  # fmt: skip


def refused(request: HttpRequest, problem: Problem) -> None:
    """Show a refusal on the next page, one reason a line."""
    for text in sentences(problem):
        messages.error(request, text)
