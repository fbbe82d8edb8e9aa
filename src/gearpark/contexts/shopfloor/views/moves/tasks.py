"""Transport tasks: the list, one task, making one, and the phone page of those who carry."""

from __future__ import annotations

import uuid
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

from ...forms.moves import TaskForm, place_choices
from ...queries import moves as queries
from ...services import moves
from ...types.lines import VIEW
from ...types.moves import ENDED, Means, PlaceKind, TaskState
from ...types.work import WORK
from ..care.act import done
from .shop import task_row
from .words import KINDS, MEANS, STATE_LOOKS, STATES, STEPS, language, tabs, trouble, when, word

column = lists.Column
FETCHED = (PlaceKind.STORE, PlaceKind.DOCK, PlaceKind.HANDOVER, PlaceKind.BUFFER, PlaceKind.STATION)


def task_url(row: Any) -> str:
    return reverse("shopfloor:task", args=[row.number])


SPEC = lists.ListSpec(
    key="moves-tasks",
    columns=(
        column("number", _("Task"), sort="number", url=task_url),
        column("state", _("State"), lambda row: word(STATES, row.state), sort="state", state=lambda row: STATE_LOOKS[TaskState(row.state)], export=lambda row: row.state),
        column("kind", _("Kind"), lambda row: word(KINDS, row.kind), sort="kind", export=lambda row: row.kind),
        column("source", _("From"), "source.code", sort="source__code"),
        column("target", _("To"), "target.code", sort="target__code"),
        column("carrier", _("Carrier"), lambda row: row.carrier.code if row.carrier else "", sort="carrier__code"),
        column("material", _("Material"), shown=False),
        column("quantity", _("Parts"), numeric=True, sort="quantity"),
        column("means", _("Carried by"), lambda row: row.vehicle.name if row.vehicle else row.person or word(MEANS, row.means), sort="means"),
        column("due_at", _("Due"), lambda row: when(row.due_at), sort="due_at"),
        column("made_at", _("Made"), lambda row: when(row.made_at), sort="made_at", shown=False),
        column("ended_at", _("Ended"), lambda row: when(row.ended_at), sort="ended_at"),
        column("trouble", _("Trouble"), lambda row: trouble(row.trouble) if row.trouble else ""),
        column("tries", _("Tries"), numeric=True, sort="tries", shown=False),
        column("rule", _("Rule"), lambda row: row.rule.name if row.rule else "", shown=False),
    ),
    filters=(
        lists.Filter("state", _("State"), (("open", _("not ended")), *((s.value, w) for s, w in STATES.items())), lambda rows, value: rows.exclude(state__in=[s.value for s in ENDED]) if value == "open" else rows.filter(state=value)),
        lists.Filter("kind", _("Kind"), tuple((k.value, w) for k, w in KINDS.items()), "kind"),
        lists.Filter("means", _("Carried by"), tuple((m.value, w) for m, w in MEANS.items()), "means"),
    ),
    search=("number__icontains", "source__code__icontains", "target__code__icontains", "carrier__code__icontains", "vehicle__name__icontains", "person__icontains"),
    default_sort="-made_at",
    row_url=task_url,
    empty_title=_("No transport task yet"),
    empty_text=_("Rules raise tasks when parts are finished or blanks run low; you can also make one by hand."),
    empty_url="/logistics/tasks/new/",
    empty_label=_("New task"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def task_list(request: HttpRequest) -> HttpResponseBase:
    """Every task with filters and export."""
    scope = scope_of(request)
    answer = partial(lists.answer, request, SPEC, queries.task_rows(scope), "shopfloor/moves/tasks.html")
    return answer(title=_("Tasks"), tabs=tabs("tasks"), may_work=scope.may(WORK))


@require_GET
@needs(VIEW)
def task_page(request: HttpRequest, number: str) -> HttpResponse:
    """One task: where it stands, what happened, what can be done."""
    scope, now = scope_of(request), now_utc()
    found = queries.task(scope, number)
    places = {
        place.id: place
        for place in (queries.place(scope, found.source_id), queries.place(scope, found.target_id))
    }
    steps = queries.steps(scope, found.id)
    open_ = found.state not in ENDED
    loaded = found.state is TaskState.PICKED
    context = {
        "page_title": found.number,
        "row": task_row(found, now),
        "task": found,
        "source": places[found.source_id],
        "target": places[found.target_id],
        "source_name": places[found.source_id].name(language()),
        "target_name": places[found.target_id].name(language()),
        "steps": [
            {"step": step, "word": word(STEPS, step.step), "note": trouble(step.note)} for step in steps
        ],
        "track": track(found.state),
        "may_work": scope.may(WORK),
        "may_cancel": open_ and not loaded,
        "may_take_over": open_ and found.means is Means.AGV,
        "may_retry": found.state in (TaskState.FAILED, TaskState.CANCELLED),
        "other_means": [(means.value, MEANS[means]) for means in Means if means is not found.means],
        "live": open_,
        "now": now,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "shopfloor/moves/task_part.html" if part else "shopfloor/moves/task.html", context)


def track(state: TaskState) -> list[dict[str, Any]]:
    """The five stations of a task's life with how far it is."""
    order = (TaskState.NEW, TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.PICKED, TaskState.DONE)
    here = order.index(state) if state in order else (3 if state is TaskState.DROPPED else -1)
    return [
        {"word": STATES[one], "x": 60 + 140 * place, "done": place <= here, "here": place == here}
        for place, one in enumerate(order)
    ]


@require_POST
@needs(WORK)
def task_act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """Cancel, give to others, take over by hand, try again."""
    scope, now, post = scope_of(request), now_utc(), request.POST
    where = reverse("shopfloor:task", args=[number])
    if what == "cancel":
        return done(
            request,
            where,
            _("Cancelled."),
            lambda: moves.cancel_task(scope, number, post.get("why", ""), now),
        )
    if what == "reassign":
        return done(
            request,
            where,
            _("Handed on."),
            lambda: moves.reassign_task(scope, number, _means(post.get("means", "")), now),
        )
    if what == "take-over":
        return done(request, where, _("It is yours now."), lambda: moves.take_over(scope, number, now))
    if what == "retry":
        return done(request, where, _("A new task was made."), lambda: moves.retry_task(scope, number, now))
    raise Problem("moves.step_unknown", f"{what[:20]!r} is nothing that can be done with a task.", status=404)


def _means(text: str) -> Means:
    try:
        return Means(text)
    except ValueError:
        raise Problem("moves.step_unknown", f"{text[:20]!r} is no way to carry a task.") from None


@require_http_methods(["GET", "POST"])
@needs(WORK)
def task_new(request: HttpRequest) -> HttpResponse:
    """A task by hand; ``?source=`` and ``?carrier=`` fill it in."""
    scope = scope_of(request)
    places = place_choices(queries.places(scope, *FETCHED, org=scope.org), language())
    initial = {
        "key": str(uuid.uuid4()),
        "source": request.GET.get("source", ""),
        "carrier": request.GET.get("carrier", ""),
    }
    form = TaskForm(request.POST or None, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = moves.make_task(
                scope,
                source=asked["source"],
                target=asked["target"],
                now=now_utc(),
                carrier=asked["carrier"],
                means=Means(asked["means"]),
                due_s=asked["due_s"],
                priority=asked["priority"],
                key=str(asked["key"]),
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return HttpResponseRedirect(reverse("shopfloor:task", args=[made.number]))
    context = {
        "form": form,
        "page_title": _("New transport task"),
        "submit_label": _("Make the task"),
        "back_url": reverse("shopfloor:tasks"),
    }
    return render(request, "ui/form.html", context, status=400 if form.errors else 200)


# --- those who carry -----------------------------------------------------------------------------------------------


@require_GET
@needs(WORK)
def floor(request: HttpRequest) -> HttpResponse:
    """``/logistics/floor/``: tasks for people, one hand, gloves; one's own first."""
    scope, now = scope_of(request), now_utc()
    found = [
        task for task in queries.active_tasks(scope, Means.PERSON) if task.org in (scope.org, *scope.orgs)
    ]
    mine = [task for task in found if task.person == scope.actor]
    free = [task for task in found if not task.person]
    context = {
        "page_title": _("To carry"),
        "mine": [task_row(task, now) for task in mine],
        "free": [task_row(task, now) for task in free],
        "others": len(found) - len(mine) - len(free),
        "now": now,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(
        request, "shopfloor/moves/floor_part.html" if part else "shopfloor/moves/floor.html", context
    )


@require_POST
@needs(WORK)
def floor_step(request: HttpRequest, number: str) -> HttpResponse:
    """Accept, pick (scan the carrier), drop (scan the place), give back, or say that it cannot be done."""
    post = request.POST
    step, words = post.get("step", ""), {
        "accept": _("Accepted."),
        "pick": _("Picked. Bring it there."),
        "drop": _("Dropped. Done."),
        "release": _("Given back."),
        "fail": _("Noted as failed."),
    }  # fmt: skip
    return done(
        request,
        reverse("shopfloor:floor"),
        words.get(step, ""),
        lambda: moves.report_step(
            scope_of(request),
            number,
            step,
            now_utc(),
            carrier=post.get("carrier", ""),
            place=post.get("place", ""),
            note=post.get("note", ""),
        ),
    )
