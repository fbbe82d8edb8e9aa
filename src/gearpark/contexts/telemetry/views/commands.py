"""Writing to machines: what may be written, giving a command, what became of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import queries, services
from ..forms import CommandForm
from ..types import EDIT, VIEW
from ..types.commands import COMMAND, CommandState

WORDS = {
    CommandState.WAITING: _("Waiting"),
    CommandState.SENT: _("Sent, no answer yet"),
    CommandState.DONE: _("Done"),
    CommandState.REFUSED: _("Refused"),
    CommandState.NOT_DONE: _("Not done"),
    CommandState.EXPIRED: _("Expired"),
    CommandState.WITHDRAWN: _("Withdrawn"),
}
LOOKS = {
    CommandState.WAITING: "connecting",
    CommandState.SENT: "uncertain",
    CommandState.DONE: "good",
    CommandState.REFUSED: "bad",
    CommandState.NOT_DONE: "bad",
    CommandState.EXPIRED: "stopped",
    CommandState.WITHDRAWN: "stopped",
}
STAMP = "%Y-%m-%d %H:%M:%S"


def _when(row: Any, name: str) -> str:
    at = getattr(row, name)
    return timezone.localtime(at).strftime(STAMP) if at else ""


def command_url(row: Any) -> str:
    return reverse("command", args=[row.key])


SPEC = lists.ListSpec(
    key="commands",
    columns=(
        lists.Column("asked_at", _("Asked at"), lambda row: _when(row, "asked_at"), sort="asked_at", url=command_url),
        lists.Column("tag", _("Signal"), sort="tag"),
        lists.Column("value", _("Value"), lambda row: shown(row.value)),
        lists.Column("before", _("Before"), lambda row: shown(row.before)),
        lists.Column("state", _("State"), lambda row: str(WORDS[CommandState(row.state)]), sort="state", state=lambda row: LOOKS[CommandState(row.state)], export=lambda row: row.state),
        lists.Column("why", _("Reason")),
        lists.Column("actor", _("Asked by"), sort="actor"),
        lists.Column("source", _("On behalf of"), shown=False),
        lists.Column("ended_at", _("Ended at"), lambda row: _when(row, "ended_at"), sort="ended_at", shown=False),
        lists.Column("detail", _("Detail"), shown=False),
        lists.Column("connection", _("Connection"), sort="connection", shown=False),
        lists.Column("key", _("Command"), lambda row: str(row.key), shown=False),
    ),
    filters=(lists.Filter("state", _("State"), tuple((s.value, word) for s, word in WORDS.items()), "state"),),
    search=("tag__icontains", "why__icontains", "actor__icontains", "connection__icontains"),
    default_sort="-asked_at",
    row_url=command_url,
    empty_title=_("Nothing was written to a machine yet"),
    empty_text=_("Allow a signal on its connection's page first; then its chart and that page offer to write it."),
    empty_url="/connections/",
    empty_label=_("Connections"),
)  # fmt: skip


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("true") if value else _("false"))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


@require_http_methods(["GET", "POST"])
@needs(VIEW)
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every command, newest first."""
    rows = queries.command_rows(scope_of(request))
    return lists.answer(request, SPEC, rows, "telemetry/commands.html", title=_("Commands"))


@require_GET
@needs(VIEW)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One command and what became of it; the part refreshes itself until it has ended."""
    scope = scope_of(request)
    found = queries.command(scope, str(key))
    context = {
        "command": found,
        "word": WORDS[found.state],
        "look": LOOKS[found.state],
        "said": said(found.code, found.detail),
        "value": shown(found.value),
        "expected": shown(found.expected),
        "before": shown(found.before),
        "may_command": scope.may(COMMAND),
        "now": now_utc(),
    }
    part = request.headers.get("HX-Request") == "true"
    template = "telemetry/parts/command_state.html" if part else "telemetry/command.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@needs(COMMAND)
def give(request: HttpRequest) -> HttpResponse:
    """``?tag=``: the signal as it reads now, and the form that names what will be written."""
    scope, now = scope_of(request), now_utc()
    tag = request.GET.get("tag", "")
    found = queries.command_form(scope, tag, now)
    form = CommandForm(request.POST or None, kind=found.tag.kind, current=found.latest.value)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = services.write_signal(
                scope,
                tag,
                asked["value"],
                asked["why"],
                now=now,
                expected=asked["expected"],
                seconds=asked["seconds"],
                command_id=asked["command_id"],
            )
        except Problem as problem:
            form.add_problem(problem)
        else:
            return HttpResponseRedirect(reverse("command", args=[made.id]))
    context = {
        "form": form,
        "page": found,
        "recent": command_lines(found.recent),
        "now": now,
        "chart_url": f"{reverse('chart')}?{urlencode({'tag': tag})}",
    }
    return render(request, "telemetry/command_new.html", context, status=400 if form.errors else 200)


@require_POST
@needs(COMMAND)
def withdraw(request: HttpRequest, key: str) -> HttpResponseRedirect:
    """Take a command back that was not sent yet."""
    services.withdraw_command(scope_of(request), str(key), now_utc())
    return HttpResponseRedirect(reverse("command", args=[key]))


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def writable(request: HttpRequest, key: str) -> HttpResponse:
    """Which signals of a connection may be written: find one, allow it with limits, or forbid it."""
    scope = scope_of(request)
    connection = queries.connection(scope, key)
    if request.method == "POST":
        post = request.POST
        services.allow_writing(
            scope,
            post.get("tag", ""),
            post.get("allowed") == "1",
            low=_limit(post.get("low", "")),
            high=_limit(post.get("high", "")),
        )
        return HttpResponseRedirect(f"{request.path}?{urlencode({'q': post.get('q', '')})}")
    q = request.GET.get("q", "").strip()[:200]
    found = queries.search(scope, q, connection=key, limit=FOUND_ROWS) if q else []
    limits = queries.writable(scope, [info.tag for info in found])
    context = {
        "connection": connection,
        "rows": queries.writable_rows(scope, key, now_utc()),
        "found": [(info, limits.get(info.tag)) for info in found],
        "q": q,
        "now": now_utc(),
    }
    return render(request, "telemetry/writable.html", context)


FOUND_ROWS = 50


def _limit(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError:
        raise Problem("telemetry.write_range", f"{text[:20]!r} is not a number.") from None


def said(code: str, detail: str) -> str:
    """What the gateway said, in the reader's language where the code has words there."""
    return words_of(Problem(code, detail)) if code else detail


def command_lines(found: list[Any]) -> list[dict[str, Any]]:
    """Commands as a short table shows them."""
    return [
        {
            "command": one,
            "value": shown(one.value),
            "before": shown(one.before),
            "word": WORDS[one.state],
            "look": LOOKS[one.state],
            "said": said(one.code, one.detail),
        }
        for one in found
    ]
