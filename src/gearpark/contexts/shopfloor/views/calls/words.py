"""Words and looks of calls, and one call as cards, walls and phones show it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ...types.calls import CallColour, CallInfo, CallSource, CallStatus, CallStep
from ..care.words import clock, language

STATUSES = {
    CallStatus.OPEN: _("Nobody has accepted it"),
    CallStatus.ACCEPTED: _("Accepted"),
    CallStatus.ON_SITE: _("On site"),
    CallStatus.CONTAINED: _("Contained"),
    CallStatus.CLOSED: _("Closed"),
    CallStatus.CANCELLED: _("A mistake"),
}
STATUS_LOOKS = {
    CallStatus.OPEN: "down",
    CallStatus.ACCEPTED: "blocked",
    CallStatus.ON_SITE: "setup",
    CallStatus.CONTAINED: "idle",
    CallStatus.CLOSED: "good",
    CallStatus.CANCELLED: "stopped",
}
STEPS = {CallStep.ACCEPT: _("Accept"), CallStep.ON_SITE: _("On site"), CallStep.CONTAIN: _("Contain")}
SOURCES = {
    CallSource.TERMINAL: _("Terminal"),
    CallSource.BOARD: _("Board"),
    CallSource.PHONE: _("Phone"),
    CallSource.API: _("API"),
    CallSource.ALARM: _("Alarm"),
}
LEVELS = {0: "", 1: _("told to the supervisor"), 2: _("told to the manager")}
COLOUR_ORDER = {CallColour.RED: 0, CallColour.YELLOW: 1, CallColour.BLUE: 2}


def span(seconds: float) -> str:
    """A clock reading: 4:05, 1:02:10, with a minus sign for what is overdue."""
    sign = "−" if seconds < 0 else ""
    whole = int(abs(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{left:02d}" if hours else f"{sign}{minutes}:{left:02d}"


def card(call: CallInfo, now: datetime) -> dict[str, Any]:
    """One call with its clock: time left to the step that is waited for, negative once it is overdue."""
    step = call.next_step
    due = call.due_at(step) if step is not None else None
    left = (due - now).total_seconds() if due is not None else None
    return {
        "call": call,
        "type": call.type_name(language()),
        "line": call.line_name(language()),
        "station": call.station.upper(),
        "colour": call.colour.value,
        "status": STATUSES[call.status],
        "look": STATUS_LOOKS[call.status],
        "fresh": call.status is CallStatus.OPEN,
        "step": STEPS[step] if step is not None else "",
        "due": due.isoformat() if due is not None else "",
        "left": span(left) if left is not None else "",
        "late": left is not None and left < 0,
        "since": call.raised_at.isoformat(),
        "waited": span((now - call.raised_at).total_seconds()),
        "raised": clock(call.raised_at),
        "level": LEVELS.get(call.level, ""),
        "who": call.contained_by or call.on_site_by or call.accepted_by,
        "source": SOURCES[call.source],
        "steps": steps(call, now),
    }


def steps(call: CallInfo, now: datetime) -> list[dict[str, Any]]:
    """The three steps: done in time, done late, waited for, or still to come."""
    done = {
        CallStep.ACCEPT: (call.accepted_at, call.accepted_by),
        CallStep.ON_SITE: (call.on_site_at, call.on_site_by),
        CallStep.CONTAIN: (call.contained_at, call.contained_by),
    }
    found = []
    for step, (at, by) in done.items():
        due = call.due_at(step)
        late = (at or now) > due
        found.append(
            {
                "word": STEPS[step],
                "done": at is not None,
                "late": late,
                "here": step is call.next_step,
                "after": span((at - call.raised_at).total_seconds()) if at else "",
                "within": span((due - call.raised_at).total_seconds()),
                "at": clock(at),
                "by": by,
            }
        )
    return found


def ordered(calls: Iterable[CallInfo]) -> list[CallInfo]:
    """Nobody there yet first, then by colour, then the longest waiting."""
    return sorted(
        calls, key=lambda call: (call.accepted_at is not None, COLOUR_ORDER[call.colour], call.raised_at)
    )
