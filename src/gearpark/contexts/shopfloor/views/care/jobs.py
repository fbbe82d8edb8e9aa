"""Maintenance orders: board, list, calendar, one order with its checklist, parts and end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms import maintenance as forms_
from ...forms.care import MoveForm, ReserveForm
from ...queries.care.due import due_items
from ...queries.care.jobs import job_board, job_page, job_rows, parts_for, planned_jobs
from ...queries.care.scopes import within
from ...services import care
from ...types.care import CARE, JobKind, JobStatus, JobWanted, MovementKind
from ...types.lines import VIEW
from ...types.work import WORK
from .act import done, needs_one, told
from .landing import due_url
from .tabs import tabs
from .words import (
    JOB_KINDS,
    JOB_LOOKS,
    JOB_STATES,
    MOVEMENTS,
    SOURCES,
    away,
    chinese,
    day_and_time,
    language,
    named,
    word,
)

DAY_ENTRIES = 5
COLUMNS = (JobStatus.OPEN, JobStatus.PLANNED, JobStatus.IN_PROGRESS, JobStatus.DONE)


def job_url(row: Any) -> str:
    return reverse("shopfloor:job", args=[row.number])


def title(row: Any) -> str:
    """What an order is about: its plan's name in the reader's language, else its own words."""
    return named(row.plan) if row.plan is not None else str(row.title)


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))
    return lists.ListSpec(
        key="care-orders",
        columns=(
            column("number", _("Order"), sort="number", url=job_url),
            column("title", _("Subject"), title, sort="title"),
            column("status", _("State"), lambda row: word(JOB_STATES, JobStatus, row.status), sort="status", state=lambda row: JOB_LOOKS[JobStatus(row.status)], export=lambda row: row.status),
            column("kind", _("Kind"), lambda row: word(JOB_KINDS, JobKind, row.kind), sort="kind", export=lambda row: row.kind),
            column("asset", _("Asset"), sort="asset"),
            column("priority", _("Priority"), numeric=True, sort="priority"),
            column("planned_at", _("Planned for"), lambda row: day_and_time(row.planned_at), sort="planned_at"),
            column("assigned_to", _("Assigned to"), sort="assigned_to"),
            column("opened_at", _("Opened"), lambda row: day_and_time(row.opened_at), sort="opened_at"),
            column("ended_at", _("Ended"), lambda row: day_and_time(row.ended_at), sort="ended_at", shown=False),
            column("labour_min", _("Work"), numeric=True, unit="min", sort="labour_min", shown=False),
            column("downtime_min", _("Downtime"), numeric=True, unit="min", sort="downtime_min"),
            column("cause", _("Cause"), shown=False),
            column("remedy", _("Remedy"), shown=False),
            column("source", _("Came from"), lambda row: SOURCES.get(row.source, row.source), sort="source", shown=False),
        ),
        filters=(
            lists.Filter("status", _("State"), tuple((k.value, v) for k, v in JOB_STATES.items()), "status"),
            lists.Filter("kind", _("Kind"), tuple((k.value, v) for k, v in JOB_KINDS.items()), "kind"),
            lists.Filter("line", _("Line"), lines, "line__asset"),
        ),
        search=("number__icontains", "title__icontains", "asset__icontains", "remedy__icontains", "cause__icontains", "plan__name_zh__icontains"),
        default_sort="-opened_at",
        row_url=job_url,
        empty_title=_("No maintenance order yet"),
        empty_text=_("Plans open theirs when they become due; breakdowns are opened from an alarm, from a call, or here."),
        empty_url="/care/orders/new/",
        empty_label=_("New order"),
    )  # fmt: skip


def _buttons(scope: Scope) -> list[tuple[Any, str, bool]]:
    found = [
        (_("Board"), reverse("shopfloor:job-board"), False),
        (_("List"), reverse("shopfloor:jobs"), False),
        (_("Calendar"), reverse("shopfloor:job-calendar"), False),
    ]
    return (
        [*found, (_("New order"), reverse("shopfloor:job-new"), True)]
        if scope.may(WORK) or scope.may(CARE)
        else found
    )


@needs(VIEW)
def job_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/orders/``"""
    scope = scope_of(request)
    answer = partial(lists.answer, request, _spec(scope), job_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Maintenance orders"), tabs=tabs("job-board"), buttons=_buttons(scope))


@needs(VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """``/care/orders/board/``"""
    scope, now = scope_of(request), now_utc()
    found = job_board(scope, now)
    columns = [
        {
            "word": JOB_STATES[status],
            "look": JOB_LOOKS[status],
            "cards": [_card(row, now) for row in found[status]],
        }
        for status in COLUMNS
    ]
    return render(
        request,
        "shopfloor/care/job_board.html",
        {"page_title": _("Maintenance orders"), "tabs": tabs("job-board"), "columns": columns, "buttons": _buttons(scope),
         "any": any(column["cards"] for column in columns)},
    )  # fmt: skip


def _card(row: Any, now: datetime) -> dict[str, Any]:
    late = row.planned_at is not None and row.planned_at < now and row.status in ("open", "planned")
    at = row.ended_at if row.status == JobStatus.DONE.value else row.planned_at
    return {
        "url": job_url(row),
        "number": row.number,
        "title": title(row),
        "asset": row.asset,
        "kind": word(JOB_KINDS, JobKind, row.kind),
        "urgent": row.kind != JobKind.PREVENTIVE.value,
        "when": away(at, now) if at else gettext("opened %(t)s") % {"t": away(row.opened_at, now)},
        "at": day_and_time(at),
        "late": late,
        "who": row.assigned_to,
        "points": f"{sum(1 for point in row.checklist if point.get('done'))}/{len(row.checklist)}"
        if row.checklist
        else "",
    }


@needs(VIEW)
def calendar(request: HttpRequest) -> HttpResponse:
    """``/care/orders/calendar/?month=2026-11``: orders on their days, and what becomes due."""
    scope, now = scope_of(request), now_utc()
    today = timezone.localtime(now).date()
    first = _month(request.GET.get("month", ""), today)
    begin = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    weeks = -(-((after - begin).days) // 7)
    start = timezone.make_aware(datetime.combine(begin, datetime.min.time()))
    end = start + timedelta(days=7 * weeks)
    days: dict[date, list[dict[str, Any]]] = {}
    for row in planned_jobs(scope, start, end):
        on = timezone.localtime(row.planned_at).date()
        days.setdefault(on, []).append(
            _entry(job_url(row), row.number, title(row), row.asset, "job", row.status)
        )
    for item in due_items(scope, now, max(end - now, timedelta(0))):
        if item.kind != "job":
            on = max(timezone.localtime(item.at).date(), today)
            days.setdefault(on, []).append(
                _entry(
                    due_url(item),
                    item.code,
                    item.name(language()),
                    item.where,
                    item.kind,
                    "late" if item.late else "",
                )
            )
    grid = [
        [_day(begin + timedelta(days=7 * week + n), first, today, days) for n in range(7)]
        for week in range(weeks)
    ]
    return render(
        request,
        "shopfloor/care/calendar.html",
        {
            "page_title": _("Maintenance calendar"),
            "tabs": tabs("job-board"),
            "month": first.strftime("%Y-%m"),
            "grid": grid,
            "weekdays": [day["on"] for day in grid[0]],
            "before": (first - timedelta(days=1)).strftime("%Y-%m"),
            "after": after.strftime("%Y-%m"),
            "buttons": _buttons(scope),
        },
    )


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _entry(url: str, code: str, name: str, where: str, kind: str, status: str) -> dict[str, Any]:
    return {"url": url, "code": code, "name": name, "where": where, "kind": kind, "status": status}


def _day(on: date, first: date, today: date, days: dict[date, list[dict[str, Any]]]) -> dict[str, Any]:
    entries = days.get(on, [])
    return {
        "on": on,
        "other": on.month != first.month,
        "today": on == today,
        "entries": entries[:DAY_ENTRIES],
        "more": max(0, len(entries) - DAY_ENTRIES),
    }


@needs_one(WORK, CARE)
def job_new(request: HttpRequest) -> HttpResponse:
    """``/care/orders/new/?asset=``"""
    scope, now = scope_of(request), now_utc()
    form = forms_.JobForm(request.POST or None, initial={"asset": request.GET.get("asset", "")[:60]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = JobWanted(
            given["asset"].strip(), given["title"], JobKind(given["kind"]), given["text"], given["priority"],
            given["planned_at"], given["minutes"], given["assigned_to"],
        )  # fmt: skip
        try:
            number = care.open_job(scope, wanted, now)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("Order %(number)s is open.") % {"number": number})
            return redirect("shopfloor:job", number=number)
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": gettext("New maintenance order"), "submit_label": gettext("Open the order"),
        "steps": [(_("Maintenance orders"), "/care/orders/board/")], "back_url": "/care/orders/board/",
    })  # fmt: skip


@needs_one(WORK, CARE)
@require_POST
def job_from_alarm(request: HttpRequest) -> HttpResponse:
    """``/care/orders/from-alarm/``: one click on an alarm opens its breakdown order; again opens the same one."""
    scope, now = scope_of(request), now_utc()
    asset, code, begun = (request.POST.get(name, "")[:120] for name in ("asset", "alarm", "since"))
    text = request.POST.get("text", "")[:200]
    key = f"alarm:{asset}:{code}:{begun}"[:200]
    wanted = JobWanted(
        asset, f"{code} {text}".strip()[:120] or asset, priority=80, source="alarm", source_key=key
    )
    number = care.open_job(scope, wanted, now)
    messages.success(request, gettext("Order %(number)s is open.") % {"number": number})
    return redirect("shopfloor:job", number=number)


@needs(VIEW)
def job(request: HttpRequest, number: str) -> HttpResponse:
    """``/care/orders/<number>/``"""
    scope, now = scope_of(request), now_utc()
    page = job_page(scope, number)
    row = page.job
    begun = row.started_at or now
    minutes = max(0, round(((row.ended_at or now) - begun).total_seconds() / 60))
    kind = ""
    if row.line is not None and row.station:
        shape = queries.line(scope, row.line.asset).template
        kind = next((device.type for device in shape.devices if device.code == row.station), "")
    return render(
        request,
        "shopfloor/care/job.html",
        {
            "page_title": row.number,
            "job": row,
            "title": title(row),
            "state": word(JOB_STATES, JobStatus, row.status),
            "look": JOB_LOOKS[JobStatus(row.status)],
            "kind": word(JOB_KINDS, JobKind, row.kind),
            "source": SOURCES.get(row.source, row.source),
            "call": page.call,
            "opened": day_and_time(row.opened_at),
            "planned": day_and_time(row.planned_at),
            "started": day_and_time(row.started_at),
            "ended": day_and_time(row.ended_at),
            "points": [(n, point["zh"] if chinese() and point["zh"] else point["en"], point) for n, point in enumerate(row.checklist)],
            "undone": sum(1 for point in row.checklist if not point.get("done")),
            "movements": [(m, word(MOVEMENTS, MovementKind, m.kind), day_and_time(m.at)) for m in page.movements],
            "reservations": page.reservations,
            "parts": parts_for(scope, row.org, row.asset, kind),
            "plan_form": forms_.JobPlanForm(auto_id="p_%s", initial={
                "planned_at": timezone.localtime(row.planned_at) if row.planned_at else None, "minutes": row.minutes,
                "assigned_to": row.assigned_to, "priority": row.priority, "version": row.version,
            }),
            "minutes": minutes,
            "standing": row.status in ("open", "planned", "in_progress"),
            "running": row.status == JobStatus.IN_PROGRESS.value,
            "key": get_random_string(16),
            "may": scope.may(CARE),
        },
    )  # fmt: skip


@needs(VIEW)
@require_POST
def job_do(request: HttpRequest, number: str) -> HttpResponse:
    """``/care/orders/<number>/do/``: the button says what."""
    scope, now = scope_of(request), now_utc()
    row = job_page(scope, number).job
    mine, back = within(scope, row.org), job_url(row)
    made = {
        "plan": (forms_.JobPlanForm, _("The order is planned."), lambda d: care.plan_job(mine, number, now, **d)),
        "start": (forms_.StartForm, _("Work has begun."), lambda d: care.start_job(mine, number, now, **d)),
        "point": (forms_.PointForm, _("The point is kept."), lambda d: care.check_point(mine, number, d["index"], now, done=d["done"], value=d["value"])),
        "finish": (forms_.FinishForm, _("The order is done; its plan counts anew."), lambda d: care.finish_job(mine, number, now, **d)),
        "cancel": (forms_.ReasonForm, _("The order is cancelled."), lambda d: care.cancel_job(mine, number, now, d["reason"], version=d["version"])),
        "reserve": (ReserveForm, _("The part is reserved."), lambda d: care.reserve_spare(mine, d["code"], number, d["quantity"])),
        "take": (MoveForm, _("The part is booked."), lambda d: care.move_spare(
            mine, request.POST.get("code", "")[:60], MovementKind(d["kind"]), d["quantity"], now, order=number, reason=d["reason"], key=d["key"])),
    }.get(request.POST.get("do", ""))  # fmt: skip
    if made is None:
        raise Problem(
            "care.job_over",
            "There is nothing of that name to be done; nothing was changed.",
            number=number,
            status=409,
        )
    kind, said, call = made
    form = kind(request.POST)
    if not form.is_valid():
        return told(request, back, form)
    return done(request, back, said, lambda: call(form.cleaned_data))
