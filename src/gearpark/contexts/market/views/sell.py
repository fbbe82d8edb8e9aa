"""A seller's workbench: own offers, one filled in and checked while it is typed, stock, files, agreed prices, sheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.public import lines
from gearpark.engines.products import ProductClass, classes, kept, product_class, read_values
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..forms.offers import AgreedForm, FileForm, OfferForm, SheetForm, StockForm, initial_of
from ..queries import offers as queries
from ..queries.checks import check
from ..services import files as file_services
from ..services import offers as services
from ..services import sheets
from ..types import SELL, FileKind, OfferInfo, OfferState
from . import words
from .pictures import drawn


def _class_titles() -> list[tuple[str, str]]:
    return [(code, one.title(words.language())) for code, one in classes().items()]


def _url(row: Any) -> str:
    return f"/market/sell/{row.pk}/"


def _spec() -> lists.ListSpec:
    column, tongue = lists.Column, words.language()
    titles = dict(_class_titles())
    title = "title_zh" if tongue.startswith("zh") else "title_en"
    return lists.ListSpec(
        key="market-offers",
        columns=(
            column("part_no", _("Part number"), sort="part_no", url=_url),
            column("title", _("Title"), lambda row: getattr(row, title) or row.title_zh or row.title_en, sort=title),
            column("kind", _("Product class"), lambda row: titles.get(row.kind, row.kind), sort="kind", export=lambda row: row.kind),
            column("price", _("Price"), lambda row: words.amount(row.price, row.currency), numeric=True, sort="price", export=lambda row: row.price),
            column("currency", _("Currency"), sort="currency", shown=False),
            column("on_hand", _("On hand"), lambda row: words.quantity(row.on_hand), numeric=True, sort="on_hand", export=lambda row: row.on_hand),
            column("reserved", _("Promised"), lambda row: words.quantity(row.reserved), numeric=True, sort="reserved", export=lambda row: row.reserved),
            column("state", _("State"), lambda row: words.STATES[OfferState(row.state)], sort="state", state=lambda row: words.STATE_LOOKS[OfferState(row.state)], export=lambda row: row.state),
            column("findings", _("Objections"), lambda row: len(row.findings) or "", numeric=True),
            column("revision", _("Revision"), numeric=True, sort="revision", shown=False),
            column("changed_at", _("Changed"), lambda row: timezone.localtime(row.changed_at).strftime("%Y-%m-%d %H:%M"), sort="changed_at"),
        ),
        filters=(
            lists.Filter("state", _("State"), tuple((state.value, word) for state, word in words.STATES.items()), "state"),
            lists.Filter("kind", _("Product class"), tuple(_class_titles()), "kind"),
        ),
        search=("part_no__icontains", "title_zh__icontains", "title_en__icontains"),
        default_sort="-changed_at",
        row_url=_url,
        empty_title=_("Your firm offers nothing yet"),
        empty_text=_("Add an offer of a product class, or a sheet of them: engineering checks every one before it is listed."),
        empty_url="/market/sell/new/",
        empty_label=_("New offer"),
    )  # fmt: skip


@needs(SELL)
def own(request: HttpRequest) -> HttpResponseBase:
    """``/market/sell/``: the firm's own offers, with search, filters, export."""
    scope = scope_of(request)
    return lists.answer(request, _spec(), queries.own_rows(scope), "market/own.html", title=_("My offers"))


@needs(SELL)
def new(request: HttpRequest) -> HttpResponse:
    """``/market/sell/new/``: choose a class; with ``?kind=`` fill the offer in."""
    scope, code = scope_of(request), request.GET.get("kind", "")
    if code not in classes():
        made = [
            {
                "code": c,
                "title": one.title(words.language()),
                "also": ", ".join(one.also[:4]),
                "picture": drawn(c, {}),
            }
            for c, one in classes().items()
        ]
        return render(request, "market/choose.html", {"classes": made, "page_title": gettext("New offer")})
    kind = product_class(code)
    form = _form(
        scope,
        kind,
        request,
        {
            "unit": kind.unit,
            "malls": kind.malls[:1],
            "currency": "CNY",
            "vat": 13,
            "min_qty": 1,
            "step_qty": 1,
            "on_hand": 0,
        },
    )
    if request.method == "POST" and form.is_valid():
        saved = _tried(form, lambda: services.save_offer(scope, form.draft()))
        if saved is not None:
            return _kept(request, saved)
    return _page(request, form, kind, None)


