"""Firms: the list, one firm's page, changing it, its life cycle."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import queries, services
from ..forms import FirmForm, StateForm
from ..forms.words import KINDS, STATES, TYPES, industry_text, name_of, word
from ..types import FirmInfo, FirmState, Level


def firm_url(row: Any) -> str:
    return f"/firms/{row.slug}/"


def _spec(scope: Scope) -> lists.ListSpec:
    groups = {
        code: name_of({"name_zh": zh, "name_en": en}) for code, (zh, en) in queries.group_names(scope).items()
    }
    clusters = {row["code"]: name_of(row) for row in queries.clusters(scope)}
    column = lists.Column
    return lists.ListSpec(
        key="firms",
        columns=(
            column("name", _("Name"), name_of, sort="name_zh", url=firm_url),
            column("slug", _("Short name"), sort="slug", shown=False),
            column("name_zh", _("Chinese name"), sort="name_zh", shown=False),
            column("name_en", _("English name"), sort="name_en", shown=False),
            column("uscc", _("Credit code"), sort="uscc", shown=False),
            column("kind", _("Kind"), lambda row: word(KINDS, row.kind), shown=False, export=lambda row: row.kind),
            column("state", _("State"), lambda row: word(STATES, row.state), sort="state", state=lambda row: row.state, export=lambda row: row.state),
            column("state_since_on", _("Since"), sort="state_since_on"),
            column("group", _("Group"), lambda row: groups.get(row.group, ""), sort="group", export=lambda row: row.group),
            column("cluster", _("Cluster"), lambda row: clusters.get(row.cluster, ""), sort="cluster", export=lambda row: row.cluster),
            column("industry", _("Industry"), lambda row: industry_text(row.industry), sort="industry", shown=False, export=lambda row: row.industry),
            column("staff", _("Staff"), numeric=True, sort="staff"),
            column("yearly_output_cny", _("Yearly output"), _millions, numeric=True, unit=_("m CNY"), sort="yearly_output_cny", export=lambda row: row.yearly_output_cny),
            column("high_tech", _("High-tech"), lambda row: gettext("yes") if row.high_tech else "", sort="high_tech", export=lambda row: "yes" if row.high_tech else "no"),
            column("contact_name", _("Contact"), shown=False),
            column("invented", _("Data"), lambda row: gettext("invented") if row.invented else gettext("from source"), sort="invented", shown=False, export=lambda row: "yes" if row.invented else "no"),
        ),
        filters=(
            lists.Filter("state", _("State"), tuple(STATES.items()), "state"),
            lists.Filter("group", _("Group"), tuple(groups.items()), "group"),
            lists.Filter("cluster", _("Cluster"), tuple(clusters.items()), "cluster"),
            lists.Filter("kind", _("Kind"), tuple((code, name) for code, name in KINDS.items() if code != "park"), "kind"),
            lists.Filter("high_tech", _("High-tech"), (("yes", _("yes")), ("no", _("no"))), _high_tech),
        ),
        search=("name_zh__icontains", "name_en__icontains", "slug__icontains", "uscc__icontains"),
        default_sort="-yearly_output_cny",
        row_url=firm_url,
        empty_title=_("No firm yet"),
        empty_text=_("Import a sheet with one firm a row; a dry run shows first what it would change."),
        empty_url="/import/",
        empty_label=_("Import firms"),
    )  # fmt: skip


def _millions(row: Any) -> Any:
    return None if row.yearly_output_cny is None else round(row.yearly_output_cny / 1_000_000, 1)


def _high_tech(rows: Any, value: str) -> Any:
    return rows.filter(high_tech=value == "yes")


@needs("registry.view")
def firm_list(request: HttpRequest) -> HttpResponseBase:
    """Every organisation but the administration, with the counts above."""
    scope = scope_of(request)
    answer = partial(
        lists.answer, request, _spec(scope), queries.organisation_rows(scope), "registry/firms.html"
    )
    return answer(title=_("Firms"), counts=queries.firm_counts(scope))


@needs("registry.view")
def firm_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One firm: what is known, its life cycle, plots, machines."""
    scope = scope_of(request)
    firm = queries.organisation(scope, slug)
    groups = queries.group_names(scope)
    zh, en = groups.get(firm.group, ("", ""))
    cluster = next((row for row in queries.clusters(scope) if row["code"] == firm.cluster), {})
    assets = queries.assets(scope, org=slug)
    units = [node for node in assets if node.level is Level.UNIT]
    context = {
        "page_title": name_of(firm),
        "firm": firm,
        "other_name": firm.name_en if name_of(firm) == firm.name_zh else firm.name_zh,
        "state_word": word(STATES, firm.state),
        "kind_word": word(KINDS, firm.kind),
        "group_name": name_of({"name_zh": zh, "name_en": en}),
        "cluster_name": name_of(cluster),
        "industry": industry_text(firm.industry),
        "steps": [
            {"word": word(STATES, state), "state": state, "start": start, "end": end, "note": note}
            for state, start, end, note in queries.lifecycle(scope, slug)
        ],
        "plots": queries.plots(scope, occupant=slug),
        "lines": [node for node in assets if node.level is Level.LINE],
        "unit_count": len(units),
        "types": _by_type(units),
        "may_edit": scope.may("registry.edit"),
        "may_change_state": scope.may("registry.edit") and scope.park_wide,
        "state_form": StateForm(),
    }
    return render(request, "registry/firm.html", context)


def _by_type(units: list[Any]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for unit in units:
        counts[unit.type] = counts.get(unit.type, 0) + 1
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"type": code, "word": word(TYPES, code), "count": count, "share": count / most}
        for code, count in ordered
    ]


@needs("registry.edit")
def firm_edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Add (no slug) or change a firm."""
    scope = scope_of(request)
    before: FirmInfo | None = queries.organisation(scope, slug) if slug else None
    form = FirmForm(request.POST or None, initial=FirmForm.words_of(before), scope=scope, new=before is None)
    if request.method == "POST" and form.is_valid():
        try:
            info = services.firm_from_words(form.cleaned_data, before)
            services.save_organisation(scope, info, now_utc())
            return HttpResponseRedirect(f"/firms/{info.slug}/")
        except services.WrongFields as wrong:
            for field, sentence in wrong.errors.items():
                form.add_error(field if field in form.fields else None, sentence)
        except Problem as problem:
            form.add_error(None, words_of(problem))
    title = gettext("Change %(name)s") % {"name": name_of(before)} if before else gettext("Add a firm")
    context = {
        "form": form,
        "page_title": title,
        "submit_label": gettext("Save"),
        "back_url": f"/firms/{slug}/" if slug else "/firms/",
    }
    return render(request, "ui/form.html", context, status=422 if form.errors else 200)


@require_POST
@needs("registry.edit")
def firm_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter another state of the life cycle."""
    form = StateForm(request.POST)
    if not form.is_valid():
        raise Problem(
            "registry.state_form",
            "Choose a state and a day such as 2020-04-22; nothing was changed.",
            status=422,
        )
    data = form.cleaned_data
    services.change_state(scope_of(request), slug, FirmState(data["state"]), data["on"], data["note"])
    return HttpResponseRedirect(f"/firms/{slug}/")
