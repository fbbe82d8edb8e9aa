"""Words of care in the reader's language, the look of each state, and figures as care pages write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gearpark.ui.numbers import plain

from ...types.care import (
    Blocked,
    CheckKind,
    GaugeState,
    JobKind,
    JobStatus,
    LifeEnd,
    LifeUnit,
    MovementKind,
    ToolPlace,
    ToolState,
    Trigger,
)

UNITS = {LifeUnit.PARTS: _("parts"), LifeUnit.MINUTES: _("min"), LifeUnit.METRES: _("m")}
TOOL_STATES = {
    ToolState.NEW: _("New"),
    ToolState.IN_USE: _("In use"),
    ToolState.WORN: _("Worn"),
    ToolState.BROKEN: _("Broken"),
    ToolState.SCRAPPED: _("Scrapped"),
}
TOOL_PLACES = {
    ToolPlace.STATION: _("In a station"),
    ToolPlace.STORE: _("Tool store"),
    ToolPlace.REGRIND: _("At the grinder"),
    ToolPlace.GONE: _("Out of use"),
}
LIFE_ENDS = {
    LifeEnd.WORN: _("Worn"),
    LifeEnd.BROKEN: _("Broken"),
    LifeEnd.QUALITY: _("Part quality"),
    LifeEnd.SCHEDULED: _("Changed ahead of time"),
}
GAUGE_STATES = {
    GaugeState.IN_USE: _("In use"),
    GaugeState.AT_LAB: _("At the laboratory"),
    GaugeState.BLOCKED: _("Locked out"),
    GaugeState.SCRAPPED: _("Out of use"),
}
CHECK_KINDS = {CheckKind.CALIBRATION: _("Calibration check"), CheckKind.MASTER: _("Master part")}
TRIGGERS = {
    Trigger.TIME: _("Time"),
    Trigger.COUNT: _("Parts made"),
    Trigger.RUN_HOURS: _("Running hours"),
    Trigger.CONDITION: _("Condition"),
}
TRIGGER_UNITS = {Trigger.TIME: _("days"), Trigger.COUNT: _("parts"), Trigger.RUN_HOURS: _("h")}
JOB_STATES = {
    JobStatus.OPEN: _("Waiting"),
    JobStatus.PLANNED: _("Planned"),
    JobStatus.IN_PROGRESS: _("In progress"),
    JobStatus.DONE: _("Done"),
    JobStatus.CANCELLED: _("Cancelled"),
}
JOB_KINDS = {
    JobKind.PREVENTIVE: _("Preventive"),
    JobKind.CORRECTIVE: _("Corrective"),
    JobKind.CONDITION: _("By condition"),
}
SOURCES = {
    "person": _("Person"),
    "plan": _("Plan"),
    "alarm": _("Alarm"),
    "call": _("Call"),
}
MOVEMENTS = {
    MovementKind.RECEIVE: _("Received"),
    MovementKind.ISSUE: _("Issued"),
    MovementKind.RETURN: _("Returned"),
    MovementKind.ADJUST: _("Put right"),
}
BLOCKS = {
    Blocked.TOOL_WORN: _("Tool worn"),
    Blocked.TOOL_BROKEN: _("Tool broken"),
    Blocked.TOOL_AT_LIMIT: _("Tool at its life limit"),
    Blocked.GAUGE_EXPIRED: _("Calibration expired"),
    Blocked.GAUGE_FAILED: _("Last check failed"),
    Blocked.GAUGE_USES: _("Uses are up"),
    Blocked.GAUGE_AWAY: _("At the laboratory"),
    Blocked.MASTER_CHECK_DUE: _("Master part due this shift"),
}
METHODS = {
    "machine": _("machine"),
    "wear": _("measured wear"),
    "lives": _("past lives"),
    "limit": _("life limit"),
}
EVENTS = {
    "stop": _("Standstill"),
    "alarm": _("Alarm"),
    "program": _("Program"),
    "tool": _("Tool change"),
    "calibration": _("Calibration check"),
    "master": _("Master part"),
    "call": _("Call"),
    "job": _("Maintenance"),
    "swap": _("Swap"),
}
DUE_KINDS = {"gauge": _("Gauges"), "plan": _("Maintenance due"), "job": _("Maintenance orders")}
TOOL_LOOKS = {
    ToolState.NEW: "idle",
    ToolState.IN_USE: "running",
    ToolState.WORN: "blocked",
    ToolState.BROKEN: "down",
    ToolState.SCRAPPED: "stopped",
}
JOB_LOOKS = {
    JobStatus.OPEN: "idle",
    JobStatus.PLANNED: "setup",
    JobStatus.IN_PROGRESS: "running",
    JobStatus.DONE: "good",
    JobStatus.CANCELLED: "stopped",
}
GAUGE_LOOKS = {
    GaugeState.IN_USE: "good",
    GaugeState.AT_LAB: "planned_stop",
    GaugeState.BLOCKED: "bad",
    GaugeState.SCRAPPED: "stopped",
}


def language() -> str:
    return get_language() or "en"


def chinese() -> bool:
    return language().startswith("zh")


def named(row: Any) -> str:
    """The name of a row with ``name_en`` and ``name_zh`` in the reader's language."""
    return str((row.name_zh if chinese() else row.name_en) or row.name_en)


def word(words: Any, kind: Any, value: str) -> str:
    """The word of a stored value; an unknown one stays what it is."""
    try:
        return str(words[kind(value)])
    except ValueError:
        return value


def day_and_time(at: datetime | None) -> str:
    """Local date and time of the site; empty when there is none."""
    return "" if at is None else timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def day(at: datetime | None) -> str:
    return "" if at is None else timezone.localtime(at).strftime("%Y-%m-%d")


def clock(at: datetime | None) -> str:
    return "" if at is None else timezone.localtime(at).strftime("%H:%M")


def away(at: datetime | None, now: datetime) -> str:
    """How far a moment is: "in 3 d", "5 h ago"."""
    if at is None:
        return ""
    seconds = (at - now).total_seconds()
    size = abs(seconds)
    if size < 60:
        return gettext("now")
    if size < 90 * 60:
        text = gettext("%(n)s min") % {"n": round(size / 60)}
    elif size < 36 * 3600:
        text = gettext("%(n)s h") % {"n": round(size / 3600)}
    else:
        text = gettext("%(n)s d") % {"n": round(size / 86_400)}
    return gettext("in %(t)s") % {"t": text} if seconds >= 0 else gettext("%(t)s ago") % {"t": text}


def use(value: float | None, unit: str) -> str:
    """A length of use with its unit: whole parts, one decimal otherwise."""
    if value is None:
        return "–"
    known = word(UNITS, LifeUnit, unit)
    return f"{plain(value, 0 if unit == LifeUnit.PARTS.value else 1)} {known}"


def number(value: float | None) -> str:
    """A measured value with the digits it has, never more than six."""
    return "–" if value is None else f"{value:.6g}"


def hours(us: float | None) -> str:
    return "–" if us is None else plain(us / 3.6e9, 1)
