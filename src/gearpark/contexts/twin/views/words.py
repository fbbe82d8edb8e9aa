"""Words of the twin's pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import percent, plain

from ..types import Kind, Question, RunStatus

KINDS = {Kind.LINE: _("Line model"), Kind.STUDY: _("Retrofit study")}
QUESTIONS = {
    Question.RUN: _("Run"),
    Question.COMPARE: _("Comparison"),
    Question.BOTTLENECK: _("Bottleneck"),
    Question.OPTIMIZE: _("Optimum"),
    Question.STUDY: _("Study"),
    Question.ANIMATION: _("Animation"),
    Question.CALIBRATE: _("Calibration from the line"),
}
STATUSES = {
    RunStatus.WAITING: _("Waiting"),
    RunStatus.RUNNING: _("Working"),
    RunStatus.DONE: _("Done"),
    RunStatus.FAILED: _("Failed"),
    RunStatus.CANCELLED: _("Cancelled"),
}
STATUS_LOOKS = {
    RunStatus.WAITING: "waiting",
    RunStatus.RUNNING: "connecting",
    RunStatus.DONE: "ok",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "stopped",
}
STATES = {
    "busy": _("Working"),
    "starved": _("Starved"),
    "blocked": _("Blocked"),
    "down": _("Down"),
    "setup": _("Set-up"),
    "waiting": _("Waiting for people"),
}
NONE = "–"
TOLD_APART = 5  # steps of the last digit between the ends of a range
YEARS_TOLD = 100  # a longer pay-back is told as never


def language() -> str:
    return get_language() or "en"


def figure(value: float | None, digits: int = 3) -> str:
    """A figure with so many significant digits, grouped; a dash for none."""
    if value is None:
        return NONE
    if value == 0:
        return "0"
    magnitude = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return plain(value, max(0, digits - magnitude) if magnitude else digits)


def with_half(value: float | None, half: float | None, digits: int = 3) -> str:
    """A mean with half its 95 % interval."""
    if value is None or half is None:
        return figure(value, digits)
    decimals = max(0, digits - max(1, len(str(int(abs(value))))))
    return f"{plain(value, decimals)} ± {plain(half, max(decimals, 1) if half < 1 else decimals)}"


def signed(value: float | None, half: float | None = None) -> str:
    """A difference, its sign always told."""
    if value is None:
        return NONE
    text = with_half(abs(value), half)
    if not text.split(" ")[0].strip("0."):
        return text
    return ("+" if value > 0 else "−" if value < 0 else "") + text


def duration(seconds: float | None) -> str:
    """A time in the unit people would use."""
    if seconds is None:
        return NONE
    for size, unit in ((86_400.0, gettext("d")), (3_600.0, gettext("h")), (60.0, gettext("min"))):
        if seconds >= 2 * size:
            return f"{plain(seconds / size, 1)} {unit}"
    return f"{plain(seconds, 0)} {gettext('s')}"


def time_range(low: float, high: float) -> str:
    """Two times in one unit, told apart."""
    size, unit = next(
        (
            (size, word)
            for size, word in ((3_600.0, gettext("h")), (60.0, gettext("min")))
            if high >= 2 * size
        ),
        (1.0, gettext("s")),
    )
    decimals = next((d for d in range(4) if (high - low) / size >= TOLD_APART * 10**-d), 2)
    return f"{plain(low / size, decimals)} – {plain(high / size, decimals)} {unit}"


def pay_back(years: float | None) -> str:
    """How long until an investment has come back."""
    if years is None or years > YEARS_TOLD:
        return gettext("never")
    if years <= 0:
        return gettext("at once")
    return (
        gettext("%(n)s years") % {"n": plain(years, 1)}
        if years >= 1
        else gettext("%(n)s months") % {"n": plain(12 * years, 1)}
    )


def whole(value: float) -> str:
    """A figure without decimals, zero without a sign."""
    return plain(round(value) or 0)


def share(value: float) -> str:
    return f"{percent(value, 1)} %"


def kept_words(kept: Mapping[str, Any]) -> str:
    """A problem as it was kept, in the reader's language; "" for none."""
    return words_of(Problem(kept["code"], kept["sentence"], **kept["details"])) if kept else ""


def title_of(result: dict[str, Any], name: str) -> str:
    """A station's title, with its name when the two differ."""
    title = result.get("titles", {}).get(name) or name
    return title if title == name else f"{title} ({name})"
