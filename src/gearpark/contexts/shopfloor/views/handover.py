"""The hand-over log of a line: this shift's sheet with its signatures, and every note ever written, searchable."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..queries.handover import handover, note_rows, open_points
from ..queries.shifts import chosen_shift
from ..services import handover as log
from ..types import VIEW, LineInfo
from ..types.figures import LEAD, WORK, HandoverInfo, NoteInfo
from .board import asked_shift, language, shift_picker
from .note_words import NOTE_KINDS, note_word
from .tabs import tabs
from .words import clock, shift_word

SPEC = lists.ListSpec(
    key="handover",
    columns=(
        lists.Column("at", gettext_lazy("Written at"), lambda row: _moment(row.at), sort="at", export=lambda row: row.at),
        lists.Column("shift", gettext_lazy("Shift"), lambda row: f"{row.on.isoformat()} {row.shift}", sort="start_at"),
        lists.Column(
            "kind", gettext_lazy("About"), lambda row: note_word(row.kind), sort="kind", export=lambda row: row.kind
        ),
        lists.Column("text", gettext_lazy("Note"), "text"),
        lists.Column("point", gettext_lazy("Open point"), lambda row: _point(row)),
        lists.Column("by", gettext_lazy("By"), "by", sort="by"),
        lists.Column("closing", gettext_lazy("What was done"), "closing"),
        lists.Column("closed_by", gettext_lazy("Closed by"), "closed_by", shown=False),
    ),
    filters=(
        lists.Filter("kind", gettext_lazy("About"), lambda: [(k.value, w) for k, w in _kinds()], "kind"),
        lists.Filter(
            "point",
            gettext_lazy("Open points"),
            (("open", gettext_lazy("open")), ("done", gettext_lazy("done"))),
            lambda rows, value: rows.filter(point=True, closed_at__isnull=value == "open"),
        ),
    ),
    search=("text__icontains", "closing__icontains", "by__icontains"),
    default_sort="-at",
    empty_title=gettext_lazy("No note yet"),
    empty_text=gettext_lazy("What the next shift must know stands here: safety first, then machines, quality, material."),
)  # fmt: skip


@needs(VIEW)
def sheet(request: HttpRequest, asset: str) -> HttpResponseBase:
    """``/lines/<asset>/handover/?day=&shift=``"""
    scope, now, tongue = scope_of(request), now_utc(), language()
    day, code = asked_shift(request)
    line = queries.line(scope, asset)
    shift = chosen_shift(line, to_us(now), day, code)
    found = handover(scope, line, shift)
    zone = line.calendar.zone
    chosen = urlencode({"day": shift.day.isoformat(), "shift": shift.code})
    return lists.answer(
        request,
        SPEC,
        note_rows(scope, line),
        "shopfloor/handover/handover.html",
        title=_("Hand-over"),
        line=line,
        line_name=line.name(tongue),
        shift=shift_word(shift, tongue),
        day=shift.day,
        times=f"{clock(shift.start_us, zone)}–{clock(shift.end_us, zone)}",
        found=found,
        notes=[_note(item, line) for item in found.notes],
        carried=[_note(item, line) for item in found.carried],
        standing=open_points(scope, line),
        kinds=_kinds(),
        signing=_signing(found, line),
        picker=shift_picker(line, shift, to_us(now), tongue),
        tabs=tabs(asset, "handover", chosen if day else ""),
        chosen=chosen,
        shift_code=shift.code,
        may_write=scope.may(WORK),
        may_lead=scope.may(LEAD),
    )


@require_POST
@needs(WORK)
def write(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/handover/write/``: ``kind``, ``text``, ``point``."""
    day, shift = _asked(request)
    log.add_note(
        scope_of(request), asset, day, shift, request.POST.get("kind", "")[:20], request.POST.get("text", ""),
        now_utc(), point=request.POST.get("point") == "1",
    )  # fmt: skip
    messages.success(request, _("The note stands."))
    return _back(request, asset)


@require_POST
@needs(WORK)
def change(request: HttpRequest, asset: str, key: int) -> HttpResponse:
    """``/lines/<asset>/handover/<id>/``: ``do`` = change, close, reopen."""
    scope, now, what = scope_of(request), now_utc(), request.POST.get("do", "")
    queries.line(scope, asset)
    version = _number(request.POST.get("version", ""))
    if what == "close":
        log.close_point(scope, key, version, request.POST.get("closing", "")[:400], now)
        messages.success(request, _("The point is done."))
    elif what == "reopen":
        log.reopen_point(scope, key, version)
        messages.success(request, _("The point stands again."))
    elif what == "change":
        log.change_note(
            scope, key, version, now, kind=request.POST.get("kind", "")[:20], text=request.POST.get("text", ""),
            point=request.POST.get("point") == "1",
        )  # fmt: skip
        messages.success(request, _("The note was changed."))
    else:
        raise Problem("figures.action", "The form is incomplete; nothing was changed. Load the page again.")
    return _back(request, asset)


@require_POST
@needs(LEAD)
def sign(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/handover/sign/``: ``do`` = hand, take, undo."""
    scope, now, what = scope_of(request), now_utc(), request.POST.get("do", "")
    day, shift = _asked(request)
    if what == "hand":
        log.hand_over(scope, asset, day, shift, now)
        messages.success(request, _("The shift is handed over."))
    elif what == "take":
        log.take_over(scope, asset, day, shift, now)
        messages.success(request, _("You took the shift over."))
    elif what == "undo":
        log.take_back(scope, asset, day, shift, now)
        messages.success(request, _("The hand-over was undone."))
    else:
        raise Problem("figures.action", "The form is incomplete; nothing was changed. Load the page again.")
    return _back(request, asset)


def _kinds() -> list[tuple[Any, str]]:
    return [(kind, str(word)) for kind, word in NOTE_KINDS.items()]


def _asked(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("day", "")[:20], request.POST.get("shift", "")[:60]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Problem("figures.action", "The form is incomplete; nothing was changed. Load the page again.")
    return int(text)


def _back(request: HttpRequest, asset: str) -> HttpResponse:
    day, shift = _asked(request)
    address = reverse("shopfloor:handover", args=[asset])
    return HttpResponseRedirect(f"{address}?{urlencode({'day': day, 'shift': shift})}" if day else address)


def _note(item: NoteInfo, line: LineInfo) -> dict[str, Any]:
    zone = line.calendar.zone
    return {
        "info": item,
        "word": note_word(item.kind.value),
        "at": item.at.astimezone(zone).strftime("%m-%d %H:%M"),
        "closed": item.closed_at.astimezone(zone).strftime("%m-%d %H:%M") if item.closed_at else "",
    }


def _signing(found: HandoverInfo, line: LineInfo) -> dict[str, str]:
    zone = line.calendar.zone
    return {
        "handed": found.handed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if found.handed_at else "",
        "taken": found.taken_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if found.taken_at else "",
    }


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _point(row: Any) -> str:
    if not row.point:
        return ""
    return _("done") if row.closed_at else _("open")
