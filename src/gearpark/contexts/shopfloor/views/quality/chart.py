"""One control chart: points, limits, signals, capability; freezing limits; leaving a value out; lists of both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.engines.quality import Capability
from gearpark.kit import lists
from gearpark.kit.http import needs, safe_next, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting

from ...forms.quality import ChartForm, CloseForm, LimitsForm
from ...queries import lines
from ...queries import quality as queries
from ...services import quality as services
from ...types import VIEW
from ...types.quality import ChartKind
from ...types.work import QUALITY
from ..board import language
from .drawing import control_chart, histogram, spread_chart
from .words import KINDS, REFUSALS, RULES, rule_words

SPANS = (100, 400, 2000)
MEMORY = (ChartKind.EWMA, ChartKind.CUSUM)
TABLE_ROWS = 100


@needs(VIEW)
def chart(request: HttpRequest, key: int) -> HttpResponse:
    """``/quality/charts/<id>/``"""
    last = _span(request)
    return _page(request, key, last, None)


def _span(request: HttpRequest) -> int:
    asked = request.GET.get("last", "")
    return int(asked) if asked.isdigit() and int(asked) in SPANS else SPANS[1]


def _page(request: HttpRequest, key: int, last: int, form: LimitsForm | None) -> HttpResponse:
    scope = scope_of(request)
    view = queries.chart_view(scope, key, last=last)
    info = view.chart
    spec = info.characteristic
    found = queries.capability_of(view)
    values = [sample.value for point in view.points for sample in point.samples]
    form = form or LimitsForm(words=RULES, initial={"rules": view.rules, "holds": view.holds})
    context: dict[str, Any] = {
        "view": view,
        "chart": info,
        "page_title": info.name(language()),
        "line_name": info.line_name(language()),
        "kind": KINDS[info.kind],
        "spec": spec,
        "where": control_chart(view),
        "how": None if info.kind in MEMORY else spread_chart(view),
        "hist": histogram(values, spec.lsl, spec.usl, spec.decimals),
        "capability": _capability(found, spec.target_cpk),
        "signals": [{"signal": item, "rule": rule_words(item.rule)} for item in view.signals],
        "standing": sum(1 for item in view.signals if item.closed_at is None),
        "points": [
            {"point": p, "rules": ", ".join(rule_words(code) for code in p.signals)}
            for p in reversed(view.points[-TABLE_ROWS:])
        ],
        "spans": SPANS,
        "last": last,
        "form": form,
        "may_edit": scope.may(QUALITY),
        "rules": [rule_words(code) for code in view.rules],
        "holds": [rule_words(code) for code in view.holds],
        "memory": info.kind in MEMORY,
    }
    return render(request, "shopfloor/quality/chart.html", context)


def _capability(found: Capability | None, target: float | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = (("cp", "Cp"), ("cpk", "Cpk")), (("cp", "Pp"), ("cpk", "Ppk"))
    rows = []
    for indices, pairs in zip((found.within, found.overall), names, strict=True):
        rows += [{"name": name, "index": indices[code]} for code, name in pairs if code in indices]
    return {
        "rows": rows,
        "found": found,
        "target": target,
        "reasons": [REFUSALS.get(code, code) for code in (*found.refusals, *found.cautions)],
    }


@require_POST
@needs(QUALITY)
def approve(request: HttpRequest, key: int) -> HttpResponse:
    """Freeze limits."""
    form = LimitsForm(request.POST, words=RULES)
    if form.is_valid():
        given = form.cleaned_data
        zone = get_current_timezone()
        ends = {name: given[name].astimezone(zone) if given[name] else None for name in ("since", "until")}
        try:
            made = services.approve_limits(
                scope_of(request), key, now_utc(), since_at=ends["since"], until_at=ends["until"],
                rules=given["rules"], holds=given["holds"], estimator=given["estimator"], note=given["note"],
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("Limits version %(n)s are in force.") % {"n": made.version})
            return redirect("shopfloor:quality-chart", key=key)
    return _page(request, key, SPANS[1], form)


@require_POST
@needs(QUALITY)
def leave_out(request: HttpRequest, key: int, sample: int) -> HttpResponse:
    """Leave a value out with a reason; an empty reason takes it back."""
    services.leave_out(scope_of(request), sample, request.POST.get("reason", ""))
    return redirect("shopfloor:quality-chart", key=key)


@needs(QUALITY)
def chart_new(request: HttpRequest) -> HttpResponse:
    """``/quality/charts/new/``: one chart, or one for every characteristic of a line."""
    scope = scope_of(request)
    with acting(scope):
        known = [(item.asset, item.name(language())) for item in lines(scope)]
    form = ChartForm(request.POST or None, lines=known, kinds=KINDS, initial={"kind": ChartKind.I_MR.value})
    if request.method == "POST" and request.POST.get("all") and request.POST.get("line"):
        made = services.add_charts(scope, request.POST["line"])
        messages.success(request, _("%(n)s charts were added.") % {"n": made})
        return redirect("shopfloor:quality")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made_chart = services.save_chart(
                scope, given["line"], given["characteristic"], maker=given["maker"], kind=ChartKind(given["kind"]),
                size=given["size"],
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return redirect("shopfloor:quality-chart", key=made_chart.id)
    return render(
        request,
        "shopfloor/quality/chart_new.html",
        {"form": form, "page_title": _("New control chart"), "lines": known},
    )


def _signal_spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="quality-signals",
        columns=(
            column("at", gettext_lazy("At"), lambda row: row.at, sort="at", url=_signal_url),
            column("line", gettext_lazy("Line"), "chart.line.asset", sort="chart__line__asset"),
            column("characteristic", gettext_lazy("Characteristic"), "chart.characteristic", sort="chart__characteristic"),
            column("maker", gettext_lazy("Made at"), "chart.maker", sort="chart__maker"),
            column("rule", gettext_lazy("Rule"), lambda row: rule_words(row.rule), sort="rule", export=lambda row: row.rule),
            column("value", gettext_lazy("Value"), lambda row: f"{row.value:.6g}", numeric=True, sort="value", export=lambda row: row.value),
            column("serial", gettext_lazy("Serial"), sort="serial"),
            column("version", gettext_lazy("Limits"), lambda row: f"v{row.limits.version}"),
            column("late", gettext_lazy("Came late"), sort="late", shown=False),
            column("held", gettext_lazy("Station held"), sort="held"),
            column("cause", gettext_lazy("Cause")),
            column("action", gettext_lazy("Action")),
            column("closed_by", gettext_lazy("Closed by"), shown=False),
        ),
        filters=(
            lists.Filter(
                "state", gettext_lazy("State"), (("open", gettext_lazy("open")), ("closed", gettext_lazy("closed"))),
                lambda rows, value: rows.filter(closed_at__isnull=value == "open"),
            ),
            lists.Filter("rule", gettext_lazy("Rule"), tuple(RULES.items()), "rule"),
        ),
        search=("serial__icontains", "chart__characteristic__icontains", "chart__line__asset__icontains", "cause__icontains"),
        default_sort="-at",
        row_url=_signal_url,
        empty_title=gettext_lazy("No signal yet"),
        empty_text=gettext_lazy("Signals come once a chart has approved limits and a rule fires."),
        empty_url="/quality/",
        empty_label=gettext_lazy("Quality"),
    )  # fmt: skip


def _signal_url(row: Any) -> str:
    return f"/quality/charts/{row.chart_id}/"


@needs(VIEW)
def signals(request: HttpRequest) -> HttpResponseBase:
    """``/quality/signals/``"""
    scope = scope_of(request)
    return lists.answer(
        request,
        _signal_spec(),
        queries.signal_rows(scope),
        "ui/list.html",
        title=_("Signals of control charts"),
    )


@require_POST
@needs(QUALITY)
def close_signal(request: HttpRequest, key: int) -> HttpResponse:
    """Close a signal with cause and action."""
    form = CloseForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {"cause": "", "action": ""}
    freed = services.close_signal(scope_of(request), key, given["cause"], given["action"], now_utc())
    messages.success(
        request, _("The signal is closed and the station is free.") if freed else _("The signal is closed.")
    )
    return redirect(safe_next(request, "/quality/signals/"))
