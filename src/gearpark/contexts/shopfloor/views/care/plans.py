"""Maintenance plans: how far each is, its form, and the table of vibration zones."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ... import queries
from ...forms import maintenance as forms_
from ...queries.care.jobs import job_rows
from ...queries.care.plans import plan as plan_row
from ...queries.care.plans import plan_dues, plan_rows, zone_rows
from ...queries.care.scopes import within
from ...services import care
from ...types.care import CARE, JobStatus, PlanDue, Trigger
from ...types.lines import VIEW
from .act import done, told
from .tabs import tabs
from .words import (
    JOB_LOOKS,
    JOB_STATES,
    TRIGGER_UNITS,
    TRIGGERS,
    away,
    chinese,
    day,
    day_and_time,
    language,
    named,
    word,
)

MAX_DONE = 30


def plan_url(row: Any) -> str:
    return reverse("shopfloor:care-plan", args=[row.pk])


def interval(row: Any) -> str:
    """How often, or beyond which limit, in words."""
    if row.trigger == Trigger.CONDITION.value:
        return gettext("%(signal)s ≥ %(limit)s for %(s)s s") % {
            "signal": row.signal,
            "limit": f"{row.limit:g}",
            "s": row.hold_s,
        }
    unit = TRIGGER_UNITS[Trigger(row.trigger)]
    return gettext("every %(n)s %(unit)s") % {"n": f"{row.every:g}", "unit": unit}


def _spec(scope: Scope, dues: dict[int, PlanDue]) -> lists.ListSpec:
    column, now = lists.Column, now_utc()
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))

    def share(row: Any) -> Any:
        due = dues.get(row.pk)
        return None if due is None or row.trigger == Trigger.CONDITION.value else round(100 * due.share)

    def look(row: Any) -> str:
        due = dues.get(row.pk)
        if due is None:
            return "stopped"
        return "bad" if due.due else ("uncertain" if due.warned else "good")

    def when(row: Any) -> str:
        due = dues.get(row.pk)
        if due is None:
            return gettext("inactive")
        if due.trigger is Trigger.CONDITION:
            return gettext("zone %(z)s") % {"z": due.zone} if due.zone else gettext("watched")
        return gettext("due") if due.due else (away(due.due_at, now) or "–")

    return lists.ListSpec(
        key="care-plans",
        columns=(
            column("code", _("Plan"), sort="code", url=plan_url),
            column("name", _("Name"), named, sort="name_zh"),
            column("asset", _("Asset"), sort="asset"),
            column("trigger", _("Due by"), lambda row: word(TRIGGERS, Trigger, row.trigger), sort="trigger", export=lambda row: row.trigger),
            column("interval", _("Interval"), interval, sort="every"),
            column("share", _("Used up"), share, numeric=True, unit="%"),
            column("due", _("Due when"), when, state=look, export=lambda row: dues[row.pk].due_at if row.pk in dues else None),
            column("job", _("Order"), lambda row: (dues[row.pk].job or "") if row.pk in dues else ""),
            column("done_at", _("Last done"), lambda row: day(row.done_at), sort="done_at"),
            column("minutes", _("Takes"), numeric=True, unit="min", sort="minutes", shown=False),
            column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
        ),
        filters=(
            lists.Filter("due", _("Due when"), (("now", _("due or announced")),), lambda rows, _value: rows.filter(pk__in=[key for key, due in dues.items() if due.warned])),
            lists.Filter("trigger", _("Due by"), tuple((k.value, v) for k, v in TRIGGERS.items()), "trigger"),
            lists.Filter("line", _("Line"), lines, "line__asset"),
            lists.Filter("active", _("Active"), (("yes", _("yes")), ("no", _("no"))), lambda rows, value: rows.filter(active=value == "yes")),
        ),
        search=("code__icontains", "name_en__icontains", "name_zh__icontains", "asset__icontains"),
        default_sort="code",
        row_url=plan_url,
        empty_title=_("No maintenance plan yet"),
        empty_text=_("A plan says what is done to which asset and what makes it due: time, parts, running hours or a condition. Its orders open by themselves."),
        empty_url="/care/plans/new/",
        empty_label=_("Write a plan"),
    )  # fmt: skip


@needs(VIEW)
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/plans/``"""
    scope = scope_of(request)
    dues = {due.id: due for due in plan_dues(scope, now_utc())}
    buttons = [(_("Vibration zones"), reverse("shopfloor:zones"), False)]
    if scope.may(CARE):
        buttons.append((_("Write a plan"), reverse("shopfloor:care-plan-new"), True))
    answer = partial(lists.answer, request, _spec(scope, dues), plan_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Maintenance plans"), tabs=tabs("care-plans"), buttons=buttons)


@needs(VIEW)
def plan(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/plans/<id>/``"""
    scope, now = scope_of(request), now_utc()
    row = plan_row(scope, key)
    due = next(iter(plan_dues(scope, now, rows=[row])), None)
    orders = job_rows(scope).filter(plan=row).order_by("-opened_at")[:MAX_DONE]
    return render(
        request,
        "shopfloor/care/plan.html",
        {
            "page_title": row.code,
            "plan": row,
            "name": named(row),
            "interval": interval(row),
            "trigger": word(TRIGGERS, Trigger, row.trigger),
            "due": due,
            "due_at": day_and_time(due.due_at) if due else "",
            "away": away(due.due_at, now) if due and due.due_at else "",
            "counted": plain(row.counted, 0 if row.trigger == Trigger.COUNT.value else 1),
            "unit": TRIGGER_UNITS.get(Trigger(row.trigger), ""),
            "done": day_and_time(row.done_at),
            "points": [
                (point["zh"] if chinese() and point["zh"] else point["en"], point) for point in row.checklist
            ],
            "orders": [
                (
                    job,
                    word(JOB_STATES, JobStatus, job.status),
                    JOB_LOOKS[JobStatus(job.status)],
                    day_and_time(job.ended_at or job.planned_at),
                )
                for job in orders
            ],
            "watched": row.watch.get("value") if row.watch else None,
            "may_care": scope.may(CARE),
        },
    )


@needs(CARE)
def plan_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/plans/new/`` and ``/care/plans/<id>/edit/``"""
    scope, now = scope_of(request), now_utc()
    row = plan_row(scope, key) if key else None
    org = row.org if row else scope.org
    zones = [(zone.group, f"{zone.group} · {named(zone)}") for zone in zone_rows(scope).filter(org=org)]
    initial: dict[str, Any] = {"asset": request.GET.get("asset", "")[:60]}
    if row is not None:
        initial = {
            name: getattr(row, name)
            for name in (
                "code",
                "name_en",
                "name_zh",
                "asset",
                "trigger",
                "every",
                "signal",
                "limit",
                "release",
                "hold_s",
                "minutes",
                "stops_line",
                "active",
            )
        }
        initial |= {
            "warn": round(row.warn_share * 100), "zone": row.zone.group if row.zone else "",
            "checklist": forms_.checklist_text(row.checklist),
            "spares": "\n".join(f"{item['code']} | {item['quantity']}" for item in row.spares),
        }  # fmt: skip
    form = forms_.PlanForm(request.POST or None, zones=zones, fixed_code=bool(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = care.save_plan(within(scope, org), form.wanted(), now, org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(
                request, gettext("Plan %(code)s is saved.") % {"code": form.cleaned_data["code"]}
            )
            return redirect("shopfloor:care-plan", key=saved)
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": row.code if row else gettext("Write a maintenance plan"), "submit_label": gettext("Save"),
        "steps": [(_("Maintenance plans"), "/care/plans/")], "back_url": plan_url(row) if row else "/care/plans/",
    })  # fmt: skip


@needs(VIEW)
def zones(request: HttpRequest) -> HttpResponse:
    """``/care/zones/``: the table of zone limits, edited row by row."""
    scope = scope_of(request)
    if request.method == "POST":
        form = forms_.ZoneForm(request.POST)
        if not form.is_valid():
            return told(request, reverse("shopfloor:zones"), form)
        given = form.cleaned_data
        return done(
            request, reverse("shopfloor:zones"), _("The limits are saved."),
            lambda: care.save_zone(
                within(scope, scope.org), given["group"], given["name_en"], given["edition"],
                (given["ab"], given["bc"], given["cd"]), name_zh=given["name_zh"], unit=given["unit"],
            ),
        )  # fmt: skip
    return render(request, "shopfloor/care/zones.html", {
        "page_title": gettext("Vibration zones"), "zones": list(zone_rows(scope)), "form": forms_.ZoneForm(auto_id="z_%s"),
        "may_care": scope.may(CARE), "org": scope.org,
    })  # fmt: skip
