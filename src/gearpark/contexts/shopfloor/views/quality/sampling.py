"""Lot-by-lot inspection: schemes, what the next lot is inspected by, verdicts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.engines.quality.acceptance import STANDARD, pa_binomial
from gearpark.engines.quality.plans import Plan
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting

from ...forms.quality import LotForm, SchemeForm
from ...queries import quality as queries
from ...services import quality as services
from ...types import VIEW
from ...types.work import QUALITY, WORK
from .drawing import nice
from .words import SEVERITIES, SEVERITY_LOOKS

OC_WIDTH, OC_HEIGHT, OC_POINTS = 420, 220, 60
DEFAULT_LOT = 500
MAX_LOT = 100_000_000


def _spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="sampling-schemes",
        columns=(
            column("code", gettext_lazy("Scheme"), sort="code", url=_url),
            column("title", gettext_lazy("Title"), sort="title"),
            column("product", gettext_lazy("Product"), lambda row: row.product.code if row.product else ""),
            column("supplier", gettext_lazy("Supplier"), sort="supplier"),
            column("level", gettext_lazy("Level"), sort="level"),
            column("aql", "AQL", sort="aql", numeric=True, unit="%"),
            column("severity", gettext_lazy("Next lot"), lambda row: SEVERITIES[row.severity], sort="severity", state=lambda row: SEVERITY_LOOKS[row.severity], export=lambda row: row.severity),
            column("lots", gettext_lazy("Lots"), numeric=True, sort="lots"),
        ),
        filters=(lists.Filter("severity", gettext_lazy("Next lot"), tuple(SEVERITIES.items()), "severity"),),
        search=("code__icontains", "title__icontains", "supplier__icontains"),
        default_sort="code",
        row_url=_url,
        empty_title=gettext_lazy("No sampling scheme yet"),
        empty_text=gettext_lazy("A scheme says how lots of one product or supplier are accepted, and when inspection gets stricter."),
        empty_url="/quality/sampling/new/",
        empty_label=gettext_lazy("New scheme"),
    )  # fmt: skip


def _url(row: Any) -> str:
    return f"/quality/sampling/{row.pk}/"


@needs(VIEW)
def sampling(request: HttpRequest) -> HttpResponseBase:
    """``/quality/sampling/``"""
    scope = scope_of(request)
    return lists.answer(
        request, _spec(), queries.scheme_rows(scope), "shopfloor/quality/schemes.html", title=_("Acceptance sampling"),
        may_edit=scope.may(QUALITY),
    )  # fmt: skip


@needs(QUALITY)
def scheme_new(request: HttpRequest) -> HttpResponse:
    """``/quality/sampling/new/``"""
    form = SchemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = services.save_scheme(
                scope_of(request), given.pop("code"), given.pop("title"), given.pop("aql"), **given
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return redirect("shopfloor:quality-scheme", key=made.id)
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "page_title": _("New sampling scheme"),
            "submit_label": _("Save"),
            "back_url": "/quality/sampling/",
        },
    )


@needs(VIEW)
def scheme(request: HttpRequest, key: int) -> HttpResponse:
    """``/quality/sampling/<id>/``"""
    return _page(request, key, None)


def _page(request: HttpRequest, key: int, form: LotForm | None) -> HttpResponse:
    scope = scope_of(request)
    with acting(scope):
        info = queries.scheme(scope, key)
        lots = queries.lot_rows(scope, key)
    asked = request.GET.get("size", "")
    size = (
        int(asked)
        if asked.isdigit() and 2 <= int(asked) <= MAX_LOT
        else (lots[0].size if lots else DEFAULT_LOT)
    )
    plan, reason = None, ""
    try:
        plan = queries.next_plan(info, size)
    except Problem as problem:
        reason = words_of(problem)
    context = {
        "scheme": info,
        "page_title": info.title,
        "plan": plan,
        "reason": reason,
        "size": size,
        "oc": _oc(plan) if plan else {},
        "lots": [
            {"lot": lot, "severity": SEVERITIES[lot.severity], "after": SEVERITIES[lot.severity_after]}
            for lot in lots
        ],
        "severity": SEVERITIES[info.severity],
        "look": SEVERITY_LOOKS[info.severity],
        "rules": STANDARD,
        "form": form or LotForm(initial={"size": size}),
        "may_work": scope.may(WORK),
        "may_edit": scope.may(QUALITY),
    }
    return render(request, "shopfloor/quality/scheme.html", context)


def _oc(plan: Plan) -> dict[str, Any]:
    """Operating characteristic: chance to accept over the share nonconforming, per cent."""
    aql = float(plan.aql) / 100
    end = min(1.0, max(aql * 8, (plan.ac + 1) / plan.inspect * 4))
    left, right, top, bottom = 44, OC_WIDTH - 12, 10, OC_HEIGHT - 28

    def x(p: float) -> float:
        return round(left + p / end * (right - left), 1)

    def y(pa: float) -> float:
        return round(bottom - pa * (bottom - top), 1)

    shares = [end * i / OC_POINTS for i in range(OC_POINTS + 1)]
    path = "".join(
        f"{'L' if i else 'M'}{x(p)} {y(pa_binomial(plan.inspect, plan.ac, p))}" for i, p in enumerate(shares)
    )
    return {
        "width": OC_WIDTH,
        "height": OC_HEIGHT,
        "left": left,
        "right": right,
        "bottom": bottom,
        "top": top,
        "path": path,
        "aql": x(aql),
        "pa": pa_binomial(plan.inspect, plan.ac, aql),
        "ticks": [(x(p / 100), f"{p:g}") for p in nice(0, end * 100, 5)],
        "rows": [(y(v), f"{v * 100:.0f}") for v in (0, 0.5, 1)],
    }


@require_POST
@needs(WORK)
def inspect(request: HttpRequest, key: int) -> HttpResponse:
    """Judge a lot."""
    form = LotForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            _info, accepted = services.inspect_lot(
                scope_of(request), key, given["lot"], given["size"], given["found"], now_utc(), given["note"]
            )
        except Problem as problem:
            if problem.status == 404:
                raise
            form.add_error(None, words_of(problem))
        else:
            words = _("Lot %(lot)s is accepted.") if accepted else _("Lot %(lot)s is rejected.")
            (messages.success if accepted else messages.error)(request, words % {"lot": given["lot"]})
            return redirect("shopfloor:quality-scheme", key=key)
    return _page(request, key, form)


@require_POST
@needs(QUALITY)
def resume(request: HttpRequest, key: int) -> HttpResponse:
    """Go on after inspection was discontinued."""
    services.resume(scope_of(request), key, request.POST.get("reason", ""))
    return redirect("shopfloor:quality-scheme", key=key)