@needs(SELL)
def edit(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/sell/<id>/``: an own offer: its values, state, stock, files and agreed prices."""
    scope = scope_of(request)
    found = _own(scope, offer_id)
    kind = product_class(found.kind)
    form = _form(scope, kind, request, initial_of(found))
    if request.method == "POST" and form.is_valid():
        base = form.cleaned_data["base"]
        saved = _tried(form, lambda: services.save_offer(scope, form.draft(), offer_id, base=base))
        if saved is not None:
            return _kept(request, saved)
    return _page(request, form, kind, found)


def _own(scope: Scope, key: int) -> OfferInfo:
    found = queries.offer(scope, key)
    if found.org != scope.org:
        raise NotFound("market.offer_unknown", "Your firm has no such offer.")
    return found


def _form(scope: Scope, kind: ProductClass, request: HttpRequest, initial: dict[str, Any]) -> OfferForm:
    tongue = words.language()
    mine = [(line.asset, line.name(tongue)) for line in lines(scope) if line.org == scope.org]
    return OfferForm(request.POST or None, kind=kind, language=tongue, lines=mine, initial=initial)


def _tried(form: OfferForm, work: Callable[[], OfferInfo]) -> OfferInfo | None:
    try:
        return work()
    except Problem as problem:
        fields = problem.details.get("fields")
        if isinstance(fields, dict):
            form.tell(fields)
        else:
            form.add_error(None, words_of(problem))
    return None


def _kept(request: HttpRequest, saved: OfferInfo) -> HttpResponse:
    messages.success(request, gettext("Revision %(n)s is kept.") % {"n": saved.revision})
    return redirect("market:edit", offer_id=saved.id)


def _page(request: HttpRequest, form: OfferForm, kind: ProductClass, found: OfferInfo | None) -> HttpResponse:
    scope = scope_of(request)
    plain = "part_no title_zh title_en malls price index window days premium processing currency unit vat min_qty step_qty on_hand lead_days line shows"
    context: dict[str, Any] = {
        "form": form, "kind": kind, "kind_title": kind.title(words.language()), "offer": found,
        "page_title": found.title(words.language()) if found else gettext("New offer"),
        "plain": [form[name] for name in plain.split()], "wide": [form[name] for name in ("text_zh", "text_en", "tiers")],
        "values": form.value_fields(), **_checked(kind, _texts(form, kind)),
    }  # fmt: skip
    if found is not None:
        context |= {
            "state_word": words.STATES[found.state], "state_look": words.STATE_LOOKS[found.state],
            "stock": StockForm(initial={"on_hand": f"{found.on_hand.normalize():f}"}), "promised": words.quantity(found.reserved),
            "file_form": FileForm(kinds=[(k.value, words.FILES[k]) for k in FileKind]), "agreed_form": AgreedForm(initial={"from_on": timezone.localdate(), "from_qty": 1}),
            "files": [{"file": f, "word": words.FILES[f.kind]} for f in queries.files(scope, found.id)],
            "agreed": [{"row": row, "price": words.amount(row.price, found.currency), "from": words.quantity(row.from_qty)} for row in queries.agreed_prices(scope, found.id)],
        }  # fmt: skip
    return render(request, "market/edit.html", context)


def _texts(form: OfferForm, kind: ProductClass) -> dict[str, str]:
    return {attribute.key: str(form[f"v-{attribute.key}"].value() or "") for attribute in kind.attributes}


def _checked(kind: ProductClass, texts: dict[str, str]) -> dict[str, Any]:
    """What the values draw and what engineering says of them, as far as they are filled in."""
    values, wrong = read_values(kind, texts)
    told = [words_of(problem) for key, problem in wrong.items() if texts.get(key)]
    found = tuple(check(kind, values))
    return {
        "picture": drawn(kind.code, kept(values)),
        "findings": words.findings(found),
        "wrong": told,
        "sound": not told and not found and any(texts.values()),
    }


@needs(SELL)
@require_POST
def checked(request: HttpRequest, code: str) -> HttpResponse:
    """``/market/sell/check/<class>/``: the drawing and objections for what is typed so far (htmx)."""
    kind = product_class(code)
    texts = {attribute.key: request.POST.get(f"v-{attribute.key}", "") for attribute in kind.attributes}
    return render(request, "market/parts/check.html", _checked(kind, texts))


@needs(SELL)
@require_POST
def change(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/sell/<id>/do/``: list, withdraw, count the stock, agree or end a price."""
    scope, what = scope_of(request), request.POST.get("what", "")
    try:
        if what == "list":
            services.list_offer(scope, offer_id, now_utc())
            messages.success(request, gettext("Listed: buyers find it within seconds."))
        elif what == "withdraw":
            services.withdraw_offer(scope, offer_id)
            messages.success(request, gettext("Withdrawn: nobody else sees it now."))
        elif what == "stock":
            form = StockForm(request.POST)
            if form.is_valid():
                services.set_stock(scope, offer_id, form.cleaned_data["on_hand"])
                messages.success(request, gettext("The stock is counted anew."))
        elif what == "agree":
            _agree(request, scope, offer_id)
        elif what == "end-price":
            number = request.POST.get("price", "")
            services.end_price(scope, offer_id, int(number) if number.isdecimal() else 0)
            messages.success(request, gettext("The agreed price is taken back."))
    except Problem as problem:
        if problem.status >= 403 and problem.status != 409:
            raise
        messages.error(request, words_of(problem))
    return redirect("market:edit", offer_id=offer_id)


def _agree(request: HttpRequest, scope: Scope, key: int) -> None:
    form = AgreedForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return
    given = form.cleaned_data
    services.agree_price(
        scope,
        key,
        given["buyer"],
        given["price"],
        from_qty=given["from_qty"],
        from_on=given["from_on"],
        until_on=given["until_on"],
    )
    messages.success(request, gettext("The price is agreed; only that buyer sees it."))


@needs(SELL)
@require_POST
def files(request: HttpRequest, offer_id: int) -> HttpResponse:
    """``/market/sell/<id>/files/``: add a file, or remove one."""
    scope = scope_of(request)
    if request.POST.get("remove", "").isdecimal():
        file_services.remove_file(scope, offer_id, int(request.POST["remove"]))
        messages.success(request, gettext("The file is taken off."))
        return redirect("market:edit", offer_id=offer_id)
    form = FileForm(request.POST, request.FILES, kinds=[(k.value, k.value) for k in FileKind])
    if form.is_valid():
        given = form.cleaned_data
        try:
            file_services.add_file(
                scope, offer_id, FileKind(given["kind"]), given["file"].name, given["file"].read(),
                standard=given["standard"], number=given["number"], expires_on=given["expires_on"],
            )  # fmt: skip
            messages.success(request, gettext("The file is kept."))
        except Problem as problem:
            messages.error(request, words_of(problem))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("market:edit", offer_id=offer_id)


@needs(SELL)
def sheet(request: HttpRequest) -> HttpResponse:
    """``/market/sell/import/``: offers of one class out of a sheet; ``?columns=<class>`` gives an empty one."""
    scope, wanted = scope_of(request), request.GET.get("columns", "")
    if wanted in classes():
        made = HttpResponse(
            "\ufeff" + ",".join(sheets.columns_of(product_class(wanted))) + "\r\n",
            content_type="text/csv; charset=utf-8",
        )
        made["Content-Disposition"] = f'attachment; filename="{wanted}.csv"'
        return made
    form = SheetForm(request.POST or None, request.FILES or None, kinds=_class_titles())
    done = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            done = sheets.import_offers(
                scope, given["kind"], given["file"].read(), given["file"].name, now_utc()
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
    context = {
        "form": form,
        "done": done,
        "classes": _class_titles(),
        "page_title": gettext("Offers from a sheet"),
    }
    return render(request, "market/sheet.html", context)
