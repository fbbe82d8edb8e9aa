"""What is held: parts that wait for a decision, stations that must not start one; deciding and overriding, signed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ... import queries
from ...queries.line_types import shape
from ...queries.work import parts as asked
from ...queries.work.holds import station_holds
from ...queries.work.interlocks import blocks
from ...queries.work.people import sign_ons
from ...services import work
from ...types.lines import VIEW
from ...types.work import QUALITY, WORK, Block, Decision, SerialStatus
from .actions import number
from .orders import refused
from .tabs import frame
from .words import (
    DECISION,
    PART_LOOK,
    PART_STATUS,
    RESULT,
    block_words,
    language,
    reason_title,
    word,
)

MAX_SHOWN = 300


@needs(VIEW)
def held(request: HttpRequest) -> HttpResponse:
    """``/orders/held/``"""
    scope = scope_of(request)
    rows = asked.held_rows(scope)
    names = {line.asset: line.name(language()) for line in queries.lines(scope)}
    context = frame(
        scope,
        "held",
        _("Held"),
        stations=[(item, names.get(item.line_asset, item.line_asset)) for item in station_holds(scope)],
        parts=list(rows[:MAX_SHOWN]),
        total=rows.count(),
        decided=[(item, word(DECISION, item.decision)) for item in asked.decided_rows(scope)],
        lines=[(line.asset, line.name(language())) for line in queries.lines(scope)],
    )
    return render(request, "shopfloor/work/held.html", context)


@require_POST
@needs(WORK)
def station_hold(request: HttpRequest) -> HttpResponse:
    """``/orders/held/station/``: hold a station, or clear its holds."""
    scope = scope_of(request)
    post = request.POST
    line, station = post.get("line", ""), post.get("station", "")
    try:
        if post.get("clear"):
            work.clear_station(scope, line, station, post.get("note", ""), source=post.get("source", ""))
            messages.success(request, gettext("Station %(name)s may go on.") % {"name": station})
        else:
            work.hold_station(scope, line, station, post.get("reason", ""))
            messages.success(request, gettext("Station %(name)s is held.") % {"name": station})
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        refused(request, problem)
    return redirect("shopfloor:held")


@needs(VIEW)
def decide(request: HttpRequest, serial_id: int) -> HttpResponse:
    """``/orders/held/<serial id>/``: what is known of a part, then the signed decision; also holding one."""
    scope = scope_of(request)
    info = asked.part(scope, serial_id)
    if request.method == "POST":
        try:
            _act(request, scope, info)
        except Problem as problem:
            if problem.status in (403, 404) and problem.code != "work.signature_person":
                raise
            refused(request, problem)
        return redirect("shopfloor:decide", serial_id=serial_id)
    stations = sorted(_stations(info)) if info.line_asset else []
    asked_station = request.GET.get("station", "")
    station = asked_station if asked_station in stations else ""
    standing = _blocks(scope, info, station) if station else []
    kind = shape(info.line_template, info.org)
    context = frame(
        scope,
        "held",
        gettext("Part %(name)s") % {"name": info.serial},
        info=info,
        look=PART_LOOK[info.status],
        status_word=word(PART_STATUS, info.status),
        runs=[
            (run, word(RESULT, run.result) if run.result else _("on the station"), reason_title(kind, run.reason) if run.reason else "")
            for run in info.runs
        ],
        holds=[(item, word(DECISION, item.decision) if item.decision else "") for item in info.holds],
        decisions=[(item.value, word(DECISION, item)) for item in Decision],
        ops=[(step.op, step.name(language())) for step in info.route.steps],
        undecided=info.status in (SerialStatus.HELD, SerialStatus.SCRAP),
        holdable=info.status in (SerialStatus.OPEN, SerialStatus.GOOD),
        stations=stations,
        station=station,
        blocks=[block_words(item) for item in standing],
        signable=any(item.signed for item in standing),
    )  # fmt: skip
    return render(request, "shopfloor/work/decide.html", context)


def _blocks(scope: Scope, info: asked.PartInfo, station: str) -> list[Block]:
    """What stands against the part there, for whoever stands there now."""
    who = next((item.person_id for item in sign_ons(scope, info.line_asset, station)), None)
    now = now_utc()
    return blocks(scope, info.serial, info.line_asset, station, now, who, people=who is not None)


def _stations(info: asked.PartInfo) -> set[str]:
    groups = shape(info.line_template, info.org).groups
    here = {step.group for step in info.route.steps if step.op == info.next_op}
    return {station.code for group in here for station in groups.get(group, ())}


def _act(request: HttpRequest, scope: Scope, info: asked.PartInfo) -> None:
    post: Any = request.POST
    what = post.get("what", "")
    if what == "hold":
        work.hold_serial(scope, info.id, post.get("reason", ""))
        messages.success(request, _("The part is held."))
    elif what == "override":
        work.sign_override(
            scope,
            info.id,
            info.line_asset,
            post.get("station", ""),
            post.getlist("code"),
            post.get("reason", ""),
        )
        messages.success(request, _("Signed: the part may start there once."))
    else:
        if post.get("decision", "") not in set(Decision):
            raise Problem("work.decision", "Choose what happens to the part.")
        target = number(post.get("rework_to", "")) or None
        work.release_serial(
            scope, info.id, Decision(post["decision"]), post.get("reason", ""), rework_to=target
        )
        messages.success(request, _("Signed."))


@needs(QUALITY)
def find(request: HttpRequest) -> HttpResponse:
    """``/orders/held/find/?serial=``: go to a part by its serial."""
    scope = scope_of(request)
    key = asked.serial_id(scope, request.GET.get("serial", ""))
    if key is None:
        messages.error(request, _("There is no such part."))
        return redirect("shopfloor:held")
    return redirect("shopfloor:decide", serial_id=key)
