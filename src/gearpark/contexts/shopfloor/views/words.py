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
    "quality": "down",
    "not_planned": "planned_stop",
}
FLAGS = {
    Flag.EFFECTIVENESS_OVER_ONE: _(
        "Effectiveness is over 100 %: the ideal cycle is too long, or pieces were counted twice. Shown as it is."
    ),
    Flag.SCRAP_OVER_PRODUCED: _("More scrap than pieces at the bottleneck: quality has no value here."),
    Flag.NO_IDEAL_CYCLE: _("No ideal cycle is known: effectiveness and OEE have no value."),
    Flag.UNKNOWN_TIME: _("Part of the planned time has no data; it is in no figure."),
    Flag.PIECES_ACROSS_GAP: _("Some pieces were counted across a gap: they are in the output, in no figure."),
    Flag.COUNTER_DOUBTFUL: _("A counter jumped faster than the machine can work; the jump was left out."),
}


def loss_word(code: str, reason: str = "") -> str:
    word = str(LOSSES.get(code, code))
    return f"{word}: {reason}" if reason else word


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
