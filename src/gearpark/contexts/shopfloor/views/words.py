"""Words of losses, elements and flags, in the reader's language; times and numbers as the boards write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.time import from_us
from gearpark.engines.calendars import Shift
from gearpark.engines.oee import Flag

LOSSES = {
    "not_planned": _("Not planned (breaks, shift off)"),
    "planned_stop": _("Planned stop"),
    "unknown": _("No data"),
    "down": _("Down"),
    "minor_stop": _("Minor stops"),
    "setup": _("Set-up"),
    "starved": _("Starved"),
    "blocked": _("Blocked"),
    "idle": _("Idle, reason unknown"),
    "speed": _("Slower than the ideal cycle"),
    "quality": _("Scrap"),
}
LOSS_STATES = {
    "planned_stop": "planned_stop",
    "unknown": "no_data",
    "down": "down",
    "minor_stop": "idle",
    "setup": "setup",
    "starved": "starved",
    "blocked": "blocked",
    "idle": "idle",
    "speed": "running",
    "quality": "running",
    "not_planned": "planned_stop",
}
FLAGS = {
    Flag.EFFECTIVENESS_OVER_ONE: _(
        "Effectiveness is over 100 %: pieces begun before the shift, pieces counted twice, or an ideal cycle that is too long. Shown as it is."
    ),
    Flag.SCRAP_OVER_PRODUCED: _("More scrap than pieces at the bottleneck: quality has no value here."),
    Flag.NO_IDEAL_CYCLE: _("No ideal cycle is known: effectiveness and OEE have no value."),
    Flag.UNKNOWN_TIME: _("Part of the planned time has no data; it is in no figure."),
    Flag.PIECES_ACROSS_GAP: _("Some pieces were counted across a gap: they are in the output, in no figure."),
    Flag.COUNTER_DOUBTFUL: _("A counter jumped faster than the machine can work; the jump was left out."),
    Flag.NO_ORDER: _(
        "The mapping asks for orders and none ran on the line: what stood still counts as down time."
    ),
}
REASONS = {
    "aborted": _("aborted"),
    "alarm": _("alarm"),
    "cannot hand over parts": _("cannot hand over parts"),
    "emergency stop": _("emergency stop"),
    "feed hold": _("feed hold"),
    "held": _("held"),
    "maintenance": _("maintenance"),
    "no communication": _("no communication"),
    "no item state": _("no item state"),
    "not available": _("not available"),
    "out of service": _("out of service"),
    "setup": _("set-up"),
    "stopped with an alarm": _("stopped with an alarm"),
    "suspended": _("suspended"),
    "unknown item state": _("unknown item state"),
    "waits for parts": _("waits for parts"),
    "by hand": _("by hand"),
    "fault": _("fault"),
    "interrupted": _("interrupted"),
    "no execution state": _("no execution state"),
    "program ended": _("program ended"),
    "ready": _("ready"),
    "unavailable": _("unavailable"),
    "unknown execution state": _("unknown execution state"),
    "waits": _("waits"),
}  # the words of the state mappings; a machine's own words stay as they are


def reason_word(reason: str) -> str:
    """A reason in the reader's language when it is a word of a mapping, else as the machine said it."""
    return str(REASONS.get(reason, reason))


def loss_word(code: str, reason: str = "") -> str:
    word = str(LOSSES.get(code, code))
    return f"{word}: {reason_word(reason)}" if reason else word


def clock(us: int, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """Local time of day."""
    return local(us, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def local(us: int, zone: ZoneInfo) -> datetime:
    return from_us(us).astimezone(zone)


def minutes(us: int) -> float:
    return us / 60e6


def duration(us: int) -> str:
    """A length of time: 4 h 05 min, 12 min, 35 s."""
    seconds = round(us / 1e6)
    sign = "−" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds < 60:
        return sign + gettext("%(n)s s") % {"n": seconds}
    if seconds < 3600:
        whole, rest = divmod(seconds, 60)
        if rest and whole < 10:
            return sign + gettext("%(m)s min %(s)s s") % {"m": whole, "s": rest}
        return sign + gettext("%(n)s min") % {"n": whole}
    hours, rest = divmod(seconds // 60, 60)
    return sign + gettext("%(h)s h %(m)s min") % {"h": hours, "m": f"{rest:02d}"}


def shift_word(shift: Shift, language: str) -> str:
    title = shift.title_zh if language.startswith("zh") else shift.title_en
    return title or shift.code
